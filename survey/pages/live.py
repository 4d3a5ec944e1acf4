"""What the members' stream carries: counts as pairs, bare rows that the page dresses, the order as numbers.

Nothing here is personal, and everything is absolute: applied twice it says the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from flask import render_template
from sqlalchemy.orm import Session

from survey.dialogues import entry
from survey.dialogues import order
from survey.dialogues import queries as dialogues
from survey.dialogues.models import Dialogue
from survey.dialogues.state import OVER
from survey.live.hub import Event
from survey.live.hub import Surface
from survey.questionnaires import shown
from survey.questionnaires.shown import Poll
from survey.questions import queries
from survey.questions import ranking
from survey.questions.queries import Row
from survey.questions.state import BOARD

MOST_DONE = 60  # answered questions that a phone holds
# The secretary's note is for staff.
_CONTENT = ("number", "body", "topic", "state", "source", "unit", "wordings", "others")


@dataclass(frozen=True, slots=True)
class Closing:
    """What came of it, once the hall is over. `undoable`: the leader ended it just now."""

    asked: int
    supports: int
    answered: int
    in_writing: int
    by: dt.date
    undoable: bool


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that every member may see of one moment."""

    version: int
    base: str
    state: str
    place: str
    people: int | None
    now: Row | None
    top: tuple[Row, ...]
    done: tuple[Row, ...]
    waiting: int  # all questions that wait for an answer, also those below the top
    rehearsal: bool = False
    held: bool = False  # the order stands still
    closing: Closing | None = None
    poll: Poll | None = None  # what the hall is asked, or its result
    gone: tuple[str, ...] = ()  # taken off the board since it was published: its text goes at once, wherever it stands

    @property
    def measure_base(self) -> int:
        """What a full measure line means."""
        return ranking.measure_base(self.people, [row.supporters for row in self.top[:1]])


class Room:
    """The members' stream."""

    def snapshot(self, session: Session, dialogue_id: str) -> Snapshot | None:
        """What the room looks like now; None when the dialogue is gone."""
        dialogue = session.get(Dialogue, dialogue_id)
        return take(session, dialogue) if dialogue else None

    def events(self, before: Snapshot | None, after: Snapshot) -> list[Event]:
        """Counts that changed, then rows and order, then what is answered now, then the head."""
        if before is None:
            return [Event(_parts(after, after.top + after.done, board=True, now=True, head=True, asks=True, says=True))]
        counts, moved = _counts(before, after), _moved(before, after)
        rows = tuple(_changed(before, after))
        board = bool(rows) or (not moved and _order(before) != _order(after))
        board = board or (before.waiting, before.held, before.gone) != (after.waiting, after.held, after.gone)
        now = _without_count(before.now) != _without_count(after.now)
        head = (before.state, before.people, before.place) != (after.state, after.people, after.place)
        head = head or (before.rehearsal, before.closing) != (after.rehearsal, after.closing)
        asks, says = _asks(before.poll) != _asks(after.poll), _says(before.poll) != _says(after.poll)
        parts = _parts(after, rows, board=board, now=now, head=head, asks=asks, says=says)
        poll = "" if says or after.poll is None else _polled(before.poll, after.poll)
        named = (("counts", counts), ("order", "" if board else moved), ("poll", poll))
        small = [Event(data, name) for name, data in named if data]
        return [*small, *([Event(parts)] if parts else [])]


def take(session: Session, dialogue: Dialogue) -> Snapshot:
    """The room of `dialogue` as the session sees it; the version is read first, so nothing can be missed."""
    version = dialogue.version
    now = queries.board(session, dialogue.id, states=["answering"], limit=1)
    top = queries.board(session, dialogue.id, states=["approved"], limit=ranking.TOP)
    done = queries.board(session, dialogue.id, states=["answered", "in_writing"], limit=MOST_DONE)
    counts = queries.counts(session, dialogue.id)
    return Snapshot(
        version, f"/d/{dialogue.code}", dialogue.phase, dialogue.place or dialogue.host_unit,
        entry.people(dialogue), now[0] if now else None, tuple(top), tuple(done),
        counts.get("approved", 0), dialogue.rehearsal,
        order.held(dialogue), _closing(session, dialogue, counts), shown.current(session, dialogue),
        tuple(queries.taken_back(session, dialogue.id)) if queries.LEFT & set(counts) else (),
    )  # fmt: skip


def _closing(session: Session, dialogue: Dialogue, counts: dict[str, int]) -> Closing | None:
    if dialogue.phase not in OVER:
        return None
    return Closing(
        sum(counts.get(state, 0) for state in BOARD), queries.support_total(session, dialogue.id),
        counts.get("answered", 0), counts.get("in_writing", 0), dialogues.written_by(session, dialogue),
        dialogue.ending_at is not None,
    )  # fmt: skip


def whole(snapshot: Snapshot) -> str:
    """Everything at once, as a stream begins and as polling fetches it."""
    return "\n".join(event.data for event in Room().events(None, snapshot))


def _counts(before: Snapshot, after: Snapshot) -> str:
    known = {row.id: row.supporters for row in _counted(before)}
    changed = [row for row in _counted(after) if known.get(row.id, row.supporters) != row.supporters]
    return " ".join(f"{row.id} {row.supporters}" for row in changed)


def _counted(snapshot: Snapshot) -> Iterable[Row]:
    return (*([snapshot.now] if snapshot.now else []), *snapshot.top)


def _changed(before: Snapshot, after: Snapshot) -> Iterable[Row]:
    known = {row.id: _content(row) for row in before.top + before.done}
    return (row for row in after.top + after.done if known.get(row.id) != _content(row))


def _content(row: Row) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in _CONTENT)


def _without_count(row: Row | None) -> tuple[object, ...] | None:
    return (row.id, *_content(row)) if row else None


def _order(snapshot: Snapshot) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(row.id for row in snapshot.top), tuple(row.id for row in snapshot.done)


def _moved(before: Snapshot, after: Snapshot) -> str:
    """Where rows only changed places: the first place that did, and the numbers from there to the last one that did.

    Most of what a lively hall moves is one row past another, which takes ten bytes like this and three hundred as a whole.
    """
    was, stands = _order(before)[0], _order(after)[0]
    places = [place for place, (old, new) in enumerate(zip(was, stands, strict=False)) if old != new]
    if not places or sorted(was) != sorted(stands) or _order(before)[1] != _order(after)[1]:
        return ""
    first, last = places[0], places[-1]
    return " ".join(map(str, (first, *(row.number for row in after.top[first : last + 1]))))


def _asks(poll: Poll | None) -> tuple[object, ...] | None:
    return poll.asks if poll else None


def _says(poll: Poll | None) -> tuple[object, ...] | None:
    return poll.says if poll else None


def _polled(before: Poll | None, after: Poll) -> str:
    """The numbers of the same poll that changed, the whole first: the phone reckons the shares by it."""
    known = dict(before.pairs) if before else {}
    first, *bars = after.pairs
    changed = [pair for pair in bars if known.get(pair[0]) != pair[1]]
    return " ".join(map(" ".join, [first, *changed])) if changed or known.get(first[0]) != first[1] else ""


def _parts(snapshot: Snapshot, rows: tuple[Row, ...], **parts: bool) -> str:
    """`board`, `now`, `head`, `asks` and `says`: which of them changed."""
    if not any(parts.values()):
        return ""
    return render_template("pages/_news.html", room=snapshot, rows=rows, **parts).strip()


SURFACES: dict[str, Surface] = {"room": Room()}
