"""Many phones that listen, in one process: `python -m bench.streams HOST PORT N`, steered by lines on its input.

It reads and counts and does nothing else, so that it can hold 15,000 streams beside the server on two cores. `open` takes
the bytes of a request and opens the streams; `mark` begins a wave; `wait` answers once every stream has heard an event with
an id since then: when (seconds of `time.monotonic`, one clock for all processes of a machine) and how many bytes came.
"""

from __future__ import annotations

import json
import re
import resource
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bench.server import ROOT

AT_ONCE = 200  # connections that wait for their first bytes; above that the system would turn some away
PATIENCE = 120.0
_ID = re.compile(rb"\nid: (\d+)\n")


class Holder:
    """The streams of this process."""

    def __init__(self, host: str, port: int, wanted: int, *, secure: bool = False) -> None:
        self._address, self._wanted, self._secure = (host, port), wanted, secure
        self._epoll = select.epoll()
        self._sockets: dict[int, Any] = {}
        self._heard: dict[int, float] = {}
        self._bytes = self._lost = self._refused = 0
        self._silent: set[int] = set()
        self._told: dict[int, list[tuple[float, int]]] = {}  # of a few: when it heard which version

    def open(self, request: bytes) -> dict[str, Any]:
        """Open all streams and wait for the first bytes of each; what it took, and how many tries were refused."""
        began, before = time.monotonic(), self._bytes
        while len(self._sockets) < self._wanted or self._silent:
            while len(self._sockets) < self._wanted and len(self._silent) < AT_ONCE:
                phone = self._call(request)
                self._sockets[phone.fileno()] = phone
                self._silent.add(phone.fileno())
                self._epoll.register(phone.fileno(), select.EPOLLIN)
            self._read(began)
        took, received = time.monotonic() - began, self._bytes - before
        return {"open": len(self._sockets), "seconds": took, "bytes": received, "refused": self._refused}

    def _call(self, request: bytes) -> Any:
        if not self._secure:
            phone = socket.create_connection(self._address, timeout=30)
            phone.sendall(request)
            phone.setblocking(False)
            return phone
        from bench.secure import Phone  # noqa: PLC0415 -- only behind a proxy

        return Phone(self._address, request)

    def mark(self) -> dict[str, Any]:
        """Begin a wave."""
        self._drain()
        self._heard.clear()
        self._bytes = 0
        return {"marked": time.monotonic()}

    def wait(self) -> dict[str, Any]:
        """Read until every stream has heard something with an id."""
        began = time.monotonic()
        while len(self._heard) < len(self._sockets):
            self._read(began)
        times = sorted(self._heard.values())
        return {"times": [times[int(share * (len(times) - 1))] for share in (0, 0.5, 0.99, 1)], "bytes": self._bytes}

    def read(self, seconds: float) -> dict[str, Any]:
        """Only read, for so long."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._drain(0.05)
        return {"bytes": self._bytes, "lost": self._lost}

    def watch(self, number: int) -> dict[str, Any]:
        """Write down from here on when `number` of the streams hear which version."""
        self._told = {one: [] for one in list(self._sockets)[:: max(1, len(self._sockets) // number)]}
        return {"watched": len(self._told)}

    def told(self) -> dict[str, Any]:
        """What was written down."""
        return {"told": list(self._told.values()), "lost": self._lost}

    def _read(self, began: float) -> None:
        if time.monotonic() - began > PATIENCE:
            raise TimeoutError(f"{len(self._heard)} of {len(self._sockets)} heard it, {self._lost} lost")
        self._drain(0.05)

    def _drain(self, patience: float = 0.0) -> None:
        for number, _flags in self._epoll.poll(patience, 4096):
            try:
                data = self._sockets[number].recv(65536)
            except BlockingIOError:
                continue
            except OSError:
                data = b""
            refused = number in self._silent and data.startswith(b"HTTP/1.1 ") and not data.startswith(b"HTTP/1.1 200")
            if not data or refused:  # one that was refused is opened anew, as a phone does it
                self._refused += refused
                self._lost += not refused
                self._sockets.pop(number).close()
                self._silent.discard(number)
                continue
            self._bytes += len(data)
            self._silent.discard(number)
            if number in self._told:
                self._told[number] += [(time.monotonic(), int(found)) for found in _ID.findall(data)]
            if b"\nid: " in data and number not in self._heard:
                self._heard[number] = time.monotonic()


@dataclass(frozen=True, slots=True)
class Phones:
    """A holder in a process of its own."""

    process: subprocess.Popen[str]
    number: int

    def ask(self, what: str, **more: Any) -> dict[str, Any]:
        """Say a line and read its answer."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps({"do": what, **more}) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline() or '{"error": "gone"}')
        if "error" in answer:
            raise RuntimeError(str(answer["error"]))
        return answer


@contextmanager
def phones(host: str, port: int, number: int, *, secure: bool = False) -> Iterator[Phones]:
    """`number` phones that are not connected yet; `secure`: by TLS and HTTP/2."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.streams", host, str(port), str(number), *(["h2"] if secure else [])],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield Phones(process, number)
    finally:
        process.kill()
        process.wait()


def main() -> None:
    """Obey the lines of the input."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    holder = Holder(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), secure=sys.argv[4:] == ["h2"])
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            match asked["do"]:
                case "open":
                    answer = holder.open(asked["request"].encode("latin-1"))
                case "mark":
                    answer = holder.mark()
                case "wait":
                    answer = holder.wait()
                case "watch":
                    answer = holder.watch(asked["number"])
                case "told":
                    answer = holder.told()
                case _:
                    answer = holder.read(asked["seconds"])
        except (OSError, TimeoutError) as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
