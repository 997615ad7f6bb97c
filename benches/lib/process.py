"""Starting, timing and ending programs."""

import os
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from lib.figures import say

REPOSITORY = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("REFEREE_BENCH_CACHE", Path.home() / ".cache" / "referee-bench"))


@dataclass
class Ran:
    """What a program took: seconds on the wall, and its largest memory in MiB (its own, not that
    of the programs it started)."""

    status: int
    seconds: float
    peak_mib: float
    said: str


def run(command, **options):
    """Runs a program to its end; its output goes nowhere, its errors into `said`."""
    began = time.perf_counter()
    child = subprocess.Popen(
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        **options,
    )
    said = child.stderr.read().decode(errors="replace")
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    return Ran(child.returncode, seconds, usage.ru_maxrss / 1024, said)


def must(command, **options):
    """Runs a program that has to succeed, its output shown."""
    say("$ " + " ".join(str(word) for word in command)[:200])
    subprocess.run([str(word) for word in command], check=True, stdin=subprocess.DEVNULL, **options)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def referee():
    """The release build of Referee."""
    named = os.environ.get("REFEREE_BENCH_BINARY")
    if named:
        return Path(named)
    must(["cargo", "build", "--release", "--locked"], cwd=REPOSITORY)
    target = Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target"))
    return target / "release" / "referee"


def resident_mib(pid):
    """The memory a process holds now, in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"process {pid} tells no memory")
