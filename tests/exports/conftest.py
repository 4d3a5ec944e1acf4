"""A board and a questionnaire that hold everything that could leak or be run."""

from __future__ import annotations

import pytest

from survey.dialogues import queries as dialogues
from survey.questionnaires import building
from survey.questionnaires import items
from survey.questionnaires import service as answering
from survey.questions import queries as questions
from survey.questions import service as asking
from survey.questions.state import State
from tests.conftest import Cast

BODIES = (
    "Bao giờ làng nghề có chợ?\nXin nói rõ tháng nào.",
    '=HYPERLINK("http://xau.example","Bấm vào đây")',
    "Lương khởi điểm của cán bộ trẻ",
)


@pytest.fixture
def board(cast: Cast) -> Cast:
    """Three published questions with 2, 1 and 0 supporters, one pending one and one that was rejected."""

    def fill(session):  # type: ignore[no-untyped-def]
        topic = dialogues.topics(session, cast.dialogue_id)[1].id
        key = cast.keys.get(cast.dialogue_id, "ask")
        for place, body in enumerate(BODIES):
            author = questions.author_mark(key, f"{place:032x}", "c")
            made = asking.add(session, cast.dialogue_id, body, topic, state=State.APPROVED, author=author)
            for ballot in range(2 - place):
                voter = questions.voter(cast.keys.get(cast.dialogue_id, "vote"), f"{ballot:032x}")
                asking.support(session, cast.dialogue_id, made.id, voter, wanted=True)
        asking.add(session, cast.dialogue_id, "Chưa ai duyệt câu này", topic, state=State.PENDING)
        asking.add(
            session, cast.dialogue_id, "Ghi từ phiếu giấy", None, state=State.ANSWERED, source="paper",
            unit="Chi đoàn Sở", carried=1,
        )  # fmt: skip

    cast.write(fill)
    return cast


@pytest.fixture
def answered(cast: Cast) -> Cast:
    """A questionnaire with a choice, a rating and a text, answered by thirty ballots."""

    def fill(session):  # type: ignore[no-untyped-def]
        made = building.create(session, cast.dialogue_id, "Trước đối thoại: ý kiến/mong muốn [2026]")
        for kind, typed in (
            ("single", {"label": "Bạn quan tâm gì?", "options": "Lương\nNhà ở"}),
            ("rating", {"label": "Mức hài lòng", "steps": "5", "low": "thấp", "high": "cao"}),
            ("text", {"label": "Điều bạn mong"}),
        ):
            items.add_item(session, cast.dialogue_id, made, kind, typed)
        building.open_(session, cast.dialogue_id, made)
        choice, rating, text = answering.items_of(session, made)
        options = [option["id"] for option in choice.settings["options"]]
        for ballot in range(30):
            answering.respond(session, made, bytes([ballot]) * 16, {
                choice.id: {"": [options[ballot > 23]]}, rating.id: {"": [str(ballot % 5 + 1)]},
                text.id: {"": [f"-{ballot}+1 mong được nghe"]},
            })  # fmt: skip
        answering.settle(session, cast.dialogue_id)

    cast.write(fill)
    return cast
