"""Starting Referee, and ending it in all the ways that are not kind."""

import ctypes
import os
import resource
import signal
import socket
import subprocess
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target"))
# Longest time from the start to the first answer.
START = 60


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def built():
    """The program and the REST target, built with the feature `faults`."""
    named = os.environ.get("REFEREE_FAULTS_BINARY"), os.environ.get("REFEREE_FAULTS_TARGET")
    if all(named):
        return Path(named[0]), Path(named[1])
    command = ["cargo", "build", "--locked", "--features", "faults", "--bin", "referee",
               "--example", "fault_target"]
    subprocess.run(command, check=True, cwd=REPOSITORY, stdin=subprocess.DEVNULL)
    return TARGET / "debug" / "referee", TARGET / "debug" / "examples" / "fault_target"


def environment(folder, more=None):
    # What `tests/run` finds its processes by.
    kept = {name: os.environ[name] for name in ("PATH", "REFEREE_TESTS_MARK") if name in os.environ}
    return {"HOME": str(folder), **kept, **(more or {})}


def command(binary, folder, arguments, said="", more=None):
    """Runs a command of Referee to its end, which has to be a good one; answers what it printed."""
    done = subprocess.run([str(binary), *arguments], cwd=folder, input=said, capture_output=True, text=True,
                          env=environment(folder, more), check=False)
    if done.returncode != 0:
        raise RuntimeError(f"referee {' '.join(arguments)} ended with {done.returncode}: {done.stderr[:2000]}")
    return done.stdout.strip()


# Those that run now, to be ended with the driver.
RUNNING = set()


def end_all():
    for served in list(RUNNING):
        served.kill()


class Served:
    """`referee serve` in a folder, until it is ended or ends by itself."""

    def __init__(self, binary, folder, port, more, tracer=()):
        self.log = open(folder / "referee.log", "ab")
        words = [*tracer, binary, "serve", "--data", "data", "--listen", f"127.0.0.1:{port}"]
        self.process = subprocess.Popen(
            [str(word) for word in words], cwd=folder, env=environment(folder, more),
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, start_new_session=True,
            preexec_fn=no_core,
        )
        self.port, self.traced = port, bool(tracer)
        self.began = time.monotonic()
        RUNNING.add(self)

    def is_alive(self):
        return self.process.poll() is None

    def answers(self):
        """Waits until it listens; false if it ended before."""
        while time.monotonic() - self.began < START:
            if not self.is_alive():
                return False
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return True
            except OSError:
                time.sleep(0.02)
        raise RuntimeError("Referee did not start to listen")

    def pid(self):
        """Of Referee itself, also under a tracer; None once it is gone."""
        if not self.traced:
            return self.process.pid if self.is_alive() else None
        try:
            children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        except OSError:
            return None
        return int(children[0]) if children else None

    def send(self, number):
        pid = self.pid()
        if pid is not None:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    def kill(self):
        """As a power cut would, to the process."""
        while self.is_alive():
            self.send(signal.SIGKILL)
            try:
                self.process.wait(0.2)
            except subprocess.TimeoutExpired:
                pass
        self.ended()

    def stop(self):
        """Asks it to stop; the seconds that took."""
        began = time.monotonic()
        self.send(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()
        self.ended()
        return time.monotonic() - began

    def ended(self):
        RUNNING.discard(self)
        self.log.close()


LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


def no_core():
    """A process that ends itself must not write its memory to the disk, and does not outlive the
    driver."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
