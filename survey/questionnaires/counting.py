"""Polls and votes count as they go: each response moves kept counts by itself alone, however many came before it.

What may be seen is put into `published`, and nowhere else is anything read from: before closing a poll shows nothing below
`LIVE_FROM` responses, a hidden one and a vote nothing at all, and nothing of fewer than five is ever shown. Texts wait for each
other besides, see `batches`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from survey.questionnaires import words
from survey.questionnaires.kinds import KINDS
from survey.questionnaires.models import Item
from survey.questionnaires.models import Questionnaire
from survey.questionnaires.results import STEP
from survey.questionnaires.state import State

LIVE_FROM = 30  # responses; below that the first ones would lead the rest


class Purpose(StrEnum):
    """What a questionnaire is for."""

    SURVEY = "survey"
    POLL = "poll"
    VOTE = "vote"


def count(
    session: Session,
    questionnaire: Questionnaire,
    items: Sequence[Item],
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
) -> None:
    """One response came (`before` is None) or took the place of another; publish what may be seen of it."""
    kept = questionnaire.counted
    questionnaire.counted = {
        item.id: _moved(item, kept.get(item.id, {}), (before or {}).get(item.id), after.get(item.id)) for item in items
    }
    for item in items:
        if item.kind == "short":
            words.count(session, questionnaire.id, (before or {}).get(item.id), after.get(item.id))
    publish(questionnaire)
    session.flush()


def close(session: Session, questionnaire: Questionnaire, ballots: int) -> None:
    """No response counts any more; the figures are final, measured against the `ballots` in the room, and all texts go on."""
    words.let_go(session, questionnaire.id)
    questionnaire.released = questionnaire.responses
    questionnaire.state = State.CLOSED
    questionnaire.present = ballots
    publish(questionnaire)


def publish(questionnaire: Questionnaire) -> bool:
    """Show the kept counts where they may be seen now; say whether they are."""
    over = questionnaire.state == State.CLOSED
    shown = questionnaire.responses >= (STEP if over else LIVE_FROM) and (over or not questionnaire.hidden)
    if shown:
        questionnaire.published = {
            "responses": questionnaire.responses, "settled": over, "items": dict(questionnaire.counted),
        }  # fmt: skip
    return shown


def _moved(item: Item, kept: Mapping[str, Any], before: Any, after: Any) -> dict[str, Any]:
    """The tally with one answer taken out and one put in; texts are counted in `words`."""
    counts, answered = Counter(kept.get("counts", {})), kept.get("answered", 0)
    for value, sign in ((before, -1), (after, 1)):
        if value is None:
            continue
        answered += sign
        for name, number in KINDS[item.kind].tally([value], item.settings).counts.items():
            counts[name] += sign * number
    return {"answered": answered, "counts": {name: number for name, number in counts.items() if number}, "texts": []}
