"""`demo-trust` prints what each way in gives away: the figures that the pages and the threat model speak of."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from survey.cli import demo
from survey.cli.trust import MEMBERS
from survey.cli.trust import SUPPORTED
from survey.cli.trust import WAYS
from survey.cli.trust import WINDOWS

Figure = Callable[[str], None]
CHANCE = 5  # of thirty blind guesses one is right; more than five once in 3,000 plays


@pytest.mark.claim(
    "anonymity", "demo-trust: 20 windows, 'who asked?' and a stolen disk against open, cards, roll and blind"
)
@pytest.mark.timeout(300)
def test_each_way_in_gives_away_what_is_said_of_it(figure: Figure) -> None:
    """Cards: one vote and no name. The weak roll: one vote, and names while the key lives; the thief is seen to succeed.
    Signed unseen: one vote, the names of all who have a ballot, and nothing of what anybody asked or supported."""
    chance = random.Random(3)
    outcomes = [demo.attack(way, chance) for way in WAYS]
    open_, cards, roll, blind = outcomes
    figure(f"votes {'/'.join(str(one.hall.counted) for one in outcomes)}, askers by order in the weak roll "
           f"{roll.disk.asked_by_order} of {MEMBERS}, votes with names by keys {roll.keyed.supported_by_keys}, "
           f"after closing {roll.later.supported_by_keys}; signed unseen: {blind.disk.asked_by_order} by order, "
           f"{blind.keyed.supported_by_keys} by keys")  # fmt: skip
    assert [one.hall.counted for one in outcomes] == [WINDOWS, 1, 1, 1]
    for one in (open_, cards):
        assert one.disk.names == 0
        assert (one.disk.asked_by_order, one.keyed.supported_by_keys) == (0, 0)
    assert roll.disk.names == MEMBERS
    assert roll.disk.asked_by_order > CHANCE  # the control: this is a thief who can
    assert roll.keyed.supported_by_keys == len(roll.hall.supported) >= MEMBERS * (SUPPORTED - 1)
    assert roll.disk.supported_by_keys == roll.later.supported_by_keys == 0
    assert blind.disk.names == len(blind.hall.asked) == MEMBERS
    assert max(one.asked_by_order for one in (blind.disk, blind.keyed, blind.later)) <= CHANCE
    assert blind.keyed.supported_by_keys == blind.later.supported_by_keys == 0
    assert len(demo.report(outcomes)) == 6 + 1 + len(demo.NOTES)
