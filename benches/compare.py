"""Two PostgreSQL tables of customers compared, field by field.

The same million customers stand in two databases, ten columns each. Of the other side four forms
are made: 1% of its rows differ in one column each, 0.1%, ten rows, and none. Every value comes
from a hash of the row's number and a fixed seed, so each run on each machine compares the same.
"""

import json
import subprocess
import tempfile
import time
from pathlib import Path

from lib.figures import ROWS, at_least_times, at_most, at_most_times, in_turn, median, say
from lib.postgres import cluster, has, psql, url
from lib.process import CACHE, must, referee, run

SEED = "referee-1"
RELADIFF = ["reladiff==0.6.0", "psycopg2-binary==2.9.13"]
COLUMNS = ["id", "name", "email", "phone", "street", "postcode", "city", "plan", "status", "changed_at"]

# What differs on the other side -> (its database, which rows, how many times reladiff's rate we want).
FORMS = {
    "1% of the rows differ": ("other_1pct", "hashed % 100 = 0", 15),
    "0.1% of the rows differ": ("other_01pct", "hashed % 1000 = 0", 10),
    "10 rows differ": ("other_10rows", f"n % {max(ROWS // 10, 1)} = 0", 3),
    "no row differs": ("other_same", "false", 1.7),
}

# Which of the columns differs goes by the hash too, so that each is met.
TABLE = """
CREATE TABLE customers (id bigint PRIMARY KEY, name text NOT NULL, email text NOT NULL, phone text NOT NULL,
  street text NOT NULL, postcode text NOT NULL, city text NOT NULL, plan text NOT NULL, status text NOT NULL,
  changed_at timestamp NOT NULL);
INSERT INTO customers
SELECT n,
  CASE WHEN which = 0 THEN 'Changed ' ELSE 'Customer ' END || substr(h, 1, 12),
  CASE WHEN which = 1 THEN 'changed.' ELSE '' END || substr(h, 3, 10) || '@example.org',
  '+49' || CASE WHEN which = 2 THEN '99' ELSE '30' END || (hashed % 10000000 + 10000000),
  (ARRAY['Oak Street','Elm Road','High Street','Station Road','Mill Lane'])[1 + hashed % 5] || ' '
    || CASE WHEN which = 3 THEN 500 ELSE 1 END + hashed % 300,
  lpad((hashed % 99999 + CASE WHEN which = 4 THEN 1 ELSE 0 END)::text, 5, '0'),
  CASE WHEN which = 5 THEN 'Changed' ELSE (ARRAY['Berlin','Hamburg','Leipzig','Bremen'])[1 + hashed % 4] END,
  (ARRAY['free','basic','plus','pro'])[1 + (hashed + CASE WHEN which = 6 THEN 1 ELSE 0 END) % 4],
  CASE WHEN which = 7 THEN 'closed' ELSE (ARRAY['open','won','lost'])[1 + hashed % 3] END,
  timestamp '2024-01-01' + (hashed % 31536000) * interval '1 second'
    + CASE WHEN which = 8 THEN interval '1 day' ELSE interval '0' END
FROM (SELECT n, h, hashed, CASE WHEN {differs} THEN (hashed / 1000) % 9 END AS which
  FROM (SELECT n, md5('{seed}' || n) AS h, ('x' || substr(md5('{seed}' || n), 1, 7))::bit(28)::int AS hashed
    FROM generate_series(1, {rows}) n) one) two;
VACUUM (ANALYZE, FREEZE) customers;
"""

SETTINGS = """
[data]
folder = "{folder}/data"
[business]
file = "{folder}/business.toml"
"""

# What an admin writes for these tables; every column but the key is compared.
BUSINESS = """
[[system]]
id = "one"
label = "One"
connector = {{ kind = "postgres", host = "127.0.0.1", port = {port}, database = "one", user = "postgres", tls = "off" }}
[[system]]
id = "other"
label = "Other"
connector = {{ kind = "postgres", host = "127.0.0.1", port = {port}, database = "{other}", user = "postgres", tls = "off" }}
[[entity]]
id = "customer"
label = "Customer"
title = "name"
fields = [
  {{ id = "name", label = "Name" }},
  {{ id = "email", label = "E-mail", comparison = "email" }},
  {{ id = "phone", label = "Phone", comparison = {{ phone = "DE" }} }},
  {{ id = "street", label = "Street" }},
  {{ id = "postcode", label = "Postcode" }},
  {{ id = "city", label = "City" }},
  {{ id = "plan", label = "Plan" }},
  {{ id = "status", label = "Status" }},
  {{ id = "changed_at", label = "Changed" }},
]
""" + "".join(
    f"""
[[mapping]]
system = "{system}"
entity = "customer"
object = "customers"
key = "id"
link = "id"
complete = true
fields = [
""" + "".join(f'  {{{{ field = "{column}", columns = ["{column}"] }}}},\n' for column in COLUMNS[1:]) + "]\n"
    for system in ("one", "other")
)


