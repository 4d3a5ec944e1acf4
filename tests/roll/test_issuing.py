"""One seat one ballot: binding, what a link asks besides, times by the server's clock, claims."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from survey.core.errors import Conflict
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.errors import TooMany
from survey.core.ids import new_token
from survey.roll import corrections
from survey.roll import counts
from survey.roll import inside
from survey.roll import issuing
from survey.roll import seats
from survey.roll import secrets
from survey.roll import service
from survey.roll.issuing import Mode
from survey.roll.issuing import Seat
from survey.roll.models import Correction
from survey.roll.models import Issue
from survey.roll.models import Member
from survey.roll.models import Membership
from survey.roll.models import Roll
from survey.roll.phases import WHY_NOT
from survey.roll.phases import Phase
from survey.roll.phases import phase
from tests.conftest import Cast
from tests.conftest import _running
from tests.conftest import make_cast

NOW = dt.datetime(2026, 3, 26, 2, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


class Hall:
    """A dialogue by roll with two members on a frozen roll, and short ways to ask."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.id, self.roll = cast, cast.dialogue_id, cast.stores.roll
        self.mai = cast.enrol("Nguyễn Thị Mai", phone="0912345678")
        self.binh = cast.enrol("Trần Văn Bình")
        self.roll.write(service.freeze, self.id, actor="test")

    def key(self, purpose: str) -> bytes:
        return self.cast.keys.get(self.id, purpose)  # type: ignore[no-any-return]

    def take(self, member: str, phone: str, moment: dt.datetime = NOW) -> str:
        return self.roll.write(issuing.issue_weak, self.key("weak"), self.id, member, phone, moment)

    def seat(self, member: str, phone: str | None) -> Seat:
        with self.roll.reading() as session:
            return issuing.seat(session, self.id, member, phone)

    def set(self, **values: Any) -> None:
        def job(session: Any) -> None:
            roll = session.get(Roll, self.id)
            for name, value in values.items():
                setattr(roll, name, value)

        self.roll.write(job)

    def answer(self, member: str, typed: str) -> bool:
        return self.roll.write(issuing.answer_second, self.key("link"), self.id, member, typed)

    def issued(self) -> int:
        with self.roll.reading() as session:
            return len(list(session.scalars(select(Issue.member_id))))

    def public(self) -> counts.RollCounts:
        with self.roll.reading() as session:
            found = counts.public(session, self.id)
        assert found is not None
        return found


@pytest.fixture
def hall(app: Flask) -> Hall:
    """Two members on a frozen roll, the room open."""
    return Hall(make_cast(app, "open_hall", entry="roll"))


@pytest.fixture
def hall_on_postgres(postgres: Any) -> Iterator[Hall]:
    """The same on PostgreSQL."""
    for app in _running(postgres):
        yield Hall(make_cast(app, "open_hall", entry="roll"))


def test_the_first_phone_binds_and_may_repeat_for_ever(hall: Hall) -> None:
    """Looking at the seat binds nothing; the same phone gets the same ballot, also after the times of issuing."""
    first, second = new_token(), new_token()
    assert [hall.seat(hall.mai, phone) for phone in (first, second, None)] == [Seat.FREE] * 3
    ballot = hall.take(hall.mai, first)
    assert len(ballot) == 27
    assert [hall.seat(hall.mai, phone) for phone in (first, second, None)] == [
        Seat.HERE, Seat.ELSEWHERE, Seat.ELSEWHERE,
    ]  # fmt: skip
    hall.set(issue_until=NOW - DAY)
    assert {hall.take(hall.mai, first) for _ in range(3)} == {ballot}
    with pytest.raises(Conflict):
        hall.take(hall.mai, second)
    assert hall.issued() == 1


def test_every_member_has_another_ballot_and_no_phone_shows_twice_in_the_table(hall: Hall) -> None:
    """Two who share a phone: two ballots, and nothing in the rows says that it was one phone."""
    phone = new_token()
    assert hall.take(hall.mai, phone) != hall.take(hall.binh, phone)
    with hall.roll.reading() as session:
        bound = list(session.scalars(select(Issue.bound)))
    assert len(set(bound)) == 2
    assert [hall.seat(member, phone) for member in (hall.mai, hall.binh)] == [Seat.HERE, Seat.HERE]


