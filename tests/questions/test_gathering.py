"""In a dialogue by roll questions go on together: to the moderators in lots, to the board on beats, both shuffled."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from bench import adversary
from survey import lifecycle
from survey.core.errors import Conflict
from survey.core.errors import NotFound
from survey.core.ids import digest
from survey.dialogues import queries as dialogues
from survey.dialogues import service as dialogue_service
from survey.moderation import queries as desk
from survey.moderation import service as deciding
from survey.questions import gathering
from survey.questions import queries
from survey.questions import releasing
from survey.questions import service
from survey.questions.models import Gathered
from survey.questions.models import Question
from survey.room import service as room
from tests.conftest import Cast
from tests.conftest import make_cast

Figure = Callable[[str], None]


@pytest.fixture
def hall(app: Flask) -> Cast:
    """By roll, open, with so many in that small groups need no care."""
    cast = make_cast(app, "open_hall", entry="roll")
    admit(cast, 60)
    return cast


def admit(cast: Cast, many: int) -> None:
    """So many ballots more."""

    def job(session: Any) -> None:
        for n in range(many):
            room.admit(session, cast.dialogue_id, digest(f"ballot {n}"))

    cast.write(job)


def ask(cast: Cast, n: int) -> service.Asked:
    """The question of the phone number n."""
    return cast.write(service.ask, cast.dialogue_id, digest(f"phone {n}"), f"Câu hỏi của máy thứ {n}", None)


def counts(cast: Cast) -> tuple[int, int]:
    """What the public sees change, and what staff see change."""
    with cast.reading() as session:
        dialogue = dialogues.by_id(session, cast.dialogue_id)
        return dialogue.version, dialogue.revision


def queue(cast: Cast) -> set[str]:
    """What the moderators have before them."""
    with cast.reading() as session:
        return {question_id for question_id, _at in desk.waiting(session, cast.dialogue_id)}


def board(cast: Cast) -> list[queries.Row]:
    """What everybody sees."""
    with cast.reading() as session:
        return queries.board(session, cast.dialogue_id)


def look(cast: Cast, *, publishing: bool = False, minute: bool = False) -> None:
    """One beat of the clock."""
    releasing.look(cast.stores.db, publishing=publishing, minute=minute)


def test_nothing_moves_while_questions_wait(hall: Cast) -> None:
    """Four asks: no version, no revision, no row for staff; the fifth makes a lot, which goes on at the next look."""
    before = counts(hall)
    asked = [ask(hall, n)["id"] for n in range(4)]
    look(hall)
    assert counts(hall) == before
    assert queue(hall) == set()
    asked.append(ask(hall, 4)["id"])
    assert counts(hall) == before
    look(hall)
    assert queue(hall) == set(asked), "with the ids that the phones know"
    assert counts(hall)[0] == before[0], "nobody else's page moves"
    assert counts(hall)[1] > before[1]


@pytest.mark.parametrize(("inside", "waiting", "go"), [(60, 1, True), (49, 2, False), (49, 3, True)])
def test_a_full_minute_lets_less_go_but_never_one_alone_in_a_small_hall(
    app: Flask, inside: int, waiting: int, go: bool
) -> None:
    cast = make_cast(app, "open_hall", entry="roll")
    admit(cast, inside)
    for n in range(waiting):
        ask(cast, n)
    look(cast)
    assert queue(cast) == set()
    look(cast, minute=True)
    assert len(queue(cast)) == (waiting if go else 0)


@pytest.mark.parametrize(("inside", "go"), [(9, False), (10, True)])
def test_in_the_strong_mode_nothing_goes_on_before_ten_are_in(app: Flask, inside: int, go: bool) -> None:
    cast = make_cast(app, "open_hall", entry="roll", strong=True)
    admit(cast, inside)
    for n in range(6):
        ask(cast, n)
    look(cast, minute=True)
    assert len(queue(cast)) == (6 if go else 0)
    cast.write(dialogue_service.change, cast.dialogue_id, {"screen": "ranking"})
    shown = cast.staff("screen").get(f"{cast.desk}/screen").text
    assert ("khi trong phòng có đủ 10 phiếu kín" in shown) is not go, "and the hall is told why"
    assert "chưa đủ mười phiếu kín" in cast.staff("moderator").get(f"{cast.desk}/moderate").text


@pytest.mark.claim("anonymity", "the order in which questions reach moderators and board is not that of asking")
def test_lots_and_publications_are_shuffled(hall: Cast, figure: Figure) -> None:
    """Forty questions in lots of five: within a lot every place is as likely; numbers are another order again."""
    places: list[int] = []
    firsts = 0
    for lot in range(8):
        asked = [ask(hall, lot * 5 + n)["id"] for n in range(5)]
        look(hall)
        with hall.reading() as session:
            waiting = [id_ for id_, _at in desk.waiting(session, hall.dialogue_id)]
        for id_ in waiting:
            hall.write(deciding.decide, hall.dialogue_id, id_, "approve", actor="test")
        assert {row.id for row in board(hall)}.isdisjoint(asked), "passed, and not yet published"
        look(hall, publishing=True)
        numbers = {row.id: row.number or 0 for row in board(hall)}
        order = sorted(asked, key=lambda id_: numbers[id_])
        places += [asked.index(id_) for id_ in order]
        firsts += order == asked
    figure(f"8 lots of 5, {firsts} published in the order of asking (by chance 1 in 15 runs has one)")
    assert len(places) == 40
    assert firsts <= 2


def test_what_is_passed_is_on_no_public_page_until_it_is_published(hall: Cast) -> None:
    """No board, no count, no support, no version; the moderators see at once that it is passed."""
    for n in range(5):
        ask(hall, n)
    look(hall)
    one = sorted(queue(hall))[0]
    before = counts(hall)
    hall.write(deciding.decide, hall.dialogue_id, one, "approve", actor="test")
    assert counts(hall)[0] == before[0]
    assert counts(hall)[1] > before[1]
    with hall.reading() as session:
        assert queries.standing(session, hall.dialogue_id) == []
        assert "approved" not in queries.counts(session, hall.dialogue_id)
        assert session.get_one(Question, one).state == "approved"
    with pytest.raises(NotFound):
        hall.write(service.support, hall.dialogue_id, one, lambda _id: digest("voter"), wanted=True)
    look(hall, publishing=True)
    assert [row.id for row in board(hall)] == [one]
    assert counts(hall)[0] > before[0]
    assert (
        hall.write(service.support, hall.dialogue_id, one, lambda _id: digest("voter"), wanted=True)["supporters"] == 1
    )


def test_who_is_called_at_once_needs_no_beat(hall: Cast) -> None:
    """The leader answers it now: waiting for others would help nobody."""
    for n in range(5):
        ask(hall, n)
    look(hall)
    one = sorted(queue(hall))[0]
    for act, permission in (("approve", "moderate"), ("call", "answer")):
        hall.write(deciding.decide, hall.dialogue_id, one, act, actor="test", permission=permission)
    assert [(row.id, row.state) for row in board(hall)] == [(one, "answering")]


def test_the_asker_sees_corrects_and_takes_back_what_waits(hall: Cast) -> None:
    """By the same mark as ever, and repeating any of it changes nothing."""
    author, before = digest("phone 1"), counts(hall)
    asked = ask(hall, 1)
    assert asked == {"id": asked["id"], "state": "pending", "version": before[0], "new": True}
    assert ask(hall, 1) == {**asked, "new": False}
    with pytest.raises(Conflict):
        hall.write(service.ask, hall.dialogue_id, author, "Một nội dung khác hẳn", None)
    hall.write(service.correct, hall.dialogue_id, asked["id"], [author], "Câu hỏi đã sửa lại", None)
    with pytest.raises(NotFound):
        hall.write(service.correct, hall.dialogue_id, asked["id"], [digest("other")], "Câu của người khác", None)
    with hall.reading() as session:
        mine = queries.mine(session, hall.dialogue_id, [author])
    assert [(row.id, row.body, row.state, row.number) for row in mine] == [
        (asked["id"], "Câu hỏi đã sửa lại", "pending", None)
    ]
    for _ in range(2):
        assert hall.write(service.withdraw, hall.dialogue_id, asked["id"], [author])["state"] == "withdrawn"
    assert counts(hall) == before
    for n in range(2, 7):
        ask(hall, n)
    look(hall)
    assert asked["id"] not in queue(hall)
    with hall.reading() as session:
        assert session.get_one(Question, asked["id"]).state == "withdrawn"
        assert session.scalars(select(Gathered)).all() == []


def test_the_pages_say_how_questions_come(hall: Cast, cast: Cast) -> None:
    """The asker's own list and the moderators' page, in a dialogue by roll alone."""
    secret, ask_key = "geheim", hall.keys.get(hall.dialogue_id, "ask")
    hall.write(room.admit, hall.dialogue_id, digest(secret))
    author = queries.author_mark(ask_key, digest(secret).hex(), "c1")
    phone = hall.stranger()
    for name, value in (("ballot", secret), ("mine", "c1")):
        phone.set_cookie(name, value, path=hall.base)
    asked = hall.write(service.ask, hall.dialogue_id, author, "Bao giờ có nhà công vụ?", None)["id"]
    mine = f"{hall.base}?tab=mine"
    assert "Đang đợi vài câu khác để cùng đến người điều hành" in phone.get(mine).text
    with hall.reading() as session:
        assert queries.asked_back_of(session, hall.dialogue_id, [author]) == 0, "so its page asks for news"
    for n in range(4):
        ask(hall, n)
    look(hall)
    assert "Đang chờ duyệt" in phone.get(mine).text
    hall.write(deciding.decide, hall.dialogue_id, asked, "approve", actor="test")
    assert "Đã duyệt, lên bảng trong ít giây" in phone.get(mine).text
    look(hall, publishing=True)
    assert "mọi người thấy và ủng hộ được" in phone.get(mine).text
    note = "câu hỏi đến từng đợt"
    assert note in hall.staff("moderator").get(f"{hall.desk}/moderate").text
    assert note not in cast.staff("moderator").get(f"{cast.desk}/moderate").text


def test_closing_lets_everything_go_on(hall: Cast) -> None:
    """Nothing that somebody asked is lost because too few asked it."""
    asked = [ask(hall, n)["id"] for n in range(2)]
    lifecycle.take(hall.stores, hall.dialogue_id, "closed", actor="test")
    with hall.reading() as session:
        assert {session.get_one(Question, id_).state for id_ in asked} == {"pending"}


def test_without_reading_first_a_lot_is_published_as_it_goes_on(hall: Cast) -> None:
    """It is shuffled already."""
    hall.write(lambda session: setattr(dialogues.by_id(session, hall.dialogue_id), "pre_moderation", False))
    for n in range(5):
        ask(hall, n)
    assert board(hall) == []
    look(hall)
    assert sorted(row.number or 0 for row in board(hall)) == [1, 2, 3, 4, 5]


def test_beats_are_those_of_the_wall_clock() -> None:
    """So that two processes publish at one moment, and not each at its own."""
    clock = releasing.Clock(1_000.0)
    assert clock.beats(1_019.0) == (False, False)
    assert clock.beats(1_020.0) == (True, True)
    assert clock.beats(1_025.0) == (False, False)
    assert clock.beats(1_041.0) == (True, False)
    assert clock.beats(1_200.0) == (True, True)


@pytest.mark.claim(
    "anonymity", "who sees every tap and every arrival of questions links at most a third in a small hall"
)
def test_an_observer_of_every_tap_links_few(figure: Figure) -> None:
    """Two hundred simulated dialogues of an hour through the rules themselves; each question by itself would link all."""
    found = adversary.measure()
    chance = random.Random(1)
    small = [lot for _ in range(50) for lot in adversary.play(30, 1.0, chance)[:-1]]
    figure(", ".join(f"{name} {share:.0%}" for name, share in found.items()))
    assert min(small) >= gathering.FEWEST, "but for what the closing lets go"
    assert found["small"] <= 1 / 3 + 0.01
    assert found["hall"] <= 1 / 3
    assert found["large"] <= 1 / 4


def test_open_halls_wait_for_nobody(cast: Cast) -> None:
    """The control: by the code alone there is no list to which a moment could lead."""
    asked = ask(cast, 1)
    assert queue(cast) == {asked["id"]}
    with cast.reading() as session:
        assert not gathering.gathers(dialogues.by_id(session, cast.dialogue_id))