def bench():
    with cluster(f"compare-{ROWS}") as port:
        prepare(port)
        peer, ours, found = peer_program(), referee(), []
        for differing, (database, _, times) in FORMS.items():
            say(f"compare, {differing}, {ROWS} rows")
            found += form(port, differing, database, times, peer, ours)
        return found


def prepare(port):
    """Makes the databases that are not there yet."""
    for database, differs in [("one", "false")] + [(name, rows) for name, rows, _ in FORMS.values()]:
        if not has(port, database):
            psql(port, "postgres", f"CREATE DATABASE {database}_new TEMPLATE template0")
            for statement in TABLE.format(differs=differs, seed=SEED, rows=ROWS).split(";")[:-1]:
                psql(port, f"{database}_new", statement)
            psql(port, "postgres", f"ALTER DATABASE {database}_new RENAME TO {database}")


def form(port, differing, database, times, peer, ours):
    """The figures of one form of the other side."""
    wanted = expected(port, database)
    peaks = []

    def our_run():
        ran = run_ours(ours, port, database, wanted)
        peaks.extend([ran.peak_mib] if ran else [])
        return ran.seconds if ran else None

    took = in_turn({
        "ours": our_run,
        "reladiff": lambda: run_reladiff(peer, port, database, wanted),
        "copy": lambda: run_copy(port, database),
    })
    seconds = {name: median(values) for name, values in took.items()}
    rates = {name: ROWS / value if value else None for name, value in seconds.items()}
    name = f"pairs a second, {differing}"
    found = [at_least_times("compare", f"{name}, beside reladiff", rates["ours"], rates["reladiff"], "pairs/s", times)]
    if database == "other_1pct":
        found.append(at_most_times("compare", f"time, {differing}, beside COPY of both sides",
                                   seconds["ours"], seconds["copy"], "s", 1.5))
        found.append(at_most("compare", f"peak memory, {differing}", max(peaks, default=None), None, "MiB", 64))
    return found


def expected(port, database):
    """How many fields differ, told by PostgreSQL itself from the text of both sides."""
    differs = next(rows for name, rows, _ in FORMS.values() if name == database)
    hashed = f"('x' || substr(md5('{SEED}' || n), 1, 7))::bit(28)::int"
    inner = f"SELECT n, {hashed} AS hashed FROM generate_series(1, {ROWS}) n"
    return int(psql(port, "one", f"SELECT count(*) FROM ({inner}) one WHERE {differs}"))


def run_ours(program, port, database, wanted):
    """Ours: the dry run of both tables over the shipped sync path, its differences in a report."""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        (folder / "business.toml").write_text(BUSINESS.format(port=port, other=database))
        (folder / "referee.toml").write_text(SETTINGS.format(folder=folder))
        report = folder / "report.jsonl"
        ran = run([program, "sync", "--dry-run", "--config", folder / "referee.toml", "--report", report])
        if ran.status != 0 or not report.exists():
            say(f"ours: referee sync --dry-run ended with {ran.status}: {ran.said.strip()[:300]}")
            return None
        lines = [json.loads(line) for line in report.read_text().splitlines()]
    if len(lines) != wanted:
        say(f"ours: {len(lines)} differences, {wanted} are there")
        return None
    return ran


def run_reladiff(program, port, database, wanted):
    """The peer, as its manual advises: hashdiff on four threads, every column."""
    columns = [word for column in COLUMNS[1:] for word in ("-c", column)]
    command = [program, url(port, "one"), "customers", url(port, database), "customers",
               "-k", "id", "-a", "hashdiff", "-j", "4", "--json", *columns]
    began = time.perf_counter()
    ran = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - began
    # One line for each side of a row that differs.
    lines = sum(1 for line in ran.stdout.splitlines() if line.startswith("["))
    if ran.returncode != 0 or lines != 2 * wanted:
        say(f"reladiff ended with {ran.returncode}, {lines} lines for {wanted} rows: {ran.stderr.strip()[-500:]}")
        return None
    return seconds


def run_copy(port, database):
    """The limit: both tables sent whole, at the same time, to nowhere."""
    began = time.perf_counter()
    running = [copy(port, name) for name in ("one", database)]
    if any(child.wait() != 0 for child in running):
        return None
    return time.perf_counter() - began


def copy(port, database):
    command = ["psql", "-X", "-q", "-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "-d", database]
    return subprocess.Popen([*command, "-c", "COPY customers TO STDOUT"], stdout=subprocess.DEVNULL)


def peer_program():
    """reladiff at its pinned version, in an environment of its own."""
    folder = CACHE / "peers" / RELADIFF[0].replace("==", "-")
    program = folder / "bin" / "reladiff"
    if not program.exists():
        must(["python3", "-m", "venv", "--clear", folder])
        must([folder / "bin" / "pip", "install", "--quiet", *RELADIFF])
    return program
