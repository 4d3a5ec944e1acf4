"""One world for all tests that must not change it (they prove that they did not); a fresh one for those that do."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
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


@pytest.fixture(scope="module")
def world(migrated: Path) -> Iterator[World]:
    """A world that no test may change."""
    for app in started(migrated):
        yield build(app)


@pytest.fixture
def fresh(migrated: Path) -> Iterator[World]:
    """A world of the test's own."""
    for app in started(migrated):
        yield build(app)


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


def started(migrated: Path, **environ: str) -> Iterator[Flask]:
    """The program over fresh databases; errors are answered as in production.

    The files lie in memory where the machine has such a place: what is tested here is not the disk.
    """
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="doithoai-", dir=memory if memory.is_dir() else None) as name:
        folder = Path(name)
        shutil.copytree(migrated, folder / "data")
        settings = core_settings.load({"DATA_DIR": str(folder / "data"), "KEY_DIR": str(folder / "keys"), **environ})
        app = factory.create_app(settings)
        app.testing = True
        app.jinja_env.bytecode_cache = Compiled()
        app.config["PROPAGATE_EXCEPTIONS"] = False
        yield app
        app.extensions["survey"]["db"].dispose()
        app.extensions["survey"]["roll"].dispose()
