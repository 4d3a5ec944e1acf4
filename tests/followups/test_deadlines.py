"""What is due shows where staff look; reminding of it once a day; calendars; figures frozen at the conclusion."""

from __future__ import annotations

import datetime as dt
import html
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import select

from survey import lifecycle
from survey.core.clock import coarse
from survey.core.clock import now
from survey.core.ids import new_id
from survey.core.mail import Mailbox
from survey.dialogues import service as dialogues
from survey.dialogues.models import Dialogue
from survey.followups import before
from survey.followups import deadlines
from survey.followups import frozen
from survey.followups import links
from survey.followups import merging
from survey.followups import overview
from survey.followups import recommendations
from survey.followups import reminding
from survey.followups import setting_deadlines
from survey.followups.counting_days import Pressing
from survey.followups.models_deadlines import ConcludedFigures
from survey.followups.models_deadlines import Reminder
from survey.followups.models_recommendations import Recommendation
from survey.organisations import units
from survey.questions.models import Question
from tests.cli.test_commands import run
from tests.conftest import Cast
from tests.conftest import csrf
from tests.desk.post_office import PostOffice
from tests.desk.post_office import open_office
from tests.followups.after import TODAY
from tests.followups.after import After
from tests.followups.after import furnish

LATE = TODAY - dt.timedelta(days=20)


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with open_office() as made:
        yield made


@pytest.fixture
def after(cast: Cast) -> After:
    """Two units; the first one's two recommendations are overdue, the second one's is due today."""
    made = furnish(cast)
    set_due(cast, dict(zip(made.ids, (LATE, LATE, TODAY), strict=True)))
    return made


def set_due(cast: Cast, days: dict[str, dt.date]) -> None:
    """Set the days as if time had passed: a new deadline in the past is refused."""

    def fill(session) -> None:
        for id_, day in days.items():
            session.get(Recommendation, id_).due = day

    cast.write(fill)


def said(answer) -> str:
    return html.unescape(answer.get_data(as_text=True))


def send(browser, cast: Cast, path: str, **data):
    token = csrf(browser, f"{cast.desk}/deadlines")
    return browser.post(f"{cast.desk}/deadlines{path}", data={"csrf_token": token, **data})


def with_mail(cast: Cast, office: PostOffice) -> None:
    own = cast.app.extensions["survey"]
    box = Mailbox("127.0.0.1", office.port, "none", "vanphong@tinh.example")
    own["settings"] = replace(own["settings"], mail=box, base_url="https://doithoai.example")


def contact(cast: Cast, **emails: str) -> None:
    cast.write(setting_deadlines.set_contacts, cast.organisation_id, emails)


def wait_for(what) -> None:
    end = time.monotonic() + 10
    while not what():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.claim("followup", "what is overdue or due soon shows on every page where staff look")
def test_what_presses_shows_where_staff_look(after: After, figure) -> None:
    """Two overdue and one due today; whoever does not follow up sees none of it. Negative control: all answered."""
    cast = after.cast
    chief, organiser, screen = (
        cast.staff("organiser", whole_organisation=True),
        cast.staff("organiser"),
        cast.staff("moderator"),
    )
    pages = ("/s/", f"{cast.desk}/manage", f"{cast.desk}/deadlines", "/s/overview")
    shown = [all(words in said(chief.get(page)) for words in ("2 quá hạn", "1 sắp đến hạn")) for page in pages[:2]]
    page = said(chief.get(pages[2]))
    shown.append(page.count('class="badge is-late"') == 3)  # two rows and the unit's heap
    shown.append("2 quá hạn" in said(chief.get(pages[3])))
    assert shown == [True] * 4
    assert "quá hạn" in said(organiser.get("/s/"))
    assert "quá hạn" not in said(screen.get("/s/"))
    assert "quá hạn" not in said(screen.get(f"{cast.desk}/manage"))
    with cast.reading() as session:
        assert deadlines.of_one(session, session.get(Dialogue, cast.dialogue_id)) == Pressing(2, 1)
    for one in after.ids:
        cast.write(recommendations.step, one, "answered", actor="test", answer="Đã làm.")
    assert not any("quá hạn" in said(chief.get(page)).replace("và quá hạn", "") for page in pages[:2])
    figure(f"{sum(shown)} of {len(shown)} pages")


