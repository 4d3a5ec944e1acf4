"""Emptying the ballot box: when it is due, and where what members dropped goes. `lifecycle` and the pages call this.

The room knows no content, so questions and responses go on from here. Nothing is lost or counted twice wherever this is cut
off: a filling that was shut stays until a row says that it is in the room as a whole, and until then everything in it is
done again, which changes nothing where it was done before. Then the key goes, and then the records.
"""

from __future__ import annotations

import datetime as dt
import logging
import random
import threading
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from survey.core.boxes import Filling
from survey.core.envelopes import Record
from survey.core.errors import Conflict
from survey.core.errors import DomainError
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.keys import KeyMissing
from survey.core.keys import KeyStore
from survey.core.offload import breathe
from survey.core.stores import Stores
from survey.core.text import N_
from survey.dialogues import queries as dialogues
from survey.dialogues import service as dialogue_service
from survey.dialogues.entry import is_strong
from survey.dialogues.state import OVER
from survey.dialogues.state import UNSEALING
from survey.dialogues.state import State
from survey.questionnaires import boxed
from survey.questionnaires import queries as questionnaires
from survey.questions import muted
from survey.questions import queries as questions
from survey.questions import service as asking
from survey.roll import counts
from survey.room import box
from survey.room import filling as rules
from survey.room.gate import opening

BALLOTS_AT_ONCE = 250
AT_ONCE = 50  # acts in one write: the streams must not wait for a full box
log = logging.getLogger("survey")
shuffle = random.SystemRandom().shuffle
_turns: dict[str, threading.Lock] = {}

Act = Callable[[Session], None]
REFUSED = (NotFound, NotNow, Invalid, Conflict)
_KEY_CHANGED = N_("Khóa ký phiếu vừa được đổi. Hãy tải lại trang này.")


@dataclass(frozen=True, slots=True)
class Standing:
    """What is to be known of a dialogue to decide whether its box is due."""

    state: str
    times: str
    seen: dt.datetime | None
    opened: bool
    least: int
    epoch: int


def empty_box(
    stores: Stores, dialogue_id: str, moment: dt.datetime, *, force: bool = False, wait: bool = False
) -> None:
    """Empty the box of a dialogue if that is due at `moment`, and finish what was cut off; else nothing happens.

    `force`: the opening's filling at once, whatever it holds, before the room closes. `wait` for somebody who is just
    emptying it; else they do it.
    """
    turn = _turns.setdefault(dialogue_id, threading.Lock())
    if not turn.acquire(blocking=wait):
        return
    try:
        with suppress(KeyMissing):  # a restore without keys: nothing can be counted, so nothing may be destroyed
            _empty(stores, dialogue_id, moment, force=force)
    finally:
        turn.release()


def sweep(stores: Stores, moment: dt.datetime) -> None:
    """Every box that may be due."""
    with stores.db.reading() as session:
        waiting = dialogues.with_box(session)
    for dialogue_id in sorted({*waiting, *stores.box.owners()}):
        try:
            empty_box(stores, dialogue_id, moment)
        except (SQLAlchemyError, DomainError, OSError) as error:
            log.error("box: %s", type(error).__name__)  # next time; one box stops no other, and no key's end


def _empty(stores: Stores, dialogue_id: str, moment: dt.datetime, *, force: bool) -> None:
    if not stores.keys.exists(dialogue_id, "ask"):  # the house of the roll alone: the box is the room's
        return
    stores.box.tidy(dialogue_id)
    standing = _standing(stores, dialogue_id)
    if standing is None:
        return
    opens = not standing.opened and _opens(stores, dialogue_id, standing, moment, force=force)
    announced = rules.latest(standing.times, moment) if standing.state == State.COLLECTING else None
    stores.box.shut(dialogue_id, None if opens else _due(stores, dialogue_id, standing, announced))
    for filling in stores.box.fillings(dialogue_id, "shut"):
        _pour(stores, dialogue_id, filling, announced, standing, opens=opens)
    if opens:
        stores.db.write(dialogue_service.box_opened, dialogue_id)
    elif standing.state == State.COLLECTING and (standing.seen is None or (announced and standing.seen < announced)):
        stores.db.write(dialogue_service.box_seen, dialogue_id, announced if standing.seen else moment)
    if standing.state in OVER:  # who still waits at the gate does not come in any more
        for filling in stores.box.fillings(dialogue_id, "open"):
            stores.box.destroy(filling)


