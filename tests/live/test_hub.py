"""The hub: coalesced, absolute, resumable, and never more than the audience may see."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from survey.core.bus import ASIDE
from survey.core.bus import DOORS
from survey.core.bus import EVERYTHING
from survey.core.bus import FORGET
from survey.core.bus import FORGET_ALL
from survey.core.db import Database
from survey.live import hub as live
from survey.live.hub import Event
from survey.live.hub import Hub
from survey.live.hub import Key
from survey.live.wire import encode

KEY = Key("d", "room", "vi")


@dataclass(frozen=True)
class Number:
    """A snapshot that is only its version."""

    version: int


class Counter:
    """A surface over a number that the test moves."""

    def __init__(self) -> None:
        self.value = 1
        self.renders = 0

    def snapshot(self, session: Session, dialogue_id: str) -> Number:
        return Number(self.value)

    def events(self, before: Any, after: Any) -> list[Event]:
        self.renders += 1
        return [Event(f"{before.version if before else 'all'}>{after.version}", "counts")]


@pytest.fixture
def surface() -> Counter:
    return Counter()


@pytest.fixture
def hub(tmp_path: Path, surface: Counter, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr(live, "BEAT", 0.3)
    monkeypatch.setattr(live, "PACE", 0.1)
    db = Database(f"sqlite:///{tmp_path}/x.sqlite3")
    made = Hub(db, lambda _language: contextlib.nullcontext())
    made.register("room", surface)
    yield made
    db.dispose()


def move(hub: Hub, surface: Counter, value: int, channel: str = "d") -> None:
    """Something was committed."""
    surface.value = value
    hub.publish(frozenset({channel}))


def read(stream: Iterator[bytes], number: int) -> list[str]:
    """The next messages that are not beats."""
    got: list[str] = []
    deadline = time.monotonic() + 10
    while len(got) < number and time.monotonic() < deadline:
        got += [m for m in next(stream).decode().split("\n\n") if m and "event: beat" not in m]
    return got


def test_a_reader_who_is_right_gets_nothing_but_a_beat(hub: Hub, surface: Counter) -> None:
    """The page was rendered at version 1 and that is still true."""
    stream = hub.stream(KEY, after=1)
    assert next(stream) == b"event: beat\ndata: \n\n"
    assert next(stream) == b"event: beat\ndata: \n\n"
    assert surface.renders == 0


@pytest.mark.parametrize("after", [None, 99])
def test_a_reader_whose_version_is_unknown_gets_the_whole_board(hub: Hub, surface: Counter, after: int | None) -> None:
    """First connect, or a version of another life of the server."""
    assert read(hub.stream(KEY, after), 1) == ["event: counts\ndata: all>1\nid: 1"]


def test_a_change_arrives_with_the_version_it_leads_to(hub: Hub, surface: Counter) -> None:
    """The id of an event is the public version."""
    stream = hub.stream(KEY, after=1)
    next(stream)
    move(hub, surface, 2)
    assert read(stream, 1) == ["event: counts\ndata: 1>2\nid: 2"]


def test_many_changes_at_once_become_one_render_for_all_streams(hub: Hub, surface: Counter) -> None:
    """Rendered once, the same bytes to everybody."""
    streams = [hub.stream(KEY, after=1) for _ in range(5)]
    for stream in streams:
        next(stream)
    move(hub, surface, 2)
    first = [read(stream, 1) for stream in streams]
    for value in range(3, 40):
        move(hub, surface, value)
    second = [read(stream, 1) for stream in streams]
    assert first == [["event: counts\ndata: 1>2\nid: 2"]] * 5
    assert second == [["event: counts\ndata: 2>39\nid: 39"]] * 5
    assert surface.renders == 2


def test_what_nobody_here_looks_at_is_kept_nowhere(hub: Hub, surface: Counter) -> None:
    """Nothing sweeps while nobody listens; and of what other listeners of the bus are told no group knows anything."""
    for number in range(100):
        hub.publish(frozenset({f"d{number}", f"{FORGET}d{number}", f"{ASIDE}d{number}", f"token:{number}"}))
    assert hub._dirty == set()
    stream = hub.stream(KEY, after=1)
    next(stream)
    with hub._lock:  # the sweeper waits
        told = {"d", FORGET + "d", ASIDE + "d", EVERYTHING, FORGET_ALL, DOORS}
        hub.publish(frozenset({*told, "e", FORGET + "e", "token:x", "here:d:x"}))
        assert hub._dirty == told
    move(hub, surface, 2)
    assert read(stream, 1) == ["event: counts\ndata: 1>2\nid: 2"]


def test_a_stream_resumes_where_it_was_cut(hub: Hub, surface: Counter) -> None:
    """Another stream kept the log; the phone that slept gets only what it missed."""
    awake = hub.stream(KEY, after=1)
    next(awake)
    for value in (2, 3):
        move(hub, surface, value)
        read(awake, 1)
    assert read(hub.stream(KEY, after=2), 1) == ["event: counts\ndata: 2>3\nid: 3"]
    both = read(hub.stream(KEY, after=1), 2)
    assert both == ["event: counts\ndata: 1>2\nid: 2", "event: counts\ndata: 2>3\nid: 3"]


@pytest.mark.parametrize("value", [3, 4])
def test_what_is_to_be_forgotten_is_told_to_nobody_who_comes_back(hub: Hub, surface: Counter, value: int) -> None:
    """Whether this audience may notice the erasing (version 4) or not (still 3): the backlog of before is gone."""
    awake = hub.stream(KEY, after=1)
    next(awake)
    for number in (2, 3):
        move(hub, surface, number)
        read(awake, 1)
    assert read(hub.stream(KEY, after=1), 1)[0] == "event: counts\ndata: 1>2\nid: 2", (
        "the control: it is in the backlog"
    )
    surface.value = value
    hub.publish(frozenset({"d", FORGET + "d"}))
    if value == 4:
        assert read(awake, 1) == ["event: counts\ndata: 3>4\nid: 4"], "who was there gets the change alone"
    deadline = time.monotonic() + 10
    while (told := read(hub.stream(KEY, after=1), 1)) != [f"event: counts\ndata: all>{value}\nid: {value}"]:
        assert time.monotonic() < deadline, told


def test_a_reader_who_is_ahead_of_the_hub_is_not_taken_back(hub: Hub, surface: Counter) -> None:
    """A page rendered just after a commit connects before the hub has looked again."""
    awake = hub.stream(KEY, after=1)
    next(awake)
    surface.value = 2  # committed; the sweep has not come round yet
    stream = hub.stream(KEY, after=2)
    next(stream)
    assert next(stream) == b"event: beat\ndata: \n\n"
    assert read(awake, 1) == ["event: counts\ndata: 1>2\nid: 2"]


def test_another_dialogue_moves_nothing_here(hub: Hub, surface: Counter) -> None:
    """Timing is information."""
    stream = hub.stream(KEY, after=1)
    next(stream)
    move(hub, surface, 2, channel="other")
    assert next(stream) == b"event: beat\ndata: \n\n"


def test_an_unseen_change_sends_nothing(hub: Hub, surface: Counter) -> None:
    """A pending question is announced to the hub but has no public version."""
    stream = hub.stream(KEY, after=1)
    next(stream)
    hub.publish(frozenset({"d"}))
    assert next(stream) == b"event: beat\ndata: \n\n"


def test_a_stream_ends_when_its_reader_was_thrown_out(hub: Hub) -> None:
    """Asked at each beat."""
    allowed = threading.Event()
    allowed.set()
    stream = hub.stream(KEY, after=1, alive=allowed.is_set)
    next(stream)
    next(stream)
    allowed.clear()
    assert list(stream) == []
    assert hub.streams == 0


def test_closed_streams_are_forgotten_and_the_next_starts_from_the_present(hub: Hub, surface: Counter) -> None:
    """While nobody listens nothing is rendered."""
    stream = hub.stream(KEY, after=1)
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert hub._groups == {}
    move(hub, surface, 7)
    time.sleep(0.3)
    assert (hub.streams, surface.renders) == (0, 0)
    assert read(hub.stream(KEY, after=1), 1) == ["event: counts\ndata: all>7\nid: 7"]


def test_a_change_during_the_first_look_is_not_lost(
    hub: Hub, surface: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sweep that it sets off may come round before the look returns."""
    look, looks = surface.snapshot, []

    def slow(session: Session, dialogue_id: str) -> Number:
        seen = look(session, dialogue_id)
        looks.append(seen)
        if len(looks) == 1:
            move(hub, surface, 2)
            time.sleep(0.3)
        return seen

    other = hub.stream(Key("other", "room", "vi"), after=1)  # somebody else's, so that the sweeper runs
    next(other)
    monkeypatch.setattr(surface, "snapshot", slow)
    assert read(hub.stream(KEY, after=1), 1) == ["event: counts\ndata: 1>2\nid: 2"]


