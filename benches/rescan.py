"""Both tables read in full once more, nothing in them changed: what a nightly full pull costs."""

from first_load import GROWTH, MOST_MIB, tables
from lib import customers
from lib.curves import curve, words
from lib.figures import ROWS, SIZES, at_most, at_most_times, in_turn, median, say
from lib.keeping import loaded
from lib.postgres import cluster
from lib.process import referee

# What two runs and their entries in the log may take, whatever the table's length.
RUN_BYTES = 64 * 1024


def bench():
    with cluster(f"compare-{ROWS}") as port:
        ours, scans = referee(), {}
        for rows in SIZES:
            say(f"rescan, {rows} rows")
            scans[rows] = scanned(ours, port, rows)
        return figures(scans)


def scanned(program, port, rows):
    """What rescans of so many rows took, and COPY beside them."""
    one, other, wanted = tables(port, rows)
    with loaded(program, port, one, other, rows, wanted) as (store, _):
        scans = Scans(store, rows)
        took = in_turn({"ours": scans.scan, "copy": lambda: customers.copied(port, [one, other])})
        scans.seconds = {name: median(values) for name, values in took.items()}
        return scans


def figures(scans):
    name, whole = "rescan", scans[ROWS]
    found = [
        at_most_times(name, "time, beside COPY of both sides", whole.seconds["ours"], whole.seconds["copy"], "s", 2),
        at_most(name, "growth of the store, the most a rescan", whole.growth(), None, "bytes", RUN_BYTES),
        at_most(name, "peak memory", max(whole.peaks, default=None), None, "MiB", MOST_MIB),
    ]
    a_record = {
        words(rows, "records"): scan.seconds["ours"] and scan.seconds["ours"] / rows * 1e6
        for rows, scan in scans.items()
    }
    found += curve(name, "time a record", "µs", a_record, GROWTH)
    peaks = {words(rows, "records"): max(scan.peaks, default=None) for rows, scan in scans.items()}
    return found + curve(name, "peak memory", "MiB", peaks, GROWTH)


class Scans:
    """Rescans of one store."""

    def __init__(self, store, rows):
        self.store, self.rows, self.seconds = store, rows, {}
        self.peaks, self.grown = [], []

    def scan(self):
        if not self.store:
            return None
        before = self.store.weighs()
        ran = self.store.sync("--full")
        if not ran or not self.store.did_read(2 * self.rows, 0):
            return None
        self.peaks.append(ran.peak_mib)
        self.grown.append(self.store.weighs() - before)
        return ran.seconds

    def growth(self):
        return max(self.grown, default=None)
