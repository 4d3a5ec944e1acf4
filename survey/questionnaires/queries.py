"""Reading questionnaires: plain frozen rows. Figures come from what was published, never from the responses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any
from typing import NamedTuple
from typing import cast

from sqlalchemy import Table
from sqlalchemy import bindparam
from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.db import Database
from survey.core.errors import NotFound
from survey.core.ids import mark
from survey.core.prepared import Prepared
from survey.core.prepared import structure
from survey.core.text import N_
from survey.dialogues.models import Dialogue
from survey.questionnaires.counting import Purpose
from survey.questionnaires.kinds import KINDS
from survey.questionnaires.models import Item
from survey.questionnaires.models import Questionnaire
from survey.questionnaires.models import Response
from survey.questionnaires.removed import Removed
from survey.questionnaires.removed import named
from survey.questionnaires.results import Results
from survey.questionnaires.results import figures
from survey.questionnaires.results import read
from survey.questionnaires.snapshot import Snapshot
from survey.questionnaires.snapshot import take
from survey.questionnaires.snapshot import unpack
from survey.questionnaires.state import DIALOGUE_TAKES
from survey.questionnaires.state import State
from survey.questionnaires.state import may_lie_sealed

ASKING = [name for name, kind in KINDS.items() if kind.asks]
GONE = N_("Không còn phiếu khảo sát hay mục này. Hãy quay lại danh sách.")
_RESPONSES, _SURVEYS, _ASKED = (cast(Table, one.__table__) for one in (Response, Questionnaire, Item))
_SENT = Prepared(
    select(_RESPONSES.c.counter, _RESPONSES.c.answers).where(  # asked by every phone that opens a questionnaire
        _RESPONSES.c.questionnaire_id == bindparam("questionnaire"), _RESPONSES.c.mark == bindparam("sender")
    )
)
_ROW = Prepared(  # all of a questionnaire that stands on its form: none of its figures, which move meanwhile
    select(
        _SURVEYS.c.id, _SURVEYS.c.dialogue_id, _SURVEYS.c.title, _SURVEYS.c.intro, _SURVEYS.c.state, _SURVEYS.c.purpose,
        _SURVEYS.c.editable, _SURVEYS.c.results_shown, _SURVEYS.c.rows_announced, _SURVEYS.c.opens_at, _SURVEYS.c.closes_at,
    ).where(_SURVEYS.c.id == bindparam("questionnaire"))
)  # fmt: skip
_ITEMS = Prepared(
    select(
        _ASKED.c.id, _ASKED.c.kind, _ASKED.c.label, _ASKED.c.help, _ASKED.c.required, _ASKED.c.settings, _ASKED.c.shown_if,
        _ASKED.c.identifying,
    )
    .where(_ASKED.c.questionnaire_id == bindparam("questionnaire"))
    .order_by(_ASKED.c.position, _ASKED.c.id)
)  # fmt: skip


class Open(NamedTuple):
    """A questionnaire that waits for members: as the room lists it."""

    id: str
    title: str
    items: int
    closes_at: dt.datetime | None = None  # by itself


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item as pages show it."""

    id: str
    kind: str
    label: str
    help: str
    required: bool
    settings: Mapping[str, Any]
    shown_if: Mapping[str, Any] = field(default_factory=dict)
    identifying: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A questionnaire as pages show it. `started`: somebody answered; `shown`: of how many there are figures.

    `sealed`: answers may lie in the ballot box, which no count knows."""

    id: str
    dialogue_id: str
    title: str
    intro: str
    state: str
    editable: bool
    results_shown: bool
    started: bool
    shown: int
    items: tuple[ItemRow, ...]
    removed: tuple[Removed, ...] = ()
    opens_at: dt.datetime | None = None  # by itself
    closes_at: dt.datetime | None = None
    missed: str = ""  # why it did not open at its hour
    rows_announced: bool = False
    linked: bool = False  # a link to read the results is out
    sealed: bool = False

    @property
    def fixed(self) -> bool:
        """Whether somebody answered or may have, so that wording alone may change."""
        return self.started or self.sealed

    @property
    def asked(self) -> tuple[ItemRow, ...]:
        """The items that ask something: headings and texts have no number."""
        return tuple(item for item in self.items if KINDS[item.kind].asks)


class Sent(NamedTuple):
    """What a ballot's response holds."""

    counter: int
    answers: Mapping[str, Any]


