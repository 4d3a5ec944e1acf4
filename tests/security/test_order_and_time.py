"""Rules D1 and D5: what is anonymous carries no time finer than five minutes, and its order tells nothing of who came first."""

from __future__ import annotations

import datetime as dt
import random
import re
from collections.abc import Callable
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import BigInteger
from sqlalchemy import Date
from sqlalchemy import DateTime
from sqlalchemy import Integer
from sqlalchemy import inspect
from sqlalchemy import select
from sqlalchemy import text

from survey.accounts import queries as accounts
from survey.core import clock
from survey.core.columns import Base
from survey.core.columns import RollBase
from survey.core.ids import digest
from survey.core.ids import new_token
from survey.desk.order import QUEUES
from survey.dialogues.models import Dialogue
from survey.exports import queries as exports
from survey.lifecycle import close
from survey.moderation import queries as moderation
from survey.moderation import service as deciding
from survey.questionnaires import queries as questionnaires
from survey.questionnaires import service as answering
from survey.questionnaires.models import Response
from survey.questions import queries as questions
from survey.questions import service as asking
from survey.questions.models import Question
from survey.questions.models import Support
from survey.questions.state import State
from survey.room import service as room
from survey.room.models import Ballot
from tests.conftest import Cast
from tests.questionnaires.conftest import make_poll
from tests.security.world import World

Figure = Callable[[str], None]
# Everything that the tables of what is anonymous may hold, name by name: a new column is a decision.
ALLOWED = {
    "ballots": {"dialogue_id", "ballot"},
    "supports": {"question_id", "voter"},
    "responses": {"questionnaire_id", "mark", "counter", "answers"},
    "questions": {"id", "dialogue_id", "topic_id", "number", "body", "folded", "state", "source", "author", "unit", "tie",
                  "carried", "supporters", "shown", "asked_about", "reason", "note", "asked_back", "reply", "group_id",
                  "merged_into", "wordings", "apart", "mute", "muted", "held_place", "site", "answerer",
                  "handed_to", "grouped", "before", "satisfied", "judged", "satisfied_shown", "judged_shown"},
    "judgements": {"question_id", "mark", "satisfied"},
    "judgement_tokens": {"token", "question_id"},
    "support_samples": {"question_id", "at", "supporters"},
    "poll_words": {"questionnaire_id", "folded", "spelled", "whole", "ballots", "seen", "stands"},
    "question_groups": {"id", "dialogue_id", "leading_id", "previous", "carried"},
    "group_members": {"group_id", "question_id", "before"},
    "group_supports": {"group_id", "voter"},
    "tickets": {"dialogue_id", "mark", "sheet", "site", "state"},
    "spent_passes": {"dialogue_id", "use"},
    "taken_answers": {"dialogue_id", "mark", "dismissed"},
    "gathered_questions": {"id", "dialogue_id", "author", "body", "topic_id", "mute", "withdrawn", "site"},
    "site_marks": {"dialogue_id", "mark", "site"},
    "threads": {"id", "dialogue_id", "question_id", "author", "body", "topic_id", "waits", "state", "reason", "signing", "name",
                "unit_id", "mute", "muted", "taken", "taken_text", "taken_note", "recommendation_id"},
    "thread_messages": {"id", "thread_id", "place", "side", "unit_id", "actor", "body", "waits"},
}  # fmt: skip
COARSE = {("questions", "asked_about"), ("moderation_log", "at"), ("support_samples", "at")}
MANY = 200
FAR = 0.3  # of a rank correlation: 4.2 standard deviations for 200 in random order, and 1 for those in order of arrival


@pytest.mark.claim(
    "anonymity", "what is anonymous is stored without a time finer than five minutes, an address or a counter"
)
def test_anonymous_tables_hold_what_was_decided(world: World, figure: Figure) -> None:
    """Columns, types and keys as the migrations made them, not as the models say."""
    tables = inspect(world.db._engine)
    for name, allowed in ALLOWED.items():
        columns = {column["name"]: column for column in tables.get_columns(name)}
        assert set(columns) == allowed, name
        for column, facts in columns.items():
            if isinstance(facts["type"], DateTime | Date):
                assert (name, column) in COARSE
        key = tables.get_pk_constraint(name)["constrained_columns"]
        assert not any(isinstance(columns[part]["type"], Integer | BigInteger) for part in key), f"{name} is counted"
    figure(f"{len(ALLOWED)} tables, {sum(map(len, ALLOWED.values()))} columns, 1 time, to five minutes")


