"""A store of Referee's own in a folder that goes away: read into, asked and weighed."""

import sqlite3
import tempfile
from contextlib import contextmanager
from pathlib import Path

from lib import customers
from lib.figures import say
from lib.process import run


class Keeping:
    """A folder with settings for two databases, and the store that `referee sync` makes there."""

    def __init__(self, program, folder, settings):
        self.program, self.folder, self.settings = program, folder, settings

    def sync(self, *words):
        """Reads both systems in and judges; what it took, or None if it failed."""
        ran = run([self.program, "sync", "--config", self.settings, *words])
        if ran.status != 0:
            say(f"referee sync ended with {ran.status}: {ran.said.strip()[:300]}")
            return None
        return ran

    def ask(self, statement):
        """The only row that a statement gives."""
        connection = sqlite3.connect(f"file:{self.database()}?mode=ro", uri=True)
        try:
            return connection.execute(statement).fetchone()
        finally:
            connection.close()

    def is_full(self, rows, differing):
        """Whether everything has arrived and was judged: both systems' rows, what they agree on,
        and a difference for each field that differs."""
        found = self.ask(
            "SELECT (SELECT count(*) FROM records), (SELECT count(*) FROM holdings WHERE present),"
            " (SELECT count(*) FROM bases), (SELECT count(*) FROM differences WHERE state = 'open'),"
            " (SELECT count(*) FROM unjudged)"
        )
        return _is(found, (rows, 2 * rows, rows, differing, 0))

    def last_read(self):
        """Rows read and rows changed by the newest run of each system, added up."""
        return self.ask(
            "SELECT sum(rows_read), sum(rows_changed) FROM runs"
            " WHERE id IN (SELECT max(id) FROM runs WHERE state = 'done' GROUP BY system)"
        )

    def did_read(self, read, changed):
        """Whether the newest runs read and changed so many rows."""
        return _is(self.last_read(), (read, changed))

    def weighs(self):
        """Bytes of the store: of its pages in use, those still in its log among them."""
        return self.ask(
            "SELECT (pages.page_count - free.freelist_count) * size.page_size"
            " FROM pragma_page_count AS pages, pragma_freelist_count AS free, pragma_page_size AS size"
        )[0]

    def database(self):
        return next((self.folder / "data").glob("*.db"))


def _is(found, wanted):
    if found != wanted:
        say(f"the store says {found}, {wanted} was to be there")
    return found == wanted


@contextmanager
def keeping(program, port, one, other, more="", end=""):
    """A new store for these two databases."""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        yield Keeping(program, folder, customers.configure(folder, port, one, other, more, end))


@contextmanager
def loaded(program, port, one, other, rows, differing, more="", end=""):
    """A store that has taken both tables in; with it, what that took. None in its place if it could not."""
    with keeping(program, port, one, other, more, end) as store:
        say(f"taking in {rows} rows of each side")
        ran = store.sync("--full")
        yield (store, ran) if ran and store.is_full(rows, differing) else (None, None)
