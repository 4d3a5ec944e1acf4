"""Another key for the blind signatures, as long as nothing came out of the ballot box. `lifecycle` and the desk call this."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from survey.core import blind
from survey.core.clock import now
from survey.core.errors import NotNow
from survey.core.keys import KeyStore
from survey.core.stores import Stores
from survey.core.text import N_
from survey.dialogues import keyring
from survey.dialogues import queries
from survey.dialogues import rehearsing
from survey.dialogues import service as dialogues
from survey.dialogues.entry import is_strong
from survey.dialogues.entry import issue_purpose
from survey.dialogues.models import Dialogue
from survey.dialogues.state import State
from survey.roll import issuing
from survey.roll.models import Roll
from survey.room import box

BY_ITSELF = "auto"
KEY_FROZEN = N_(
    "Hòm phiếu đã mở hoặc đối thoại đã bắt đầu, nên khóa ký phiếu không đổi được nữa: phiếu đã vào phòng thì không ai biết "
    "phiếu nào để rút ra. Nếu tin là khóa đã lộ, hãy mở kỳ mới."
)


def change_key(stores: Stores, dialogue_id: str, *, actor: str) -> None:
    """Another key for the blind signatures, because the one before may be known to somebody: its ballots let nobody in, and
    every member may fetch another. Raises `NotNow` once the box was emptied, and where the key is not in this house.

    Two databases are two commits; `sweep` does again what was cut off between them.
    """
    with stores.db.reading() as session:
        former = issue_purpose(queries.by_id(session, dialogue_id).key_epoch)
    if not stores.keys.exists(dialogue_id, former):
        raise NotNow(N_("Khóa ký phiếu không ở máy chủ này. Hãy đổi ở máy chủ giữ danh sách."))
    if stores.box.fillings(dialogue_id, "shut", "done"):
        raise NotNow(KEY_FROZEN)
    epoch = stores.db.write(change_row, stores.keys, dialogue_id)
    stores.roll.write(issuing.renew, dialogue_id, epoch, actor=actor)
    keyring.destroy(stores, dialogue_id, [former], now())


def key_frozen(session: Session, dialogue: Dialogue) -> bool:
    """Whether the key is the one for good: the box was emptied, somebody is in, or the hall was open."""
    begun = dialogue.state not in {State.DRAFT, State.COLLECTING} or dialogue.ballots > 0
    return begun or box.was_emptied(session, dialogue.id)


def change_row(session: Session, keys: KeyStore, dialogue_id: str) -> int:
    """The half in the main database, with the new key; how often it was changed by now. `change_key` does the rest."""
    dialogue = dialogues.load(session, dialogue_id)
    rehearsing.refuse(dialogue)
    if not is_strong(dialogue) or key_frozen(session, dialogue):
        raise NotNow(KEY_FROZEN)
    private = keyring.make(session, keys, dialogue_id, issue_purpose(dialogue.key_epoch + 1), blind.new_key)
    return dialogues.change_key(session, dialogue_id, blind.public_of(private))


def sweep(stores: Stores, moment: dt.datetime) -> None:
    """Finish changes of a key that were cut off."""
    with stores.db.reading() as session:
        changed = queries.with_changed_key(session)
    for dialogue_id, epoch in changed.items():
        with stores.roll.reading() as session:
            roll = session.get(Roll, dialogue_id)
        if roll is not None and roll.key_epoch < epoch:
            stores.roll.write(issuing.renew, dialogue_id, epoch, actor=BY_ITSELF)
        keyring.destroy(stores, dialogue_id, [issue_purpose(one) for one in range(epoch)], moment)
