"""The order of the open queue: what is new comes last, and memory has an end."""

from __future__ import annotations

import pytest

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
