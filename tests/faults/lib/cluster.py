"""A private PostgreSQL, in a folder that goes away; and one session with it that stays open."""

import json
import shutil
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path

from lib.program import REPOSITORY, free_port

sys.path.append(str(REPOSITORY / "tests" / "common"))
from postgres_server import programs, serving, url, words  # noqa: E402, F401

MARK = "--end of the answer--"
# A process that is killed loses nothing of what the system has taken from it, so nothing here waits
# for the disk.
SETTINGS = {"max_connections": "300", "shared_buffers": "64MB", "fsync": "off", "full_page_writes": "off",
            "autovacuum": "off"}


@contextmanager
def cluster():
    """Runs a cluster that nobody else uses; gives its port."""
    folder, port = Path(tempfile.mkdtemp(prefix="referee-faults-pg-")), free_port()
    try:
        with serving(folder, port, SETTINGS):
            yield port
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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
