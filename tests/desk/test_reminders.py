"""Reminding: turnout that tells of no group below five, texts to copy, and letters over a real mail server."""

from __future__ import annotations

import datetime as dt
import html
import logging
import random
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import pytest
from sqlalchemy import delete
from sqlalchemy import select

from survey.core.clock import now
from survey.core.ids import new_id
from survey.core.mail import NOT_SENT
from survey.core.mail import REFUSED
from survey.core.mail import UNSURE
from survey.core.mail import Letter
from survey.core.mail import Mailbox
from survey.core.mail import MailDown
from survey.core.mail import send
from survey.organisations import units
from survey.roll import service as roll
from survey.roll import turnout
from survey.roll.models import Issue
from survey.roll.models import Member
from survey.roll.models import Roll
from tests.conftest import Cast
from tests.conftest import csrf
from tests.conftest import make_cast
from tests.desk.post_office import PostOffice
from tests.desk.post_office import open_office


def text_of(answer) -> str:
    return html.unescape(answer.get_data(as_text=True))


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with open_office() as made:
        yield made


def box(office: PostOffice, **more) -> Mailbox:
    return Mailbox("127.0.0.1", office.port, "none", "doan@tinh.example", **more)


def handed(office: PostOffice, *addresses: str, **more) -> list[str]:
    """What went wrong with a letter to each of them."""
    told: dict[int, str] = {}
    send(box(office, **more), [Letter(to, "Nhắc", "Một câu\n.\nHết") for to in addresses], told.__setitem__)
    return [told[place] for place in range(len(addresses))]


# The server


def test_each_letter_goes_once_and_what_fails_is_told(office):
    office.refuses, office.hangs_up = {"sai@x.example"}, {"dut@x.example"}
    wrong = handed(office, "a@x.example", "sai@x.example", "dut@x.example", "đoàn@x.example", "b@x.example")
    assert wrong == ["", REFUSED, UNSURE, "", ""]
    assert [to for to, _letter in office.letters] == ["a@x.example", "dut@x.example", "đoàn@x.example", "b@x.example"]
    assert office.letters[0][1].get_content().splitlines() == ["Một câu", ".", "Hết"]
    assert office.lines == 2
    assert not [name for name in office.letters[0][1] if "ceived" in name or "X-" in name]


def test_a_password_goes_in_and_a_wrong_one_is_told(office):
    assert handed(office, "a@x.example", user="doan", password="mat-khau-1") == [""]
    assert "mat-khau-1" not in repr(box(office, user="doan", password="mat-khau-1"))
    with pytest.raises(MailDown, match="SMTP_USER"):
        handed(office, "a@x.example", user="doan", password="sai")


def test_nothing_goes_over_an_open_line_unless_that_was_set(office):
    with pytest.raises(MailDown, match="SMTP_TLS"):
        send(
            replace(box(office, user="doan", password="mat-khau-1"), line="starttls"),
            [Letter("a@x.example", "", "")],
            print,
        )
    assert (office.users, office.letters) == ([], [])


def test_a_server_that_is_not_there(office):
    gone = replace(box(office), port=1)
    with pytest.raises(MailDown, match="SMTP_HOST"):
        send(gone, [Letter("a@x.example", "", "")], print)
    office.hangs_up = {"a@x.example"}
    told: dict[int, str] = {}

    def tell(place: int, wrong: str) -> None:
        told[place] = wrong
        office.server_close() if place == 0 else None

    send(box(office), [Letter("a@x.example", "", ""), Letter("b@x.example", "", "")], tell)
    assert told == {0: UNSURE, 1: NOT_SENT}


# Turnout


def crowd(cast: Cast, sizes: dict[str, int]) -> dict[str, list[str]]:
    """Members by unit, put on the roll in one write without links."""
    made = {unit: [new_id() for _ in range(size)] for unit, size in sizes.items()}

    def fill(session):
        session.execute(delete(Issue))
        session.execute(delete(Member))
        for unit, ids in made.items():
            for id_ in ids:
                session.add(Member(id=id_, dialogue_id=cast.dialogue_id, unit_id=unit, code=id_, name="Tên", folded="ten",
                                   link=id_.encode(), twin=id_.encode()))  # fmt: skip

    cast.stores.roll.write(fill)
    return made


def take(cast: Cast, *member_ids: str) -> None:
    def issue(session):
        for id_ in member_ids:
            session.add(Issue(dialogue_id=cast.dialogue_id, member_id=id_, mode="blind"))

    cast.stores.roll.write(issue)


def board(cast: Cast) -> dict[str, turnout.Line]:
    with cast.stores.roll.reading() as session:
        return {line.unit_id: line for line in turnout.board(session, cast.dialogue_id)}


def exact(cast: Cast) -> dict[str, int]:
    """The control: the same figures as they are."""
    with cast.stores.roll.reading() as session:
        return turnout._taken(session, cast.dialogue_id)


