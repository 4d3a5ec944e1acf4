"""A bad line between a browser and a server: a TCP proxy on this machine that stalls, resets and cuts off.

What it does to the n-th connection is drawn from a source seeded by n; when connections come is the browser's business.
"""

from __future__ import annotations

import contextlib
import random
import select
import socket
import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER with no time left: close sends RST instead of FIN
_SLICE = 0.05  # seconds between two draws


@dataclass
class Trouble:
    """The line. All rates are per second and connection; `stalled` and `resets` count what was done."""

    upstream: tuple[str, int]
    seed: int = 1
    stall_rate: float = 0.0
    longest_stall: float = 3.0
    reset_rate: float = 0.0
    cut: bool = False  # nothing passes, and no new connection is made
    stalled: int = 0
    resets: int = 0
    passed: int = 0  # connections
    _listener: socket.socket = field(default_factory=socket.socket)

    def start(self) -> int:
        """Listen; the port."""
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(128)
        threading.Thread(target=self._accept, name="trouble", daemon=True).start()
        return int(self._listener.getsockname()[1])

    def stop(self) -> None:
        """No more connections; those that are open end with their peers."""
        self._listener.close()

    def heal(self) -> None:
        """From now on a good line."""
        self.stall_rate = self.reset_rate = 0.0
        self.cut = False

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _address = self._listener.accept()
                threading.Thread(target=self._carry, args=(near,), name="line", daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        """One connection until one of its ends, or we, close it."""
        if self.cut:
            return _reset(near)
        self.passed += 1
        chance = random.Random(f"{self.seed} {self.passed}")
        with contextlib.suppress(OSError), near, socket.create_connection(self.upstream) as far:
            pairs, still = {near: far, far: near}, 0.0
            while True:
                ready = select.select([near, far], [], [], _SLICE)[0]
                if self._ends(chance):
                    self.resets += 1
                    return _reset(near)
                if chance.random() < self.stall_rate * _SLICE:
                    self.stalled += 1
                    still = time.monotonic() + chance.random() * self.longest_stall
                while time.monotonic() < still and self.stall_rate > 0:
                    time.sleep(_SLICE)
                for one in ready:
                    data = one.recv(65536)
                    if not data:
                        return None
                    pairs[one].sendall(data)
        return None

    def _ends(self, chance: random.Random) -> bool:
        return self.cut or chance.random() < self.reset_rate * _SLICE


def _reset(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        connection.close()


@contextlib.contextmanager
def troubled(upstream_port: int, **how: float) -> Iterator[tuple[Trouble, int]]:
    """A bad line to that port of this machine, and the port at which it begins."""
    line = Trouble(("127.0.0.1", upstream_port), **how)  # type: ignore[arg-type]
    port = line.start()
    try:
        yield line, port
    finally:
        line.stop()
