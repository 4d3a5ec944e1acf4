"""The order of the open queue: what is new comes last, and memory has an end."""

from __future__ import annotations

import datetime as dt

import pytest

from survey.core.clock import coarse
from survey.core.clock import now
from survey.desk import order


@pytest.fixture(autouse=True)
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    """No other test's queues."""
    monkeypatch.setattr(order, "_places", {})


def test_newcomers_stand_last_and_who_comes_back_keeps_the_place() -> None:
    assert order.in_kept_order("d", ["b", "c"]) == ["b", "c"]
    assert order.in_kept_order("d", ["a", "c"]) == ["c", "a"]
    assert order.in_kept_order("d", ["a", "b", "c"]) == ["b", "c", "a"]


def test_the_dialogue_that_nobody_has_looked_at_for_longest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order, "MOST", 2)
    for dialogue_id in ("one", "two", "one", "three"):
        order.in_kept_order(dialogue_id, ["b"])
    assert list(order._places) == ["one", "three"]
    assert order.in_kept_order("one", ["a", "b"]) == ["b", "a"]


def test_the_longest_wait_is_what_a_desk_saw_within_what_the_database_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr("survey.desk.order.time.monotonic", lambda: clock[0])
    asked = coarse() - dt.timedelta(minutes=10)
    known = int((now() - asked).total_seconds() // 60)
    assert order.longest_wait("d", []) is None
    order.in_kept_order("d", ["a"])  # waited before anybody looked
    assert order.longest_wait("d", [("a", asked)]) == known
    order.in_kept_order("d", ["a", "b"])
    clock[0] += 130
    assert order.longest_wait("d", [("b", now() - dt.timedelta(minutes=4))]) == 2
    assert (order.longest_wait("d", [("b", asked)]) or 0) >= known - 5  # the desk was closed when it came
    assert order.longest_wait("d", [("b", now())]) == 0
    assert order.longest_wait("d", [("a", asked), ("b", now())]) == known
