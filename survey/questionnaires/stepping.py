"""Figures of a survey move in steps, and a step reads all responses: where a server runs, nobody who answers waits for that.

A response only says, with its commit, that a step is due; a thread makes it, at most once in `PACE`, however fast responses
come. It makes steps of moments alone at which a multiple of five stands there, as a response itself would: whoever was left
out of one step and counted in the next could be told by the difference. What is not such a moment any more waits for the
next. Between reading and writing nothing is held: where somebody else (a closing, another process) moved the figures
meanwhile, theirs stand.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Sequence
from functools import partial
from typing import Any
from typing import NamedTuple
from typing import cast

from sqlalchemy import Table
from sqlalchemy import bindparam
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy import update

from survey.core.db import Database
from survey.core.hand import Hand
from survey.core.offload import off_the_loop
from survey.core.prepared import Prepared
from survey.core.prepared import structure
from survey.core.prepared import structures
from survey.dialogues.models import Dialogue
from survey.dialogues.service import LOCK
from survey.dialogues.service import touched_with
from survey.questionnaires import results
from survey.questionnaires import snapshot
from survey.questionnaires.counting import Purpose
from survey.questionnaires.models import Item
from survey.questionnaires.models import Questionnaire
from survey.questionnaires.models import Response
from survey.questionnaires.queries import ItemRow
from survey.questionnaires.state import DIALOGUE_TAKES
from survey.questionnaires.state import State

log = logging.getLogger("survey")
DUE = "due:"  # before a questionnaire's id, in what a commit announces; heard in this process alone
PACE = 1.0  # seconds between two looks

_SURVEYS, _DIALOGUES, _RESPONSES, _ASKED = (
    cast(Table, one.__table__) for one in (Questionnaire, Dialogue, Response, Item)
)
_STANDS = Prepared(
    select(
        _SURVEYS.c.dialogue_id,
        _SURVEYS.c.responses,
        _SURVEYS.c.results_shown,
        _SURVEYS.c.published,
        _SURVEYS.c.snapshot,
    )
    .join_from(_SURVEYS, _DIALOGUES, _DIALOGUES.c.id == _SURVEYS.c.dialogue_id)
    .where(
        _SURVEYS.c.id == bindparam("questionnaire"),
        _SURVEYS.c.state == State.OPEN,
        or_(*(_DIALOGUES.c.state == one for one in sorted(DIALOGUE_TAKES))),
        _SURVEYS.c.purpose == Purpose.SURVEY,
        _SURVEYS.c.rows_announced.is_(False),  # the file is not rounded: no figure of before may stand beside it
    )
)
_ALL = Prepared(select(_RESPONSES.c.answers).where(_RESPONSES.c.questionnaire_id == bindparam("questionnaire")))
_ITEMS = Prepared(
    select(
        _ASKED.c.id, _ASKED.c.kind, _ASKED.c.label, _ASKED.c.help, _ASKED.c.required, _ASKED.c.settings, _ASKED.c.shown_if
    )
    .where(_ASKED.c.questionnaire_id == bindparam("questionnaire"))
    .order_by(_ASKED.c.position, _ASKED.c.id)
)  # fmt: skip
_PUBLISH = Prepared(
    update(_SURVEYS)
    .where(_SURVEYS.c.id == bindparam("questionnaire"))
    .values(published=bindparam("figures"), snapshot=bindparam("packed"))
)


class _Stands(NamedTuple):
    """A survey that is open, and its figures: the columns of `_STANDS`."""

    dialogue_id: str
    responses: int
    results_shown: bool
    published: Any
    snapshot: str

    @property
    def figures(self) -> dict[str, Any]:
        return cast(dict[str, Any], structure(self.published))

    @property
    def is_due(self) -> bool:
        shown = int(self.figures.get("responses") or 0)
        due = results.due(self.responses, shown, closing=False, settled=False)
        return due and self.responses % results.STEP == 0


class Steps:
    """The surveys of which a step is due, and the thread that makes it."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._due: set[str] = set()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self.running = False  # else whoever answers makes the step himself

    def hear(self, channels: frozenset[str]) -> frozenset[str]:
        """Remember what is due of what was committed; gives back the rest, which concerns others."""
        due = frozenset(name for name in channels if name.startswith(DUE))
        if due:
            with self._lock:
                self._due |= {name.removeprefix(DUE) for name in due}
            self._wake.set()
        return channels - due

    def start(self) -> None:
        """Make steps from now on, in the background; what was due when the process before died is made first."""
        self.running = True
        open_ = (Questionnaire.state == State.OPEN, Dialogue.state.in_(DIALOGUE_TAKES))
        statement = select(Questionnaire.id).join(Dialogue, Dialogue.id == Questionnaire.dialogue_id).where(*open_)
        with self._db.reading() as session:
            self._due |= set(session.scalars(statement))
        self._wake.set()
        threading.Thread(target=self._work, name="steps", daemon=True).start()

    def _work(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            with self._lock:
                due, self._due = self._due, set()
            made = [self._stepped(questionnaire_id) for questionnaire_id in due]
            if any(made):
                time.sleep(PACE)

    def _stepped(self, questionnaire_id: str) -> bool:
        """Whether there was something to do, done or not; what failed is tried again, unless nothing may be written."""
        try:
            return step(self._db, questionnaire_id)
        except Exception as error:  # noqa: BLE001 -- a thread that ended would let figures stand for good
            log.error("steps: %s", type(error).__name__)
            if not self._db.closed:
                self.hear(frozenset({DUE + questionnaire_id}))
            return True


def items(hand: Hand, questionnaire_id: str) -> list[ItemRow]:
    """The items in their order, without a session."""
    return [_item(row) for row in hand.rows(_ITEMS, questionnaire=questionnaire_id)]


def step_here(hand: Hand, questionnaire_id: str, items: Sequence[Any]) -> None:
    """The step inside the write of the response that makes it due."""
    one = {"questionnaire": questionnaire_id}
    found, rows = hand.several((_STANDS, one), (_ALL, one))
    for stands in map(_Stands._make, found):
        _publish(hand, questionnaire_id, stands, _advanced(stands, items, rows))


def step(db: Database, questionnaire_id: str) -> bool:
    """Publish the next step if one is due; whether it did. Looks again where somebody else moved the figures meanwhile."""
    one = {"questionnaire": questionnaire_id}
    while True:
        with db.snapshot() as session:
            connection = session.connection()
            found = _STANDS.first(connection, **one)
            stands = _Stands._make(found) if found else None
            if stands is None or not stands.is_due:
                return False
            asked, rows = [_item(row) for row in _ITEMS.rows(connection, **one)], _ALL.rows(connection, **one)
        made = off_the_loop(partial(_advanced, stands, asked, rows))
        if db.write_briefly(_unless_moved, questionnaire_id, stands, made):
            return True


def _unless_moved(hand: Hand, questionnaire_id: str, before: _Stands, made: tuple[str, str]) -> bool:
    (found,) = hand.behind(LOCK, {"dialogue": before.dialogue_id}, (_STANDS, {"questionnaire": questionnaire_id}))
    now = _Stands._make(found[0]) if found else None
    if now is None or (now.published, now.snapshot) != (before.published, before.snapshot):
        return False
    if now.responses < before.responses:  # a rehearsal ended: those were answers of a trial
        return False
    _publish(hand, questionnaire_id, now, made)
    return True


def _advanced(stands: _Stands, items: Sequence[Any], rows: Sequence[Sequence[Any]]) -> tuple[str, str]:
    """The figures and the packed responses of the next step, as the columns keep them."""
    published, before = stands.figures, snapshot.unpack(stands.snapshot)
    answers = structures([answers for (answers,) in rows])
    made, taken = results.advance(items, answers, (published, before), last=bool(published.get("settled")))
    return json.dumps(made), snapshot.pack(taken)


def _publish(hand: Hand, questionnaire_id: str, stands: _Stands, made: tuple[str, str]) -> None:
    change = (_PUBLISH, {"questionnaire": questionnaire_id, "figures": made[0], "packed": made[1]})
    touched_with(hand, stands.dialogue_id, change, public=bool(stands.results_shown))


def _item(row: Sequence[Any]) -> ItemRow:
    id_, kind, label, help_, required, settings, shown_if = row
    return ItemRow(id_, kind, label, help_, bool(required), structure(settings), structure(shown_if))