def test_the_pages_stand_without_anything(cast: Cast) -> None:
    """No recommendation, no unit, no year: sentences in their place."""
    cast.write(lifecycle.close, cast.dialogue_id, actor="test")
    chief = cast.staff("organiser", whole_organisation=True)
    page = said(chief.get(f"{cast.desk}/deadlines"))
    assert "Chưa có kiến nghị nào." in page
    assert "Không đơn vị nào có việc quá hạn" in page
    assert "Chưa định ngày đối thoại nên chưa tính được hạn." in page
    assert "Chưa đối thoại nào có kết luận" in said(chief.get("/s/overview"))
    assert "Chưa có đơn vị nào." in said(chief.get("/s/organisation/deadlines"))

    def forget(session) -> None:
        for one in session.scalars(select(Dialogue).where(Dialogue.organisation_id == cast.organisation_id)):
            one.rehearsal = True

    cast.write(forget)
    assert "Chưa có đối thoại nào" in said(chief.get("/s/overview"))


def test_the_days_of_publication_are_checked_and_nothing_typed_is_lost(after: After) -> None:
    """A day that has not come, a conclusion before the dialogue, no date at all: 422 with what was typed."""
    cast = after.cast
    browser = cast.staff("secretary")
    soon, early = TODAY + dt.timedelta(days=3), TODAY - dt.timedelta(days=3)
    for name, typed, words in (
        ("plan_published", f"{soon.day}/{soon.month}/{soon.year}", "Ngày này chưa tới."),
        ("conclusion_published", f"{early.day}/{early.month}/{early.year}", "Kết luận không thể công bố trước ngày đối thoại."),
        ("plan_published", "hôm qua", "Chưa đọc được ngày này."), ("plan_days", "0", "Hãy ghi số ngày từ 1 đến 366."),
    ):  # fmt: skip
        answer = send(browser, cast, "", applies="", **{name: typed})
        assert (answer.status_code, words in said(answer), f'value="{typed}"' in said(answer)) == (422, True, True), (
            name
        )
    assert send(browser, cast, "", applies="internal").status_code == 303
    assert "Đối thoại nội bộ: không áp dụng" in said(browser.get(f"{cast.desk}/deadlines"))
    assert send(browser, cast, "", applies="law", plan_published="1/2/2026", conclusion_days="20").status_code == 303
    with cast.reading() as session:
        found = deadlines.of_dialogue(session, session.get(Dialogue, cast.dialogue_id))
    assert (found.chosen.applies, found.chosen.plan_published, found.own[1].days) == (True, dt.date(2026, 2, 1), 20)
    assert found.own[1].due == TODAY + dt.timedelta(days=20)


def test_how_an_organisation_counts(after: After) -> None:
    """Numbers, lists of days, an address; refused ones keep what was typed and change nothing."""
    cast, page = after.cast, "/s/organisation/deadlines"
    chief = cast.staff("organiser", whole_organisation=True)
    token = csrf(chief, page)
    good = {"csrf_token": token, "applies": "law", "plan_days": "30", "conclusion_days": "10", "complex_days": "15",
            "soon_days": "5", "again_days": "2", "days_off": "11/2/2027", "days_worked": "",
            "email": "vp@tinh.example"}  # fmt: skip
    for name, typed in (("days_off", "Tết"), ("email", "không phải"), ("soon_days", "nhiều")):
        answer = chief.post(page, data={**good, name: typed})
        assert (answer.status_code, typed in said(answer)) == (422, True), name
    assert chief.post(page, data=good).status_code == 303
    with cast.reading() as session:
        rules = deadlines.rules_of(session, cast.organisation_id)
        assert (rules.soon_days, rules.email, rules.calendar.off) == (
            5,
            "vp@tinh.example",
            frozenset({dt.date(2027, 2, 11)}),
        )
    bad = {"csrf_token": token, f"e-{after.units[0]}": "noivu@tinh.example", f"e-{after.units[1]}": "hai@nơi@khác"}
    answer = chief.post(f"{page}/contacts", data=bad)
    assert (answer.status_code, "hai@nơi@khác" in said(answer), "noivu@tinh.example" in said(answer)) == (
        422,
        True,
        True,
    )
    with cast.reading() as session:
        assert deadlines.contacts(session, cast.organisation_id) == {}
    assert chief.post(f"{page}/contacts", data={**bad, f"e-{after.units[1]}": ""}).status_code == 303
    with cast.reading() as session:
        assert deadlines.contacts(session, cast.organisation_id) == {after.units[0]: "noivu@tinh.example"}
    foreign = cast.outsider()
    answer = foreign.post(f"{page}/contacts", data={"csrf_token": csrf(foreign, page), f"e-{after.units[0]}": "x@y.z"})
    assert answer.status_code == 404


