"""How many decisions a second the served program takes, from one person and from sixteen.

A decision is posted over the API of the real server: token, rights, the conflict as it stands, the
resolution, its delivery and its chained entry of the log, answered after its commit (synchronous FULL).
What is decided is held back for ten minutes, so that nothing is sent meanwhile. Beside it stand raw
commits of SQLite with the same durability in the same run: one row a commit, and ten.
"""

import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path

from lib.business import NO_INCIDENTS, entity, keeping_the_first, mapping, open_differences, policy, sqlite_system
from lib.figures import TIMES, at_least, at_least_times, in_turn, median, say
from lib.postgres import cluster, psql
from lib.process import referee
from lib.serving import Installation, change, crowd, loopback, sqlite_table

PEOPLE = 16
# Decisions of one measurement.
ALONE, MANY = 1000, 4000
RAW_SECONDS = 2

FIELDS = [("name", "Name"), ("street", "Street"), ("phone", "Phone")]
SYSTEMS = {"portal": "Portal", "warehouse": "Warehouse"}


def bench():
    program, client = referee(), loopback()
    with tempfile.TemporaryDirectory() as folder:
        sqlite = measured(program, client, Path(folder), None)
    with tempfile.TemporaryDirectory() as folder, cluster("resolve", durable=True) as port:
        psql(port, "postgres", "DROP DATABASE IF EXISTS resolve")
        psql(port, "postgres", "CREATE DATABASE resolve")
        postgres = measured(program, client, Path(folder), (port, "resolve"))
    of = {name: median(values) for name, values in sqlite.items()}
    other = {name: median(values) for name, values in postgres.items()}
    unit = "decisions/s"
    return [
        at_least_times("resolve", "SQLite, 1 person, beside a commit for each row", of["one"], of["raw"], unit, 0.4),
        at_least("resolve", f"SQLite, {PEOPLE} people, beside commits of ten rows", of["many"], of["raw tens"], unit, 3000),
        at_least("resolve", f"PostgreSQL, {PEOPLE} people, beside 1 person", other["many"], other["one"], unit, 1000),
    ]


def measured(program, client, folder, postgres):
    rounds = TIMES
    count = rounds * (ALONE + MANY) + MANY
    rows = [(f"C-{n}", f"Customer {n}", f"Storgata {n}", f"030 {n:08}") for n in range(count)]
    for system in ("portal", "warehouse"):
        sqlite_table(folder / f"{system}.db", "customers", ["id", "name", "street", "phone"], rows)
    place = Installation(program, folder, business(), postgres)
    tokens = place.people(PEOPLE)
    say(f"making {count} conflicts")
    place.command("sync", "--full")
    change(folder / "portal.db", "UPDATE customers SET street = 'Lindenallee' || substr(street, 9)")
    place.command("sync", "--full")
    place.enable_writes("portal", "warehouse")
    requests = [keeping_the_first(*row) for row in open_differences(place, count)]
    with place.served() as address:

        def decided(connections, size):
            asked, requests[:size] = requests[:size], []
            told = crowd(client, address, connections, asked, tokens=tokens[:connections])
            if told["answers"] != {"201": size}:
                say(f"the answers were {told['answers']}")
                return None
            return size / told["seconds"]

        decided(PEOPLE, MANY)
        runs = {"one": lambda: decided(1, ALONE), "many": lambda: decided(PEOPLE, MANY)}
        if not postgres:
            runs |= {"raw": lambda: raw(folder / "raw.db", 1), "raw tens": lambda: raw(folder / "raw.db", 10)}
        values = in_turn(runs, rounds)
    told = place.ask("SELECT count(*), (SELECT count(*) FROM deliveries), (SELECT count(*) FROM audit"
                     " WHERE action = 'decided') FROM resolutions")
    say(f"resolutions, deliveries and entries of the log: {told[0]}")
    return values


def business():
    systems = "".join(sqlite_system(*one) for one in SYSTEMS.items())
    held = "".join(mapping(system, "customer", "customers", [name for name, _ in FIELDS]) for system in SYSTEMS)
    rule = policy("customer", "portal", 'rule = "manual_review"\nhold_seconds = 600')
    return systems + entity("customer", "Customer", FIELDS) + held + rule + NO_INCIDENTS


def raw(path, group):
    """Rows a second of plain commits, `group` rows in each."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE IF NOT EXISTS raw (id INTEGER PRIMARY KEY, a TEXT, b TEXT)")
        done, began, text = 0, time.perf_counter(), "x" * 600
        while time.perf_counter() - began < RAW_SECONDS:
            connection.execute("BEGIN IMMEDIATE")
            for _ in range(group):
                connection.execute("INSERT INTO raw (a, b) VALUES (?, ?)", ("bench", text))
            connection.execute("COMMIT")
            done += group
        return done / (time.perf_counter() - began)
