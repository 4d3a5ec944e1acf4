"""Outside a room: the join box, promises, help, health."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import OperationalError

from survey.dialogues import service as dialogues


@pytest.mark.parametrize("path", ["/", "/promise", "/help", "/healthz", "/readyz", "/?lang=en", "/promise?lang=en"])
def test_pages_outside_a_room_answer_and_set_no_cookie(cast, path):
    answer = cast.stranger().get(path)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("typed", ["{code}", "{lower}", " {a} {b} ", "{a}-{b}"])
def test_a_code_leads_to_its_room_however_it_is_typed(cast, typed):
    code = cast.code
    query = {"code": typed.format(code=code, lower=code.lower(), a=code[:3], b=code[3:])}
    answer = cast.stranger().get("/", query_string=query)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/d/{code}")


@pytest.mark.parametrize("typed", ["ZZZ ZZZ", "<script>", "0", "ễễễ", "x" * 500])
def test_a_code_that_nobody_has_is_kept_for_another_try(cast, typed):
    answer = cast.stranger().get("/", query_string={"code": typed})
    assert answer.status_code == 404
    assert "Chưa có đối thoại nào mang mã" in answer.text
    assert "<script>" not in answer.text.replace("<script src", "")
    assert "Set-Cookie" not in answer.headers


def test_an_unknown_room_says_the_same(cast):
    answer = cast.stranger().get("/d/ZZZZZZ?tab=mine")
    assert answer.status_code == 404
    assert 'value="ZZZZZZ"' in answer.text


def test_a_draft_is_as_unknown_as_a_code_that_nobody_has(app, cast):
    made = cast.write(dialogues.create, cast.organisation_id, "Chưa công bố")
    answer = cast.stranger().get(f"/d/{made['code']}")
    assert answer.status_code == 404
    assert "Chưa công bố" not in answer.text


def test_only_listed_dialogues_stand_on_the_home_page(cast):
    assert cast.code not in cast.stranger().get("/").text
    cast.write(dialogues.change, cast.dialogue_id, {"listed": True})
    page = cast.stranger().get("/").text
    assert f"/d/{cast.code}" in page
    assert cast.other_code not in page


def test_a_database_that_does_not_answer_is_not_ready(app, cast, monkeypatch):
    def gone(*_):
        raise OperationalError("SELECT 1", {}, OSError("gone"))

    monkeypatch.setattr(app.extensions["survey"]["roll"], "reading", gone)
    assert cast.stranger().get("/readyz").status_code == 503
    assert cast.stranger().get("/healthz").status_code == 200
