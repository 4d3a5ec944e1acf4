"""A sending of letters that goes on while pages are served. What went wrong with whom stands in memory, for the day."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import NamedTuple

from survey.core import mail
from survey.core.mail import Letter
from survey.core.mail import Mailbox

GiveBack = Callable[[Sequence[int]], None]  # places of letters
log = logging.getLogger("survey")


class Failure(NamedTuple):
    """Whose letter did not go, and why."""

    name: str
    email: str
    why: str


@dataclass
class Sending:
    """Where a sending stands. `down`: why none could go; `over`: nothing more is done."""

    on: dt.date
    total: int
    done: int = 0
    failed: list[Failure] = field(default_factory=list)
    down: str = ""
    over: bool = False


class Sendings:
    """The latest sending of each dialogue, in this process."""

    def __init__(self) -> None:
        self._known: dict[str, Sending] = {}

    def of(self, dialogue_id: str, today: dt.date) -> Sending | None:
        """Today's; an older one is forgotten with its names."""
        known = self._known.get(dialogue_id)
        if known is not None and known.over and known.on != today:
            self._known.pop(dialogue_id, None)
            return None
        return known

    def start(
        self,
        dialogue_id: str,
        mailbox: Mailbox,
        letters: Sequence[Letter],
        names: Sequence[str],
        today: dt.date,
        give_back: GiveBack,
    ) -> Sending:
        """Begin to send on a thread of its own; `give_back` gets the places of letters that did not go, if there are any."""
        made = self._known[dialogue_id] = Sending(today, len(letters))
        work = (made, mailbox, letters, names, give_back)
        threading.Thread(target=_run, args=work, name="mail", daemon=True).start()
        return made


SENDINGS = Sendings()


def _run(
    sending: Sending,
    mailbox: Mailbox,
    letters: Sequence[Letter],
    names: Sequence[str],
    give_back: GiveBack,
) -> None:
    heard: dict[int, str] = {}
    broken = False

    def told(place: int, wrong: str) -> None:
        heard[place] = wrong
        sending.done += 1
        if wrong:
            sending.failed.append(Failure(names[place], letters[place].to, wrong))

    try:
        mail.send(mailbox, letters, told)
    except mail.MailDown as error:
        sending.down = str(error)
    except Exception as error:  # noqa: BLE001 -- a thread that died would leave "đang gửi" on the page for ever
        broken, sending.down = True, mail.NOT_SENT
        log.error("mail: %s", type(error).__name__)
    try:
        if back := mail.not_gone(heard, len(letters), broken=broken):
            give_back(back)
    finally:
        sending.over = True
    if sending.failed or sending.down:
        log.warning("mail: %s of %s letters were not taken", len(sending.failed) or sending.total, sending.total)
