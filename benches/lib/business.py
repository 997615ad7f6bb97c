"""What an admin writes about systems, records and policies, and the open differences it leads to."""

import json

# Benches change many records at once on purpose.
NO_INCIDENTS = """
[incidents]
mass_records = 10000000
storm_differences = 10000000
"""


def sqlite_system(system, label):
    """A system that is `<system>.db` in the installation's folder."""
    return (f'[[system]]\nid = "{system}"\nlabel = "{label}"\n'
            f'connector = {{ kind = "sqlite", path = "FOLDER/{system}.db" }}\n')


def entity(name, label, fields, more=""):
    """A kind of record, named on screen by its first field; `fields` are (id, label) or whole lines."""
    lines = [line if isinstance(line, str) else f'{{ id = "{line[0]}", label = "{line[1]}" }}' for line in fields]
    joined = "".join(f"  {line},\n" for line in lines)
    return f'[[entity]]\nid = "{name}"\nlabel = "{label}"\ntitle = "name"\n{more}fields = [\n{joined}]\n'


def mapping(system, of, table, columns, link="id", more=""):
    """How a system holds it: `columns` are names of fields that are also the columns, or
    (field, column). The table's key is `id`."""
    pairs = [(one, one) if isinstance(one, str) else one for one in columns]
    lines = "".join(f'  {{ field = "{field}", columns = ["{column}"] }},\n' for field, column in pairs)
    return (f'[[mapping]]\nsystem = "{system}"\nentity = "{of}"\nobject = "{table}"\nkey = "id"\nlink = "{link}"\n'
            f"{more}fields = [\n{lines}]\n")


def policy(of, truth, rule):
    """What decides every field of it; `rule` is the rest of the lines."""
    return f'[policy.{of}.all]\nsource_of_truth = "{truth}"\n{rule}\n'


def open_differences(place, count):
    """Every open difference, as (id, conflict, version of the conflict); there have to be so many."""
    found = place.ask("SELECT d.id, d.conflict_id, c.version FROM differences d"
                      " JOIN conflicts c ON c.id = d.conflict_id WHERE d.state = 'open' ORDER BY d.id")
    if len(found) != count:
        raise SystemExit(f"{len(found)} differences are open, {count} were to be")
    return found


def keeping_the_first(difference, conflict, version):
    """The request that decides for the value with number 1."""
    outcome = {"difference": difference, "outcome": "keep", "value": 1}
    body = json.dumps({"version": int(version), "outcomes": [outcome]})
    return "POST", f"/api/v1/conflicts/{conflict}/resolution", body
