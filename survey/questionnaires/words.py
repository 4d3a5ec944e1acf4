"""Short answers to a poll, put together: the same answer in other spellings, and phrases of two to four syllables.

Accents are kept in what is shown and left out in what is compared. Nothing unread stands on a wall: a text is shown once a
moderator has let it through, or once five ballots gave it; what a moderator withheld is not shown at all.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import ColumnElement
from sqlalchemy import case
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from survey.core.text import fold
from survey.questionnaires.models import PollWord
from survey.questionnaires.results import STEP

SHOWN, WITHHELD = "shown", "withheld"
MOST_SYLLABLES = 24  # of one answer; phrases beyond are not counted
SHORTEST, LONGEST = 2, 4  # syllables of a phrase
# Syllables that a phrase does not begin or end with: they say nothing by themselves.
_BARE = frozenset({
    "và", "của", "là", "các", "những", "cho", "với", "có", "được", "thì", "mà", "ở", "để", "tôi", "em", "mình", "bạn", "ta",
    "chúng", "cái", "này", "ấy", "đó", "khi", "nên", "về", "một", "rất", "quá", "nữa", "đã", "sẽ",
})  # fmt: skip
_SYLLABLES = 24  # of one answer; phrases beyond are not counted
SHORTEST, LONGEST = 2, 4  # syllables of a phrase
# Syllables that a phrase does not begin or end with: they say nothing by themselves.
_BARE = frozenset(
    [
        "và",
        "của",
        "là",
        "các",
        "những",
        "cho",
        "với",
        "có",
        "được",
        "thì",
        "mà",
        "ở",
        "để",
        "tôi",
        "em",
        "mình",
        "bạn",
        "chúng",
        "ta",
        "cái",
        "này",
        "ấy",
        "đó",
        "khi",
        "nên",
        "về",
        "một",
        "rất",
        "quá",
        "nữa",
        "đã",
        "sẽ",
    ]
)
_SYLLABLE = re.compile(r"[^\W_]+")
Key = tuple[str, str, bool]  # folded, spelled, whole


class Word(NamedTuple):
    """A group of answers, or a phrase, in its most frequent spelling."""

    folded: str
    text: str
    ballots: int
    stands: str = ""


def count(session: Session, questionnaire_id: str, before: str | None, after: str | None) -> None:
    """One ballot's text takes the place of another: each of its phrases counts once."""
    old, new = set(_keys(before or "")), set(_keys(after or ""))
    known = _known(session, questionnaire_id, old ^ new)
    for key in old - new:
        if (row := known.get(key)) is not None:
            row.ballots -= 1
            if row.ballots <= 0 and not row.stands:
                session.delete(row)
    for key in new - old:
        row = known.get(key)
        if row is None:
            folded, spelled, whole = key
            row = PollWord(
                questionnaire_id=questionnaire_id, folded=folded, spelled=spelled, whole=whole, ballots=0, stands=""
            )
            session.add(row)
        row.ballots += 1


def shown(session: Session, questionnaire_id: str, *, whole: bool, most: int) -> tuple[Word, ...]:
    """What everybody may read, most frequent first."""
    total, let, held = _group()
    groups = (
        select(PollWord.folded, total)
        .where(PollWord.questionnaire_id == questionnaire_id, PollWord.whole == whole)
        .group_by(PollWord.folded)
        .having(held == 0, total > 0, (total >= STEP) | (let > 0))
        .order_by(total.desc(), PollWord.folded)
        .limit(most)
    )
    found = session.execute(groups).all()
    texts = _spelled(session, questionnaire_id, whole, [row[0] for row in found])
    return tuple(Word(folded, texts[folded], number) for folded, number in found)


def read(session: Session, questionnaire_id: str, most: int) -> tuple[Word, ...]:
    """Answers for a moderator's glance, unread ones first; in the order of the alphabet, which tells nothing."""
    total, let, held = _group()
    state = case((held > 0, WITHHELD), (let > 0, SHOWN), else_="")
    groups = (
        select(PollWord.folded, total, state)
        .where(PollWord.questionnaire_id == questionnaire_id, PollWord.whole)
        .group_by(PollWord.folded)
        .having(total > 0)
        .order_by(case((held > 0, 2), (let > 0, 1), else_=0), PollWord.folded)
        .limit(most)
    )
    found = session.execute(groups).all()
    texts = _spelled(session, questionnaire_id, True, [row[0] for row in found])
    return tuple(Word(folded, texts[folded], number, stands) for folded, number, stands in found)


def decide(session: Session, questionnaire_id: str, folded: str, stands: str) -> int:
    """Let a group of answers through, or withhold it and every phrase that it is; the number of spellings."""
    statement = update(PollWord).where(PollWord.questionnaire_id == questionnaire_id, PollWord.folded == folded)
    done = session.execute(statement.values(stands=stands).execution_options(synchronize_session="fetch"))
    return int(done.rowcount)  # type: ignore[attr-defined]


def phrases(text: str) -> Iterator[str]:
    """The phrases of a text, inside what commas and full stops part, each in small letters with its accents."""
    left = MOST_SYLLABLES
    for part in re.split(r"[.,;:!?()\n]+", text.casefold()):
        said = _SYLLABLE.findall(part)[:left]
        left -= len(said)
        for length in range(SHORTEST, LONGEST + 1):
            for start in range(len(said) - length + 1):
                words = said[start : start + length]
                if words[0] not in _BARE and words[-1] not in _BARE:
                    yield " ".join(words)


def _keys(text: str) -> Iterator[Key]:
    whole = " ".join(_SYLLABLE.findall(text.casefold()))
    if whole:
        yield fold(whole), whole, True
    for phrase in phrases(text):
        yield fold(phrase), phrase, False


def _known(session: Session, questionnaire_id: str, keys: Collection[Key]) -> dict[Key, PollWord]:
    if not keys:
        return {}
    statement = select(PollWord).where(
        PollWord.questionnaire_id == questionnaire_id, PollWord.folded.in_({folded for folded, *_ in keys})
    )
    rows = session.scalars(statement)
    return {(row.folded, row.spelled, row.whole): row for row in rows}


def _group() -> tuple[ColumnElement[int], ColumnElement[int], ColumnElement[int]]:
    """Ballots of a group, and how many of its spellings were let through and withheld."""
    return (
        func.sum(PollWord.ballots),
        func.sum(case((PollWord.stands == SHOWN, 1), else_=0)),
        func.sum(case((PollWord.stands == WITHHELD, 1), else_=0)),
    )


def _spelled(session: Session, questionnaire_id: str, whole: bool, groups: list[str]) -> dict[str, str]:
    """The spelling of each group that most ballots gave, before all one that a moderator has read."""
    statement = (
        select(PollWord.folded, PollWord.spelled)
        .where(PollWord.questionnaire_id == questionnaire_id, PollWord.whole == whole, PollWord.folded.in_(groups))
        .order_by(case((PollWord.stands == SHOWN, 1), else_=0), PollWord.ballots, PollWord.spelled)
    )
    return {row.folded: row.spelled for row in session.execute(statement)}
