"""A private PostgreSQL, in a folder that goes away; and one session with it that stays open."""

import json
import os
import pwd
import shutil
import subprocess
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from lib.program import free_port

MARK = "--end of the answer--"


def programs():
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
def cluster():
    """Runs a cluster that nobody else uses; gives its port. A process that is killed loses nothing
    of what the system has taken from it, so nothing here waits for the disk."""
    binaries = programs()
    folder = Path(tempfile.mkdtemp(prefix="referee-faults-pg-"))
    server = None
    try:
        if os.getuid() == 0:
            os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)
        data = folder / "data"
        initdb = [binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
                  "--locale=C.UTF-8", "--no-sync"]
        subprocess.run(words(as_server() + initdb), check=True, cwd="/", stdout=subprocess.DEVNULL)
        port = free_port()
        settings = {
            "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": "300",
            "shared_buffers": "64MB", "fsync": "off", "full_page_writes": "off", "autovacuum": "off",
        }
        options = [f"-c{key}={value}" for key, value in settings.items()]
        server = subprocess.Popen(
            words([*as_server(), binaries / "postgres", "-D", data, "-p", port, *options]), cwd="/",
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        wait_for(binaries, port, server)
        yield port
    finally:
        if server:
            server.send_signal(2)
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
        shutil.rmtree(folder, ignore_errors=True)


def wait_for(binaries, port, server):
    for _ in range(600):
        if server.poll() is not None:
            raise SystemExit(f"PostgreSQL ended with {server.returncode}")
        asked = [binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", port, "-d", "postgres"]
        if subprocess.run(words(asked), check=False).returncode == 0:
            return
        time.sleep(0.1)
    raise SystemExit("PostgreSQL did not start")


def words(command):
    return [str(word) for word in command]


def url(port, database):
    return f"postgres://postgres@127.0.0.1:{port}/{database}"


class Session:
    """A psql that stays: a statement costs no process."""

    def __init__(self, port, database):
        command = [programs() / "psql", "-X", "-q", "-A", "-t", "-h", "127.0.0.1", "-p", port,
                   "-U", "postgres", "-d", database]
        self.process = subprocess.Popen(words(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True)
        self.lock = threading.Lock()

    def run(self, statement):
        """Runs statements; answers the lines they print."""
        with self.lock:
            self.process.stdin.write(f"{statement};\n\\echo '{MARK}'\n")
            self.process.stdin.flush()
            lines = []
            while (line := self.process.stdout.readline()) and line.rstrip("\n") != MARK:
                lines.append(line.rstrip("\n"))
        wrong = [line for line in lines if line.startswith(("ERROR", "FATAL", "psql:"))]
        if wrong:
            raise RuntimeError(f"{wrong} in {statement[:300]}")
        return lines

    def rows(self, statement):
        """Each row of a query as a dictionary."""
        return [json.loads(line) for line in self.run(f"SELECT row_to_json(q)::text FROM ({statement}) AS q")]

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)


def quoted(text):
    return "NULL" if text is None else "'" + text.replace("'", "''") + "'"
