"""A hall in folders of its own, on either database, with phones in it; and looking at its rows past the server."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine
from sqlalchemy import select
from sqlalchemy.pool import NullPool

from bench.client import member
from bench.server import command
from bench.server import environment
from bench.server import free_port
from survey.core.ids import digest
from survey.core.keys import KeyStore
from survey.dialogues.models import Dialogue
from survey.questions.models import Question
from survey.questions.models import Support
from survey.questions.queries import voter_mark
from tests.faults.mortal import Mortal
from tests.faults.mortal import mortal
from tests.faults.voters import Crowd
from tests.faults.voters import Recount
from tests.faults.voters import crowd_of
from tests.faults.voters import recount

PHONES, QUESTIONS = 24, 330


@dataclass
class Place:
    """Where a hall lies: what its server is told, and what the sample printed."""

    folder: Path
    environ: dict[str, str]
    sample: dict[str, Any]

    @property
    def code(self) -> str:
        return str(self.sample["code"])

    @property
    def database(self) -> str:
        return self.environ.get("DATABASE_URL") or f"sqlite:///{self.environ['DATA_DIR']}/main.sqlite3"

    def copy(self, folder: Path) -> Place:
        """The same hall in another folder; no server may run in this one meanwhile."""
        shutil.copytree(self.folder, folder)
        moved = {name: value.replace(str(self.folder), str(folder)) for name, value in self.environ.items()}
        return Place(folder, moved, self.sample)

    def rows(self) -> Counter[tuple[str, bytes]]:
        """Every row of support, as often as it is there."""
        engine = create_engine(self.database, poolclass=NullPool)
        with engine.connect() as connection:
            found = connection.execute(select(Support.question_id, Support.voter)).all()
        return Counter((question, bytes(voter)) for question, voter in found)

    def approved(self) -> list[str]:
        """What may be supported."""
        engine = create_engine(self.database, poolclass=NullPool)
        with engine.connect() as connection:
            return sorted(connection.scalars(select(Question.id).where(Question.state == "approved")))


@dataclass
class Hall:
    """A server with phones in its room."""

    place: Place
    server: Mortal
    crowd: Crowd
    before: Counter[tuple[str, bytes]]

    def recount(self) -> Recount:
        """What phones were told, what the rows hold, what the board says: while nobody votes."""
        board = json.loads(self.server.look(f"/d/{self.place.code}/board.json")[1])["questions"]
        said = {one["id"]: one["supporters"] for one in board}
        return recount(self.crowd, self.place.rows(), said, before=self.before)


def place_of(folder: Path, **more: str) -> Place:
    """A fresh place; `more` for its server, such as other databases."""
    folder.mkdir(parents=True, exist_ok=True)
    environ = {**environment(folder, free_port()), **more}
    sample = ("sample", "province", "--members", "10", "--questions", str(QUESTIONS), "--votes", "0", "--entry", "open")
    return Place(folder, environ, json.loads(command(environ, *sample, "--json").splitlines()[-1]))


@contextmanager
def hall_of(place: Place, *, control: str = "", phones: int = PHONES, pause: float = 0.0) -> Iterator[Hall]:
    """Served, with so many phones in the room that do not vote yet."""
    with mortal(place.environ, place.folder, control) as server:
        server.start()  # and leaves behind what a first start leaves
        clients = [member(place.environ["BASE_URL"], place.code) for _ in range(phones)]
        crowd = crowd_of(clients, place.code, place.approved(), _marker(place), pause)
        try:
            yield Hall(place, server, crowd, place.rows())
        finally:
            crowd.end()


def _marker(place: Place) -> Any:
    engine = create_engine(place.database, poolclass=NullPool)
    with engine.connect() as connection:
        id_ = connection.scalar(select(Dialogue.id).where(Dialogue.code == place.code))
    key = KeyStore(Path(place.environ["KEY_DIR"])).get(str(id_), "vote")
    return lambda client, question: voter_mark(
        key, digest(client.cookies[f"/d/{place.code}", "ballot"]).hex(), question
    )
