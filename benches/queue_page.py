"""The queue's page at many open conflicts, over HTTP: session, rights, filter, order, counts, facets.

Asked by one person on one connection and by sixteen. Beside it stand, in the same run, the smallest page of
the server that is made for somebody signed in (/help: session, rights, text, the same frame, no list) and
/livez (a word: what the server and the wire take). Neither is the minimal program of another's making that
the goals were set by; what a page of ours costs over these two is what the queue itself costs.
"""

import base64
import os

from lib.conflicted import CONFLICTS, PEOPLE, conflicted
from lib.figures import TIMES, at_least, at_most, at_most_times, in_turn, median, say, told
from lib.process import referee
from lib.serving import crowd, loopback
from lib.sessions import signed_in

MANY = 16
# Requests of one measurement.
SIZES = {"alone": 60, "many": 240}
CORES = os.cpu_count()


def bench():
    program, client = referee(), loopback()
    place = conflicted(program, client)
    with place.served() as address:
        people = signed_in(place, address, MANY)
        pages = {name: path for name, path in paths(place).items() if answers(people[0], name, path)}
        found = {}
        for connections, size in ((1, SIZES["alone"]), (MANY, SIZES["many"])):
            runs = {name: asked(client, address, people[:connections], path, size) for name, path in pages.items()}
            for name, values in in_turn(runs, TIMES).items():
                found[name, connections] = best(values)
    say(f"load {os.getloadavg()[0]:.1f}, {CONFLICTS} open conflicts")
    return [figure for name in pages if name not in ("livez", "help") for figure in figures(name, found)]


def paths(place):
    deep = cursor(place, CONFLICTS * 19 // 20)
    return {
        "livez": "/livez",
        "help": "/help",
        "first page": "/queue",
        "deep page": f"/queue?after={deep}",
        "mine": "/queue?view=mine",
        "one field": "/queue?field=email",
        "one cause": "/queue?cause=human_override",
        "one system": "/queue?system=billing",
        "high stakes": "/queue?stakes=high",
        "by title": "/queue?sort=title",
        "newest": "/queue?sort=newest",
    }


def cursor(place, at):
    """The address of a page that begins so far down, as its link has it."""
    row = place.ask("SELECT due_at, opened_at, stakes, id, title FROM conflicts WHERE open AND incident_id IS NULL"
                    f" ORDER BY stakes DESC, due_at, id LIMIT 1 OFFSET {at}")[0]
    now = place.ask("SELECT max(opened_at) FROM conflicts")[0][0]
    plain = f"{now}|{row[0]}|{row[1]}|false|{row[2]}|{row[3]}|{row[4]}"
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def answers(person, name, path):
    status, page = person.ask("GET", path)
    if status != 200:
        say(f"{name} is answered {status}: left out")
        return False
    if name not in ("livez", "help"):
        rows = page.count('href="/conflicts/')
        say(f"  {name}: {len(page) / 1000:.0f} kB, {rows} links to conflicts")
    return True


def asked(client, address, people, path, size):
    """A run: the milliseconds at the percentiles and requests a second."""
    def run():
        requests = [("GET", path, "")] * size
        answer = crowd(client, address, len(people), requests, tokens=[person.voice for person in people])
        if answer["answers"] != {"200": size}:
            say(f"{path}: {answer['answers']}")
            return None
        return Told(answer | {"rate": size / answer["seconds"]})
    return run


class Told(dict):
    """What the crowd tells, short in the progress."""

    def __str__(self):
        return f"{self['p50_ms']:.1f} ms"


def best(values):
    """The medians of the runs, name by name."""
    if not values:
        return None
    return {name: median([value[name] for value in values]) for name in ("p50_ms", "p95_ms", "p99_ms", "rate")}


def figures(name, found):
    made = []
    for connections in (1, MANY):
        ours, plain = found[name, connections], found["help", connections]
        if not ours or not plain:
            continue
        who = f"{name}, {connections} connection{'s' if connections > 1 else ''}"
        made.append(told("queue", f"{who}, p50", ours["p50_ms"], "ms"))
        if connections == 1:
            made.append(at_most("queue", f"{who}, p95", ours["p95_ms"], plain["p95_ms"], "ms", 100))
        made.append(at_most_times("queue", f"{who}, p99 beside /help", ours["p99_ms"], plain["p99_ms"], "ms", 3))
        if connections > 1:
            made.append(at_least("queue", f"{who}, a core, beside /help", ours["rate"] / CORES, plain["rate"] / CORES,
                                 "requests/s", 1000))
    return made