def test_anonymous_rows_lie_in_the_order_of_random_keys(world: World) -> None:
    """On SQLite: no hidden row number, which would count arrivals, in any table of what members do."""
    with world.db.reading() as session:
        made = dict(session.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")).all())
    for name in ALLOWED:
        assert re.search(r"WITHOUT\s+ROWID", made[name], re.IGNORECASE), name
    assert not any("AUTOINCREMENT" in (sql or "").upper() for sql in made.values())
    with world.app.extensions["survey"]["roll"].reading() as session:
        roll = dict(session.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")).all())
    assert all("WITHOUT ROWID" in sql for name, sql in roll.items() if name in RollBase.metadata.tables)


def test_no_other_table_could_hold_a_member(world: World) -> None:
    """Tables with a fine time belong to staff: each names an actor or a sign-in, and none points to a ballot or a mark."""
    fine = {
        table.name
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type.dialect_impl(world.db._engine.dialect), DateTime)
        or "DateTime" in type(column.type).__name__
        if (table.name, column.name) not in COARSE
    }
    assert fine <= {
        "dialogues", "dialogue_log", "staff_log", "sign_ins", "links", "device_requests", "card_batches", "card_voidings",
        "recommendations", "recommendation_events", "unit_reports", "attachments",  # rounded as well while the hall is open
        "idea_boxes", "reminders", "concluded_figures", "published_questions", "published_files",
        "webhooks", "webhook_deliveries",
        "key_records", "questionnaires", "prepared_answers", "followup_log", "fillings",
    }  # fmt: skip
    assert fine.isdisjoint(ALLOWED)


@given(st.datetimes(timezones=st.just(dt.UTC)))
def test_coarse_time_is_five_minutes(moment: dt.datetime) -> None:
    """Never later than the moment, less than five minutes earlier, on a round five minutes."""
    cut = clock.coarse(moment)
    assert dt.timedelta(0) <= moment - cut < clock.COARSE
    assert (cut.minute % 5, cut.second, cut.microsecond) == (0, 0, 0)


def test_no_time_of_a_member_is_finer_anywhere(fresh: World) -> None:
    """After asking, correcting, voting, answering and deciding: every time in the rows of questions and decisions is round."""
    here = fresh.here
    base, desk = f"/d/{here.code}", f"/s/{here.code}"
    fresh.ask("member", "POST", f"{base}/questions", {"body": "Khi nào sửa đường liên xã?", "client_id": "t"})
    for act in ("approve", "call", "answer", "put_back"):
        assert fresh.ask("moderator", "POST", f"{desk}/questions/{here['pending']}/{act}").status_code == 200
    fresh.ask("moderator", "POST", f"{desk}/intake", {"text": "Ghi từ hội trường", "source": "spoken"})
    seen = 0
    with fresh.db.reading() as session:
        for table, column in COARSE:
            for moment in session.scalars(select(Base.metadata.tables[table].c[column])):
                assert (moment.minute % 5, moment.second, moment.microsecond) == (0, 0, 0), table
                seen += 1
    assert seen >= 10
    shown = fresh.people["member"].get(f"{base}/board.json").get_json()
    assert {key for question in shown["questions"] for key in question} == {
        "id", "number", "body", "topic", "supporters", "state",
    }  # fmt: skip
    log = fresh.people["organiser"].get(f"{desk}/exports/log.json").get_json()
    times = [row["about"] for row in log["tables"][0]["rows"]]
    assert times
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:[0-5][05]\+07:00", moment) for moment in times), times
    rows = fresh.people["organiser"].get(f"{desk}/exports/questions.json").get_json()["tables"][0]["rows"]
    assert not [key for row in rows for key in row if "at" in key.split("_") or "time" in key or "about" in key]


@pytest.mark.parametrize("path", ["", "?tab=ranking", "?tab=unseen", "?tab=mine", "/board", "/board.json"])
def test_members_are_shown_no_time_of_a_question(fresh: World, path: str) -> None:
    """Pages of the room name no hour at all once the hall runs."""
    page = fresh.people["member"].get(f"/d/{fresh.here.code}{path}").text
    visible = re.sub(r"<[^>]*>", " ", page)
    assert not re.search(r"\b[0-2]?\d:[0-5]\d\b", visible)


def correlation(places: Sequence[int]) -> float:
    """Spearman's rank correlation of the order in which things come out with that in which they came in."""
    n = len(places)
    ranks = {place: rank for rank, place in enumerate(sorted(places))}
    apart = sum((position - ranks[place]) ** 2 for position, place in enumerate(places))
    return 1 - 6 * apart / (n * (n * n - 1))


@pytest.fixture(params=["sqlite", "postgresql"])
def crowd(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[Cast, dict[str, Any]]:
    """Two hundred ballots that enter, ask, support and answer within the same five minutes, and who they are."""
    moment = clock.coarse()
    monkeypatch.setattr(asking, "coarse", lambda: moment)
    cast: Cast = request.getfixturevalue("cast" if request.param == "sqlite" else "cast_on_postgres")
    return cast, fill(cast)


def fill(cast: Cast) -> dict[str, Any]:
    """The place of each ballot in the queue at the door, by everything that it left."""
    poll = make_poll(cast)
    came: dict[str, Any] = {"poll": poll.id, "ballots": {}, "questions": {}, "voters": {}, "marks": {}, "texts": {}}
    vote, ask = (cast.keys.get(cast.dialogue_id, purpose) for purpose in ("vote", "ask"))
    target = cast.write(_approved, cast.dialogue_id)

    def all_of_them(session: Any) -> None:
        options = poll.options()
        for n in range(MANY):
            ballot = digest(new_token())
            room.admit(session, cast.dialogue_id, ballot)
            author = questions.author_mark(ask, ballot.hex(), "c")
            body = f"Câu hỏi của người thứ {n} vào phòng"
            came["questions"][asking.ask(session, cast.dialogue_id, author, body, None)["id"]] = n
            voter = questions.voter(vote, ballot.hex())
            asking.support(session, cast.dialogue_id, target, voter, wanted=True)
            mark = poll.mark(ballot.hex())
            words = f"Trả lời của người thứ {n}"
            typed = {poll.single: {"": [options[0]]}, poll.rating: {"": ["3"]}, poll.text: {"": [words]}}
            answering.respond(session, poll.id, mark, typed)
            came["ballots"][ballot] = came["voters"][voter(target)] = came["marks"][mark] = came["texts"][words] = n

    cast.write(all_of_them)
    came["target"] = target
    return came


def _approved(session: Any, dialogue_id: str) -> str:
    return asking.add(session, dialogue_id, "Câu mà mọi người ủng hộ", None, state=State.APPROVED).id


def orders(cast: Cast, came: dict[str, Any]) -> dict[str, list[int]]:
    """Each way in which what members left comes out of the database again, as places in the queue at the door."""
    asked, texts = came["questions"], came["texts"]
    with cast.reading() as session:
        dialogue = session.get_one(Dialogue, cast.dialogue_id)
        found: dict[str, list[int]] = {
            "queue of a desk that opens": [asked[id_] for id_, _about in moderation.waiting(session, cast.dialogue_id)],
            "questions in a state": [asked[row.id] for row in questions.in_states(session, cast.dialogue_id, {"pending"})],
            "moderator's list": [asked[row.id] for row in moderation.listing(
                session, cast.dialogue_id, {"pending", "held"}, size=MANY)[0]],
            "texts of a questionnaire": [texts[words] for item in questionnaires.results(session, came["poll"]).items
                                         for words in item.texts],
            "texts in an export": [texts[row[2]] for row in exports.results_report(session, dialogue).tables[0].rows
                                   if row[2] in texts],
        }  # fmt: skip
        if (
            session.get_bind().dialect.name == "sqlite"
        ):  # PostgreSQL's heap is rewritten in random order by a later step
            found |= {
                "rows of ballots": [came["ballots"][row] for row in session.scalars(select(Ballot.ballot))
                                    if row in came["ballots"]],
                "rows of questions": [asked[row] for row in session.scalars(select(Question.id)) if row in asked],
                "rows of supports": [came["voters"][row] for row in session.scalars(select(Support.voter))
                                     if row in came["voters"]],
                "rows of responses": [came["marks"][row] for row in session.scalars(select(Response.mark))],
                "whole rows of questions": [asked[row.id] for row in session.execute(text("SELECT * FROM questions"))
                                            if row.id in asked],
            }  # fmt: skip
    return found


@pytest.mark.claim("anonymity", "the order in which rows come out tells nothing of the order in which members came in")
def test_order_of_rows_is_no_order_of_arrival(crowd: tuple[Cast, dict[str, Any]], figure: Figure) -> None:
    """Two hundred asks, votes and answers: every list and every table against chance."""
    cast, came = crowd
    cast.write(close, cast.dialogue_id, actor="test")
    measured = {name: correlation(places) for name, places in orders(cast, came).items()}
    assert all(len(places) == MANY for places in orders(cast, came).values()), "all of them are looked at"
    worst = max(measured, key=lambda name: abs(measured[name]))
    figure(f"{len(measured)} orders of {MANY}, farthest from chance {measured[worst]:+.2f} ({worst}); limit {FAR}")
    assert {name: value for name, value in measured.items() if abs(value) > FAR} == {}


def test_the_measure_sees_an_order_of_arrival(crowd: tuple[Cast, dict[str, Any]]) -> None:
    """The control: rows with a hidden number come out as they went in, and five minutes apart is an order, too."""
    cast, came = crowd

    def keep(session: Any) -> list[int]:
        session.execute(text("CREATE TABLE arrivals (mark VARCHAR(32))"))
        for mark in came["marks"]:
            session.execute(text("INSERT INTO arrivals (mark) VALUES (:mark)"), {"mark": mark.hex()})
        return [came["marks"][bytes.fromhex(row)] for row in session.scalars(text("SELECT mark FROM arrivals"))]

    assert correlation(cast.write(keep)) > 0.99
    assert abs(correlation(random.Random(1).sample(range(MANY), MANY))) < FAR


def test_ranking_gives_no_advantage_to_who_came_first(crowd: tuple[Cast, dict[str, Any]]) -> None:
    """All are published without a supporter: ties stand by a random key on every board and in the files."""
    cast, came = crowd
    if cast.app.extensions["survey"]["db"].is_sqlite:
        ids = list(came["questions"])

        def publish(session: Any) -> None:
            for question in ids:
                deciding.decide(session, cast.dialogue_id, question, "approve", actor="test")

        cast.write(publish)
        with cast.reading() as session:
            board = [came["questions"][row.id] for row in questions.board(session, cast.dialogue_id) if row.id in ids]
            standing = [
                came["questions"][row.id] for row in questions.standing(session, cast.dialogue_id) if row.id in ids
            ]
        assert abs(correlation(board)) < FAR
        assert board == standing


def test_arrival_order_lives_in_memory_only(crowd: tuple[Cast, dict[str, Any]]) -> None:
    """A desk that is open appends what is new; what it remembers is gone with the process, and never in the database."""
    cast, _came = crowd
    with cast.reading() as session:
        stored = [id_ for id_, _about in moderation.waiting(session, cast.dialogue_id)]
    shown = QUEUES.in_kept_order(cast.dialogue_id, stored[:100])
    assert QUEUES.in_kept_order(cast.dialogue_id, reversed(stored)) == [*shown, *reversed(stored[100:])]
    with cast.reading() as session:
        assert [id_ for id_, _about in moderation.waiting(session, cast.dialogue_id)] == stored
        assert accounts.names(session, {"staff:nobody"}) == {"staff:nobody": "staff:nobody"}
