"""The order of the open queue: what is new comes last, and memory has an end."""

from __future__ import annotations

import datetime as dt

import pytest

from survey import lifecycle
from survey.core.clock import coarse
from survey.core.clock import now
from survey.core.common import COMMON
from survey.core.common import Common
from survey.core.keys import KeyMissing
from survey.desk import order
from survey.desk.order import BACK
from survey.desk.order import Queues
from survey.dialogues import keyring
from tests.conftest import Cast


def test_newcomers_stand_last_and_who_comes_back_keeps_the_place() -> None:
    order = Queues(Common())
    assert order.in_kept_order("d", ["b", "c"]) == ["b", "c"]
    assert order.in_kept_order("d", ["a", "c"]) == ["c", "a"]
    assert order.in_kept_order("d", ["a", "b", "c"]) == ["b", "c", "a"]


def test_what_waits_no_longer_is_forgotten_once_nobody_takes_that_back() -> None:
    """Neither its place nor the minute in which it came is kept, and it comes last if it comes after all."""
    clock = [6000.0]
    queues = Queues(Common(), lambda: clock[0])
    queues.in_kept_order("d", ["a"])
    queues.in_kept_order("d", ["a", "b", "c"])
    queues.in_kept_order("d", ["a", "c"])
    clock[0] += BACK - 60
    queues.in_kept_order("d", ["a", "c"])
    assert queues.in_kept_order("d", ["a", "c", "b"]) == ["a", "b", "c"], "taken back in time"
    queues.in_kept_order("d", ["a", "c"])
    clock[0] += BACK
    queues.in_kept_order("d", ["a", "c"])
    assert "b" not in str(queues._places.known("d"))
    assert queues.in_kept_order("d", ["a", "b", "c"]) == ["a", "c", "b"]
    clock[0] += BACK
    queues.in_kept_order("d", [])
    clock[0] += BACK
    assert queues.in_kept_order("d", []) == []
    assert queues._places.known("d") == {"seen": {}, "left": {}}
    clock[0] += 60
    queues.in_kept_order("d", ["e"])
    assert queues.longest_wait("d", [("e", now())]) == 0


def test_above_the_most_places_those_that_left_are_forgotten_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order, "KEPT", 3)
    queues = Queues(Common())
    queues.in_kept_order("d", ["a", "b", "c"])
    assert queues.in_kept_order("d", ["b", "c", "d"]) == ["b", "c", "d"]
    assert queues.in_kept_order("d", ["a", "b", "c"]) == ["b", "c", "a"]


def test_the_dialogue_that_nobody_has_looked_at_for_longest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order, "MOST", 2)
    queues = Queues(Common())
    for dialogue_id in ("one", "two", "one", "three"):
        queues.in_kept_order(dialogue_id, ["b"])
    assert [queues._places.known(one) is not None for one in ("one", "two", "three")] == [True, False, True]
    assert queues.in_kept_order("one", ["a", "b"]) == ["b", "a"]


def test_the_longest_wait_is_what_a_desk_saw_within_what_the_database_knows() -> None:
    clock = [1000.0]
    order = Queues(Common(), lambda: clock[0])
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


def test_the_names_of_a_dialogues_questions_hang_on_its_key_of_asking(cast: Cast) -> None:
    """What the program hands to whatever is shared in Redis; the key dies with the dialogue's others."""
    assert COMMON._keys(cast.dialogue_id) == cast.keys.get(cast.dialogue_id, "ask")
    assert "ask" in lifecycle.ACTS
    keyring.destroy(cast.stores, cast.dialogue_id, lifecycle.ACTS, now())
    with pytest.raises(KeyMissing):
        COMMON._keys(cast.dialogue_id)