def test_a_card_and_a_substitute_take_the_seat(hall: Hall) -> None:
    """Nobody gets both, in either order."""
    phone = new_token()
    hall.roll.write(issuing.hand_card, hall.id, hall.mai)
    hall.roll.write(lambda s: s.add(Issue(dialogue_id=hall.id, member_id=hall.binh, mode=Mode.CLOSED, bound=None)))
    assert [hall.seat(member, phone) for member in (hall.mai, hall.binh)] == [Seat.CARD, Seat.CLOSED]
    for member in (hall.mai, hall.binh):
        with pytest.raises(Conflict):
            hall.take(member, phone)
        with pytest.raises(Conflict):
            hall.roll.write(issuing.hand_card, hall.id, member)


def test_a_place_that_the_door_freed_gives_the_same_ballot_to_the_next_phone(hall: Hall) -> None:
    """A lost phone: one ballot all the same, and the count stays at one."""
    old, new = new_token(), new_token()
    ballot = hall.take(hall.mai, old)

    def free(session: Any) -> None:
        session.get(Issue, (hall.id, hall.mai)).bound = None

    hall.roll.write(free)
    assert [hall.seat(hall.mai, phone) for phone in (old, new)] == [Seat.FREED, Seat.FREED]
    assert hall.take(hall.mai, new) == ballot
    assert [hall.seat(hall.mai, phone) for phone in (old, new)] == [Seat.ELSEWHERE, Seat.HERE]
    assert hall.issued() == 1


