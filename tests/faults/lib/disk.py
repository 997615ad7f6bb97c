"""A disk of its own for Referee's folder, that can be taken at any moment as a power cut leaves it.

Two file systems, one in the other: `inner` holds the folder, on an image that is a file of `outer`
and is written past the page cache. Freezing `outer` stops the device under `inner` between two of its
writes, wherever it is. A copy of the image then holds what the device had been given, and nothing of
what was still in memory.
"""

import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path

INNER, OUTER = "48M", "128M"
# All that are mounted, to be taken away with the driver.
MOUNTED = []


def system(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, words))}: {done.stderr.strip()}")
    return done.stdout.strip()


def missing(folder):
    """Why this machine has no such disk; None if it has."""
    for program in ("mkfs.ext4", "losetup", "fsfreeze", "mount"):
        if not shutil.which(program):
            return f"{program} is missing"
    tried = folder / "tried"
    (tried / "data").mkdir(parents=True)
    try:
        disk = Disk(tried)
        disk.cut(None)
        disk.back()
    except RuntimeError as error:
        return str(error)
    finally:
        close_all()
        shutil.rmtree(tried, ignore_errors=True)
    return None


def close_all():
    for disk in list(MOUNTED):
        disk.close()


class Disk:
    """The folder `data` of a story, on a disk of its own."""

    def __init__(self, folder):
        self.data, self.outer, self.taken = folder / "data", folder / "outer", folder / "taken.img"
        self.image, self.is_mounted = self.outer / "inner.img", False
        self.lock = threading.Lock()
        MOUNTED.append(self)
        kept, outer = folder / "data.before", folder / "outer.img"
        self.data.rename(kept)
        for place in (self.data, self.outer):
            place.mkdir()
        self.format(outer, OUTER)
        system("mount", "-o", "loop", outer, self.outer)
        self.format(self.image, INNER)
        self.mount()
        shutil.copytree(kept, self.data, dirs_exist_ok=True)
        shutil.rmtree(kept)
        system("sync", "-f", self.data)

    @staticmethod
    def format(image, size):
        system("fallocate", "-l", size, image)
        system("mkfs.ext4", "-q", "-F", image)

    def mount(self):
        device = system("losetup", "--find", "--show", "--direct-io=on", self.image)
        system("mount", device, self.data)
        # It goes as soon as it is not mounted any longer.
        system("losetup", "-d", device)
        self.is_mounted = True

    def unmount(self):
        """Takes the folder away, as soon as nobody works in it any longer."""
        for _ in range(100):
            if not self.is_mounted or subprocess.run(["umount", self.data], capture_output=True, check=False).returncode == 0:
                self.is_mounted = False
                return
            time.sleep(0.1)
        raise RuntimeError(f"{self.data} is in use for ten seconds")

    def cut(self, served):
        """The power fails: takes the image, and ends whoever worked on it."""
        with self.lock:
            system("fsfreeze", "-f", self.outer)
            try:
                if served:
                    served.send(signal.SIGKILL)
                shutil.copyfile(self.image, self.taken)
            finally:
                system("fsfreeze", "-u", self.outer)

    def back(self):
        """The power is back: the folder is what was taken, if anything was."""
        with self.lock:
            if self.taken.exists():
                self.unmount()
                shutil.move(self.taken, self.image)
                self.mount()

    def close(self):
        """Takes all of it away; what stood in the folder last stays there."""
        MOUNTED.remove(self)
        last = self.data.with_name("data.last")
        if self.is_mounted:
            shutil.copytree(self.data, last)
        self.unmount()
        subprocess.run(["umount", self.outer], capture_output=True, check=False)
        for image in (self.outer.with_name("outer.img"), self.taken):
            image.unlink(missing_ok=True)
        if last.exists():
            self.data.rmdir()
            last.rename(self.data)
