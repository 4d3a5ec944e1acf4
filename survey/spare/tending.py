"""What the server does about its spare: keeps the process that sends alive, steps back where another took its place, and
writes into the log which copies outlived their keys."""

from __future__ import annotations

import contextlib
import logging
import subprocess
import sys
import threading
import time
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.accounts import log as staff_log
from survey.accounts.models import StaffLog
from survey.core import readonly
from survey.core.clock import now
from survey.core.ids import new_id
from survey.core.keys import KeyStore
from survey.core.paths import PACKAGE
from survey.core.settings import Settings
from survey.core.stores import Stores
from survey.dialogues.models import Dialogue
from survey.dialogues.models import DialogueLog
from survey.machine import sending
from survey.spare import copies
from survey.spare.copies import Left

EVERY = 2.0
FIRST_WORD = 5.0  # seconds for which a server that begins waits to hear whether another one took its place
ROUNDS = 15  # of them between two looks at what died
ACTION = "keys_left"  # in the log of steps and, with where and which, in that of the staff
log = logging.getLogger("survey")


def start(settings: Settings, stores: Stores) -> None:
    """For as long as the process lives. Where a spare is named, first hear whether another machine took our place."""
    first = _begin(settings, stores) if settings.spare_dir is not None else None

    def look() -> None:
        sender = first
        rounds = 0
        while True:
            try:
                for database in (stores.db, stores.roll):
                    database.look_again()
                if settings.spare_dir is not None and not stores.db.closed:
                    sender = sender if sender is not None and sender.poll() is None else _send()
                    step_back(settings, stores)
                if rounds % ROUNDS == ROUNDS - 1:
                    note_left(settings, stores)
            except Exception as error:  # noqa: BLE001 -- the spare must not die of one bad look
                log.error("spare: %s", type(error).__name__)
            if stores.db.closed and sender is not None:
                sender.terminate()
            rounds += 1
            time.sleep(EVERY)

    threading.Thread(target=look, name="spare", daemon=True).start()


def _begin(settings: Settings, stores: Stores) -> subprocess.Popen[bytes]:
    """An old server that is switched on again takes nothing before it knows; a disk that hangs holds it up for seconds."""
    path = settings.data_dir / sending.FILE
    before, until = _stamp(path), time.monotonic() + FIRST_WORD
    sender = _send()
    while _stamp(path) == before and time.monotonic() < until:
        time.sleep(0.1)
    step_back(settings, stores)
    return sender


def _stamp(path: Path) -> int:
    with contextlib.suppress(OSError):
        return path.stat().st_mtime_ns
    return 0


def step_back(settings: Settings, stores: Stores) -> None:
    """Take nothing more where the folder says that another installation took this one's place.

    The process that sends looks at the folder; here a disk that hangs would hold every phone up.
    """
    if sending.read(settings.data_dir).problem == sending.TAKEN:
        readonly.close(settings.data_dir, readonly.TAKEN)
        stores.db.closed = stores.roll.closed = readonly.TAKEN
        log.error("spare: %s", sending.TAKEN)


def note_left(settings: Settings, stores: Stores) -> None:
    """One line in the log for each place and dialogue, as soon as a key is destroyed of which a copy lies out of reach."""
    for one in out_of_reach(settings, stores.keys):
        if not stores.db.closed:
            stores.db.write(_note, one)


def out_of_reach(settings: Settings, keys: KeyStore) -> list[Left]:
    """Copies that outlived their keys, without those in the folder where they are being destroyed just now."""
    found = sending.read(settings.data_dir)
    near = found.place if not found.stale else ""
    return [one for one in copies.left(keys, copies.places(settings.key_dir)) if one.place != near]


def _note(session: Session, left: Left) -> None:
    dialogue = session.get(Dialogue, left.dialogue_id)
    detail = {"place": left.label, "sheet": left.sheet, "keys": ", ".join(left.purposes)}
    known = select(StaffLog.detail).where(StaffLog.action == ACTION, StaffLog.dialogue_id == left.dialogue_id)
    if dialogue is not None and detail not in session.scalars(known).all():
        organisation_id = dialogue.organisation_id
        state, moment = dialogue.state, now()
        session.add(DialogueLog(
            id=new_id(), dialogue_id=dialogue.id, at=moment, actor="auto", before=state, after=ACTION,
        ))  # fmt: skip
        staff_log.note(
            session, ACTION, actor="auto", organisation_id=organisation_id, dialogue_id=left.dialogue_id, **detail
        )


def _send() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "survey.spare.sender"], stdin=subprocess.PIPE, cwd=PACKAGE.parent
    )  # fmt: skip
