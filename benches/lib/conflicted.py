"""A store with so many open conflicts, made once through the product's own intake and kept.

Three systems hold the same customers (two of them products too). Most agree and are read; then people and
a machine change them, and everything is read again. The others differ from the start, changed so many days
before. What is right in the end is known from the seed: `truth` tells it, and nothing else of the benches
does. Every value comes from a hash of the row's number, so each run on each machine meets the same.

What is kept is `kept`; a bench works on a copy, `work`, so that it may decide what it likes.
"""

import hashlib
import os
import shutil
import sqlite3
import time
from contextlib import closing
from datetime import datetime, timedelta, timezone

from lib.business import NO_INCIDENTS, entity, mapping, policy, sqlite_system
from lib.figures import say
from lib.process import CACHE
from lib.serving import Installation, crowd, sqlite_table

CONFLICTS = int(os.environ.get("REFEREE_BENCH_CONFLICTS", "100000"))
SEED = "referee-desk-2"
PEOPLE = 32
# One of so many is given to somebody.
ASSIGNED = 40
# One record of five is a product, which the billing does not know.
SYSTEMS = {"portal": "Portal", "billing": "Billing", "warehouse": "Warehouse"}
CUSTOMER = ["name", "email", "phone", "plan", "street", "postcode", "city", "credit"]
PRODUCT = ["name", "category", "supplier", "shelf"]
NAMES = ["Ada", "Grace", "Emmy", "Sofia", "Mary", "Carl", "Max", "Niels", "Lise", "Otto"]
FAMILIES = ["Berg", "Olsen", "Sato", "Novak", "Rossi", "Meyer", "Diaz", "Kaya", "Okafor", "Lind"]
CITIES = [("10115", "Berlin"), ("20095", "Hamburg"), ("04109", "Leipzig"), ("28195", "Bremen"), ("50667", "Köln")]
MACHINE = "address import"

SLOTS = """
[policy.customer.slots.plan]
source_of_truth = "billing"
due_hours = 72
[policy.customer.slots.name]
stakes = "low"
[policy.customer.slots.credit]
stakes = "high"
[policy.product.slots.shelf]
source_of_truth = "warehouse"
stakes = "low"
"""


