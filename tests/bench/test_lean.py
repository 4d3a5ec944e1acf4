"""What a vote and a response cost, as multiples of a route that does nothing. Red beyond twice what was promised only."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bench import burst
from bench import crowded
from bench import responses
from bench import votes

TWICE = 2
Figure = Callable[[str], None]


@pytest.mark.alone
@pytest.mark.claim("surveys", "A response of ten items, page and answer: at most 8 times a route that does nothing")
def test_a_response_of_ten_items_is_lean(figure: Figure) -> None:
    """With the durable commit and the steps of the figures, for phones that take gzip."""
    found = responses.responses(rounds=3)
    figure(f"{found['ratio']:.1f} times ({found['page']:.2f} + {found['save']:.2f} ms, floor {found['noop']:.2f} ms)")
    assert found["ratio"] <= TWICE * 8


@pytest.mark.night  # short so far, see bench/README.md: judged by hand on a quiet machine
@pytest.mark.claim("scale", "An acknowledged vote: at most 2.5 times a route that does nothing, one after another")
def test_a_vote_is_lean(figure: Figure) -> None:
    """With the durable commit."""
    found = votes.measure(rounds=2)
    figure(f"{found['ratio']:.1f} times ({found['vote']:.2f} ms)")
    assert found["ratio"] <= TWICE * 2.5


@pytest.mark.night  # short so far, see bench/README.md: judged by hand on a quiet machine
@pytest.mark.claim("scale", "Votes of 32 at once: at most twice a route that does nothing, 1,000 and more a second")
def test_votes_at_once_are_lean(figure: Figure) -> None:
    """They share commits."""
    found = crowded.measure(rounds=2, each=20)
    figure(f"{found['ratio']:.1f} times, {found['rate']:,.0f}/s")
    assert found["ratio"] <= TWICE * 2
    assert found["rate"] >= 1_000 / TWICE


@pytest.mark.night  # short so far, see bench/README.md: judged by hand on a quiet machine
@pytest.mark.claim("scale", "200 phones that listen and vote within five seconds: at most 1.5 ms a vote, 1 kB a phone")
def test_a_burst_is_lean(figure: Figure) -> None:
    """Everything included."""
    found = burst.measure()
    figure(f"{found['ms']:.2f} ms a vote, {found['bytes']:.0f} bytes a phone, floor {found['noop']:.2f} ms")
    assert found["ms"] <= TWICE * 1.5
    assert found["bytes"] <= TWICE * 1_000
