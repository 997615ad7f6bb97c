"""The systems that are written to, each with a journal of its own that Referee knows nothing of.

A change in a journal says when, by whom (`referee` or `outside`), to which row, and the row before
and after. The REST target (examples/fault_target.rs) writes a file, the two databases a table that
triggers fill. Somebody who edits from outside leaves a mark in a column that Referee has no mapping
for; what changes without a new mark was changed by Referee.
"""

import json
import sqlite3
import subprocess
import urllib.request
from dataclasses import dataclass, field

FIELDS = ("name", "city", "plan")
TOKEN = "rest-target-token-4711"


@dataclass
class Change:
    system: str
    row: str
    at: str
    who: str
    before: dict | None
    after: dict | None
    # Of the REST target's requests only.
    key: str | None = None
    status: int | None = None
    if_match: str | None = None
    fields: dict = field(default_factory=dict)

    def __post_init__(self):
        """What really changed: field -> (before, after)."""
        if self.before is not None and self.after is not None:
            for name in FIELDS:
                if self.before.get(name) != self.after.get(name):
                    self.fields[name] = (self.before.get(name), self.after.get(name))

    def made(self):
        return self.before is None and self.after is not None


def tuple_of(prefix):
    return " || '|' || ".join(f"coalesce({prefix}.{name}, '')" for name in FIELDS)


def untupled(text):
    return None if text is None else dict(zip(FIELDS, text.split("|")))


SQLITE = f"""
CREATE TABLE customers (id TEXT PRIMARY KEY, name TEXT, city TEXT, plan TEXT, mark TEXT);
CREATE TABLE journal (n INTEGER PRIMARY KEY, at TEXT, who TEXT, row TEXT, before TEXT, after TEXT);
CREATE TRIGGER changed AFTER UPDATE ON customers BEGIN
  INSERT INTO journal (at, who, row, before, after) VALUES (strftime('%Y-%m-%dT%H:%M:%f', 'now'),
    CASE WHEN NEW.mark IS OLD.mark THEN 'referee' ELSE 'outside' END, NEW.id, {tuple_of("OLD")}, {tuple_of("NEW")});
END;
CREATE TRIGGER made AFTER INSERT ON customers BEGIN
  INSERT INTO journal (at, who, row, before, after) VALUES (strftime('%Y-%m-%dT%H:%M:%f', 'now'),
    CASE WHEN NEW.mark IS NULL THEN 'referee' ELSE 'outside' END, NEW.id, NULL, {tuple_of("NEW")});
END;
"""


class Portal:
    """An SQLite file."""

    id = "portal"

    def __init__(self, path):
        self.path = path

    def connect(self):
        return sqlite3.connect(self.path, timeout=20, isolation_level=None)

    def lay_down(self, rows):
        connection = self.connect()
        connection.executescript(SQLITE)
        for row in rows:
            self.insert(connection, row)
        connection.close()

    def insert(self, connection, row):
        names = [row["id"], *(row[name] for name in FIELDS), row["mark"]]
        connection.execute("INSERT INTO customers VALUES (?, ?, ?, ?, ?)", names)

    def make(self, row):
        connection = self.connect()
        self.insert(connection, row)
        connection.close()

    def edit(self, link, name, value, mark):
        connection = self.connect()
        connection.execute(f"UPDATE customers SET {name} = ?, mark = ? WHERE id = ?", (value, mark, link))
        connection.close()

    def rows(self):
        """By the identifier that the systems share."""
        connection = self.connect()
        found = connection.execute(f"SELECT id, {', '.join(FIELDS)} FROM customers").fetchall()
        connection.close()
        return {row[0]: dict(zip(FIELDS, row[1:])) for row in found}

    def journal(self):
        connection = self.connect()
        found = connection.execute("SELECT row, at, who, before, after FROM journal ORDER BY n").fetchall()
        connection.close()
        return [Change(self.id, row, at, who, untupled(before), untupled(after))
                for row, at, who, before, after in found]


