"""The ways in which a server comes to its sudden end."""

import signal
import threading
import time

# Where the program ends itself, and the most passes it waits for.
POINTS = {
    "K1": 3, "K2": 3, "K3": 3, "K4": 3, "K5": 4, "K6": 4, "K7": 4, "K8": 4, "K9": 4, "K10": 4, "K11": 4,
    "K12": 4, "K13": 4, "K14": 4, "K17": 5, "K18": 2, "K23": 3,
}
# On a disk of its own. The last is for a look at the driver itself: the disk says that it has written.
DISK = ("power cut", "failing fsync", "lying fsync")
SYNCS = "fsync,fdatasync"
# Written by Referee for its own database, for systems and for callers.
CALLS = {
    "sqlite": ["pwrite64", SYNCS, "sendto", "writev", "write"],
    "postgres": ["sendto", "writev", "write"],
}
# What fails is written there.
FAILED = "failed.trace"
# The most calls that work before those that fail; and for so many seconds they do.
MOST_SYNCS, CARRIED_ON = 25, 3
# The most calls of a thread it waits for.
MOST = {"pwrite64": 60, "write": 150, "sendto": 12, "writev": 6}


class Kill:
    """One of: `K7:3` (a point), `syscall pwrite64:40`, `K24:3` (a write of SQLite's checkpoint),
    `kill -9:340` (after so many ms), `power cut:340`, `failing fsync:9` (from that one on, until the power
    is cut)."""

    def __init__(self, way, what="", count=0):
        self.way, self.what, self.count, self.ending = way, what, count, None

    @classmethod
    def drawn(cls, rng, points, ways, database, number):
        """The kill of that life, counted over all stories: four of five at the points in turn, so that
        few seeds meet all, the others as `ways` has it."""
        way = "point" if "point" in ways and number % 5 != 4 else rng.choice(ways)
        if way == "point":
            point = points[(number - number // 5) % len(points)]
            if point != "K24":
                return cls("point", point, rng.randint(1, POINTS[point]))
            if database == "sqlite":
                return cls("checkpoint", "pwrite64", rng.randint(1, 60))
            # SQLite's own: nothing of it is ours to stop in PostgreSQL.
            way = "random"
        if way == "syscall":
            call = rng.choice(CALLS[database])
            # Early ones are met more often than late ones.
            most = MOST.get(call, 20)
            return cls("syscall", call, min(rng.randint(1, most), rng.randint(1, most)))
        if way == "failing fsync":
            return cls(way, count=rng.randint(1, MOST_SYNCS))
        return cls(way, count=rng.randint(50, 1800))

    def name(self):
        named = {"point": self.what, "checkpoint": "K24", "syscall": f"syscall {self.what}", "random": "kill -9"}
        return named.get(self.way, self.way)

    def cuts(self):
        """Whether in the end the power fails."""
        return self.way in DISK

    def __str__(self):
        return f"{self.name()}:{self.count}"

    def environment(self):
        if self.way == "checkpoint":
            return {"REFEREE_CHECKPOINT": "40"}
        return {"REFEREE_FAULT": f"{self.what}:{self.count}"} if self.way == "point" else {}

    def tracer(self, folder):
        """The words before the command: the tracer that ends it at a system call, or has the call fail."""
        file = str((folder / "data" / "referee.db").resolve())
        if self.way == "lying fsync":
            return traced(SYNCS, "retval=0", "/dev/null", file, f"{file}-wal")
        if self.way == "failing fsync":
            # From that one on, since a disk that has failed is not trusted again.
            return traced(SYNCS, f"error=EIO:when={self.count}+", folder / FAILED, file, f"{file}-wal")
        if self.way == "checkpoint":
            return traced(self.what, f"signal=SIGKILL:when={self.count}", "/dev/null", file)
        return traced(self.what, f"signal=SIGKILL:when={self.count}", "/dev/null") if self.way == "syscall" else ()

    def begin(self, served, disk=None):
        """Called when the server listens."""
        if self.way == "random" or self.cuts():
            # Time enough to carry on as if a failed call had worked.
            wait = CARRIED_ON if self.way == "failing fsync" else self.count / 1000

            def end():
                time.sleep(wait)
                disk.cut(served) if self.cuts() else served.send(signal.SIGKILL)

            self.ending = threading.Thread(target=end, daemon=True)
            self.ending.start()

    def end(self, story, reached):
        """Called when the server is gone; whether it ended as it was asked to."""
        if self.cuts() and self.ending:
            # Also where it ended before: what was in memory alone is gone.
            self.ending.join()
            story.disk.back()
        if self.way != "failing fsync":
            return reached
        trace = story.folder / FAILED
        failed = "(INJECTED)" in trace.read_text()
        trace.unlink()
        return failed


def traced(calls, fault, out, *files):
    """The tracer's words: a fault in calls, of these files alone if there are any."""
    words = ["strace", "-f", "-qq", "-o", str(out), "-e", f"trace={calls}", "-e", f"inject={calls}:{fault}"]
    # The filter in the kernel makes it faster, and has strace 6.1 send no signal.
    words += [] if fault.startswith("signal") else ["--seccomp-bpf"]
    return words + [word for file in files for word in ("-P", file)]
