"""A thousandth of one table changed, pulled by the time of its change: what keeping up costs.

The tables are those of `first-load` with a column more that tells when a row was last changed, and
an index over it. The rows changed lie scattered, and each becomes or stays a conflict. Before each
round the last round's rows are made old, since a pull looks back over the one before.
"""

from first_load import DIFFERS, GROWTH, MOST_MIB, tables
from lib import customers
from lib.curves import curve, words
from lib.figures import ROWS, SIZES, at_most, at_most_times, in_turn, median, say
from lib.keeping import loaded
from lib.postgres import cluster, psql
from lib.process import referee

CHANGES = max(ROWS // 1000, 1)
# At most this share of the first load.
SHARE = 0.02

TIMED = 'modified_at = "touched_at"\n'
# What a pull costs is meant here, not what an incident does.
UNBOUND = """
[incidents]
mass_percent = 100
storm_differences = 1000000000
"""

LONG_AGO = "timestamptz '2024-01-01'"
TOUCHED = f"""
ALTER TABLE customers ADD COLUMN touched_at timestamptz NOT NULL DEFAULT {LONG_AGO};
CREATE INDEX customers_touched ON customers (touched_at);
VACUUM (ANALYZE, FREEZE) customers;
"""


def bench():
    with cluster(f"compare-{ROWS}") as port:
        ours, pulls = referee(), {}
        for rows in SIZES:
            pulls[rows] = pulled(ours, port, rows, [CHANGES] if rows < ROWS else [CHANGES, 10 * CHANGES])
        return figures(pulls)


def pulled(program, port, rows, counts):
    """What pulls of so many changes among so many rows took, and the first load before them."""
    one, other = moving(port, rows)
    wanted = customers.differing(port, DIFFERS, rows)
    with loaded(program, port, one, other, rows, wanted, TIMED, UNBOUND) as (store, ran):
        pulls = Pulls(store, port, other, rows, ran and ran.seconds)
        for count in counts:
            say(f"incremental, {count} of {rows} rows")
            pulls.seconds[count] = median(in_turn({"ours": lambda: pulls.pull(count)})["ours"])
        return pulls


def moving(port, rows):
    """Copies of the two databases, made anew, with the time of the last change."""
    one, other, _ = tables(port, rows)
    for database in (one, other):
        psql(port, "postgres", f"DROP DATABASE IF EXISTS {database}_moving")
        psql(port, "postgres", f"CREATE DATABASE {database}_moving TEMPLATE {database}")
        for statement in TOUCHED.split(";")[:-1]:
            psql(port, f"{database}_moving", statement)
    return f"{one}_moving", f"{other}_moving"


def figures(pulls):
    name, whole = "incremental", pulls[ROWS]
    some, more = (words(count, "changes") for count in (CHANGES, 10 * CHANGES))
    each = {count: value and value / count * 1e6 for count, value in whole.seconds.items()}
    found = [
        at_most_times(name, f"time for {some}, beside the first load", whole.seconds[CHANGES], whole.first, "s", SHARE),
        at_most_times(name, f"time a change, {more}, beside {some}", each[10 * CHANGES], each[CHANGES], "µs", GROWTH),
        at_most(name, "peak memory", max(whole.peaks, default=None), None, "MiB", MOST_MIB),
    ]
    times = {words(rows, "records"): pull.seconds[CHANGES] for rows, pull in pulls.items()}
    return found + curve(name, f"time for {some}", "s", times, GROWTH)


class Pulls:
    """Pulls of changes into one store."""

    def __init__(self, store, port, database, rows, first):
        self.store, self.port, self.database, self.rows, self.first = store, port, database, rows, first
        self.seconds, self.peaks, self.round = {}, [], 0

    def pull(self, count):
        if not self.store:
            return None
        self.change(count)
        ran = self.store.sync()
        if not ran or not self.store.did_read(count, count):
            return None
        self.peaks.append(ran.peak_mib)
        return ran.seconds

    def change(self, count):
        """Changes so many rows, other ones in each round."""
        self.round += 1
        every = max(self.rows // count, 1)
        psql(self.port, self.database, f"UPDATE customers SET touched_at = {LONG_AGO} WHERE touched_at > {LONG_AGO}")
        psql(self.port, self.database, f"""
            UPDATE customers SET city = 'Moved {self.round}', touched_at = clock_timestamp()
            WHERE id % {every} = {self.round % every} AND id <= {every * count}""")
        psql(self.port, self.database, "VACUUM (ANALYZE) customers")
