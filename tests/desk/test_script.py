"""The MC's script says the twenty seconds that are true of the entry in force, and no longer."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from survey.core import phrase
from survey.dialogues import queries
from survey.stage import queries as stage
from tests.conftest import make_cast

SYLLABLES = 85  # a calm voice says four a second
TRUE_OF = {"open": "theo thiết bị", "tickets": "Không ai ghi ai rút thẻ nào", "roll": "chế độ yếu"}


@pytest.mark.parametrize("entry", list(TRUE_OF))
def test_twenty_seconds_fit_the_entry_and_the_time(app: Flask, entry: str) -> None:
    """Each entry has its own words, and none of the others' promises."""
    cast = make_cast(app, entry=entry)
    page = cast.staff("moderator").get(f"{cast.desk}/script").get_data(as_text=True)
    said = re.search(r'<p id="twenty">(.*?)</p>', page, re.DOTALL)
    assert said is not None
    assert TRUE_OF[entry] in said.group(1)
    assert not [words for other, words in TRUE_OF.items() if other != entry and words in said.group(1)]
    assert 40 < len(said.group(1).split()) <= SYLLABLES


def test_the_strong_mode_has_its_own_words_and_the_key_to_compare(app: Flask) -> None:
    """Six syllables of this very key, which phones and screen show as well; no word of the weak mode."""
    cast = make_cast(app, entry="roll", strong=True)
    page = cast.staff("moderator").get(f"{cast.desk}/script").get_data(as_text=True)
    said = re.search(r'<p id="twenty">(.*?)</p>', page, re.DOTALL)
    assert said is not None
    assert "ký mà không thấy phiếu" in said.group(1)
    assert "yếu" not in said.group(1)
    assert 40 < len(said.group(1).split()) <= SYLLABLES
    with cast.reading() as session:
        key = queries.by_id(session, cast.dialogue_id).issue_key
    assert key is not None
    assert " – ".join(phrase.of(key).split()) in page
    with cast.reading() as session:
        screen = stage.screen(session, cast.dialogue_id)
    assert screen is not None
    assert " ".join(screen.phrase) == phrase.of(key)


def test_the_script_is_for_those_who_open_the_hall(app: Flask) -> None:
    """The moderator reads it (premise: above); a leader's tablet and another organisation do not."""
    cast = make_cast(app)
    assert cast.staff("leader").get(f"{cast.desk}/script").status_code == 403
    assert cast.outsider().get(f"{cast.desk}/script").status_code == 404
