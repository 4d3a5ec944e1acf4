"""Events as bytes: server-sent events (WHATWG HTML 9.2), plain, and as pieces of a gzip stream that anybody can join.

A gzip stream (RFC 1952) may begin at any piece: the ten bytes of its head are the same for everybody, and each piece is a
deflate block (RFC 1951) that ends on a byte. It refers to nothing before it, or, for those who have just heard the update
before it, to that one alone. So a change is compressed once for a hall, twice where somebody has just come.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from typing import NamedTuple

GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"  # deflate, no name, no time, no system
SMALL = 200  # bytes; below that a block as it is costs less than what deflating it saves


class Event(NamedTuple):
    """A server-sent event; without a name htmx swaps its data (`<hx-partial>`), with one it becomes a DOM event."""

    data: str
    name: str = ""


class Piece:
    """What goes to many: `plain`, and `packed` for those who take gzip, made once and only if one of them is there."""

    __slots__ = ("_packed", "_parts", "_shorter", "after", "plain")

    def __init__(self, plain: bytes, parts: Sequence[Piece] = (), after: bytes = b"") -> None:
        self.plain = plain
        self.after = after  # `plain` of the piece that most of its readers heard last
        self._parts = parts  # of which it consists, each packed once for all
        self._packed: bytes | None = None
        self._shorter: bytes | None = None

    @property
    def packed(self) -> bytes:
        """The same as a block of its own."""
        if self._packed is None:
            self._packed = b"".join(part.packed for part in self._parts) if self._parts else pack(self.plain)
        return self._packed

    def packed_behind(self, heard: bytes) -> bytes:
        """The same for a reader that was last sent `heard`: of what stands there already it is told the place."""
        if heard is not self.after or not heard:
            return self.packed
        if self._shorter is None:
            self._shorter = pack(self.plain, heard)
        return self._shorter

    def __bool__(self) -> bool:
        return bool(self.plain)


def joined(pieces: list[Piece]) -> Piece:
    """One after the other."""
    return pieces[0] if len(pieces) == 1 else Piece(b"".join(piece.plain for piece in pieces), pieces)


def pack(data: bytes, behind: bytes = b"") -> bytes:
    """`data` as one piece of a gzip stream: stored (RFC 1951, 3.2.4) where it is small, else deflated and flushed whole.

    What goes `behind` bytes that its reader has just been sent may refer to them, and is deflated where that is shorter.
    """
    if not data:
        return b""
    stored = b"\x00" + struct.pack("<HH", len(data), len(data) ^ 0xFFFF) + data if len(data) <= SMALL else None
    if stored and not behind:
        return stored
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=behind)
    deflated = packer.compress(data) + packer.flush(zlib.Z_FULL_FLUSH)
    return min(deflated, stored or deflated, key=len)


def encode(events: list[Event], version: int | None, retry: int | None = None) -> bytes:
    """The bytes of `events`. The id stands on the last one: a cut in the middle sends all again.

    `retry`: milliseconds after which a reader whose stream was cut may come back.
    """
    if not events and version is not None:
        events = [Event("", "beat")]
    lines: list[str] = [f"retry: {retry}"] if retry is not None else []
    for event in events:
        if event.name:
            lines.append(f"event: {event.name}")
        lines += [f"data: {line}" for line in event.data.split("\n")]
        if event is events[-1] and version is not None:
            lines.append(f"id: {version}")
        lines.append("")
    return ("\n".join(lines) + "\n").encode()


BEAT = Piece(encode([Event("", "beat")], None))
