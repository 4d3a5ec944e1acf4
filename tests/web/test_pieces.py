"""A page that was packed once: every browser unpacks what it would have got alone."""

from __future__ import annotations

import gzip

import pytest
from flask import Flask

from survey.web.pieces import Pieces


@pytest.mark.parametrize("word", ["a", "\0token\0" * 9, "ký tự", "x" * 0xFFFF, "y" * 0x10000])
@pytest.mark.parametrize("text", ["|", "một | hai | ba " * 300, "none", "|a||b|"])
def test_pieces_give_the_page_that_was_meant(word: str, text: str) -> None:
    """Compressed for who takes that, with the word wherever it belongs."""
    pieces, meant = Pieces(text, "|"), text.replace("|", word)
    with Flask("test").test_request_context(headers={"Accept-Encoding": "gzip, br"}):
        packed = pieces.page(word)
    with Flask("test").test_request_context():
        plain = pieces.page(word)
    assert plain.get_data(as_text=True) == meant
    body = packed.get_data()
    assert (gzip.decompress(body) if packed.content_encoding == "gzip" else body).decode() == meant
    assert {packed.headers["Vary"], plain.headers["Vary"]} == {"Accept-Encoding"}
