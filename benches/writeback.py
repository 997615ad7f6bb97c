"""How many writes a second reach a system, and whether a system that swallows what it is sent costs
the others anything.

Rows: so many writes wait for one REST system on the loopback address, by rule, and the served program
works them off: read before, written on a condition, read back, recorded, judged and closed. Beside it, in
the same run, stands a crowd of as many connections that does nothing but these three requests: what the
system's own latency allows.

Delay: sixteen people decide at a steady pace, a write goes to each of ten systems in turn, and what counts
is the time from the decision to the confirmed write at nine of them; with the tenth well, and with the
tenth taking requests and answering none.
"""

import json
import tempfile
import threading
import time
from pathlib import Path

from lib.business import NO_INCIDENTS, entity, keeping_the_first, mapping, open_differences, policy, sqlite_system
from lib.figures import at_least, at_least_times, at_most_times, in_turn, median, say
from lib.process import referee
from lib.serving import Installation, Targets, change, crowd, loopback, sqlite_table

IN_FLIGHT = 16
# Writes of one measurement without latency.
ROWS = 3000
LATENCIES = {0: ROWS, 5: ROWS}
SYSTEMS = 10
# Decisions a second over all systems, and for how long.
PACE, SECONDS = 40, 20
WAIT_SECONDS = 120

DESK = """
[[system]]
id = "desk{n}"
label = "Desk {n}"
writes_per_second = 10000
connector = {{ kind = "rest", base_url = "{url}", auth = "none", allow = ["127.0.0.1"], collections = {{ people = {{ path = "/people", record_path = "/data", item_path = "/people/{{key}}", paging = "page", page_param = "page", size_param = "size", max_size = 1000, etag = true }} }} }}
"""


def bench():
    program, client = referee(), loopback()
    found = []
    for latency, rows in LATENCIES.items():
        say(f"{rows} writes to a system that answers after {latency} ms, {IN_FLIGHT} in flight")
        values = in_turn({
            "ours": lambda latency=latency, rows=rows: written(program, client, rows, latency),
            "limit": lambda latency=latency, rows=rows: allowed(client, rows, latency),
        })
        ours, limit = median(values["ours"]), median(values["limit"])
        what = f"{latency} ms a request, beside {IN_FLIGHT} who only ask"
        found.append(at_least_times("writeback", what, ours, limit, "rows/s", 0.8))
        if latency == 0:
            found.append(at_least("writeback", "no latency", ours, limit, "rows/s", 1500))
    say(f"{PACE} decisions a second for {SYSTEMS} systems, {SECONDS} s")
    delays = in_turn({
        "all well": lambda: delayed(program, client, False),
        "one swallows": lambda: delayed(program, client, True),
    })
    well, swallowed = median(delays["all well"]), median(delays["one swallows"])
    what = f"p99 from decision to confirmed at {SYSTEMS - 1} systems, one of {SYSTEMS} black-holed, beside all well"
    found.append(at_most_times("writeback", what, swallowed, well, "ms", 1.5))
    return found


def installed(program, folder, targets, rows, rule, streets):
    """A portal and a desk for each target, agreed. With `streets` each desk has a field of its own."""
    names = [f"street{n}" for n in range(len(targets.urls))] if streets else ["street"]
    columns = ["id", "name", *names]
    table = [(f"C-{n}", f"Customer {n}", *[f"Storgata {n}"] * len(names)) for n in range(1, rows + 1)]
    sqlite_table(folder / "portal.db", "customers", columns, table)
    business = sqlite_system("portal", "Portal") + entity("customer", "Customer", [(name, name) for name in columns[1:]])
    business += mapping("portal", "customer", "customers", columns[1:]) + policy("customer", "portal", rule) + NO_INCIDENTS
    for n, url in enumerate(targets.urls):
        own = ["name", (names[n % len(names)], "street")]
        business += DESK.format(n=n, url=url) + mapping(f"desk{n}", "customer", "people", own, link="ref")
    place = Installation(program, folder, business)
    place.command("sync", "--full")
    place.enable_writes("portal", *[f"desk{n}" for n in range(len(targets.urls))])
    return place


