"""Two tables of customers, and what else can be done with them: reladiff, and a plain COPY.

The same customers stand in two databases, ten columns each; of the other side some rows differ in
one column. Every value comes from a hash of the row's number and a fixed seed, so each run on each
machine meets the same.
"""

import subprocess
import time

from lib.figures import say
from lib.postgres import has, psql, url
from lib.process import CACHE, must

SEED = "referee-1"
RELADIFF = ["reladiff==0.6.0", "psycopg2-binary==2.9.13"]
COLUMNS = ["id", "name", "email", "phone", "street", "postcode", "city", "plan", "status", "changed_at"]

# A hash of the row's number n, below 2^28.
HASHED = "('x' || substr(md5('{seed}' || n), 1, 7))::bit(28)::int"

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
  FROM (SELECT n, md5('{seed}' || n) AS h, {hashed} AS hashed
    FROM generate_series(1, {rows}) n) one) two;
VACUUM (ANALYZE, FREEZE) customers;
"""


def make(port, database, differs, rows):
    """Makes a database with the table, unless it is there: `differs` says which rows do, in SQL."""
    if not has(port, database):
        psql(port, "postgres", f"CREATE DATABASE {database}_new TEMPLATE template0")
        hashed = HASHED.format(seed=SEED)
        for statement in TABLE.format(differs=differs, seed=SEED, hashed=hashed, rows=rows).split(";")[:-1]:
            psql(port, f"{database}_new", statement)
        psql(port, "postgres", f"ALTER DATABASE {database}_new RENAME TO {database}")


def differing(port, differs, rows):
    """How many fields differ, told by PostgreSQL itself."""
    inner = f"SELECT n, {HASHED.format(seed=SEED)} AS hashed FROM generate_series(1, {rows}) n"
    return int(psql(port, "postgres", f"SELECT count(*) FROM ({inner}) one WHERE {differs}"))


def reladiff(program, port, one, other, wanted):
    """Seconds of the peer, run as its manual advises: hashdiff on four threads, every column."""
    columns = [word for column in COLUMNS[1:] for word in ("-c", column)]
    command = [program, url(port, one), "customers", url(port, other), "customers",
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


def reladiff_program():
    """reladiff at its pinned version, in an environment of its own."""
    folder = CACHE / "peers" / RELADIFF[0].replace("==", "-")
    program = folder / "bin" / "reladiff"
    if not program.exists():
        must(["python3", "-m", "venv", "--clear", folder])
        must([folder / "bin" / "pip", "install", "--quiet", *RELADIFF])
    return program


def copied(port, databases):
    """The limit: seconds of all tables sent whole, at the same time, to nowhere."""
    began = time.perf_counter()
    running = [_copy(port, name) for name in databases]
    if any([child.wait() != 0 for child in running]):
        return None
    return time.perf_counter() - began


def _copy(port, database):
    command = ["psql", "-X", "-q", "-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "-d", database]
    return subprocess.Popen([*command, "-c", "COPY customers TO STDOUT"], stdout=subprocess.DEVNULL)


SETTINGS = """
[data]
folder = "{folder}/data"
[business]
file = "{folder}/business.toml"
"""

SYSTEM = """
[[system]]
id = "{id}"
label = "{label}"
connector = {{ kind = "postgres", host = "127.0.0.1", port = {port}, database = "{database}", user = "postgres", tls = "off" }}
"""

# Every column but the key is compared.
ENTITY = """
[[entity]]
id = "customer"
label = "Customer"
title = "name"
fields = [
  { id = "name", label = "Name" },
  { id = "email", label = "E-mail", comparison = "email" },
  { id = "phone", label = "Phone", comparison = { phone = "DE" } },
  { id = "street", label = "Street" },
  { id = "postcode", label = "Postcode" },
  { id = "city", label = "City" },
  { id = "plan", label = "Plan" },
  { id = "status", label = "Status" },
  { id = "changed_at", label = "Changed" },
]
"""

MAPPING = """
[[mapping]]
system = "{system}"
entity = "customer"
object = "customers"
key = "id"
link = "id"
complete = true
{more}fields = [
""" + "".join(f'  {{{{ field = "{column}", columns = ["{column}"] }}}},\n' for column in COLUMNS[1:]) + "]\n"


def configure(folder, port, one, other, more="", end=""):
    """Writes what an admin writes for these two databases into a folder, and says how the settings
    are named; `more` are further lines of both mappings, `end` further parts."""
    business = SYSTEM.format(id="one", label="One", port=port, database=one)
    business += SYSTEM.format(id="other", label="Other", port=port, database=other) + ENTITY
    business += "".join(MAPPING.format(system=system, more=more) for system in ("one", "other"))
    (folder / "business.toml").write_text(business + end)
    (folder / "referee.toml").write_text(SETTINGS.format(folder=folder))
    return folder / "referee.toml"
