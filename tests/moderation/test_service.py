"""Decisions: every state with every act, one answering at a time, one log row a change, and bringing questions in."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from survey import lifecycle
from survey.core.errors import Forbidden
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.dialogues.models import Dialogue
from survey.dialogues.models import Topic
from survey.moderation import service
from survey.moderation.intake import LONGEST
from survey.moderation.models import ModerationLog
from survey.moderation.service import BroughtIn
from survey.moderation.state import REASONS
from survey.moderation.state import STAFF_ACTS
from survey.moderation.state import undo_of
from survey.questions import queries
from survey.questions import service as questions
from survey.questions.models import Question
from survey.questions.state import ACTS
from survey.questions.state import BOARD
from survey.questions.state import State

TEXT = "Bao giờ xã được thay máy tính cũ?"


def put(cast, state="pending", text=TEXT, **values):
    """A question in this state, as if it had come there by itself."""
    return cast.write(
        lambda session: questions.add(session, cast.dialogue_id, text, None, state=State(state), **values).id
    )


def decide(cast, question_id, act, **options):
    options = {"actor": "staff:a", "reason": "off_topic" if act == "reject" else "", **options}
    return cast.write(service.decide, cast.dialogue_id, question_id, act, **options)


def row(cast, question_id):
    with cast.reading() as session:
        return queries.one(session, cast.dialogue_id, question_id)


def log(cast, question_id=None):
    with cast.reading() as session:
        statement = select(ModerationLog).where(ModerationLog.dialogue_id == cast.dialogue_id)
        rows = session.scalars(statement).all()
        return [(r.action, r.before, r.after, r.actor) for r in rows if question_id in {None, r.question_id}]


def versions(cast):
    with cast.reading() as session:
        statement = select(Dialogue.version, Dialogue.revision).where(Dialogue.id == cast.dialogue_id)
        return tuple(session.execute(statement).one())


@pytest.mark.parametrize("state", list(State))
def test_each_act_moves_from_the_states_of_the_table_and_from_no_other(cast, state):
    for act in STAFF_ACTS:
        question_id = put(cast, state)
        before = row(cast, question_id), versions(cast)
        if state in ACTS[act].sources:
            after = ACTS[act].target
            decided = decide(cast, question_id, act)
            assert (decided["before"], decided["after"]) == (state, after)
            assert row(cast, question_id).state == after
            assert log(cast, question_id) == [(act, state, after, "staff:a")]
            public = state in BOARD or after in BOARD
            assert versions(cast) == (before[1][0] + public, before[1][1] + 1)
        elif state == ACTS[act].target:
            assert decide(cast, question_id, act)["after"] == state
            assert (row(cast, question_id), versions(cast), log(cast, question_id)) == (*before, [])
        else:
            with pytest.raises(NotNow):
                decide(cast, question_id, act)
            assert (row(cast, question_id), versions(cast), log(cast, question_id)) == (*before, [])
        cast.write(lambda s, done: setattr(s.get(Question, done), "state", "withdrawn"), question_id)


def test_number_is_given_on_first_publication_and_stays(cast):
    first, second = put(cast), put(cast, text="Khi nào có nhà văn hóa ở xã em?")
    assert decide(cast, first, "approve")["number"] == 1
    assert decide(cast, second, "hold")["number"] is None
    assert decide(cast, first, "reopen")["number"] == 1
    assert decide(cast, second, "approve")["number"] == 2
    assert decide(cast, first, "approve")["number"] == 1


def test_calling_another_question_puts_the_former_one_back_with_its_own_log_row(cast):
    first, second = put(cast, "answering"), put(cast, "approved")
    decide(cast, second, "call", permission="answer")
    assert (row(cast, first).state, row(cast, second).state) == ("approved", "answering")
    assert log(cast, first) == [("put_back", "answering", "approved", "staff:a")]
    assert log(cast, second) == [("call", "approved", "answering", "staff:a")]


def test_calling_leaves_another_dialogue_alone(cast):
    with cast.reading() as session:
        other = session.scalar(select(Dialogue.id).where(Dialogue.code == cast.other_code))
    theirs = cast.write(lambda s: questions.add(s, other, TEXT, None, state=State.ANSWERING).id)
    decide(cast, put(cast, "approved"), "call")
    with cast.reading() as session:
        assert session.get(Question, theirs).state == "answering"


def test_second_of_two_moderators_hears_that_somebody_was_quicker(cast):
    question_id = put(cast)
    decide(cast, question_id, "approve", seen="pending")
    with pytest.raises(NotNow, match="Người khác vừa xử lý"):
        decide(cast, question_id, "reject", seen="pending", actor="staff:b")
    assert row(cast, question_id).state == "approved"
    assert log(cast) == [("approve", "pending", "approved", "staff:a")]


def test_second_of_two_moderators_who_want_the_same_changes_nothing(cast):
    question_id = put(cast)
    decide(cast, question_id, "approve", seen="pending")
    before = versions(cast)
    assert decide(cast, question_id, "approve", seen="pending", actor="staff:b")["number"] == 1
    assert (versions(cast), len(log(cast))) == (before, 1)


def test_reject_needs_a_reason_that_the_asker_can_read(cast):
    question_id = put(cast)
    for reason in ("", "   ", "other"):
        with pytest.raises(Invalid) as refused:
            decide(cast, question_id, "reject", reason=reason)
        assert set(refused.value.fields) == {"reason"}
    decide(cast, question_id, "reject", reason="names_someone")
    assert row(cast, question_id).reason == REASONS["names_someone"]
    decide(cast, question_id, "approve")
    assert row(cast, question_id).reason == ""
    decide(cast, question_id, "hold", reason="Chờ xác minh")
    assert row(cast, question_id).reason == "Chờ xác minh"


def test_reason_that_is_too_long_is_refused(cast):
    with pytest.raises(Invalid):
        decide(cast, put(cast), "reject", reason="a" * 301)


def test_permission_to_answer_does_not_open_the_queue(cast):
    question_id = put(cast)
    with pytest.raises(Forbidden):
        decide(cast, question_id, "approve", permission="answer")
    with pytest.raises(NotFound):
        decide(cast, question_id, "withdraw")
    assert row(cast, question_id).state == "pending"


def test_question_of_another_dialogue_is_not_found(cast):
    with cast.reading() as session:
        other = session.scalar(select(Dialogue.id).where(Dialogue.code == cast.other_code))
    question_id = put(cast)
    for call in (
        lambda s: service.decide(s, other, question_id, "approve", actor="x"),
        lambda s: service.set_topic(s, other, question_id, None),
        lambda s: service.set_note(s, other, question_id, "x", actor="x"),
    ):
        with pytest.raises(NotFound):
            cast.write(call)
    assert row(cast, question_id).state == "pending"


def test_archived_dialogue_changes_no_more(cast):
    question_id = put(cast)
    for step in ("close", "conclude", "archive"):
        cast.write(getattr(lifecycle, step), cast.dialogue_id, actor="x")
    with pytest.raises(NotNow):
        decide(cast, question_id, "approve")
    with pytest.raises(NotNow):
        cast.write(service.bring_in, cast.dialogue_id, [BroughtIn(TEXT)], actor="x")


def test_undo_leads_back_where_the_table_has_a_way(cast):
    for act, step in ACTS.items():
        if step.permission == "own":
            continue
        for source in step.sources:
            way = undo_of(source, step.target)
            assert way == "" or step.target in ACTS[way].sources, (source, act, way)
    question_id = put(cast)
    decided = decide(cast, question_id, "approve")
    back = decide(cast, question_id, undo_of(decided["before"], decided["after"]), seen=decided["after"])
    assert back["after"] == "pending"


def test_topic_is_set_and_a_foreign_one_is_none(cast):
    with cast.reading() as session:
        ours = session.scalar(select(Topic.id).where(Topic.dialogue_id == cast.dialogue_id))
        foreign = session.scalar(select(Topic.id).where(Topic.dialogue_id != cast.dialogue_id))
    waiting, shown = put(cast), put(cast, "approved")
    before = versions(cast)
    cast.write(service.set_topic, cast.dialogue_id, waiting, ours)
    assert (row(cast, waiting).topic_id, versions(cast)) == (ours, (before[0], before[1] + 1))
    cast.write(service.set_topic, cast.dialogue_id, shown, ours)
    assert versions(cast) == (before[0] + 1, before[1] + 2)
    cast.write(service.set_topic, cast.dialogue_id, shown, ours)
    assert versions(cast) == (before[0] + 1, before[1] + 2)
    cast.write(service.set_topic, cast.dialogue_id, shown, foreign)
    assert row(cast, shown).topic_id is None


def test_note_is_kept_logged_and_moves_nothing_public(cast):
    question_id = put(cast, "answering")
    before = versions(cast)
    cast.write(
        service.set_note, cast.dialogue_id, question_id, " Giao Sở Nội vụ.\r\n\r\n\r\nTrước 30/6 ", actor="staff:a"
    )
    assert row(cast, question_id).note == "Giao Sở Nội vụ.\n\nTrước 30/6"
    assert versions(cast) == (before[0], before[1] + 1)
    assert log(cast) == [("note", "answering", "answering", "staff:a")]
    with pytest.raises(Invalid):
        cast.write(service.set_note, cast.dialogue_id, question_id, "a" * 5001, actor="staff:a")


def test_brought_in_questions_stand_on_the_board_and_rank_with_the_others(cast):
    put(cast, "approved", carried=5)
    rows = [
        BroughtIn("Nhà công vụ cho giáo viên trẻ?", topic="Lương, thu nhập, phụ cấp", unit="Chi đoàn Sở", count=7),
        BroughtIn("Quá tuổi thì làm gì?", topic="luong, thu nhap, PHU CAP", answered=True, source="paper"),
        BroughtIn("Câu không nhóm", topic="  ", source="imported"),
    ]
    ids = cast.write(service.bring_in, cast.dialogue_id, rows, actor="staff:a")
    with cast.reading() as session:
        board = queries.board(session, cast.dialogue_id)
    assert [r.supporters for r in board] == [7, 5, 0, 0]
    found = [row(cast, question_id) for question_id in ids]
    assert [(r.state, r.source, r.unit, r.topic) for r in found] == [
        ("approved", "spoken", "Chi đoàn Sở", "Lương, thu nhập, phụ cấp"),
        ("answered", "paper", "", "Lương, thu nhập, phụ cấp"),
        ("approved", "imported", "", None),
    ]
    assert sorted(r.number or 0 for r in board) == [1, 2, 3, 4]
    assert sorted(entry[:3] for entry in log(cast)) == [
        ("bring_in", "", "answered"), ("bring_in", "", "approved"), ("bring_in", "", "approved"),
    ]  # fmt: skip


def test_unknown_topic_becomes_a_new_one_at_the_end_once(cast):
    rows = [BroughtIn("Câu thứ nhất", topic="Nhà ở xã hội"), BroughtIn("Câu thứ hai", topic="nhà ở  xã hội")]
    cast.write(service.bring_in, cast.dialogue_id, rows, actor="staff:a")
    with cast.reading() as session:
        statement = select(Topic.name).where(Topic.dialogue_id == cast.dialogue_id).order_by(Topic.position)
        names = list(session.scalars(statement))
    assert names[-1] == "Nhà ở xã hội"
    assert names.count("Nhà ở xã hội") == 1


def test_same_key_comes_in_once(cast):
    rows = [BroughtIn("Câu thứ nhất", key="form:0"), BroughtIn("Câu thứ hai", key="form:1")]
    first = cast.write(service.bring_in, cast.dialogue_id, rows, actor="staff:a")
    before = versions(cast)
    assert cast.write(service.bring_in, cast.dialogue_id, rows, actor="staff:a") == first
    assert versions(cast) == before


def test_one_bad_row_brings_nothing_in(cast):
    before = versions(cast)
    for bad in ("", " … ", "a" * (questions.LONGEST_BROUGHT_IN + 1)):
        with pytest.raises(Invalid) as refused:
            cast.write(service.bring_in, cast.dialogue_id, [BroughtIn(TEXT), BroughtIn(bad)], actor="staff:a")
        assert refused.value.params == {"row": 2}
    assert versions(cast) == before
    with cast.reading() as session:
        assert queries.board(session, cast.dialogue_id) == []


def test_longest_is_the_same_for_the_reader_and_the_writer():
    assert LONGEST == questions.LONGEST_BROUGHT_IN
