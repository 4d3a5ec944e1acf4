"""Steps of figures that a thread makes: the same figures, later; never over what somebody else has moved."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from survey.core.db import Database
from survey.core.errors import Busy
from survey.dialogues.models import Dialogue
from survey.questionnaires import building
from survey.questionnaires import service
from survey.questionnaires import stepping
from survey.questionnaires.models import Questionnaire
from survey.questionnaires.stepping import Steps
from survey.rehearsal import service as rehearsal
from tests.conftest import Cast
from tests.questionnaires.conftest import Poll
from tests.questionnaires.conftest import make_poll


@pytest.fixture(params=["sqlite", "postgresql"])
def survey(request: pytest.FixtureRequest) -> Poll:
    """An open survey on either database."""
    cast: Cast = request.getfixturevalue("cast" if request.param == "sqlite" else "cast_on_postgres")
    return make_poll(cast)


def database(survey: Poll) -> Database:
    db: Database = survey.cast.app.extensions["survey"]["db"]
    return db


def answer(survey: Poll, numbers: range) -> None:
    """Members answer where a thread makes the steps."""
    for number in numbers:
        typed = {
            survey.single: {"": [survey.options()[number % 2]]},
            survey.rating: {"": ["4"]},
            survey.text: {"": ["Một câu"]},
        }
        database(survey).write_briefly(service.responded, survey.id, survey.mark(f"{number:032x}"), typed, later=True)


def shown(survey: Poll) -> int:
    """How many responses the figures of the first item stand for."""
    answered: int = survey.results().items[0].answered
    return answered


def standing(survey: Poll) -> dict[str, Any]:
    with survey.cast.reading() as session:
        return dict(session.get_one(Questionnaire, survey.id).published)


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_step_that_is_made_later_is_the_step_made_at_once(survey: Poll) -> None:
    """The fifth member waits for no figures; the thread finds them due, once."""
    steps = Steps(database(survey))
    heard: list[str] = []
    database(survey).on_commit(lambda channels: heard.extend(channels - steps.hear(channels)))
    answer(survey, range(4))
    assert (heard, stepping.step(database(survey), survey.id)) == ([], False)
    answer(survey, range(4, 5))
    assert heard == [stepping.DUE + survey.id]
    assert (shown(survey), stepping.step(database(survey), survey.id), shown(survey)) == (0, True, 5)
    assert not stepping.step(database(survey), survey.id)


def test_a_moment_that_has_passed_waits_for_the_next(survey: Poll) -> None:
    """Seven came before the thread looked: of whom two would be left out now and counted later."""
    heard: list[str] = []
    steps = Steps(database(survey))
    database(survey).on_commit(lambda channels: heard.extend(channels - steps.hear(channels)))
    answer(survey, range(7))
    assert (stepping.step(database(survey), survey.id), shown(survey)) == (False, 0)
    answer(survey, range(7, 10))
    assert heard == 2 * [stepping.DUE + survey.id], "with the fifth and with the tenth"
    assert (stepping.step(database(survey), survey.id), shown(survey)) == (True, 10)
    assert standing(survey)["responses"] == 10


def test_what_moved_meanwhile_stays(survey: Poll, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the thread reckons, the organiser closes the survey: the figures of the closing stand."""
    answer(survey, range(10))
    reckoned = stepping._advanced

    def slowly(*args: Any) -> tuple[str, str]:
        made = reckoned(*args)
        survey.cast.write(building.close, survey.cast.dialogue_id, survey.id)
        return made

    monkeypatch.setattr(stepping, "_advanced", slowly)
    assert not stepping.step(database(survey), survey.id)
    assert standing(survey)["settled"], "the premise: the closing published"


