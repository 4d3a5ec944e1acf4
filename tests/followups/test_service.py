"""Answers as rows: on both databases, from two hands, and with a log of who did what."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from survey import lifecycle
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.followups import links
from survey.followups import service
from survey.followups.models import FollowupLog
from survey.followups.queries import seen_of
from survey.followups.service import Overtaken
from survey.followups.service import Typed
from tests.conftest import Cast
from tests.conftest import make_cast
from tests.followups.conftest import Office
from tests.followups.conftest import furnish


def logged(office: Office) -> list[tuple[str, str, int]]:
    """The acts in the order of their names: within a moment there is no other."""
    with office.cast.reading() as session:
        return sorted((row.action, row.actor, row.count) for row in session.scalars(select(FollowupLog)))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_two_hands_on_one_answer(request: pytest.FixtureRequest, kind: str) -> None:
    """The second one reads what it would overwrite; what is said twice is written once."""
    if kind == "postgresql":
        on_postgres: Cast = request.getfixturevalue("cast_on_postgres")
        office = furnish(make_cast(on_postgres.app, "collect"))
    else:
        office = request.getfixturevalue("office")
    question = office.questions[0]
    assert office.write(office.pay, question, "Bản một", seen_of("")) == 1
    assert office.write(office.pay, question, "Bản một", seen_of("")) == 0, "the same again changes nothing"
    with pytest.raises(Overtaken) as overtaken:
        office.write(office.pay, question, "Bản hai", seen_of(""))
    assert overtaken.value.fields == {question: "Bản một"}
    assert office.write(office.pay, question, "Bản hai", seen_of("Bản một")) == 1
    assert office.stored() == {question: (("Sở Nội vụ", "Bản hai"),)}
    link = office.link(office.pay)
    office.link(office.pay)
    with office.cast.reading() as session, pytest.raises(NotFound):
        links.by_token(session, link.removeprefix("/u/"))
    assert logged(office) == [
        ("answers", "unit", 1), ("answers", "unit", 1), ("link", "test", 0), ("link", "test", 0), ("topics", "test", 2),
    ]  # fmt: skip


def test_all_of_it_or_nothing(office: Office) -> None:
    cast, (first, second, third) = office.cast, office.questions
    typed = {first: Typed("Tốt", ""), second: Typed("dài " * 1_100, "")}
    with pytest.raises(Invalid) as refused:
        cast.write(service.answer, cast.dialogue_id, office.pay, typed, actor="unit")
    assert set(refused.value.fields) == {second}
    both = [(office.pay, {first: Typed("Tốt", "")}), (office.digital, {third: Typed("x" * 4_001, "")})]
    with pytest.raises(Invalid):
        cast.write(service.answer_all, cast.dialogue_id, both, actor="test")
    with pytest.raises(NotFound):
        cast.write(service.answer, cast.dialogue_id, office.pay, {"zzzzzzzzzzzz": Typed("Tốt", "")}, actor="unit")
    assert office.stored() == {}


def test_nothing_is_written_once_the_hall_is_closed(office: Office) -> None:
    cast = office.cast
    office.write(office.pay, office.questions[0], "Kịp giờ")
    for step in ("open_hall", "close"):
        cast.write(getattr(lifecycle, step), cast.dialogue_id, actor="test")
    for late in (
        lambda: office.write(office.pay, office.questions[1], "Trễ"),
        lambda: cast.write(service.plan, cast.dialogue_id, None, "Trễ"),
        lambda: cast.write(service.assign_topics, cast.dialogue_id, {office.topics[0]: None}, actor="test"),
    ):
        with pytest.raises(NotNow):
            late()
    assert office.stored() == {office.questions[0]: (("Sở Nội vụ", "Kịp giờ"),)}
