"""The member's side under `/m`: opening is free, the first phone that asks binds, and every refusal says what to do."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import Domain
from sqlalchemy import select
from werkzeug.test import TestResponse

from survey import lifecycle
from survey.core import passes
from survey.core.clock import now
from survey.organisations import units
from survey.roll import issuing
from survey.roll import secrets
from survey.roll import service
from survey.roll import views_member
from survey.roll import views_seat
from survey.roll.models import Correction
from survey.roll.models import Issue
from survey.roll.models import Member
from survey.roll.models import Membership
from survey.roll.models import Roll
from survey.room.models import Ballot
from survey.room.phone import KEPT_FOR
from survey.web import guesses
from survey.web.limits import limiter
from tests.conftest import Cast
from tests.conftest import csrf
from tests.conftest import make_cast
from tests.web.test_translatable import Letterless
from tests.web.test_translatable import vietnamese

JSON = {"Accept": "application/json"}
UNKNOWN = "Đường dẫn hoặc mã này không đúng hoặc không còn dùng được."
ZALO = "Mozilla/5.0 (Linux; Android 10) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36 Zalo android/23110"
DAY = dt.timedelta(days=1)


class Hall:
    """An open hall by roll: Mai (with a phone, in two units) and Bình (without) on a frozen roll."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.roll, self.base = cast, cast.stores.roll, f"/m/{cast.code}"
        branch, ward = (cast.write(units.add, cast.organisation_id, None, n) for n in ("Chi đoàn Sở", "Đoàn phường 5"))
        self.mai = cast.enrol("Nguyễn Thị Mai", branch, phone="0912345678", further=(ward,))
        self.binh = cast.enrol("Trần Văn Bình", branch)
        self.roll.write(service.freeze, cast.dialogue_id, actor="test")

    def phone(self, member: str | None = None) -> FlaskClient:
        """A fresh browser, that has opened this member's link."""
        made = self.cast.stranger()
        if member:
            assert self.open(made, token=self.cast.personal(member).token).status_code == 200
        return made

    def open(self, phone: FlaskClient, **sent: str) -> TestResponse:
        """Send a token or a typed twin as the script does."""
        return self.post(phone, "session", JSON, **sent)

    def post(
        self, phone: FlaskClient, what: str, headers: dict[str, str] | None = None, /, **sent: str
    ) -> TestResponse:
        """A form with a good token."""
        return phone.post(f"{self.base}/{what}", data={"csrf_token": csrf(phone, self.base), **sent}, headers=headers)

    def take(self, phone: FlaskClient) -> TestResponse:
        """Ask for the ballot as the script does."""
        return self.post(phone, "credential", JSON)

    def secret(self, answer: TestResponse) -> str:
        """The secret of the ballot in a pass."""
        key = self.cast.keys.get(self.cast.dialogue_id, "pass")
        return passes.unseal(key, self.cast.dialogue_id, answer.get_json()["pass"], int(now().timestamp())).secret

    def set(self, **values: Any) -> None:
        """Change the roll."""

        def job(session: Any) -> None:
            roll = session.get(Roll, self.cast.dialogue_id)
            for name, value in values.items():
                setattr(roll, name, value)

        self.roll.write(job)

    def issued(self) -> int:
        """How many places are taken."""
        with self.roll.reading() as session:
            return len(list(session.scalars(select(Issue.member_id))))

    def ballots(self) -> int:
        """How many ballots are in the room."""
        with self.cast.reading() as session:
            here = Ballot.dialogue_id == self.cast.dialogue_id
            return len(list(session.scalars(select(Ballot.ballot).where(here))))


@pytest.fixture
def hall(app: Flask) -> Hall:
    """Two members on a frozen roll, the room open."""
    limiter.reset()
    return Hall(make_cast(app, "open_hall", entry="roll"))


