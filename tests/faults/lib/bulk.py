"""Many differences decided at once: one outcome for a frozen set, worked off one by one."""

import json
import re
import time
from collections import Counter

from lib.client import Browser, Client
from lib.place import read
from lib.targets import FIELDS


class Bulk:
    """What was frozen and decided as a group in one story. Groups outlive the server that began them."""

    def __init__(self, story):
        self.story = story
        # Group -> whether its decision was acknowledged.
        self.groups = {}

    def acknowledged(self, request, status, body):
        """Hears of every answer."""
        if request["kind"] == "freeze" and status == 201:
            self.groups.setdefault(body["id"], False)
        if request["kind"] == "bulk" and status == 202:
            self.groups[request["of"]] = True

    def work(self, rng, _number):
        """Changes one field of every record in one system, has it read, and decides them all alike."""
        story = self.story
        client = Client(story.place.port, story.place.tokens[0])
        system, field = rng.choice(("portal", "erp")), rng.choice(FIELDS)
        for link in story.world.links:
            story.world.edit(link, system, rng, field)
        read(client, system)
        browser = Browser(story.place.port)
        browser.sign_in("ana")
        likes = set()
        for item in client.get("conflicts?limit=20")["items"]:
            likes |= set(re.findall(r"like=([0-9a-zA-Z]+)", browser.page(f"/conflicts/{item['id']}")))
            if len(likes) > 2:
                break
        story.note("alike", system=system, field=field, patterns=sorted(likes))
        for like in sorted(likes)[:3]:
            body = {"like": like, "outcome": "keep", "system": system, "note": "the drill"}
            story.people.send(client, {"kind": "freeze", "path": "groups", "body": body, "who": 0, "key": f"freeze-{story.world.value()}"})
        self.decide(client)
        client.close()

    def decide(self, client):
        """Decides what is frozen and was not decided yet."""
        for id in [id for id, decided in self.groups.items() if not decided]:
            self.story.people.send(client, {"kind": "bulk", "path": f"groups/{id}/decision", "body": {}, "who": 0, "of": id,
                                     "key": f"bulk-{id}"})

    def settle(self, client, seconds):
        """Waits for the end of every group."""
        self.decide(client)
        end = time.monotonic() + seconds
        for id in self.groups:
            while client.get(f"groups/{id}")["state"] == "working" and time.monotonic() < end:
                time.sleep(0.2)
            told = client.get(f"groups/{id}")
            self.story.note("group", **{name: told[name] for name in ("id", "state", "included", "decided", "excluded")})
        return self.made(client) if self.groups else set()

    def made(self, client):
        """Every decision that the log tells of: those of groups have no other list."""
        found, cursor = set(), 0
        while cursor is not None:
            page = client.get(f"audit?limit=200&cursor={cursor}")
            lines = [json.loads(item["line"]) for item in page["items"]]
            found |= {line.get("about", {}).get("resolution") for line in lines if line["action"] == "decided"} - {None}
            cursor = page["next"]
        return found

    def decisions(self, tables):
        """The decisions that groups made, of which nobody was told one by one."""
        return {row["resolution_id"] for row in tables["group_members"] if row["resolution_id"]}

    def check(self, tables, broken):
        """A5: each item all or nothing, and the counts are true."""
        groups = {row["id"]: row for row in tables["group_decisions"]}
        known = {row["id"]: row for row in tables["resolutions"]}
        for id, decided in self.groups.items():
            if id not in groups:
                broken("I1", f"group {id} was acknowledged and is lost")
                continue
            own = [row for row in tables["group_members"] if row["group_id"] == id]
            states = Counter(row["state"] for row in own)
            if decided and (groups[id]["state"] != "done" or states["included"]):
                broken("A5", f"group {id} has come to no end: {groups[id]['state']} {dict(states)}")
            for row in own:
                made = known.get(row["resolution_id"])
                if (row["state"] == "decided") != (row["resolution_id"] is not None) or (row["resolution_id"] and not made):
                    broken("A5", f"{row['title']}.{row['field']} of group {id} is {row['state']}, its decision {row['resolution_id']}")
            decisions = [row["resolution_id"] for row in own if row["resolution_id"]]
            if len(decisions) != len(set(decisions)):
                broken("A5", f"one decision stands for two items of group {id}")
        for line in self.story.told:
            if line["what"] == "group" and line["state"] == "done":
                own = Counter(row["state"] for row in tables["group_members"] if row["group_id"] == line["id"])
                said = (line["included"], line["decided"], sum(line["excluded"].values()))
                if said != (own["included"], own["decided"], own["excluded"]):
                    broken("A5", f"group {line['id']} says {said} of included, decided, left out, and has {dict(own)}")
