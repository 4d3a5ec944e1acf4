"""Recommendations: made, changed, answered; a history that cannot be rewritten; made by themselves; units that change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy import update

from survey import lifecycle
from survey.cli import backups
from survey.core.clock import now
from survey.core.errors import Conflict
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.settings import Settings
from survey.dialogues import service as dialogues
from survey.followups import attachments
from survey.followups import deadlines
from survey.followups import history
from survey.followups import merging
from survey.followups import queries
from survey.followups import recommendations
from survey.followups import recommended
from survey.followups import service as preparing
from survey.followups import written
from survey.followups.models_recommendations import Recommendation
from survey.followups.models_recommendations import RecommendationEvent
from survey.followups.models_recommendations import UnitReport
from survey.followups.recommended import Recommended
from survey.followups.rewriting_recommendations import ERASED
from survey.followups.steps import State
from survey.moderation import erasing
from survey.moderation import handing
from survey.moderation import service as moderation
from survey.organisations import units
from survey.questions.models import Question
from tests.conftest import Cast
from tests.conftest import make_cast
from tests.followups.conftest import Office
from tests.followups.conftest import furnish

Figure = Callable[[str], None]


@pytest.fixture
def after(app: Any) -> Office:
    """A hall in which nobody has answered anything, before its end."""
    return furnish(make_cast(app, "collect", "open_hall"))


def close(office: Office) -> None:
    office.cast.write(lifecycle.close, office.cast.dialogue_id, actor="test")


def standing(office: Office, **chosen: Any) -> list[Recommended]:
    with office.cast.reading() as session:
        return recommended.of_dialogue(session, office.cast.dialogue_id, **chosen)


def faults(office: Office) -> list[str]:
    with office.cast.reading() as session:
        return [fault.what for fault in history.verify(session, office.cast.dialogue_id)]


def make(office: Office, **columns: Any) -> str:
    given = {"body": "Trang bị máy tính mới", "actor": "test", **columns}
    return office.cast.write(recommendations.create, office.cast.dialogue_id, **given)  # type: ignore[no-any-return]


def test_recommendation_holds_what_was_given(after: Office) -> None:
    due = deadlines.today() + dt.timedelta(days=20)
    id_ = make(
        after,
        body=" Lo  lương ",
        question_ids=after.questions[:2],
        unit_id=after.pay,
        cooperating=[after.pay, after.digital],
        due=due,
        topic_id=after.topics[0],
    )
    (one,) = standing(after)
    assert (one.id, one.number, one.body, one.unit, one.state, one.due) == (id_, 1, "Lo lương", "Sở Nội vụ", "new", due)
    assert [unit for _id, unit in one.cooperating] == ["Văn phòng Ủy ban"]
    assert {source.id for source in one.questions} == set(after.questions[:2])
    assert standing(after, published=True) == []
    assert faults(after) == []


def test_steps_want_a_reason_and_an_answer(after: Office) -> None:
    id_ = make(after)
    for to, field in (("refused", "reason"), ("passed_up", "reason"), ("answered", "answer"), ("solved", "answer")):
        with pytest.raises(Invalid) as refused:
            after.cast.write(recommendations.step, id_, to, actor="test")
        assert list(refused.value.fields) == [field]
    after.cast.write(recommendations.step, id_, "new", actor="test")
    after.cast.write(recommendations.step, id_, "received", actor="test")
    with pytest.raises(NotNow):
        after.cast.write(recommendations.step, id_, "new", actor="test")
    after.cast.write(recommendations.step, id_, "answered", answer="<b>Đã mua</b>", document="15/TB-SNV", actor="test")
    (one,) = standing(after)
    assert (one.state, one.answer, one.document, one.done_at is not None) == (
        "answered",
        "<b>Đã mua</b>",
        "15/TB-SNV",
        True,
    )
    after.cast.write(recommendations.step, id_, "working", actor="test")
    assert standing(after)[0].done_at is None
    assert faults(after) == []


def test_what_cannot_be_is_refused_and_leaves_nothing(after: Office) -> None:
    yesterday = deadlines.today() - dt.timedelta(days=1)
    for wrong, field in (
        ({"due": yesterday}, "due"),
        ({"due": dt.date(2206, 1, 1)}, "due"),
        ({"body": " "}, "body"),
        ({"body": "x" * 2001}, "body"),
    ):
        with pytest.raises(Invalid) as refused:
            make(after, **wrong)
        assert list(refused.value.fields) == [field]
    unknown: tuple[dict[str, Any], ...] = (
        {"unit_id": "nobody"},
        {"topic_id": "none"},
        {"question_ids": ["none"]},
        {"cooperating": ["nobody"]},
    )
    for strange in unknown:
        with pytest.raises(NotFound):
            make(after, **strange)
    assert standing(after) == []
    id_ = make(after)
    with pytest.raises(NotFound), after.cast.reading() as session:
        recommendations.load(session, "another", id_)


def test_a_deadline_that_has_passed_stays_where_other_things_change(after: Office) -> None:
    id_, passed = make(after, due=deadlines.today()), deadlines.today() - dt.timedelta(days=1)
    after.cast.write(lambda session: setattr(session.get_one(Recommendation, id_), "due", passed))
    assert standing(after)[0].overdue
    assert after.cast.write(recommendations.change, id_, actor="test", due=passed, body="Khác") == 1
    assert after.cast.write(recommendations.change, id_, actor="test", due=passed, body="Khác") == 0


@pytest.mark.claim("followup", "a row of a recommendation's history that is changed, cut out or added is found")
def test_history_that_is_rewritten_is_found(after: Office, figure: Figure) -> None:
    id_ = make(after, unit_id=after.pay)
    make(after, body="Việc khác")
    after.cast.write(recommendations.step, id_, "assigned", actor="staff:a")
    assert faults(after) == []

    def spoil(change: Callable[[Any, list[RecommendationEvent]], None]) -> list[str]:
        class Undo(Exception):
            pass

        found: list[str] = []

        def job(session: Any) -> None:
            change(session, history.of(session, id_))
            session.flush()
            found.extend(fault.what for fault in history.verify(session))
            raise Undo

        with pytest.raises(Undo):
            after.cast.write(job)
        return found

    def reseal(session: Any, rows: list[RecommendationEvent]) -> None:
        rows[2].after, before = after.digital, rows[1].digest
        for row in rows[2:]:
            row.digest = before = history.chained(row, before)

    spoilt = {
        "actor": spoil(lambda session, rows: setattr(rows[-1], "actor", "staff:b")),
        "text": spoil(lambda session, rows: setattr(rows[1], "text", "Điều khác")),
        "time": spoil(lambda session, rows: setattr(rows[0], "at", now() - dt.timedelta(days=9))),
        "middle": spoil(lambda session, rows: session.delete(rows[1])),
        "end": spoil(lambda session, rows: session.delete(rows[-1])),
        "state": spoil(
            lambda session, rows: setattr(recommendations.load(session, after.cast.dialogue_id, id_), "state", "solved")
        ),
        "resealed": spoil(reseal),
    }
    figure(f"{sum(map(bool, spoilt.values()))} of {len(spoilt)} changes found")
    assert spoilt == {
        "actor": ["chain"],
        "text": ["text", "current"],
        "time": ["chain"],
        "middle": ["order"],
        "end": ["current"],
        "state": ["current"],
        "resealed": ["current"],
    }
    assert faults(after) == []


def test_in_writing_becomes_a_recommendation_by_itself(after: Office) -> None:
    cast, (pay, other, digital) = after.cast, after.questions
    cast.write(moderation.decide, cast.dialogue_id, pay, "put_in_writing", actor="test", permission="answer")
    cast.write(handing.hand, cast.dialogue_id, other, after.digital, actor="test")
    assert standing(after) == []
    close(after)
    found = {one.questions[0].id: (one.unit, one.state, one.topic) for one in standing(after)}
    assert set(found) == {pay, other}
    assert {unit for unit, _state, _topic in found.values()} == {"Sở Nội vụ", "Văn phòng Ủy ban"}
    with cast.reading() as session:
        assert {one.due for one in standing(after)} == {
            deadlines.default_due(session, dialogues.load(session, cast.dialogue_id))
        }
    cast.write(lifecycle.put_rest_in_writing, cast.dialogue_id, actor="test")
    assert {one.questions[0].id for one in standing(after)} == {pay, other, digital}
    written.sweep(cast.stores.db)
    assert [one.number for one in standing(after)] == [1, 2, 3]
    assert faults(after) == []


def test_a_hall_that_opens_again_takes_back_what_nobody_touched(after: Office) -> None:
    cast, (pay, other, _digital) = after.cast, after.questions
    for question in (pay, other):
        cast.write(moderation.decide, cast.dialogue_id, question, "put_in_writing", actor="test", permission="answer")
    close(after)
    kept = standing(after)[0]
    cast.write(recommendations.change, kept.id, actor="staff:a", body="Đã giao rồi")
    cast.write(lifecycle.open_hall, cast.dialogue_id, actor="test")
    assert [one.id for one in standing(after)] == [kept.id]
    close(after)
    assert [one.body for one in standing(after)].count("Đã giao rồi") == 1
    assert sorted(one.questions[0].id for one in standing(after)) == sorted((pay, other))


def test_withdrawing_takes_only_what_nobody_knows_of(after: Office) -> None:
    cast = after.cast
    free, assigned = make(after), make(after)
    cast.write(recommendations.step, assigned, "assigned", actor="test")
    cast.write(
        moderation.decide, cast.dialogue_id, after.questions[0], "put_in_writing", actor="t", permission="answer"
    )
    close(after)
    promised = standing(after)[-1].id
    cast.write(written.withdraw, cast.dialogue_id, free, actor="test")
    for id_, said in ((assigned, written.STARTED), (promised, written.PROMISED)):
        with pytest.raises(NotNow) as refused:
            cast.write(written.withdraw, cast.dialogue_id, id_, actor="test")
        assert refused.value.message == said
    assert {one.id for one in standing(after)} == {assigned, promised}


@pytest.mark.claim(
    "followup", "a question erased for good leaves no word in recommendations and histories, and these hold"
)
def test_erasing_reaches_recommendations_and_their_history(after: Office, figure: Figure) -> None:
    cast, question = after.cast, after.questions[2]
    secret, name = "Khi nào bộ phận một cửa", "Nguyễn Văn An"
    id_ = make(after, body=f"{secret}, hỏi ông {name}", question_ids=[question], unit_id=after.pay)
    make(after, body=f"{name} không liên quan", question_ids=[after.questions[0]])
    cast.write(recommendations.step, id_, "answered", answer=f"Trả lời ông {name}", document="15/TB", actor="test")
    report = {
        "id": "r1",
        "recommendation_id": id_,
        "unit_id": after.pay,
        "state": "working",
        "text": f"Theo {name}",
        "at": now(),
        "actor": "unit",
        "via": "link",
    }
    cast.write(lambda session: session.add(UnitReport(**report)))
    cast.write(
        lambda session: session.execute(
            update(Question).where(Question.id == question).values(body=f"{secret}, {name}?")
        )
    )

    def holding(word: str) -> int:
        with cast.reading() as session:
            texts = [
                row.text
                for row in session.scalars(
                    select(RecommendationEvent).where(RecommendationEvent.recommendation_id == id_)
                )
            ]
            texts += [row.text for row in session.scalars(select(UnitReport))]
            one = recommendations.load(session, cast.dialogue_id, id_)
            return sum(word in text for text in (*texts, one.body, one.answer))

    assert holding(name) == 5
    cast.write(erasing.redact, cast.dialogue_id, question, [name], actor="test")
    assert (holding(name), faults(after)) == (0, [])
    assert holding(secret) == 2
    cast.write(erasing.erase, cast.dialogue_id, question, actor="test", reason="secret")
    figure(f"{holding(secret)} texts hold a word of it, {len(faults(after))} broken histories")
    assert (holding(secret), faults(after)) == (0, [])
    first, other = standing(after)
    assert (first.body, first.answer, first.document, first.unit) == (ERASED, ERASED, "15/TB", "Sở Nội vụ")
    assert other.body == f"{name} không liên quan"


def test_units_that_are_renamed_and_merged_take_theirs_along(after: Office) -> None:
    cast = after.cast
    led = make(after, unit_id=after.pay, cooperating=[after.digital])
    helped = make(after, cooperating=[after.pay])
    cast.write(units.rename, cast.organisation_id, after.pay, "Sở Nội vụ và Lao động")
    assert standing(after)[0].unit == "Sở Nội vụ và Lao động"
    cast.write(
        preparing.answer, cast.dialogue_id, after.pay, {after.questions[0]: preparing.Typed("Lời A", "")}, actor="unit"
    )
    cast.write(
        preparing.answer,
        cast.dialogue_id,
        after.digital,
        {after.questions[0]: preparing.Typed("Lời B", "")},
        actor="unit",
    )
    child = cast.write(units.add, cast.organisation_id, after.pay, "Phòng Lương")
    with pytest.raises(Conflict):
        cast.write(merging.merge, cast.organisation_id, after.pay, after.pay, actor="test")
    with pytest.raises(Invalid):
        cast.write(merging.merge, cast.organisation_id, after.pay, child, actor="test")
    assert cast.write(merging.merge, cast.organisation_id, after.pay, after.digital, actor="staff:a") == 1
    with cast.reading() as session:
        names = units.names(session, cast.organisation_id)
        texts = [row.text for row in history.of(session, led)]
        prepared = queries.prepared(session, cast.dialogue_id)
    assert set(names.values()) == {"Văn phòng Ủy ban", "Phòng Lương"}
    one, other = standing(after)
    assert (one.unit, one.cooperating, other.cooperating[0][1]) == ("Văn phòng Ủy ban", (), "Văn phòng Ủy ban")
    assert "Sở Nội vụ" in texts  # as it was called then
    assert [answer.body for answer in prepared[after.questions[0]]] == ["Lời B\n\nLời A"]
    assert (faults(after), other.id) == ([], helped)


def test_an_archived_dialogue_changes_no_more(after: Office) -> None:
    id_ = make(after)
    close(after)
    after.cast.write(lifecycle.conclude, after.cast.dialogue_id, actor="test")
    after.cast.write(recommendations.step, id_, State.RECEIVED, actor="test")
    after.cast.write(lifecycle.archive, after.cast.dialogue_id, actor="test")
    with pytest.raises(NotNow):
        after.cast.write(recommendations.step, id_, State.WORKING, actor="test")


def test_the_seal_tells_when_an_end_was_cut(after: Office) -> None:
    id_ = make(after)
    with after.cast.reading() as session:
        before = history.seal(session, after.cast.dialogue_id)
    after.cast.write(recommendations.publish, id_, True, actor="test")
    with after.cast.reading() as session:
        assert history.seal(session, after.cast.dialogue_id) != before
    assert len(standing(after, published=True)) == 1


def test_check_finds_what_was_changed_and_backups_hold_the_files(
    after: Office, settings: Settings, tmp_path: Path
) -> None:
    id_, runner = make(after), after.cast.app.test_cli_runner()
    kept = attachments.keep(settings.data_dir, "a.pdf", b"%PDF-1.4")
    after.cast.write(attachments.add, id_, kept, actor="test")
    stray = attachments.keep(settings.data_dir, "b.pdf", b"%PDF-1.4")
    with after.cast.reading() as session:
        assert attachments.sweep(settings.data_dir, session) == []  # its row may be on the way
        assert attachments.sweep(settings.data_dir, session, older=-1) == [stray.id]
    whole = runner.invoke(args=["check"])
    assert (whole.exit_code, whole.output.splitlines()[-1]) == (0, "3 rows of history, 1 files, 0 faults")
    backups.backup(settings, tmp_path / "sao")
    assert (tmp_path / "sao" / "attachments" / kept.id).read_bytes() == b"%PDF-1.4"
    (settings.data_dir / "attachments" / kept.id).write_bytes(b"%PDF-1.5")
    after.cast.write(lambda session: setattr(history.of(session, id_)[0], "actor", "staff:b"))
    broken = runner.invoke(args=["check"])
    assert (broken.exit_code, broken.output.splitlines()[-1]) == (1, "3 rows of history, 1 files, 2 faults")


def test_chains_erasing_and_taking_up_hold_on_postgresql(cast_on_postgres: Cast) -> None:
    office = furnish(cast_on_postgres)
    id_ = make(office, unit_id=office.pay, cooperating=[office.digital], question_ids=office.questions[:1])
    office.cast.write(recommendations.step, id_, "assigned", actor="test")
    close(office)
    office.cast.write(lifecycle.put_rest_in_writing, office.cast.dialogue_id, actor="test")
    office.cast.write(erasing.erase, office.cast.dialogue_id, office.questions[0], actor="test", reason="secret")
    office.cast.write(merging.merge, office.cast.organisation_id, office.pay, office.digital, actor="test")
    assert (len(standing(office)), faults(office)) == (3, [])
