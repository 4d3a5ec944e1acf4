"""A page that is the same for everybody but for one short word: rendered and compressed once, put together for each.

Between two pieces the compressor starts afresh (a full flush), so that the word stands there uncompressed, in a block of its
own (RFC 1951, 3.2.4): whoever puts words of their own into such a page learns nothing of it by how short it gets.
"""

from __future__ import annotations

import zlib

_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"  # RFC 1952; no name and no time
_END = b"\x03\x00"  # the last block, and empty
MOST = 0xFFFF  # bytes in one stored block


class Pieces:
    """A text around the places in which a word belongs."""

    __slots__ = ("_packed", "_plain")

    def __init__(self, text: str, hole: str) -> None:
        self._plain = [piece.encode() for piece in text.split(hole)]
        packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
        self._packed = [packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH) for piece in self._plain]

    def whole(self, word: str) -> bytes:
        """The text with this word in it."""
        return word.encode().join(self._plain)

    def packed(self, word: str) -> bytes | None:
        """The same in gzip; None for a word that is too long for it."""
        raw = word.encode()
        if len(raw) > MOST:
            return None
        plain = raw.join(self._plain)
        tail = zlib.crc32(plain).to_bytes(4, "little") + len(plain).to_bytes(4, "little")
        return _HEAD + _stored(raw).join(self._packed) + _END + tail


def _stored(raw: bytes) -> bytes:
    size = len(raw).to_bytes(2, "little")
    return b"\0" + size + bytes(byte ^ 0xFF for byte in size) + raw
