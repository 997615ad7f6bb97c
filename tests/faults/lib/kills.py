"""The ways in which a server comes to its sudden end."""

import signal
import threading
import time

# Where the program ends itself, and the most passes it waits for.
POINTS = {
    "K1": 4, "K2": 4, "K3": 4, "K4": 4, "K5": 6, "K6": 6, "K7": 6, "K8": 6, "K9": 6, "K10": 6, "K11": 6,
    "K12": 6, "K13": 6, "K14": 6, "K17": 6, "K18": 2, "K23": 6,
}
# Written by Referee for its own database, for systems and for callers.
CALLS = {
    "sqlite": ["pwrite64", "fsync,fdatasync", "sendto", "writev", "write"],
    "postgres": ["sendto", "writev", "write"],
}
# The most calls of a thread it waits for.
MOST = {"pwrite64": 60, "write": 150, "sendto": 12, "writev": 6}


class Kill:
    """One of: `K7:3` (a point), `syscall pwrite64:40`, `K24:3` (a write of SQLite's checkpoint),
    `after 340 ms`."""

    def __init__(self, way, what="", count=0):
        self.way, self.what, self.count = way, what, count

    @classmethod
    def drawn(cls, rng, points, ways, database, number):
        """The kill of that life, counted over all stories: four of five at the points in turn, so that
        few seeds meet all, the others as `ways` has it."""
        way = "point" if "point" in ways and number % 5 != 4 else rng.choice(ways)
        if way == "point":
            point = points[(number - number // 5) % len(points)]
            if point == "K24":
                # SQLite's own: nothing of it is ours to stop in PostgreSQL.
                return cls("checkpoint", "pwrite64", rng.randint(1, 12)) if database == "sqlite" else cls("random", count=rng.randint(50, 2500))
            return cls("point", point, rng.randint(1, POINTS[point]))
        if way == "syscall":
            call = rng.choice(CALLS[database])
            # Early ones are met more often than late ones.
            most = MOST.get(call, 20)
            return cls("syscall", call, min(rng.randint(1, most), rng.randint(1, most)))
        return cls("random", count=rng.randint(50, 2500))

    def name(self):
        return {"point": self.what, "checkpoint": "K24", "syscall": f"syscall {self.what}", "random": "kill -9"}[self.way]

    def __str__(self):
        return f"{self.name()}:{self.count}"

    def environment(self):
        if self.way == "checkpoint":
            return {"REFEREE_CHECKPOINT": "40"}
        return {"REFEREE_FAULT": f"{self.what}:{self.count}"} if self.way == "point" else {}

    def tracer(self, folder):
        """The words before the command: the tracer that ends it at a system call."""
        if self.way not in ("syscall", "checkpoint"):
            return ()
        words = ["strace", "-f", "-qq", "-o", "/dev/null", "--seccomp-bpf", "-e", f"trace={self.what}",
                 "-e", f"inject={self.what}:signal=SIGKILL:when={self.count}"]
        if self.way == "checkpoint":
            words += ["-P", str((folder / "data" / "referee.db").resolve())]
        return words

    def begin(self, served):
        """Called when the server listens."""
        if self.way == "random":
            def end():
                time.sleep(self.count / 1000)
                served.send(signal.SIGKILL)

            threading.Thread(target=end, daemon=True).start()
