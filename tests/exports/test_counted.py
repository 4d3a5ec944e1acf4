"""Every file says what one voice is, and calls the weak mode weak."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from survey.exports.service import make_file
from survey.questionnaires import building
from survey.questionnaires import items
from tests.conftest import Cast
from tests.conftest import make_cast

SAID = {
    "open": "Lượt ủng hộ tính theo thiết bị", "tickets": "Lượt ủng hộ tính theo thẻ",
    "roll": "mỗi người trong danh sách một phiếu.", "roll+tickets": "một phiếu hoặc một thẻ",
}  # fmt: skip


def notes(cast: Cast, table: str) -> str:
    """The small print of one export."""
    with cast.reading() as session:
        content = make_file(session, cast.code, table, "json")[0]
    return "\n".join(note for each in json.loads(content)["tables"] for note in each["notes"])


@pytest.mark.parametrize("entry", list(SAID))
@pytest.mark.parametrize("table", ["questions", "results", "log"])
def test_every_export_says_what_one_voice_is(app: Flask, entry: str, table: str) -> None:
    cast = make_cast(app, "open_hall", entry=entry)
    made = cast.write(building.create, cast.dialogue_id, "Khảo sát thử")
    cast.write(items.add_item, cast.dialogue_id, made, "text", {"label": "Bạn nói gì?"})
    cast.write(building.open_, cast.dialogue_id, made)
    said = notes(cast, table)
    assert [name for name, words in SAID.items() if words in said] == [entry]
    assert ("Chế độ yếu" in said) == ("roll" in entry)
