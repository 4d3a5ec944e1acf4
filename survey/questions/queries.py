"""Reading questions: plain frozen rows, ordered as `ranking` says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from functools import lru_cache
from typing import Any
from typing import NamedTuple

from sqlalchemy import ColumnElement
from sqlalchemy import Select
from sqlalchemy import SQLColumnExpression
from sqlalchemy import bindparam
from sqlalchemy import case
from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.clock import coarse
from survey.core.ids import digest
from survey.core.ids import mark
from survey.core.offload import breathe
from survey.core.text import fold
from survey.dialogues.models import Dialogue
from survey.dialogues.models import Topic
from survey.dialogues.order import Rule
from survey.dialogues.order import held
from survey.questions import objects
from survey.questions import ranking
from survey.questions.models import Gathered
from survey.questions.models import Question
from survey.questions.state import BOARD
from survey.questions.state import EDITABLE
from survey.questions.state import WRITTEN
from survey.questions.state import State
from survey.room import places

IN_A_TURN = 500  # rows of a long board, after which others may run
# What is passed and not yet published has no number, see `gathering`: on no page but the moderators' does it stand.
LEFT = frozenset(State) - BOARD - {State.MERGED}  # where nobody but staff and the asker reads a question
OUT = or_(Question.state.not_in(BOARD), Question.number.is_not(None))


@dataclass(frozen=True, slots=True)
class Row:
    """A question as the pages and files show it; never its author."""

    id: str
    number: int | None
    body: str
    topic: str | None
    topic_id: str | None
    supporters: int
    state: str
    source: str
    unit: str
    asked_about: dt.datetime
    reason: str
    note: str
    wordings: int = 1  # itself and what was merged into it
    others: tuple[str, ...] = ()  # the texts of those
    asked_back: str = ""  # what the moderators want to know
    reply: str = ""  # what the asker said to that; for staff alone
    muted: bool | None = None  # whether whoever asked it may not ask for now; for staff alone, None where it cannot be
    waits: bool = False  # for others to go on with: nobody but its asker knows of it
    judged: int = 0  # how many said what they think of the answer, at the last step of five
    satisfied: int = 0  # and how many of those were satisfied
    grouped: str | None = None  # the answer that it shares with others
    site: str = ""  # from which it came, where that may be told
    site_number: int | None = None  # and its number: two sites may have one name
    answerer: str = ""  # who of the panel answered it

    @property
    def asking(self) -> bool:
        """Whether the moderators wait for the asker."""
        return bool(self.asked_back) and not self.reply and self.state in EDITABLE

    @property
    def asked_mark(self) -> str:
        """What stands for the moderators' question: a reply to another one must not count for it."""
        return wording(self.asked_back)

    @property
    def gathered(self) -> int:
        """How many questions it speaks for: a wording that staff wrote for others is none itself."""
        return self.wordings - (self.source == WRITTEN)

    @property
    def wording(self) -> str:
        """What stands for the text on somebody's screen, see `wording`."""
        return wording(self.body)


class Standing(NamedTuple):
    """A question's place on the board, without its text."""

    id: str
    number: int
    state: str
    group_id: str | None = None
    shown: int = 0


# Columns and not whole objects: a board of 5,000 questions takes half the memory and time.
_READ: tuple[Any, ...] = (
    Question.id, Question.number, Question.body, Question.topic_id, Question.supporters, Question.state, Question.source,
    Question.unit, Question.asked_about, Question.reason, Question.note, Question.wordings, Question.asked_back,
    Question.reply, Question.judged_shown, Question.satisfied_shown, Question.grouped, Question.site, Question.answerer,
)  # fmt: skip


def _every() -> Select[*tuple[Any, ...]]:
    return select(*_READ, Topic.name.label("topic")).outerjoin(Topic, Topic.id == Question.topic_id)


def _rows(dialogue_id: str) -> Select[*tuple[Any, ...]]:
    return _every().where(Question.dialogue_id == dialogue_id)


