"""One seed, one story: systems that are edited, people who decide, and a server that keeps dying."""

import json
import random
import threading
import time

from lib.bulk import Bulk
from lib.canaries import leaks
from lib.check import Check
from lib.client import Client
from lib.disk import Disk
from lib.kills import Kill
from lib.life import Life
from lib.people import People
from lib.place import Broken, read
from lib.program import Served
from lib.world import World

# How many times shorter leases and waits for the next try are in the end, when a slow machine must
# not take what is alive for dead.
CALM_HASTE = 20
# Longest time in which everything has to come to its end once nothing goes wrong any longer.
CALM = 240
# The longest that reads of the helpdesk lag behind its writes: a minute, a hundred times faster.
LAG_MS = 600


class Story:
    def __init__(self, place, seed, asked):
        """`asked` says points, ways, lives, what is taken away, and whether all is kept."""
        self.place, self.seed, self.asked = place, seed, asked
        self.random = random.Random(f"{place.database}/{seed}/{asked.without or ''}")
        self.lock = threading.Lock()
        self.etag = self.random.random() < 0.75
        self.idempotent = self.random.random() < 0.6
        # It has nothing to do with what else is drawn: a seed stays what it was.
        dice = random.Random(f"lag/{seed}")
        self.lag_ms = dice.randint(1, LAG_MS) if dice.random() < 0.35 else 0
        self.told, self.kills = [], []
        self.over = threading.Event()
        self.disk = None

    def play(self):
        """Plays it to its end; answers what was violated."""
        switches = {"etag": self.etag, "idempotent": self.idempotent, "stale_ms": self.lag_ms}
        self.folder, self.store, portal = self.place.copy(self.seed, switches)
        # What the store knows already is not shown as it was before.
        time.sleep(self.lag_ms / 1000)
        self.world = World(self, {"portal": portal, "erp": self.place.erp, "desk": self.place.desk})
        self.people, self.bulk = People(self, self.world), Bulk(self)
        if self.random.random() < 0.3:
            self.place.erp.slowly()
        try:
            wrong = self.lived()
        except Broken as error:
            wrong = [("database", str(error))]
        except Exception as error:  # what the driver itself cannot go on after is a finding too
            self.note("gave up", error=repr(error))
            wrong = [("driver", repr(error))]
        finally:
            self.place.desk.heal()
            if self.disk:
                self.disk.close()
        self.write(wrong)
        if not wrong and not self.asked.keep:
            self.place.remove(self.folder, self.store)
        return wrong

    def lived(self):
        """All its lives, and what became of it."""
        if self.asked.disk:
            self.disk = Disk(self.folder)
        for number in range(self.asked.lives):
            turn = self.seed * self.asked.lives + number
            Life(self, Kill.drawn(self.random, self.asked.points, self.asked.ways, self.place.database, turn)).play()
        self.calm()
        return self.judge()

    def note(self, what, **more):
        with self.lock:
            self.told.append({"at": time.time(), "what": what, **more})

    def write(self, wrong):
        if wrong or self.asked.keep:
            text = "\n".join(json.dumps(line, default=str) for line in self.told)
            (self.folder / "story.jsonl").write_text(text + "\n")
            (self.folder / "wrong.json").write_text(json.dumps(wrong, indent=1) + "\n")

    def environment(self, haste):
        """What every server of the story is told."""
        more = {**self.place.environment(self.store), "REFEREE_HASTE": str(haste)}
        return {**more, "REFEREE_WITHOUT": self.asked.without} if self.asked.without else more

    # --- the end ------------------------------------------------------------------------------

    def calm(self):
        """Nothing goes wrong any longer and nobody asks for anything: all has to come to its end."""
        self.place.desk.heal()
        self.note("calm")
        served = Served(self.place.binary, self.folder, self.place.port, self.environment(CALM_HASTE))
        try:
            if not served.answers():
                raise RuntimeError("Referee does not start any longer")
            for number, token in enumerate(self.place.tokens):
                client = Client(self.place.port, token, patient=True)
                self.people.again(client, number)
                client.close()
            client = Client(self.place.port, self.place.tokens[0], patient=True)
            self.settle(client)
            self.settle(client, self.bulk.settle(client, CALM))
            for system in (*self.world.targets, *self.world.targets):
                read(client, system, CALM)
            # A run has ended before what it changed is judged.
            time.sleep(1)
            self.settle(client)
            client.close()
        finally:
            took = served.stop()
        # Ten seconds are promised; a machine that is busy with much else gets some more.
        if took > 15:
            self.note("violation", invariant="A6", text=f"stopping took {took:.1f} s")

    def settle(self, client, more=()):
        """Waits until no decision is under way."""
        end = time.monotonic() + CALM
        waiting = {*self.people.acknowledged, *more}
        while waiting and time.monotonic() < end:
            waiting = {id for id in sorted(waiting) if self.is_under_way(client, id)}
            time.sleep(0.1)

    def is_under_way(self, client, id):
        status, body = client.ask("GET", f"resolutions/{id}")
        if status != 200:
            return False
        self.people.showed(id, body["state"])
        due = [one for one in body["deliveries"] if one["next_at"] or one["state"] == "sending"]
        return bool(due) and body["state"] in ("held", "sending")

    def judge(self):
        tables = self.place.tables(self.folder, self.store)
        journals = {name: target.journal() for name, target in self.world.targets.items()}
        values = {name: target.rows() for name, target in self.world.targets.items()}
        check = Check(self, tables, journals, values)
        wrong = check.run()
        wrong += [("I8", what) for what in leaks(self.place, self.folder, self.store)]
        wrong += [(line["invariant"], line["text"]) for line in self.told if line["what"] == "violation"]
        if wrong or self.asked.keep:
            (self.folder / "tables.json").write_text(json.dumps(tables, indent=1, default=str))
            told = {name: [change.__dict__ for change in journal] for name, journal in journals.items()}
            (self.folder / "journals.json").write_text(json.dumps(told, indent=1, default=str))
        self.figures = check.figures()
        return wrong