def _standing(stores: Stores, dialogue_id: str) -> Standing | None:
    """Nothing for a dialogue that has no box; brings what must be in it up to date with the roll."""
    with stores.db.reading() as session, suppress(NotFound):
        dialogue = dialogues.by_id(session, dialogue_id)
        if not is_strong(dialogue):
            return None
        least = _least(stores, dialogue_id)
        if least != dialogue.box_least and dialogue.state not in OVER:
            stores.db.write(dialogue_service.box_least, dialogue_id, least)
        return Standing(
            dialogue.state, dialogue.box_times, dialogue.box_seen, dialogue.box_opened, least, dialogue.key_epoch
        )
    return None


def _least(stores: Stores, dialogue_id: str) -> int:
    with stores.roll.reading() as session:
        found = counts.exact(session, dialogue_id)
    return rules.least(found.seats if found else 0)


def _opens(stores: Stores, dialogue_id: str, standing: Standing, moment: dt.datetime, *, force: bool) -> bool:
    """Whether the opening's filling is due; it is, too, where another house has closed the hall over it."""
    if standing.state == State.LIVE:
        return force or _is_time(stores, dialogue_id, moment)
    return standing.state in OVER and standing.state in UNSEALING


def _is_time(stores: Stores, dialogue_id: str, moment: dt.datetime) -> bool:
    return moment >= opening(stores, dialogue_id) + rules.WINDOW


def _due(stores: Stores, dialogue_id: str, standing: Standing, announced: dt.datetime | None) -> list[Filling]:
    """At an announced time that was not looked at yet, and at the gate always: the fillings that hold enough together.

    They are those that were counted. Where another process has just emptied them, the next one, with perhaps a single
    envelope in it, is left alone.
    """
    at_time = announced is not None and standing.seen is not None and standing.seen < announced
    at_gate = standing.state == State.LIVE and standing.opened
    counted = stores.box.fillings(dialogue_id, "open")
    if not (at_time or at_gate) or stores.box.count(dialogue_id) < standing.least:
        return []
    records = [record for one in counted for record in _of_epoch(stores.box.records(one), standing.epoch)]
    waiting = {record["whose"] for record in records}
    with stores.db.reading() as session:
        fresh = len(box.fresh(session, dialogue_id, waiting))
    return counted if rules.is_ripe(fresh, len(waiting) - fresh, standing.least) else []


def _of_epoch(records: Sequence[Record], epoch: int) -> list[Record]:
    """Without what was dropped under a key that was changed since: those credentials let nobody in any more."""
    return [record for record in records if record.get("epoch", epoch) == epoch]


def _put_back(stores: Stores, dialogue_id: str, records: Sequence[Record]) -> None:
    """Before anything is written: so there is hardly a moment in which their phones find nothing, and none is lost."""
    for record in records:
        stores.box.put(dialogue_id, record["whose"], record, replace=False)


