"""People and programs that use Referee over HTTP, and live through its death."""

import http.client
import json
import re
import time
import urllib.parse

PASSWORD = "three wooden spoons"


class Died(Exception):
    """No answer came: it may or may not have been done."""


class Client:
    """A program with a token. One connection, to be used by one thread."""

    # Secrets that no answer may hold, and where one did.
    canaries, leaked = {}, []

    def __init__(self, port, token, patient=False):
        self.port, self.token, self.connection = port, token, None
        # Nobody is to die: a machine that is merely slow is waited for.
        self.patient = patient

    def ask(self, method, path, body=None, key=None):
        """Status and body of an answer. Raises Died where none came whole."""
        for _ in range(5 if self.patient and (key or method == "GET") else 0):
            try:
                return self.once(method, path, body, key)
            except Died:
                time.sleep(2)
        return self.once(method, path, body, key)

    def once(self, method, path, body, key):
        headers = {"authorization": f"Bearer {self.token}"}
        data = None
        if body is not None:
            data = json.dumps(body)
            headers["content-type"] = "application/json"
        if key:
            headers["idempotency-key"] = key
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=40)
            self.connection.request(method, f"/api/v1/{path}", data, headers)
            answer = self.connection.getresponse()
            text = answer.read()
            self.leaked += [f"the {name} stands in the answer to {method} {path}"
                            for name, secret in self.canaries.items() if secret in text]
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Died(str(error)) from error
        if answer.status >= 500:
            raise Died(f"{answer.status} {text[:200]!r}")
        return answer.status, json.loads(text) if text else None

    def get(self, path):
        status, body = self.ask("GET", path)
        if status != 200:
            raise RuntimeError(f"GET {path}: {status} {body}")
        return body

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None


class Browser:
    """Just enough of one to sign in and send a form."""

    def __init__(self, port):
        self.port, self.cookies, self.csrf, self.text = port, {}, "", ""

    def send(self, method, path, fields=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
                   "sec-fetch-site": "same-origin"}
        body = None
        if fields is not None:
            body = urllib.parse.urlencode({"csrf": self.csrf, **fields})
            headers["content-type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                pair = value.split(";")[0]
                self.cookies[pair.split("=", 1)[0]] = pair.split("=", 1)[1]
        connection.close()
        token = re.search(r'name="csrf" value="([^"]*)"', text)
        if token:
            self.csrf = token.group(1)
        self.text = text
        return answer.status

    def page(self, path):
        """What a page says. Raises Died where none came whole."""
        try:
            self.send("GET", path)
        except (OSError, http.client.HTTPException) as error:
            raise Died(str(error)) from error
        return self.text

    def sign_in(self, login):
        self.page("/sign-in")
        try:
            status = self.send("POST", "/sign-in", {"login": login, "password": PASSWORD})
        except (OSError, http.client.HTTPException) as error:
            raise Died(str(error)) from error
        if status != 303:
            raise RuntimeError(f"signing in: {status}")
        self.send("GET", "/no-such-page")

    def enable_writes(self, system):
        fields = {"writes": "on", "because": "the tests may"}
        status = self.send("POST", f"/systems/{system}/writes", fields)
        if status != 303:
            raise RuntimeError(f"enabling writes to {system}: {status}")
