"""The box of ideas: an asker, the office and a unit write to each other, and nobody learns who the asker is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from survey import lifecycle
from survey.core.clock import ZONE
from survey.core.clock import local
from survey.core.clock import now
from survey.core.ids import digest
from survey.core.keys import KeyMissing
from survey.dialogues.models import Dialogue
from survey.exports import house_out
from survey.followups import ideas
from survey.followups import ideas_moving
from survey.followups import ideas_reading as reading
from survey.followups import ideas_staff as staff
from survey.followups import ideas_state as rules
from survey.followups.models_ideas import IdeaBox
from survey.followups.models_ideas import Message
from survey.followups.models_ideas import Thread
from survey.followups.models_recommendations import Recommendation
from survey.moderation import erasing
from survey.moderation import service as deciding
from survey.organisations import units
from tests.conftest import Cast
from tests.conftest import csrf
from tests.conftest import make_cast

Figure = Callable[[str], None]
IDEA = "Mỗi xã một góc đọc sách mở buổi tối"


@pytest.fixture
def hall(app: Flask) -> tuple[Cast, list[FlaskClient]]:
    """A dialogue that is closed, with a box that is open; three phones that were in the room."""
    return closed(app)


def closed(app: Flask, entry: str = "open", phones: int = 3) -> tuple[Cast, list[FlaskClient]]:
    cast = make_cast(app, "open_hall", entry=entry)
    inside = [in_room(cast, entry) for _phone in range(phones)]
    cast.write(lifecycle.close, cast.dialogue_id, actor="test")
    open_box(cast)
    return cast, inside


def in_room(cast: Cast, entry: str) -> FlaskClient:
    if entry != "tickets":
        return cast.member()
    phone = cast.stranger()
    answer = phone.post(f"{cast.base}/entry", data={"csrf_token": csrf(phone, cast.base), "ticket": cast.cards(8)[0]})
    assert answer.status_code == 303, answer.text
    return phone


def open_box(cast: Cast, days: int = 20) -> None:
    until = local(now()).date() + dt.timedelta(days=days)
    cast.write(staff.set_until, cast.keys, cast.dialogue_id, until, actor="test")


def post(client: FlaskClient, path: str, page: str, status: int = 303, **data: str) -> str:
    answer = client.post(path, data={"csrf_token": csrf(client, page), **data})
    assert answer.status_code == status, answer.text
    return answer.text


def put(cast: Cast, phone: FlaskClient, body: str = IDEA, name: str = "i-1") -> str:
    page = f"{cast.base}/ideas"
    post(phone, page, page, body=body, client_id=name)
    with cast.reading() as session:
        return session.scalars(select(Thread.id).where(Thread.body == body)).one()


def let_go(cast: Cast) -> int:
    """What waits goes on, as on a Monday."""
    with cast.reading() as session:
        seen = session.get_one(IdeaBox, cast.dialogue_id).seen
    return cast.write(ideas_moving.look, cast.dialogue_id, monday_after(seen))


def monday_after(moment: dt.datetime) -> dt.datetime:
    day = local(moment).date() + dt.timedelta(days=7 - local(moment).weekday())
    return dt.datetime.combine(day, dt.time(12, 1), ZONE)


def desk(cast: Cast) -> list[reading.Letter]:
    with cast.reading() as session:
        return reading.for_office(session, cast.dialogue_id)


def everything(cast: Cast) -> dict[str, list[tuple[Any, ...]]]:
    with cast.reading() as session:
        return {
            model.__tablename__: sorted(map(tuple, session.execute(select(model.__table__))), key=repr)
            for model in (Thread, Message, IdeaBox, Dialogue)
        }


@pytest.mark.claim(
    "followup", "an idea, its answers by office and unit, and replies from the same phone, without a name"
)
def test_asker_office_and_unit_write_to_each_other(hall: tuple[Cast, list[FlaskClient]], figure: Figure) -> None:
    cast, (phone, other, _third) = hall
    id_ = put(cast, phone)
    assert desk(cast) == [], "it waits for others"
    assert let_go(cast) == 1
    secretary, here = cast.staff("secretary"), f"{cast.desk}/ideas/{id_}"
    assert IDEA in secretary.get(f"{cast.desk}/ideas").text
    unit = cast.write(units.add, cast.organisation_id, None, "Sở Văn hóa")
    post(secretary, f"{here}/unit", here, unit=unit)
    post(secretary, f"{here}/answer", here, body="Cảm ơn bạn, đang bàn với thư viện.")
    with cast.app.app_context():
        token = link(cast, unit)
    page = f"/u/{token}/ideas"
    assert IDEA in cast.stranger().get(page).text
    answered = cast.stranger().post(f"{page}/{id_}", data={"body": "Sở làm thử ở ba xã từ quý tới."})
    assert answered.status_code == 303
    own = f"{cast.base}/ideas/{id_}"
    seen = phone.get(own).text
    assert [text in seen for text in ("bàn với thư viện", "thử ở ba xã", "Sở Văn hóa")] == [True] * 3
    post(phone, f"{own}/replies", own, body="Xã tôi xin làm thử trước được không?")
    assert "xin làm thử" in phone.get(own).text
    assert "xin làm thử" not in secretary.get(here).text
    let_go(cast)
    assert "xin làm thử" in secretary.get(here).text
    assert "xin làm thử" in cast.stranger().get(page).text
    assert other.get(own).status_code == 404, "another phone has no such thread"
    figure("1 idea, 2 answers, 1 reply; read by its phone alone")


def link(cast: Cast, unit: str) -> str:
    """A link as the office makes them."""
    from survey.core.ids import new_token
    from survey.followups.models import UnitLink

    token = new_token()
    row = UnitLink(dialogue_id=cast.dialogue_id, unit_id=unit, token=digest(token))
    cast.write(lambda session: session.add(row))
    return token


@pytest.mark.parametrize("entry", ["tickets", "roll"])
def test_rooms_by_cards_and_by_roll_have_their_box(app: Flask, entry: str) -> None:
    if entry == "tickets":
        cast, (phone,) = closed(app, entry, phones=1)
    else:
        cast = make_cast(app, entry="roll")
        member = cast.enrol("Nguyễn Văn An")
        cast.write(lifecycle.collect, cast.dialogue_id, actor="test")
        lifecycle.take(cast.stores, cast.dialogue_id, "live", actor="test")
        phone, page = cast.stranger(), f"/m/{cast.code}"
        post(phone, f"{page}/session", page, twin=cast.personal(member).twin)
        headers = {"Accept": "application/json", "X-CSRFToken": csrf(phone, page)}
        passed = phone.post(f"{page}/credential", headers=headers).get_json()["pass"]
        phone.post(f"{cast.base}/entry", data={"pass": passed})
        cast.write(lifecycle.close, cast.dialogue_id, actor="test")
        open_box(cast)
    put(cast, phone)
    assert "Đang đợi đi cùng" in phone.get(f"{cast.base}/ideas").text
    assert let_go(cast) == 1
    assert [one.body for one in desk(cast)] == [IDEA]


def test_a_phone_that_is_not_in_and_a_booth_only_read(app: Flask) -> None:
    cast = make_cast(app, "open_hall")
    seat, page = cast.stranger(), f"{cast.base}/ideas"
    post(seat, f"{cast.base}/booth", f"{cast.base}/booth")
    assert "Chỗ này đã được dọn" not in seat.get(f"{cast.base}/booth").text, "the premise: somebody sits there"
    cast.write(lifecycle.close, cast.dialogue_id, actor="test")
    open_box(cast)
    for browser in (cast.stranger(), seat):
        shown = browser.get(page).text
        assert ('id="idea"' in shown, "quầy dùng chung" in shown) == (False, True)
        assert IDEA in post(browser, page, page, 401, body=IDEA, client_id="x"), "nothing typed is lost"
    assert everything(cast)["threads"] == []


def test_limits_and_refusals_keep_what_was_typed(hall: tuple[Cast, list[FlaskClient]]) -> None:
    cast, (phone, *_rest) = hall
    page = f"{cast.base}/ideas"
    assert "Ngắn" in post(phone, page, page, 422, body="Ngắn", client_id="a")
    told = post(phone, page, page, 200, body="Tôi tên là Lê Văn Tám, xin góp ý kiến", client_id="b")
    assert "người đọc có thể đoán ra bạn" in told
    post(phone, page, page, body="Tôi tên là Lê Văn Tám, xin góp ý kiến", client_id="b", anyway="1")
    for number in range(4):
        put(cast, phone, f"Ý tưởng thứ {number} của máy này", f"n-{number}")
    assert "Ý tưởng thứ sáu" in post(phone, page, page, 429, body="Ý tưởng thứ sáu của máy", client_id="n-9")
    own = next(one for one in everything(cast)["threads"])[0]
    refused = post(phone, f"{page}/{own}/replies", page, 403, body="Thêm một lời")
    assert "Thêm một lời" in refused
    assert "Chưa có câu trả lời" in refused


@pytest.mark.claim(
    "anonymity", "who watches the desk learns only the half day of an idea, and files and rows hold no time of it"
)
def test_ideas_reach_the_office_in_lots_at_announced_times(
    hall: tuple[Cast, list[FlaskClient]], figure: Figure
) -> None:
    cast, phones = hall
    with cast.reading() as session:
        seen = session.get_one(IdeaBox, cast.dialogue_id).seen
    wednesday = monday_after(seen) + dt.timedelta(days=2)
    cast.write(ideas_moving.look, cast.dialogue_id, wednesday - dt.timedelta(hours=13))
    before = everything(cast)["dialogues"]
    for number, phone in enumerate(phones[:2]):
        put(cast, phone, f"{IDEA} {number}", "c")
    assert everything(cast)["dialogues"] == before, "no version and no revision moves when somebody writes"
    assert cast.write(ideas_moving.look, cast.dialogue_id, wednesday) == 0, "two wait for a third"
    put(cast, phones[2], f"{IDEA} 2", "c")
    assert cast.write(ideas_moving.look, cast.dialogue_id, wednesday + dt.timedelta(hours=7)) == 0, "and for the hour"
    assert cast.write(ideas_moving.look, cast.dialogue_id, wednesday + dt.timedelta(hours=8)) == 3
    assert cast.write(ideas_moving.look, cast.dialogue_id, wednesday + dt.timedelta(hours=8)) == 0
    times = [
        f"{model.__tablename__}.{column.name}" for model in (Thread, Message) for column in model.__table__.columns
        if "Date" in type(column.type).__name__
    ]  # fmt: skip
    figure(f"3 ideas went together; {len(times)} times stored")
    assert times == []


def test_a_late_reply_stands_behind_what_the_office_wrote_meanwhile(hall: tuple[Cast, list[FlaskClient]]) -> None:
    cast, (phone, *_rest) = hall
    id_ = put(cast, phone)
    let_go(cast)
    cast.write(staff.answer, cast.dialogue_id, id_, "Lời thứ nhất", actor="test")
    post(phone, f"{cast.base}/ideas/{id_}/replies", f"{cast.base}/ideas", body="Lời của người gửi")
    cast.write(staff.answer, cast.dialogue_id, id_, "Lời thứ hai", actor="test")
    let_go(cast)
    assert [said.body for said in desk(cast)[0].messages] == ["Lời thứ nhất", "Lời thứ hai", "Lời của người gửi"]


def watched(cast: Cast, phones: list[FlaskClient], *, at_once: bool) -> int:
    """Whoever looks at the desk after each single act of the hall: how many threads come alone, so that their hour is known."""
    linked = 0
    for number, phone in enumerate(phones):
        before = {one.id for one in desk(cast)}
        put(cast, phone, f"{IDEA}, {at_once} {number}", f"w-{at_once}")
        if at_once:
            cast.write(lambda session: ideas_moving.release(session, session.get_one(Dialogue, cast.dialogue_id)))
        linked += len({one.id for one in desk(cast)} - before)
    return linked


@pytest.mark.claim("anonymity", "whoever watches the desk links no idea with the moment at which a phone was used")
def test_nothing_appears_when_somebody_writes(hall: tuple[Cast, list[FlaskClient]], figure: Figure) -> None:
    """Control: where each goes on at once, all are linked."""
    cast, phones = hall
    found = watched(cast, phones, at_once=False)
    together = let_go(cast)
    control = watched(cast, phones, at_once=True)
    figure(f"{found} of 3 linked, then {together} at once; control {control} of 3")
    assert (found, together, control) == (0, 3, 3)


def attack(cast: Cast, ballots: list[str]) -> int:
    """With the database, every ballot and every key that lives: pairs of threads that are found to be of one ballot."""
    with cast.reading() as session:
        threads = session.scalars(select(Thread).where(Thread.dialogue_id == cast.dialogue_id)).all()
        rows = [(one.id, bytes(one.author or b""), bytes(one.mute or b"")) for one in threads]
    owners: dict[str, set[str]] = {}
    for purpose in ("ask", "idea", "vote"):
        try:
            key = cast.keys.get(cast.dialogue_id, purpose)
        except KeyMissing:
            continue
        for ballot in ballots:
            for id_, author, mute in rows:
                if author == ideas.author_mark(key, ballot, id_) or mute == ideas.muter(key, ballot)(id_):
                    owners.setdefault(ballot, set()).add(id_)
    return sum(len(own) * (len(own) - 1) // 2 for own in owners.values())


@pytest.mark.claim(
    "anonymity", "once the box is shut no thread is joined with another, by whoever has disk and every key left"
)
def test_no_thread_joins_two(hall: tuple[Cast, list[FlaskClient]], figure: Figure) -> None:
    """Control: with the key `idea`, which lives while the box is open, the same attack joins both; so it dies first."""
    cast, (phone, *_rest) = hall
    for number in range(2):
        put(cast, phone, f"{IDEA} {number}", f"n-{number}")
    cookie = phone.get_cookie("ballot", path=cast.base)
    assert cookie is not None
    ballots = [digest(cookie.value).hex()]
    control = attack(cast, ballots)
    lifecycle.sweep(cast.stores, now() + dt.timedelta(days=21))
    assert len(desk(cast)) == 2, "what still waited went on when the box was shut"
    found = attack(cast, ballots)
    figure(f"{found} pairs joined; control with the living key {control}")
    assert (control, found) == (1, 0)
    assert cast.keys.exists(cast.dialogue_id, "ask"), "and the asker still reads"
    assert phone.get(f"{cast.base}/ideas").text.count("/ideas/") >= 2
    page = f"{cast.base}/ideas"
    assert "Hộp ý tưởng đã khép" in phone.get(page).text
    assert "không nhận thư lúc này" in post(phone, page, page, 403, body=IDEA, client_id="z")


def test_reading_writes_nothing(hall: tuple[Cast, list[FlaskClient]]) -> None:
    cast, (phone, *_rest) = hall
    id_ = put(cast, phone)
    let_go(cast)
    cast.write(staff.answer, cast.dialogue_id, id_, "Đã nhận", actor="test")
    before = everything(cast)
    pages = [phone.get(f"{cast.base}/ideas{tail}") for tail in ("", f"/{id_}", f"/{id_}/name")]
    assert [page.status_code for page in pages] == [200] * 3
    assert {page.headers["Cache-Control"] for page in pages} == {"no-store"}
    assert everything(cast) == before


def test_a_name_is_put_to_one_thread_alone_after_a_page_that_says_so(hall: tuple[Cast, list[FlaskClient]]) -> None:
    cast, (phone, *_rest) = hall
    signed, other = put(cast, phone), put(cast, phone, "Sân bóng cho thôn", "i-2")
    page, name = f"{cast.base}/ideas/{signed}/name", "Trần Thị Ký"
    asked = post(phone, page, page, 200, name=name)
    assert "chỉ để lộ riêng thư này" in asked
    assert everything(cast)["threads"] == everything(cast)["threads"]
    with cast.reading() as session:
        assert session.get_one(Thread, signed).signing == "", "the first page signs nothing"
    post(phone, page, page, name=name, confirmed="1")
    let_go(cast)
    let_go(cast)
    assert {one.id: one.name for one in desk(cast)} == {signed: name, other: ""}
    secretary = cast.staff("secretary")
    cast.write(staff.take_up, cast.dialogue_id, signed, "Góc đọc sách", "Làm từ quý tới", actor="test")
    assert name in secretary.get(f"{cast.desk}/ideas/{signed}").text
    with cast.reading() as session:
        moved = house_out.collect(session, session.get_one(Dialogue, cast.dialogue_id))["threads"]
    assert [(one["taken_text"], set(one) & {"body", "author", "mute", "name"}) for one in moved] == [
        ("Góc đọc sách", set())
    ]
    assert "Góc đọc sách" in cast.stranger().get(f"/p/{cast.code}").text
    public = cast.stranger().get(f"{cast.base}/ideas").text
    assert "Góc đọc sách" in public
    assert name not in public
    assert IDEA not in public, "only the words that the office gave it"
    post(phone, page, page, name="")
    assert {one.name for one in desk(cast)} == {name, ""}, "it goes as it came, with others"
    let_go(cast)
    assert {one.name for one in desk(cast)} == {""}


def test_the_asker_of_a_question_answered_in_writing_replies(app: Flask) -> None:
    cast = make_cast(app, "open_hall")
    phone, other = cast.member(), cast.member()
    post(phone, f"{cast.base}/questions", cast.base, body="Bao giờ xã có máy tính mới?", client_id="q-1")
    with cast.reading() as session:
        from survey.questions.models import Question

        question = session.scalars(select(Question.id)).one()
    cast.write(deciding.decide, cast.dialogue_id, question, "approve", actor="test")
    cast.write(lifecycle.close, cast.dialogue_id, actor="test")
    while cast.write(lifecycle.put_rest_in_writing, cast.dialogue_id, actor="test"):
        pass
    open_box(cast)
    here = f"{cast.base}/ideas/{question}"
    assert phone.get(here).status_code == 404, "no answer is there yet"

    def answer(session: Any) -> None:
        session.get_one(Question, question).note = "Mua trong quý ba."

    cast.write(answer)
    assert "Mua trong quý ba" in phone.get(here).text
    assert other.get(here).status_code == 404
    post(phone, f"{here}/replies", here, body="Xin cho biết bao nhiêu máy?")
    let_go(cast)
    letter = desk(cast)[0]
    assert (letter.is_idea, letter.messages[0].body) == (False, "Xin cho biết bao nhiêu máy?")
    cast.write(erasing.erase, cast.dialogue_id, question, actor="test", reason="secret")
    assert (desk(cast)[0].messages, desk(cast)[0].state) == ((), "erased"), "erasing reaches the thread"


def test_the_office_takes_up_recommends_sets_aside_mutes_and_erases(hall: tuple[Cast, list[FlaskClient]]) -> None:
    cast, (phone, other, _third) = hall
    id_, rude = put(cast, phone), put(cast, other, "Đồ ngu cả lũ, chẳng làm gì hết")
    let_go(cast)
    organiser, here = cast.staff("organiser"), f"{cast.desk}/ideas"
    assert "Có lời lẽ nặng" in organiser.get(here).text
    for act, form in (("take", {"text": "Góc đọc sách", "remark": ""}), ("recommendation", {"recommended": "Mở góc đọc sách"}),
                      ("aside", {"reason": ""})):  # fmt: skip
        post(organiser, f"{here}/{id_}/{act}", here, 422 if act == "aside" else 303, **form)
    with cast.reading() as session:
        made = session.scalars(select(Recommendation)).one()
        assert (made.body, session.get_one(Thread, id_).recommendation_id) == ("Mở góc đọc sách", made.id)
    recommend = f"{here}/{id_}/recommendation"
    post(organiser, recommend, here, 303, recommended="Mở góc đọc sách")  # a second tap
    again = post(organiser, recommend, here, 403, recommended="Lời gõ của người thứ hai")
    assert "Lời gõ của người thứ hai" in again, "and nothing typed is lost"
    post(organiser, f"{here}/{rude}/mute", here)
    page = f"{cast.base}/ideas"
    assert "tạm không gửi được" in post(other, page, page, 403, body="Một ý tưởng khác hẳn", client_id="m")
    put(cast, phone, "Người khác vẫn gửi được", "m")
    post(organiser, f"{here}/{rude}/erase", here, 422, typed="", reason="offensive")
    post(organiser, f"{here}/{rude}/erase", here, typed="xóa", reason="offensive")
    assert "Đồ ngu" not in other.get(f"{page}/{rude}").text
    assert "Có lời xúc phạm" in other.get(f"{page}/{rude}").text
    folder = cast.app.extensions["survey"]["settings"].data_dir
    held = [path.name for path in folder.glob("*.sqlite3*") if "Đồ ngu".encode() in path.read_bytes()]
    assert held == [], "and no byte of it is left in a file"


def test_the_box_ends_before_the_keys_and_says_so_a_week_before(hall: tuple[Cast, list[FlaskClient]]) -> None:
    cast, (phone, *_rest) = hall
    put(cast, phone)
    page = f"{cast.base}/ideas"
    assert "hãy chép lại" not in phone.get(page).text
    today = local(now()).date()

    def keys(session: Any) -> None:
        session.get_one(Dialogue, cast.dialogue_id).keys_until = today + dt.timedelta(days=6)

    cast.write(keys)
    assert "hãy chép lại" in phone.get(page).text
    organiser, box = cast.staff("organiser"), f"{cast.desk}/ideas/box"
    late = today + dt.timedelta(days=6)
    typed = f"{late.day}/{late.month}/{late.year}"
    assert typed in post(organiser, box, f"{cast.desk}/ideas", 422, until=typed)
    assert "26 tháng ba" in post(organiser, box, f"{cast.desk}/ideas", 422, until="26 tháng ba")
    assert rules.last_day(today + dt.timedelta(days=20), late) == late - dt.timedelta(days=1)
    lifecycle.sweep(cast.stores, now() + dt.timedelta(days=6))
    assert not cast.keys.exists(cast.dialogue_id, "ask")
    assert IDEA not in phone.get(page).text, "nobody's phone opens a thread any more"
    assert [one.body for one in desk(cast)] == [IDEA], "and the office still has it"


def test_taking_back_before_it_went_leaves_nothing(hall: tuple[Cast, list[FlaskClient]]) -> None:
    cast, (phone, *_rest) = hall
    id_, page = put(cast, phone), f"{cast.base}/ideas"
    post(phone, f"{page}/{id_}/withdrawal", page)
    assert everything(cast)["threads"] == []
    second = put(cast, phone, "Ý tưởng thứ hai của tôi", "i-2")
    let_go(cast)
    before = everything(cast)["dialogues"]
    post(phone, f"{page}/{second}/withdrawal", page)
    assert [(one.state, one.body) for one in desk(cast)] == [("open", "Ý tưởng thứ hai của tôi")], "nor when it was"
    assert everything(cast)["dialogues"] == before
    assert "Bạn đã rút lại" in phone.get(f"{page}/{second}").text
    let_go(cast)
    assert [(one.state, one.body) for one in desk(cast)] == [("withdrawn", "")]


def test_the_box_works_on_postgresql(cast_on_postgres: Cast) -> None:
    cast = cast_on_postgres
    phone, other = cast.member(), cast.member()
    cast.write(lifecycle.close, cast.dialogue_id, actor="test")
    open_box(cast)
    id_, second = put(cast, phone), put(cast, other, "Sân bóng cho thôn", "i-2")
    assert let_go(cast) == 2
    cast.write(staff.answer, cast.dialogue_id, id_, "Đang bàn", actor="test")
    cast.write(staff.take_up, cast.dialogue_id, id_, "Góc đọc sách", "", actor="test")
    post(phone, f"{cast.base}/ideas/{id_}/replies", f"{cast.base}/ideas", body="Cảm ơn ban tổ chức")
    post(other, f"{cast.base}/ideas/{second}/withdrawal", f"{cast.base}/ideas")
    assert let_go(cast) == 2
    assert {one.id: (one.state, len(one.messages)) for one in desk(cast)} == {
        id_: ("open", 2),
        second: ("withdrawn", 0),
    }
    assert cast.stranger().get(f"/p/{cast.code}.json").get_json()["ideas"][0]["body"] == "Góc đọc sách"
    lifecycle.sweep(cast.stores, now() + dt.timedelta(days=21))
    assert not cast.keys.exists(cast.dialogue_id, "idea")