def _pour(
    stores: Stores, dialogue_id: str, filling: Filling, at: dt.datetime | None, standing: Standing, *, opens: bool
) -> None:  # fmt: skip
    """Everything of one filling into the room, in no order; then key and records are destroyed.

    What was dropped under the key before this one is never counted, and until the opening goes on to the filling that takes
    drops now: whoever comes back for another ballot still gets the own words.
    """
    if not stores.keys.exists(dialogue_id, filling.key):
        log.error("box: a filling has lost its key and stays as it is")
        return
    everything = stores.box.records(filling)
    records = _of_epoch(everything, standing.epoch)
    if standing.state == State.COLLECTING:
        _put_back(stores, dialogue_id, [one for one in everything if one.get("epoch") == standing.epoch - 1])
    acts = list(_acts(stores.keys, dialogue_id, records))
    shuffle(acts)  # not ballot by ballot: two acts of one ballot must not lie together either
    for start in range(0, len(acts), AT_ONCE):
        stores.db.write(_write, dialogue_id, filling.id, acts[start : start + AT_ONCE], standing.epoch)
        breathe()
    answered = sorted({name for record in records for name in _content(record).get("responses", {})})
    known = len(records) if len(records) >= standing.least else None
    stores.db.write(_finish, dialogue_id, filling.id, at, known, answered)
    if opens:  # before it vanishes: else a drop that comes in between would be taken, and lie where only the gate looks
        stores.db.write(dialogue_service.box_opened, dialogue_id)
    stores.box.destroy(filling)


def _acts(keys: KeyStore, dialogue_id: str, records: Sequence[Record]) -> Iterator[Act]:
    ask, response = keys.get(dialogue_id, "ask"), keys.get(dialogue_id, "response")
    mute = keys.get(dialogue_id, "mute") if keys.exists(dialogue_id, "mute") else None
    ballots = [record["whose"] for record in records]
    shuffle(ballots)
    for start in range(0, len(ballots), BALLOTS_AT_ONCE):
        yield _admitting(dialogue_id, ballots[start : start + BALLOTS_AT_ONCE])
    for record in records:
        ballot, content = record["whose"], _content(record)
        for asked in content.get("questions", ()):
            author = questions.author_mark(ask, ballot, asked["client_id"])
            yield _asking(dialogue_id, author, asked, muted.muter(mute, ballot) if mute else None)
        for id_, sent in content.get("responses", {}).items():
            yield _answering(dialogue_id, id_, questionnaires.response_mark(response, ballot, id_), sent)


def _admitting(dialogue_id: str, ballots: Sequence[str]) -> Act:
    return lambda session: box.admit(session, dialogue_id, ballots)


def _asking(dialogue_id: str, author: bytes, asked: Mapping[str, str], mute: muted.Muter | None) -> Act:
    def act(session: Session) -> None:
        body, topic = asked["body"], asked["topic"] or None
        try:
            asking.ask(session, dialogue_id, author, body, topic, mute, sealed=True)
        except Conflict:  # it came out of the box before, and was changed since
            for known in questions.mine(session, dialogue_id, [author]):
                asking.correct(session, dialogue_id, known.id, [author], body, topic)

    return act


def _answering(dialogue_id: str, questionnaire_id: str, mark: bytes, sent: Mapping[str, Any]) -> Act:
    return lambda session: boxed.take(
        session, dialogue_id, questionnaire_id, mark, sent["answers"], sent["counter"]
    )  # fmt: skip


def _write(session: Session, dialogue_id: str, filling_id: str, acts: Sequence[Act], epoch: int) -> None:
    """Some acts, each by itself: one that a rule refuses by now stops no other, and is told by its kind alone.

    Such are a questionnaire that was deleted, a ballot that was muted, a correction of what was published meanwhile.
    """
    if dialogue_service.load(session, dialogue_id).key_epoch != epoch:
        raise NotNow(_KEY_CHANGED)  # nothing of it is in yet, and it is looked at anew
    if box.is_poured(session, dialogue_id, filling_id):  # another process was quicker
        return
    for act in acts:
        try:
            with session.begin_nested():
                act(session)
        except REFUSED as error:  # anything else stops the pouring, and everything is done again
            log.warning("box: %s", type(error).__name__)


def _finish(
    session: Session, dialogue_id: str, filling_id: str, at: dt.datetime | None, drops: int | None, answered: Sequence[str]
) -> None:  # fmt: skip
    for questionnaire_id in answered:
        with suppress(DomainError), session.begin_nested():
            boxed.show(session, [questionnaire_id])
    box.poured(session, dialogue_id, filling_id, at, drops)


def _content(record: Record) -> Mapping[str, Any]:
    return record.get("content") or {}