def test_text_to_copy_has_the_link_once_and_is_booked_once_a_day(after: After) -> None:
    """For the chat of a unit: what is late by how many days; a new link stands in it once; a second booking is refused."""
    cast, unit = after.cast, after.units[0]
    browser = cast.staff("secretary")
    page = said(browser.get(f"{cast.desk}/deadlines"))
    assert "Kính gửi Sở Nội vụ." in page
    assert "- Kiến nghị 1: Việc thứ 1 cần làm. Hạn " in page
    assert "Kiến nghị 3: Việc thứ 3 cần làm." in page.split("Kính gửi Văn phòng")[1]
    assert "/u/" not in page
    old = cast.write(links.make, cast.dialogue_id, [unit], actor="test", anew=True)[unit]
    page = said(send(browser, cast, f"/links/{unit}"))
    assert page.count("Xin trả lời tại đường dẫn của đơn vị: ") == 1
    found = re.search(r"/u/([\w-]+)", page)
    assert found
    token = found[1]
    assert cast.stranger().get(f"/u/{token}").status_code == 200
    assert cast.stranger().get(f"/u/{old}").status_code == 404
    assert token not in said(browser.get(f"{cast.desk}/deadlines"))
    assert send(browser, cast, f"/reminders/{unit}").status_code == 303
    again = send(browser, cast, f"/reminders/{unit}")
    assert (again.status_code, "Hôm nay đã nhắc nơi này rồi." in said(again)) == (409, True)
    with cast.reading() as session:
        rows = session.scalars(select(Reminder)).all()
        assert [(row.target, row.via, row.count, row.on_day) for row in rows] == [(unit, "text", 2, TODAY)]
    assert send(browser, cast, "/reminders/zzzzzzzzzzzz").status_code == 404


@pytest.mark.claim(
    "followup", "a unit is reminded at most once a day, by whichever way, and a second run sends nothing"
)
def test_remind_sends_once_a_day(after: After, office: PostOffice, figure) -> None:
    """Dry run, run, run again, the page's button and a day later; a refused address is free again, a dead server too."""
    cast, (first, second) = after.cast, after.units
    with_mail(cast, office)
    contact(cast, **{first: "noivu@tinh.example", second: "vanphong@xa.example"})
    office.refuses.add("vanphong@xa.example")
    assert "would remind Sở Nội vụ: 2" in run(cast.app, "remind", "--dry-run")
    assert office.letters == []
    printed = run(cast.app, "remind")
    assert ("reminded Sở Nội vụ" in printed, "not sent Văn phòng Ủy ban" in printed) == (True, True)
    to, letter = office.letters[0]
    text = letter.get_content()
    assert to == "noivu@tinh.example"
    assert all(words in text for words in ("Kiến nghị 1", "Kiến nghị 2", "quá hạn", "https://doithoai.example/u/"))
    assert "Kiến nghị 3" not in text
    link = text.split("https://doithoai.example")[1].split()[0]
    assert cast.stranger().get(link).status_code == 200
    run(cast.app, "remind")
    assert [to for to, _letter in office.letters] == ["noivu@tinh.example"]
    office.refuses.clear()
    run(cast.app, "remind", cast.code)
    assert [to for to, _letter in office.letters] == ["noivu@tinh.example", "vanphong@xa.example"]
    refused = send(cast.staff("organiser"), cast, "/letters")
    assert (refused.status_code, "chưa được nhắc hôm nay" in said(refused)) == (403, True)

    def a_day_later(session) -> None:
        for row in session.scalars(select(Reminder)):
            row.on_day -= dt.timedelta(days=14)

    cast.write(a_day_later)
    own = cast.app.extensions["survey"]
    own["settings"] = replace(own["settings"], mail=replace(own["settings"].mail, port=1))
    result = cast.app.test_cli_runner().invoke(args=["remind"])
    assert (result.exit_code, "Không nối được máy chủ thư" in result.output) == (1, True)
    with_mail(cast, office)
    assert cast.app.test_cli_runner().invoke(args=["remind"]).exit_code == 0
    assert len(office.letters) == 4
    figure(f"{len(office.letters)} letters in 6 runs, 2 a day")


