"""A questionnaire of all kinds, page by page without scripts: nothing typed is lost, and only what is asked counts."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from survey.organisations import units
from survey.questionnaires import building
from survey.questionnaires import items
from survey.questionnaires import queries
from survey.questionnaires.kinds import KINDS
from survey.questionnaires.models import Response
from tests.conftest import Cast
from tests.conftest import csrf

LINES = "Thu nhập\nMáy tính\nĐào tạo"
ALL: list[tuple[str, dict[str, Any]]] = [
    ("single", {"options": LINES, "other": True, "required": True}), ("multiple", {"options": LINES, "most": "2"}),
    ("yesno", {}), ("section", {"page": True}), ("rating", {"steps": "5"}), ("score", {}),
    ("matrix", {"rows": "Lương\nNhà ở", "steps": "4"}), ("rank", {"options": LINES, "shuffled": True}),
    ("section", {"page": True}), ("short", {}), ("text", {}), ("number", {"greatest": "50"}), ("date", {}), ("unit", {}),
    ("note", {}),
]  # fmt: skip


class Survey:
    """A questionnaire with an item of each kind on three pages."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        for name in ("Chi đoàn Sở", "Chi đoàn Báo"):
            cast.write(units.ensure, cast.organisation_id, (name,))
        self.id = cast.write(building.create, cast.dialogue_id, "Tất cả các loại")
        made = [
            cast.write(items.add_item, cast.dialogue_id, self.id, kind, {"label": f"Mục {kind}", **typed})
            for kind, typed in ALL
        ]
        self.at = {kind: item for (kind, _), item in zip(ALL, made, strict=True)}
        self.path = f"{cast.base}/surveys/{self.id}"

    def option(self, kind: str, place: int, what: str = "options") -> str:
        """The id of an option."""
        with self.cast.reading() as session:
            row = queries.one(session, self.cast.dialogue_id, self.id)
        found = next(item for item in row.items if item.id == self.at[kind])
        return str(found.settings[what][place]["id"])

    def open(self) -> None:
        self.cast.write(building.open_, self.cast.dialogue_id, self.id)


@pytest.fixture
def survey(cast: Cast) -> Survey:
    return Survey(cast)


def fields(page: str) -> dict[str, list[str]]:
    """What a browser would send back: hidden fields, what is ticked, what is typed."""
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = (re.search(rf'{part}="([^"]*)"', tag) for part in ("name", "value"))
        if name and ("hidden" in tag or "checked" in tag or 'type="text"' in tag) and name[1] != "csrf_token":
            found.setdefault(name[1], []).append(value[1] if value else "")
    return found


def send(member: FlaskClient, survey: Survey, page: str, go: str = "", **typed: Any) -> Any:
    """Fill in and press a button."""
    form = {**fields(page), **typed, "csrf_token": csrf(member, survey.cast.base), **({"go": go} if go else {})}
    return member.post(survey.path, data=form)


def test_three_pages_without_scripts_are_one_response(cast: Cast, survey: Survey) -> None:
    survey.open()
    member, at = cast.member(), survey.at
    first = member.get(survey.path).text
    assert "Trang 1/3" in first
    assert "Mục short" not in first
    second = send(member, survey, first, "next", **{
        at["single"]: "other", f"{at['single']}.other": "Nhà trẻ", at["multiple"]: [survey.option("multiple", 0)],
        at["yesno"]: "yes",
    })  # fmt: skip
    assert second.status_code == 200
    assert "Trang 2/3" in second.text
    rows = [survey.option("matrix", place, "rows") for place in (0, 1)]
    ranked = [survey.option("rank", place) for place in (0, 1, 2)]
    third = send(member, survey, second.text, "next", **{
        at["rating"]: "4", at["score"]: "0", f"{at['matrix']}.{rows[0]}": "1", f"{at['rank']}.{ranked[2]}": "1",
        f"{at['rank']}.{ranked[0]}": "2",
    }).text  # fmt: skip
    again = send(member, survey, third, "back").text
    assert "Trang 2/3" in again
    assert "<option selected>1</option>" in again
    assert 'value="4" checked' in again
    done = send(member, survey, third, **{
        at["short"]: "Một dòng", at["text"]: "Nhiều\ndòng", at["number"]: "12", at["date"]: "26/3/2026",
        at["unit"]: survey.option("unit", 1),
    })  # fmt: skip
    assert done.status_code == 303, done.text
    with cast.reading() as session:
        (response,) = session.query(Response).all()
    kept = {kind: response.answers.get(item) for kind, item in at.items()}
    assert kept["single"] == {"other": "Nhà trẻ"}
    assert kept["score"] == 0
    assert kept["matrix"] == {rows[0]: 1}
    assert kept["rank"] == [ranked[2], ranked[0]]
    assert (kept["number"], kept["date"], kept["section"], kept["note"]) == (12, "2026-03-26", None, None)


