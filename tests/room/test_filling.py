"""When a ballot box is emptied, as pure rules."""

from __future__ import annotations

import datetime as dt

import pytest

from survey.core.clock import ZONE
from survey.core.errors import Invalid
from survey.room import filling


@pytest.mark.parametrize(("typed", "kept"), [
    ("12:00, 20:00", "12:00, 20:00"), ("20h00; 8h30", "08:30, 20:00"), (" 7:05 ", "07:05"), ("", ""),
    ("12:00 12.00", "12:00"),
])  # fmt: skip
def test_times_are_read_as_people_write_them(typed: str, kept: str) -> None:
    assert filling.read_times(typed) == kept


@pytest.mark.parametrize("typed", ["24:00", "trưa", "12", "12:60", "1:00, 2:00, 3:00, 4:00, 5:00, 6:00, 7:00"])
def test_what_is_no_time_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        filling.read_times(typed)


def test_times_are_those_of_vietnam_and_go_on_for_ever() -> None:
    times = "12:00, 20:00"
    moment = dt.datetime(2026, 10, 1, 4, 59, tzinfo=dt.UTC)  # 11:59 there
    noon = dt.datetime(2026, 10, 1, 12, 0, tzinfo=ZONE)
    assert filling.coming(times, moment) == noon
    assert filling.latest(times, moment) == dt.datetime(2026, 9, 30, 20, 0, tzinfo=ZONE)
    assert filling.latest(times, noon) == noon  # the moment itself belongs to it
    assert filling.coming(times, noon) == dt.datetime(2026, 10, 1, 20, 0, tzinfo=ZONE)
    assert (filling.coming("", moment), filling.latest("", moment)) == (None, None)


@pytest.mark.parametrize(("seats", "least"), [(0, 10), (29, 10), (30, 5), (5_000, 5)])
def test_among_few_five_would_be_too_telling(seats: int, least: int) -> None:
    assert filling.least(seats) == least


@pytest.mark.parametrize(("fresh", "changed", "ripe"), [
    (5, 0, True), (4, 0, False), (4, 9, False), (5, 9, True), (0, 5, True), (0, 4, False), (0, 0, False),
])  # fmt: skip
def test_new_ballots_are_told_from_changed_ones_so_they_count_alone(fresh: int, changed: int, *, ripe: bool) -> None:
    """Four new ones among nine changes would be four in the end: their rows are new, the others' were there."""
    assert filling.is_ripe(fresh, changed, 5) is ripe
