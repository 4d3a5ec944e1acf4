"""What one phone receives in a long and lively dialogue."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pytest

from survey.live.wire import encode
from survey.live.wire import pack
from survey.pages.live import Room
from survey.pages.live import Snapshot
from survey.questions import ranking
from survey.questions.queries import Row
from survey.web.i18n import speaking
from tests.conftest import Cast

Figure = Callable[[str], None]
MINUTES, QUESTIONS, VOTES, PEOPLE = 120, 200, 20_000, 350
PACES = 2 * 60 * MINUTES  # updates at most: two a second
BODY = (
    "Đề nghị lãnh đạo cho biết khi nào phụ cấp của cán bộ thôn, tổ dân phố được điều chỉnh và nguồn chi lấy từ đâu ạ?"
)


def hall(seed: int) -> Iterator[Snapshot]:
    """The room at each half second in which something changed: people come, ask for 100 minutes and vote for 120.

    Some questions are liked more than others (weights of a Pareto law); every four minutes the first one is answered.
    """
    chance = random.Random(seed)
    rows: list[Row] = []
    liked: list[float] = []
    answered: list[Row] = []
    come = sorted(chance.randrange(PACES // 8) for _ in range(PEOPLE))
    asked = sorted(chance.randrange(PACES * 5 // 6) for _ in range(QUESTIONS))
    voted = sorted(chance.randrange(PACES) for _ in range(VOTES))
    due = set(range(0, PACES, 8 * 60))
    moments = sorted({*come, *asked, *voted, *due})
    people = 0
    for version, moment in enumerate(moments, start=1):
        while come and come[0] <= moment:
            come.pop(0)
            people += 1
        while asked and asked[0] <= moment:
            asked.pop(0)
            rows.append(row(len(rows) + 1))
            liked.append(chance.paretovariate(1.2))
        while voted and voted[0] <= moment:
            voted.pop(0)
            if rows:
                place = chance.choices(range(len(rows)), liked)[0]
                rows[place] = replace(rows[place], supporters=rows[place].supporters + 1)
        top = sorted((one for one in rows if one.state == "approved"), key=lambda one: (-one.supporters, one.id))
        if moment in due and top:
            first = top.pop(0)
            rows[rows.index(first)] = replace(first, state="answered")
            answered.insert(0, replace(first, state="answered"))
        waiting = len(top)
        yield Snapshot(version, "/d/TM4K9P", "live", "Hội trường tỉnh", people, None, tuple(top[: ranking.TOP]),
                       tuple(answered), waiting)  # fmt: skip


def row(number: int) -> Row:
    """A question of the length of a real one."""
    name = f"{number:04}".translate(str.maketrans("0189", "wxyz"))
    return Row(name + "k" * 8, number, f"{BODY} ({number})", "Lương, thu nhập, phụ cấp", "t", 0, "approved", "member", "",
               dt.datetime(2026, 3, 26, tzinfo=dt.UTC), "", "")  # fmt: skip


@pytest.mark.claim("live", "in two hours with 200 questions and 20,000 votes a phone receives at most 2 MB")
def test_two_lively_hours_cost_a_phone_less_than_two_megabytes(cast: Cast, figure: Figure) -> None:
    """Every update of the room, as it goes over the wire without and with gzip."""
    plain = packed = updates = 0
    last = b""
    with cast.app.app_context(), speaking("vi"):
        for before, after in pairwise(hall(1)):
            data = encode(Room().events(before, after), after.version)
            plain, packed, updates = plain + len(data), packed + len(pack(data, last)), updates + 1
            last = data
    figure(f"{plain / 1e6:.2f} MB plain, {packed / 1e6:.2f} MB with gzip, {updates:,} updates")
    assert updates > PACES / 2, "it was a lively hall"
    assert max(plain, packed) <= 2e6
