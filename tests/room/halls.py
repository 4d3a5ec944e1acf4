"""A dialogue with a ballot box, a roll of a wished size and a clock in the hand of the test."""

from __future__ import annotations

import base64
import datetime as dt
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import func
from sqlalchemy import select

from survey import lifecycle
from survey.core import blind
from survey.core import blinding
from survey.core.clock import ZONE
from survey.core.ids import digest
from survey.core.ids import new_id
from survey.core.ids import new_token
from survey.core.stores import Stores
from survey.dialogues import queries as dialogues
from survey.dialogues.entry import issue_purpose
from survey.dialogues.models import Dialogue
from survey.dialogues.models import DialogueLog
from survey.questionnaires.models import Questionnaire
from survey.questionnaires.models import Response
from survey.questions.models import Gathered
from survey.questions.models import Question
from survey.roll import people
from survey.roll import service as rolls
from survey.room import box
from survey.room import gate
from survey.room.models import Ballot
from tests.conftest import Cast
from tests.conftest import make_cast
from tests.security.conftest import memory
from tests.security.conftest import program

DAY = dt.datetime(2026, 10, 1, 9, 0, tzinfo=ZONE)  # what every simulated clock begins with


def at(hours: float, days: float = 0) -> dt.datetime:
    """So long after nine on the first day."""
    return DAY + dt.timedelta(days=days, hours=hours)


@dataclass
class Hall:
    """The dialogue as box and gate see it."""

    cast: Cast

    @property
    def stores(self) -> Stores:
        """Both databases, keys and box."""
        return self.cast.stores

    @property
    def id(self) -> str:
        """The dialogue."""
        return self.cast.dialogue_id

    @property
    def now(self) -> Dialogue:
        """The dialogue as it is."""
        with self.cast.reading() as session:
            return dialogues.by_id(session, self.id)

    @property
    def waiting(self) -> int:
        """How many envelopes lie in the box."""
        return self.stores.box.count(self.id)

    def drop(self, secret: str = "", **content: Any) -> str:
        """One envelope of a ballot; its secret."""
        secret = secret or new_token()
        box.drop(self.stores.box, self.now, digest(secret).hex(), {"questions": [], "responses": {}, **content})
        return secret

    def drops(self, number: int) -> list[str]:
        """So many envelopes of as many ballots."""
        return [self.drop() for _ in range(number)]

    def empty(self, moment: dt.datetime) -> int:
        """What is due at this moment is done; how many ballots are in now."""
        lifecycle.empty_box(self.stores, self.id, moment)
        return self.now.ballots

    def open(self, moment: dt.datetime) -> None:
        """The room opens."""
        lifecycle.take(self.stores, self.id, "live", actor="test")
        self.cast.write(self._opened, moment)

    def _opened(self, session: Any, moment: dt.datetime) -> None:
        here = DialogueLog.dialogue_id == self.id, DialogueLog.after == "live"
        for step in session.scalars(select(DialogueLog).where(*here)):
            step.at = moment

    def knock(self, secret: str, moment: dt.datetime, *, alone: bool = False) -> gate.Answer:
        """As a phone does."""

        def empty(_dialogue_id: str) -> None:
            self.empty(moment)

        return gate.knock(self.stores, self.now, secret, moment, empty, alone=alone)

    def counted(self) -> dict[str, int]:
        """What is in the room."""
        forms = select(Questionnaire.id).where(Questionnaire.dialogue_id == self.id)
        with self.cast.reading() as session:
            ballots, questions, gathered, responses = (
                session.scalar(select(func.count()).select_from(model).where(here)) or 0
                for model, here in (
                    (Ballot, Ballot.dialogue_id == self.id), (Question, Question.dialogue_id == self.id),
                    (Gathered, Gathered.dialogue_id == self.id), (Response, Response.questionnaire_id.in_(forms)),
                )
            )  # fmt: skip
        return {"ballots": ballots, "questions": questions + gathered, "responses": responses}


@contextmanager
def house(migrated: Path) -> Iterator[Flask]:
    """A program over fresh databases in memory."""
    with tempfile.TemporaryDirectory(prefix="doithoai-", dir=memory()) as name:
        shutil.copytree(migrated, Path(name) / "data")
        app = program(Path(name))
        yield app
        for database in ("db", "roll"):
            app.extensions["survey"][database].dispose()


def hall_of(app: Flask, members: int = 30) -> Hall:
    """A hall before its opening with so many on its frozen roll, looked at once so that its clock stands."""
    cast = make_cast(app, "collect", entry="roll", strong=True)
    key = cast.keys.get(cast.dialogue_id, "link")
    cast.stores.roll.write(_enrol, key, cast.dialogue_id, members)
    cast.stores.roll.write(rolls.freeze, cast.dialogue_id, actor="test")
    hall = Hall(cast)
    hall.empty(DAY)
    return hall


def credential(hall: Hall) -> dict[str, str]:
    """What a phone holds after the roll has signed."""
    private = hall.cast.keys.get(hall.id, issue_purpose(hall.now.key_epoch))
    public = blind.public_of(private)
    asked = blinding.conceal(public, blinding.new_message(public))
    signature = blinding.reveal(public, asked, blind.sign(private, asked.request))
    return {name: base64.urlsafe_b64encode(raw).decode() for name, raw in (("msg", asked.message), ("sig", signature))}


def _enrol(session: Any, key: bytes, dialogue_id: str, members: int) -> None:
    for number in range(members):
        people.add(session, key, dialogue_id, people.Person(code=new_id(), name=f"Thành viên {number}", unit_id=None))
