"""While answers may lie sealed in the ballot box nobody can say that there is none: meaning and existence stay."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from survey.core.errors import Invalid
from survey.core.errors import NotNow
from survey.dialogues.models import Dialogue
from survey.questionnaires import building
from survey.questionnaires import items
from survey.questionnaires import queries
from survey.questionnaires import sharing
from tests.conftest import csrf
from tests.conftest import make_cast
from tests.room.halls import Hall
from tests.room.halls import at
from tests.room.halls import hall_of
from tests.room.halls import house

# New at each look: tokens of forms where there is no cookie, and the name of the page that was opened.
_TOKEN = r'I[\w-]{50,}\.[\w-]{6}\.[\w-]{20,}|(?<=data-page=")[a-z2-7]{12}'
ASKED = {"label": "Chọn gì?", "options": "Lương\nNhà ở"}
OTHER = {"label": "Chọn gì?", "options": "Nhà ở\nLương\nKhác"}


@pytest.fixture(scope="module")
def app(migrated: Path) -> Iterator[Flask]:
    """One program for all halls of this file."""
    with house(migrated) as found:
        yield found


@pytest.fixture
def hall(app: Flask) -> Hall:
    """Thirty on the roll, before the opening."""
    return hall_of(app)


def survey(hall: Hall) -> tuple[str, str]:
    """A draft with one choice."""
    made = hall.cast.write(building.create, hall.id, "Khảo sát thử")
    return made, hall.cast.write(items.add_item, hall.id, made, "single", ASKED)


def row(hall: Hall, survey_id: str) -> queries.Row:
    """As the desk sees it."""
    with hall.cast.reading() as session:
        return queries.one(session, hall.id, survey_id)


def test_a_survey_that_was_open_is_neither_deleted_nor_turned_while_the_box_is_shut(hall: Hall) -> None:
    """Six answers lie there, which no count knows; draft and wording are free, and at the opening the six count."""
    survey_id, item = survey(hall)
    hall.cast.write(items.change_item, hall.id, survey_id, item, OTHER)  # the control: a draft
    hall.cast.write(items.change_item, hall.id, survey_id, item, ASKED)
    hall.cast.write(building.open_, hall.id, survey_id)
    choice = row(hall, survey_id).items[0].settings["options"][0]["id"]
    for _ in range(6):
        hall.drop(responses={survey_id: {"answers": {item: [choice]}, "counter": 1}})
    hall.cast.write(building.close, hall.id, survey_id)
    found = row(hall, survey_id)
    assert (found.started, found.sealed) == (False, True)
    acts: tuple[tuple[Any, ...], ...] = (
        (building.delete,), (items.add_item, "text", {"label": "Thêm"}), (items.delete_item, item),
        (items.copy_item, item), (items.move_item, item, 1),
    )  # fmt: skip
    for act, *args in acts:
        with pytest.raises(NotNow, match="có thể đã có câu trả lời trong hòm phiếu"):
            hall.cast.write(act, hall.id, survey_id, *args)
    with pytest.raises(Invalid, match="có thể đã có câu trả lời trong hòm phiếu"):
        hall.cast.write(items.change_item, hall.id, survey_id, item, OTHER)
    hall.cast.write(items.change_item, hall.id, survey_id, item, {**ASKED, "label": "Cần gì hơn?"})
    hall.open(at(5))
    hall.empty(at(5.01))
    assert (hall.counted()["responses"], row(hall, survey_id).sealed) == (6, False)


def test_once_the_opening_emptied_it_the_count_says_all(hall: Hall) -> None:
    survey_id, _item = survey(hall)
    hall.cast.write(building.open_, hall.id, survey_id)
    hall.open(at(5))
    with pytest.raises(NotNow):
        hall.cast.write(building.delete, hall.id, survey_id)
    hall.empty(at(5.01))
    hall.cast.write(building.delete, hall.id, survey_id)
    with hall.cast.reading() as session:
        assert queries.of_dialogue(session, hall.id) == []


def test_where_there_is_no_box_a_survey_without_answers_is_free(app: Flask) -> None:
    cast = make_cast(app, "collect", entry="roll")
    made = cast.write(building.create_from, cast.dialogue_id, "before")
    cast.write(building.open_, cast.dialogue_id, made)
    cast.write(building.delete, cast.dialogue_id, made)
    with cast.reading() as session:
        assert queries.of_dialogue(session, cast.dialogue_id) == []


def test_the_desk_says_why_and_offers_nothing_that_is_refused(hall: Hall) -> None:
    survey_id, item = survey(hall)
    staff, path = hall.cast.staff("organiser"), f"{hall.cast.desk}/surveys/{survey_id}"
    assert f"{path}/deletion" in staff.get(path).text
    hall.cast.write(building.open_, hall.id, survey_id)
    for page in (path, f"{path}/items/{item}"):
        assert "có thể đã có câu trả lời trong hòm phiếu" in staff.get(page).text
        assert "Đã có người trả lời" not in staff.get(page).text
    assert "deletion" not in staff.get(path).text
    listed = staff.get(f"{hall.cast.desk}/surveys").text
    assert "chưa có ai trả lời" not in listed
    answer = staff.post(f"{path}/deletion", data={"csrf_token": csrf(staff, path)}, follow_redirects=True)
    assert "có thể đã có câu trả lời trong hòm phiếu" in answer.text
    refused = staff.post(f"{path}/items/{item}", data={"csrf_token": csrf(staff, path), **OTHER, "kind": "single"})
    assert refused.status_code == 422
    assert "có thể đã có câu trả lời trong hòm phiếu" in refused.text


@pytest.mark.claim("surveys", "answers in the ballot box move nothing that anybody reads before it is emptied")
def test_nothing_moves_before_the_box_is_emptied(hall: Hall, figure: Callable[[str], None]) -> None:
    """Six answers, one after the other: every page and file of the surveys, and the dialogue's own counts, stay."""
    survey_id, item = survey(hall)
    hall.cast.write(building.change, hall.id, survey_id, {"results_shown": True})
    hall.cast.write(building.open_, hall.id, survey_id)
    token = hall.cast.write(sharing.share, hall.id, survey_id)
    choice, desk = row(hall, survey_id).items[0].settings["options"][0]["id"], hall.cast.desk
    staff, guest = hall.cast.staff("organiser"), hall.cast.stranger()
    looks = [(staff, f"{desk}{path}") for path in (
        "/manage", "/surveys", f"/surveys/{survey_id}", f"/surveys/{survey_id}/results", f"/surveys/{survey_id}/files",
        f"/surveys/{survey_id}/print", f"/exports/survey-{survey_id}.csv", f"/exports/survey-{survey_id}.json",
        "/exports/results.json", "/reminders",
    )]  # fmt: skip
    looks += [(guest, path) for path in (
        f"/p/{hall.cast.code}/results/{token}", f"{hall.cast.base}/surveys/{survey_id}", hall.cast.base
    )]  # fmt: skip

    def seen() -> list[str]:
        read = [who.get(path, follow_redirects=True) for who, path in looks]
        assert [answer.status_code for answer in read] == [200] * len(looks)
        with hall.cast.reading() as session:
            dialogue = session.get_one(Dialogue, hall.id)
            counts = f"{dialogue.revision} {dialogue.version} {dialogue.ballots}"
        return [counts, *(re.sub(_TOKEN, "", answer.get_data(as_text=True)) for answer in read)]

    seen()  # what is said once, at the first look
    before = seen()
    for _drop in range(6):
        hall.drop(responses={survey_id: {"answers": {item: [choice]}, "counter": 1}})
        for one, other in zip(seen(), before, strict=True):
            assert one == other
    hall.open(at(5))
    hall.empty(at(5.01))
    after = seen()
    moved = [path for (_who, path), one, other in zip(looks, before[1:], after[1:], strict=True) if one != other]
    figure(f"6 answers, {len(looks)} pages and files: 0 moved before the emptying, {len(moved)} after it")
    assert f"{desk}/surveys/{survey_id}/results" in moved
    assert "Tính trên 5 trong 6 phiếu" in after[4]