def words(answer: TestResponse) -> str:
    """What a page says, in one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text.split("<main", 1)[-1]).split())


def test_a_link_opens_as_often_as_one_likes_and_binds_nothing(hall: Hall) -> None:
    """By link and by typed twin, from many browsers: nothing is taken, and the page says whose place it is."""
    own = hall.cast.personal(hall.mai)
    ways = [{"token": own.token}, {"twin": own.twin}, {"twin": own.twin.lower()}, {"twin": f"{own.twin[:4]}-{own.twin[4:]}"},
            {"twin": f"https://hoi.example{hall.base}#{own.token}"}]  # fmt: skip
    for sent in ways * 2:
        phone = hall.phone()
        answer = hall.open(phone, **sent)
        assert (answer.status_code, answer.get_json()) == (200, {"opened": True, "url": hall.base})
        said = words(phone.get(hall.base))
        assert "Danh sách ghi Nguyễn Thị Mai Chi đoàn Sở" in said
        assert "Cũng có tên ở: Đoàn phường 5. Một người một chỗ, một phiếu." in said
        assert "Bạn đã được cấp phiếu: chưa" in said
    assert hall.issued() == 0


def test_without_scripts_the_twin_and_two_buttons_lead_into_the_room(hall: Hall) -> None:
    """Plain forms all the way, and the room's cookie is the room's alone."""
    phone = hall.phone()
    opened = hall.post(phone, "session", twin=hall.cast.personal(hall.mai).twin)
    assert (opened.status_code, opened.headers["Location"]) == (303, hall.base)
    page = hall.post(phone, "credential")
    assert page.status_code == 200
    handed = page.text.split('name="pass" value="', 1)[1].split('"', 1)[0]
    assert f'action="{hall.cast.base}/entry"' in page.text
    entered = phone.post(f"{hall.cast.base}/entry", data={"pass": handed}, headers={"Origin": "http://localhost"})
    assert (entered.status_code, entered.headers["Location"]) == (303, hall.cast.base)
    assert phone.get_cookie("ballot", path=hall.cast.base) is not None
    assert phone.get_cookie("ballot", path=hall.base) is None
    assert phone.get_cookie("m_session", path=hall.cast.base) is None
    assert hall.ballots() == 1
    assert "Bạn đã được cấp phiếu: rồi máy này" in words(phone.get(hall.base))


def test_the_first_phone_that_asks_binds_and_may_repeat(hall: Hall) -> None:
    """Zalo opens, then Chrome opens: both are normal; only the one that asks first gets the ballot, for ever."""
    first, second = hall.phone(hall.mai), hall.phone(hall.mai)
    secret = hall.secret(hall.take(second))
    assert {hall.secret(hall.take(second)) for _ in range(3)} == {secret}
    refused = hall.take(first)
    assert (refused.status_code, refused.get_json()["error"]) == (409, "conflict")
    page = hall.post(first, "credential")
    assert page.status_code == 409
    assert "Không phải tôi nhận" in page.text
    assert "Bàn đón" in page.text
    assert hall.open(second, token=hall.cast.personal(hall.mai).token).status_code == 200
    assert hall.secret(hall.take(second)) == secret, "opening the link again does not lose the place"
    assert hall.issued() == 1


def test_the_place_is_kept_as_long_as_the_ballot(hall: Hall) -> None:
    """The cookie outlives a closed browser by as much as the room's."""
    phone = hall.phone(hall.mai)
    cookie = phone.get_cookie("m_session", path=hall.base)
    assert cookie is not None
    assert cookie.expires is not None
    assert abs((cookie.expires - now()).total_seconds() - KEPT_FOR) < 60
    assert hall.cast.app.permanent_session_lifetime.total_seconds() == KEPT_FOR, "and so does its signature"


