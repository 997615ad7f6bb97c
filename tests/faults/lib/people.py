"""Two people who decide over the API, take back, click twice, and ask again for what got no answer."""

import threading
import time

from lib.client import Client
from lib.targets import FIELDS


class People:
    """What the people of a story asked for, and what they were answered."""

    def __init__(self, story, world):
        self.story, self.world = story, world
        self.lock = threading.Lock()
        # Resolution -> the request that made it; those told to be undone; (when, which, state).
        self.acknowledged, self.undone, self.shown = {}, set(), []
        # Requests without an answer: asked again until there is one.
        self.pending = []
        # Whether they decide in order to take back.
        self.undoing = False

    def steward(self, rng, number, port=None):
        client = Client(port or self.story.place.port, self.story.place.tokens[number % 2])
        self.again(client, number)
        for _ in range(25):
            if self.story.over.is_set():
                break
            queue = client.get("conflicts?limit=20")["items"]
            if not queue:
                time.sleep(0.15)
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
        is_good = status < 300
        self.story.note("answered", key=request["key"], status=status, kind=request["kind"], path=request["path"],
                        body=request["body"], code=None if is_good else body.get("code"),
                        id=body.get("id") if is_good else None)
        with self.lock:
            self.pending.remove(request)
            if request["kind"] == "decide" and status == 201:
                earlier = self.acknowledged.setdefault(body["id"], request["key"])
                if earlier != request["key"]:
                    self.violated("C2", f"decision {body['id']} was the answer to two requests")
            if request["kind"] == "undo" and status == 200:
                self.undone.add(request["of"])
            self.story.bulk.acknowledged(request, status, body)
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
        body = {"version": page["version"], "outcomes": [self.outcome(one, rng) for one in open_ones],
                "reason": "document_seen"}
        if self.undoing or rng.random() < 0.4:
            body["hold_seconds"] = 1
        link = self.link_of(page)
        # Between the page and the decision, and between the decision and the write.
        if link and rng.random() < 0.12:
            self.world.edit(link, self.world.one(rng), rng)
        request = self.request("decide", f"conflicts/{id}/resolution", body, number)
        status, answer = self.send(client, request)
        if rng.random() < 0.2:
            # A second click: the same request, the same answer.
            again = self.send(client, request)
            if status == 201 and (again[0] != status or again[1]["id"] != answer["id"]):
                self.violated("C2", f"{request['key']} was answered {status} and then {again}")
        if status == 201:
            self.afterwards(client, rng, answer["id"], (link, open_ones, "hold_seconds" in body, number))
            self.see(client, answer["id"])

    def afterwards(self, client, rng, id, decided):
        """Once it is decided: somebody edits what is being written, or it is taken back."""
        link, open_ones, held, number = decided
        fields = [one["field"] for one in open_ones]
        if link:
            self.world.decided(link, fields)
        if link and not self.undoing and rng.random() < 0.3:
            time.sleep(rng.choice((0.0, 0.1, 0.3)))
            chosen = rng.choice(fields)
            self.world.edit(link, self.world.one(rng), rng, chosen if chosen in FIELDS else None)
        elif self.undoing or rng.random() < (0.3 if held else 0.12):
            time.sleep(rng.choice((0.0, 0.2, 0.4, 0.6)))
            self.send(client, {**self.request("undo", f"resolutions/{id}/undo", {}, number), "of": id})

    def request(self, kind, path, body, number):
        """What one of the two asks for, under a key of its own."""
        return {"kind": kind, "path": path, "body": body, "who": number % 2,
                "key": f"{self.story.seed}-{self.world.value()}"}

    def violated(self, invariant, text):
        self.story.note("violation", invariant=invariant, text=text)

    def link_of(self, page):
        """The record's shared identifier is found by a value that stands on the page."""
        values = {text for one in page["differences"] for value in one["values"]
                  for text in self.texts(value["value"])}
        for link, row in self.world.targets["portal"].rows().items():
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
            return {"difference": one["id"], "outcome": "type", "value": self.world.value()}
        return {"difference": one["id"], "outcome": "keep", "value": rng.choice(one["values"])["n"]}

    def look(self, client, rng):
        with self.lock:
            some = rng.sample(sorted(self.acknowledged), min(3, len(self.acknowledged)))
        for id in some:
            self.see(client, id)

    def see(self, client, id):
        status, body = client.ask("GET", f"resolutions/{id}")
        if status != 200:
            self.violated("I1", f"decision {id} was acknowledged and is answered with {status}")
            return
        self.showed(id, body["state"])

    def showed(self, id, state):
        with self.lock:
            self.shown.append((time.time(), id, state))
