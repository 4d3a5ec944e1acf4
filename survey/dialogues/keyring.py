"""The keys of a dialogue and the record of each: that it was made, and when it was destroyed.

The record holds a fingerprint, so that hosts that serve one database can tell whether they share one `KEY_DIR`: under
another key the same phone would count twice. A key that was destroyed once is never made again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import ColumnElement
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from survey.core.keys import KeyMissing
from survey.core.keys import KeyStore
from survey.core.keys import random_key
from survey.core.stores import Stores
from survey.dialogues.models import Dialogue
from survey.dialogues.models import KeyRecord

LONGEST, SHORTEST = 90, 1  # days for which keys may outlive the conclusion


class Compared(NamedTuple):
    """What this host has of the keys that should be there: how many are others, and how many are missing."""

    others: int
    missing: int


def fingerprint(key: bytes) -> bytes:
    """What may be known of a key."""
    return hashlib.sha256(b"key record\0" + key).digest()[:8]


def make(
    session: Session, keys: KeyStore, dialogue_id: str, purpose: str, new: Callable[[], bytes] = random_key
) -> bytes:
    """The key for this purpose, made and recorded if there never was one, durably before it is used.

    Raises `KeyMissing` where it was destroyed, and where this host does not have it: another one must not take its place.
    """
    record = session.get(KeyRecord, (dialogue_id, purpose))
    if record is not None:
        return keys.get(dialogue_id, purpose)
    key = keys.create(dialogue_id, purpose, new)
    session.add(KeyRecord(dialogue_id=dialogue_id, purpose=purpose, fingerprint=fingerprint(key)))
    session.flush()
    return key


def destroy(stores: Stores, dialogue_id: str, purposes: Collection[str], moment: dt.datetime) -> None:
    """Destroy these keys, then record those that were here: of a key in another house that house tells, and of one that was
    lost nobody, so a record never says more than what is true. Doing it again changes nothing.

    What two houses or two folders hold both (a `pass` of the weak mode), the other one destroys at its own next sweep; a
    process that has read a key forgets it then, too. Both are half a minute at most.
    """
    for purpose in purposes:
        stores.keys.note_end(dialogue_id, purpose)
        stores.keys.destroy(dialogue_id, purpose)
    ended = stores.keys.ended(dialogue_id).intersection(purposes)
    if ended:
        stores.db.write(_destroyed, dialogue_id, ended, moment)
        for purpose in ended:
            stores.keys.forget_end(dialogue_id, purpose)


def living(session: Session) -> dict[str, set[str]]:
    """The purposes whose keys are not destroyed, by dialogue: those of long ago are looked through no more."""
    found: dict[str, set[str]] = {}
    alive = select(KeyRecord.dialogue_id, KeyRecord.purpose).where(KeyRecord.destroyed_at.is_(None))
    for dialogue_id, purpose in session.execute(alive):
        found.setdefault(dialogue_id, set()).add(purpose)
    return found


def strangers(stores: Stores) -> list[str]:
    """Whose keys are here and who is not in the database: an older copy was put back, and nobody destroys them by itself."""
    with stores.db.reading() as session:
        return _strangers(session, stores.keys)


def destroy_strangers(stores: Stores, owners: Collection[str]) -> int:
    """Destroy every key of those of these `owners` that are still in no database; how many keys.

    Told by the writer: a dialogue whose keys are there already and whose row is not is being made in a write of somebody.
    """
    alone = stores.db.write(_strangers, stores.keys)
    found = [(one, purpose) for one in alone if one in owners for purpose in stores.keys.purposes(one)]
    for owner, purpose in found:
        stores.keys.destroy(owner, purpose)
    return len(found)


def _strangers(session: Session, keys: KeyStore) -> list[str]:
    owners = keys.owners()
    known = set(session.scalars(select(Dialogue.id)))
    return [owner for owner in owners if owner not in known]


def of_dialogue(session: Session, dialogue_id: str) -> list[KeyRecord]:
    """All records of a dialogue by their purpose."""
    found = select(KeyRecord).where(KeyRecord.dialogue_id == dialogue_id).order_by(KeyRecord.purpose)
    return list(session.scalars(found))


def compare(stores: Stores) -> Compared:
    """Hold the keys of this host against the records; keys that were made before there were records get theirs."""
    stores.db.write(_adopt, stores.keys)
    with stores.db.reading() as session:
        living = session.scalars(select(KeyRecord).where(KeyRecord.destroyed_at.is_(None))).all()
    others = missing = 0
    for record in living:
        try:
            others += fingerprint(stores.keys.get(record.dialogue_id, record.purpose)) != record.fingerprint
        except KeyMissing:
            missing += 1
    return Compared(others, missing)


def _adopt(session: Session, keys: KeyStore) -> None:
    recorded = select(KeyRecord.dialogue_id)
    for dialogue_id in session.scalars(select(Dialogue.id).where(Dialogue.id.not_in(recorded))).all():
        for purpose in filter(_is_ours, keys.purposes(dialogue_id)):
            key = keys.get(dialogue_id, purpose)
            session.add(KeyRecord(dialogue_id=dialogue_id, purpose=purpose, fingerprint=fingerprint(key)))
    session.flush()


def _is_ours(purpose: str) -> bool:
    """Keys of the box come and go with its fillings, which have records of their own."""
    return not purpose.startswith("box-")


def _destroyed(session: Session, dialogue_id: str, purposes: Collection[str], moment: dt.datetime) -> None:
    session.execute(update(KeyRecord).where(*_living(dialogue_id, purposes)).values(destroyed_at=moment))


def _living(dialogue_id: str, purposes: Collection[str]) -> tuple[ColumnElement[bool], ...]:
    return (
        KeyRecord.dialogue_id == dialogue_id,
        KeyRecord.purpose.in_(purposes),
        KeyRecord.destroyed_at.is_(None),
    )
