"""What the time that is left is good for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from survey.stage.advice import EACH
from survey.stage.advice import Advice
from survey.stage.advice import advise


def test_advice_is_the_one_of_the_issue() -> None:
    assert advise(12, 58) == Advice(left=12, waiting=58, first=4, each=3, rest=54)


def test_advice_at_the_edges() -> None:
    assert advise(38, 9) == Advice(38, 9, 9, 4, 0), "time for all: as many minutes as there are"
    assert advise(2, 5) == Advice(2, 5, 1, 2, 4), "one more can be begun"
    assert advise(0, 5) == Advice(0, 5, 0, 0, 5)
    assert advise(-7, 5) == Advice(-7, 5, 0, 0, 5)
    assert advise(30, 0) == Advice(30, 0, 0, 0, 0)


@given(st.integers(-500, 1500), st.integers(0, 3000))
def test_advice_never_promises_more_time_than_there_is(left: int, waiting: int) -> None:
    found = advise(left, waiting)
    assert found.first + found.rest == waiting
    assert found.first * found.each <= max(left, 0)
    assert not found.rest or found.each <= EACH
