"""A browser without a screen: one kept connection, cookies by path, and nothing but the URL contract."""

from __future__ import annotations

import json
import re
from http.client import HTTPConnection
from http.client import HTTPResponse
from typing import Any
from typing import NamedTuple
from urllib.parse import urlencode
from urllib.parse import urlsplit

_HIDDEN = re.compile(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"')
_CSRF = re.compile(r'<meta name="csrf-token" content="([^"]+)"')


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Client:
    """Cookies are kept by (path, name) and sent where their path matches (RFC 6265, 5.1.4)."""

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        self.host, self.port = parts.hostname or "localhost", parts.port or 80
        self.cookies: dict[tuple[str, str], str] = {}
        self.sent: list[tuple[str, str]] = []  # (path, Cookie header) of every request
        self._connection: HTTPConnection | None = None

    def get(self, path: str, **headers: str) -> Answer:
        """GET `path`."""
        return self.request("GET", path, None, headers)

    def post(self, path: str, data: dict[str, Any] | None = None, **headers: str) -> Answer:
        """POST a form."""
        fields = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        return self.request("POST", path, urlencode(data or {}).encode(), fields)

    def request(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        """One request on the kept connection, opened anew once if the server had closed it."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        cookie = self.cookie_header(path)
        if cookie:
            sent["Cookie"] = cookie
        self.sent.append((path, cookie))
        try:
            response = self._send(method, path, body, sent)
        except (OSError, ConnectionError):
            self.close()
            response = self._send(method, path, body, sent)
        self._keep_cookies(response)
        return Answer(response.status, dict(response.getheaders()), response.read())

    def stream(self, path: str, timeout: float = 60) -> HTTPResponse:
        """Open a stream on a connection of its own; read it line by line."""
        connection = HTTPConnection(self.host, self.port, timeout=timeout)
        connection.request("GET", path, headers={"Accept": "text/event-stream", "Cookie": self.cookie_header(path)})
        return connection.getresponse()

    def csrf(self, path: str) -> str:
        """The token of the page at `path`."""
        found = _CSRF.search(self.get(path).text)
        if found is None:
            raise LookupError(f"no CSRF token on {path}")
        return found.group(1)

    def close(self) -> None:
        """Close the kept connection."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> HTTPResponse:
        if self._connection is None:
            self._connection = HTTPConnection(self.host, self.port, timeout=30)
        self._connection.request(method, path, body=body, headers=headers)
        return self._connection.getresponse()

    def cookie_header(self, path: str) -> str:
        """The cookies that a browser would send to `path`."""
        plain = path.split("?", 1)[0]
        matching = [
            f"{name}={value}"
            for (scope, name), value in self.cookies.items()
            if plain == scope or plain.startswith(scope.rstrip("/") + "/")
        ]
        return "; ".join(matching)

    def _keep_cookies(self, response: HTTPResponse) -> None:
        for header in response.headers.get_all("Set-Cookie") or []:
            pair, *attributes = header.split(";")
            name, _, value = pair.partition("=")
            facts = dict(a.strip().partition("=")[::2] for a in attributes)
            key = (facts.get("Path", "/"), name.strip())
            if facts.get("Max-Age") == "0":
                self.cookies.pop(key, None)
            else:
                self.cookies[key] = value.strip()


def member(base_url: str, code: str) -> Client:
    """A phone that has entered the room by `open`."""
    phone = Client(base_url)
    token = phone.csrf(f"/d/{code}")
    answer = phone.post(f"/d/{code}/entry", {"csrf_token": token})
    if answer.status != 303:
        raise RuntimeError(f"entry: {answer.status} {answer.text[:200]}")
    return phone


def by_card(entry_url: str) -> Client:
    """A phone that has entered the room by the card whose address this is, as the sample prints it."""
    base_url, path, code = _parts_of_card(entry_url)
    phone = Client(base_url)
    page = phone.get(f"{path}?ticket={code}")
    form = dict(_HIDDEN.findall(page.text))
    answer = phone.post(path, form)
    if answer.status != 303:
        raise RuntimeError(f"entry: {answer.status} {answer.text[:200]}")
    return phone


def use_card(phone: Client, entry_url: str, **more: str) -> Answer:
    """Send the card from this phone, whatever comes back; `attempt` and what else the form may hold is given by name."""
    _base_url, path, code = _parts_of_card(entry_url)
    token = phone.csrf(f"{path.rsplit('/', 1)[0]}/leave")
    return phone.post(path, {"csrf_token": token, "ticket": code, **more})


def by_link(link: str) -> Client:
    """A phone that has entered the room by a personal link, as a program of the contract does it.

    Both sides stand at the address of the link.
    """
    parts = urlsplit(link)
    phone, seat = Client(f"{parts.scheme}://{parts.netloc}"), parts.path
    token = phone.csrf(seat)
    json_ = {"X_CSRFToken": token, "Accept": "application/json"}
    opened = phone.post(f"{seat}/session", {"token": parts.fragment}, **json_)
    if opened.status >= 400:
        raise RuntimeError(f"session: {opened.status} {opened.text[:200]}")
    handed = phone.post(f"{seat}/credential", {}, **{**json_, "X_CSRFToken": phone.csrf(seat)})
    if handed.status != 200:
        raise RuntimeError(f"credential: {handed.status} {handed.text[:200]}")
    room = f"/d/{seat.rsplit('/', 1)[1]}"
    answer = phone.post(f"{room}/entry", {"pass": handed.json()["pass"]})
    if answer.status != 303:
        raise RuntimeError(f"entry: {answer.status} {answer.text[:200]}")
    return phone


def _parts_of_card(entry_url: str) -> tuple[str, str, str]:
    parts = urlsplit(entry_url)
    return f"{parts.scheme}://{parts.netloc}", parts.path, parts.query.removeprefix("ticket=")
