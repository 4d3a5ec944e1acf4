"""Into the room by its code, and out again."""

from __future__ import annotations

import pytest
from sqlalchemy import func
from sqlalchemy import select

from survey import lifecycle
from survey.dialogues.models import Dialogue
from survey.room import entering
from survey.room.models import Ballot
from survey.web.limits import limiter
from tests.conftest import csrf
from tests.conftest import make_cast


@pytest.fixture(autouse=True)
def fresh_limits(app):
    """Limits live in the process; each test begins with none spent."""
    limiter.reset()
    yield
    limiter.reset()


def ballots(cast):
    with cast.reading() as session:
        kept = session.scalar(select(Dialogue.ballots).where(Dialogue.id == cast.dialogue_id))
        rows = session.scalar(select(func.count()).where(Ballot.dialogue_id == cast.dialogue_id))
    assert kept == rows
    return rows


def cookies(answer):
    return [header.split(";")[0].split("=")[0] for header in answer.headers.getlist("Set-Cookie")]


def enter(phone, base, **kwargs):
    return phone.post(f"{base}/entry", data={"csrf_token": csrf(phone, base)}, **kwargs)


def test_entering_gives_a_ballot_on_the_rooms_path_only(cast):
    answer = enter(cast.stranger(), cast.base)
    assert (answer.status_code, answer.headers["Location"]) == (303, cast.base)
    header = next(h for h in answer.headers.getlist("Set-Cookie") if h.startswith("ballot="))
    assert f"Path={cast.base};" in header + ";"
    assert "HttpOnly" in header
    assert "Max-Age=34560000" in header, "400 days: an answer to an idea may come a year later"
    assert ballots(cast) == 1


def test_entering_again_with_the_ballot_changes_nothing(cast):
    phone = cast.member()
    answer = enter(phone, cast.base)
    assert answer.status_code == 303
    assert "ballot" not in cookies(answer)
    assert ballots(cast) == 1


def test_entering_again_is_harmless_after_the_hall_closed(cast):
    phone = cast.member()
    cast.write(lifecycle.close, cast.dialogue_id, actor="test")
    assert enter(phone, cast.base).status_code == 303


def test_a_program_enters_by_json(cast):
    phone = cast.stranger()
    token = csrf(phone, cast.base)
    answer = phone.post(f"{cast.base}/entry", headers={"Accept": "application/json", "X-CSRFToken": token})
    assert (answer.status_code, answer.json) == (200, {"entered": True, "url": cast.base})
    assert "ballot" in cookies(answer)


def test_a_ballot_of_one_dialogue_is_worth_nothing_in_another(cast):
    phone = cast.member()
    other = f"/d/{cast.other_code}"
    secret = phone.get_cookie("ballot", path=cast.base).value
    phone.set_cookie("ballot", secret, path=other)
    assert "Vào phòng" in phone.get(other).text


def test_two_dialogues_on_one_phone_stay_apart(cast):
    phone = cast.member()
    assert enter(phone, f"/d/{cast.other_code}").status_code == 303
    mine = phone.get_cookie("ballot", path=cast.base).value
    theirs = phone.get_cookie("ballot", path=f"/d/{cast.other_code}").value
    assert mine != theirs


@pytest.mark.parametrize("typed", ["{lower}", "{a}-{b}", "{a}%20{b}", "{lower}/ask?edit=1"])
def test_a_code_typed_differently_leads_to_the_one_path(cast, typed):
    code = cast.code
    path = typed.format(lower=code.lower(), a=code[:3], b=code[3:])
    answer = cast.stranger().get(f"/d/{path}")
    rest = "/ask?edit=1" if "ask" in typed else ""
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/d/{code}{rest}")
    assert cookies(answer) == []


def test_nothing_is_written_under_a_code_typed_differently(cast):
    phone = cast.stranger()
    token = csrf(phone, cast.base)
    answer = phone.post(f"/d/{cast.code.lower()}/entry", headers={"X-CSRFToken": token})
    assert answer.status_code in {400, 404}
    assert ballots(cast) == 0