def _fetch(
    session: Session, dialogue_id: str, statement: Select[*tuple[Any, ...]], values: Mapping[str, Any] | None = None
) -> list[Row]:
    found = session.execute(statement, values).all()
    sites = places.named(session, dialogue_id) if any(q.site is not None for q in found) else {}
    rows = [
        Row(
            q.id, q.number, q.body, q.topic, q.topic_id, q.supporters, q.state, q.source, q.unit, q.asked_about,
            q.reason, q.note, q.wordings, asked_back=q.asked_back, reply=q.reply,
            judged=q.judged_shown, satisfied=q.satisfied_shown, grouped=q.grouped, site=sites.get(q.site, ""),
            site_number=q.site if q.site in sites else None, answerer=q.answerer,
        )
        for q in found
    ]  # fmt: skip
    return with_wordings(session, dialogue_id, rows)


def with_wordings(session: Session, dialogue_id: str, rows: list[Row]) -> list[Row]:
    """The same rows with the texts that were merged into them, those of merges below merges too, in random order."""
    if all(row.wordings == 1 for row in rows):
        return rows
    statement = (
        select(Question.id, Question.merged_into, Question.body)
        .where(Question.dialogue_id == dialogue_id, Question.state == State.MERGED)
        .order_by(Question.tie)
    )
    below: dict[str | None, list[tuple[str, str]]] = {}
    for question_id, leading_id, body in session.execute(statement):
        below.setdefault(leading_id, []).append((question_id, body))

    def under(question_id: str) -> tuple[str, ...]:
        return tuple(text for id_, body in below.get(question_id, []) for text in (body, *under(id_)))

    return [replace(row, others=under(row.id)) if row.wordings > 1 else row for row in rows]


def board(
    session: Session,
    dialogue_id: str,
    *,
    states: Collection[str] = BOARD,
    topic_id: str | None = None,
    search: str = "",
    limit: int | None = None,
) -> list[Row]:
    """Questions in board order: by supporters, ties by their random key. `search` needs no accents."""
    dialogue = session.get(Dialogue, dialogue_id)
    if not (topic_id or search or dialogue is None or dialogue.turns or dialogue.site_turns):
        known = _plain(frozenset(states), dialogue.rule, held(dialogue), limit)
        return _fetch(session, dialogue_id, known, {"dialogue": dialogue_id})
    statement = _rows(dialogue_id).where(Question.state.in_(states), OUT)
    if topic_id:
        statement = statement.where(Question.topic_id == topic_id)
    for word in fold(search).split():
        statement = statement.where(Question.folded.contains(word, autoescape=True))
    return _fetch(session, dialogue_id, statement.order_by(*order(session, dialogue_id)).limit(limit))


@lru_cache(maxsize=128)
def _plain(states: frozenset[str], rule: str, is_held: bool, limit: int | None) -> Select[*tuple[Any, ...]]:
    """The board as each stream and page reads it, built once: building it takes as long as reading it."""
    found = _every().where(Question.dialogue_id == bindparam("dialogue"), Question.state.in_(sorted(states)), OUT)
    return found.order_by(*_held(is_held, *_best(rule))).limit(limit)


def in_states(session: Session, dialogue_id: str, states: Collection[str]) -> list[Row]:
    """Questions in these states, longest waiting first (to five minutes), then in random order."""
    statement = _rows(dialogue_id).where(Question.state.in_(states))
    return _fetch(session, dialogue_id, statement.order_by(Question.asked_about, Question.tie))


def some(session: Session, dialogue_id: str, question_ids: Sequence[str]) -> list[Row]:
    """These questions of this dialogue, in the order given."""
    found = {
        row.id: row for row in _fetch(session, dialogue_id, _rows(dialogue_id).where(Question.id.in_(question_ids)))
    }
    return [found[question_id] for question_id in question_ids if question_id in found]


def taken_back(session: Session, dialogue_id: str) -> list[str]:
    """Ids of questions that were published and may be read no more: erased, withdrawn, or back with the moderators."""
    statement = select(Question.id).where(
        Question.dialogue_id == dialogue_id, Question.state.in_(sorted(LEFT)), Question.number.is_not(None)
    )
    return list(session.scalars(statement.order_by(Question.number)))


def standing(
    session: Session, dialogue_id: str, states: Collection[str] = BOARD, limit: int | None = None
) -> list[Standing]:
    """Id and number of all questions in these states, in board order: the light form of `board`."""
    statement = (
        select(Question.id, Question.number, Question.state, Question.group_id, Question.shown)
        .where(Question.dialogue_id == dialogue_id, Question.state.in_(states), OUT)
        .order_by(*order(session, dialogue_id))
        .limit(limit)
    )
    return [Standing(row.id, row.number or 0, row.state, row.group_id, row.shown) for row in session.execute(statement)]


