"""A page that was packed once reaches every browser in the form that it takes."""

from __future__ import annotations

import gzip

import pytest
from flask import Flask

from survey.core.pieces import Pieces
from survey.web.pieces import answer


@pytest.mark.parametrize(
    ("accepts", "word", "coding"), [("gzip, br", "a", "gzip"), ("br", "a", None), ("gzip", "y" * 0x10000, None)]
)
def test_a_page_is_compressed_for_who_takes_that(accepts: str, word: str, coding: str | None) -> None:
    with Flask("test").test_request_context(headers={"Accept-Encoding": accepts}):
        page = answer(Pieces("một | hai", "|"), word)
    body = page.get_data()
    assert page.content_encoding == coding
    assert (gzip.decompress(body) if coding else body).decode() == f"một {word} hai"
    assert page.headers["Vary"] == "Accept-Encoding"