def test_a_page_that_is_not_well_answered_is_not_left_and_keeps_all(cast: Cast, survey: Survey) -> None:
    survey.open()
    member, at = cast.member(), survey.at
    refused = send(member, survey, member.get(survey.path).text, "next", **{at["yesno"]: "yes"})
    assert refused.status_code == 422
    assert "Trang 1/3" in refused.text
    assert 'value="yes" checked' in refused.text
    other = send(member, survey, refused.text, "next", **{at["single"]: "other"})
    assert "hãy ghi rõ" in other.text


def test_the_page_with_the_fault_comes_back_when_it_is_sent_too_soon(cast: Cast, survey: Survey) -> None:
    survey.open()
    member, at = cast.member(), survey.at
    answer = member.post(survey.path, data={
        at["short"]: "Chữ vẫn còn", at["number"]: "99", "page": "2", "counter": "1", "csrf_token": csrf(member, cast.base),
    })  # fmt: skip
    assert answer.status_code == 422
    assert "Trang 1/3" in answer.text
    assert 'value="Chữ vẫn còn"' in answer.text, "what stands on another page travels along"


def test_an_answer_to_what_is_not_asked_is_left_out(cast: Cast) -> None:
    dialogue = cast.dialogue_id
    made = cast.write(building.create, dialogue, "Có điều kiện")
    asked = cast.write(items.add_item, dialogue, made, "yesno", {"label": "Bạn ở trọ?", "required": True})
    rule = {"join": "all", "tests": [{"item": asked, "op": "equals", "value": "yes"}]}
    rent = {"label": "Tiền trọ?", "required": True, "shown_if": rule}
    cost = cast.write(items.add_item, dialogue, made, "number", rent)
    cast.write(building.open_, dialogue, made)
    member, path = cast.member(), f"{cast.base}/surveys/{made}"
    page = member.get(path).text
    assert "Chỉ trả lời nếu:" in page
    token = csrf(member, cast.base)
    sent = member.post(path, data={asked: "no", cost: "1.500", "counter": "1", "csrf_token": token})
    assert sent.status_code == 303
    with cast.reading() as session:
        tally = queries.results(session, made)
    assert tally.responses == 0, "below five"
    missing = cast.member().post(path, data={asked: "yes", "counter": "1", "csrf_token": token})
    assert missing.status_code in {400, 422}


@pytest.mark.parametrize("kind", list(KINDS))
def test_the_builder_makes_and_changes_every_kind(cast: Cast, survey: Survey, kind: str) -> None:
    organiser = cast.staff("organiser")
    desk = f"{cast.desk}/surveys/{survey.id}"
    assert organiser.get(f"{desk}/items/new?kind={kind}").status_code == 200
    form = organiser.get(f"{desk}/items/{survey.at[kind]}")
    assert f"Mục {kind}" in form.text
    typed = dict(next(typed for name, typed in ALL if name == kind))
    changed = organiser.post(f"{desk}/items/{survey.at[kind]}", data={
        "label": "Tên mới", "csrf_token": csrf(organiser, desk), **{name: value for name, value in typed.items() if value},
    })  # fmt: skip
    assert changed.status_code == 303, changed.text
    assert "Tên mới" in organiser.get(desk).text
