"""The box of ideas at the desk: who may publish what of it, and that no word of the office is lost."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey.followups import ideas_staff as staff
from survey.organisations import units
from tests.conftest import Cast
from tests.followups.test_ideas import closed
from tests.followups.test_ideas import desk
from tests.followups.test_ideas import let_go
from tests.followups.test_ideas import link
from tests.followups.test_ideas import post
from tests.followups.test_ideas import put

COPY = "Những gì bạn đã viết, để chép lại"


@pytest.fixture
def letter(app: Flask) -> tuple[Cast, FlaskClient, str]:
    """A thread that has reached the office, and its phone."""
    cast, (phone,) = closed(app, phones=1)
    id_ = put(cast, phone)
    let_go(cast)
    return cast, phone, id_


def test_only_who_may_publish_takes_up_an_idea(letter: tuple[Cast, FlaskClient, str]) -> None:
    cast, _phone, id_ = letter
    secretary, organiser, here = cast.staff("secretary"), cast.staff("organiser"), f"{cast.desk}/ideas/{id_}"
    assert [f'action="{here}/take"' in one.get(here).text for one in (secretary, organiser)] == [False, True]
    post(secretary, f"{here}/take", here, 403, text="Góc đọc sách", remark="")
    assert [one.taken for one in desk(cast)] == [False]
    post(organiser, f"{here}/take", here, text="Góc đọc sách", remark="")
    post(secretary, f"{here}/untake", here, 403)
    assert [one.taken for one in desk(cast)] == [True]
    assert "Góc đọc sách" in secretary.get(here).text, "the secretary reads what everybody reads"
    post(organiser, f"{here}/untake", here)
    assert [one.taken for one in desk(cast)] == [False]


def test_what_the_office_typed_to_a_thread_that_moved_comes_back(letter: tuple[Cast, FlaskClient, str]) -> None:
    cast, _phone, id_ = letter
    organiser, here = cast.staff("organiser"), f"{cast.desk}/ideas/{id_}"
    cast.write(staff.set_aside, cast.dialogue_id, id_, "Trùng", actor="test")
    typed = {
        "answer": {"body": "Câu trả lời dài của văn phòng"},
        "take": {"text": "Lời công khai đã soạn", "remark": "Và lời kèm theo"},
        "recommendation": {"recommended": "Kiến nghị đã soạn"},
        "aside": {"reason": "Một lý do khác hẳn"},
    }
    for act, form in typed.items():
        told = post(organiser, f"{here}/{act}", here, 403, **form)
        assert (COPY in told, [text in told for text in form.values()]) == (True, [True] * len(form)), act
    assert COPY not in post(organiser, f"{here}/back", here, 303)
    refused = post(organiser, f"{here}/answer", here, 422, body="x")
    assert (COPY in refused, ">x</textarea>" in refused) == (False, True), "its own box has it"


def test_what_a_unit_typed_to_a_thread_that_moved_comes_back(letter: tuple[Cast, FlaskClient, str]) -> None:
    cast, _phone, id_ = letter
    unit, other = (cast.write(units.add, cast.organisation_id, None, name) for name in ("Sở Văn hóa", "Sở Nội vụ"))
    with cast.app.app_context():
        token = link(cast, unit)
    page, text = f"/u/{token}/ideas", "Sở làm thử ở ba xã từ quý tới"
    cast.write(staff.hand, cast.dialogue_id, id_, unit, actor="test")
    assert id_ in cast.stranger().get(page).text, "the premise"

    def answer(status: int, path: str = f"{page}/{id_}") -> str:
        answered = cast.stranger().post(path, data={"body": text})
        assert answered.status_code == status
        return answered.text

    cast.write(staff.set_aside, cast.dialogue_id, id_, "Trùng", actor="test")
    assert [part in answer(403) for part in (COPY, text)] == [True, True]
    cast.write(staff.bring_back, cast.dialogue_id, id_, actor="test")
    cast.write(staff.hand, cast.dialogue_id, id_, other, actor="test")
    moved = answer(404)
    assert [part in moved for part in (COPY, text)] == [True, True]
    wrong = answer(404, f"/u/{token[:-4]}aaaa/ideas/{id_}")
    assert [part in wrong for part in (COPY, text)] == [True, True], "a link that was taken back loses nothing either"
