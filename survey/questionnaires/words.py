"""Short answers to a poll, put together: the same answer in other spellings, and phrases of two to four syllables.

Accents are kept in what is shown and left out in what is compared. An answer is shown once a moderator has let it through, or
once five ballots gave it; a phrase counts in answers that a moderator has let through, and nowhere else, so none is on a wall
that nobody has read. What a moderator withheld is not shown at all, and its phrases count for nothing.

A response moves `ballots`. Everybody, moderators included, reads `seen`: what `ballots` was when the last batch was let go.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import ColumnElement
from sqlalchemy import case
from sqlalchemy import delete
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
_PARTS, _SYLLABLE = re.compile(r"[.,;:!?()\n]+"), re.compile(r"[^\W_]+")
Key = tuple[str, str, bool]  # folded, spelled, whole


class Word(NamedTuple):
    """A group of answers, or a phrase, in its most frequent spelling."""

    folded: str
    text: str
    ballots: int
    stands: str = ""


def count(session: Session, questionnaire_id: str, before: str | None, after: str | None) -> None:
    """One ballot's text takes the place of another; nobody sees it before `let_go`."""
    texts = [spelling(before or ""), spelling(after or "")]
    let = _let(session, questionnaire_id, texts)
    old, new = (set(_keys(text, phrased=text in let)) for text in texts)
    moves = dict.fromkeys(old - new, (-1, 0)) | dict.fromkeys(new - old, (1, 0))
    _move(session, questionnaire_id, moves)


def let_go(session: Session, questionnaire_id: str) -> None:
    """Show moderators, and whoever else may see texts now, all that has been counted."""
    session.flush()
    ours = PollWord.questionnaire_id == questionnaire_id
    session.execute(update(PollWord).where(ours, PollWord.seen != PollWord.ballots).values(seen=PollWord.ballots))
    session.execute(delete(PollWord).where(ours, PollWord.ballots <= 0, PollWord.stands == ""))


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
    """Let a group of answers through with its phrases, or withhold both; the number of spellings, 0 if none was seen."""
    statement = select(PollWord).where(PollWord.questionnaire_id == questionnaire_id, PollWord.folded == folded)
    rows = list(session.scalars(statement))
    if not any(row.whole and row.seen > 0 for row in rows):
        return 0
    moves: dict[Key, tuple[int, int]] = {}
    for row in rows:
        before, row.stands = row.stands, _after(row, stands)
        if row.whole and (sign := (row.stands == SHOWN) - (before == SHOWN)):
            for key in set(_keys(row.spelled, phrased=True)) - set(_keys(row.spelled, phrased=False)):
                ballots, seen = moves.get(key, (0, 0))
                moves[key] = (ballots + sign * row.ballots, seen + sign * row.seen)
    session.flush()
    _move(session, questionnaire_id, moves)
    session.flush()
    return len(rows)


def _after(row: PollWord, stands: str) -> str:
    """What is withheld is so as a phrase, too; nothing is let through in a spelling that nobody could read."""
    return stands if stands == WITHHELD or (row.whole and row.seen > 0) else ""


def phrases(text: str) -> Iterator[str]:
    """The phrases of a text, inside what commas and full stops part, each in small letters with its accents."""
    left = MOST_SYLLABLES
    for part in _PARTS.split(text.casefold()):
        said = _SYLLABLE.findall(part)[:left]
        left -= len(said)
        for length in range(SHORTEST, LONGEST + 1):
            for start in range(len(said) - length + 1):
                words = said[start : start + length]
                if words[0] not in _BARE and words[-1] not in _BARE:
                    yield " ".join(words)


def spelling(text: str) -> str:
    """A text in small letters, each part behind a comma: what is kept says as much as what was typed."""
    parts = (" ".join(_SYLLABLE.findall(part)) for part in _PARTS.split(text.casefold()))
    return ", ".join(part for part in parts if part)


def _bare(spelling: str) -> str:
    return spelling.replace(",", "")


def _keys(spelling: str, *, phrased: bool) -> Iterator[Key]:
    """What one text counts for; each phrase once, in however many spellings it is there."""
    if spelling:
        yield fold(_bare(spelling)), spelling, True
    known = {fold(phrase): phrase for phrase in sorted(phrases(spelling))} if phrased else {}
    for folded, phrase in known.items():
        yield folded, phrase, False


def _let(session: Session, questionnaire_id: str, spellings: Collection[str]) -> set[str]:
    """Those of these texts that a moderator has let through, in this spelling."""
    statement = select(PollWord.spelled).where(
        PollWord.questionnaire_id == questionnaire_id, PollWord.whole, PollWord.stands == SHOWN,
        PollWord.folded.in_({fold(_bare(text)) for text in spellings}), PollWord.spelled.in_(spellings),
    )  # fmt: skip
    return set(session.scalars(statement))


def _move(session: Session, questionnaire_id: str, moves: Mapping[Key, tuple[int, int]]) -> None:
    """Add to the counts of these keys; what is withheld is so in every new spelling, and as a phrase."""
    known = _known(session, questionnaire_id, moves)
    held = {row.folded for row in known.values() if row.stands == WITHHELD}
    for key, (ballots, seen) in moves.items():
        row = known.get(key)
        if row is None:
            if ballots <= 0:
                continue
            folded, spelled, whole = key
            row = PollWord(
                questionnaire_id=questionnaire_id, folded=folded, spelled=spelled, whole=whole, ballots=0, seen=0,
                stands=WITHHELD if folded in held else "",
            )  # fmt: skip
            session.add(row)
        row.ballots += ballots
        row.seen += seen
        if row.ballots <= 0 and row.seen <= 0 and not row.stands:
            session.delete(row)


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
        func.sum(PollWord.seen),
        func.sum(case((PollWord.stands == SHOWN, 1), else_=0)),
        func.sum(case((PollWord.stands == WITHHELD, 1), else_=0)),
    )


def _spelled(session: Session, questionnaire_id: str, whole: bool, groups: list[str]) -> dict[str, str]:
    """The spelling of each group that most ballots gave, before all one that a moderator has read."""
    statement = (
        select(PollWord.folded, PollWord.spelled)
        .where(PollWord.questionnaire_id == questionnaire_id, PollWord.whole == whole, PollWord.folded.in_(groups))
        .where(PollWord.seen > 0)
        .order_by(case((PollWord.stands == SHOWN, 1), else_=0), PollWord.seen, PollWord.spelled)
    )
    return {row.folded: row.spelled for row in session.execute(statement)}
