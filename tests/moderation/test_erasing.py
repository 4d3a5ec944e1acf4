"""Erasing and covering: nothing of the text is left, in no state, and nothing else changes."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from survey.core.clock import now
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.dialogues.models import Dialogue
from survey.followups import rewriting
from survey.followups.models import PreparedAnswer
from survey.moderation import erasing
from survey.moderation import merging
from survey.moderation import service as moderation
from survey.moderation.models import ModerationLog
from survey.moderation.state import REASONS
from survey.organisations import units
from survey.questions import queries
from survey.questions import service as asking
from survey.questions import suggest
from survey.questions.models import Question
from survey.questions.state import State
from tests.conftest import Cast

BODY = "Đồng chí Trần Quốc Tuấn ở xã Tân Ân lấy tiền quỹ, gọi 0912 345 678"


def ask(cast: Cast, body: str = BODY, state: State = State.PENDING) -> str:
    return cast.write(lambda s: asking.add(s, cast.dialogue_id, body, None, state=state).id)


def erase(cast: Cast, question_id: str, **more) -> erasing.Erased:
    return cast.write(erasing.erase, cast.dialogue_id, question_id, actor="lan", **{"reason": "offensive", **more})


def redact(cast: Cast, question_id: str, *covers: str, **more) -> erasing.Covered:
    return cast.write(erasing.redact, cast.dialogue_id, question_id, covers, actor="lan", **more)


def question(cast: Cast, question_id: str) -> Question:
    with cast.reading() as session:
        return session.get_one(Question, question_id)


def logged(cast: Cast, question_id: str) -> list[tuple[str, str, str, str]]:
    with cast.reading() as session:
        log = ModerationLog
        rows = session.execute(
            select(log.action, log.before, log.after, log.reason).where(log.question_id == question_id)
        )
        return [tuple(row) for row in rows]


def merge(cast: Cast, *ids: str) -> None:
    key = cast.keys.get(cast.dialogue_id, "vote")
    cast.write(merging.merge, key, cast.dialogue_id, ids[0], ids[1:], actor="lan")


def test_a_question_is_erased_from_every_state(cast: Cast) -> None:
    for state in set(State) - {State.ERASED, State.MERGED}:
        question_id = ask(cast, state=state)
        cast.write(lambda s, id_=question_id: setattr(s.get(Question, id_), "note", "Nhắc lại " + BODY))
        assert erase(cast, question_id)["texts"] == 1
        gone = question(cast, question_id)
        assert (gone.state, gone.body, gone.folded, gone.note) == ("erased", "", "", ""), state
        assert gone.reason == REASONS["offensive"]
        assert logged(cast, question_id) == [("erase", state, "erased", REASONS["offensive"])]
        assert erase(cast, question_id)["texts"] == 0, "twice is once"
        assert len(logged(cast, question_id)) == 1


def test_free_words_of_older_decisions_go_too_and_published_reasons_stay(cast: Cast) -> None:
    question_id, other = ask(cast), ask(cast, "Một câu khác, giữ nguyên lý do")
    for each, why in ((question_id, "ghi rằng Trần Quốc Tuấn lấy tiền"), (other, "chờ xác minh")):
        cast.write(moderation.decide, cast.dialogue_id, each, "hold", actor="lan", reason=why)
    cast.write(moderation.decide, cast.dialogue_id, question_id, "reject", actor="lan", reason="names_someone")
    erase(cast, question_id)
    assert {row[3] for row in logged(cast, question_id)} == {"", REASONS["names_someone"], REASONS["offensive"]}
    assert [row[3] for row in logged(cast, other)] == ["chờ xác minh"]


def test_every_wording_goes_with_the_question_that_leads(cast: Cast) -> None:
    first, second, third, apart = (ask(cast, f"{BODY} lần {n}", State.APPROVED) for n in range(4))
    merge(cast, second, third)
    merge(cast, first, second)
    assert erase(cast, first)["texts"] == 3
    assert [question(cast, each).state for each in (first, second, third, apart)] == ["erased"] * 3 + ["approved"]
    assert [question(cast, each).body for each in (first, second, third)] == [""] * 3
    with cast.reading() as session:
        assert [row.id for row in queries.board(session, cast.dialogue_id)] == [apart]


def test_one_wording_goes_alone_and_another_leads(cast: Cast) -> None:
    first, second = ask(cast, state=State.APPROVED), ask(cast, "Cách hỏi khác, không nêu tên ai", State.APPROVED)
    for n in range(3):
        key = cast.keys.get(cast.dialogue_id, "vote")
        cast.write(asking.support, cast.dialogue_id, first, queries.voter(key, f"b{n}"), wanted=True)
    merge(cast, first, second)
    assert erase(cast, first, wordings=False)["texts"] == 1
    with cast.reading() as session:
        (row,) = queries.board(session, cast.dialogue_id)
    assert (row.id, row.others) == (second, ())


def test_erasing_asks_for_a_published_reason_and_the_text_that_was_read(cast: Cast) -> None:
    question_id = ask(cast)
    for reason in ("", "vì thế", "Lý do khác"):
        with pytest.raises(Invalid):
            erase(cast, question_id, reason=reason)
    with pytest.raises(NotNow):
        erase(cast, question_id, seen="0000")
    with pytest.raises(NotFound):
        erase(cast, "khongcocau12")
    assert question(cast, question_id).body == BODY
    assert erase(cast, question_id, seen=queries.wording(BODY))["texts"] == 1


def test_the_screen_leaves_a_question_that_is_erased_while_it_is_answered(cast: Cast) -> None:
    question_id = ask(cast, state=State.APPROVED)
    cast.write(moderation.decide, cast.dialogue_id, question_id, "call", actor="lan")
    with cast.reading() as session:
        assert session.get_one(Dialogue, cast.dialogue_id).screen == "question"
    erase(cast, question_id)
    with cast.reading() as session:
        assert session.get_one(Dialogue, cast.dialogue_id).screen == "ranking"


def test_memory_keeps_nothing_of_what_is_erased(cast: Cast) -> None:
    question_id = ask(cast, state=State.APPROVED)
    with cast.reading() as session:
        assert [one.id for one in suggest.near(session, cast.dialogue_id, BODY)] == [question_id]
        index = suggest.SHELF.index(session, cast.dialogue_id)
        assert suggest.SHELF.index(session, cast.dialogue_id) is index
        erase(cast, question_id)
        assert suggest.SHELF.index(session, cast.dialogue_id) is not index
        assert suggest.near(session, cast.dialogue_id, BODY) == []


def test_a_name_is_covered_in_the_question_and_its_wordings(cast: Cast) -> None:
    first = ask(cast, state=State.APPROVED)
    second = ask(cast, "trần quốc tuấn lấy tiền quỹ là đúng không?", State.APPROVED)
    merge(cast, first, second)
    covered = redact(cast, second, "Trần Quốc Tuấn", "0912 345 678", seen=queries.wording(question(cast, second).body))
    assert covered["places"] == 3
    assert question(cast, first).body == "Đồng chí [đã che] ở xã Tân Ân lấy tiền quỹ, gọi [đã che]"
    assert question(cast, second).body == "[đã che] lấy tiền quỹ là đúng không?"
    assert "tuan" not in question(cast, first).folded + question(cast, second).folded
    assert [row[:3] for row in logged(cast, first)][-1] == ("redact", "approved", "approved")


def test_a_name_is_covered_in_free_reasons_and_the_unit_and_published_reasons_stay(cast: Cast) -> None:
    held, rejected, name = ask(cast), ask(cast), "Trần Quốc Tuấn"
    cast.write(moderation.decide, cast.dialogue_id, held, "hold", actor="lan", reason=f"Nêu tên ông {name}")
    cast.write(moderation.decide, cast.dialogue_id, rejected, "reject", actor="lan", reason="names_someone")
    cast.write(lambda s: setattr(s.get(Question, held), "unit", f"Tổ của {name}"))
    assert redact(cast, held, name)["places"] == 3
    assert (question(cast, held).reason, question(cast, held).unit) == ("Nêu tên ông [đã che]", "Tổ của [đã che]")
    assert redact(cast, rejected, name, "một người")["places"] == 1
    assert question(cast, rejected).reason == REASONS["names_someone"]
    erase(cast, held)
    assert (question(cast, held).reason, question(cast, held).unit) == (REASONS["offensive"], "")


def test_no_note_is_written_to_what_is_erased(cast: Cast) -> None:
    question_id = ask(cast, state=State.APPROVED)
    erase(cast, question_id)
    with pytest.raises(NotNow):
        cast.write(moderation.set_note, cast.dialogue_id, question_id, "Nhắc lại " + BODY, actor="lan")
    assert question(cast, question_id).note == ""


def test_covering_needs_words_that_stand_there_and_the_text_that_was_read(cast: Cast) -> None:
    question_id = ask(cast)
    for covers in ((), ("  ",), ("Lê Lợi",)):
        with pytest.raises(Invalid):
            redact(cast, question_id, *covers)
    with pytest.raises(NotNow):
        redact(cast, question_id, "Trần Quốc Tuấn", seen="0000")
    assert question(cast, question_id).body == BODY
    erase(cast, question_id)
    with pytest.raises(NotNow):
        redact(cast, question_id, "Trần Quốc Tuấn")


def test_what_a_stopped_machine_left_is_written_anew_later(cast: Cast) -> None:
    assert erasing.sweep(cast.stores.db) is False
    erase(cast, ask(cast))
    assert erasing.sweep(cast.stores.db) is True
    assert erasing.sweep(cast.stores.db) is False


def test_what_units_prepared_is_changed_with_the_question(cast: Cast) -> None:
    assert rewriting.rewrite in erasing.QUOTING
    question_id = ask(cast)
    unit_id = cast.write(units.ensure, cast.organisation_id, ("Phòng Nội vụ",))
    cast.write(lambda s: s.add(PreparedAnswer(
        question_id=question_id, unit_id=unit_id, dialogue_id=cast.dialogue_id, body="Việc của Trần Quốc Tuấn đã rõ", at=now(),
        actor="unit",
    )))  # fmt: skip

    def prepared() -> list[str]:
        with cast.reading() as session:
            return list(session.scalars(select(PreparedAnswer.body)))

    redact(cast, question_id, "Trần Quốc Tuấn")
    assert prepared() == ["Việc của [đã che] đã rõ"]
    erase(cast, question_id)
    assert prepared() == []


def test_postgresql_keeps_everything_else(cast_on_postgres: Cast) -> None:
    cast = cast_on_postgres
    question_id, other = ask(cast, state=State.APPROVED), ask(cast, "Một câu khác, còn nguyên", State.APPROVED)
    key = cast.keys.get(cast.dialogue_id, "vote")
    cast.write(asking.support, cast.dialogue_id, other, queries.voter(key, "b1"), wanted=True)
    assert erase(cast, question_id)["texts"] == 1
    assert erasing.sweep(cast.stores.db) is True
    assert erasing.sweep(cast.stores.db) is False
    with cast.reading() as session:
        assert [(row.id, row.body, row.supporters) for row in queries.board(session, cast.dialogue_id)] == [
            (other, "Một câu khác, còn nguyên", 1)
        ]
