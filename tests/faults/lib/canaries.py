"""I8: no secret in any byte that leaves: log, database and its journal, answers."""

from lib import cluster
from lib.client import PASSWORD, Client
from lib.targets import TOKEN


def planted(place):
    """By name: people's password and tokens, and what the REST service is called with."""
    own = {"password": PASSWORD, "service token": TOKEN}
    return {**own, **{f"token {number}": token for number, token in enumerate(place.tokens)}}


def watch(place):
    """From now on every answer is looked at."""
    Client.canaries.update({f"{place.database} {name}": text.encode() for name, text in planted(place).items()})


def leaks(place, folder, store):
    """Where a secret stands in what was left behind."""
    where = {"the log": (folder / "referee.log").read_bytes()}
    second = folder / "second" / "referee.log"
    if second.exists():
        where["the second log"] = second.read_bytes()
    if place.database == "sqlite":
        for file in (folder / "data").glob("referee.db*"):
            where[file.name] = file.read_bytes()
    else:
        session = cluster.Session(place.port_of_cluster, store)
        tables = session.run("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for table in tables:
            where[table] = "\n".join(session.run(f'SELECT q::text FROM "{table}" AS q')).encode()
        session.close()
    for name, text in planted(place).items():
        for place_name, said in where.items():
            if text.encode() in said:
                yield f"the {name} stands in {place_name}"
    yield from Client.leaked
    Client.leaked.clear()
