"""Support over time: five-minute steps, figures that move by five, taken from kept counts by the server's own clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy import update

from survey import lifecycle
from survey.questions import sampling
from survey.questions import service as asking
from survey.questions.models import Question
from survey.questions.models import SupportSample
from survey.questions.state import State
from tests.conftest import Cast

Figure = Callable[[str], None]
NINE = dt.datetime(2026, 3, 26, 2, 0, 40, tzinfo=dt.UTC)  # 9:00:40 in Vietnam
FIVE = dt.timedelta(minutes=5)


def at(minutes: int) -> dt.datetime:
    return NINE + dt.timedelta(minutes=minutes)


def stand(cast: Cast, question_id: str, supporters: int) -> None:
    cast.write(lambda session: session.execute(
        update(Question).where(Question.id == question_id).values(supporters=supporters)
    ) and None)  # fmt: skip


def stored(cast: Cast) -> list[tuple[int, int]]:
    """(minutes after nine, supporters) of every row."""
    with cast.reading() as session:
        rows = session.scalars(select(SupportSample).order_by(SupportSample.at)).all()
    return [(int((row.at - NINE.replace(second=0)).total_seconds() // 60), row.supporters) for row in rows]


@pytest.fixture
def question(cast: Cast) -> str:
    made = cast.write(
        lambda session: asking.add(session, cast.dialogue_id, "Bao giờ có chợ?", None, state=State.APPROVED).id
    )
    return str(made)


@pytest.mark.claim(
    "anonymity", "support over time is kept in steps of five minutes and five ballots, and in no finer ones"
)
def test_a_row_is_written_when_the_figure_has_moved_by_five(cast: Cast, question: str, figure: Figure) -> None:
    """Counts go up and down from minute to minute, the clock looks twice a minute; what is kept shows none of it."""
    clock, looks = sampling.Clock(), 0
    counts = [0, 3, 4, 5, 5, 9, 11, 10, 9, 8, 7, 6, 6, 12, 23, 23, 22, 21, 18, 18, 14, 9]
    for minute, count in enumerate(counts):
        stand(cast, question, count)
        for second in (0, 19):
            clock.sweep(cast.stores.db, at(minute) + dt.timedelta(seconds=second))
            looks += 1
    found = stored(cast)
    figure(f"{looks} looks at {len(counts)} counts, {len(found)} rows: {found}")
    assert found == [(5, 5), (15, 20), (20, 10)]
    assert all(minutes % 5 == 0 and supporters % 5 == 0 for minutes, supporters in found)
    pairs = zip([(0, 0), *found], found, strict=False)
    assert all(abs(after[1] - before[1]) >= 5 for before, after in pairs)


def test_a_step_is_taken_once_whoever_looks(cast: Cast, question: str) -> None:
    stand(cast, question, 12)
    sampling.Clock().sweep(cast.stores.db, at(0))
    stand(cast, question, 40)
    sampling.Clock().sweep(cast.stores.db, at(4))  # another process, in the same step
    assert stored(cast) == [(0, 10)]
    sampling.Clock().sweep(cast.stores.db, at(5))
    assert stored(cast) == [(0, 10), (5, 40)]


def test_closing_takes_the_last_step_and_a_closed_hall_none(cast: Cast, question: str) -> None:
    stand(cast, question, 17)
    cast.write(lifecycle.close, cast.dialogue_id, actor="test")
    with cast.reading() as session:
        rows = session.scalars(select(SupportSample)).all()
    assert [row.supporters for row in rows] == [15]
    stand(cast, question, 40)
    sampling.Clock().sweep(cast.stores.db, at(60))
    with cast.reading() as session:
        assert len(session.scalars(select(SupportSample)).all()) == 1


def test_what_is_not_on_the_board_is_not_sampled(cast: Cast) -> None:
    made = cast.write(lambda session: asking.add(session, cast.dialogue_id, "Chờ duyệt", None, state=State.PENDING).id)
    stand(cast, made, 50)
    sampling.Clock().sweep(cast.stores.db, at(0))
    assert stored(cast) == []


def test_the_sweep_of_the_server_takes_them(cast: Cast, question: str) -> None:
    stand(cast, question, 25)
    lifecycle.sweep(cast.stores, at(0))
    assert stored(cast) == [(0, 25)]


@pytest.mark.claim("anonymity", "no row of support over time dates fewer than five ballots, wherever the rounding fell")
def test_no_row_dates_a_single_ballot(cast: Cast, question: str, figure: Figure) -> None:
    """Nine stand as five, so that the tenth ballot alone must not make a ten; the same on the way down."""
    counts = [9, 10, 12, 13, 14, 15, 18, 19, 14, 11, 10, 6, 5, 4, 3, 2, 0]
    true: dict[int, int] = {}  # what stood there when the row was written
    found = stored(cast)
    for step, count in enumerate(counts):
        stand(cast, question, count)
        before = len(stored(cast))
        sampling.Clock().sweep(cast.stores.db, at(5 * step))
        if len(found := stored(cast)) > before:
            true[found[-1][0]] = count
    moves = [abs(after - before) for before, after in zip([0, *true.values()], true.values(), strict=False)]
    figure(f"{len(counts)} steps, {len(moves)} rows, at least {min(moves)} ballots between two of them")
    assert found == [(0, 5), (20, 10), (35, 15), (50, 10), (60, 5), (80, 0)]
    assert min(moves) >= sampling.STEP
