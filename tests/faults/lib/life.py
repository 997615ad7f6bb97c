"""One life of the server: people and systems at work, to its sudden end."""

import random
import threading
import time
from functools import partial

from lib.check import PAST_THE_LEASE
from lib.client import Died
from lib.kills import Kill
from lib.pair import Pair
from lib.program import Served

# How many times shorter leases and waits for the next try are than in real life.
HASTE = 100
# Longest life of a server that was to die, in seconds; and where many things are decided at once.
LIFE, LONG_LIFE = 7, 25
# When everybody has gone home: so long what is under way may still meet its end.
AFTER, LONG_AFTER = 1.5, 6


class Life:
    def __init__(self, story, kill):
        self.story, self.kill, self.random = story, kill, story.random
        self.pause = self.drawn_pause()
        # Two servers share one PostgreSQL; of one of them nothing is ended but its sleep.
        self.two = story.place.database == "postgres" and not self.pause and self.random.random() < 0.1
        if kill.cuts():
            self.pause = None
        elif self.two or self.pause in PAST_THE_LEASE:
            # Who is late has to wake up again before the end.
            self.kill = Kill("random", count=self.random.randint(3500, 5500))
        self.many = self.kill.what == "K23"
        self.pair, self.threads = None, []

    def drawn_pause(self):
        draw = self.random.random()
        if draw < (0.7 if self.story.asked.without == "fencing" else 0.06):
            return self.random.choice(PAST_THE_LEASE)
        if draw < 0.35:
            return "K7:250:6"
        return "K10:150:4" if draw < 0.45 else None

    def play(self):
        story, kill = self.story, self.kill
        more = {**story.environment(HASTE), **kill.environment()}
        if self.pause:
            more["REFEREE_PAUSE"] = self.pause
        story.note("life", kill=str(kill), pause=self.pause, two=self.two)
        # To come to that point somebody has to.
        story.people.undoing = kill.what == "K18"
        served = Served(story.place.binary, story.folder, story.place.port, more, kill.tracer(story.folder))
        try:
            story.over.clear()
            if served.answers():
                self.work(served, more)
            reached = not served.is_alive()
        finally:
            story.over.set()
            served.kill()
            if self.pair:
                self.pair.kill()
        for thread in self.threads:
            thread.join(60)
        story.kills.append(("SIGSTOP, kill -9" if self.two else kill.name(), kill.end(story, reached)))
        story.note("dead", reached=reached, status=served.process.returncode)
        # While it is dead the world goes on.
        for _ in range(self.random.choice((0, 1, 1, 2))):
            story.world.edit_where_it_hurts(self.random)

    def work(self, served, more):
        """Sets everybody to work, until the server has met its end or all have gone home."""
        parts = self.parts(served, more)
        self.kill.begin(served, self.story.disk)
        self.threads = [threading.Thread(target=self.guarded, args=(part, n)) for n, part in enumerate(parts)]
        for thread in self.threads:
            thread.start()
        end = time.monotonic() + (LONG_LIFE if self.many else LIFE)
        while served.is_alive() and time.monotonic() < end and any(t.is_alive() for t in self.threads):
            time.sleep(0.02)
        end = min(end, time.monotonic() + (LONG_AFTER if self.many else AFTER))
        while served.is_alive() and time.monotonic() < end:
            time.sleep(0.02)

    def parts(self, served, more):
        """What is done at the same time."""
        story = self.story
        if self.many:
            # Two people at work would leave little to decide at once.
            return [story.bulk.work]
        parts = [story.world.edit_and_read, story.people.steward, story.people.steward]
        if self.two:
            self.pair = Pair(story, served)
            if not self.pair.begin(more):
                story.note("violation", invariant="A6", text="a second server does not start")
            parts.append(self.pair.sleep)
            # One of the two people works with the other server.
            parts[2] = partial(story.people.steward, port=self.pair.port)
        if self.pause == PAST_THE_LEASE[0]:
            parts.append(story.world.put_back)
        return parts

    def guarded(self, part, number):
        try:
            part(random.Random(f"{self.story.seed}/{len(self.story.kills)}/{number}"), number)
        except Died:
            pass
        except Exception as error:
            if not self.story.over.is_set():
                self.story.note("a thread gave up", error=repr(error))