def test_letters_go_from_the_page_to_units_and_the_office(after: After, office: PostOffice) -> None:
    """The office's letter names everything and who has no address; a link that is out is not replaced."""
    cast, first = after.cast, after.units[0]
    with_mail(cast, office)
    contact(cast, **{first: "noivu@tinh.example"})
    with cast.reading() as session:
        rules = deadlines.rules_of(session, cast.organisation_id)
    cast.write(setting_deadlines.set_rules, cast.organisation_id, replace(rules, email="vp@tinh.example"))
    path = after.link()
    browser = cast.staff("secretary")
    assert "Gửi 2 thư nhắc" in said(browser.get(f"{cast.desk}/deadlines"))
    assert send(browser, cast, "/letters").status_code == 303
    wait_for(lambda: len(office.letters) == 2)
    letters = {to: letter.get_content() for to, letter in office.letters}
    assert "Xin trả lời qua đường dẫn riêng đơn vị đã nhận." in letters["noivu@tinh.example"]
    assert cast.stranger().get(path).status_code == 200
    assert "Chưa có e-mail để nhắc: Văn phòng Ủy ban." in letters["vp@tinh.example"]
    wait_for(lambda: "Đã gửi xong." in said(browser.get(f"{cast.desk}/deadlines")))
    assert "thư điện tử" in said(browser.get(f"{cast.desk}/deadlines"))


def test_without_a_mail_server_the_command_prints_texts(after: After) -> None:
    """Nothing is booked, because nothing was sent."""
    printed = run(after.cast.app, "remind")
    assert "- Kiến nghị 1: Việc thứ 1 cần làm." in printed
    with after.cast.reading() as session:
        assert session.scalars(select(Reminder)).all() == []


def events(answer) -> dict[str, Any]:
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    return {str(one["uid"]): one for one in Calendar.from_ical(answer.data).walk("VEVENT")}


@pytest.mark.claim(
    "followup", "the public calendar has published recommendations only, under identifiers that never change"
)
def test_calendars(after: After, figure) -> None:
    """Public: what is published and the conclusion; a unit's: its own; the office's: all, behind a secret."""
    cast, (one, two, three) = after.cast, after.ids
    stranger = cast.stranger()
    assert [
        uid for uid in events(stranger.get(f"/p/{cast.code}/deadlines.ics")) if uid.split("@")[0] in after.ids
    ] == []
    cast.write(recommendations.publish, two, True, actor="test")
    public = events(stranger.get(f"/p/{cast.code}/deadlines.ics"))
    assert set(public) == {f"{two}@doi-thoai", f"conclusion-{cast.code.lower()}@doi-thoai"}
    first = public[f"{two}@doi-thoai"]
    assert (first["dtstart"].dt, first["dtend"].dt) == (LATE, LATE + dt.timedelta(days=1))
    cast.write(recommendations.step, two, "answered", actor="test", answer="Đã làm.")
    cast.write(recommendations.change, two, actor="test", body="Việc đã đổi lời, dài hơn trước")
    later = events(stranger.get(f"/p/{cast.code}/deadlines.ics"))
    assert set(later) == set(public)
    assert str(later[f"{two}@doi-thoai"]["summary"]).startswith("Đã xong: ")
    assert later[f"{two}@doi-thoai"]["dtstamp"].dt == first["dtstamp"].dt
    path = after.link().removesuffix("/tasks")
    assert {uid.split("@")[0] for uid in events(stranger.get(f"{path}/deadlines.ics"))} == {one, two}
    token = cast.write(setting_deadlines.new_feed, cast.organisation_id)
    assert {one, two, three} < {uid.split("@")[0] for uid in events(stranger.get(f"/u/calendar/{token}.ics"))}
    newer = cast.write(setting_deadlines.new_feed, cast.organisation_id)
    assert stranger.get(f"/u/calendar/{token}.ics").status_code == 404
    cast.write(setting_deadlines.end_feed, cast.organisation_id)
    assert stranger.get(f"/u/calendar/{newer}.ics").status_code == 404
    figure(f"{len(public)} public of 4 days, identifiers equal after an answer and another wording")


