"""From questionnaires to the board: drafts (`offers`) become questions in bulk and once each, or are set aside."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import delete
from sqlalchemy.orm import Session

from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.text import N_
from survey.core.text import clean
from survey.dialogues.service import load_open
from survey.dialogues.service import touch
from survey.moderation import merging
from survey.moderation import service
from survey.moderation.models import TakenAnswer
from survey.moderation.offers import dealt
from survey.questions.service import LONGEST_BROUGHT_IN

SOURCE = "survey"


class Chosen(NamedTuple):
    """What to take over: a leading draft, others that become wordings of it, and the words that it goes up with."""

    lead: str
    others: tuple[str, ...]
    wording: str
    topic: str


class Taken(NamedTuple):
    """How many questions were made of how many drafts, and how many somebody else had dealt with meanwhile."""

    questions: int
    drafts: int
    late: int


def take(
    session: Session,
    vote_key: bytes,
    dialogue_id: str,
    texts: Mapping[str, str],
    wanted: Sequence[Chosen],
    *,
    pending: bool,
    actor: str,
) -> Taken:
    """Make questions of drafts, once each: on the board, or `pending` in the queue.

    `texts` are the drafts as they were just read (id -> text); `vote_key` is the dialogue's key `vote`. The leading draft
    goes up with the words that were typed, the others as its wordings, merged under it. Who comes second changes
    nothing. Raises `Invalid` (`fields` by leading draft) for words that cannot stand.
    """
    load_open(session, dialogue_id)
    check(wanted)
    free = texts.keys() - dealt(session, dialogue_id, [id_ for one in wanted for id_ in (one.lead, *one.others)])
    made, used = 0, 0
    for one in wanted:
        if one.lead not in free:
            continue
        ids = [one.lead, *(id_ for id_ in dict.fromkeys(one.others) if id_ in free and id_ != one.lead)]
        rows = [service.BroughtIn(one.wording if id_ == one.lead else texts[id_], topic=one.topic, source=SOURCE,
                                  key=f"{SOURCE} {id_}", pending=pending) for id_ in ids]  # fmt: skip
        questions = service.bring_in(session, dialogue_id, rows, actor=actor, new_topics=False)
        if len(questions) > 1:
            merging.merge(session, vote_key, dialogue_id, questions[0], questions[1:], actor=actor)
        _remember(session, dialogue_id, ids, dismissed=False)
        free -= set(ids)
        made, used = made + 1, used + len(ids)
    return Taken(made, used, len(wanted) - made)


def dismiss(session: Session, dialogue_id: str, ids: Collection[str]) -> int:
    """Set drafts (known ones) aside, so that they are offered no more; how many were not dealt with yet."""
    load_open(session, dialogue_id)
    gone = dealt(session, dialogue_id, ids)
    left = [id_ for id_ in dict.fromkeys(ids) if id_ not in gone]
    _remember(session, dialogue_id, left, dismissed=True)
    touch(session, dialogue_id, public=False)
    return len(left)


def bring_back(session: Session, dialogue_id: str) -> None:
    """Offer again what was set aside."""
    load_open(session, dialogue_id)
    session.execute(delete(TakenAnswer).where(TakenAnswer.dialogue_id == dialogue_id, TakenAnswer.dismissed))
    touch(session, dialogue_id, public=False)


def check(wanted: Sequence[Chosen]) -> None:
    """Raise `NotFound` for nothing chosen, `Invalid` (`fields` by leading draft) for words that cannot stand."""
    if not wanted:
        raise NotFound(N_("Hãy đánh dấu ít nhất một câu rồi bấm lại."))
    refused: dict[str, str] = {}
    for one in wanted:
        if not any(map(str.isalnum, clean(one.wording))):
            refused[one.lead] = N_("Hãy ghi lời của câu hỏi, hoặc bỏ dấu chọn.")
        elif len(clean(one.wording)) > LONGEST_BROUGHT_IN:
            refused[one.lead] = N_("Câu hỏi dài quá 10.000 ký tự. Hãy rút gọn.")
    if refused:
        raise Invalid(next(iter(refused.values())), refused)


def _remember(session: Session, dialogue_id: str, ids: Collection[str], *, dismissed: bool) -> None:
    for id_ in ids:
        session.add(TakenAnswer(dialogue_id=dialogue_id, mark=bytes.fromhex(id_), dismissed=dismissed))
    session.flush()
