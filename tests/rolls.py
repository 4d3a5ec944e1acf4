"""Dialogues by roll on a server that runs: made beside it, in its own databases, as a command would."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func
from sqlalchemy import select

from survey import lifecycle
from survey.accounts import service as accounts
from survey.core import settings as core_settings
from survey.core.boxes import Boxes
from survey.core.clock import now
from survey.core.db import Database
from survey.core.keys import KeyStore
from survey.core.stores import Stores
from survey.dialogues.models import Dialogue
from survey.dialogues.models import DialogueLog
from survey.organisations import units
from survey.roll import people
from survey.roll import secrets
from survey.roll import service
from survey.roll.models import Issue
from survey.room.models import Ballot


def beside(environ: Mapping[str, str]) -> Iterator[Stores]:
    """The stores of the server that runs in this environment."""
    settings = core_settings.load(environ)
    keys = KeyStore(settings.key_dir)
    databases = Database(settings.database_url), Database(settings.roll_database_url)
    made = Stores(*databases, keys, Boxes(settings.box_dir, keys))
    yield made
    made.db.dispose()
    made.roll.dispose()


@dataclass
class Listed:
    """A dialogue by roll on the running server, and its members' links."""

    stores: Stores
    id: str
    code: str
    members: dict[str, str]

    def own(self, name: str) -> secrets.Personal:
        """Link and typed twin of a member."""
        with self.stores.roll.reading() as session:
            member = people.load(session, self.id, self.members[name])
            return secrets.personal(self.stores.keys.get(self.id, "link"), member)

    def set(self, **values: Any) -> None:
        """Change the roll."""

        def job(session: Any) -> None:
            roll = service.ensure(session, self.id)
            for name, value in values.items():
                setattr(roll, name, value)

        self.stores.roll.write(job)

    def let_in(self) -> None:
        """Whoever enters next with a blind-signed ballot waits for nobody: the opening lies back, its filling is still due."""

        def job(session: Any) -> None:
            session.get_one(Dialogue, self.id).box_opened = False
            for step in session.scalars(select(DialogueLog).where(DialogueLog.dialogue_id == self.id)):
                step.at = min(step.at, now() - dt.timedelta(hours=1))

        self.stores.db.write(job)

    def issued(self) -> int:
        """Places that are taken."""
        with self.stores.roll.reading() as session:
            return session.scalar(select(func.count()).select_from(Issue).where(Issue.dialogue_id == self.id)) or 0

    def ballots(self) -> int:
        """Ballots in the room."""
        with self.stores.db.reading() as session:
            return session.scalar(select(func.count()).select_from(Ballot).where(Ballot.dialogue_id == self.id)) or 0


def listed(stores: Stores, *names: str, entry: str = "roll", strong: bool = False, live: bool = True) -> Listed:
    """A dialogue by roll with these members, frozen and open; without `live` frozen and collecting."""
    house = stores.db.write(accounts.create_organisation, "Tỉnh đoàn Cà Mau")
    made = stores.db.write(lifecycle.prepare, stores.keys, house, "Lãnh đạo tỉnh đối thoại với cán bộ, công chức trẻ")
    stores.db.write(lifecycle.set_entry, stores.keys, made["id"], entry, strong=strong)
    branch = stores.db.write(units.add, house, None, "Chi đoàn Sở Nội vụ")
    key = stores.keys.get(made["id"], "link")
    persons = {
        name: people.Person(code=f"M{n}", name=name, unit_id=branch, phone="0912345678") for n, name in enumerate(names)
    }
    members = {name: stores.roll.write(people.add, key, made["id"], person) for name, person in persons.items()}
    stores.roll.write(_ensure, made["id"])
    if live:
        lifecycle.take(stores, made["id"], "live", actor="test")
    else:
        stores.db.write(lifecycle.step, made["id"], "collecting", actor="test")
        stores.roll.write(service.freeze, made["id"], actor="test")
    return Listed(stores, made["id"], made["code"], members)


def _ensure(session: Any, dialogue_id: str) -> None:
    service.ensure(session, dialogue_id)
