"""Two PostgreSQL tables of customers taken in for good: what each system holds, which rows are one
record, what all agree on, the words they are found by, and a conflict for each row that differs.

The tables are those of `compare`, of which 1% differ. The curve is the same load at a hundredth, a
tenth and the whole of the rows.
"""

from lib import customers
from lib.curves import curve, words
from lib.figures import ROWS, SIZES, at_least_times, at_most, at_most_times, in_turn, median, say
from lib.keeping import keeping
from lib.postgres import cluster
from lib.process import referee

DIFFERS = "hashed % 100 = 0"
# As for the comparison that keeps nothing: memory is that of a page, however long the table.
MOST_MIB = 64
# Taking in ten times as much may cost at most so many times as much a record.
GROWTH = 1.5


def tables(port, rows):
    """The two databases of so many rows, made if they are not there; and how many fields differ."""
    # Those of the whole are the ones of `compare`.
    end = "" if rows == ROWS else f"_{rows}"
    one, other = f"one{end}", f"other_1pct{end}"
    customers.make(port, one, "false", rows)
    customers.make(port, other, DIFFERS, rows)
    return one, other, customers.differing(port, DIFFERS, rows)


def bench():
    with cluster(f"compare-{ROWS}") as port:
        peer, ours = customers.reladiff_program(), referee()
        loads = {rows: Loads(ours, port, rows) for rows in SIZES}
        whole = loads[ROWS]
        say(f"first-load, {ROWS} rows")
        took = in_turn({
            "ours": whole.load,
            "reladiff": lambda: customers.reladiff(peer, port, whole.one, whole.other, whole.wanted),
            "copy": lambda: customers.copied(port, [whole.one, whole.other]),
        })
        seconds = {name: median(values) for name, values in took.items()}
        each = {}
        for rows in SIZES[:-1]:
            say(f"first-load, {rows} rows")
            each[rows] = median(in_turn({"ours": loads[rows].load})["ours"])
        each[ROWS] = seconds["ours"]
        return figures(seconds, loads, each)


def figures(seconds, loads, each):
    name, whole = "first-load", loads[ROWS]
    rates = {what: ROWS / value if value else None for what, value in seconds.items()}
    found = [
        at_least_times(name, "records a second, beside reladiff", rates["ours"], rates["reladiff"], "records/s", 5),
        at_most_times(name, "time, beside COPY of both sides", seconds["ours"], seconds["copy"], "s", 6),
        at_most(name, "peak memory", whole.peak(), None, "MiB", MOST_MIB),
    ]
    a_record = {words(rows, "records"): value and value / rows * 1e6 for rows, value in each.items()}
    found += curve(name, "time a record", "µs", a_record, GROWTH)
    peaks = {words(rows, "records"): load.peak() for rows, load in loads.items()}
    found += curve(name, "peak memory", "MiB", peaks, GROWTH)
    weights = {words(rows, "records"): load.weight and load.weight / rows for rows, load in loads.items()}
    return found + curve(name, "store a record", "bytes", weights, GROWTH)


class Loads:
    """Loads of two tables of so many rows, each into a new store."""

    def __init__(self, program, port, rows):
        self.program, self.port, self.rows = program, port, rows
        self.one, self.other, self.wanted = tables(port, rows)
        self.peaks, self.weight = [], None

    def load(self):
        with keeping(self.program, self.port, self.one, self.other) as store:
            ran = store.sync("--full")
            if not ran or not store.is_full(self.rows, self.wanted):
                return None
            self.peaks.append(ran.peak_mib)
            self.weight = store.weighs()
            return ran.seconds

    def peak(self):
        return max(self.peaks, default=None)