def test_what_the_last_dialogue_owes_stands_on_the_desk_and_in_the_script(after: After) -> None:
    """Before the opening; all of it for the leader, published ones only for reading aloud. Not once the hall is open."""
    cast = after.cast
    with cast.reading() as session:
        assert before.before(session, session.get(Dialogue, cast.dialogue_id)) is None
    made = cast.write(lifecycle.repeat, cast.keys, cast.dialogue_id)
    chief = cast.staff("organiser", whole_organisation=True)
    for page in ("lead", "script"):
        chief.set_cookie(f"own_screen_{made['code']}", "1", path="/s")
        assert ("Việc thứ 1 cần làm" in said(chief.get(f"/s/{made['code']}/{page}"))) == (page == "lead")
    assert "còn 3 trên 3 kiến nghị, 2 quá hạn" in said(chief.get(f"/s/{made['code']}/lead"))
    cast.write(recommendations.publish, after.ids[0], True, actor="test")
    script = said(chief.get(f"/s/{made['code']}/script"))
    assert "để lại 1 kiến nghị đã công bố. Đã trả lời, giải quyết 0; còn 1, trong đó 1 quá hạn." in script
    cast.write(lifecycle.open_hall, made["id"], actor="test")
    assert "Hội nghị trước còn nợ" not in said(chief.get(f"/s/{made['code']}/lead"))


@pytest.mark.claim("followup", "years are compared by figures that were frozen at the conclusion")
def test_figures_freeze_at_the_conclusion(after: After, figure) -> None:
    """What changes afterwards moves the overview and not the year; a dialogue concluded before is caught up with."""
    cast = after.cast

    def judged(session, count: int) -> None:
        question = session.scalars(select(Question).where(Question.dialogue_id == cast.dialogue_id)).first()
        question.judged_shown, question.satisfied_shown = count, count - 2

    def ask(session) -> None:
        session.add(Question(
            id=new_id(), dialogue_id=cast.dialogue_id, number=1, body="Câu đã trả lời", folded="cau da tra loi",
            state="answered", source="spoken", tie=1, supporters=7, asked_about=coarse(),
        ))  # fmt: skip

    cast.write(ask)
    cast.write(judged, 10)
    cast.write(lifecycle.conclude, cast.dialogue_id, actor="test")
    cast.write(judged, 40)
    with cast.reading() as session:
        found = overview.overview(session, cast.organisation_id)
        assert [(year.year, year.dialogues, year.figures.judged, year.figures.satisfied) for year in found.years] == [
            (TODAY.year, 1, 10, 8)
        ]
        assert (found.judged, found.satisfied, found.years[0].figures.answered) == (40, 38, 1)
        assert session.get(ConcludedFigures, cast.dialogue_id).held_on == TODAY
    cast.write(lambda session: session.delete(session.get(ConcludedFigures, cast.dialogue_id)))
    frozen.sweep(cast.stores, now())
    frozen.sweep(cast.stores, now())
    with cast.reading() as session:
        assert frozen.years(session, [cast.dialogue_id])[0].figures.judged == 40
    figure("10 judgements frozen, 40 shown later")