def open_for_members(session: Session, dialogue_id: str) -> list[Open]:
    """Questionnaires that take responses now, in the organiser's order."""
    statement = (
        select(Questionnaire.id, Questionnaire.title, func.count(Item.id), Questionnaire.closes_at)
        .join(Item, Item.questionnaire_id == Questionnaire.id)
        .join(Dialogue, Dialogue.id == Questionnaire.dialogue_id)
        .where(Questionnaire.dialogue_id == dialogue_id, Questionnaire.state == State.OPEN)
        .where(Questionnaire.purpose == Purpose.SURVEY)
        .where(Dialogue.state.in_(DIALOGUE_TAKES), Dialogue.ending_at.is_(None), Item.kind.in_(ASKING))
        .group_by(Questionnaire.id, Questionnaire.title, Questionnaire.position, Questionnaire.closes_at)
        .order_by(Questionnaire.position, Questionnaire.id)
    )
    return [Open(*row) for row in session.execute(statement)]


_OPEN = Prepared(
    select(_SURVEYS.c.id, _SURVEYS.c.title, func.count(_ASKED.c.id), _SURVEYS.c.closes_at)
    .join(_ASKED, _ASKED.c.questionnaire_id == _SURVEYS.c.id)
    .where(_SURVEYS.c.dialogue_id == bindparam("dialogue"), _SURVEYS.c.state == State.OPEN.value)
    .where(_SURVEYS.c.purpose == Purpose.SURVEY.value, or_(*(_ASKED.c.kind == kind for kind in ASKING)))
    .group_by(_SURVEYS.c.id, _SURVEYS.c.title, _SURVEYS.c.position, _SURVEYS.c.closes_at)
    .order_by(_SURVEYS.c.position, _SURVEYS.c.id)
)


def open_now(db: Database, dialogue_id: str) -> tuple[tuple[Any, ...], ...]:
    """What `open_for_members` says of a dialogue that takes responses, as the database gives it."""
    return tuple(tuple(row) for row in db.glance(_OPEN, dialogue=dialogue_id))


def answered(session: Session, key: bytes, ballot: str, ids: Collection[str]) -> frozenset[str]:
    """Which of these questionnaires have a response of the ballot."""
    marks = {response_mark(key, ballot, questionnaire_id): questionnaire_id for questionnaire_id in ids}
    if not marks:
        return frozenset()
    statement = select(Response.questionnaire_id, Response.mark).where(
        Response.questionnaire_id.in_(list(ids)), Response.mark.in_(list(marks))
    )
    found = session.execute(statement)
    return frozenset(row.questionnaire_id for row in found if marks[row.mark] == row.questionnaire_id)


def sent(session: Session, questionnaire_id: str, mark: bytes) -> Sent | None:
    """The response behind `mark`, if there is one."""
    found = _SENT.first(session.connection(), questionnaire=questionnaire_id, sender=mark)
    return Sent(found[0], structure(found[1])) if found else None


def glanced(db: Database, questionnaire_id: str, mark: bytes) -> Sent | None:
    """`sent`, without a session."""
    found = db.glance(_SENT, questionnaire=questionnaire_id, sender=mark)
    return Sent(found[0][0], structure(found[0][1])) if found else None


def words(db: Database, questionnaire_id: str) -> tuple[Any, ...]:
    """All that the form of a questionnaire says, as the database gives it: whether two readings are alike."""
    return (*db.glance(_ROW, questionnaire=questionnaire_id), *db.glance(_ITEMS, questionnaire=questionnaire_id))


