"""`demo-trust` prints what each way in gives away: the figures that the pages and the threat model speak of."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from survey.cli import demo
from survey.cli.trust import MEMBERS
from survey.cli.trust import SUPPORTED
from survey.cli.trust import WINDOWS
from survey.dialogues.entry import Entry

Figure = Callable[[str], None]
CHANCE = 5  # of thirty blind guesses one is right; more than five once in 3,000 plays


@pytest.mark.claim("anonymity", "demo-trust: 20 windows, 'who asked?' and a stolen disk against open, cards and roll")
@pytest.mark.timeout(300)
def test_each_way_in_gives_away_what_is_said_of_it(figure: Figure) -> None:
    """Cards: one vote and no name. The weak roll: one vote, and names while the key lives; the thief is seen to succeed."""
    chance = random.Random(3)
    outcomes = [demo.attack(way, chance) for way in (Entry.OPEN, Entry.TICKETS, Entry.ROLL)]
    open_, cards, roll = outcomes
    figure(f"votes {open_.hall.counted}/{cards.hall.counted}/{roll.hall.counted}, askers by order in the weak roll "
           f"{roll.disk.asked_by_order} of {MEMBERS}, votes with names by keys {roll.keyed.supported_by_keys}, "
           f"after closing {roll.later.supported_by_keys}")  # fmt: skip
    assert [one.hall.counted for one in outcomes] == [WINDOWS, 1, 1]
    for one in (open_, cards):
        assert one.disk.names == 0
        assert (one.disk.asked_by_order, one.keyed.supported_by_keys) == (0, 0)
    assert roll.disk.names == MEMBERS
    assert roll.disk.asked_by_order > CHANCE  # the control: this is a thief who can
    assert roll.keyed.supported_by_keys == len(roll.hall.supported) >= MEMBERS * (SUPPORTED - 1)
    assert roll.disk.supported_by_keys == roll.later.supported_by_keys == 0
    assert len(demo.report(outcomes)) == 6 + 1 + len(demo.NOTES)
