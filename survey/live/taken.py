"""A stream whose socket was taken over from the WSGI server: bytes and a file descriptor, no thread, no generator.

Sending never waits. What the other side does not take at once is kept as a tail; until that is gone it gets nothing else,
and then everything anew, so a slow reader costs one board and never holds the others.
"""

from __future__ import annotations

import _socket
import select
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from survey.live.wire import Piece
from survey.web.serve import SOCKET

PATIENCE = 60.0  # seconds that a tail may stay before its reader is given up
BUFFER = 65_536  # bytes that the system may hold for one reader: a whole board fits, and no four megabytes a sleeper


class Taken:
    """One stream. `position` and `heard` are what its reader knows; `last` is when something was sent, 0 while it is closed."""

    __slots__ = ("alive", "ends", "heard", "last", "origin", "packed", "position", "sock", "tail")

    def __init__(
        self,
        sock: _socket.socket,
        *,
        packed: bool,
        position: int | None,
        alive: Callable[[], bool] | None,
        origin: str = "",
    ) -> None:
        self.sock = sock
        self.packed = packed
        self.position = position
        self.alive = alive  # None where nobody can be put out
        self.origin = origin  # a mark of the address, see `Fanout.is_full`; empty where it is not counted
        self.heard = 0
        self.last = 0.0
        self.tail: memoryview | None = None
        self.ends = b""  # what was sent last, before it was packed: the next piece may refer to it

    @property
    def is_slow(self) -> bool:
        """Whether something is still on its way."""
        return self.tail is not None

    def send(self, piece: Piece, now: float) -> bool:
        """Send without waiting; False where the other side is gone. Never call it while there is a tail."""
        data = self.form(piece)
        self.ends = piece.plain
        return self.push(data, now)

    def form(self, piece: Piece) -> bytes:
        """The bytes by which it would be sent now."""
        return piece.packed_behind(self.ends) if self.packed else piece.plain

    def push(self, data: bytes | memoryview, now: float) -> bool:
        """`send` for bytes as they are."""
        try:
            sent = self.sock.send(data)
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError:
            return False
        if sent == len(data):
            self.tail = None
        else:
            self.tail = memoryview(data)[sent:]
        if sent:
            self.last = now
        return True

    def flush(self, now: float) -> bool:
        """Try to get rid of the tail; False where the other side is gone or took nothing for too long."""
        if self.tail is None:
            return True
        return self.push(self.tail, now) and (not self.is_slow or now - self.last < PATIENCE)

    def close(self) -> None:
        """Let the other side know that nothing comes any more."""
        with suppress(OSError):
            self.sock.close()


def take_over(environ: dict[str, Any]) -> _socket.socket | None:
    """A socket of our own for the connection of this request; None where the server hands none out.

    The server keeps and closes its own: a duplicate lives on by itself. Without Python's wrapper, without gevent's.
    """
    theirs: Any = environ.get(SOCKET, environ.get("gunicorn.socket"))
    if theirs is None or hasattr(theirs, "cipher"):  # TLS has a state of its own, which a duplicate would not share
        return None
    ours = _socket.socket(fileno=_socket.dup(theirs.fileno()))
    ours.setblocking(False)
    with suppress(OSError):
        ours.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
        ours.setsockopt(_socket.SOL_SOCKET, _socket.SO_SNDBUF, BUFFER)
        ours.setsockopt(_socket.IPPROTO_TCP, getattr(_socket, "TCP_USER_TIMEOUT", 18), int(PATIENCE * 1000))
    return ours


class Ears:
    """Hears that the other side of a socket has gone, without reading; deaf where the system has no epoll."""

    def __init__(self) -> None:
        self._epoll = _epoll()
        self._known: dict[int, Taken] = {}

    def add(self, stream: Taken) -> None:
        """Listen for its end."""
        if self._epoll is not None:
            number = stream.sock.fileno()
            self._known[number] = stream
            self._epoll.register(number, select_flags())

    def remove(self, stream: Taken) -> None:
        """Call it before the socket is closed."""
        if self._epoll is not None and stream.sock.fileno() in self._known:
            del self._known[stream.sock.fileno()]
            with suppress(OSError, ValueError):
                self._epoll.unregister(stream.sock.fileno())

    def gone(self) -> list[Taken]:
        """Those that went since the last call; costs nothing for those who stay."""
        if self._epoll is None:
            return []
        return [self._known[number] for number, _flags in self._epoll.poll(0) if number in self._known]


def select_flags() -> int:
    """Hung up, half or wholly. The numbers are Linux's (epoll_ctl(2)); gevent takes the names out of `select`."""
    return 0x2000 | 0x10 | 0x8


def _epoll() -> Any:
    """The system's own, also where gevent has hidden it because it might wait (ours never does)."""
    if "gevent" in sys.modules:
        from gevent.monkey import get_original  # noqa: PLC0415 -- only where it is there already

        with suppress(AttributeError):
            return get_original("select", "epoll")()
        return None
    return select.epoll() if hasattr(select, "epoll") else None