def test_phones_that_are_ahead_look_once_for_all(hub: Hub, surface: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hall that opens the page just after a commit must not ask the database a hundred times."""
    awake = hub.stream(KEY, after=1)
    next(awake)
    surface.value = 2
    look, looks = surface.snapshot, []

    def counted(session: Session, dialogue_id: str) -> Number:
        looks.append(dialogue_id)
        time.sleep(0.05)
        return look(session, dialogue_id)

    monkeypatch.setattr(surface, "snapshot", counted)
    streams = [hub.stream(KEY, after=2) for _ in range(5)]
    threads = [threading.Thread(target=lambda stream=stream: (next(stream), next(stream))) for stream in streams]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert looks == ["d"]


def test_trouble_in_one_look_delays_and_silences_nobody(
    hub: Hub, surface: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that is locked for a moment; the sweeper lives on and tries again."""
    stream = hub.stream(KEY, after=1)
    next(stream)
    look, troubles = surface.snapshot, [OperationalError("SELECT", {}, Exception("locked")) for _ in range(2)]

    def stumble(session: Session, dialogue_id: str) -> Number:
        if troubles:
            raise troubles.pop()
        return look(session, dialogue_id)

    monkeypatch.setattr(surface, "snapshot", stumble)
    move(hub, surface, 2)
    assert read(stream, 1) == ["event: counts\ndata: 1>2\nid: 2"]
    assert troubles == []


def test_lines_of_data_are_kept_apart() -> None:
    """A newline inside data would end the event (WHATWG HTML 9.2.6)."""
    assert encode([Event("a\nb"), Event("c", "x")], 5) == b"data: a\ndata: b\n\nevent: x\ndata: c\nid: 5\n\n"