def test_who_finds_the_place_taken_says_so_once(hall: Hall) -> None:
    """One tap; counted once a member; the number is shown and the name is not."""
    hall.take(hall.phone(hall.mai))
    for browser in (hall.phone(hall.mai), hall.phone(hall.mai)):
        assert hall.post(browser, "claim").status_code == 303
    said = words(browser.get(hall.base))
    assert "Đến nay 1 người báo như vậy" in said
    assert "Hãy đến Bàn đón" in said
    assert hall.post(browser, "claim", JSON).get_json()["claims"] == 1
    free = hall.phone(hall.binh)
    assert hall.post(free, "claim", JSON).status_code == 409
    assert hall.post(free, "claim").status_code == 409


def test_a_card_at_the_door_closes_the_link(hall: Hall) -> None:
    """The page says which way it was."""
    hall.roll.write(issuing.hand_card, hall.cast.dialogue_id, hall.mai)
    phone = hall.phone(hall.mai)
    assert "Bạn đã được cấp phiếu: rồi bằng thẻ" in words(phone.get(hall.base))
    assert hall.take(phone).status_code == 409


WRONG: tuple[dict[str, str], ...] = (
    {"token": "A" * 27}, {"token": "{token}x"}, {"token": "x{token}"}, {"token": "{swapped}"}, {"twin": "ABCDEFGH"},
    {"twin": ""}, {}, {"token": ""}, {"twin": "'; DROP TABLE members; --"}, {"twin": "ễ" * 500}, {"token": "\0"},
    {"twin": "http://x/m/Y#"}, {"token": "{twin}"}, {"twin": "{token}"},
)  # fmt: skip


def test_whatever_is_wrong_with_a_link_the_answer_is_one(hall: Hall) -> None:
    """Forged, altered, cut, of nobody: the same words, and no hint of who is on the list."""
    own, phone, said = hall.cast.personal(hall.mai), hall.phone(), set()
    for form in WRONG:
        sent = {
            name: value.format(token=own.token, swapped=own.token.swapcase(), twin=own.twin)
            for name, value in form.items()
        }
        answer = hall.open(phone, **sent)
        assert UNKNOWN in answer.get_json()["message"]
        said.add((answer.status_code, answer.text))
        page = hall.post(phone, "session", **sent)
        assert page.status_code == 422, form
        assert UNKNOWN in page.text
        assert "Nguyễn" not in page.text
    assert len(said) == 1
    assert "Danh sách ghi" not in words(phone.get(hall.base))


def test_what_was_typed_is_shown_again(hall: Hall) -> None:
    """Eight wrong codes: eight times the same answer, each with what was typed; the ninth may be right."""
    phone, seen = hall.phone(), set()
    for number in range(8):
        page = hall.post(phone, "session", twin=f"ABCD EF{number}")
        assert f'value="ABCD EF{number}"' in page.text
        seen.add(re.sub(r'value="[^"]*"|content="[^"]*"|X-CSRFToken[^}]*', "", page.text))
    assert len(seen) == 1
    assert hall.open(phone, twin=hall.cast.personal(hall.mai).twin).status_code == 200
    stale = phone.post(f"{hall.base}/session", data={"csrf_token": "old", "twin": "ABCD EFGH"})
    assert stale.status_code == 400
    assert 'value="ABCD EFGH"' in stale.text


