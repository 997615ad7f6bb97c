"""K19 and L4: the server is killed while it lays down its schema, or started eight times at once."""

import random
import shutil
import signal
import sqlite3
import time

from lib import cluster
from lib.kills import CALLS, Kill
from lib.place import SETTINGS
from lib.program import Served, free_port

# System calls of a first start, roughly: later ones are never met.
MOST = {"pwrite64": 700, "write": 120, "sendto": 160, "writev": 4, "fsync,fdatasync": 10}
AT_ONCE = 8
# Columns, indexes and steps, as PostgreSQL tells them.
POSTGRES = (
    "SELECT table_name, column_name, data_type, is_nullable, column_default, collation_name "
    "FROM information_schema.columns WHERE table_schema = 'public' ORDER BY table_name, ordinal_position",
    "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname",
    "SELECT conname, pg_get_constraintdef(oid) AS def FROM pg_constraint WHERE contype IN ('c', 'f') ORDER BY conname",
    "SELECT version, success FROM _sqlx_migrations ORDER BY version",
)


class Beginnings:
    """First starts on an empty store. What comes of each is held against a start that nobody disturbed."""

    def __init__(self, place):
        self.place, self.count, self.kills = place, 0, []
        self.whole = self.undisturbed()

    def undisturbed(self):
        folder, store = self.empty()
        self.once(folder, store)
        schema = self.schema(folder, store)
        self.remove(folder, store)
        return schema

    def empty(self):
        """A folder, and a database with nothing in it."""
        self.count += 1
        folder, store = self.place.folder / f"first-{self.count}", f"first_{self.place.number}_{self.count}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "referee.toml").write_text(SETTINGS.replace('[business]\nfile = "business.toml"\n', ""))
        if self.place.database == "postgres":
            self.place.admin.run(f"DROP DATABASE IF EXISTS {store}")
            self.place.admin.run(f"CREATE DATABASE {store}")
        return folder, store

    def remove(self, folder, store):
        self.place.remove(folder, store)

    def start(self, folder, store, tracer=(), port=None):
        return Served(self.place.binary, folder, port or free_port(), self.place.environment(store), tracer)

    def once(self, folder, store):
        """A start and a kind end."""
        served = self.start(folder, store)
        if not served.answers():
            raise RuntimeError(f"Referee did not start: {(folder / 'referee.log').read_text()[-2000:]}")
        served.stop()

    def schema(self, folder, store):
        if self.place.database == "sqlite":
            connection = sqlite3.connect(folder / "data" / "referee.db")
            found = [connection.execute(text).fetchall() for text in (
                "PRAGMA integrity_check", "SELECT type, name, sql FROM sqlite_master ORDER BY type, name",
                "SELECT version, success FROM _sqlx_migrations ORDER BY version")]
            connection.close()
            return found
        session = cluster.Session(self.place.port_of_cluster, store)
        found = [session.run(text) for text in POSTGRES]
        session.close()
        return found

    def cut(self, seed):
        """One start that is killed, and the next one; answers what is wrong."""
        rng = random.Random(f"first/{self.place.database}/{seed}")
        folder, store = self.empty()
        kill = Kill("random", count=rng.randint(5, 600))
        if shutil.which("strace") and rng.random() < 0.7:
            call = rng.choice(CALLS[self.place.database])
            kill = Kill("syscall", call, rng.randint(1, MOST[call]))
        served = self.start(folder, store, kill.tracer(folder))
        kill.begin(served)
        end = time.monotonic() + 9
        while served.is_alive() and time.monotonic() < end:
            time.sleep(0.01)
        reached = not served.is_alive()
        served.kill()
        self.kills.append(("K19", reached))
        served = self.start(folder, store)
        wrong = []
        if not served.answers():
            wrong.append(("L4", f"after {kill} it does not start any longer"))
        served.stop()
        if not wrong and self.schema(folder, store) != self.whole:
            wrong.append(("L4", f"after {kill} the schema is another one"))
        if not wrong:
            self.remove(folder, store)
        return wrong

    def race(self):
        """Eight at once. A folder has one server; a PostgreSQL may have all, that know one key."""
        folder, store = self.empty()
        folders = [folder]
        if self.place.database == "postgres":
            # The key is made by the first start of all, on a store of its own.
            other, apart = self.empty()
            self.once(other, apart)
            folders = [folder / str(number) for number in range(AT_ONCE)]
            for own in folders:
                shutil.copytree(other, own)
            self.remove(other, apart)
        all = [self.start(folders[number % len(folders)], store) for number in range(AT_ONCE)]
        up = []
        for served in all:
            try:
                up.append(served.answers())
            except RuntimeError:
                up.append(False)
        for served in all:
            served.send(signal.SIGTERM)
        for served in all:
            served.stop()
        wanted = 1 if self.place.database == "sqlite" else AT_ONCE
        wrong = [] if sum(up) == wanted else [("L4", f"of {AT_ONCE} started at once {sum(up)} serve, and {wanted} should")]
        if self.schema(folders[0], store) != self.whole:
            wrong.append(("L4", "after eight starts at once the schema is another one"))
        if not wrong:
            self.remove(folder, store)
        return wrong
