"""The page of one conflict at many open ones, opened from a view: its values, history and suggestion, its
place in the view and its neighbours there. Different conflicts all over the queue, one after the other.
"""

import os

from lib.conflicted import CONFLICTS, conflicted
from lib.figures import TIMES, at_most, in_turn, median, say, told
from lib.process import referee
from lib.serving import crowd, loopback
from lib.sessions import signed_in
from queue_page import Told

PAGES = 200
VIEWS = {"all": "", "one field": "?field=email", "mine": "?view=mine", "by title": "?sort=title"}
OF_VIEW = {
    "all": "c.open",
    "one field": "c.open AND EXISTS (SELECT 1 FROM differences d WHERE d.conflict_id = c.id AND d.field = 'email')",
    "mine": "c.open AND c.assignee = (SELECT id FROM users WHERE login = 'person0')",
    "by title": "c.open",
}


def bench():
    program, client = referee(), loopback()
    place = conflicted(program, client)
    # Spread over the view, beginning to end.
    ids = {name: [one for one, in place.ask(f"SELECT c.id FROM conflicts c WHERE {which} ORDER BY c.id")]
           for name, which in OF_VIEW.items()}
    with place.served() as address:
        person = signed_in(place, address, 1)[0]
        runs = {"help": lambda: asked(client, address, person, ["/help"] * PAGES)}
        for name, query in VIEWS.items():
            step = max(1, len(ids[name]) // PAGES)
            paths = [f"/conflicts/{one}{query}" for one in ids[name][::step][:PAGES]]
            runs[name] = lambda paths=paths: asked(client, address, person, paths)
        values = in_turn(runs, TIMES)
    say(f"load {os.getloadavg()[0]:.1f}, {CONFLICTS} open conflicts")
    at = {name: {q: median([one[q] for one in all_of_it]) for q in ("p50_ms", "p95_ms", "p99_ms")}
          for name, all_of_it in values.items() if all_of_it}
    made, plain = [], at["help"]
    for name in VIEWS:
        ours = at.get(name, dict.fromkeys(plain))
        made.append(told("conflict-page", f"{name}, p50", ours["p50_ms"], "ms"))
        made.append(at_most("conflict-page", f"{name}, p95", ours["p95_ms"], plain["p95_ms"], "ms", 100))
        made.append(at_most("conflict-page", f"{name}, p99", ours["p99_ms"], plain["p99_ms"], "ms", 5))
    return made


def asked(client, address, person, paths):
    answer = crowd(client, address, 1, [("GET", path, "") for path in paths], tokens=[person.voice])
    if answer["answers"] != {"200": len(paths)}:
        say(f"the answers were {answer['answers']}")
        return None
    return Told(answer)
