"""How fast one run decides very many differences, beside as many single decisions.

Both go over the API of the same served program, in turn: a run is frozen over a field, its count is typed, and
the time is taken until its last row is decided; the single ones are posted one after the other by one person.
Everything decided is held back for ten minutes, so that nothing is sent meanwhile.
"""

import json
import tempfile
import time
import urllib.request
from pathlib import Path

from lib.business import keeping_the_first, open_differences
from lib.figures import TIMES, at_least_times, in_turn, median, say
from lib.process import referee
from lib.serving import Installation, change, crowd, loopback, sqlite_table
from resolve import business

ROWS = 1000


def bench():
    program, client = referee(), loopback()
    with tempfile.TemporaryDirectory() as folder:
        values = measured(program, client, Path(folder))
    of = {name: median(found) for name, found in values.items()}
    return [at_least_times("bulk", f"SQLite, {ROWS} rows in one run, beside single decisions", of["run"], of["single"],
                           "decisions/s", 0.5)]


def measured(program, client, folder):
    count = TIMES * 2 * ROWS
    rows = [(f"C-{n:06}", f"Customer {n}", f"Storgata {n}", f"030 {n:08}") for n in range(count)]
    for system in ("portal", "warehouse"):
        sqlite_table(folder / f"{system}.db", "customers", ["id", "name", "street", "phone"], rows)
    place = Installation(program, folder, business(), None)
    token = place.people(1)[0]
    say(f"making {count} conflicts")
    place.command("sync", "--full")
    change(folder / "portal.db", "UPDATE customers SET street = 'Lindenallee' || substr(street, 9)")
    place.command("sync", "--full")
    place.enable_writes("portal", "warehouse")
    found = open_differences(place, count)
    with place.served() as address:

        def call(path, body=None):
            data = None if body is None else json.dumps(body).encode()
            headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
            asked = urllib.request.Request(f"http://{address}{path}", data, headers)
            with urllib.request.urlopen(asked) as answer:
                return json.load(answer)

        def taken():
            own, found[:ROWS] = found[:ROWS], []
            return own

        def single():
            told = crowd(client, address, 1, [keeping_the_first(*row) for row in taken()], tokens=[token])
            if told["answers"] != {"201": ROWS}:
                raise SystemExit(f"the answers were {told['answers']}")
            return ROWS / told["seconds"]

        def run():
            # At most 500 can be named: two runs, one after the other.
            seconds = 0
            own = taken()
            for part in (own[:500], own[500:]):
                group = call("/api/v1/groups", {
                    "conflicts": [conflict for _, conflict, _ in part], "entity": "customer", "field": "street",
                    "outcome": "keep", "system": "portal", "note": "bench"})
                began = time.perf_counter()
                call(f"{group['href']}/decision", {"count": group["included"]})
                while (now := call(group["href"]))["state"] != "done":
                    time.sleep(0.02)
                seconds += time.perf_counter() - began
                if now["decided"] != len(part):
                    raise SystemExit(f"{now['decided']} of {len(part)} were decided: {now['excluded']}")
            return ROWS / seconds

        return in_turn({"run": run, "single": single}, TIMES)
