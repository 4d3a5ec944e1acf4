"""Working days: public holidays, days that an organisation adds, and the law's deadlines counted in calendar days."""

from __future__ import annotations

import datetime as dt

import pytest

from survey.core.errors import Invalid
from survey.followups import counting_days
from survey.followups.calendar import Calendar
from survey.followups.calendar import read_days
from survey.followups.calendar import write_days
from survey.followups.counting_days import Chosen
from survey.followups.counting_days import Course
from survey.followups.counting_days import Rules
from survey.followups.counting_days import Standing

D = dt.date
HELD = D(2026, 3, 26)
PLAIN = Calendar()


@pytest.mark.claim("followup", "a deadline in working days leaves out weekends, Tết, holidays and announced days off")
def test_working_days_leave_out_holidays(figure) -> None:
    """Against a list made by hand from the announcements of 2026; the negative control counts weekends alone."""
    off = {  # Tết Bính Ngọ, Giỗ Tổ with its day in lieu, 30/4, 1/5, Quốc khánh with the day that was swapped for 22/8
        *(D(2026, 2, day) for day in range(16, 21)), D(2026, 1, 1), D(2026, 4, 27), D(2026, 4, 30), D(2026, 5, 1),
        D(2026, 8, 31), D(2026, 9, 1), D(2026, 9, 2),
    }  # fmt: skip
    days = [D(2026, 1, 1) + dt.timedelta(days=n) for n in range(300)]
    wrong = [
        day
        for day in days
        if PLAIN.is_working(day) != (day not in off and (day.weekday() < 5 or day == D(2026, 8, 22)))
    ]
    assert wrong == []
    assert PLAIN.after(D(2026, 2, 13), 1) == D(2026, 2, 23)
    assert PLAIN.after(D(2026, 4, 22), 10) == D(2026, 5, 11)
    assert sum(day.weekday() < 5 for day in days) - sum(map(PLAIN.is_working, days)) == len(off) - 1
    figure(f"{len(days)} days of 2026, {len(wrong)} wrong")


def test_what_an_organisation_adds_wins() -> None:
    """A day off that no library knows, and a holiday that is worked."""
    own = Calendar(off=frozenset({D(2026, 3, 27)}), worked=frozenset({D(2026, 4, 30), D(2026, 3, 28)}))
    assert [own.is_working(day) for day in (D(2026, 3, 27), D(2026, 3, 28), D(2026, 4, 30))] == [False, True, True]
    assert own.after(D(2026, 3, 26), 1) == D(2026, 3, 28)
    assert (own.between(D(2026, 3, 26), D(2026, 3, 28)), own.between(D(2026, 3, 28), D(2026, 3, 26))) == (1, -1)


def test_a_list_of_days_is_read_as_people_type_it() -> None:
    """One a line or apart by commas; what is no day is refused."""
    days = read_days("11/2/2027\n 2027-02-12, 13-2-2027;\n\n")
    assert write_days(days) == "11/2/2027\n12/2/2027\n13/2/2027"
    assert read_days("") == frozenset()
    for bad in ("31/2/2027", "Tết", "\n".join(f"{n % 28 + 1}/{n // 28 + 1}/2027" for n in range(101))):
        with pytest.raises(Invalid):
            read_days(bad)


def own(chosen: Chosen, course: Course, today: dt.date, rules: Rules | None = None) -> list[tuple[dt.date | None, str]]:
    return [(one.due, str(one.standing)) for one in counting_days.own(rules or Rules(), chosen, course, today)]


@pytest.mark.claim(
    "followup", "the plan is due 30 days before and the conclusion 10, or 15, calendar days after (Điều 10)"
)
def test_the_law_counts_calendar_days(figure) -> None:
    """On the day itself nothing is late; a day later it is."""
    ahead, over = Course(HELD, begun=False, ended=None, concluded=None), Course(HELD, True, HELD, None)
    assert own(Chosen(), ahead, D(2026, 2, 24)) == [(D(2026, 2, 24), "soon"), (D(2026, 4, 5), "later")]
    assert own(Chosen(), ahead, D(2026, 2, 25))[0] == (D(2026, 2, 24), "overdue")
    assert own(Chosen(), over, D(2026, 4, 5)) == [(D(2026, 2, 24), "unrecorded"), (D(2026, 4, 5), "soon")]
    assert own(Chosen(), over, D(2026, 4, 6))[1] == (D(2026, 4, 5), "overdue")
    assert own(Chosen(complicated=True), over, D(2026, 4, 6))[1] == (D(2026, 4, 10), "later")  # Friday after 3 days
    figure("plan 24/2, conclusion 5/4, complex 10/4 for a dialogue on 26/3/2026")


def test_each_deadline_has_a_way_on() -> None:
    """Internal, other numbers of days, a day of publication; without a day nothing is due."""
    over, today = Course(HELD, True, HELD, None), D(2026, 5, 4)
    free = [(D(2026, 2, 24), "free"), (D(2026, 4, 5), "free")]
    assert own(Chosen(applies=False), over, today) == free
    assert own(Chosen(), over, today, Rules(applies=False)) == free
    assert own(Chosen(applies=True), over, today, Rules(applies=False))[1] == (D(2026, 4, 5), "overdue")
    said = Chosen(plan_days=7, conclusion_days=60, plan_published=D(2026, 3, 1), conclusion_published=D(2026, 4, 30))
    assert own(said, over, today) == [(D(2026, 3, 19), "done"), (D(2026, 5, 25), "done")]
    assert own(Chosen(conclusion_published=D(2026, 4, 6)), over, today)[1] == (D(2026, 4, 5), "late")
    assert own(Chosen(), Course(None, False, None, None), today) == [(None, "undated"), (None, "undated")]
    put_off = Course(D(2026, 4, 1), begun=False, ended=None, concluded=None)
    assert own(Chosen(), put_off, today)[1] == (
        D(2026, 4, 11),
        "later",
    )  # it was not held, so nothing is to be concluded


def test_a_recommendation_stands_by_its_state_first() -> None:
    """Overdue is never stored, and who has answered owes nothing."""
    today, horizon = D(2026, 5, 4), D(2026, 5, 7)
    stand = counting_days.of_recommendation
    assert stand("working", D(2026, 5, 3), None, today, horizon) == Standing.OVERDUE
    assert stand("working", today, None, today, horizon) == Standing.SOON
    assert stand("working", D(2026, 5, 8), None, today, horizon) == Standing.LATER
    assert stand("new", None, None, today, horizon) == Standing.UNDATED
    assert stand("answered", D(2026, 5, 3), D(2026, 5, 3), today, horizon) == Standing.DONE
    assert stand("refused", D(2026, 5, 3), D(2026, 5, 4), today, horizon) == Standing.LATE
