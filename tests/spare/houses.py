"""A house with a spare, in one process: passes by hand, a second installation that takes over, and phones that go along."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from survey import factory
from survey.core import settings as core_settings
from survey.core.settings import Settings
from survey.spare import copies
from survey.spare import folder
from survey.spare import sealing
from survey.spare import taking
from survey.spare import words
from survey.spare.sender import FOLDERS
from survey.spare.sending import Sender
from survey.spare.taking import Taken
from tests import quick
from tests.conftest import Cast


@contextmanager
def serving(settings: Settings) -> Iterator[Flask]:
    """The program over these settings."""
    app = quick.share_templates(factory.create_app(settings))
    app.testing, app.config["PROPAGATE_EXCEPTIONS"] = True, False
    yield app
    app.extensions["survey"]["db"].dispose()
    app.extensions["survey"]["roll"].dispose()


@dataclass
class House:
    """Sends itself to `usb`; `phrase` is on the sheet."""

    settings: Settings
    usb: Path
    phrase: str

    @property
    def sender(self) -> Sender:
        """One that begins, as after a restart."""
        return Sender(self.settings, FOLDERS)

    def plug(self, name: str) -> House:
        """Another disk at the same house."""
        usb = self.usb.with_name(name)
        folder.prepare(usb, copies.owner(self.settings.key_dir), name)
        return replace(self, settings=replace(self.settings, spare_dir=usb), usb=usb)


def house_of(settings: Settings) -> House:
    """With a disk that is prepared, and words."""
    usb = settings.data_dir.parent / "ổ USB"
    folder.prepare(usb, copies.owner(settings.key_dir), "USB đen")
    phrase, pair = sealing.new()
    copies.keep_pair(settings.key_dir, pair)
    return House(replace(settings, spare_dir=usb), usb, phrase)


def second(tmp_path: Path, migrated: Path, name: str = "máy hai") -> Settings:
    """An installation that nobody has used."""
    shutil.copytree(migrated, tmp_path / name)
    return core_settings.load({"DATA_DIR": str(tmp_path / name), "KEY_DIR": str(tmp_path / f"{name}-keys")})


def take(house: House, to: Settings, *, with_words: bool = True) -> tuple[Settings, Taken]:
    """Take over into `to`; the settings with which it is started then."""
    found = folder.newest(house.usb)
    pair = taking.pair_of(found)
    private = sealing.opened(pair, words.read(house.phrase)) if pair and with_words else None
    taken = taking.take_over(to, to.key_dir / "secret.key", found, private)
    again = core_settings.load({"DATA_DIR": str(to.data_dir), "KEY_DIR": str(to.key_dir)})
    return again, taken


def moved(cast: Cast, app: Flask) -> Cast:
    """The same people at another installation."""
    return replace(cast, app=app)


def along(phone: FlaskClient, app: Flask) -> FlaskClient:
    """The same browser at another installation under the same name."""
    fresh = app.test_client()
    for cookie in list((phone._cookies or {}).values()):
        fresh.set_cookie(cookie.key, cookie.value, domain=cookie.domain, path=cookie.path)
    return fresh
