"""How often a question was shown: told without a cookie, kept as totals, bounded by the ballots that are in."""

from __future__ import annotations

import pytest
from flask import Flask

from survey.core.errors import NotNow
from survey.core.ids import digest
from survey.dialogues import service as dialogues
from survey.questions import queries
from survey.questions import service
from survey.questions.models import Question
from survey.questions.ranking import met_in
from survey.questions.shown import EVERY
from survey.questions.shown import WAITING
from survey.questions.shown import Waiting
from survey.questions.state import State
from survey.room import service as room
from tests.conftest import Cast
from tests.conftest import make_cast


def put(cast: Cast, text: str, supporters: int = 0, shown: int = 0, topic: str | None = None) -> str:
    def job(session):
        question = service.add(session, cast.dialogue_id, text, topic, state=State.APPROVED)
        question.supporters, question.shown = supporters, shown
        return question.id

    return cast.write(job)


def shown(cast: Cast, question_id: str) -> int:
    with cast.reading() as session:
        return session.get_one(Question, question_id).shown


def test_glances_are_counted_without_cookie_and_written_together(cast: Cast) -> None:
    """A request with no cookie at all; answered 204; what waits and what is written together are all of it."""
    phone = cast.member()
    question = put(cast, "Bao giờ thư viện mở buổi tối?")
    bare = cast.stranger()
    for _ in range(3):
        answer = bare.post(f"{cast.base}/shown", data=f"{question} {question}", content_type="text/plain")
        assert (answer.status_code, answer.headers.get("Set-Cookie")) == (204, None)
    assert shown(cast, question) + WAITING.of(cast.dialogue_id).get(question, 0) == 3
    assert shown(cast, question) == 1  # the first was written at once, the next ones wait
    assert phone.get(f"{cast.base}?tab=unseen").status_code == 200


def test_nobody_drives_the_count_above_what_the_room_can_see(cast: Cast) -> None:
    """One ballot is in, so three glances count, whatever a script sends; strange ids and a foreign site count nothing."""
    cast.member()
    question = put(cast, "Bao giờ sân bóng mở cửa?")
    for _ in range(9):
        WAITING._written.clear()
        cast.stranger().post(f"{cast.base}/shown", data=question)
    assert shown(cast, question) == 3
    assert cast.stranger().post(f"{cast.base}/shown", data="' OR 1=1 -- aaaaaaaaaaaa").status_code == 204
    assert (
        cast.stranger().post(f"{cast.base}/shown", data=question, headers={"Sec-Fetch-Site": "cross-site"}).status_code
        == 400
    )


def test_waiting_writes_now_and_then() -> None:
    """The first at once, then every few seconds; what was taken waits no longer."""
    at = [100.0]
    waiting = Waiting(lambda: at[0])
    assert waiting.add("d", ["a", "a", "b"])
    assert waiting.take("d") == {"a": 1, "b": 1}
    assert not waiting.add("d", ["a"])
    at[0] += EVERY
    assert waiting.add("d", ["a"])
    assert waiting.take("d") == {"a": 2}
    assert waiting.take("d") == {}


def test_the_least_shown_is_met_first_and_equals_in_another_order_on_each_phone() -> None:
    """Twenty equals: two ballots meet them differently, one ballot always alike."""
    equal = {f"q{n}": 4 for n in range(20)}
    assert met_in("ballot", {**equal, "new": 0, "old": 9})[0] == "new"
    assert met_in("ballot", {**equal, "new": 0, "old": 9})[-1] == "old"
    assert met_in("one", equal) == met_in("one", equal)
    assert met_in("one", equal) != met_in("two", equal)


@pytest.mark.parametrize(("rule", "first"), [("supporters", "early"), ("rate", "late")])
def test_the_rule_that_was_chosen_orders_the_board(app: Flask, rule: str, first: str) -> None:
    """Early: 40 of the 200 who saw it. Late: 20 of the 25 who saw it. The rate puts the late one first."""
    cast = make_cast(app, "collect")
    cast.write(dialogues.change, cast.dialogue_id, {"rule": rule})
    ids = {"early": put(cast, "Câu gửi từ đầu buổi", 40, 200), "late": put(cast, "Câu gửi lúc gần cuối", 20, 25)}
    with cast.reading() as session:
        assert queries.board(session, cast.dialogue_id)[0].id == ids[first]
        assert queries.standing(session, cast.dialogue_id)[0].id == ids[first]


def test_topics_take_turns(app: Flask) -> None:
    """Three questions of one topic and one of another: the second place is the other topic's."""
    cast = make_cast(app, "collect")
    cast.write(room.admit, cast.dialogue_id, digest("x"))
    with cast.reading() as session:
        from survey.dialogues.queries import topics

        one, two, *_ = (topic.id for topic in topics(session, cast.dialogue_id))
    ids = [put(cast, f"Câu số {n} về lương", 30 - n, topic=one) for n in range(3)] + [
        put(cast, "Câu về sân chơi", 1, topic=two)
    ]
    with cast.reading() as session:
        assert [row.id for row in queries.board(session, cast.dialogue_id)] == ids  # premise: without turns
    cast.write(dialogues.change, cast.dialogue_id, {"turns": True})
    with cast.reading() as session:
        assert [row.id for row in queries.board(session, cast.dialogue_id)] == [ids[0], ids[3], ids[1], ids[2]]


def test_the_rule_stays_once_the_hall_is_open(cast: Cast) -> None:
    """Nobody turns the ranking over while the leader answers."""
    with pytest.raises(NotNow):
        cast.write(dialogues.change, cast.dialogue_id, {"rule": "rate"})
