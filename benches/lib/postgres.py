"""A PostgreSQL of the bench's own, with its data kept between runs."""

import os
import pwd
import shutil
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

from lib.figures import say
from lib.process import CACHE, free_port, must


def programs():
    """The folder of the newest PostgreSQL installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if not found:
        raise SystemExit("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    return found[-1]


def as_server():
    """PostgreSQL refuses to run as root: the words that become its user."""
    if os.getuid() != 0:
        return []
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"]


@contextmanager
def cluster(name, durable=False):
    """Runs the cluster of that name, made if it is not there; gives the port it listens on. Unless it
    has to be durable, a commit does not wait for the disk."""
    binaries, port = programs(), free_port()
    # Root's cache folder is closed to the user of PostgreSQL.
    home = Path("/var/tmp/referee-bench") if os.getuid() == 0 else CACHE
    folder = home / f"postgres-{binaries.parent.name}-{name}"
    if not (folder / "PG_VERSION").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        if os.getuid() == 0:
            os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)
        initdb = [binaries / "initdb", "-D", folder, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        must(as_server() + initdb, cwd="/", stdout=subprocess.DEVNULL)
    settings = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "shared_buffers": "1GB",
        "max_wal_size": "8GB",
        "fsync": "on" if durable else "off",
    }
    options = [f"-c{key}={value}" for key, value in settings.items()]
    server = subprocess.Popen(
        [str(word) for word in [*as_server(), binaries / "postgres", "-D", folder, "-p", port, *options]],
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(binaries, port, server)
        yield port
    finally:
        server.terminate()
        server.wait(60)


def wait_for(binaries, port, server):
    for _ in range(600):
        if server.poll() is not None:
            raise SystemExit(f"PostgreSQL ended with {server.returncode}")
        asked = [binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
        if subprocess.run(asked, check=False).returncode == 0:
            return
        time.sleep(0.1)
    raise SystemExit("PostgreSQL did not start")


def psql(port, database, statement):
    """Runs statements; answers what they print."""
    command = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
    command += ["-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "-d", database, "-c", statement]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def url(port, database):
    return f"postgresql://postgres@127.0.0.1:{port}/{database}"


def has(port, database):
    found = psql(port, "postgres", f"SELECT 1 FROM pg_database WHERE datname = '{database}'")
    say(f"database {database}: {'kept' if found else 'made now'}")
    return bool(found)
