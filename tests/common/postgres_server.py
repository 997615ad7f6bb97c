"""A PostgreSQL of one's own, for the fault driver and the benches."""

import os
import pwd
import signal
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path


def programs():
    """The folder of the newest PostgreSQL installed, or the one named."""
    named = os.environ.get("REFEREE_TEST_POSTGRES_BIN")
    found = [Path(named)] if named else sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name)
    )
    if not found:
        raise SystemExit("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    return found[-1]


def as_server():
    """PostgreSQL refuses to run as root: the words that become its user."""
    if os.getuid() != 0:
        return []
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"]


@contextmanager
def serving(folder, port, settings):
    """Runs a server over a folder, in which a cluster is made if there is none."""
    if not (folder / "PG_VERSION").exists():
        make(folder)
    told = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", **settings}
    options = [f"-c{key}={value}" for key, value in told.items()]
    server = subprocess.Popen(
        words([*as_server(), programs() / "postgres", "-D", folder, "-p", port, *options]), cwd="/",
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(port, server)
        yield
    finally:
        # Whoever is connected still is not waited for.
        server.send_signal(signal.SIGINT)
        try:
            server.wait(60)
        except subprocess.TimeoutExpired:
            server.kill()


def make(folder):
    folder.mkdir(parents=True, exist_ok=True)
    if os.getuid() == 0:
        os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)
    initdb = [programs() / "initdb", "-D", folder, "-U", "postgres", "-A", "trust", "-E", "UTF8",
              "--locale=C.UTF-8", "--no-sync"]
    subprocess.run(words(as_server() + initdb), check=True, cwd="/", stdout=subprocess.DEVNULL)


def wait_for(port, server):
    for _ in range(600):
        if server.poll() is not None:
            raise SystemExit(f"PostgreSQL ended with {server.returncode}")
        asked = [programs() / "pg_isready", "-q", "-h", "127.0.0.1", "-p", port, "-d", "postgres"]
        if subprocess.run(words(asked), check=False).returncode == 0:
            return
        time.sleep(0.1)
    raise SystemExit("PostgreSQL did not start")


def words(command):
    return [str(word) for word in command]


def url(port, database):
    return f"postgresql://postgres@127.0.0.1:{port}/{database}"
