"""Questions that stand on the board already."""

from __future__ import annotations

import pytest

from survey.dialogues.service import touch
from survey.questions import service
from survey.questions.state import State


def add(session, dialogue_id, text, supporters=0, state="approved", topic_id=None):
    """One question as if staff had brought it in with this many supporters; its id."""
    question = service.add(
        session, dialogue_id, text, topic_id, state=State(state), source="imported", carried=supporters
    )
    touch(session, dialogue_id, public=True)
    return question.id


@pytest.fixture
def put(cast):
    """`put("text", supporters=3)` writes one published question and returns its id."""
    return lambda text, **kwargs: cast.write(add, cast.dialogue_id, text, **kwargs)