def standing_anyhow(session: Session, dialogue_id: str, state: str) -> list[Standing]:
    """`standing` of one state in no order, for what needs none: sorting a long board takes longer than reading it."""
    statement = select(Question.id, Question.number, Question.group_id, Question.shown).where(
        Question.dialogue_id == dialogue_id, Question.state == state, OUT
    )
    found = list[Standing]()
    for rows in session.execute(statement).partitions(IN_A_TURN):
        found += [Standing(id_, number or 0, state, group, shown) for id_, number, group, shown in rows]
        breathe()
    return found


def many(session: Session, dialogue_id: str, state: str) -> int:
    """How many questions of this state everybody may see; from an index alone."""
    counted = select(func.count()).where(Question.dialogue_id == dialogue_id, Question.state == state, OUT)
    return session.scalar(counted) or 0


def order(session: Session, dialogue_id: str) -> tuple[ColumnElement[Any], ...]:
    """By what the board of this dialogue is sorted: the rule that was chosen before the opening, ties by a random key.

    While the order is held, by the places of that moment, with what came since at the end.
    """
    dialogue = session.get(Dialogue, dialogue_id)
    best = _best(dialogue.rule if dialogue is not None else "")
    if dialogue is None:
        return best
    if dialogue.turns:
        best = (_turn(session, dialogue_id, best, Question.topic_id), *best)
    if dialogue.site_turns:
        best = (_turn(session, dialogue_id, best, _place(session, dialogue_id)), *best)
    return _held(held(dialogue), *best)


def _best(rule: str) -> tuple[ColumnElement[Any], ...]:
    best: tuple[ColumnElement[Any], ...] = (Question.supporters.desc(), Question.tie.asc())
    if rule == Rule.RATE:
        seen = case((Question.shown > Question.supporters, Question.shown), else_=Question.supporters)
        rate = (Question.supporters + ranking.SUPPORTED_BEFORE) / (seen + ranking.SHOWN_BEFORE)
        best = (rate.desc(), *best)
    return best


def _held(is_held: bool, *best: ColumnElement[Any]) -> tuple[ColumnElement[Any], ...]:
    return (Question.held_place.is_(None), Question.held_place.asc(), *best) if is_held else best


def _turn(
    session: Session, dialogue_id: str, best: tuple[ColumnElement[Any], ...], heading: SQLColumnExpression[Any]
) -> ColumnElement[Any]:
    """In which round a question has its turn: the best of each heading in the first, the second of each in the next.

    What was called already has had its turn, so a topic that was answered three times comes after one that never was.
    """
    waits = Question.state == State.APPROVED
    place = func.row_number().over(partition_by=(heading, waits), order_by=best)
    statement = (
        select(heading, func.count())
        .where(Question.dialogue_id == dialogue_id, Question.state.in_(BOARD - {State.APPROVED}))
        .group_by(heading)
    )
    had = [(heading.is_not_distinct_from(one), count) for one, count in session.execute(statement)]
    return place + case(*((waits & same, count) for same, count in had), else_=0) if had else place


def _place(session: Session, dialogue_id: str) -> ColumnElement[Any]:
    """Where a question came from: a site that may be told, or everywhere else together."""
    known = list(places.named(session, dialogue_id))
    return case((Question.site.in_(known), Question.site), else_=places.HALL)


def one(session: Session, dialogue_id: str, question_id: str) -> Row | None:
    """One question of this dialogue."""
    return next(iter(_fetch(session, dialogue_id, _rows(dialogue_id).where(Question.id == question_id))), None)


def mine(session: Session, dialogue_id: str, authors: Collection[bytes]) -> list[Row]:
    """The questions with one of these author marks, latest (to five minutes) first."""
    statement = _rows(dialogue_id).where(Question.author.in_(list(authors)))
    found = _fetch(session, dialogue_id, statement.order_by(Question.asked_about.desc(), Question.tie))
    return _gathered(session, dialogue_id, authors) + found


