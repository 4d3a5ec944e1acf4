"""A page that was packed once: every browser unpacks what it would have got alone."""

from __future__ import annotations

import gzip

import pytest

from survey.core.pieces import Pieces


@pytest.mark.parametrize("word", ["a", "\0token\0" * 9, "ký tự", "x" * 0xFFFF, "y" * 0x10000])
@pytest.mark.parametrize("text", ["|", "một | hai | ba " * 300, "none", "|a||b|"])
def test_pieces_give_the_page_that_was_meant(word: str, text: str) -> None:
    """Compressed for who takes that, with the word wherever it belongs."""
    pieces, meant = Pieces(text, "|"), text.replace("|", word)
    assert pieces.whole(word).decode() == meant
    packed = pieces.packed(word)
    assert (packed is None) == (len(word.encode()) > 0xFFFF)
    assert packed is None or gzip.decompress(packed).decode() == meant
