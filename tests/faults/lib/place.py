"""An installation of Referee, made once and copied for every story."""

import shutil
import sqlite3
import time

from lib import canaries, cluster
from lib.client import PASSWORD, Browser, Client
from lib.program import Served, command, free_port
from lib.targets import FIELDS, TOKEN, Desk, Erp, Portal

SETTINGS = """
[business]
file = "business.toml"
[server]
workers = 2
[log]
level = "info"
"""

BUSINESS = """
[[system]]
id = "portal"
label = "Portal"
connector = {{ kind = "sqlite", path = "portal.sqlite" }}
[[system]]
id = "erp"
label = "ERP"
connector = {{ kind = "postgres", host = "127.0.0.1", port = {port}, database = "{database}", user = "postgres", tls = "off" }}
[[system]]
id = "desk"
label = "Helpdesk"
connector = {{ kind = "rest", base_url = "{url}", auth = "bearer", allow = ["127.0.0.1"], collections = {{ people = {{ path = "/people", record_path = "/data", item_path = "/people/{{key}}", paging = "page", page_param = "page", size_param = "size", max_size = 10, etag = true, create = true }} }} }}

[[entity]]
id = "customer"
label = "Customer"
title = "name"
fields = [
  {{ id = "name", label = "Name", comparison = "exact" }},
  {{ id = "city", label = "City", comparison = "exact" }},
  {{ id = "plan", label = "Plan", comparison = "exact" }},
]

[policy.customer.all]
source_of_truth = "portal"
hold_seconds = 0
"""

MAPPING = """
[[mapping]]
system = "{system}"
entity = "customer"
object = "{object}"
key = "id"
link = "{link}"
complete = true
fields = [{fields}]
"""