@pytest.mark.claim(
    "surveys", "turnout by unit is told of no unit below five, and each figure moves by five people at a time"
)
def test_turnout_moves_in_fives_and_tells_of_no_small_unit(app, figure):
    """An attacker reads the board after every single ballot and subtracts; the control is the same board without steps."""
    cast, chance = make_cast(app, "collect", entry="roll"), random.Random(5)
    smallest, bare, looks = 99, 99, 0
    for _roll in range(8):
        sizes = {f"unit{n}": chance.choice((1, 2, 3, 4, 5, 6, 9, 14)) for n in range(chance.randrange(3, 7))}
        people = crowd(cast, sizes)
        coming = [id_ for ids in people.values() for id_ in ids]
        chance.shuffle(coming)
        of = {id_: unit for unit, ids in people.items() for id_ in ids}
        since: dict[str, int] = {}
        before, was_bare = board(cast), exact(cast)
        named = {unit for unit in before if unit}
        assert all(line.members >= 5 for line in before.values())
        assert named <= {unit for unit, size in sizes.items() if size >= 5}
        for id_ in coming:
            take(cast, id_)
            after, own = board(cast), of[id_] if of[id_] in named else ""
            since[own] = since.get(own, 0) + 1
            looks += 1
            for unit, line in after.items():
                if line.taken != before[unit].taken:
                    assert line.taken - before[unit].taken == 5
                    smallest = min(smallest, since[unit])
                    since[unit] = 0
            now_bare = exact(cast)
            moved = {unit: number - was_bare.get(unit, 0) for unit, number in now_bare.items()}
            bare = min([bare, *filter(None, moved.values())])
            before, was_bare = after, now_bare
    assert (smallest, bare) == (5, 1)
    figure(f"{looks} looks: no move by fewer than {smallest} people (without steps: {bare})")


# The page


def enrolled(cast: Cast, *people: tuple[str, str], unit: str | None = None) -> list[str]:
    return [cast.enrol(name, unit, email=email) for name, email in people]


@pytest.fixture
def day(app, office, monkeypatch) -> SimpleNamespace:
    """A dialogue by roll that collects, its roll frozen, with a mail server and three members, one of whom has a ballot."""
    settings = replace(app.extensions["survey"]["settings"], mail=box(office), base_url="https://hop.example")
    monkeypatch.setitem(app.extensions["survey"], "settings", settings)
    cast = make_cast(app, "collect", entry="roll")
    unit = cast.write(partial(units.ensure_all), cast.organisation_id, [("Chi đoàn Sở Tài chính",)])
    ids = enrolled(
        cast, ("An", "an@x.example"), ("Bình", "binh@x.example"), ("Có Phiếu", "co@x.example"), ("Không Thư", "")
    )
    cast.stores.roll.write(roll.freeze, cast.dialogue_id, actor="test")
    take(cast, ids[2])
    return SimpleNamespace(
        cast=cast, ids=ids, organiser=cast.staff("organiser"), path=f"{cast.desk}/reminders", unit=unit
    )


def post(day, act: str, **data):
    return day.organiser.post(f"{day.path}/{act}", data={"csrf_token": csrf(day.organiser, day.path), **data})


def wait_for_the_post() -> None:
    for thread in threading.enumerate():
        if thread.name == "mail":
            thread.join(20)


def test_letters_go_to_those_without_a_ballot_once_a_day(day, office, caplog):
    office.refuses = {"binh@x.example"}
    seen = post(day, "letters/preview", words="Hạn là thứ Sáu.")
    page = text_of(seen)
    assert seen.status_code == 200
    assert "Hạn là thứ Sáu." in page
    assert "Nhiều nhất 5 thư, gửi từ doan@tinh.example." in page
    assert office.letters == []
    with caplog.at_level(logging.DEBUG):
        assert post(day, "letters", words="Hạn là thứ Sáu.").status_code == 303
        wait_for_the_post()
    ((to, letter),) = office.letters
    own = day.cast.personal(day.ids[0])
    body = letter.get_content()
    assert to == "an@x.example"
    assert f"/m/{day.cast.code}#{own.token}" in body
    assert "Hạn là thứ Sáu." in body
    assert "Kính gửi đồng chí An" in body
    told = text_of(day.organiser.get(day.path))
    assert f"Bình</b>, binh@x.example: {REFUSED}" in told
    assert "example" not in caplog.text
    assert "1 of 2 letters" in caplog.text
    again = post(day, "letters", words="")
    assert again.status_code == 403
    assert "Hôm nay đã gửi thư nhắc rồi" in text_of(again)
    assert len(office.letters) == 1
    day.cast.stores.roll.write(_set, day.cast.dialogue_id, "reminded_on", now().date() - dt.timedelta(days=2))
    assert post(day, "letters", words="").status_code == 303
    wait_for_the_post()
    assert [to for to, _letter in office.letters] == ["an@x.example"] * 2


def _set(session, dialogue_id, name, value):
    setattr(session.get_one(Roll, dialogue_id), name, value)


