"""One seed, one story: systems that are edited, people who decide, and a server that keeps dying."""

import json
import random
import threading
import time
from functools import partial

from lib.bulk import Bulk
from lib.canaries import leaks
from lib.check import Check, instant
from lib.client import Client, Died
from lib.kills import Kill
from lib.pair import Pair
from lib.place import Broken, read
from lib.program import Served
from lib.targets import FIELDS, TOKEN

# How many times shorter leases and waits for the next try are than in real life.
HASTE = 100
# In the end, when a slow machine must not take what is alive for dead.
CALM_HASTE = 20
# A worker stops for longer than its lease: before it writes, and with what it read back in hand.
PAST_THE_LEASE = ("K7:2200:1", "K12:2200:2")
# Within these seconds a write has been read back.
READ_BACK = 0.8
# Longest life of a server that was to die, in seconds.
LIFE = 7
# And where many things are to be decided at once.
LONG_LIFE = 25
# Longest time in which everything has to come to its end once nothing goes wrong any longer.
CALM = 240


class Story:
    def __init__(self, place, seed, points, ways, without, lives, keep=None):
        self.place, self.seed, self.without, self.lives = place, seed, without, lives
        self.random = random.Random(f"{place.database}/{seed}/{without or ''}")
        self.points, self.ways, self.keep = points, ways, keep
        self.lock = threading.Lock()
        self.etag = self.random.random() < 0.75
        self.idempotent = self.random.random() < 0.6
        # Resolution -> the request that made it; those told to be undone; (when, which, state).
        self.acknowledged, self.undone, self.shown = {}, set(), []
        # Requests without an answer: asked again until there is one.
        self.pending = []
        self.count = 0
        self.links = [f"C-{n}" for n in range(1, 11)]
        self.made = set()
        # What was decided lately: where an edit hurts most.
        self.recent = []
        self.told = []
        self.kills = []
        self.bulk, self.fenced = Bulk(self), 0
        self.over = threading.Event()

    # --- the story ----------------------------------------------------------------------------

    def play(self):
        """Plays it to its end; answers what was violated."""
        self.folder, self.store, self.portal = self.place.copy(
            self.seed, {"etag": self.etag, "idempotent": self.idempotent})
        self.targets = {"portal": self.portal, "erp": self.place.erp, "desk": self.place.desk}
        if self.random.random() < 0.3:
            self.place.erp.slowly()
        try:
            for number in range(self.lives):
                self.live(Kill.drawn(self.random, self.points, self.ways, self.place.database,
                                    self.seed * self.lives + number))
            self.calm()
            wrong = self.judge()
        except Broken as error:
            wrong = [("database", str(error))]
        except Exception as error:  # what the driver itself cannot go on after is a finding too
            self.note("gave up", error=repr(error))
            wrong = [("driver", repr(error))]
        finally:
            self.place.desk.heal()
        self.write(wrong)
        if not wrong and not self.keep:
            self.place.remove(self.folder, self.store)
        return wrong

    def note(self, what, **more):
        with self.lock:
            self.told.append({"at": time.time(), "what": what, **more})

    def write(self, wrong):
        if wrong or self.keep:
            text = "\n".join(json.dumps(line, default=str) for line in self.told)
            (self.folder / "story.jsonl").write_text(text + "\n")
            (self.folder / "wrong.json").write_text(json.dumps(wrong, indent=1) + "\n")

    def live(self, kill):
        """One life of the server, to its sudden end."""
        pause = self.pause()
        # Two servers share one PostgreSQL; of one of them nothing is ended but its sleep.
        two = self.place.database == "postgres" and not pause and self.random.random() < 0.15
        if pause in PAST_THE_LEASE or two:
            # Who is late has to wake up again before the end.
            kill = Kill("random", count=self.random.randint(3500, 5500))
        more = {**self.place.environment(self.store), **kill.environment(), "REFEREE_HASTE": str(HASTE)}
        if pause:
            more["REFEREE_PAUSE"] = pause
        if self.without:
            more["REFEREE_WITHOUT"] = self.without
        self.note("life", kill=str(kill), pause=pause, two=two)
        # To come to that point somebody has to.
        self.undoing = kill.what == "K18"
        served = Served(self.place.binary, self.folder, self.place.port, more, kill.tracer(self.folder))
        pair = None
        try:
            self.over.clear()
            threads = []
            if served.answers():
                work = [self.edit_and_read, self.steward, self.steward]
                if two:
                    pair = Pair(self, served)
                    if not pair.begin(more):
                        self.note("violation", invariant="A6", text="a second server does not start")
                    work.append(pair.sleep)
                    # One of the two people works with the other server.
                    work[2] = partial(self.steward, port=pair.port)
                if kill.what == "K23":
                    # Two people at work would leave little to decide at once.
                    work = [self.bulk.work]
                kill.begin(served)
                if pause == PAST_THE_LEASE[0]:
                    work.append(self.put_back)
                threads = [threading.Thread(target=self.guarded, args=(part, n)) for n, part in enumerate(work)]
                for thread in threads:
                    thread.start()
                end = time.monotonic() + (LONG_LIFE if kill.what == "K23" else LIFE)
                while served.is_alive() and time.monotonic() < end and any(t.is_alive() for t in threads):
                    time.sleep(0.02)
                # Everybody has gone home: what is under way may still meet its end.
                end = min(end, time.monotonic() + (6 if kill.what == "K23" else 1.5))
                while served.is_alive() and time.monotonic() < end:
                    time.sleep(0.02)
            reached = not served.is_alive()
        finally:
            self.over.set()
            served.kill()
            if pair:
                pair.kill()
        for thread in threads:
            thread.join(60)
        self.kills.append(("SIGSTOP, kill -9" if two else kill.name(), reached))
        self.note("dead", reached=reached, status=served.process.returncode)
        # While it is dead the world goes on.
        for _ in range(self.random.choice((0, 1, 1, 2))):
            self.edit_where_it_hurts(self.random)

    def pause(self):
        draw = self.random.random()
        if draw < (0.7 if self.without == "fencing" else 0.06):
            return self.random.choice(PAST_THE_LEASE)
        if draw < 0.35:
            return "K7:250:6"
        return "K10:150:4" if draw < 0.45 else None

    def guarded(self, part, number):
        try:
            part(random.Random(f"{self.seed}/{len(self.kills)}/{number}"), number)
        except Died:
            pass
        except Exception as error:
            if not self.over.is_set():
                self.note("a thread gave up", error=repr(error))

    # --- the world ----------------------------------------------------------------------------

    def value(self):
        with self.lock:
            self.count += 1
            return f"v{self.seed}n{self.count}"

    def edit(self, link, system, rng, name=None):
        name, value = name or rng.choice(FIELDS), self.value()
        try:
            self.targets[system].edit(link, name, value, value)
            self.note("edit", link=link, system=system, name=name, value=value)
        except KeyError:
            pass  # the helpdesk does not have it

    def edit_where_it_hurts(self, rng):
        with self.lock:
            recent = self.recent[-4:]
        if recent and rng.random() < 0.7:
            link, name = rng.choice(recent)
            self.edit(link, rng.choice(list(self.targets)), rng, name)
        else:
            self.edit(rng.choice(self.links), rng.choice(list(self.targets)), rng)

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
            self.place.desk.fault(**rng.choice(faults))
        if rng.random() < 0.3:
            # Somebody else writes right after it was read.
            body = json.dumps({rng.choice(FIELDS): self.value()})
            self.place.desk.fault(fault="edit_after", when="read", body=body)

    def laid_down(self, link):
        """Rows of the journals that answer for no question: three at the start. A record that was made
        in one system is missing in two, which may be found one after the other."""
        return -2 if link in self.made else 3

    def edit_and_read(self, rng, number):
        """Edits in one or two systems, which are then read; and now and then a new record."""
        client = Client(self.place.port, self.place.tokens[number % 2])
        self.misbehave(rng)
        # The people have something to do already.
        time.sleep(rng.choice((0.0, 0.3, 0.6)))
        for _ in range(2):
            system = rng.choice(list(self.targets))
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
        self.note("made", link=link)

    def put_back(self, _rng, _number):
        """Undoes by hand what Referee writes, once it has read it back: whoever comes late finds what he
        expects. Sooner, and what was written looks as if it had never been (docs/developers/faults.md)."""
        done = set()
        end = time.monotonic() + LIFE - 1
        while time.monotonic() < end and not self.over.is_set():
            for system in ("portal", "erp"):
                for number, change in enumerate(self.targets[system].journal()):
                    if change.who != "referee" or (system, number) in done or len(done) > 3:
                        continue
                    if time.time() - instant(change.at) < READ_BACK:
                        continue
                    done.add((system, number))
                    for name, (before, _) in change.fields.items():
                        self.targets[system].edit(change.row, name, before, self.value())
                        self.note("put back", system=system, row=change.row, name=name, value=before)
            time.sleep(0.1)

    def read(self, client, system):
        read(client, system)

    # --- the people ---------------------------------------------------------------------------

    def steward(self, rng, number, port=None):
        client = Client(port or self.place.port, self.place.tokens[number % 2])
        self.again(client, number)
        for _ in range(25):
            if self.over.is_set():
                break
            queue = client.get("conflicts?limit=20")["items"]
            if not queue:
                time.sleep(0.05)
            for item in rng.sample(queue, min(3, len(queue))):
                self.decide(client, rng, item["id"], number)
            self.look(client, rng)
        client.close()

    def again(self, client, number):
        """Asks anew what got no answer, word for word."""
        with self.lock:
            mine = [request for request in self.pending if request["who"] == number % 2]
        for request in mine:
            self.send(client, request)

    def send(self, client, request):
        """Sends a decision or an undo; without an answer it is kept to be sent again."""
        with self.lock:
            if request not in self.pending:
                self.pending.append(request)
        status, body = client.ask("POST", request["path"], request["body"], request["key"])
        with self.lock:
            self.pending.remove(request)
            if request["kind"] == "decide" and status == 201:
                earlier = self.acknowledged.setdefault(body["id"], request["key"])
                if earlier != request["key"]:
                    self.told.append({"what": "one decision for two requests", "id": body["id"]})
            if request["kind"] == "undo" and status == 200:
                self.undone.add(request["of"])
            self.bulk.acknowledged(request, status, body)
            code = None if status < 300 else body.get("code")
            self.told.append({"at": time.time(), "what": "answered", "key": request["key"], "status": status,
                              "path": request["path"], "body": request["body"], "code": code,
                              "id": body.get("id") if status < 300 else None})
        return status, body

    def decide(self, client, rng, id, number):
        status, page = client.ask("GET", f"conflicts/{id}")
        open_ones = [one for one in page.get("differences", []) if one["state"] == "open"] if status == 200 else []
        if not open_ones:
            return
        if rng.random() < 0.5:
            client.ask("POST", f"conflicts/{id}/claim", {})
        if rng.random() < 0.3 and len(open_ones) > 1:
            open_ones = open_ones[:1]
        outcomes = [self.outcome(one, rng) for one in open_ones]
        body = {"version": page["version"], "outcomes": outcomes, "reason": "document_seen"}
        held = self.undoing or rng.random() < 0.4
        if held:
            body["hold_seconds"] = 1
        link = self.link_of(page)
        # Between the page and the decision, and between the decision and the write.
        if link and rng.random() < 0.12:
            self.edit(link, rng.choice(list(self.targets)), rng)
        request = {"kind": "decide", "path": f"conflicts/{id}/resolution", "body": body, "who": number % 2,
                   "key": f"{self.seed}-{self.value()}"}
        status, answer = self.send(client, request)
        if rng.random() < 0.2:
            # A second click: the same request, the same answer.
            again = self.send(client, request)
            if status == 201 and (again[0] != status or again[1]["id"] != answer["id"]):
                self.note("violation", invariant="C2", text=f"{request['key']} was answered {status} and then {again}")
        if status != 201:
            return
        if link:
            with self.lock:
                self.recent += [(link, one["field"]) for one in open_ones if one["field"] in FIELDS]
        if link and not self.undoing and rng.random() < 0.3:
            time.sleep(rng.choice((0.0, 0.1, 0.3)))
            chosen = rng.choice(open_ones)["field"]
            self.edit(link, rng.choice(list(self.targets)), rng, chosen if chosen in FIELDS else None)
        elif self.undoing or rng.random() < (0.3 if held else 0.12):
            time.sleep(rng.choice((0.0, 0.2, 0.4, 0.6)))
            self.send(client, {"kind": "undo", "path": f"resolutions/{answer['id']}/undo", "body": {}, "who": number % 2,
                               "of": answer["id"], "key": f"{self.seed}-{self.value()}"})
        self.see(client, answer["id"])

    def link_of(self, page):
        """The record's shared identifier is found by a value that stands on the page."""
        values = {text for one in page["differences"] for value in one["values"]
                  for text in self.texts(value["value"])}
        for link, row in self.portal.rows().items():
            if values & set(row.values()):
                return link
        return None

    @staticmethod
    def texts(value):
        return {text for text in value.values() if text} if isinstance(value, dict) else {value}

    def outcome(self, one, rng):
        if one["field"] == "record":
            return {"difference": one["id"], "outcome": "create_there", "value": one["values"][0]["n"]}
        draw = rng.random()
        if draw < 0.3:
            return {"difference": one["id"], "outcome": "type", "value": self.value()}
        return {"difference": one["id"], "outcome": "keep", "value": rng.choice(one["values"])["n"]}

    def look(self, client, rng):
        with self.lock:
            some = rng.sample(sorted(self.acknowledged), min(3, len(self.acknowledged)))
        for id in some:
            self.see(client, id)

    def see(self, client, id):
        status, body = client.ask("GET", f"resolutions/{id}")
        if status != 200:
            self.note("violation", invariant="I1", text=f"decision {id} was acknowledged and is answered with {status}")
            return
        with self.lock:
            self.shown.append((time.time(), id, body["state"]))

    # --- the end ------------------------------------------------------------------------------

    def calm(self):
        """Nothing goes wrong any longer and nobody asks for anything: all has to come to its end."""
        self.place.desk.heal()
        more = {**self.place.environment(self.store), "REFEREE_HASTE": str(CALM_HASTE)}
        if self.without:
            more["REFEREE_WITHOUT"] = self.without
        self.note("calm")
        served = Served(self.place.binary, self.folder, self.place.port, more)
        try:
            if not served.answers():
                raise RuntimeError("Referee does not start any longer")
            for number, token in enumerate(self.place.tokens):
                client = Client(self.place.port, token, patient=True)
                self.again(client, number)
                client.close()
            client = Client(self.place.port, self.place.tokens[0], patient=True)
            self.settle(client)
            self.settle(client, self.bulk.settle(client, CALM))
            for system in (*self.targets, *self.targets):
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
        waiting = {*self.acknowledged, *more}
        while waiting and time.monotonic() < end:
            for id in sorted(waiting):
                status, body = client.ask("GET", f"resolutions/{id}")
                if status != 200:
                    waiting.discard(id)
                    continue
                with self.lock:
                    self.shown.append((time.time(), id, body["state"]))
                due = [one for one in body["deliveries"] if one["next_at"] or one["state"] == "sending"]
                if body["state"] not in ("held", "sending") or not due:
                    waiting.discard(id)
            time.sleep(0.1)

    def judge(self):
        tables = self.place.tables(self.folder, self.store)
        journals = {name: target.journal() for name, target in self.targets.items()}
        values = {name: target.rows() for name, target in self.targets.items()}
        check = Check(self, tables, journals, values)
        wrong = check.run()
        wrong += [("I8", what) for what in leaks(self.place, self.folder, self.store)]
        wrong += [(line["invariant"], line["text"]) for line in self.told if line["what"] == "violation"]
        if wrong or self.keep:
            (self.folder / "tables.json").write_text(json.dumps(tables, indent=1, default=str))
            told = {name: [change.__dict__ for change in journal] for name, journal in journals.items()}
            (self.folder / "journals.json").write_text(json.dumps(told, indent=1, default=str))
        self.figures = {
            "decisions": len(self.acknowledged), "undone": len(self.undone), "windows": check.windows, "again": check.again,
            "effects": sum(len(changes) for changes in check.effects.values()),
            "states": {}, "audit": len(tables["audit"]),
        }
        for row in tables["deliveries"]:
            self.figures["states"][row["state"]] = self.figures["states"].get(row["state"], 0) + 1
        return wrong
