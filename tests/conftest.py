"""The stage of all tests: a real database for each test, and a named cast.

Organiser, moderator, secretary, leader and screen belong to one dialogue; members are phones; the outsider is the
organiser of another organisation with a dialogue of its own, who must get nothing.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser
from sqlalchemy import create_engine
from sqlalchemy import make_url

from bench.browser import chromium
from bench.browser import executable
from survey import factory
from survey import lifecycle
from survey.accounts import service as accounts
from survey.core import settings as core_settings
from survey.core.clock import now
from survey.core.ids import new_id
from survey.core.migrations import upgrade
from survey.core.settings import Settings
from survey.core.stores import Stores
from survey.roll import people
from survey.roll import secrets
from survey.room import tickets
from tests import quick
from tests.claims import figure
from tests.claims import pytest_addoption
from tests.claims import pytest_collection_modifyitems
from tests.claims import pytest_terminal_summary

__all__ = ["figure", "pytest_addoption", "pytest_collection_modifyitems", "pytest_terminal_summary"]

quick.share_routes()
POSTGRES = os.environ.get("TEST_POSTGRES_URL")
STRICT = os.environ.get("REQUIRE_ALL") == "1"


def need(thing: object, what: str) -> None:
    """Skip with a clear line where `thing` is missing; fail where nothing may be skipped."""
    if not thing:
        (pytest.fail if STRICT else pytest.skip)(f"needs {what}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of this process; Playwright knows no second one beside it."""
    need(executable(), "Chromium (apt-get install chromium)")
    with chromium() as made:
        yield made


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both databases at the newest schema, copied for each test."""
    folder = tmp_path_factory.mktemp("migrated")
    upgrade(f"sqlite:///{folder}/main.sqlite3", "main")
    upgrade(f"sqlite:///{folder}/roll.sqlite3", "roll")
    return folder


@pytest.fixture
def settings(tmp_path: Path, migrated: Path) -> Settings:
    """Settings over fresh databases in a folder whose name has a space and a Vietnamese letter."""
    data = tmp_path / "dữ liệu"
    shutil.copytree(migrated, data)
    return core_settings.load({"DATA_DIR": str(data), "KEY_DIR": str(tmp_path / "keys"), "HOST": "127.0.0.1"})


@pytest.fixture
def postgres(settings: Settings) -> Iterator[Settings]:
    """The same settings over two fresh PostgreSQL databases."""
    need(POSTGRES, "PostgreSQL (TEST_POSTGRES_URL)")
    assert POSTGRES is not None
    admin = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    names = [f"t{uuid.uuid4().hex[:12]}_{part}" for part in ("main", "roll")]
    urls = [make_url(POSTGRES).set(database=name).render_as_string(hide_password=False) for name in names]
    with admin.connect() as connection:
        for name in names:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
    upgrade(urls[0], "main")
    upgrade(urls[1], "roll")
    yield replace(settings, database_url=urls[0], roll_database_url=urls[1])
    with admin.connect() as connection:
        for name in names:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    admin.dispose()


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The whole program over fresh SQLite databases."""
    yield from _running(settings)


def _running(settings: Settings) -> Iterator[Flask]:
    app = quick.share_templates(factory.create_app(settings))
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = False  # errors are answered as in production
    yield app
    app.extensions["survey"]["db"].dispose()
    app.extensions["survey"]["roll"].dispose()


