"""An answer out of `core.pieces`, compressed for who takes that."""

from __future__ import annotations

from flask import Response
from flask import request

from survey.core.pieces import Pieces


def answer(pieces: Pieces, word: str) -> Response:
    """The page with this word in it, as the browser of this request takes it."""
    packed = pieces.packed(word) if "gzip" in request.headers.get("Accept-Encoding", "") else None
    page = Response(pieces.whole(word) if packed is None else packed)
    page.headers["Vary"] = "Accept-Encoding"  # `vary.add` would read the header first, of which there is none yet
    if packed is not None:
        page.headers["Content-Encoding"] = "gzip"
    return page
