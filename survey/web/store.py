"""The databases inside a request: one read-only session, and writes that it sees at once."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from typing import Any
from typing import TypeVar
from typing import cast

from flask import Flask
from flask import current_app
from flask import g
from sqlalchemy.orm import Session

from survey.core.boxes import Boxes
from survey.core.db import Database
from survey.core.keys import KeyStore
from survey.core.settings import Settings
from survey.core.stores import Stores

T = TypeVar("T")


def init_app(app: Flask, settings: Settings, db: Database, roll: Database, keys: KeyStore) -> None:
    """Hang the stores on the app, and close the request's session when it ends."""
    app.extensions["survey"] = {
        "settings": settings,
        "db": db,
        "roll": roll,
        "keys": keys,
        "box": Boxes(settings.box_dir, keys),
    }

    @app.teardown_appcontext
    def close(_error: BaseException | None) -> None:
        for name in ("reading", "roll_reading"):
            session = g.pop(name, None)
            if session is not None:
                session.close()


def db() -> Database:
    """The main database."""
    return cast(Database, current_app.extensions["survey"]["db"])


def roll() -> Database:
    """The roll's database."""
    return cast(Database, current_app.extensions["survey"]["roll"])


def keys() -> KeyStore:
    """The keys outside the databases."""
    return cast(KeyStore, current_app.extensions["survey"]["keys"])


def box() -> Boxes:
    """The ballot boxes outside the databases."""
    return cast(Boxes, current_app.extensions["survey"]["box"])


def stores() -> Stores:
    """Both databases, the keys and the boxes, for what touches more than one of them."""
    return Stores(db(), roll(), keys(), box())


def empty_box(dialogue_id: str) -> None:
    """Empty the ballot box of a dialogue if that is due; what does it stands above the features (`lifecycle`)."""
    current_app.extensions["survey"]["empty_box"](dialogue_id)


def unit_sizes(dialogue_id: str) -> Mapping[str, int]:
    """How many of the roll belong to each unit; what reads it stands above the features that know no roll (`desk`)."""
    return cast(Mapping[str, int], current_app.extensions["survey"]["unit_sizes"](dialogue_id))


def settings() -> Settings:
    """How this installation runs."""
    return cast(Settings, current_app.extensions["survey"]["settings"])


def reading() -> Session:
    """The request's read-only session on the main database."""
    if "reading" not in g:
        g.reading = db().new_reading()
    return cast(Session, g.reading)


def roll_reading() -> Session:
    """The request's read-only session on the roll's database."""
    if "roll_reading" not in g:
        g.roll_reading = roll().new_reading()
    return cast(Session, g.roll_reading)


def give_back() -> None:
    """Give back the connections that this request has read with, before it waits for what reads by itself.

    A hall that comes back at once would otherwise hold them all and wait for one more.
    """
    for name in ("reading", "roll_reading"):
        if name in g:
            g.pop(name).close()


def roll_write(fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
    """`write`, in the roll's database."""
    if "roll_reading" in g:
        g.roll_reading.commit()
    result = roll().write(fn, *args, **kwargs)
    if "roll_reading" in g:
        g.roll_reading.expire_all()
    return result


def write(fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
    """`Database.write`, after which the request's own session reads anew."""
    if "reading" in g:
        g.reading.commit()  # gives its connection back: a hall that waits for one commit must not hold them all
    result = db().write(fn, *args, **kwargs)
    if "reading" in g:
        g.reading.expire_all()
    return result


def write_briefly(fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
    """`Database.write_briefly`, after which the request's own session reads anew."""
    if "reading" in g:
        g.reading.commit()
    result = db().write_briefly(fn, *args, **kwargs)
    if "reading" in g:
        g.reading.expire_all()
    return result
