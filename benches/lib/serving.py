"""Referee as it is served: an installation in a folder that goes away, its people and its server."""

import http.client
import json
import os
import sqlite3
import subprocess
import time
from contextlib import closing, contextmanager
from pathlib import Path

from lib.postgres import psql
from lib.process import REPOSITORY, free_port, must

START_SECONDS = 60

SETTINGS = """
[data]
folder = "{folder}/data"
[business]
file = "{folder}/business.toml"
"""


class Installation:
    """A folder with settings. Its store is SQLite there, or a PostgreSQL `(port, database)`."""

    def __init__(self, program, folder, business, postgres=None):
        self.program, self.folder, self.postgres = program, Path(folder), postgres
        settings = SETTINGS.format(folder=folder)
        if postgres:
            settings += f'[store]\nurl = "postgresql://postgres@127.0.0.1:{postgres[0]}/{postgres[1]}"\n'
        (self.folder / "referee.toml").write_text(settings)
        (self.folder / "business.toml").write_text(business.replace("FOLDER", str(folder)))

    def command(self, *words, said=""):
        """Runs a command to its end; answers what it printed."""
        command = [self.program, *words, "--config", self.folder / "referee.toml"]
        done = subprocess.run([str(word) for word in command], input=said, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"referee {words[0]} ended with {done.returncode}: {done.stderr.strip()[:500]}")
        return done.stdout

    def people(self, count):
        """Adds so many stewards; answers a token of each."""
        tokens = []
        for number in range(count):
            login = f"person{number}"
            self.command("user", "add", login, "--name", f"Person {number}", "--role", "steward", "--password-stdin",
                         said="three wooden spoons")
            tokens.append(self.command("token", "issue", login, "--name", "bench").strip())
        return tokens

    def ask(self, statement):
        """The rows that a statement gives, as tuples; on PostgreSQL of texts."""
        if self.postgres:
            rows = psql(*self.postgres, statement).splitlines()
            return [tuple(row.split("|")) for row in rows]
        with closing(sqlite3.connect(f"file:{self.folder}/data/referee.db?mode=ro", uri=True)) as connection:
            return connection.execute(statement).fetchall()

    def enable_writes(self, *systems):
        """As an admin does on their pages; nothing is running."""
        for system in systems:
            statement = (f"INSERT INTO systems (id, writes_enabled) VALUES ('{system}', TRUE)"
                         " ON CONFLICT (id) DO UPDATE SET writes_enabled = TRUE")
            if self.postgres:
                psql(*self.postgres, statement)
            else:
                with closing(sqlite3.connect(self.folder / "data" / "referee.db")) as connection, connection:
                    connection.execute(statement)

    @contextmanager
    def served(self):
        """Runs the server; gives its address, once it answers."""
        port = free_port()
        log = (self.folder / "log").open("w")
        command = [self.program, "serve", "--config", self.folder / "referee.toml", "--listen", f"127.0.0.1:{port}"]
        child = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                 stderr=log)
        try:
            wait_for(port, child)
            yield f"127.0.0.1:{port}"
        finally:
            child.terminate()
            try:
                child.wait(30)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            log.close()


def wait_for(port, child):
    began = time.perf_counter()
    while time.perf_counter() - began < START_SECONDS and child.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.01)
    raise SystemExit("the server did not start")


def sqlite_table(path, table, columns, rows):
    """A system: a SQLite file with one table, whose first column is its key."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"CREATE TABLE {table} ({columns[0]} TEXT PRIMARY KEY, {', '.join(columns[1:])})")
        connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(columns))})", rows)


def change(path, statement):
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)


def loopback():
    """The program of the targets and the crowd, built as Referee is."""
    named = os.environ.get("REFEREE_BENCH_LOOPBACK")
    if named:
        return Path(named)
    must(["cargo", "build", "--release", "--locked", "--example", "loopback"], cwd=REPOSITORY)
    return Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target")) / "release" / "examples" / "loopback"


def crowd(program, address, connections, requests, steps=1, tokens=()):
    """Sends requests (method, path, body) on so many connections; answers what the crowd tells."""
    lines = "".join("\t".join(request) + "\n" for request in requests)
    command = [program, "crowd", address, str(connections), str(steps), *tokens]
    done = subprocess.run([str(word) for word in command], input=lines, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


class Targets:
    """REST systems with so many rows each, that answer after so many milliseconds."""

    def __init__(self, program, count, rows, latency):
        command = [str(word) for word in (program, "target", count, rows, latency)]
        self.child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.urls = self.child.stdout.readline().split()

    def tell(self, word):
        """Tells them something; answers the journal of each."""
        self.child.stdin.write(word + "\n")
        self.child.stdin.flush()
        return json.loads(self.child.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.stdin.close()
        self.child.wait(10)