def test_a_closed_hall_lets_nobody_in_and_says_so(cast):
    phone = cast.stranger()
    token = csrf(phone, cast.base)
    cast.write(lifecycle.close, cast.dialogue_id, actor="test")
    answer = phone.post(f"{cast.base}/entry", data={"csrf_token": token})
    assert answer.status_code == 403
    assert "đã khép lại" in answer.text
    assert ballots(cast) == 0


def test_a_wrong_token_lets_nobody_in(cast):
    phone = cast.stranger()
    phone.get(cast.base)
    assert phone.post(f"{cast.base}/entry", data={"csrf_token": "wrong"}).status_code == 400
    assert ballots(cast) == 0


def test_the_ceiling_by_address_counts_new_ballots_only(cast, monkeypatch):
    monkeypatch.setattr(entering, "BALLOTS_AN_ADDRESS", 2)
    first, second, third = cast.member(), cast.member(), cast.stranger()
    answer = enter(third, cast.base)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert enter(first, cast.base).status_code == 303
    assert enter(second, cast.base).status_code == 303
    assert ballots(cast) == 2


def test_the_ceiling_of_a_dialogue_does_not_touch_another(cast, monkeypatch):
    monkeypatch.setattr(entering, "BALLOTS_A_DIALOGUE", 1)
    cast.member()
    assert enter(cast.stranger(), cast.base).status_code == 429
    assert enter(cast.stranger(), f"/d/{cast.other_code}").status_code == 303


def test_a_hall_of_350_phones_behind_one_address_gets_in():
    assert entering.BALLOTS_AN_ADDRESS >= 2 * 350


def test_leaving_wipes_the_lists_and_keeps_the_ballot(cast):
    phone = cast.member()
    phone.set_cookie("mine", "client-one", path=cast.base)
    phone.set_cookie("skipped", "Ag", path=cast.base)
    token = csrf(phone, f"{cast.base}/leave")
    answer = phone.post(f"{cast.base}/leave", data={"csrf_token": token})
    assert answer.headers["Location"] == f"{cast.base}?left=list"
    kept = [phone.get_cookie(name, path=cast.base) is not None for name in ("mine", "skipped", "ballot")]
    assert kept == [False, False, True]


def test_the_ballot_is_wiped_only_when_that_was_understood(cast):
    phone = cast.member()
    token = csrf(phone, f"{cast.base}/leave")
    refused = phone.post(f"{cast.base}/leave", data={"csrf_token": token, "ballot": "1"})
    assert refused.status_code == 422
    assert phone.get_cookie("ballot", path=cast.base) is not None
    done = phone.post(f"{cast.base}/leave", data={"csrf_token": token, "ballot": "1", "understood": "1"})
    assert done.headers["Location"] == f"{cast.base}?left=ballot"
    assert phone.get_cookie("ballot", path=cast.base) is None
    assert ballots(cast) == 1


def test_before_the_opening_members_may_enter(app):
    cast = make_cast(app, "collect")
    cast.member()
    assert ballots(cast) == 1


def test_a_link_from_elsewhere_wipes_nothing(cast):
    """Only what leaving leads to does, and only once."""
    phone, inside = cast.member(), cast.member()
    for link in ("list", "ballot", "all"):
        headers = {"Referer": f"https://elsewhere.example{cast.base}/leave"}
        for reader in (cast.stranger(), inside):
            assert "data-wipe" not in reader.get(f"{cast.base}?left={link}", headers=headers).text, link
    token = csrf(phone, f"{cast.base}/leave")
    for fields in ({}, {"ballot": "1", "understood": "1"}):
        to = phone.post(f"{cast.base}/leave", data={"csrf_token": token, **fields}).headers["Location"]
        assert ["data-wipe" in phone.get(to).text for _turn in range(2)] == [True, False]
