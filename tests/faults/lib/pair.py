"""Two servers at work on one PostgreSQL, one of which is stopped for longer than its leases and woken."""

import shutil
import signal
import time

from lib.program import Served, free_port

# Longer than a lease is while everything goes a hundred times faster: 1.5 s.
STOPPED = 2.4


class Pair:
    """The second server, and the sleep of the first."""

    def __init__(self, story, served):
        self.story, self.first = story, served
        self.folder = story.folder / "second"
        if not self.folder.exists():
            # The same key, another folder: a folder has one server.
            shutil.copytree(story.folder / "data", self.folder / "data", ignore=shutil.ignore_patterns("instance.lock"))
            for name in ("referee.toml", "business.toml"):
                shutil.copy(story.folder / name, self.folder / name)
            # The file is the same one for both, so that its name is.
            (self.folder / "portal.sqlite").symlink_to(story.folder / "portal.sqlite")
        self.port = free_port()

    def begin(self, more):
        place = self.story.place
        self.served = Served(place.binary, self.folder, self.port, more)
        return self.served.answers()

    def sleep(self, rng, _number):
        """Stops the first server in the middle of its work, and wakes it once others have its leases."""
        for _ in range(rng.choice((1, 2))):
            time.sleep(rng.uniform(0.1, 0.9))
            self.story.note("stopped", port=self.first.port)
            self.first.send(signal.SIGSTOP)
            time.sleep(STOPPED)
            self.first.send(signal.SIGCONT)
            self.story.note("woken", port=self.first.port)

    def kill(self):
        self.served.kill()