def digits(*words):
    """A number from the seed and these words."""
    text = "/".join([SEED, *map(str, words)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def is_product(n):
    return n % 5 == 4


def row(n):
    """What all systems agree on first, by field."""
    d = digits("row", n)
    if is_product(n):
        return {"name": f"Article {n}", "category": ["Tools", "Paint", "Garden", "Light"][d % 4],
                "supplier": FAMILIES[d // 4 % 10] + " AG", "shelf": f"{'ABCDEF'[d // 40 % 6]}-{d // 240 % 90 + 10}"}
    first, family, (postcode, city) = NAMES[d % 10], FAMILIES[d // 10 % 10], CITIES[d // 100 % 5]
    return {"name": f"{first} {family} {n}", "email": f"{first}.{family}.{n}@example.org".lower(),
            "phone": f"+49 30 {10000000 + n}", "plan": ["Free", "Basic", "Plus"][d // 500 % 3],
            "street": f"Oak Street {d // 1500 % 200 + 1}", "postcode": postcode, "city": city,
            "credit": str(d // 300000 % 90 * 100 + 500)}


def other(n, field, which):
    """Another value of a field, of the same kind."""
    d = digits("other", n, field, which)
    text = {"name": f"{NAMES[d % 10]} {FAMILIES[d // 10 % 10]}-{n}", "email": f"new{which}.{n}@example.net",
            "phone": f"+49 40 {20000000 + n}" if which == 0 else f"+49 89 {30000000 + n}",
            "plan": ["Pro", "Team"][which], "street": f"{['Elm Road', 'Mill Lane'][which]} {d % 300 + 201}",
            "postcode": row(n).get("postcode"), "city": row(n).get("city"), "credit": str(10000 + d % 50 * 100),
            "category": ["Wood", "Steel"][which], "supplier": f"{['Nord', 'Sued'][which]} Handel {d % 40}",
            "shelf": f"{'XZ'[which]}-{d % 90 + 10}"}
    return text[field]


def story(n):
    """What happened to a record, in order, as (system, field, value, days ago, who), where the last of a
    field is right; days are None for what happens after the first read, a system is None for what no
    system changes to. None in place of it all: the warehouse loses the record."""
    d = digits("story", n)
    kind, systems = d % 100, ["portal", "warehouse"] if is_product(n) else list(SYSTEMS)
    fields = ["category", "supplier", "shelf"] if is_product(n) else ["email", "phone", "plan", "street", "name"]
    field, second = fields[d // 100 % len(fields)], fields[(d // 100 + 1) % len(fields)]
    if not is_product(n) and n % 5000 == 7:
        field = "credit"
    owner = {"plan": "billing", "shelf": "warehouse"}
    truth = owner.get(field, "portal")
    elsewhere = next(system for system in systems if system != truth)
    now, before = other(n, field, 0), other(n, field, 1)

    def by(system):
        # In the portal customers change what is theirs.
        number = digits("who", n, system)
        clerk = f"{NAMES[number % 10]} {FAMILIES[number // 10 % 10]} {number // 100 % 40}"
        return row(n)["name"] if system == "portal" and not is_product(n) else clerk

    if kind < 2:
        return None
    if kind < 57:
        return [(truth, field, now, None, by(truth))]
    if kind < 67:
        own = owner.get(second, "portal")
        return [(truth, field, now, None, by(truth)), (own, second, other(n, second, 0), None, by(own))]
    if kind < 80:
        pair = [(truth, before), (elsewhere, now)] if d // 700 % 3 == 0 else [(elsewhere, before), (truth, now)]
        days = [12 + d // 5600 % 10, 3 + d // 56000 % 7]
        return [(system, field, value, ago, by(system)) for (system, value), ago in zip(pair, days)]
    if kind < 95:
        return [(elsewhere, field, now, None, by(elsewhere))]
    # A machine changed it, and nobody asked it to: what it was is right.
    return [(elsewhere, field, now, None, MACHINE), (None, field, row(n)[field], None, "")]


def truth(n):
    """What each field that was changed has to be in the end."""
    return {field: value for _, field, value, _, _ in story(n) or []}


class Conflicted(Installation):
    """An installation with open conflicts, its people known by their passwords."""

    password = "three wooden spoons"

    def __init__(self, program, folder, fresh=False):
        # The settings are written once: the store is of the folder they name.
        if fresh:
            super().__init__(program, folder, business())
        else:
            self.program, self.folder, self.postgres = program, folder, None

    def value(self, system, n, field):
        """What a system's own file holds now."""
        table = "products" if is_product(n) else "customers"
        with closing(sqlite3.connect(f"file:{self.folder / system}.db?mode=ro", uri=True)) as connection:
            return connection.execute(f"SELECT {field} FROM {table} WHERE id = ?", [key(n)]).fetchone()[0]


def business():
    text = "".join(sqlite_system(*one) for one in SYSTEMS.items())
    groups = 'groups = [{ id = "address", label = "Address", members = ["street", "postcode", "city"] }]\n'
    fields = {"email": "E-mail", "credit": "Credit limit"}
    customer = [(name, fields.get(name, name.capitalize())) for name in CUSTOMER]
    text += entity("customer", "Customer", customer, groups + 'process = "Quote to cash"\n')
    text += entity("product", "Product", [(name, name.capitalize()) for name in PRODUCT], 'process = "Order to delivery"\n')
    more = f'modified_at = "updated_at"\nmodified_by = "updated_by"\nmachine_authors = ["{MACHINE}"]\ncomplete = true\n'
    for system in SYSTEMS:
        text += mapping(system, "customer", "customers", CUSTOMER, more=more)
        if system != "billing":
            text += mapping(system, "product", "products", PRODUCT, more=more)
    for of in ("customer", "product"):
        text += policy(of, "portal", 'rule = "manual_review"')
    return text + SLOTS + NO_INCIDENTS


def key(n):
    return f"{'P' if is_product(n) else 'C'}-{n:07}"


def number(identifier):
    return int(identifier.split("-")[1])


def conflicted(program, client):
    """A copy of the kept store to work on; the store is made if there is none of this program's kind."""
    home = CACHE / f"conflicted-{SEED}-{CONFLICTS}"
    kept, work = home / "kept", home / "work"
    if not kept.exists():
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        made(program, client, work)
        work.rename(kept)
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(kept, work)
    # Brings the store up to this program's schema, before anything is measured.
    return Conflicted(program, work)


def made(program, client, folder):
    folder.mkdir()
    began = time.perf_counter()

    def lap(what):
        nonlocal began
        say(f"  {what}: {time.perf_counter() - began:.1f} s, load {os.getloadavg()[0]:.1f}")
        began = time.perf_counter()

    say(f"making a store with {CONFLICTS} open conflicts, which is kept")
    tables(folder)
    place = Conflicted(program, folder, fresh=True)
    place.people(PEOPLE)
    lap("systems and people")
    place.command("sync", "--full")
    lap("first read")
    happened(folder)
    place.command("sync", "--full")
    lap("read again, judged")
    place.enable_writes(*SYSTEMS)
    found = place.ask("SELECT count(*) FROM conflicts WHERE open")[0][0]
    if found != CONFLICTS:
        raise SystemExit(f"{found} conflicts are open, {CONFLICTS} were to be")
    assign(place, client)
    lap(f"one of {ASSIGNED} assigned")


def stamp(days):
    return (datetime.now(timezone.utc) - timedelta(days=days)).strftime("%Y-%m-%d %H:%M:%S")


def tables(folder):
    """What the systems hold before the first read."""
    for system in SYSTEMS:
        for table, fields, of_products in (("customers", CUSTOMER, False), ("products", PRODUCT, True)):
            if of_products and system == "billing":
                continue
            numbers = (n for n in range(CONFLICTS) if is_product(n) == of_products)
            rows = ((key(n), *held(system, n)) for n in numbers)
            sqlite_table(folder / f"{system}.db", table, ["id", *fields, "updated_at", "updated_by"], rows)


def held(system, n):
    """A row before the first read: its values, when it was changed and by whom."""
    values, changed, who = row(n), 300, "setup"
    for where, field, value, days, by in story(n) or []:
        if where == system and days is not None:
            values[field], changed, who = value, days, by
    return *values.values(), stamp(changed), who


def happened(folder):
    """What happens in the systems after the first read."""
    now, changes = stamp(0), {system: [] for system in SYSTEMS}
    for n in range(CONFLICTS):
        table, events = "products" if is_product(n) else "customers", story(n)
        if events is None:
            changes["warehouse"].append((f"DELETE FROM {table} WHERE id = ?", [key(n)]))
        for system, field, value, days, who in events or []:
            if system and days is None:
                statement = f"UPDATE {table} SET {field} = ?, updated_at = ?, updated_by = ? WHERE id = ?"
                changes[system].append((statement, [value, now, who, key(n)]))
    for system, own in changes.items():
        with closing(sqlite3.connect(folder / f"{system}.db")) as connection, connection:
            for statement, values in own:
                connection.execute(statement, values)


def assign(place, client):
    """Gives some of the conflicts to people, over the API."""
    token = place.command("token", "issue", "person0", "--name", "bench").strip()
    people = [one for one, in place.ask("SELECT id FROM users ORDER BY login")]
    ids = [one for one, in place.ask("SELECT id FROM conflicts ORDER BY id")]
    requests = [("POST", f"/api/v1/conflicts/{one}/assignment", '{"to": "%s"}' % people[at % len(people)])
                for at, one in enumerate(ids[::ASSIGNED])]
    with place.served() as address:
        told = crowd(client, address, 8, requests, tokens=[token])
    if told["answers"] != {"200": len(requests)}:
        raise SystemExit(f"assigning was answered {told['answers']}")
