"""The robot steward: real keys in a real browser, at many open conflicts, against the bars of the screens.

It signs in, presses n on the queue, and for each standard conflict of one or two fields reads from the page
who changed what and when, presses a digit a field and Enter. What it decided is judged, after the holds, by
nothing but the values in the systems' own files, beside what the seed says is right.
"""

import json
import os
import subprocess
import time
from pathlib import Path

from lib.conflicted import CONFLICTS, SYSTEMS, conflicted, is_product, number, truth
from lib.figures import at_least, at_most, median, say, told
from lib.process import referee
from lib.serving import loopback

DECISIONS = int(os.environ.get("REFEREE_BENCH_DECISIONS", "50"))
# The hold is 20 s; then every write has to have arrived.
ARRIVED_SECONDS = 90
ROBOT = Path(__file__).resolve().parent / "desk.js"


def bench():
    program, client = referee(), loopback()
    place = conflicted(program, client)
    with place.served() as address:
        done = subprocess.run(["node", ROBOT, address, "person0", place.password, str(DECISIONS)],
                              capture_output=True, text=True, check=False)
        load = os.getloadavg()[0]
        if done.returncode:
            raise SystemExit(f"the robot failed: {done.stderr.strip()[-1500:]}"
                             "\n(tests/browser needs `npm ci`, and Chromium has to be there)")
        robot = json.loads(done.stdout)
        numbers = [number(next(one for one in made["ids"] if one[1] == "-")) for made in robot["made"]]
        right = judged(place, numbers)
    say(f"load {load:.1f}, {CONFLICTS} open conflicts, {robot['skipped']} were no standard ones and skipped")
    for wrong in robot["wrong"]:
        say(f"behind the pages: {wrong}")
    return [*about(robot, len(numbers), right), *weights(robot["weights"])]


def judged(place, numbers):
    """How many of these records hold what is right, in every system, once writes have had their time."""
    began, wrong = time.perf_counter(), numbers
    while wrong and time.perf_counter() - began < ARRIVED_SECONDS:
        time.sleep(1)
        wrong = [n for n in numbers if not is_right(place, n)]
    for n in wrong:
        held = {field: [place.value(system, n, field) for system in holders(n)] for field in truth(n)}
        say(f"record {n}: {held}, right is {truth(n)}")
    return len(numbers) - len(wrong)


def holders(n):
    return [system for system in SYSTEMS if not (is_product(n) and system == "billing")]


def is_right(place, n):
    return all(place.value(system, n, field) == value for system in holders(n) for field, value in truth(n).items())


def percentile(values, hundredth):
    return sorted(values)[min(len(values) * hundredth // 100, len(values) - 1)] if values else None


def about(robot, count, right):
    made = robot["made"]
    one, two = ([m["keys"] for m in made if len(m["fields"]) == fields] for fields in (1, 2))
    share = 100 * right / count if count == DECISIONS else None
    return [
        at_least("desk", f"right of {count} decisions, by the systems' files", share, None, "%", 97),
        at_most("desk", f"keys a decision of one field ({len(one)} of them), most", max(one, default=None), None, "keys", 2),
        at_most("desk", f"keys a decision of two fields ({len(two)} of them), most", max(two, default=None), None, "keys", 3),
        at_least("desk", "decisions a minute", count * 60 / robot["seconds"], None, "decisions/min", 60),
        told("desk", "next conflict shown after Enter, p50", median(robot["shown"] or []), "ms"),
        at_most("desk", "next conflict shown after Enter, p95", percentile(robot["shown"] or [], 95), None, "ms", 250),
        at_most("desk", "digit to what it shows, p95", percentile(robot["seen"] or [], 95), None, "ms", 50),
        at_most("desk", "layout shift, all pages added up", robot["shift"], None, "", 0),
        at_most("desk", "the same, what follows a key at once counted too", robot["jolt"], None, "", 0),
    ]


def weights(found):
    if not found:
        return []

    def kb(page, view, kind="all"):
        return found[page][view][kind] / 1000

    return [
        at_most("desk", "conflict page, first view", kb("conflict", "first"), None, "kB", 60),
        at_most("desk", "conflict page, repeated view", kb("conflict", "repeat"), None, "kB", 20),
        at_most("desk", "CSS", kb("conflict", "first", "Stylesheet"), None, "kB", 20),
        at_most("desk", "JavaScript", kb("conflict", "first", "Script"), None, "kB", 25),
        told("desk", "queue, first view", kb("queue", "first"), "kB"),
        told("desk", "queue, repeated view", kb("queue", "repeat"), "kB"),
    ]
