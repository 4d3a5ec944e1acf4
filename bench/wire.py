"""Requests written as bytes once and sent on a kept socket: a load that costs the generator next to nothing."""

from __future__ import annotations

import socket
from urllib.parse import urlencode

from bench.client import Client


class Wire:
    """One kept connection with the cookies of a `Client`; answers are read whole and only their status is looked at."""

    def __init__(self, client: Client, token: str) -> None:
        self._client = client
        self._token = token
        self.socket = socket.create_connection((client.host, client.port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def request(self, path: str, form: dict[str, str] | None = None) -> bytes:
        """A POST as it goes over the wire."""
        body = urlencode(form or {}).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {self._client.host}:{self._client.port}\r\nAccept: application/json\r\n"
            f"X-CSRFToken: {self._token}\r\nCookie: {self._client.cookie_header(path)}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def get(self, path: str) -> bytes:
        """A GET as it goes over the wire."""
        cookie = self._client.cookie_header(path)
        host = f"{self._client.host}:{self._client.port}"
        return f"GET {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n\r\n".encode()

    def send(self, request: bytes) -> int:
        """Send and wait for the whole answer; its status."""
        return self.answer(request)[0]

    def answer(self, request: bytes) -> tuple[int, bytes]:
        """Send and wait for the whole answer: status and body."""
        self.socket.sendall(request)
        data = self.socket.recv(65536)
        while b"\r\n\r\n" not in data:
            data += self._more()
        head, _, body = data.partition(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
        )
        while len(body) < length:
            body += self._more()
        return int(head[9:12]), body

    def _more(self) -> bytes:
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("closed in the middle of an answer")
        return data