def test_of_two_processes_one_makes_the_step(survey: Poll, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both found it due and reckoned; the second finds the figures moved."""
    answer(survey, range(5))
    other, reckoned, first = Database(database(survey).url), stepping._advanced, list[bool]()

    def after_the_other(*args: Any) -> tuple[str, str]:
        made = reckoned(*args)
        monkeypatch.setattr(stepping, "_advanced", reckoned)
        first.append(stepping.step(other, survey.id))
        return made

    monkeypatch.setattr(stepping, "_advanced", after_the_other)
    assert (stepping.step(database(survey), survey.id), first) == (False, [True])
    other.dispose()


def test_a_rehearsal_that_ends_meanwhile_leaves_no_figures(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before its first step and after the wiping the figures look the same."""
    survey = make_poll(cast)

    def to_collecting(session: Session) -> None:
        session.get_one(Dialogue, cast.dialogue_id).state = "collecting"

    cast.write(to_collecting)
    cast.write(rehearsal.begin, cast.keys, cast.dialogue_id, 30, actor="test")
    answer(survey, range(5))
    reckoned = stepping._advanced

    def slowly(*args: Any) -> tuple[str, str]:
        made = reckoned(*args)
        cast.write(rehearsal.end, cast.dialogue_id)
        return made

    monkeypatch.setattr(stepping, "_advanced", slowly)
    assert not stepping.step(database(survey), survey.id)
    assert standing(survey) == {}


def test_who_was_overtaken_by_a_smaller_step_makes_the_larger_one(
    survey: Poll, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other process read five and writes first; this one has read ten and was the only one to hear of them."""
    answer(survey, range(5))
    other, reckoned = Database(database(survey).url), stepping._advanced
    with other.snapshot() as session:
        (found,) = stepping._STANDS.rows(session.connection(), questionnaire=survey.id)
        rows = stepping._ALL.rows(session.connection(), questionnaire=survey.id)
    five = stepping._Stands._make(found)
    answer(survey, range(5, 10))

    def after_the_other(*args: Any) -> tuple[str, str]:
        made = reckoned(*args)
        monkeypatch.setattr(stepping, "_advanced", reckoned)
        theirs = reckoned(five, survey.row().items, rows)
        assert other.write_briefly(stepping._unless_moved, survey.id, five, theirs)
        return made

    monkeypatch.setattr(stepping, "_advanced", after_the_other)
    assert (stepping.step(database(survey), survey.id), shown(survey)) == (True, 10)
    other.dispose()


def test_a_step_that_failed_is_tried_again(survey: Poll, monkeypatch: pytest.MonkeyPatch) -> None:
    """By itself: nobody may come after the hall's last response."""
    made, tries = stepping.step, list[int]()

    def busy_at_first(*args: Any) -> bool:
        tries.append(1)
        if len(tries) == 1:
            raise Busy("thử lại")
        return made(*args)

    answer(survey, range(5))
    monkeypatch.setattr(stepping, "step", busy_at_first)
    Steps(database(survey)).start()
    until(lambda: shown(survey) == 5)
    assert len(tries) == 2


def test_the_thread_makes_few_steps_of_many_responses(survey: Poll) -> None:
    """What a process that died left due is made at once, and a hall that answers within a second moves figures twice at most."""
    answer(survey, range(5))
    steps = Steps(database(survey))
    made = list[frozenset[str]]()
    database(survey).on_commit(lambda channels: made.append(steps.hear(channels)))
    steps.start()
    until(lambda: shown(survey) == 5)
    time.sleep(stepping.PACE)
    made.clear()
    began = time.monotonic()
    answer(survey, range(5, 40))
    took = time.monotonic() - began
    until(lambda: shown(survey) == 40)
    moved = [channels for channels in made if survey.cast.dialogue_id in channels]
    assert 1 <= len(moved) <= 2 + took / stepping.PACE


def test_without_a_thread_the_fifth_response_makes_the_step(cast: Cast) -> None:
    """A command or a test has none."""
    survey = make_poll(cast)

    def respond(session: Session, number: int) -> None:
        service.respond(session, survey.id, survey.mark(f"{number:032x}"), {survey.single: {"": [survey.options()[0]]}})

    for number in range(5):
        cast.write(respond, number)
    assert shown(survey) == 5