@pytest.mark.claim("surveys", "a reminder by letter leaves no row, no line of the log and no date beside a member")
def test_no_row_tells_to_whom_a_letter_went(day, office, figure):
    """The roll before and after a sending: one day for the whole roll and one line of the log, and nothing else."""

    def rows(session):
        return {
            table.name: sorted(map(repr, session.execute(select(table)).all()))
            for table in Roll.metadata.sorted_tables
        }  # fmt: skip

    with day.cast.stores.roll.reading() as session:
        before = rows(session)
    post(day, "letters", words="")
    wait_for_the_post()
    with day.cast.stores.roll.reading() as session:
        after = rows(session)
        kept = session.get_one(Roll, day.cast.dialogue_id).reminded_on
    assert len(office.letters) == 2
    assert {name for name in before if before[name] != after[name]} == {"rolls", "roll_log"}
    assert isinstance(kept, dt.date)
    assert not any("example" in line or "An" in line for line in after["roll_log"])
    figure(f"{len(office.letters)} letters, 1 date for the whole roll, no row of a member in {len(after)} tables")


def test_a_server_that_is_down_leaves_the_day_open(day, office, monkeypatch):
    settings = day.cast.app.extensions["survey"]["settings"]
    broken = replace(settings, mail=replace(settings.mail, port=1))
    monkeypatch.setitem(day.cast.app.extensions["survey"], "settings", broken)
    post(day, "letters", words="")
    wait_for_the_post()
    assert "Không nối được máy chủ thư" in text_of(day.organiser.get(day.path))
    monkeypatch.setitem(day.cast.app.extensions["survey"], "settings", settings)
    assert post(day, "letters", words="").status_code == 303
    wait_for_the_post()
    assert len(office.letters) == 2


def test_a_day_on_which_every_letter_was_refused_is_free_again(day, office):
    office.refuses = {"an@x.example", "binh@x.example"}
    for _once in "ab":
        assert post(day, "letters", words="").status_code == 303
        wait_for_the_post()
    assert office.letters == []
    office.refuses = {"binh@x.example"}
    assert post(day, "letters", words="").status_code == 303
    wait_for_the_post()
    assert [to for to, _letter in office.letters] == ["an@x.example"]
    assert post(day, "letters", words="").status_code == 403, "one went, so the day is used"


def test_what_stands_in_the_way_is_said_and_nothing_typed_is_lost(day, office, monkeypatch):
    long = post(day, "letters/preview", words="x" * 501)
    assert long.status_code == 403
    assert "x" * 501 in text_of(long)
    day.cast.stores.roll.write(_set, day.cast.dialogue_id, "issue_until", now() - dt.timedelta(minutes=1))
    assert "Giờ nhận phiếu đã hết" in text_of(post(day, "letters", words="a"))
    settings = day.cast.app.extensions["survey"]["settings"]
    monkeypatch.setitem(day.cast.app.extensions["survey"], "settings", replace(settings, mail=None))
    assert "SMTP_HOST" in text_of(day.organiser.get(day.path))
    assert "chỉ có lời để chép" in text_of(post(day, "letters", words="a"))
    assert office.letters == []
    assert day.cast.staff("moderator").get(day.path).status_code == 403


def test_a_head_gets_words_with_link_hours_and_no_small_figure(day):
    cast = day.cast
    unit = _unit(cast, "Chi đoàn Báo")
    enrolled(cast, ("Không Đơn Vị", ""))  # the fifth without a unit: four would take another unit with them
    ids = [cast.enrol(f"Người {n}", unit) for n in range(7)]
    take(cast, *ids[:4])
    page = text_of(day.organiser.get(day.path))
    assert "Kính gửi đồng chí phụ trách Chi đoàn Báo." in page
    assert "dưới 5 trên 7 người" in page
    assert "Đến nay ít nhất" not in page
    take(cast, ids[4])
    page = text_of(day.organiser.get(day.path))
    assert "ít nhất 5 trên 7 người" in page
    assert "Đến nay ít nhất 5 trong 7 người của đơn vị đã nhận phiếu kín." in page
    assert f"https://hop.example/m/{cast.code}" in page


def _unit(cast: Cast, name: str) -> str:
    cast.write(units.ensure_all, cast.organisation_id, [(name,)])
    with cast.reading() as session:
        return next(id_ for id_, one in units.names(session, cast.organisation_id).items() if one == name)


def test_open_and_cards_have_words_to_copy_and_no_letters(app):
    for entry in ("open", "tickets"):
        cast = make_cast(app, "collect", entry=entry)
        organiser = cast.staff("organiser")
        page = text_of(organiser.get(f"{cast.desk}/reminders"))
        assert f"/d/{cast.code}" in page
        assert "Thư điện tử" not in page
        token = csrf(organiser, f"{cast.desk}/reminders")
        refused = organiser.post(f"{cast.desk}/reminders/letters", data={"csrf_token": token})
        assert refused.status_code == 403