def test_the_overview_counts_and_its_files_say_the_same(after: After) -> None:
    """By unit, the most overdue first; median days; a year of nothing; CSV, XLSX and JSON; nobody else's figures."""
    cast = after.cast
    chief = cast.staff("organiser", whole_organisation=True)
    cast.write(recommendations.step, after.ids[2], "answered", actor="test", answer="Đã làm.")

    def older(session) -> None:
        session.get(Recommendation, after.ids[2]).created_at = now() - dt.timedelta(days=9)

    cast.write(older)
    cast.write(dialogues.change, cast.dialogue_id, {"starts_at": now()})
    with cast.reading() as session:
        found = overview.overview(session, cast.organisation_id)
        assert [(one.name, one.total, one.open, one.overdue, one.days) for one in found.units] == [
            ("Sở Nội vụ", 2, 2, 2, None), ("Văn phòng Ủy ban", 1, 0, 0, 9.0),
        ]  # fmt: skip
        assert (found.all.overdue, found.all.median, found.unfrozen) == (2, 9, 1)
        assert overview.overview(session, cast.organisation_id, 1999).held == ()
    got = {kind: chief.get(f"/s/overview.{kind}?year={TODAY.year}") for kind in ("csv", "json", "xlsx", "pdf")}
    assert [answer.status_code for answer in got.values()] == [200, 200, 200, 404]
    assert '"Sở Nội vụ",2,2,0,2' in got["csv"].data.decode("utf-8-sig")
    assert got["xlsx"].data[:2] == b"PK"
    page = said(chief.get("/s/overview"))
    assert "2 chưa xong trên 2" in page
    assert "trung vị 9 ngày" in page
    assert cast.other_code not in page
    assert "Sở Nội vụ" not in said(cast.outsider().get("/s/overview")).replace("Sở Nội vụ</b>", "")
    assert cast.staff("organiser").get("/s/overview").status_code == 404


def test_the_address_goes_where_its_unit_goes(after: After) -> None:
    """Merging hands it on to a unit that has none; taking a unit away takes it along."""
    cast, (first, second) = after.cast, after.units
    spare = cast.write(units.add, cast.organisation_id, None, "Sở Tài chính")
    contact(cast, **{first: "noivu@tinh.example", spare: "taichinh@tinh.example"})
    cast.write(merging.merge, cast.organisation_id, first, second, actor="test")
    cast.write(units.remove, cast.organisation_id, spare)
    with cast.reading() as session:
        assert deadlines.contacts(session, cast.organisation_id) == {second: "noivu@tinh.example"}


def test_the_same_on_postgresql(cast_on_postgres: Cast) -> None:
    """Every query of deadlines, reminders and the overview, and the key that forbids a second reminder."""
    cast = cast_on_postgres
    after = furnish(cast)
    set_due(cast, dict.fromkeys(after.ids, LATE))
    contact(cast, **dict.fromkeys(after.units, "vp@tinh.example"))
    wanted = [(after.units[0], "Sở Nội vụ", 2)]
    claimed = [
        cast.write(reminding.claim, cast.dialogue_id, wanted, TODAY, actor="test", via=reminding.MAIL) for _ in "ab"
    ]
    assert claimed == [[after.units[0]], []]
    cast.write(lifecycle.conclude, cast.dialogue_id, actor="test")
    frozen.sweep(cast.stores, now())
    made = cast.write(lifecycle.repeat, cast.keys, cast.dialogue_id)
    with cast.reading() as session:
        dialogue, new = session.get(Dialogue, cast.dialogue_id), session.get(Dialogue, made["id"])
        assert deadlines.of_one(session, dialogue) == Pressing(3, 0)
        assert reminding.duty(session, dialogue, TODAY).units[0].reminded == TODAY
        assert overview.overview(session, cast.organisation_id).all.overdue == 3
        owing = before.before(session, new)
        assert owing
        assert owing.owed == 3
        assert before.before(session, new, published=True) is None