def test_guesses_are_counted_by_address_and_by_dialogue(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the ceilings a typed code is not even looked up; a link of 160 bits still opens."""
    monkeypatch.setattr(views_member, "MOST_WRONG", 5)
    own, phone = hall.cast.personal(hall.mai), hall.phone()
    assert [hall.open(phone, twin=f"WRNG{n:04}").status_code for n in range(5)] == [422] * 5
    for twin in ("WRNG9999", own.twin):
        refused = hall.open(hall.phone(), twin=twin)
        assert (refused.status_code, refused.get_json()["error"]) == (429, "too_many")
        assert int(refused.headers["Retry-After"]) > 0
    page = hall.post(hall.phone(), "session", twin=own.twin)
    assert (page.status_code, "Retry-After" in page.headers) == (429, True)
    assert hall.open(hall.phone(), token=own.token).status_code == 200
    monkeypatch.setattr(views_member, "MOST_WRONG", 5_000)
    limiter.reset()
    monkeypatch.setattr(guesses, "MOST_MISSES", 3)
    seen = [hall.open(phone, token=f"{n:027}").status_code for n in range(5)]
    assert seen == [422, 422, 422, 429, 429]
    assert hall.open(phone, token=own.token).status_code == 200, "the right one is never kept out"


@pytest.mark.parametrize(("second", "right"), [("phone", "5678"), ("phone", " 56 78 "), ("word", "BONG LUA")])
def test_what_the_link_asks_besides_is_asked_once_a_browser(hall: Hall, second: str, right: str) -> None:
    """Before it no ballot; wrong is wrong; after it never again in this browser, and in another one again."""
    hall.set(second=second, word=secrets.word_mark(hall.cast.keys.get(hall.cast.dialogue_id, "link"), "bông lúa"))
    phone = hall.phone(hall.mai)
    assert (hall.take(phone).status_code, hall.issued()) == (403, 0)
    answers = {
        hall.post(phone, "second", JSON, answer=wrong).text for wrong in ("5679", "0000", "", "bông lú", "x" * 999)
    }
    assert len(answers) == 1, "near and far are told alike"
    page = hall.post(phone, "second", answer="1234")
    assert page.status_code == 422
    assert "Chưa đúng" in page.text
    assert "5678" not in page.text
    assert hall.post(phone, "second", answer=right).status_code == 303
    assert 'name="answer"' not in phone.get(hall.base).text
    assert hall.take(phone).status_code == 200
    assert hall.take(phone).status_code == 200
    other = hall.phone(hall.binh)
    hall.open(phone, token=hall.cast.personal(hall.binh).token)
    assert hall.take(phone).status_code == 403, "the answer was given for somebody else"
    assert hall.take(other).status_code == 403


def test_eight_wrong_answers_lock_the_seat_with_words_and_the_door(hall: Hall) -> None:
    """Not even the right one is taken then; who unlocks is the door."""
    hall.set(second="phone")
    phone = hall.phone(hall.mai)
    for _ in range(8):
        assert hall.post(phone, "second", JSON, answer="0000").status_code == 422
    locked = hall.post(phone, "second", answer="5678")
    assert (locked.status_code, locked.headers["Retry-After"]) == (429, "3600")
    assert "Đã sai tám lần" in locked.text
    assert "Bàn đón" in locked.text
    assert 'name="answer"' not in locked.text
    assert hall.take(phone).status_code == 403

    def unlock(session: Any) -> None:
        session.get(Member, hall.mai).tries = 0

    hall.roll.write(unlock)
    assert hall.post(phone, "second", answer="5678").status_code == 303


def test_wrong_answers_have_a_ceiling_for_the_dialogue(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """One word for all and eight tries a seat would be many tries."""
    monkeypatch.setattr(views_seat, "MOST_WRONG", 3)
    hall.set(second="word", word=b"x" * 16)
    phones = [hall.phone(hall.mai), hall.phone(hall.binh)]
    seen = [hall.post(phones[n % 2], "second", JSON, answer=f"từ {n}").status_code for n in range(5)]
    assert seen == [422] * 3 + [429] * 2


def test_a_member_without_a_phone_number_is_sent_to_the_door(hall: Hall) -> None:
    """Nothing could be typed that is right."""
    hall.set(second="phone")
    said = words(hall.phone(hall.binh).get(hall.base))
    assert "danh sách không ghi số của bạn" in said
    assert "Bàn đón" in said


def kill(hall: Hall, *purposes: str) -> None:
    """Destroy keys."""
    for purpose in purposes:
        hall.cast.keys.destroy(hall.cast.dialogue_id, purpose)


def over(hall: Hall) -> None:
    """Closed, and five minutes later."""
    hall.cast.write(lifecycle.close, hall.cast.dialogue_id, actor="t")
    lifecycle.sweep(hall.cast.stores, now() + lifecycle.UNDO)
    assert not hall.cast.keys.exists(hall.cast.dialogue_id, "weak")


STATES: dict[str, tuple[Any, str, int]] = {
    "unfrozen": (lambda hall: hall.set(frozen_at=None), "Danh sách chưa chốt", 403),
    "early": (lambda hall: hall.set(issue_from=now() + DAY), "Chưa đến giờ nhận phiếu", 403),
    "late": (lambda hall: hall.set(issue_until=now() - DAY), "Đã hết giờ nhận phiếu", 403),
    "closed": (
        lambda hall: hall.cast.write(lifecycle.close, hall.cast.dialogue_id, actor="t"),
        "Đối thoại đã khép lại",
        403,
    ),
    "keyless": (lambda hall: kill(hall, "weak"), "không còn khóa", 403),
    "without pass": (lambda hall: kill(hall, "pass"), "không còn khóa", 403),
    "without links": (lambda hall: kill(hall, "link"), "không còn khóa", 403),
    "over": (over, "Đối thoại đã khép lại", 403),
}


@pytest.mark.parametrize("state", STATES)
def test_each_state_is_a_sentence_and_a_way_on(hall: Hall, state: str) -> None:
    """With and without a place, as page and as JSON; nothing is bound, and nothing is a fault of the server."""
    act, sentence, status = STATES[state]
    phone, stranger = hall.phone(hall.mai), hall.phone()
    act(hall)
    for browser in (phone, stranger):
        page = browser.get(hall.base)
        assert page.status_code == 200
        assert sentence in words(page)
        assert "Xem trang đối thoại" in page.text or state in {"keyless", "without pass", "without links"}
    refused = hall.take(phone)
    assert (refused.status_code, refused.get_json()["error"]) == (status, "not_now")
    assert sentence in refused.get_json()["message"]
    assert sentence in words(hall.post(phone, "credential"))
    assert "Bạn đã được cấp phiếu: chưa" in words(phone.get(hall.base))
    assert hall.issued() == 0


@pytest.mark.parametrize("state", ["early", "late", "unfrozen"])
def test_the_phone_that_has_the_place_repeats_outside_the_times(hall: Hall, state: str) -> None:
    """Bound, not burnt: times are for taking, not for coming back."""
    phone = hall.phone(hall.mai)
    secret = hall.secret(hall.take(phone))
    STATES[state][0](hall)
    assert hall.secret(hall.take(phone)) == secret


def test_times_are_printed_in_vietnamese_time(hall: Hall) -> None:
    """And it is said whose clock counts."""
    hall.set(
        issue_from=dt.datetime(2999, 3, 26, 1, 30, tzinfo=dt.UTC),
        issue_until=dt.datetime(2999, 3, 26, 5, tzinfo=dt.UTC),
    )
    said = words(hall.phone(hall.mai).get(hall.base))
    assert "Nhận phiếu từ 8:30, 26/3/2999 đến 12:00, 26/3/2999" in said
    assert "giờ trên máy bạn không tính" in said


def test_a_phone_whose_clock_is_a_day_off_is_served_alike(hall: Hall) -> None:
    """No header that a phone makes of its clock is listened to, and the script asks for no time."""
    hall.set(issue_from=now() - DAY / 2, issue_until=now() + DAY / 2)
    for off in (-DAY, DAY):
        stamp = (now() + off).strftime("%a, %d %b %Y %H:%M:%S GMT")
        phone = hall.phone(hall.mai if off > DAY * 0 else hall.binh)
        headers = {**JSON, "Date": stamp, "If-Modified-Since": stamp, "If-Unmodified-Since": stamp}
        assert hall.post(phone, "credential", headers, when=stamp).status_code == 200


def test_after_the_keys_are_gone_a_link_still_shows_what_the_list_says(hall: Hall) -> None:
    """Whether a ballot was issued may be asked until the list is deleted; typed codes died with their key."""
    hall.take(hall.phone(hall.mai))
    own = hall.cast.personal(hall.mai)
    over(hall)
    late = hall.phone()
    assert hall.open(late, token=own.token).status_code == 200
    assert "Bạn đã được cấp phiếu: rồi máy khác" in words(late.get(hall.base))
    assert "Khóa có thể nối danh sách với hòm phiếu đã bị hủy" in words(late.get(hall.base))
    assert hall.post(late, "claim").status_code == 303
    assert hall.open(hall.phone(), twin=own.twin).status_code == 422
    assert "Mã gõ tay không dùng được nữa" in words(hall.phone().get(hall.base))


def test_after_the_deletion_nothing_is_here(hall: Hall) -> None:
    """The page says that it was done as promised; an old browser is told the same."""
    phone = hall.phone(hall.mai)

    def purge(session: Any) -> None:
        for row in (*session.scalars(select(Membership)), *session.scalars(select(Member))):
            session.delete(row)
        session.get(Roll, hall.cast.dialogue_id).purged_at = now()

    hall.roll.write(purge)
    for browser in (phone, hall.phone()):
        page = browser.get(hall.base)
        assert page.status_code == 200
        assert "Danh sách đã được xóa như đã hứa" in words(page)
        assert "Nguyễn" not in page.text
        assert 'name="twin"' not in page.text
    assert hall.take(phone).status_code == 401


def test_a_dialogue_whose_roll_nobody_brought_says_so(app: Flask) -> None:
    """Before the first import."""
    cast = make_cast(app, "collect", entry="roll")
    page = cast.stranger().get(f"/m/{cast.code}")
    assert page.status_code == 200
    assert "Danh sách của đối thoại này chưa có" in page.text


def test_other_ways_in_have_no_page_here(cast: Cast) -> None:
    """Open to all, or by cards alone: there is no list."""
    answer = cast.stranger().get(f"/m/{cast.code}", headers=JSON)
    assert (answer.status_code, answer.get_json()["error"]) == (404, "not_found")


@pytest.mark.parametrize("what", ["second", "credential", "claim", "correction", "correction/withdrawal"])
def test_without_an_opened_link_nothing_is_done(hall: Hall, what: str) -> None:
    """Programs get the token, people the box."""
    phone = hall.phone()
    answer = hall.post(phone, what, JSON)
    assert (answer.status_code, answer.get_json()["error"]) == (401, "no_seat")
    page = hall.post(phone, what)
    assert page.status_code == 401
    assert 'name="twin"' in page.text


def test_a_link_that_was_made_anew_leaves_the_old_one_dead(hall: Hall) -> None:
    """Whoever opened the old one is outside, and the old one is nobody's."""
    old, phone = hall.cast.personal(hall.mai), hall.phone(hall.mai)

    def renew(session: Any) -> None:
        member = session.get(Member, hall.mai)
        member.epoch += 1
        secrets.seal(hall.cast.keys.get(hall.cast.dialogue_id, "link"), member)

    hall.roll.write(renew)
    assert "Nguyễn" not in phone.get(hall.base).text
    assert "Hãy mở đường dẫn mới nhất" in phone.get(hall.base).text
    assert "Hãy mở đường dẫn mới nhất" not in hall.phone().get(hall.base).text
    assert hall.take(phone).status_code == 401
    assert hall.open(phone, token=old.token).status_code == 422
    assert hall.open(phone, token=hall.cast.personal(hall.mai).token).status_code == 200


def test_a_borrowed_phone_shows_nobodys_name_after_closing_and_keeps_its_place(hall: Hall) -> None:
    """Bình lends Mai his phone: two places, two ballots, and neither is lost."""
    phone = hall.phone(hall.binh)
    his = hall.secret(hall.take(phone))
    assert hall.post(phone, "session/withdrawal").status_code == 303
    assert "Trần" not in phone.get(hall.base).text
    hall.open(phone, token=hall.cast.personal(hall.mai).token)
    hers = hall.secret(hall.take(phone))
    hall.post(phone, "session/withdrawal")
    hall.open(phone, token=hall.cast.personal(hall.binh).token)
    assert hall.secret(hall.take(phone)) == his != hers


def test_corrections_are_asked_kept_and_taken_back(hall: Hall) -> None:
    """A form that loses nothing; one open request; JSON for programs."""
    phone = hall.phone(hall.mai)
    assert "Sai tên, sai đơn vị? Xin rút tên" in phone.get(hall.base).text
    long = "Tên đúng là Mai Anh. " * 40
    page = hall.post(phone, "correction", kind="correct", text=long)
    assert page.status_code == 422
    assert long.strip() in page.text
    assert hall.post(phone, "correction", kind="wrong", text="Tên đúng là Mai Anh").status_code == 422
    assert hall.post(phone, "correction", kind="correct", text="Tên đúng là Mai Anh").status_code == 303
    assert "Bạn đã xin sửa" in phone.get(hall.base).text
    assert hall.post(phone, "correction", JSON, kind="remove").get_json() == {"kind": "remove", "answer": ""}
    with hall.roll.reading() as session:
        assert [row.kind for row in session.scalars(select(Correction))] == ["remove"]
    assert hall.post(phone, "correction/withdrawal").status_code == 303
    with hall.roll.reading() as session:
        assert list(session.scalars(select(Correction))) == []


def test_inside_an_app_the_way_out_comes_first_and_staying_is_one_tap(hall: Hall) -> None:
    """Nothing is opened before somebody has chosen; staying is remembered; the app's name is written nowhere."""
    phone = hall.phone()
    phone.environ_base["HTTP_USER_AGENT"] = ZALO
    page = phone.get(hall.base)
    assert "Bạn đang ở trong Zalo" in page.text
    assert 'data-package="com.android.chrome"' in page.text
    assert phone.get_cookie("m_session", path=hall.base) is not None
    opened = hall.open(phone, token=hall.cast.personal(hall.mai).token, stay="1")
    assert opened.status_code == 200
    assert "Nguyễn Thị Mai" in phone.get(hall.base).text
    assert hall.take(phone).status_code == 200, "everything works inside"
    assert hall.issued() == 1
    hall.post(phone, "session/withdrawal")
    assert "Bạn đang ở trong Zalo" in phone.get(hall.base).text
    folder = hall.cast.app.extensions["survey"]["settings"].data_dir
    hay = b"".join(path.read_bytes() for path in folder.iterdir())
    assert b"Zalo" not in hay
    assert b"Mai" in hay, "the control"


@pytest.mark.parametrize("path", ["", "?lang=en", "/correction", "/session"])
def test_typed_codes_come_to_the_one_path(hall: Hall, path: str) -> None:
    """The target names no fragment, so that a browser keeps the one it has."""
    typed = f"/m/{hall.cast.code[:3].lower()}-{hall.cast.code[3:].lower()}"
    answer = hall.phone().get(f"{typed}{path.replace('correction', 'session')}")
    assert answer.status_code in {302, 303}
    wanted = hall.base + ("?lang=en" if "lang" in path else "")
    assert answer.headers["Location"].removesuffix("/session") == wanted
    assert "#" not in answer.headers["Location"]
    post = hall.phone().post(f"{typed}/session", data={"csrf_token": "x"})
    assert post.status_code in {400, 404}


def test_a_page_that_answered_a_form_may_be_loaded_anew(hall: Hall) -> None:
    """Reloading it, or changing the language there, leads to the place."""
    for what in ("session", "second", "credential", "claim"):
        answer = hall.phone(hall.mai).get(f"{hall.base}/{what}?lang=en")
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{hall.base}?lang=en")


def test_each_page_says_the_weak_mode_and_the_plain_network(hall: Hall) -> None:
    """With and without a place, over http and over https, inside an app as well."""
    phone, inside = hall.phone(hall.mai), hall.phone()
    inside.environ_base["HTTP_USER_AGENT"] = ZALO
    pages = [hall.phone().get(hall.base), phone.get(hall.base), phone.get(f"{hall.base}/correction"), inside.get(hall.base),
             hall.post(phone, "credential")]  # fmt: skip
    for page in pages:
        assert "Chế độ yếu: danh sách và hòm phiếu dùng chung một khóa" in page.text
        assert "Khóa bị hủy năm phút sau khi đối thoại khép lại" in page.text
        assert "http: mạng bạn đang dùng thấy được" in page.text
    secure = phone.get(hall.base, base_url="https://localhost")
    assert "http: mạng bạn đang dùng" not in secure.text
    assert "Chế độ yếu" in secure.text


def test_nothing_of_the_room_stands_here(hall: Hall) -> None:
    """Neither figures nor questions: only its address. And the room never names a member."""
    phone = hall.phone(hall.mai)
    handed = hall.take(phone).get_json()["pass"]
    phone.post(f"{hall.cast.base}/entry", data={"pass": handed}, headers={"Origin": "http://localhost"})
    page = phone.get(hall.base).text
    assert set(re.findall(r'(?:href|action)="(/d/[^"]*)"', page)) <= {f"{hall.cast.base}/entry", hall.cast.base}
    for path in ("", "?tab=ranking", "?tab=mine", "/ask", "/leave"):
        assert "Nguyễn Thị Mai" not in phone.get(f"{hall.cast.base}{path}").text


def test_nonsense_from_programs_is_no_fault_of_the_server(hall: Hall) -> None:
    """JSON may hold what no form can."""
    phone = hall.phone()
    headers = {**JSON, "X-CSRFToken": csrf(phone, hall.base)}
    nonsense: tuple[Any, ...] = ({"token": "\ud800"}, {"twin": ["a"]}, {"twin": {"a": 1}}, {"token": None}, [], 1, None)
    for sent in nonsense:
        answer = phone.post(f"{hall.base}/session", json=sent, headers=headers)
        assert (answer.status_code, answer.get_json()["error"]) == (422, "invalid")


def test_every_sentence_can_be_translated(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """In another language nothing Vietnamese is left on any page but what people typed."""
    monkeypatch.setattr(Domain, "get_translations", lambda self: Letterless())
    phone, inside, other = hall.phone(hall.mai), hall.phone(), hall.phone(hall.mai)
    inside.environ_base["HTTP_USER_AGENT"] = ZALO
    pages = [hall.phone().get(hall.base), inside.get(hall.base), phone.get(hall.base), phone.get(f"{hall.base}/correction"),
             hall.post(phone, "credential"), phone.get(hall.base), hall.post(other, "credential"), hall.post(other, "claim"),
             hall.open(hall.phone(), twin="ABCDEFGH"), other.get(hall.base)]  # fmt: skip
    hall.set(second="phone", issue_from=now() + DAY)
    pages.append(hall.phone(hall.binh).get(hall.base))
    typed = re.compile("Nguyễn Thị Mai|Trần Văn Bình|Chi đoàn Sở|Đoàn phường 5")
    left = [
        line
        for page in pages
        if page.mimetype == "text/html"
        for line in vietnamese(page.text)
        if vietnamese(typed.sub("", line))
    ]
    assert left == []


def test_what_the_list_is_for_and_when_it_goes_stands_on_the_own_page(hall: Hall) -> None:
    """Purpose, notice and day of deletion as the organiser wrote them."""

    def agree(session: Any) -> None:
        roll = session.get_one(Roll, hall.cast.dialogue_id)
        roll.purpose, roll.notice, roll.delete_on = "Mời dự đối thoại", "Hỏi chi đoàn", dt.date(2027, 4, 26)

    hall.cast.stores.roll.write(agree)
    phone = hall.phone(hall.mai)
    page = phone.get(hall.base).text
    assert "Danh sách dùng để: Mời dự đối thoại" in page
    assert "Hỏi chi đoàn" in page
    assert "26/4/2027" in page