POSTGRES = f"""
DROP TABLE IF EXISTS customers, journal;
CREATE TABLE customers (id TEXT PRIMARY KEY, name TEXT, city TEXT, plan TEXT, mark TEXT);
CREATE TABLE journal (n BIGSERIAL PRIMARY KEY, at TEXT, who TEXT, row TEXT, before TEXT, after TEXT);
CREATE OR REPLACE FUNCTION told() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE now_at TEXT := to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US');
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO journal (at, who, row, before, after) VALUES (now_at,
      CASE WHEN NEW.mark IS NULL THEN 'referee' ELSE 'outside' END, NEW.id, NULL, {tuple_of("NEW")});
  ELSE
    INSERT INTO journal (at, who, row, before, after) VALUES (now_at,
      CASE WHEN NEW.mark IS NOT DISTINCT FROM OLD.mark THEN 'referee' ELSE 'outside' END, NEW.id,
      {tuple_of("OLD")}, {tuple_of("NEW")});
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER told AFTER INSERT OR UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION told();
"""

# Its commits take their time, so that a process can end in the middle of one.
SLOW = """
CREATE OR REPLACE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_sleep(0.12); RETURN NEW; END $$;
CREATE CONSTRAINT TRIGGER slowly AFTER UPDATE ON customers DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.mark IS NOT DISTINCT FROM OLD.mark) EXECUTE FUNCTION slowly()
"""


class Erp:
    """A PostgreSQL database."""

    id = "erp"

    def __init__(self, session):
        self.session = session

    def lay_down(self, rows):
        self.session.run("SET client_min_messages = warning")
        self.session.run(POSTGRES)
        for row in rows:
            self.make(row)

    def slowly(self):
        self.session.run(SLOW)

    def make(self, row):
        values = [row["id"], *(row[name] for name in FIELDS), row["mark"]]
        self.session.run(f"INSERT INTO customers VALUES ({', '.join(quoted(value) for value in values)})")

    def edit(self, link, name, value, mark):
        self.session.run(
            f"UPDATE customers SET {name} = {quoted(value)}, mark = {quoted(mark)} WHERE id = {quoted(link)}"
        )

    def rows(self):
        return {row["id"]: {name: row[name] for name in FIELDS}
                for row in self.session.rows("SELECT * FROM customers")}

    def journal(self):
        found = self.session.rows("SELECT * FROM journal ORDER BY n")
        return [Change(self.id, row["row"], row["at"], row["who"], untupled(row["before"]), untupled(row["after"]))
                for row in found]


def quoted(text):
    return "NULL" if text is None else "'" + text.replace("'", "''") + "'"


class Desk:
    """The REST target, a process that outlives the stories."""

    id = "desk"

    def __init__(self, binary):
        self.process = subprocess.Popen([str(binary)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()
        self.file = None
        # The key of its record, by the identifier that the systems share.
        self.keys = {}

    def end(self):
        self.process.stdin.close()
        self.process.wait(20)

    def control(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"content-type": "application/json"}
        request = urllib.request.Request(f"{self.url}/_control/{path}", data, headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read()

    def begin(self, file, rows, **switches):
        """A new story: nothing is left of the one before. Its journal is that file."""
        self.file = file
        self.keys = {}
        self.control("story", {"journal": str(file), "etag": True, "idempotent": True, **switches})
        for row in rows:
            self.make(row)

    def make(self, row):
        key = self.keys.setdefault(row["id"], f"P{len(self.keys) + 1:03}")
        self.control("records/people", {"id": key, "ref": row["id"], **{name: row[name] for name in FIELDS}})

    def edit(self, link, name, value, _mark):
        self.control("records/people", {"id": self.keys[link], name: value})

    def fault(self, **fault):
        self.control("faults", fault)

    def heal(self):
        self.control("faults", {"fault": "none", "clear": True})

    def rows(self):
        return {row["ref"]: {name: row.get(name) for name in FIELDS}
                for row in json.loads(self.control("records/people"))}

    def journal(self):
        changes = []
        for line in self.file.read_text().splitlines():
            told = json.loads(line)
            before, after = (json.loads(told[name]) if told.get(name) else None for name in ("before", "after"))
            row = (after or before or {}).get("id") or told["path"].rsplit("/", 1)[-1]
            who = "referee" if told["who"] == "request" else "outside"
            changes.append(Change(self.id, row, told["at"], who, before, after, told.get("key"),
                                  told.get("status"), told.get("if_match")))
        return changes