def test_two_transactions_on_postgres_bind_one_phone(hall_on_postgres: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process is quicker: the job runs again, sees the row and says so."""
    hall = hall_on_postgres
    real, phones = issuing.seat, [new_token(), new_token()]
    calls: list[str] = []

    def late(session: Any, *args: Any) -> Seat:
        found = real(session, *args)
        if not calls:
            calls.append("once")
            with hall.roll._engine.connect() as other:  # the other process commits in between
                row = {"d": hall.id, "m": hall.mai, "b": issuing._bound(phones[1], hall.mai)}
                other.exec_driver_sql(
                    "INSERT INTO issued (dialogue_id, member_id, mode, bound, moved) VALUES (%(d)s, %(m)s, 'weak', %(b)s, 0)",
                    row,
                )
                other.commit()
        return found

    monkeypatch.setattr(issuing, "seat", late)
    with pytest.raises(Conflict):
        hall.take(hall.mai, phones[0])
    assert [hall.seat(hall.mai, phone) for phone in phones] == [Seat.ELSEWHERE, Seat.HERE]


@pytest.mark.parametrize(("values", "options", "wanted"), [
    ({}, {}, Phase.OPEN),
    ({"frozen_at": None}, {}, Phase.UNFROZEN),
    ({"issue_from": NOW + DAY}, {}, Phase.EARLY),
    ({"issue_from": NOW}, {}, Phase.OPEN),
    ({"issue_until": NOW}, {}, Phase.LATE),
    ({"issue_until": NOW + DAY}, {}, Phase.OPEN),
    ({}, {"enterable": False}, Phase.CLOSED),
    ({}, {"keys": False}, Phase.KEYLESS),
    ({"purged_at": NOW}, {"enterable": False, "keys": False}, Phase.GONE),
    ({"issue_until": NOW}, {"enterable": False, "keys": False}, Phase.CLOSED),
])  # fmt: skip
def test_each_reason_has_its_phase_and_its_sentence(
    values: dict[str, Any], options: dict[str, bool], wanted: Phase
) -> None:
    """The one table of why not; the moment is the server's."""
    roll = Roll(dialogue_id="x", **{"frozen_at": NOW - DAY, **values})
    assert phase(roll, NOW, **options) == wanted
    assert (wanted in WHY_NOT) == (wanted != Phase.OPEN)


def test_without_a_roll_nothing_is_issued() -> None:
    """A dialogue by roll to which nobody brought one."""
    assert phase(None, NOW) == Phase.NONE


@pytest.mark.parametrize("values", [
    {"frozen_at": None}, {"issue_from": NOW + DAY}, {"issue_until": NOW - DAY}, {"purged_at": NOW - DAY},
])  # fmt: skip
def test_nothing_is_bound_outside_the_times(hall: Hall, values: dict[str, Any]) -> None:
    """Refused with its own sentence, and the seat stays free."""
    hall.set(**values)
    with pytest.raises(NotNow) as refused:
        hall.take(hall.mai, new_token())
    assert refused.value.message in WHY_NOT.values()
    assert hall.seat(hall.mai, None) == Seat.FREE
    hall.set(frozen_at=NOW - DAY, issue_from=None, issue_until=None, purged_at=None)
    assert hall.take(hall.mai, new_token()), "the control"


def test_a_link_and_its_twin_find_their_member_and_nobody_else(hall: Hall) -> None:
    """Altered by one sign, of another dialogue, of somebody who was taken off: nobody."""
    own = hall.cast.personal(hall.mai)
    with hall.roll.reading() as session:
        found = issuing.by_link(session, hall.id, own.token)
        assert found is not None
        assert found.id == hall.mai
        for typed in (own.twin, own.twin.lower(), f" {own.twin[:4]} - {own.twin[4:]} "):
            twin = issuing.by_twin(session, hall.key("link"), hall.id, typed)
            assert twin is not None
            assert twin.id == hall.mai
        altered = ("A" if own.token[0] != "A" else "B") + own.token[1:]
        for token in (altered, "", own.twin, own.token[:-1]):
            assert issuing.by_link(session, hall.id, token) is None
        assert issuing.by_link(session, "zzzzzzzzzzzz", own.token) is None
        assert issuing.by_twin(session, hall.key("link"), hall.id, "") is None

    def remove(session: Any) -> None:
        session.get(Member, hall.mai).removed = True

    hall.roll.write(remove)
    with hall.roll.reading() as session:
        assert issuing.by_link(session, hall.id, own.token) is None
        assert issuing.by_twin(session, hall.key("link"), hall.id, own.twin) is None
    with pytest.raises(NotFound):
        hall.take(hall.mai, new_token())


def test_the_phones_last_digits_are_right_or_wrong_and_nothing_between(hall: Hall) -> None:
    """Near is wrong; a member without a phone cannot be guessed by typing nothing."""
    hall.set(second="phone")
    assert [hall.answer(hall.mai, typed) for typed in ("5679", "8765", "", "0912345678", "678")] == [False] * 5
    assert hall.answer(hall.mai, "5678")
    assert [hall.answer(hall.binh, typed) for typed in ("", "0000", "    ")] == [False] * 3


def test_the_word_of_the_door_is_taken_without_accents(hall: Hall) -> None:
    """As people type on phones."""
    hall.set(second="word", word=secrets.word_mark(hall.key("link"), "Bông Lúa"))
    assert [hall.answer(hall.mai, typed) for typed in ("bông lúa", "BONG LUA", "  bong   lua ")] == [True] * 3
    assert not hall.answer(hall.mai, "bong lu")


def test_eight_wrong_answers_lock_that_seat_alone(hall: Hall) -> None:
    """The ninth is not even looked at; the neighbour is not touched."""
    hall.set(second="phone")
    assert [hall.answer(hall.mai, f"000{n}") for n in range(8)] == [False] * 8
    with pytest.raises(TooMany) as locked:
        hall.answer(hall.mai, "5678")
    assert locked.value.message == issuing.LOCKED
    assert not hall.answer(hall.binh, "0000")
    hall.set(second="")
    assert hall.answer(hall.binh, "anything"), "a roll that asks for nothing takes any answer"


def test_a_claim_counts_once_a_member_and_only_where_the_place_is_taken(hall: Hall) -> None:
    """Said twice it is one; whoever has the place, or could have it, has nothing to claim."""
    phone = new_token()

    def claim(member: str, phone: str | None) -> int:
        return hall.roll.write(issuing.claim, hall.id, member, phone)

    with pytest.raises(Conflict):
        claim(hall.mai, None)
    hall.take(hall.mai, phone)
    with pytest.raises(Conflict):
        claim(hall.mai, phone)
    assert hall.public().claims == 0
    assert [claim(hall.mai, None), claim(hall.mai, new_token())] == [1, 1]
    hall.roll.write(issuing.hand_card, hall.id, hall.binh)
    assert claim(hall.binh, None) == 2
    assert hall.public().claims == 2


def test_a_member_has_one_open_request(hall: Hall) -> None:
    """Asking again replaces; a settled one may be followed by another; taking back takes only what is open."""

    def ask(kind: str, text: str) -> None:
        hall.roll.write(corrections.ask, hall.id, hall.mai, kind, text)

    for kind, text in (("correct", ""), ("correct", "x" * 501), ("other", "Tên sai"), ("", "")):
        with pytest.raises(Invalid):
            ask(kind, text)
    ask("correct", "Tên đúng là Mai Anh")
    ask("remove", "")
    with hall.roll.reading() as session:
        assert [(row.kind, row.text) for row in session.scalars(select(Correction))] == [("remove", "")]

    def settle(session: Any) -> None:
        session.get(Correction, hall.mai).answer = "stays"

    hall.roll.write(settle)
    hall.roll.write(corrections.withdraw, hall.id, hall.mai)
    with hall.roll.reading() as session:
        assert session.get(Correction, hall.mai).answer == "stays"  # type: ignore[union-attr]
    ask("correct", "Vẫn sai đơn vị")
    hall.roll.write(corrections.withdraw, hall.id, hall.mai)
    hall.roll.write(corrections.withdraw, hall.id, hall.mai)
    with hall.roll.reading() as session:
        assert list(session.scalars(select(Correction))) == []


def test_the_own_place_says_what_there_is_to_do(hall: Hall) -> None:
    """Which question is asked of whom, once a browser, and never of the phone that has the place."""

    def see(member: str, phone: str | None = None, asked: bool = False) -> seats.Place:
        with hall.roll.reading() as session:
            return seats.see(session, hall.id, member, phone, asked=asked)

    hall.roll.write(lambda session: session.add(Membership(member_id=hall.mai, unit_id="u2")))
    assert (see(hall.mai).second, see(hall.mai).further, see(hall.mai).issued) == ("", ("u2",), False)
    hall.set(second="phone")
    assert [see(hall.mai).second, see(hall.mai, asked=True).second, see(hall.binh).second] == ["phone", "", "nophone"]
    phone = new_token()
    hall.take(hall.mai, phone)
    assert [see(hall.mai, phone).second, see(hall.mai).second] == ["", ""]
    assert [see(hall.mai, phone).lost, see(hall.mai).lost] == [False, True]


@pytest.mark.parametrize(("agent", "app", "system"), [
    ("Mozilla/5.0 (Linux; Android 10; SM-A107F) AppleWebKit/537.36 Version/4.0 Chrome/120.0 Mobile Safari/537.36 "
     "Zalo android/23110 ZaloTheme/light", "Zalo", "android"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 16_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Zalo iOS/455", "Zalo", "ios"),
    ("Mozilla/5.0 (Linux; Android 12) Chrome/119.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/440.0.0.0;]", "Facebook", "android"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) [FBAN/FBIOS;FBAV/440.0;FBDV/iPhone14,5]", "Facebook", "ios"),
    ("Mozilla/5.0 (Linux; Android 12) [FB_IAB/Orca-Android;FBAV/430.0;]", "Messenger", "android"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) [FBAN/MessengerForiOS;FBAV/430.0]", "Messenger", "ios"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) AppleWebKit/605 Instagram 300.0 (iPhone14,5; FBAN/x)", "Instagram", "ios"),
    ("Mozilla/5.0 (Linux; Android 13) Chrome/119 Mobile Safari/537.36 Line/13.20.0/IAB", "Line", "android"),
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120 Safari/537.36 Zalo/24", "Zalo", ""),
])  # fmt: skip
def test_an_app_around_the_browser_is_known_by_its_name(agent: str, app: str, system: str) -> None:
    """And which browser the phone certainly has."""
    found = inside.app_around(agent)
    assert found is not None
    assert (found.app, found.system, found.browser) == (app, system, "Safari" if system == "ios" else "Chrome")


@pytest.mark.parametrize("agent", [
    "", "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 9) SamsungBrowser/23.0 Mobile Safari/537.36", "Online/1.0 Pipeline/2",
])  # fmt: skip
def test_a_browser_of_its_own_is_left_alone(agent: str) -> None:
    """Nothing to leave."""
    assert inside.app_around(agent) is None
