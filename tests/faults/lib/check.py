"""What became of a story, seen from outside: from the targets' journals and values, from a copy of
Referee's database and from its audit log, and from what its callers were answered.

Nothing here asks Referee whether all is well, and nothing of its code is used.
"""

import hashlib
import json
from collections import Counter, defaultdict
from datetime import datetime, timezone

from lib.targets import FIELDS

GENESIS = "0" * 64
ENDED = {"confirmed", "accepted_with_changes", "refused", "overtaken", "undone", "by_hand"}
# What the log says of a delivery's end.
TOLD = {
    "confirmed": "delivery_confirmed",
    "accepted_with_changes": "delivery_accepted_with_changes",
    "refused": "delivery_refused",
    "overtaken": "delivery_overtaken",
}
# A worker stops for longer than its lease: before it writes, and with what it read back in hand.
PAST_THE_LEASE = ("K7:2200:1", "K12:2200:2")
# A death is noticed so much later, in seconds.
DYING = 0.2
# Clocks of one machine, read by programs that cut them differently.
SLACK = 0.003


def instant(text):
    return datetime.fromisoformat(text.rstrip("Z")).replace(tzinfo=timezone.utc).timestamp()


def held(value):
    """The text of a field's value in a decision."""
    return value["value"] if isinstance(value, dict) else None


