"""The projector follows the leader, unless somebody has chosen otherwise."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from survey.dialogues import service as dialogues
from survey.dialogues.models import Dialogue
from survey.moderation import service
from survey.moderation.service import BroughtIn
from tests.conftest import Cast


@pytest.mark.parametrize(
    ("mode", "called", "answered"),
    [
        ("welcome", "question", "ranking"),
        ("ranking", "question", "ranking"),
        ("question", "question", "ranking"),
        ("blank", "blank", "blank"),
        ("closing", "closing", "closing"),
    ],
)
def test_screen_follows_the_question(cast: Cast, mode: str, called: str, answered: str) -> None:
    """Called: on the screen; answered: the ranking again; a dark screen stays dark."""
    question = cast.write(service.bring_in, cast.dialogue_id, [BroughtIn("Câu hỏi tại hội trường")], actor="test")[0]
    cast.write(dialogues.change, cast.dialogue_id, {"screen": mode})
    seen = []
    for act in ("call", "answer"):
        cast.write(service.decide, cast.dialogue_id, question, act, actor="test", permission="answer")
        with cast.reading() as session:
            seen.append(session.scalar(select(Dialogue.screen).where(Dialogue.id == cast.dialogue_id)))
    assert seen == [called, answered]