def of_dialogue(session: Session, dialogue_id: str) -> list[Row]:
    """All surveys of a dialogue with their items, in order; polls and votes are in `shown`."""
    found = session.scalars(
        select(Questionnaire)
        .where(Questionnaire.dialogue_id == dialogue_id, Questionnaire.purpose == Purpose.SURVEY)
        .order_by(Questionnaire.position, Questionnaire.id)
    ).all()
    items = _items(session, [questionnaire.id for questionnaire in found])
    return [_row(session, questionnaire, items.get(questionnaire.id, [])) for questionnaire in found]


def one(session: Session, dialogue_id: str, questionnaire_id: str) -> Row:
    """A questionnaire of this dialogue with its items; raises `NotFound`."""
    found = session.get(Questionnaire, questionnaire_id)
    if found is None or found.dialogue_id != dialogue_id or found.purpose != Purpose.SURVEY:
        raise NotFound(GONE)
    return _row(session, found, _items(session, [questionnaire_id]).get(questionnaire_id, []))


def for_members(session: Session, dialogue_id: str, questionnaire_id: str) -> Row:
    """The same, for members: a draft is not there."""
    row = one(session, dialogue_id, questionnaire_id)
    if row.state == State.DRAFT:
        raise NotFound(GONE)
    return row


def results(session: Session, questionnaire_id: str, *, texts: bool = True) -> Results:
    """Figures as of the last step (all responses once it closed), and what people wrote. Raises `NotFound`."""
    found = session.get(Questionnaire, questionnaire_id)
    if found is None:
        raise NotFound(GONE)
    items = _items(session, [questionnaire_id]).get(questionnaire_id, [])
    left_out = found.state == State.CLOSED and found.responses > shown(found)
    published: Mapping[str, Any] = found.published
    written: Mapping[str, Any] = unpack(found.snapshot).texts if texts else {}
    if "groups" not in published and found.responses == shown(found):
        published, written = _counted_again(session, found, items)
    people = int(published.get("people", 0))
    return Results(found.id, found.title, found.state, shown(found), read(items, published, written), people, left_out)


def taken(session: Session, questionnaire_id: str) -> Snapshot:
    """The responses that the figures are made of, for cross-tables, filters and files."""
    return unpack(packed(session, questionnaire_id))


def packed(session: Session, questionnaire_id: str) -> str:
    """The same as it is kept, for another process."""
    return session.scalar(select(Questionnaire.snapshot).where(Questionnaire.id == questionnaire_id)) or ""


def _counted_again(
    session: Session, found: Questionnaire, items: list[Item]
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Figures and texts of a survey that was counted before steps kept what they are made of."""
    rows = session.scalars(select(Response.answers).where(Response.questionnaire_id == found.id)).all()
    now = take(rows, rows, [(item.id, item.kind) for item in items if KINDS[item.kind].asks], Snapshot(), last=True)
    return {**found.published, **figures(items, now)}, now.texts


def shown(questionnaire: Questionnaire) -> int:
    """Of how many responses there are figures."""
    return int(questionnaire.published.get("responses", 0))


def response_mark(key: bytes, ballot: str, questionnaire_id: str) -> bytes:
    """`HMAC(response key, ballot | "response" | questionnaire)`: two responses of one ballot cannot be joined."""
    return mark(key, ballot, "response", questionnaire_id)


def _items(session: Session, questionnaire_ids: Collection[str]) -> dict[str, list[Item]]:
    statement = select(Item).where(Item.questionnaire_id.in_(list(questionnaire_ids)))
    found: dict[str, list[Item]] = {}
    for item in session.scalars(statement.order_by(Item.position, Item.id)):
        found.setdefault(item.questionnaire_id, []).append(item)
    return found


def _row(session: Session, found: Questionnaire, items: list[Item]) -> Row:
    return Row(
        found.id, found.dialogue_id, found.title, found.intro, found.state, found.editable, found.results_shown,
        found.responses > 0, shown(found),
        tuple(ItemRow(i.id, i.kind, i.label, i.help, i.required, i.settings, i.shown_if, i.identifying) for i in items),
        named(found),
        found.opens_at, found.closes_at, found.missed, found.rows_announced, found.results_link is not None,
        may_lie_sealed(found.state, session.get_one(Dialogue, found.dialogue_id)),
    )  # fmt: skip
