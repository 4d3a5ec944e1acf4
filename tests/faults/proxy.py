"""A wire between phones and server that can be made to fail: it stalls, goes dead without a word, or resets.

One thread moves the bytes of all connections. What a fault did to a connection that was there stays with it, as with a
middle box that forgot it; only a stall ends with the fault.
"""

from __future__ import annotations

import select
import socket
import struct
import threading
from contextlib import suppress

PIECE = 65_536
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: no goodbye but RST
FORWARD, STALL, DEAD, RESETS = "forward", "stall", "dead", "resets"


class _End:
    """One side of a connection, and what is still to be written to it."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.other: _End
        self.owed = b""
        self.ended = False  # nothing more comes from the other side
        self.dead = False


class Proxy:
    """Listens on `port`, speaks to `upstream`; `fault` begins one, `heal` ends it."""

    def __init__(self, upstream: tuple[str, int]) -> None:
        self._upstream = upstream
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port: int = self._listener.getsockname()[1]
        self._listener.setblocking(False)
        self._wake, self._woken = socket.socketpair()
        self._ends: dict[int, _End] = {}
        self._epoll = select.epoll()
        self._epoll.register(self._listener, select.EPOLLIN)
        self._epoll.register(self._woken, select.EPOLLIN)
        self._asked: list[str] = []
        self._done = threading.Event()
        self.mode = FORWARD
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)
        self._thread.start()

    @property
    def connections(self) -> int:
        """How many there are, dead ones included."""
        return len(self._ends) // 2

    def fault(self, kind: str) -> None:
        """`STALL`: nothing moves. `DEAD`: what is there, and what comes, is lost without a word. `RESETS`: cut, and refused."""
        self._ask(kind)

    def heal(self) -> None:
        """New connections live; stalled ones go on where they stood."""
        self._ask(FORWARD)

    def cut(self, share: int = 1) -> None:
        """Reset every `share`-th connection, and refuse none that comes."""
        self._ask(f"cut {share}")

    def close(self) -> None:
        """End everything."""
        self._ask("close")
        self._thread.join(5)

    def _ask(self, what: str) -> None:
        self._done.clear()
        self._asked.append(what)
        self._wake.send(b"!")
        assert self._done.wait(10), "the proxy does not answer"

    def _run(self) -> None:
        while True:
            for number, flags in self._epoll.poll():
                if number == self._listener.fileno():
                    self._accept()
                elif number == self._woken.fileno():
                    self._woken.recv(PIECE)
                    while self._asked:
                        if self._obey(self._asked.pop(0)):
                            return
                elif number in self._ends:
                    self._move(self._ends[number], flags)

    def _obey(self, what: str) -> bool:
        ends = list(self._ends.values())
        if what == "close":
            for end in ends:
                self._drop(end)
            self._listener.close()
        elif what.startswith("cut"):
            for end in ends[:: 2 * int(what.split()[1])]:
                self._drop(end, reset=True)
        else:
            self.mode = what
            for end in ends:
                if what == RESETS:
                    self._drop(end, reset=True)
                end.dead = end.dead or what == DEAD
                self._watch(end)
        self._done.set()
        return what == "close"

    def _accept(self) -> None:
        while True:
            try:
                phone, _address = self._listener.accept()
            except OSError:
                return
            server = socket.socket()
            try:
                if self.mode == RESETS:
                    raise ConnectionError
                server.connect(self._upstream)
            except OSError:
                for sock in (phone, server):
                    _reset(sock)
                continue
            one, two = _End(phone), _End(server)
            one.other, two.other = two, one
            for end in (one, two):
                end.sock.setblocking(False)
                end.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                end.dead = self.mode == DEAD
                self._ends[end.sock.fileno()] = end
                self._epoll.register(end.sock, 0)
                self._watch(end)

    def _watch(self, end: _End) -> None:
        """Listen for what this end may do now: a stalled or dead one is not looked at, and so backs up by itself."""
        number = end.sock.fileno()
        if number not in self._ends:
            return
        flags = 0
        if not end.dead and self.mode != STALL:
            flags |= 0 if end.other.owed or end.other.ended else select.EPOLLIN
            flags |= select.EPOLLOUT if end.owed else 0
        # An end that hung up is reported whatever one listens for: one that nothing is wanted of is taken out.
        with suppress(OSError):
            self._epoll.unregister(number)
        if flags:
            self._epoll.register(number, flags)

    def _move(self, end: _End, flags: int) -> None:
        try:
            if flags & ~select.EPOLLOUT:
                data = end.sock.recv(PIECE)
                end.other.owed += data
                end.other.ended = not data
                self._write(end.other)
            if flags & select.EPOLLOUT:
                self._write(end)
        except BlockingIOError:
            pass
        except OSError:
            self._drop(end, reset=True)
            return
        self._watch(end)
        self._watch(end.other)

    def _write(self, end: _End) -> None:
        if end.owed:
            with suppress(BlockingIOError):
                end.owed = end.owed[end.sock.send(end.owed) :]
        if end.ended and not end.owed:
            with suppress(OSError):
                end.sock.shutdown(socket.SHUT_WR)
            if end.other.ended:
                self._drop(end)

    def _drop(self, end: _End, *, reset: bool = False) -> None:
        for one in (end, end.other):
            if self._ends.pop(one.sock.fileno(), None) is not None:
                with suppress(OSError):
                    self._epoll.unregister(one.sock.fileno())
                _reset(one.sock) if reset else one.sock.close()


def _reset(sock: socket.socket) -> None:
    with suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    sock.close()
