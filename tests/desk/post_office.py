"""A mail server of our own: it speaks SMTP over a real socket, keeps what it is handed, and refuses whom it is told to."""

from __future__ import annotations

import base64
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email import policy
from email.message import EmailMessage
from typing import Any


class PostOffice(socketserver.ThreadingTCPServer):
    """What came, by address; `refuses` are addresses that get 550, at `hangs_up` the line breaks before the answer."""

    allow_reuse_address, daemon_threads = True, True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Line)
        self.letters: list[tuple[str, EmailMessage]] = []
        self.refuses: set[str] = set()
        self.hangs_up: set[str] = set()
        self.users: list[str] = []
        self.lines = 0

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])


class _Line(socketserver.StreamRequestHandler):
    server: Any

    def handle(self) -> None:
        self.server.lines += 1
        self.say("220 thu")
        to = ""
        for raw in self.rfile:
            word, _, rest = raw.decode().strip().partition(" ")
            match word.upper():
                case "EHLO":
                    self.say("250-thu\r\n250-AUTH PLAIN\r\n250-8BITMIME\r\n250 SMTPUTF8")
                case "AUTH":
                    user = base64.b64decode(rest.split()[1]).decode().split("\0")
                    self.server.users.append(":".join(user[1:]))
                    self.say("235 ok" if user[2] == "mat-khau-1" else "535 no")
                case "RCPT":
                    to = rest.split("<")[1].split(">")[0]
                    self.say("550 no such box" if to in self.server.refuses else "250 ok")
                case "DATA":
                    self.say("354 go on")
                    self.keep(to)
                    if to in self.server.hangs_up:
                        return
                    self.say("250 kept")
                case "QUIT":
                    self.say("221 bye")
                    return
                case _:
                    self.say("250 ok")

    def keep(self, to: str) -> None:
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line[1:] if line.startswith(b"..") else line)
        self.server.letters.append((to, message_from_bytes(b"".join(lines), policy=policy.default)))

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def open_office() -> Iterator[PostOffice]:
    """A server that listens."""
    with PostOffice() as office:
        thread = threading.Thread(target=office.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield office
        office.shutdown()
