"""What `tests/faults/run` is asked for."""

import argparse
import shutil
from pathlib import Path

from lib.kills import POINTS

PROTECTIONS = ["pre_read", "condition", "fencing", "read_back", "key_before_try", "hold_lease", "order", "echo",
               "unknown_by_reading", "commit_before_answer", "fsync"]
KNOWN = [*POINTS, "K24"]


def arguments(about):
    """As asked, with `ways` and `points` of ending the server that this machine has, and what is `left_out`."""
    parser = argparse.ArgumentParser(
        description=about, formatter_class=argparse.RawDescriptionHelpFormatter, prog="tests/faults/run")
    add = parser.add_argument
    add("--seeds", type=int, default=5, metavar="N", help="stories to play on each database (5)")
    add("--first", type=int, default=1, metavar="SEED", help="the first seed (1)")
    add("--seed", type=int, metavar="SEED", help="this one story")
    add("--database", choices=["sqlite", "postgres"], help="only this one (both)")
    add("--points", default=KNOWN, type=points, metavar="K6,K7", help=f"of {', '.join(KNOWN)} (all)")
    add("--lives", type=int, default=12, metavar="N", help="kills in a story (12)")
    add("--syscalls", action="store_true", help="at system calls too, with strace")
    add("--only-syscalls", action="store_true", help="at system calls only")
    add("--disk", action="store_true", help="power cuts and failing fsync only: SQLite, as root, on a disk of its own")
    add("--workers", type=int, default=1, metavar="N", help="stories at once on each database (1)")
    add("--without", choices=PROTECTIONS, metavar="PROTECTION", help="take one away: " + ", ".join(PROTECTIONS))
    add("--until-found", action="store_true", help="stop at the first story that fails")
    add("--minutes", type=float, metavar="M", help="begin no story after that")
    add("--beginnings", type=int, default=0, metavar="N", help="first, kill N first starts on each database (0)")
    add("--keep", action="store_true", help="keep the folders of stories that held")
    add("--folder", type=Path, metavar="FOLDER", help="where failed stories are kept (a temporary one)")
    return able(parser.parse_args())


def points(text):
    asked = text.split(",")
    unknown = [point for point in asked if point not in KNOWN]
    if unknown:
        raise argparse.ArgumentTypeError(f"there is no point {', '.join(unknown)}; there are {', '.join(KNOWN)}")
    return asked


def able(asked):
    """Leaves out what this machine does not allow."""
    asked.left_out = []
    calls = asked.syscalls or asked.only_syscalls
    if not shutil.which("strace"):
        lacking = ["kills at system calls"] * calls + ["failing fsync"] * asked.disk + ["K24"] * ("K24" in asked.points)
        asked.left_out = [f"{what}: strace is missing (Debian: apt-get install strace)" for what in lacking]
        asked.points = [point for point in asked.points if point != "K24"]
        calls = False
    asked.ways = ["point", "random", *["syscall"] * 2 * calls]
    if asked.only_syscalls and calls:
        asked.ways = ["syscall"]
    asked.disk = asked.disk or asked.without == "fsync"
    if asked.disk:
        asked.database = "sqlite"
        asked.ways = ["power cut"] if asked.left_out else ["power cut", "power cut", "failing fsync"]
    if asked.without == "fsync":
        asked.ways = ["lying fsync"]
    return asked