def written(program, client, rows, latency):
    """Writes a second to one system, from the first to the last."""
    with tempfile.TemporaryDirectory() as folder, Targets(client, 1, rows, latency) as targets:
        folder = Path(folder)
        rule = 'rule = "source_wins"\nhold_seconds = 0'
        place = installed(program, folder, targets, rows, rule, streets=False)
        change(folder / "portal.db", "UPDATE customers SET street = 'Lindenallee' || substr(street, 9)")
        place.command("sync", "--system", "portal")
        began = time.perf_counter()
        with place.served():
            while (journal := targets.tell("journal")[0])["writes"] < rows:
                if time.perf_counter() - began > WAIT_SECONDS:
                    say(f"after {WAIT_SECONDS} s: {journal}")
                    return None
                time.sleep(0.05)
            until = time.perf_counter() + 10
            while time.perf_counter() < until and place.ask(OPEN)[0][0]:
                time.sleep(0.05)
        left, wrong = place.ask(OPEN)[0][0], place.ask(NOT_CONFIRMED)[0][0]
        if left or wrong or journal["written_twice"] or journal["writes"] != rows:
            say(f"{left} open, {wrong} not confirmed, {journal}")
            return None
        say(f"  {journal}")
        return rows / journal["seconds"]


OPEN = "SELECT count(*) FROM deliveries WHERE next_at IS NOT NULL"
NOT_CONFIRMED = "SELECT count(*) FROM deliveries WHERE state <> 'confirmed'"


def allowed(client, rows, latency):
    """Rows a second of those who do nothing but read, write on a condition and read."""
    with Targets(client, 1, rows, latency) as targets:
        requests = []
        for n in range(1, rows + 1):
            read = ("GET", f"/people/P{n}", "")
            write = ("PATCH", f"/people/P{n}", json.dumps({"street": f"Lindenallee {n}"}))
            requests += [read, write, read]
        address = targets.urls[0].removeprefix("http://")
        told = crowd(client, address, IN_FLIGHT, requests, steps=3)
        return rows / told["seconds"]


def delayed(program, client, swallows):
    """The 99th percentile, in ms, from decision to confirmed at all systems but the last."""
    count = PACE * SECONDS
    with tempfile.TemporaryDirectory() as folder, Targets(client, SYSTEMS, count, 1) as targets:
        folder = Path(folder)
        rule = 'rule = "manual_review"\nhold_seconds = 0'
        place = installed(program, folder, targets, count, rule, streets=True)
        for n in range(SYSTEMS):
            set_street = f"UPDATE customers SET street{n} = 'Lindenallee' || substr(street{n}, 9)"
            change(folder / "portal.db", f"{set_street} WHERE CAST(substr(id, 3) AS INTEGER) % {SYSTEMS} = {n}")
        place.command("sync", "--system", "portal")
        token = place.people(1)
        found = open_differences(place, count)
        if swallows:
            targets.tell(f"swallow {SYSTEMS - 1}")
        with place.served() as address:
            decide(client, address, token, found)
            time.sleep(3)
            done = place.ask("SELECT r.created_at, d.ended_at FROM deliveries d JOIN resolutions r"
                             f" ON r.id = d.resolution_id WHERE d.system <> 'desk{SYSTEMS - 1}'")
        if len(done) != count * (SYSTEMS - 1) // SYSTEMS or not all(ended for _, ended in done):
            say(f"{sum(1 for _, ended in done if ended)} of {len(done)} writes are confirmed")
            return None
        delays = sorted((moment(ended) - moment(decided)) * 1000 for decided, ended in done)
        return delays[len(delays) * 99 // 100]


def decide(client, address, tokens, found):
    """Decides at a steady pace: what each second brings is spread over it."""
    parts, began, running = 10, time.perf_counter(), []
    size = PACE // parts
    for at in range(0, len(found), size):
        time.sleep(max(0, began + at / PACE - time.perf_counter()))
        requests = [keeping_the_first(*row) for row in found[at:at + size]]
        ask = threading.Thread(target=crowd, args=(client, address, 4, requests), kwargs={"tokens": tokens})
        ask.start()
        running.append(ask)
    for ask in running:
        ask.join()


def moment(text):
    """Seconds of a stored time."""
    from datetime import datetime

    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