class Check:
    """All that is known of a story after its end. `wrong` is what was violated: (invariant, what)."""

    def __init__(self, story, tables, journals, values):
        self.story, self.tables, self.values = story, tables, values
        self.wrong = []
        self.lines = []
        self.deliveries = {row["id"]: self.delivery(row) for row in tables["deliveries"]}
        self.resolutions = {row["id"]: row for row in tables["resolutions"]}
        self.journals = journals
        self.windows = self.again = 0
        self.ends = self.ended()
        self.effects = self.matched()

    def delivery(self, row):
        body = json.loads(row["body"])
        row = dict(row, body=body, create=body.get("create", False))
        row["fields"] = {name: (held(was), held(becomes)) for name, (was, becomes) in body["fields"].items()}
        return row

    def ended(self):
        """When the log says that a delivery has come to its end: delivery -> seconds."""
        ends = {}
        for entry in self.tables["audit"]:
            if entry["action"] in TOLD.values():
                ends.setdefault(json.loads(entry["line"])["about"].get("delivery"), instant(entry["at"]))
        return ends

    def broken(self, invariant, what):
        self.wrong.append((invariant, what))

    def run(self):
        for part in (self.chain, self.promised, self.once, self.order, self.seen_values, self.closed, self.log,
                     self.shown, self.agreed, self.echoes):
            part()
        self.story.bulk.check(self.tables, self.broken)
        return self.wrong

    def figures(self):
        """What a story had in it."""
        return {
            "decisions": len(self.story.people.acknowledged), "undone": len(self.story.people.undone),
            "windows": self.windows, "again": self.again, "audit": len(self.lines),
            "effects": sum(len(changes) for changes in self.effects.values()),
            "states": Counter(row["state"] for row in self.deliveries.values()),
        }

    # --- what the targets say was done --------------------------------------------------------

    def matched(self):
        """Each effective change of Referee in a journal with the delivery it belongs to: a list of
        (change, delivery) in the order of the journal, by system."""
        by_key = {row["idempotency_key"]: row for row in self.deliveries.values()}
        found = defaultdict(list)
        for system, journal in self.journals.items():
            taken = Counter()
            for change in journal:
                if change.who != "referee":
                    continue
                if change.key is not None:
                    delivery = by_key.get(change.key)
                    if delivery is None:
                        self.broken("I2", f"{system}: a write of {change.row} under a key that no delivery has: {change.key}")
                    elif change.after is not None and (change.fields or change.made()):
                        found[system].append((change, delivery))
                elif change.fields or change.before is None:
                    delivery = self.likely(system, change, taken)
                    if delivery is None:
                        self.broken("I2", f"{system}: a write of {change.row} that nobody decided: {change.fields or change.after}")
                    else:
                        taken[delivery["id"]] += 1
                        found[system].append((change, delivery))
        return found

    def likely(self, system, change, taken):
        """The delivery that wrote this: of those that would have, one that saw the value it replaced and
        was under way, and of these the one with the fewest writes so far."""
        def would(delivery):
            never_taken = delivery["fence"] == 0
            later = instant(delivery["created_at"]) > instant(change.at) + SLACK
            if delivery["system"] != system or never_taken or later:
                return False
            if change.before is None:
                return delivery["create"] and all(
                    change.after.get(name) == becomes for name, (_, becomes) in delivery["fields"].items())
            return delivery["external_id"] == change.row and not delivery["create"] and all(
                name in delivery["fields"] and delivery["fields"][name][1] == after
                for name, (_, after) in change.fields.items())

        def rank(delivery):
            saw = all(delivery["fields"].get(name, (None,))[0] == before for name, (before, _) in change.fields.items())
            was_over = self.ends.get(delivery["id"], float("inf")) + SLACK < instant(change.at)
            return not saw, was_over, taken[delivery["id"]], delivery["state"] in ("undone", "overtaken"), delivery["id"]

        return min(filter(would, self.deliveries.values()), key=rank, default=None)

    # --- the invariants -----------------------------------------------------------------------

    def promised(self):
        """I1: what was acknowledged exists and has reached a named end by itself."""
        for id, told in self.story.people.acknowledged.items():
            row = self.resolutions.get(id)
            if row is None:
                self.broken("I1", f"decision {id} was acknowledged and is lost")
            elif row["state"] in ("held", "sending"):
                own = [(d["system"], d["state"], d["detail"]) for d in self.deliveries.values() if d["resolution_id"] == id]
                waits_for_person = any(state == "by_hand" for _, state, _ in own)
                if not waits_for_person:
                    self.broken("I1", f"decision {id} has come to no end: {row['state']} {own}")
            if row is not None and id in self.story.people.undone and row["state"] != "undone":
                self.broken("I1", f"decision {id} was told to be undone and is {row['state']}")
        for delivery in self.deliveries.values():
            if delivery["state"] not in ENDED:
                self.broken("I1", f"delivery {delivery['id']} to {delivery['system']} has come to no end: {delivery['detail']}")
        people = {row["id"] for row in self.resolutions.values() if json.loads(row["actor"])["kind"] in ("person", "program")}
        for id in people - set(self.story.people.acknowledged) - self.story.bulk.decisions(self.tables):
            self.broken("I1", f"decision {id} was made and whoever asked was never told, though they asked again")

    def once(self):
        """I2: per decision and target at most one effective change."""
        count = Counter(delivery["id"] for changes in self.effects.values() for _, delivery in changes)
        for id, times in count.items():
            unseen = self.put_back_unseen(id) if times > 1 else 0
            self.again += unseen
            if times - unseen > 1:
                delivery = self.deliveries[id]
                self.broken("I2", f"delivery {id} changed {delivery['external_id']} in {delivery['system']} {times} times")
        for changes in self.effects.values():
            for change, delivery in changes:
                resolution = self.resolutions[delivery["resolution_id"]]
                if delivery["state"] == "undone" or resolution["id"] in self.story.people.undone:
                    self.broken("I2", f"{delivery['system']} was written at {change.at} by decision {resolution['id']}, which is undone")

    def put_back_unseen(self, id):
        """How often somebody put the old value back after a write of which nobody knows any longer that
        it was taken: read again, it looks as if nothing had ever been written, and where a target keeps
        neither keys nor versions nobody can tell. Nothing else is an excuse."""
        delivery = self.deliveries[id]
        end = self.ends.get(id, float("inf"))
        own = [change for change, other in self.effects[delivery["system"]] if other["id"] == id]
        journal, times = self.journals[delivery["system"]], 0
        for first, second in zip(own, own[1:]):
            between = journal[journal.index(first) + 1 : journal.index(second)]
            times += self.was_forgotten(first, second) and any(
                change.who == "outside" and change.row == second.row and change.key is None and instant(change.at) < end
                and any(change.fields.get(name, (None, None))[1] == before for name, (before, _) in second.fields.items())
                for change in between)
        return times

    def was_forgotten(self, first, second):
        """Whether the answer to the first write was lost: on its way, with the server that died, or with
        the worker that slept for longer than its lease."""
        if first.system == "desk" and not self.story.etag:
            return True
        began = cut = None
        for line in self.story.told:
            if line["what"] in ("life", "calm") and line["at"] <= instant(first.at):
                began = line
            if line["what"] == "dead" and cut is None and line["at"] >= instant(first.at):
                cut = line["at"]
        slept = began is not None and (began.get("two") or began.get("pause") in PAST_THE_LEASE)
        return slept or (cut is not None and cut - DYING <= instant(second.at))

    def order(self):
        """B15: decisions on one row of one system land in the order decided."""
        for system, changes in self.effects.items():
            last = {}
            for change, delivery in changes:
                earlier = last.get(change.row, "")
                if delivery["id"] < earlier:
                    self.broken("B15", f"{system}: {change.row} got delivery {delivery['id']} after the later {earlier}")
                last[change.row] = max(earlier, delivery["id"])

    def seen_values(self):
        """I3: no write lands on a value that differs from the one the steward saw, where the target
        can compare and set. Elsewhere it is counted."""
        for system, changes in self.effects.items():
            for change, delivery in changes:
                for name, (before, after) in change.fields.items():
                    was, becomes = delivery["fields"].get(name, (None, None))
                    if becomes != after or before == was:
                        continue
                    if system == "desk" and not self.story.etag:
                        self.windows += 1
                    else:
                        self.broken("I3", f"{system}: {change.row}.{name} was {before!r} when it was written over, and {was!r} on the page")

    def closed(self):
        """I4: what is confirmed was really there, between the decision and its entry in the log."""
        at = {line["about"]["delivery"]: line["at"] for line in self.lines
              if line["action"] == "delivery_confirmed" and "delivery" in line["about"]}
        for delivery in self.deliveries.values():
            if delivery["state"] != "confirmed":
                continue
            first, last = instant(delivery["created_at"]), instant(at.get(delivery["id"], "9999-12-31T00:00:00Z"))
            for name, (_, becomes) in delivery["fields"].items():
                if not self.held_it(delivery, name, becomes, first, last):
                    self.broken("I4", f"{delivery['system']}: {delivery['external_id']}.{name} is confirmed as {becomes!r} and never was that")

    def held_it(self, delivery, name, value, first, last):
        """Whether a target had that value at some moment from `first` to `last`. The row of a record
        that was to be made has a name only if its maker lived to hear it."""
        before = False
        for change in self.journals[delivery["system"]]:
            if delivery["external_id"] not in (change.row, None) or change.after is None:
                continue
            if instant(change.at) > last + SLACK:
                break
            is_so = change.after.get(name) == value
            if instant(change.at) < first - SLACK:
                before = is_so
            elif is_so:
                return True
        return before

    def chain(self):
        """I5, first part: the log is whole, by its exact bytes."""
        hash, seq = GENESIS, 0
        for entry in self.tables["audit"]:
            seq += 1
            hash = hashlib.sha256(f"{hash}\n{entry['line']}".encode()).hexdigest()
            if entry["seq"] != seq or entry["hash"] != hash:
                self.broken("I5", f"the audit log is broken at {entry['seq']}")
                break
            line = json.loads(entry["line"])
            line.setdefault("about", {})
            if line["seq"] != seq or line["at"] != entry["at"] or line["action"] != entry["action"]:
                self.broken("I5", f"the columns of audit entry {seq} are not what its line says")
            self.lines.append(line)
        head = self.tables["audit_head"][0]
        if (head["seq"], head["hash"]) != (seq, hash):
            self.broken("I5", f"the audit log ends at {seq}, its head says {head['seq']}")

    def log(self):
        """I5, second part: replayed, the log gives the present state, one entry per transition."""
        told = Counter((line["about"].get("delivery"), line["action"]) for line in self.lines if line["about"].get("delivery"))
        for id, delivery in self.deliveries.items():
            for state, action in TOLD.items():
                count, wanted = told[(id, action)], 1 if state == delivery["state"] else 0
                if state == "refused" and count >= wanted:
                    continue
                if count != wanted:
                    self.broken("I5", f"delivery {id} is {delivery['state']}, and the log has {count} entries {action}")
        decided = Counter(line["about"].get("resolution") for line in self.lines if line["action"] == "decided")
        undone = Counter(line.get("facts", {}).get("decision") for line in self.lines if line["action"] == "undone")
        for id, row in self.resolutions.items():
            by_person = json.loads(row["actor"])["kind"] in ("person", "program")
            outcomes = len(json.loads(row["outcomes"]))
            if by_person and decided[id] != outcomes:
                self.broken("I5", f"decision {id} has {outcomes} outcomes, and the log {decided[id]} entries")
            wrong = undone[id] > 1 or (undone[id] == 1 and row["state"] != "undone")
            if wrong or (id in self.story.people.undone and undone[id] != 1):
                self.broken("I5", f"decision {id} is {row['state']}, and the log has {undone[id]} entries undone")
        for id in set(decided) - set(self.resolutions):
            self.broken("I5", f"the log tells of decision {id}, which does not exist")
        self.conflicts_by_log()

    def conflicts_by_log(self):
        state = {}
        words = {"conflict_opened": True, "conflict_reopened": True, "conflict_closed": False}
        for line in self.lines:
            id = line["about"].get("conflict")
            if line["action"] in words and id:
                state[id] = words[line["action"]]
        for row in self.tables["conflicts"]:
            is_closed = row["closed_at"] is not None
            if row["id"] not in state:
                self.broken("I5", f"conflict {row['id']} is not in the log")
            elif is_closed and state[row["id"]]:
                self.broken("I5", f"conflict {row['id']} is closed, and open by the log")
            elif bool(row["open"]) and not state[row["id"]]:
                self.broken("I5", f"conflict {row['id']} is open, and closed by the log")

    def shown(self):
        """I6: nobody was told `done` before it was."""
        for at, id, state in self.story.people.shown:
            if state != "done":
                continue
            for delivery in self.deliveries.values():
                if delivery["resolution_id"] != id:
                    continue
                for name, (_, becomes) in delivery["fields"].items():
                    external = delivery["external_id"]
                    if external is not None and delivery["state"] == "confirmed" and not self.held_it(
                            delivery, name, becomes, instant(delivery["created_at"]), at):
                        self.broken("I6", f"decision {id} was shown as done at {at} before {delivery['system']} had {becomes!r}")

    def agreed(self):
        """I4, seen from the end: systems that differ have an open question, and only these have."""
        link = {row["id"]: row["link"] for row in self.tables["records"]}
        open_fields = defaultdict(set)
        for row in self.tables["differences"]:
            # Decided and not closed: a delivery needs a person, or was left different.
            if row["closed_at"] is None and row["state"] in ("open", "decided", "excepted", "settled_by_rule"):
                open_fields[link[row["record_id"]]].add(row["field"])
        for shared in link.values():
            own = {system: rows[shared] for system, rows in self.values.items() if shared in rows}
            lacking = len(own) < len(self.values)
            if lacking and "record" not in open_fields[shared]:
                self.broken("I4", f"{shared} is in {sorted(own)} alone, and nothing is open about that")
            for name in FIELDS:
                values = {row.get(name) for row in own.values()}
                is_open = name in open_fields[shared]
                if len(values) > 1 and not is_open:
                    self.broken("I4", f"{shared}.{name} differs, and nothing is open about it: { {s: r[name] for s, r in own.items()} }")
                if len(values) == 1 and is_open and not lacking:
                    self.broken("echo", f"{shared}.{name} is {values} everywhere, and a question about it is open")

    def echoes(self):
        """B16: what was written comes back and opens nothing. Every opening has an edit from outside,
        an undo, or a target that made something else of a write to answer for it."""
        link = {row["id"]: row["link"] for row in self.tables["records"]}
        of_key = {row["external_id"]: link.get(row["record_id"]) for row in self.tables["holdings"] if row["system"] == "desk"}
        reasons = Counter()
        for system, journal in self.journals.items():
            for change in journal:
                if change.who == "outside":
                    reasons[of_key.get(change.row) if system == "desk" else change.row] += max(1, len(change.fields))
        for delivery in self.deliveries.values():
            shared = link[delivery["record_id"]]
            if delivery["state"] in ("accepted_with_changes", "refused"):
                reasons[shared] += 1
        for row in self.resolutions.values():
            if row["state"] == "undone":
                reasons[link[row["record_id"]]] += 1
        opened = Counter(link.get(line["about"].get("record")) for line in self.lines
                         if line["action"] in ("conflict_opened", "conflict_reopened"))
        for shared, times in opened.items():
            # Rows that were there from the start were laid down once in each system.
            allowed = reasons[shared] - self.story.world.laid_down(shared)
            if times > allowed:
                self.broken("echo", f"{shared} was opened {times} times, with {allowed} reasons from outside")
