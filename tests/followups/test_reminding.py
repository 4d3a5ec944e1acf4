"""A reminder that did not go leaves neither a booking nor a link behind, and an archived dialogue reminds nobody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from survey import lifecycle
from survey.core import mail
from survey.core.ids import digest
from survey.followups import links
from survey.followups.models import UnitLink
from survey.followups.models_deadlines import Reminder
from tests.conftest import Cast
from tests.desk.post_office import PostOffice
from tests.desk.post_office import open_office
from tests.followups.after import TODAY
from tests.followups.after import After
from tests.followups.after import furnish
from tests.followups.test_deadlines import contact
from tests.followups.test_deadlines import said
from tests.followups.test_deadlines import send
from tests.followups.test_deadlines import set_due
from tests.followups.test_deadlines import wait_for
from tests.followups.test_deadlines import with_mail

FIRST, SECOND = "noivu@tinh.example", "vanphong@tinh.example"


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with open_office() as made:
        yield made


@pytest.fixture
def after(cast: Cast, office: PostOffice) -> After:
    """Two units with an address, neither with a link, that owe something since twenty days."""
    made = furnish(cast)
    set_due(cast, dict.fromkeys(made.ids, TODAY - dt.timedelta(days=20)))
    with_mail(cast, office)
    contact(cast, **dict(zip(made.units, (FIRST, SECOND), strict=True)))
    return made


def linked(cast: Cast) -> set[str]:
    """Units with a link."""
    with cast.reading() as session:
        return set(session.scalars(select(UnitLink.unit_id)))


def booked(cast: Cast) -> set[str]:
    """Units that stand in the book."""
    with cast.reading() as session:
        return set(session.scalars(select(Reminder.target)))


def invoked(cast: Cast, *args: str) -> tuple[int, str]:
    done = cast.app.test_cli_runner().invoke(args=["remind", *args])
    return done.exit_code, done.output


def test_a_first_link_that_reached_nobody_is_taken_back(after: After, office: PostOffice) -> None:
    """The server is down, then it refuses one: both letters still hold a link when they go at last."""
    cast = after.cast
    own = cast.app.extensions["survey"]
    own["settings"] = replace(own["settings"], mail=replace(own["settings"].mail, port=1))
    assert invoked(cast)[0] == 1
    assert (linked(cast), booked(cast)) == (set(), set())
    with_mail(cast, office)
    office.refuses = {SECOND}
    assert invoked(cast)[0] == 0
    assert (linked(cast), booked(cast)) == ({after.units[0]}, {after.units[0]})
    office.refuses = set()
    assert invoked(cast)[0] == 0
    texts = [letter.get_content() for _to, letter in office.letters]
    assert [to for to, _letter in office.letters] == [FIRST, SECOND]
    for text in texts:
        path = text.split("https://doithoai.example")[1].split()[0]
        assert cast.stranger().get(path).status_code == 200


def test_a_letter_that_may_have_gone_keeps_its_link(after: After, office: PostOffice) -> None:
    office.hangs_up = {FIRST}
    assert invoked(after.cast)[0] == 0
    assert linked(after.cast) == booked(after.cast) == set(after.units)


def test_only_the_link_that_was_made_is_taken_back(after: After) -> None:
    """Somebody at the desk made another one meanwhile: that one stays."""
    cast, (first, second) = after.cast, after.units
    made = cast.write(links.make, cast.dialogue_id, after.units, actor="cli", anew=False)
    later = cast.write(links.make, cast.dialogue_id, [first], actor="test", anew=True)
    cast.write(links.take_back, cast.dialogue_id, made, actor="cli")
    with cast.reading() as session:
        rows = {one.unit_id: one.token for one in session.scalars(select(UnitLink))}
    assert rows == {first: digest(later[first])}
    assert second not in rows


def test_a_run_that_breaks_gives_back_what_it_did_not_come_to(
    after: After, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It broke in the midst of the first letter, which may have gone; the second one has not."""
    monkeypatch.setattr(mail, "_hand_over", broken)
    code, _output = invoked(after.cast)
    assert (code, office.letters) == (1, [])
    assert len(booked(after.cast)) == 1
    assert booked(after.cast) == linked(after.cast)


def broken(*_given: object) -> None:
    raise RuntimeError("no answer that anybody knows")


def test_a_letter_of_the_page_that_was_refused_can_go_again(after: After, office: PostOffice) -> None:
    """One is refused, the line breaks in another: the first is free again today, the second is not."""
    cast, browser = after.cast, after.cast.staff("secretary")
    office.refuses, office.hangs_up = {FIRST}, {SECOND}
    assert send(browser, cast, "/letters").status_code == 303
    wait_for(lambda: "Đã gửi xong" in said(browser.get(f"{cast.desk}/deadlines")))
    assert booked(cast) == {after.units[1]}
    office.refuses = set()
    assert send(browser, cast, "/letters").status_code == 303
    wait_for(lambda: [to for to, _letter in office.letters] == [SECOND, FIRST])


def test_a_sending_that_breaks_gives_back_what_it_did_not_come_to(
    after: After, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast, browser = after.cast, after.cast.staff("secretary")
    monkeypatch.setattr(mail, "_hand_over", broken)
    assert send(browser, cast, "/letters").status_code == 303
    wait_for(lambda: "Chưa gửi được." in said(browser.get(f"{cast.desk}/deadlines")))
    assert len(booked(cast)) == 1


def test_an_archived_dialogue_reminds_nobody(after: After, office: PostOffice) -> None:
    """Neither by letter nor by the command that names it, nor is a text booked; the control is the day before."""
    cast, browser = after.cast, after.cast.staff("secretary")
    assert "would remind Sở Nội vụ" in invoked(cast, cast.code, "--dry-run")[1]
    assert "Gửi 2 thư nhắc" in said(browser.get(f"{cast.desk}/deadlines"))
    for step in (lifecycle.conclude, lifecycle.archive):
        cast.write(step, cast.dialogue_id, actor="test")
    for path in ("/letters", f"/reminders/{after.units[0]}"):
        answer = send(browser, cast, path)
        assert (answer.status_code, "Đối thoại đã lưu trữ nên không nhắc" in said(answer)) == (403, True), path
    for more in ((), ("--dry-run",)):
        code, output = invoked(cast, cast.code, *more)
        assert (code, "Đối thoại đã lưu trữ nên không nhắc" in output) == (1, True), output
    assert "Gửi 2 thư nhắc" not in said(browser.get(f"{cast.desk}/deadlines"))
    assert (office.letters, booked(cast), linked(cast)) == ([], set(), set())