def _gathered(session: Session, dialogue_id: str, authors: Collection[bytes]) -> list[Row]:
    """Own questions that wait for others yet; their time is nowhere, so it is this moment's."""
    statement = (
        select(Gathered, Topic.name)
        .outerjoin(Topic, Topic.id == Gathered.topic_id)
        .where(Gathered.dialogue_id == dialogue_id, Gathered.author.in_(list(authors)))
        .order_by(Gathered.id)
    )
    return [
        Row(row.id, None, row.body, topic, row.topic_id, 0, row.state, "member", "", coarse(), "", "", waits=True)
        for row, topic in session.execute(statement)
    ]


def asked_back_of(session: Session, dialogue_id: str, authors: Collection[bytes]) -> int | None:
    """Of the questions with one of these author marks: about how many a reply is wanted. None where none waits at all."""
    if not authors:
        return None
    statement = select(Question.asked_back, Question.reply).where(
        Question.dialogue_id == dialogue_id, Question.author.in_(list(authors)), Question.state.in_(EDITABLE)
    )
    waiting = session.execute(statement).all()
    gathered = select(Gathered.id).where(Gathered.dialogue_id == dialogue_id, Gathered.author.in_(list(authors)))
    if not waiting and session.scalar(gathered.limit(1)) is None:
        return None
    return sum(bool(asked_back) and not reply for asked_back, reply in waiting)


def leading(session: Session, dialogue_id: str, rows: Collection[Row]) -> dict[str, Row]:
    """Of those of these questions that were merged, also what was taken back since: the question that speaks for each."""
    wanted = [row.id for row in rows if row.state in {State.MERGED, State.WITHDRAWN}]
    if not wanted:
        return {}
    statement = select(Question.id, Question.merged_into).where(
        Question.dialogue_id == dialogue_id, Question.merged_into.is_not(None)
    )
    into = {question_id: str(leading_id) for question_id, leading_id in session.execute(statement)}
    found: dict[str, str] = {}
    for question_id in (one for one in wanted if one in into):
        found[question_id] = question_id
        while found[question_id] in into:
            found[question_id] = into[found[question_id]]
    known = {row.id: row for row in some(session, dialogue_id, list(set(found.values())))}
    return {question_id: known[leading_id] for question_id, leading_id in found.items() if leading_id in known}


def supported(session: Session, key: bytes, ballot: str, places: Collection[Standing]) -> frozenset[str]:
    """The ids of those of these questions that the ballot stands behind; ask for what leads, not for merged wordings."""
    mark_of = voter(key, ballot)
    groups = {place.group_id: place.id for place in places if place.group_id}
    alone = [place.id for place in places if not place.group_id]
    behind = objects.behind(session, mark_of, groups, groups=True) if groups else ()
    return objects.behind(session, mark_of, alone, groups=False) | {groups[group_id] for group_id in behind}


def counts(session: Session, dialogue_id: str) -> dict[str, int]:
    """Number of questions by state; what is passed and not yet published is not among them."""
    statement = (
        select(Question.state, func.count()).where(Question.dialogue_id == dialogue_id, OUT).group_by(Question.state)
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def support_total(session: Session, dialogue_id: str) -> int:
    """Supporters of all questions on the board together."""
    statement = select(func.coalesce(func.sum(Question.supporters), 0)).where(
        Question.dialogue_id == dialogue_id, Question.state.in_(BOARD)
    )
    return int(session.scalar(statement) or 0)


def wording(body: str) -> str:
    """A short mark of a text: who decides sends it back, so that no text goes on the board that nobody has read."""
    return digest(body).hex()[:8]


def voter_mark(key: bytes, ballot: str, question_id: str) -> bytes:
    """`HMAC(vote key, ballot | "vote" | question)`: two votes of one ballot cannot be joined."""
    return mark(key, ballot, "vote", question_id)


def voter(key: bytes, ballot: str) -> objects.Voter:
    """The marks of one ballot, by the object that it stands behind."""
    return lambda object_id: voter_mark(key, ballot, object_id)


def author_mark(key: bytes, ballot: str, client_id: str) -> bytes:
    """`HMAC(ask key, ballot | "ask" | client id)`: proves "mine" and joins no two questions."""
    return mark(key, ballot, "ask", client_id)
