"""A rehearsal: visibly one while it lasts, and nothing of it afterwards."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import func
from sqlalchemy import select

from survey import lifecycle
from survey.core.clock import now
from survey.core.columns import Base
from survey.core.columns import RollBase
from survey.core.errors import NotNow
from survey.dialogues import queries as dialogues
from survey.dialogues import service as settings
from survey.dialogues import sites
from survey.followups import models as followups
from survey.followups import recommendations
from survey.organisations import units
from survey.organisations.models import Unit
from survey.questionnaires import building
from survey.questionnaires import items
from survey.questionnaires import service as answering
from survey.questionnaires.models import Questionnaire
from survey.questions import service as asking
from survey.questions.models import Question
from survey.questions.state import State
from survey.rehearsal import service
from survey.rehearsal import wiping
from survey.roll.models import Issue
from survey.room import service as room
from survey.web.i18n import speaking
from tests.conftest import Cast
from tests.conftest import csrf
from tests.conftest import make_cast

Figure = Callable[[str], None]
CHANGED = (  # by `play`, so that being as before says something
    "ballots", "questions", "supports", "question_groups", "group_supports", "responses", "moderation_log", "dialogues",
    "dialogue_log", "questionnaires", "items", "rehearsals", "recommendations", "recommendation_questions",
    "recommendation_units", "recommendation_events",
)  # fmt: skip
COUNTS_OF_CHANGES = {"version", "revision"}  # they never fall, or a phone that slept would miss what came


def rows(cast: Cast) -> dict[str, list[str]]:
    """Every row of every table of both databases, the counts of changes aside."""
    found: dict[str, list[str]] = {}
    for database, metadata in ((cast.stores.db, Base.metadata), (cast.stores.roll, RollBase.metadata)):
        with database.reading() as session:
            for table in metadata.sorted_tables:
                columns = [column for column in table.columns if column.name not in COUNTS_OF_CHANGES]
                found[table.name] = sorted(map(repr, session.execute(select(*columns)).all()))
    return found


def files(cast: Cast) -> dict[str, bytes | None]:
    """The list of files of data and keys, with what is in the keys."""
    own = cast.app.extensions["survey"]["settings"]
    folders = (own.data_dir, own.key_dir)
    return {
        str(path): path.read_bytes() if path.suffix == ".key" else None
        for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()
    }  # fmt: skip


def send(browser: Any, path: str, page: str, **data: Any) -> Any:
    return browser.post(path, data={"csrf_token": csrf(browser, page), **data})


def prepared(cast: Cast) -> None:
    """What staff have ready before the day, in every table that a rehearsal must not touch."""
    cast.cards(8)
    cast.enrol("Nguyễn Văn An")
    cast.write(sites.add, cast.dialogue_id, "Huyện Cái Nước", 40)

    def fill(session: Any) -> None:
        made = building.create(session, cast.dialogue_id, "Trước đối thoại")
        items.add_item(session, cast.dialogue_id, made, "text", {"label": "Bạn mong gì?"})
        building.open_(session, cast.dialogue_id, made)
        unit = units.add(session, cast.organisation_id, None, "Sở Nội vụ")
        topic = dialogues.topics(session, cast.dialogue_id)[0]
        session.add(followups.TopicUnit(topic_id=topic.id, dialogue_id=cast.dialogue_id, unit_id=unit))
        session.add(followups.Preparation(dialogue_id=cast.dialogue_id, words="Nhờ đơn vị chuẩn bị ngắn gọn"))
        session.add(followups.UnitLink(dialogue_id=cast.dialogue_id, unit_id=unit, token=b"t" * 16))
        settings.change(session, cast.dialogue_id, {"screen": "welcome"})

    cast.write(fill)


def play(cast: Cast, desk: Any) -> Any:
    """A whole dialogue under rehearsal: phones ask and vote, staff decide, merge, answer, poll, close, open and wait."""
    phone, base = cast.member(), cast.base
    form = {"body": "Câu hỏi gõ trên điện thoại thật khi diễn tập", "client_id": "r-1"}
    asked = phone.post(f"{base}/questions", data=form, headers=json(phone, base)).get_json()["id"]
    with cast.reading() as session:
        board = session.scalars(select(Question.id).where(Question.state == State.APPROVED)).all()
        survey = session.scalars(select(Questionnaire.id)).one()
        unit = session.scalars(select(Unit.id)).first()
    made = {"body": "Việc nêu khi diễn tập", "question_ids": [asked], "cooperating": [unit], "actor": "test"}
    cast.write(recommendations.create, cast.dialogue_id, **made)
    assert phone.post(f"{base}/questions/{board[0]}/vote", headers=json(phone, base)).status_code == 200
    item = cast.write(lambda s: answering.items_of(s, survey)[0].id)
    form = {item: "Mong được nghe", "counter": "1"}
    assert phone.post(f"{base}/surveys/{survey}", data=form, headers=json(phone, base)).status_code == 201
    for path, data in (
        (f"questions/{asked}/approve", {}), (f"questions/{board[1]}/merge", {"others": board[2]}),
        (f"questions/{board[0]}/call", {}),
        (f"questions/{board[0]}/note", {"note": "Đã nghe"}), (f"questions/{board[0]}/answer", {}),
        ("screen/timer", {"minutes": "3"}), ("screen", {"mode": "ranking"}), ("order", {"held": "1"}),
        ("rehearsal/questions", {}),
        ("step", {"to": "closed", "in_writing": "1"}), ("step", {"to": "live"}), ("step", {"to": "closed"}),
    ):  # fmt: skip
        answer = send(desk, f"{cast.desk}/{path}", f"{cast.desk}/manage", **data)
        assert answer.status_code in {200, 204, 303}, (path, answer.status_code, answer.text[:300])
    made = cast.write(building.create, cast.dialogue_id, "Thăm dò thử")
    cast.write(items.add_item, cast.dialogue_id, made, "text", {"label": "Thử"})
    cast.write(building.open_, cast.dialogue_id, made)
    lifecycle.sweep(cast.stores, now() + lifecycle.UNDO * 2)
    for path, data in (("step", {"to": "live"}), ("lead/end", {})):  # ended, and not yet closed
        assert send(desk, f"{cast.desk}/{path}", f"{cast.desk}/manage", **data).status_code == 303
    return phone


def json(browser: Any, page: str) -> dict[str, str]:
    return {"Accept": "application/json", "X-CSRFToken": csrf(browser, page)}


@pytest.mark.claim("moderation", "a rehearsal leaves nothing: every table's rows and the list of files are as before")
@pytest.mark.parametrize("entry", ["tickets", "roll+tickets"])
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_rehearsal_leaves_nothing(request: pytest.FixtureRequest, kind: str, entry: str, figure: Figure) -> None:
    if kind == "postgresql":
        cast: Cast = make_cast(request.getfixturevalue("cast_on_postgres").app, "collect", entry=entry)
    else:
        cast = make_cast(request.getfixturevalue("app"), "collect", entry=entry)
    if entry == "roll+tickets":  # with the signing key and the ballot box of the strong mode
        cast.write(lifecycle.set_entry, cast.keys, cast.dialogue_id, entry, strong=True)
    prepared(cast)
    desk = cast.staff("organiser")
    csrf(desk, f"{cast.desk}/manage")
    before, there = rows(cast), files(cast)
    assert send(desk, f"{cast.desk}/rehearsal", f"{cast.desk}/manage", people="30").status_code == 303
    phone = play(cast, desk)
    during = rows(cast)
    changed = {name for name in before if before[name] != during[name]}
    assert set(CHANGED) <= changed, "the control"
    assert send(desk, f"{cast.desk}/rehearsal/end", f"{cast.desk}/manage").status_code == 303
    after = rows(cast)
    assert {name: after[name] for name in after if after[name] != before[name]} == {}
    assert files(cast) == there
    assert phone.post(f"{cast.base}/questions", headers=json(phone, f"{cast.base}/leave")).status_code in {401, 403}
    figure(f"{len(before)} tables, {len(there)} files equal; {len(changed)} tables had changed")


def test_every_table_is_wiped_restored_or_left() -> None:
    lists = (wiping.WIPED, wiping.RESTORED, wiping.LEFT)
    assert sum(map(len, lists)) == len(frozenset().union(*lists)), "a table stands in one list"
    assert frozenset().union(*lists) == set(Base.metadata.tables)


@pytest.fixture
def rehearsed(app: Any) -> Cast:
    """A draft under rehearsal."""
    cast = make_cast(app)
    service.start(cast.stores, cast.dialogue_id, 30, actor="test")
    return cast


def test_every_page_phone_screen_and_file_says_that_it_is_one(rehearsed: Cast) -> None:
    cast, desk = rehearsed, rehearsed.staff("organiser")
    phone = cast.member()
    pages = {cast.desk + path: desk for path in (
        "/manage", "/moderate", "/lead", "/screen", "/lead/print", "/exports", "/exports/questions/print", "/intake", "/surveys",
        "/staff", "/devices", "/script", "/scrutiny",
    )} | {cast.base + path: phone for path in ("", "?tab=ranking", "?tab=mine", "/ask", "/who", "/leave")}  # fmt: skip
    assert [path for path, browser in pages.items() if "DIỄN TẬP" not in browser.get(path).text] == []
    assert "DIỄN TẬP" in cast.stranger().get(cast.base).text, "who is not in yet, too"
    for fmt in ("csv", "json"):
        answer = desk.get(f"{cast.desk}/exports/questions.{fmt}")
        assert "DIỄN TẬP" in answer.get_data(as_text=True)
        assert "dien-tap-" in answer.headers["Content-Disposition"]
    book = load_workbook(io.BytesIO(desk.get(f"{cast.desk}/exports/questions.xlsx").data))
    assert any("DIỄN TẬP" in str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
    cast.write(service.end, cast.dialogue_id)
    assert [path for path in pages if path.startswith("/s/") and "DIỄN TẬP" in desk.get(path).text] == []


@pytest.mark.parametrize("audience", ["room", "leader", "screen", "moderator"])
def test_open_screens_hear_of_its_beginning_and_end(app: Any, audience: str) -> None:
    cast = make_cast(app, "collect")
    surface = app.extensions["hub"]._surfaces[audience]

    def look() -> Any:
        with cast.reading() as session:
            return surface.snapshot(session, cast.dialogue_id)

    def said(before: Any, after: Any) -> str:
        with app.app_context(), speaking("vi"):
            return "".join(event.data for event in surface.events(before, after))

    first = look()
    service.start(cast.stores, cast.dialogue_id, 30, actor="test")
    second = look()
    assert "DIỄN TẬP" in said(first, second)
    cast.write(service.end, cast.dialogue_id)
    last = said(second, look())
    assert "DIỄN TẬP" not in last
    assert '"#rehearsal"' in last or audience in {"screen", "leader"}, "the mark is taken away, not only left out"


def test_it_fills_a_hall(rehearsed: Cast) -> None:
    with rehearsed.reading() as session:
        dialogue = dialogues.by_id(session, rehearsed.dialogue_id)
        states = dict(session.execute(select(Question.state, func.count()).group_by(Question.state)).all())
        top = session.scalar(select(func.max(Question.supporters)))
    assert (dialogue.state, dialogue.entry, dialogue.ballots) == ("live", "open", 30)
    assert states == {"approved": 12, "pending": 10}
    assert 10 < top < 30


def test_it_is_refused_where_something_is_real(app: Any) -> None:
    live, asked, entered, issued = (
        make_cast(app, *steps, entry=entry)
        for steps, entry in ((("open_hall",), "open"), ((), "open"), (("collect",), "open"), (("collect",), "roll"))
    )
    asked.write(lambda s: asking.add(s, asked.dialogue_id, "Câu hỏi thật", None, state=State.PENDING).id)
    entered.write(room.admit, entered.dialogue_id, b"b" * 16)
    member = issued.enrol("Nguyễn Văn An")
    issued.stores.roll.write(lambda s: s.add(Issue(dialogue_id=issued.dialogue_id, member_id=member, mode="weak")))
    for cast in (live, asked, entered, issued):
        before = rows(cast)
        with pytest.raises(NotNow):
            service.start(cast.stores, cast.dialogue_id, 30, actor="test")
        assert rows(cast) == before
    page = asked.staff("organiser").get(f"{asked.desk}/manage").text
    assert "Đã có phiếu kín hoặc câu hỏi thật" in page
    assert f'action="{asked.desk}/rehearsal"' not in page


def test_the_real_day_cannot_be_reached_from_it(rehearsed: Cast) -> None:
    cast = rehearsed
    for act in (
        lambda: cast.write(lifecycle.repeat, cast.keys, cast.dialogue_id),
        lambda: cast.write(lifecycle.set_entry, cast.keys, cast.dialogue_id, "roll"),
        lambda: cast.write(lifecycle.conclude, cast.dialogue_id, actor="test"),
        lambda: service.start(cast.stores, cast.dialogue_id, 30, actor="test"),
    ):
        with pytest.raises(NotNow):
            act()
    cast.write(service.end, cast.dialogue_id)
    with pytest.raises(NotNow):
        cast.write(service.end, cast.dialogue_id)
    assert cast.code not in cast.stranger().get("/").text


def test_a_personal_link_waits_until_it_is_over(app: Any) -> None:
    cast = make_cast(app, "collect", entry="roll")
    link = cast.personal(cast.enrol("Nguyễn Văn An"))
    service.start(cast.stores, cast.dialogue_id, 30, actor="test")
    answer = cast.stranger().get(f"/m/{cast.code}")
    assert answer.status_code == 403
    assert "vẫn còn nguyên" in answer.text
    cast.write(service.end, cast.dialogue_id)
    phone = cast.stranger()
    opened = send(phone, f"/m/{cast.code}/session", f"/m/{cast.code}", token=link.token)
    assert opened.status_code == 303
