"""Asides: what holds for this moment only reaches whoever is there and whoever joins, and moves no version."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from survey.core.bus import ASIDE
from survey.core.db import Database
from survey.live import hub as live
from survey.live.hub import Event
from survey.live.hub import Hub
from survey.live.hub import Key
from tests.live.test_hub import Counter
from tests.live.test_hub import read

KEY = Key("d", "desk", "vi")


class Room(Counter):
    """A surface that says who is there."""

    def __init__(self) -> None:
        super().__init__()
        self.people = "An"
        self.glances = 0

    def aside(self, session: Session, dialogue_id: str) -> list[Event]:
        """The names."""
        self.glances += 1
        return [Event(self.people + "", "people")]


@pytest.fixture
def surface() -> Room:
    return Room()


@pytest.fixture
def hub(tmp_path: Path, surface: Room, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr(live, "BEAT", 0.3)
    monkeypatch.setattr(live, "PACE", 0.05)
    db = Database(f"sqlite:///{tmp_path}/x.sqlite3")
    made = Hub(db, lambda _language: contextlib.nullcontext())
    made.register("desk", surface)
    yield made
    db.dispose()


def said(people: str) -> str:
    return f"event: people\ndata: {people}"


def tell(hub: Hub, surface: Room, people: str) -> None:
    surface.people = people
    hub.publish(frozenset({ASIDE + "d"}))


def settled(surface: Room, glances: int) -> None:
    """Wait until the hub has looked so often."""
    deadline = time.monotonic() + 5
    while surface.glances < glances and time.monotonic() < deadline:
        time.sleep(0.01)
    assert surface.glances >= glances


def test_an_aside_comes_on_joining_and_when_it_changes(hub: Hub, surface: Room) -> None:
    stream = hub.stream(KEY, after=1)
    assert read(stream, 1) == [said("An")]
    tell(hub, surface, "An, Bình")
    assert read(stream, 1) == [said("An, Bình")]
    assert read(hub.stream(KEY, after=1), 1) == [said("An, Bình")]
    assert surface.renders == 0, "nothing that is stored has changed"


def test_an_aside_that_says_the_same_is_not_sent_again(hub: Hub, surface: Room) -> None:
    stream = hub.stream(KEY, after=1)
    assert read(stream, 1) == [said("An")]
    tell(hub, surface, "An")
    settled(surface, 2)
    assert next(stream) == b"event: beat\ndata: \n\n"


def test_a_commit_brings_the_aside_up_to_date_too(hub: Hub, surface: Room) -> None:
    stream = hub.stream(KEY, after=1)
    read(stream, 1)
    surface.people, surface.value = "Bình", 2
    hub.publish(frozenset({"d"}))
    got = read(stream, 2)
    assert sorted(got) == sorted(["event: counts\ndata: 1>2\nid: 2", said("Bình")])


def test_a_broken_aside_silences_nobody(hub: Hub, surface: Room) -> None:
    stream = hub.stream(KEY, after=1)
    read(stream, 1)

    whole, surface.people = surface.people, None  # type: ignore[assignment]  # joining what is no text fails
    glances = surface.glances
    hub.publish(frozenset({ASIDE + "d"}))
    settled(surface, glances + 1)
    surface.value = 2
    hub.publish(frozenset({"d"}))
    assert read(stream, 1) == ["event: counts\ndata: 1>2\nid: 2"], "what is stored goes out all the same"
    surface.people = whole + ", Chi"
    hub.publish(frozenset({ASIDE + "d"}))
    assert read(stream, 1) == [said("An, Chi")]
