"""Is this phone's secret a ballot of this dialogue?"""

from __future__ import annotations

from typing import NamedTuple
from typing import cast

from sqlalchemy import Table
from sqlalchemy import and_
from sqlalchemy import bindparam
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.db import Database
from survey.core.ids import digest
from survey.core.ids import normal_code
from survey.core.prepared import Prepared
from survey.dialogues import entry
from survey.dialogues import queries as dialogues
from survey.dialogues.models import Dialogue
from survey.dialogues.state import PUBLIC
from survey.dialogues.state import State
from survey.room.models import Ballot

_BALLOTS, _DIALOGUES = cast(Table, Ballot.__table__), cast(Table, Dialogue.__table__)
_IN = select(_BALLOTS.c.ballot).where(  # asked by every request of a phone
    _BALLOTS.c.dialogue_id == bindparam("dialogue"), _BALLOTS.c.ballot == bindparam("ballot")
)


_AT_THE_DOOR = Prepared(
    select(_DIALOGUES.c.id, _DIALOGUES.c.code, _DIALOGUES.c.state, _DIALOGUES.c.rehearsal, _BALLOTS.c.ballot)
    .outerjoin(_BALLOTS, and_(_BALLOTS.c.dialogue_id == _DIALOGUES.c.id, _BALLOTS.c.ballot == bindparam("ballot")))
    .where(_DIALOGUES.c.code == bindparam("code"))
)


class Place(NamedTuple):
    """As much of a dialogue as the way of a vote needs before the writer looks at the rest."""

    id: str
    code: str
    state: str
    rehearsal: bool


def at_the_door(db: Database, code: str, secret: str | None) -> tuple[Place, str | None]:
    """`public_by_code` and `ballot_of` in one small statement, as it is committed now; raises `UnknownCode`."""
    ballot = digest(secret) if secret else None
    found = db.glance(_AT_THE_DOOR, code=normal_code(code), ballot=ballot)
    if not found or found[0][2] not in PUBLIC:
        raise dialogues.unknown_code()
    id_, own_code, state, rehearsal, known = found[0]
    return Place(id_, own_code, state, bool(rehearsal)), bytes(known).hex() if known else None


_IN_THE_HALL = Prepared(
    select(
        _DIALOGUES.c.id, _DIALOGUES.c.code, _DIALOGUES.c.state, _DIALOGUES.c.rehearsal, _DIALOGUES.c.theme,
        _DIALOGUES.c.entry, _DIALOGUES.c.issue_key, _DIALOGUES.c.revision, _DIALOGUES.c.ending_at.is_not(None),
        _DIALOGUES.c.board_public, _DIALOGUES.c.people_shown, _DIALOGUES.c.version, _DIALOGUES.c.ballots,
        _DIALOGUES.c.place, _DIALOGUES.c.host_unit, _DIALOGUES.c.poll_id, _BALLOTS.c.ballot,
    )
    .outerjoin(_BALLOTS, and_(_BALLOTS.c.dialogue_id == _DIALOGUES.c.id, _BALLOTS.c.ballot == bindparam("ballot")))
    .where(_DIALOGUES.c.code == bindparam("code"))
)  # fmt: skip


class Hall(NamedTuple):
    """As much of a dialogue as a page needs that is remembered for all phones; `revision` counts every change of it."""

    id: str
    code: str
    state: str
    rehearsal: bool
    theme: str
    entry: str
    issue_key: bytes | None
    revision: int
    ending: bool
    board_public: bool
    people_shown: bool
    version: int
    ballots: int
    place: str
    host_unit: str
    poll_id: str | None

    @property
    def phase(self) -> str:
        """As `Dialogue.phase`."""
        return State.CLOSED if self.ending and self.state == State.LIVE else self.state

    @property
    def way(self) -> str:
        """As `Dialogue.way`."""
        return entry.way(cast(entry.Signed, self))


_TRUTHS = [Hall._fields.index(name) for name in ("rehearsal", "ending", "board_public", "people_shown")]


def in_the_hall(db: Database, code: str, secret: str | None) -> tuple[Hall, str | None]:
    """`at_the_door` for a page: with what stands in it."""
    found = db.glance(_IN_THE_HALL, code=normal_code(code), ballot=digest(secret) if secret else None)
    if not found or found[0][2] not in PUBLIC:
        raise dialogues.unknown_code()
    *known, ballot = found[0]
    for place in _TRUTHS:
        known[place] = bool(known[place])
    return Hall(*known), bytes(ballot).hex() if ballot else None


def ballots_in(session: Session, dialogue_id: str) -> list[str]:
    """All ballots of a dialogue, as `ballot_of` names them, in the order of their random digests."""
    rows = session.scalars(select(Ballot.ballot).where(Ballot.dialogue_id == dialogue_id))
    return [bytes(ballot).hex() for ballot in rows]


def ballot_of(session: Session, dialogue_id: str, secret: str | None) -> str | None:
    """The ballot (32 hex digits) that the phone's secret stands for; None if it never entered here."""
    if not secret:
        return None
    known = session.connection().execute(_IN, {"dialogue": dialogue_id, "ballot": digest(secret)}).scalar()
    return bytes(known).hex() if known else None
