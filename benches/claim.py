"""Thirty-two people press Start at once, over HTTP: each gets the next conflict nobody is on, durable, and
none the same as another. Beside it, the same people ask for the smallest page that is made for them."""

import os

from lib.conflicted import CONFLICTS, PEOPLE, conflicted
from lib.figures import TIMES, at_least, at_most, in_turn, median, say
from lib.process import referee
from lib.serving import crowd, loopback
from lib.sessions import signed_in

# Each person presses once a round: a second press would be given the conflict they have.
ROUNDS = 5


def bench():
    program, client = referee(), loopback()
    found = {"start": [], "help": []}
    for _ in range(TIMES):
        place = conflicted(program, client)
        with place.served() as address:
            voices = [person.voice for person in signed_in(place, address, PEOPLE)]
            found["start"].append(pressed(client, address, voices))
            found["help"].append(crowd(client, address, PEOPLE, [("GET", "/help", "")] * PEOPLE, tokens=voices))
    say(f"load {os.getloadavg()[0]:.1f}, {CONFLICTS} open conflicts")
    good = [one for one in found["start"] if one]
    if len(good) != TIMES:
        good = []
    rate = median([PEOPLE / one["seconds"] for one in good])
    plain = median([PEOPLE / one["seconds"] for one in found["help"]])
    return [
        at_least("claim", f"{PEOPLE} people press Start at once, none given the same", rate, plain, "claims/s", 3000),
        at_most("claim", "p99", median([one["p99_ms"] for one in good]), None, "ms", 25),
        at_most("claim", "the longest of all", max((one["max_ms"] for one in good), default=None), None, "ms", 250),
    ]


def pressed(client, address, voices):
    form = ("POST", "/queue/start", "csrf={csrf}&view=")
    told = crowd(client, address, len(voices), [form] * len(voices), tokens=voices)
    places = [place for place in told["places"] if place.startswith("/conflicts/")]
    if told["answers"] != {"303": len(voices)} or len(set(places)) != len(voices):
        say(f"{len(set(places))} different conflicts for {len(voices)} people, answers {told['answers']}")
        return None
    return told
