"""How many decisions a second the store takes, and rows in batches, durable.

A decision here is a resolution, a delivery and a chained entry of the log with two sealed values,
answered after its commit. Beside it, in the same run and with the same durability, stand plain
inserts of one row into SQLite: alone, and 64 a commit. The work itself is examples/writes.rs.
"""

import os
import subprocess
import tempfile
from pathlib import Path

from lib.figures import at_least, at_least_times, in_turn, median, say
from lib.postgres import cluster, psql, url
from lib.process import REPOSITORY, must

SECONDS = "3"
# The largest group that shares one commit, and rows of one transaction.
CALLERS, ROWS = "64", "1000"


def bench():
    program = built()
    with tempfile.TemporaryDirectory() as folder, cluster("writes", durable=True) as port:
        psql(port, "postgres", "DROP DATABASE IF EXISTS writes")
        psql(port, "postgres", "CREATE DATABASE writes")
        sqlite, raw = f"sqlite://{folder}/store.db?mode=rwc", f"sqlite://{folder}/raw.db?mode=rwc"
        postgres = url(port, "writes")

        def rate(what, where, size):
            return lambda: measured(program, what, where, size)

        say("decisions a second")
        decided = in_turn({
            "one": rate("decisions", sqlite, "1"),
            "raw one": rate("raw", raw, "1"),
            "many": rate("decisions", sqlite, CALLERS),
            "raw many": rate("raw", raw, CALLERS),
            "PostgreSQL one": rate("decisions", postgres, "1"),
            "PostgreSQL many": rate("decisions", postgres, CALLERS),
        })
        say("rows a second, in batches")
        rows = in_turn({
            "batch": rate("batch", sqlite, ROWS),
            "each": rate("rows", sqlite, ROWS),
            "PostgreSQL batch": rate("batch", postgres, ROWS),
            "PostgreSQL each": rate("rows", postgres, ROWS),
        })
    of = {name: median(values) for name, values in (decided | rows).items()}
    unit = "decisions/s"
    return [
        at_least_times("writes", "SQLite, 1 caller, beside plain inserts", of["one"], of["raw one"], unit, 0.4),
        at_least("writes", "SQLite, 64 callers, beside plain inserts 64 a commit", of["many"], of["raw many"], unit, 3000),
        at_least("writes", "PostgreSQL, 64 callers, beside 1 caller", of["PostgreSQL many"], of["PostgreSQL one"], unit, 1000),
        at_least_times("writes", "SQLite, 1,000 rows a batch, beside a statement each", of["batch"], of["each"], "rows/s", 1),
        at_least_times("writes", "PostgreSQL, 1,000 rows a batch, beside a statement each", of["PostgreSQL batch"], of["PostgreSQL each"], "rows/s", 1),
    ]


def measured(program, what, where, size):
    done = subprocess.run([program, what, where, size, SECONDS], capture_output=True, text=True, check=False)
    if done.returncode:
        say(f"{what}: {done.stderr.strip()[:300]}")
        return None
    return float(done.stdout)


def built():
    """The program that does the work, built as Referee is."""
    named = os.environ.get("REFEREE_BENCH_WRITES")
    if named:
        return Path(named)
    must(["cargo", "build", "--release", "--locked", "--example", "writes"], cwd=REPOSITORY)
    return Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target")) / "release" / "examples" / "writes"
