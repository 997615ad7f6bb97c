"""People who have signed in on the pages."""

import http.client
import re
import urllib.parse


class Person:
    """A session: asks for pages as a browser does, with its cookie and its form token."""

    def __init__(self, address, login, password):
        self.address, self.cookies = address, {}
        page = self.ask("GET", "/sign-in")[1]
        form = {"csrf": token(page), "login": login, "password": password, "next": "/help"}
        status, page = self.ask("POST", "/sign-in", form)
        if status != 303:
            raise SystemExit(f"{login} cannot sign in: {status}")
        self.csrf = token(self.ask("GET", "/help")[1])

    def ask(self, method, path, form=None):
        """The status and the text of an answer."""
        connection = http.client.HTTPConnection(self.address, timeout=60)
        headers = {"cookie": self.cookie}
        body = urllib.parse.urlencode(form) if form else None
        if body:
            headers["content-type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, text = value.split(";")[0].partition("=")
                self.cookies[key] = text
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    @property
    def cookie(self):
        return "; ".join(f"{key}={text}" for key, text in self.cookies.items())

    @property
    def voice(self):
        """As the crowd takes it."""
        return f"{self.cookie}\t{self.csrf}"


def token(page):
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    if not found:
        raise SystemExit("a page carries no form token")
    return found.group(1)


def signed_in(place, address, count):
    return [Person(address, f"person{n}", place.password) for n in range(count)]
