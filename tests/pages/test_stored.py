"""What is stored: the statement against the metadata of both databases, and against what the acts really write."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterable
from functools import partial
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Column
from sqlalchemy import MetaData
from sqlalchemy import String
from sqlalchemy import Table
from sqlalchemy import select

from survey import lifecycle
from survey.core.columns import Base
from survey.core.columns import RollBase
from survey.dialogues import service as dialogues
from survey.dialogues.entry import BLIND_WAYS
from survey.dialogues.entry import BY_ROLL
from survey.dialogues.entry import Way
from survey.pages import stored
from survey.questionnaires import building
from survey.questionnaires import items
from tests.conftest import Cast
from tests.conftest import csrf
from tests.conftest import make_cast

# Tables that only staff fill. A new table stands here or in `stored`; there is no third place.
STAFF = frozenset({
    "topics", "sites", "hand_counts", "dialogue_log", "moderation_log", "question_groups", "group_members", "items",
    "card_batches",
    "card_voidings", "staff", "grants", "sign_ins", "links", "device_requests", "staff_log", "organisations", "units",
    "letterheads",
    "topic_lists", "templates", "rolls", "roll_log", "preparations", "topic_units", "question_units", "unit_links",
    "prepared_answers", "followup_log", "rehearsals", "key_records",
    "deadline_rules", "dialogue_deadlines", "unit_contacts", "reminders", "concluded_figures",
    "publications", "published_questions", "published_files", "webhooks", "webhook_deliveries",
    "idea_boxes",
    "recommendations", "recommendation_questions", "recommendation_units", "recommendation_events", "unit_reports",
    "attachments",
})  # fmt: skip
# Tables of staff in which an act of a member moves a counter: their other columns are the organiser's.
ORGANISERS = {
    "dialogues": {
        "issue_key", "key_epoch", "former_key",
        "id", "organisation_id", "code", "state", "theme", "leader", "host_unit", "place", "starts_at", "minutes", "pledge",
        "entry", "pre_moderation", "board_public", "listed", "people_shown", "ask_limit", "auto_pass", "order_held",
        "screen", "sample", "poll_id",
        "timer_until", "ends_moved", "writing_days", "ending_at", "ending_by", "ending_screen", "grouped",
        "rule", "turns", "site_turns", "rehearsal", "leaders", "complaints", "unscrubbed",
        "unshuffled", "next_recommendation", "key_days", "keys_until", "box_times", "box_least", "box_seen", "box_opened",
    },
    "questionnaires": {
        "opens_at", "closes_at", "missed", "id", "dialogue_id", "position", "title", "intro", "state", "editable",
        "results_shown", "rows_announced", "results_link", "purpose", "hidden", "quorum", "share_of", "present", "removed",
    },
}  # fmt: skip
Figure = Callable[[str], None]


def faults(metadata: Iterable[MetaData], spoken: Iterable[str]) -> list[str]:
    """Columns that nobody speaks of, and lines about columns that are not there."""
    there = {
        f"{table.name}.{column.name}"
        for each in metadata for table in each.tables.values() if table.name not in STAFF for column in table.columns
    }  # fmt: skip
    organisers = {f"{table}.{column}" for table, columns in ORGANISERS.items() for column in columns}
    said = set(spoken)
    return [
        *(f"not spoken of: {name}" for name in sorted(there - said - organisers)),
        *(f"not there: {name}" for name in sorted((said | organisers) - there)),
        *(f"the organiser's and a member's: {name}" for name in sorted(said & organisers)),
    ]


def copies() -> tuple[MetaData, MetaData]:
    """Both metadata as a copy that a test may spoil."""
    made = (MetaData(), MetaData())
    for copy, base in zip(made, (Base, RollBase), strict=True):
        for table in base.metadata.sorted_tables:
            table.to_metadata(copy)
    return made


@pytest.mark.claim("anonymity", "the statement of what is stored equals the columns of both databases")
def test_the_statement_equals_the_columns(figure: Figure) -> None:
    spoken = stored.spoken()
    figure(f"{len(spoken)} columns spoken of, {len(faults(copies(), spoken))} differences")
    assert faults((Base.metadata, RollBase.metadata), spoken) == []


@pytest.mark.claim(
    "anonymity", "negative control: a column that is added and not spoken of is found, in either database"
)
def test_a_column_that_is_added_is_found(figure: Figure) -> None:
    main, roll = copies()
    main.tables["questions"].append_column(Column("address", String))
    main.tables["dialogues"].append_column(Column("last_phone", String))
    roll.tables["issued"].append_column(Column("at", String))
    Table("visits", main, Column("agent", String))
    found = faults((main, roll), stored.spoken())
    figure(f"{len(found)} of 4 found")
    assert found == [f"not spoken of: {name}" for name in (
        "dialogues.last_phone", "issued.at", "questions.address", "visits.agent",
    )]  # fmt: skip


def test_a_line_about_a_column_that_is_gone_is_found() -> None:
    assert faults(copies(), {*stored.spoken(), "questions.ip"}) == ["not there: questions.ip"]
    assert faults(copies(), stored.spoken() - {"supports.voter"}) == ["not spoken of: supports.voter"]


def everything(cast: Cast) -> dict[str, dict[tuple[Any, ...], dict[str, Any]]]:
    """Every row of both databases by table and primary key."""
    found: dict[str, dict[tuple[Any, ...], dict[str, Any]]] = {}
    for database, base in ((cast.stores.db, Base), (cast.stores.roll, RollBase)):
        with database.reading() as session:
            for table in base.metadata.sorted_tables:
                keys = [column.name for column in table.primary_key]
                rows = [dict(row) for row in session.execute(select(table)).mappings()]
                found[table.name] = {tuple(row[key] for key in keys): row for row in rows}
    return found


def written(cast: Cast, act: Callable[[], object]) -> set[str]:
    """The columns that an act fills or changes: all of a new row, of an old row those that differ."""
    before = everything(cast)
    act()
    after, found = everything(cast), set()
    for table, rows in after.items():
        for key, row in rows.items():
            old = before[table].get(key)
            found |= {f"{table}.{name}" for name in row if old is None or old[name] != row[name]}
        assert set(before[table]) <= set(rows) or table == "supports", f"{table}: an act of a member took rows away"
    return found


def said_of(act: str, entry: str) -> set[str]:
    """The columns that the box beside this act names for this way in."""
    return {name for line in stored.ACTS[act].of(entry) if line.kind == stored.STORED for name in line.columns}


def said_on_phone(entry: str) -> set[str]:
    lines = [line for act in stored.acts(entry) for line in act.of(entry) if line.kind == stored.PHONE]
    return {name for line in lines for name in line.columns}


def post(phone: FlaskClient, path: str, page: str, **data: str) -> None:
    answer = phone.post(path, data={"csrf_token": csrf(phone, page), **data})
    assert answer.status_code == 303, answer.text


def survey(cast: Cast) -> tuple[str, str]:
    made = cast.write(building.create, cast.dialogue_id, "Khảo sát thử")
    item = cast.write(items.add_item, cast.dialogue_id, made, "text", {"label": "Bạn nói gì?"})
    cast.write(building.open_, cast.dialogue_id, made)
    return f"{cast.base}/surveys/{made}", item


def in_the_room(cast: Cast, phone: FlaskClient) -> dict[str, set[str]]:
    """What each act in the room writes, by a phone that is in; the board needs no approval, so everything is written."""
    path, item = survey(cast)
    cast.write(dialogues.change, cast.dialogue_id, {"pre_moderation": False})
    base, asked = cast.base, {"body": "Bao giờ xã có máy tính mới?", "client_id": "c-1"}
    done = {"ask": written(cast, lambda: post(phone, f"{base}/questions", base, **asked))}
    question = next(iter(everything(cast)["questions"]))[0]
    done["support"] = written(cast, lambda: post(phone, f"{base}/questions/{question}/vote", base))
    done["support"] |= written(cast, lambda: post(phone, f"{base}/questions/{question}/vote/withdrawal", base))
    done["respond"] = set()
    for number in range(5):
        other = phone if number == 0 else cast.member()
        done["respond"] |= written(cast, partial(post, other, path, path, counter="1", **{item: "Một lời"}))
    done["look"] = written(cast, lambda: [
        phone.get(f"{base}{tail}") for tail in ("", "?tab=ranking&q=may", "?tab=mine", "/who", "/ask", "/board.json")
    ])  # fmt: skip
    return done


@pytest.mark.claim("anonymity", "what acts of a member write is what the box beside them says (entry open)")
def test_acts_write_what_the_box_says(cast: Cast, figure: Figure) -> None:
    phone = cast.stranger()
    done = {"enter": written(cast, lambda: post(phone, f"{cast.base}/entry", cast.base)), **in_the_room(cast, phone)}
    figure("; ".join(f"{act} {len(columns)}" for act, columns in done.items()) + " columns")
    assert {
        act: columns - said_of(act, "open") for act, columns in done.items() if columns - said_of(act, "open")
    } == {}
    assert done["look"] == set()
    for act in ("enter", "ask", "support", "respond"):
        assert done[act], "an act that writes nothing proves nothing"
    own = {"ballots", "supports", "questions", "responses"}
    assert {name.split(".")[0] for columns in done.values() for name in columns} >= own


def test_entering_by_a_card_writes_what_the_box_says(app: Any) -> None:
    cast = make_cast(app, "open_hall", entry="tickets")
    card, phone = cast.cards(8)[0], cast.stranger()
    columns = written(cast, lambda: post(phone, f"{cast.base}/entry", cast.base, ticket=card))
    assert {"tickets.state", "ballots.ballot"} <= columns
    assert columns <= said_of("enter", "tickets")


def test_taking_a_ballot_by_link_writes_what_the_box_says(app: Any) -> None:
    cast = make_cast(app, entry="roll")
    member = cast.enrol("Nguyễn Văn An", phone="0912345678")
    cast.write(lifecycle.collect, cast.dialogue_id, actor="test")
    lifecycle.take(cast.stores, cast.dialogue_id, "live", actor="test")
    phone, page = cast.stranger(), f"/m/{cast.code}"

    def open_link() -> None:
        post(phone, f"{page}/session", page, twin=cast.personal(member).twin)

    assert written(cast, open_link) <= {"members.tries"}
    headers = {"Accept": "application/json", "X-CSRFToken": csrf(phone, page)}
    got: list[str] = []

    def take() -> None:
        answer = phone.post(f"{page}/credential", headers=headers)
        assert answer.status_code == 200, answer.text
        got.append((answer.json or {})["pass"])

    taken = written(cast, take)
    assert {"issued.member_id", "issued.bound"} <= taken <= said_of("take", "roll")
    entered = written(cast, lambda: phone.post(f"{cast.base}/entry", data={"pass": got[0]}))
    assert {"spent_passes.use", "ballots.ballot"} <= entered <= said_of("enter", "roll")


def test_every_cookie_of_the_room_is_spoken_of(cast: Cast, put: Callable[..., str]) -> None:
    question, phone = put("Câu một"), cast.member()
    base = cast.base
    post(phone, f"{base}/questions", base, body="Bao giờ xã có máy tính mới?", client_id="c-1")
    post(phone, f"{base}/questions/{question}/skip", base)
    names = {cookie.key for cookie in (phone._cookies or {}).values()}
    assert names == {"ballot", "d_session", "mine", "skipped"}
    assert names <= said_on_phone("open")


def test_the_box_is_one_line_and_behind_it_the_exact_list(cast: Cast) -> None:
    page = cast.member().get(f"{cast.base}/ask").text
    box = page.split('<details class="keep">', 1)[1].split("</details>", 1)[0]
    line, behind = box.split("</summary>", 1)
    assert f"Chúng tôi lưu gì: {stored.ASK.short}" in line
    assert re.findall(r"<dd>(.*?)</dd>", behind) == [each.said for each in stored.ASK.of("open")]
    assert f'href="{cast.base}/who"' in page


@pytest.mark.parametrize("entry", list(map(str, Way)))
def test_every_way_in_has_its_own_statement(entry: str) -> None:
    said = [line.said for line in stored.ENTER.of(entry) if "ballots.ballot" in line.columns]
    assert len(said) == 1, "one line about the ballot, and the one that is true here"
    assert ("chế độ yếu" in said[0].lower()) == (entry in BY_ROLL)
    assert (stored.TAKE in stored.acts(entry)) == (entry in {*BY_ROLL, *BLIND_WAYS.values()})
    assert ("tickets.state" in said_of("enter", entry)) == ("tickets" in entry)
    assert ("spent_passes.use" in said_of("enter", entry)) == (entry in BY_ROLL)


def test_the_page_of_promises_names_every_column(cast: Cast) -> None:
    page = cast.stranger().get("/promise").text
    assert [name for name in sorted(stored.spoken()) if name not in page] == []


def test_every_page_on_which_a_member_writes_has_its_box(app: Any) -> None:
    cast = make_cast(app, "collect", entry="roll+tickets")
    member = cast.enrol("Nguyễn Văn An")
    lifecycle.take(cast.stores, cast.dialogue_id, "live", actor="test")
    path, _item = survey(cast)
    roll, phone = f"/m/{cast.code}", cast.stranger()
    boxes = {f"{cast.base}/entry": "enter", roll: "take"}
    assert {page: name for page, name in boxes.items() if not shows(phone, page, name)} == {}
    post(phone, f"{roll}/session", roll, twin=cast.personal(member).twin)
    post(phone, f"{cast.base}/entry", cast.base, ticket=cast.cards(8)[0])
    boxes = {f"{cast.base}/ask": "ask", path: "respond", roll: "take", f"{roll}/correction": "mend"}
    assert {page: name for page, name in boxes.items() if not shows(phone, page, name)} == {}


def shows(phone: FlaskClient, path: str, act: str) -> bool:
    answer = phone.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return f"Chúng tôi lưu gì: {stored.ACTS[act].short}" in answer.text