# Rows that are alike everywhere when a story begins.
CUSTOMERS = [
    {"id": f"C-{n}", "name": f"name{n}", "city": f"city{n}", "plan": f"plan{n}", "mark": "first"}
    for n in range(1, 11)
]
# And what was edited since, so that there is something to decide from the first moment on.
EDITED = [
    (f"C-{n}", ("portal", "erp", "desk")[n % 3], FIELDS[k], f"edited{n}{FIELDS[k]}")
    for n in range(1, 10) for k in {n % 3, (n // 3) % 3}
]
LOGINS = ("ana", "ben")


class Place:
    """What one worker of the driver works with: targets, and an installation to copy from."""

    def __init__(self, database, binaries, folder, port_of_cluster, number):
        self.database, self.folder, self.number = database, folder, number
        self.binary, target = binaries
        self.port_of_cluster = port_of_cluster
        self.port = free_port()
        self.admin = cluster.Session(port_of_cluster, "postgres")
        self.erp_database = f"erp_{database}_{number}"
        self.admin.run(f"CREATE DATABASE {self.erp_database}")
        self.erp_session = cluster.Session(port_of_cluster, self.erp_database)
        self.erp = Erp(self.erp_session)
        self.desk = Desk(target)
        self.tokens = []
        self.template = folder / "template"
        self.store = f"store_{number}_template"
        self.make()

    def close(self):
        self.desk.end()
        self.erp_session.close()
        self.admin.close()

    def environment(self, store):
        if self.database == "sqlite":
            return {}
        return {"REFEREE_STORE__URL": cluster.url(self.port_of_cluster, store)}

    def make(self):
        """The installation: two people, three systems that agree and may be written to."""
        self.template.mkdir(parents=True)
        if self.database == "postgres":
            self.admin.run(f"CREATE DATABASE {self.store}")
        (self.template / "referee.toml").write_text(SETTINGS)
        business = BUSINESS.format(port=self.port_of_cluster, database=self.erp_database, url=self.desk.url)
        fields = ", ".join(f'{{ field = "{name}", columns = ["{name}"] }}' for name in FIELDS)
        for system, table, link in (("portal", "customers", "id"), ("erp", "customers", "id"), ("desk", "people", "ref")):
            business += MAPPING.format(system=system, object=table, link=link, fields=fields)
        (self.template / "business.toml").write_text(business)
        portal = self.lay_down(self.template, {})
        more = self.environment(self.store)
        roles = [word for role in ("steward", "manager", "admin") for word in ("--role", role)]
        for login in LOGINS:
            command(self.binary, self.template, ["user", "add", login, "--name", login.title(), *roles,
                                                 "--password-stdin", "--data", "data"], PASSWORD, more)
            issued = command(self.binary, self.template,
                             ["token", "issue", login, "--name", "faults", "--data", "data"], "", more)
            self.tokens.append(issued)
        canaries.watch(self)
        command(self.binary, self.template, ["system", "secret", "desk", "--data", "data"], TOKEN, more)
        served = Served(self.binary, self.template, self.port, more)
        if not served.answers():
            raise RuntimeError(f"Referee did not start: {(self.template / 'referee.log').read_text()[-2000:]}")
        try:
            client = Client(self.port, self.tokens[0])
            for system in ("portal", "erp", "desk"):
                read(client, system)
            self.edit(portal)
            for system in ("portal", "erp", "desk"):
                read(client, system)
            client.close()
            browser = Browser(self.port)
            browser.sign_in(LOGINS[0])
            for system in ("portal", "erp", "desk"):
                browser.enable_writes(system)
        finally:
            served.stop()

    def lay_down(self, folder, switches):
        """Each target as it is when a story begins."""
        portal = Portal(folder / "portal.sqlite")
        portal.path.unlink(missing_ok=True)
        portal.lay_down(CUSTOMERS)
        self.erp.lay_down(CUSTOMERS)
        self.desk.begin(folder / "desk.journal", CUSTOMERS, **switches)
        return portal

    def copy(self, seed, switches):
        """A fresh installation for a story: its folder, its database, its portal."""
        folder = self.folder / f"story-{seed}"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.template, folder)
        (folder / "desk.journal").unlink(missing_ok=True)
        store = f"store_{self.number}_{seed}"
        if self.database == "postgres":
            self.admin.run(f"DROP DATABASE IF EXISTS {store}")
            self.admin.run(f"CREATE DATABASE {store} TEMPLATE {self.store}")
        portal = self.lay_down(folder, switches)
        self.edit(portal)
        return folder, store, portal

    def edit(self, portal):
        targets = {"portal": portal, "erp": self.erp, "desk": self.desk}
        for link, system, name, value in EDITED:
            targets[system].edit(link, name, value, value)

    def remove(self, folder, store):
        shutil.rmtree(folder, ignore_errors=True)
        if self.database == "postgres":
            self.admin.run(f"DROP DATABASE IF EXISTS {store} WITH (FORCE)")

    def tables(self, folder, store):
        """What Referee remembers, read from a copy of its database: never from the live file."""
        if self.database == "postgres":
            session = cluster.Session(self.port_of_cluster, store)
            found = {name: session.rows(f"SELECT * FROM {name} ORDER BY {order}") for name, order in TABLES.items()}
            session.close()
            return found
        copy = folder / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir()
        for file in (folder / "data").glob("referee.db*"):
            if not file.name.endswith("-shm"):
                shutil.copy(file, copy / file.name)
        connection = sqlite3.connect(copy / "referee.db")
        connection.row_factory = sqlite3.Row
        whole = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        if whole != ["ok"]:
            raise Broken(f"integrity_check: {whole[:3]}")
        found = {name: [dict(row) for row in connection.execute(f"SELECT * FROM {name} ORDER BY {order}")]
                 for name, order in TABLES.items()}
        connection.close()
        return found


TABLES = {
    "resolutions": "id", "deliveries": "id", "conflicts": "id", "differences": "id", "records": "id",
    "holdings": "system, external_id", "group_decisions": "id", "group_members": "group_id, difference_id", "audit": "seq", "audit_head": "id", "unjudged": "record_id",
}


class Broken(Exception):
    """Referee's database is damaged."""


def read(client, system, seconds=60):
    """Reads a system whole and waits for the end of that; answers the run's state."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        status, begun = client.ask("POST", f"systems/{system}/runs", {"full": True}, f"{system}-{time.time()}")
        if status == 202:
            break
        # It is being read already, or by a process that is gone.
        time.sleep(0.1)
    else:
        raise RuntimeError(f"{system} cannot be read: {begun}")
    while time.monotonic() < end:
        run = client.get(f"runs/{begun['ids'][0]}")
        if run["state"] != "running":
            return run["state"]
        time.sleep(0.03)
    raise RuntimeError(f"the reading of {system} does not end")