@dataclass
class Cast:
    """Everybody of one dialogue, and the outsider. Clients are fresh browsers that are signed in already."""

    app: Flask
    organisation_id: str
    dialogue_id: str
    code: str
    other_code: str

    def write(self, fn, *args, **kwargs):  # type: ignore[no-untyped-def]
        """Run one job of the writer."""
        return self.app.extensions["survey"]["db"].write(fn, *args, **kwargs)

    def reading(self):  # type: ignore[no-untyped-def]
        """A read-only session."""
        return self.app.extensions["survey"]["db"].reading()

    @property
    def stores(self) -> Stores:
        """Both databases, the keys and the boxes."""
        own = self.app.extensions["survey"]
        return Stores(own["db"], own["roll"], own["keys"], own["box"])

    def let_in(self) -> None:
        """Empty the ballot box now, whatever it holds, as the opening does and the gate where enough wait."""
        self.stores.box.shut(self.dialogue_id)
        lifecycle.empty_box(self.stores, self.dialogue_id, now())

    def cards(self, number: int = 8, site: int = 0) -> list[str]:
        """The codes of so many new cards, as they stand inside them."""
        key = self.keys.get(self.dialogue_id, "ticket")
        make = (tickets.print_batch, key, self.dialogue_id, new_id(), number, site)
        return [code for sheet in self.write(*make, actor="test") for code in sheet]

    def enrol(self, name: str, unit_id: str | None = None, **more: Any) -> str:
        """Put somebody on the roll; the member's id."""
        key = self.keys.get(self.dialogue_id, "link")
        person = people.Person(code=more.pop("code", new_id()), name=name, unit_id=unit_id, **more)
        return self.stores.roll.write(people.add, key, self.dialogue_id, person)

    def personal(self, member_id: str) -> secrets.Personal:
        """Link and typed code of a member."""
        with self.stores.roll.reading() as session:
            member = people.load(session, self.dialogue_id, member_id)
            return secrets.personal(self.keys.get(self.dialogue_id, "link"), member)

    @property
    def keys(self):  # type: ignore[no-untyped-def]
        """The key store."""
        return self.app.extensions["survey"]["keys"]

    @property
    def base(self) -> str:
        """The room's path."""
        return f"/d/{self.code}"

    @property
    def desk(self) -> str:
        """The staff's path."""
        return f"/s/{self.code}"

    def staff(self, role: str, *, whole_organisation: bool = False, site: int | None = None) -> FlaskClient:
        """A browser signed in with one role for this dialogue; a host with a site."""
        return self._signed_in(self.organisation_id, role, None if whole_organisation else self.dialogue_id, site)

    def outsider(self) -> FlaskClient:
        """The organiser of the other organisation."""
        with self.reading() as session:
            other = session.execute(_other(self.other_code)).scalar_one()
        return self._signed_in(other, "organiser", None)

    def member(self) -> FlaskClient:
        """A phone that has entered the room."""
        phone = self.app.test_client()
        token = csrf(phone, self.base)
        answer = phone.post(f"{self.base}/entry", data={"csrf_token": token})
        assert answer.status_code == 303, answer.text
        return phone

    def stranger(self) -> FlaskClient:
        """A browser that has nothing."""
        return self.app.test_client()

    def _signed_in(
        self, organisation_id: str, role: str, dialogue_id: str | None, site: int | None = None
    ) -> FlaskClient:
        token = self.write(accounts.sample_link, organisation_id, role, dialogue_id, name=f"Thử {role}", site=site)
        client = self.app.test_client()
        assert client.get(f"/s/invitation/{token}").status_code in {200, 302, 303}
        for code in (self.code, self.other_code):  # this browser's screen is its owner's alone
            client.set_cookie(f"own_screen_{code}", "1", path="/s")
        return client


def _other(code: str):  # type: ignore[no-untyped-def]
    from sqlalchemy import select

    from survey.dialogues.models import Dialogue

    return select(Dialogue.organisation_id).where(Dialogue.code == code)


def csrf(client: FlaskClient, path: str) -> str:
    """The CSRF token of the page at `path`, as a browser would send it."""
    page = client.get(path).get_data(as_text=True)
    marker = '<meta name="csrf-token" content="'
    assert marker in page, f"no CSRF token on {path}: {page[:300]}"
    return page.split(marker, 1)[1].split('"', 1)[0]


def make_cast(app: Flask, *steps: str, entry: str = "open", strong: bool = False) -> Cast:
    """An organisation with a dialogue taken through `steps`, and another organisation with its own.

    With an entry by the roll the roll is frozen only by the test, so that it can put members on it first; `strong` signs
    its ballots without seeing them.
    """
    db, keys = app.extensions["survey"]["db"], app.extensions["survey"]["keys"]
    ours = db.write(accounts.create_organisation, "Tỉnh đoàn Cà Mau")
    theirs = db.write(accounts.create_organisation, "Sở Nội vụ")
    made = db.write(lifecycle.prepare, keys, ours, "Lãnh đạo tỉnh đối thoại với cán bộ, công chức trẻ")
    other = db.write(lifecycle.prepare, keys, theirs, "Giám đốc Sở với chi đoàn")
    db.write(lifecycle.set_entry, keys, made["id"], entry, strong=strong)
    for step in steps:
        db.write(getattr(lifecycle, step), made["id"], actor="test")
        db.write(getattr(lifecycle, step), other["id"], actor="test")
    return Cast(app, ours, made["id"], made["code"], other["code"])


@pytest.fixture
def cast(app: Flask) -> Cast:
    """Everybody, in a hall that is open."""
    return make_cast(app, "open_hall")


@pytest.fixture
def cast_on_postgres(postgres: Settings) -> Iterator[Cast]:
    """The same on PostgreSQL."""
    for app in _running(postgres):
        yield make_cast(app, "open_hall")
