"""What happens to the systems meanwhile: edits from outside, new records, and a REST service that misbehaves."""

import json
import threading
import time

from lib.check import instant
from lib.client import Client
from lib.place import read
from lib.targets import FIELDS, TOKEN

# Within these seconds a write has been read back.
READ_BACK = 0.8
# Nothing is put back longer than that, in seconds.
PUTTING_BACK = 6


class World:
    """The three systems of a story, and everybody who edits them."""

    def __init__(self, story, targets):
        self.story, self.targets = story, targets
        self.lock = threading.Lock()
        self.count = 0
        self.links = [f"C-{n}" for n in range(1, 11)]
        self.made = set()
        # What was decided lately: where an edit hurts most.
        self.recent = []

    def value(self):
        with self.lock:
            self.count += 1
            return f"v{self.story.seed}n{self.count}"

    def edit(self, link, system, rng, name=None):
        name, value = name or rng.choice(FIELDS), self.value()
        try:
            self.targets[system].edit(link, name, value, value)
            self.story.note("edit", link=link, system=system, name=name, value=value)
        except KeyError:
            pass  # the helpdesk does not have it

    def one(self, rng):
        return rng.choice(list(self.targets))

    def decided(self, link, fields):
        with self.lock:
            self.recent += [(link, name) for name in fields if name in FIELDS]

    def edit_where_it_hurts(self, rng):
        with self.lock:
            recent = self.recent[-4:]
        if recent and rng.random() < 0.7:
            link, name = rng.choice(recent)
            self.edit(link, self.one(rng), rng, name)
        else:
            self.edit(rng.choice(self.links), self.one(rng), rng)

    def misbehave(self, rng):
        """What the helpdesk does to the next writes."""
        faults = [
            {"fault": "drop_after", "when": "write"}, {"fault": "drop_before", "when": "write"},
            {"fault": "answer", "when": "write", "status": 503}, {"fault": "lie", "when": "write"},
            {"fault": "answer", "when": "write", "status": 429, "retry_after": "1"},
            # It repeats what it was sent.
            {"fault": "answer", "when": "write", "status": 503, "body": f'{{"error":"Authorization: Bearer {TOKEN}"}}'},
            {"fault": "answer", "when": "write", "status": 207, "body": '{"errors":[{"detail":"no"}]}'},
            {"fault": "hold_after", "when": "write", "ms": 300}, {"fault": "delay", "when": "write", "ms": 300},
            {"fault": "later", "when": "write", "ms": 120},
            {"fault": "redirect", "when": "write", "body": "http://127.0.0.1:1/elsewhere"},
        ]
        for _ in range(rng.choice((0, 1, 1, 2))):
            self.story.place.desk.fault(**rng.choice(faults))
        if rng.random() < 0.3:
            # Somebody else writes right after it was read.
            body = json.dumps({name: self.value() for name in rng.sample(FIELDS, rng.choice((1, 3)))})
            self.story.place.desk.fault(fault="edit_after", when="read", body=body)

    def laid_down(self, link):
        """Rows of the journals that answer for no question: three at the start. A record that was made
        in one system is missing in two, which may be found one after the other."""
        return -2 if link in self.made else 3

    def edit_and_read(self, rng, number):
        """Edits in one or two systems, which are then read; and now and then a new record."""
        client = Client(self.story.place.port, self.story.place.tokens[number % 2])
        self.misbehave(rng)
        # The people have something to do already.
        time.sleep(rng.choice((0.0, 0.3, 0.6)))
        for _ in range(2):
            system = self.one(rng)
            for link in rng.sample(self.links, 2):
                self.edit(link, system, rng)
            if rng.random() < 0.12:
                self.make(rng)
            read(client, system)
        if self.made and rng.random() < 0.5:
            for system in self.targets:
                read(client, system)
        client.close()

    def make(self, rng):
        link = f"N-{self.value()}"
        row = {"id": link, **{name: self.value() for name in FIELDS}, "mark": "made"}
        with self.lock:
            self.made.add(link)
        self.targets[rng.choice(("portal", "erp"))].make(row)
        self.story.note("made", link=link)

    def put_back(self, _rng, _number):
        """Undoes by hand what Referee writes, once it has read it back: whoever comes late finds what he
        expects. Sooner, and what was written looks as if it had never been (docs/developers/faults.md)."""
        done = set()
        end = time.monotonic() + PUTTING_BACK
        while time.monotonic() < end and not self.story.over.is_set():
            for system in ("portal", "erp"):
                for number, change in enumerate(self.targets[system].journal()):
                    if change.who != "referee" or (system, number) in done or len(done) > 3:
                        continue
                    if time.time() - instant(change.at) < READ_BACK:
                        continue
                    done.add((system, number))
                    for name, (before, _) in change.fields.items():
                        self.targets[system].edit(change.row, name, before, self.value())
                        self.story.note("put back", system=system, row=change.row, name=name, value=before)
            time.sleep(0.1)
