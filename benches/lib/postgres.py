"""A PostgreSQL of the bench's own, with its data kept between runs."""

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from lib.figures import say
from lib.process import CACHE, free_port

sys.path.append(str(Path(__file__).resolve().parents[2] / "tests" / "common"))
from postgres_server import programs, serving, url  # noqa: E402, F401


@contextmanager
def cluster(name, durable=False):
    """Runs the cluster of that name, made if it is not there; gives the port it listens on. Unless it
    has to be durable, a commit does not wait for the disk."""
    # Root's cache folder is closed to the user of PostgreSQL.
    home = Path("/var/tmp/referee-bench") if os.getuid() == 0 else CACHE
    port = free_port()
    settings = {"shared_buffers": "1GB", "max_wal_size": "8GB", "fsync": "on" if durable else "off"}
    with serving(home / f"postgres-{programs().parent.name}-{name}", port, settings):
        yield port


def psql(port, database, statement):
    """Runs statements; answers what they print."""
    command = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
    command += ["-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "-d", database, "-c", statement]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def has(port, database):
    found = psql(port, "postgres", f"SELECT 1 FROM pg_database WHERE datname = '{database}'")
    say(f"database {database}: {'kept' if found else 'made now'}")
    return bool(found)
