"""Two PostgreSQL tables of customers compared, field by field, nothing kept.

Of the other side four forms are made: 1% of its rows differ in one column each, 0.1%, ten rows,
and none.
"""

import json
import tempfile
from pathlib import Path

from lib import customers
from lib.figures import ROWS, at_least_times, at_most, at_most_times, in_turn, median, say
from lib.postgres import cluster
from lib.process import referee, run

# What differs on the other side -> (its database, which rows, how many times reladiff's rate we want).
FORMS = {
    "1% of the rows differ": ("other_1pct", "hashed % 100 = 0", 15),
    "0.1% of the rows differ": ("other_01pct", "hashed % 1000 = 0", 10),
    "10 rows differ": ("other_10rows", f"n % {max(ROWS // 10, 1)} = 0", 3),
    "no row differs": ("other_same", "false", 1.7),
}


def bench():
    with cluster(f"compare-{ROWS}") as port:
        for database, differs in [("one", "false")] + [(name, rows) for name, rows, _ in FORMS.values()]:
            customers.make(port, database, differs, ROWS)
        peer, ours, found = customers.reladiff_program(), referee(), []
        for differing, (database, differs, times) in FORMS.items():
            say(f"compare, {differing}, {ROWS} rows")
            wanted = customers.differing(port, differs, ROWS)
            found += form(port, differing, (database, wanted), times, peer, ours)
        return found


def form(port, differing, other, times, peer, ours):
    """The figures of one form of the other side: its database, and how many fields differ."""
    database, wanted = other
    peaks = []

    def our_run():
        ran = run_ours(ours, port, database, wanted)
        peaks.extend([ran.peak_mib] if ran else [])
        return ran.seconds if ran else None

    took = in_turn({
        "ours": our_run,
        "reladiff": lambda: customers.reladiff(peer, port, "one", database, wanted),
        "copy": lambda: customers.copied(port, ["one", database]),
    })
    seconds = {name: median(values) for name, values in took.items()}
    rates = {name: ROWS / value if value else None for name, value in seconds.items()}
    name = f"pairs a second, {differing}"
    found = [at_least_times("compare", f"{name}, beside reladiff", rates["ours"], rates["reladiff"], "pairs/s", times)]
    if database == "other_1pct":
        found.append(at_most_times("compare", f"time, {differing}, beside COPY of both sides",
                                   seconds["ours"], seconds["copy"], "s", 1.5))
        found.append(at_most("compare", f"peak memory, {differing}", max(peaks, default=None), None, "MiB", 64))
    return found


def run_ours(program, port, database, wanted):
    """Ours: the dry run of both tables over the shipped sync path, its differences in a report."""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        settings, report = customers.configure(folder, port, "one", database), folder / "report.jsonl"
        ran = run([program, "sync", "--dry-run", "--config", settings, "--report", report])
        if ran.status != 0 or not report.exists():
            say(f"ours: referee sync --dry-run ended with {ran.status}: {ran.said.strip()[:300]}")
            return None
        lines = [json.loads(line) for line in report.read_text().splitlines()]
    if len(lines) != wanted:
        say(f"ours: {len(lines)} differences, {wanted} are there")
        return None
    return ran
