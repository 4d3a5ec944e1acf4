"""A page that is the same for everybody but for one short word: rendered and compressed once, put together for each.

Between two pieces the compressor starts afresh (a full flush), so that the word stands there uncompressed, in a block of its
own (RFC 1951, 3.2.4): whoever puts words of their own into such a page learns nothing of it by how short it gets.
"""

from __future__ import annotations

import zlib

from flask import Response
from flask import make_response
from flask import request

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

    def page(self, word: str) -> Response:
        """The page with this word in it, compressed for who takes that."""
        raw = word.encode()
        plain = raw.join(self._plain)
        answer: Response
        if "gzip" not in request.headers.get("Accept-Encoding", "") or len(raw) > MOST:
            answer = make_response(plain)
        else:
            tail = zlib.crc32(plain).to_bytes(4, "little") + len(plain).to_bytes(4, "little")
            answer = make_response(_HEAD + _stored(raw).join(self._packed) + _END + tail)
            answer.headers["Content-Encoding"] = "gzip"
        answer.vary.add("Accept-Encoding")
        return answer


def _stored(raw: bytes) -> bytes:
    size = len(raw).to_bytes(2, "little")
    return b"\0" + size + bytes(byte ^ 0xFF for byte in size) + raw
