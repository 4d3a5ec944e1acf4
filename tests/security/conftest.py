"""One world for all tests that must not change it (they prove that they did not); a fresh one for those that do."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from survey import factory
from survey.core import settings as core_settings
from survey.web import limits
from tests.security.world import World
from tests.security.world import build


@pytest.fixture(autouse=True)
def nothing_spent() -> None:
    """All tests come from one address: each begins as if nobody had come before."""
    with contextlib.suppress(AssertionError):  # no program has started yet
        limits.limiter.reset()


@pytest.fixture(scope="session")
def copies(migrated: Path) -> Iterator[Callable[[], World]]:
    """`copies()` is the same world again and again, each over files of its own: it is built once and then copied."""
    opened: list[World] = []
    with tempfile.TemporaryDirectory(prefix="doithoai-", dir=memory()) as name:
        first = Path(name) / "first"
        shutil.copytree(migrated, first / "data")
        built = build(program(first))
        built.fetch_tokens()
        close(built)

        def again() -> World:
            folder = Path(name) / f"world {len(opened)}"
            shutil.copytree(first, folder)
            app = program(folder)
            people = {who: app.test_client() for who in built.people}
            for who, browser in people.items():
                browser._cookies = dict(built.people[who]._cookies or {})
            places = (built.here, built.beside, built.there, built.draft, built.rolled)
            world = World(app, *places, people=people, tokens=dict(built.tokens))
            opened.append(world)
            return world

        yield again
        for world in opened:
            close(world)


@pytest.fixture(scope="module")
def world(copies: Callable[[], World]) -> World:
    """A world that no test may change."""
    return copies()


@pytest.fixture
def fresh(copies: Callable[[], World]) -> Iterator[World]:
    """A world of the test's own."""
    made = copies()
    yield made
    close(made)


def memory() -> Path | None:
    """Where files lie in memory, on machines that have such a place: what is tested here is not the disk."""
    place = Path("/dev/shm")
    return place if place.is_dir() else None


COMPILED: dict[str, bytes] = {}


class Compiled(BytecodeCache):
    """Templates are compiled once for all the programs of a test run."""

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what an earlier program compiled."""
        if bucket.key in COMPILED:
            bucket.bytecode_from_string(COMPILED[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it for the next one."""
        COMPILED[bucket.key] = bucket.bytecode_to_string()


def program(folder: Path, **environ: str) -> Flask:
    """The program over the databases in `folder`; errors are answered as in production."""
    settings = core_settings.load({"DATA_DIR": str(folder / "data"), "KEY_DIR": str(folder / "keys"), **environ})
    app = factory.create_app(settings)
    app.testing = True
    app.jinja_env.bytecode_cache = Compiled()
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


def close(world: World) -> None:
    """Let go of the world's files."""
    for name in ("db", "roll"):
        world.app.extensions["survey"][name].dispose()


def started(migrated: Path, **environ: str) -> Iterator[Flask]:
    """The program over fresh databases that hold nothing yet."""
    with tempfile.TemporaryDirectory(prefix="doithoai-", dir=memory()) as name:
        shutil.copytree(migrated, Path(name) / "data")
        app = program(Path(name), **environ)
        yield app
        app.extensions["survey"]["db"].dispose()
        app.extensions["survey"]["roll"].dispose()
