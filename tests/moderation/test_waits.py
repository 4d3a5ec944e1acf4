"""How long questions usually wait: a round number out of everybody's, or nothing."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from survey.moderation import service as deciding
from survey.moderation.passing import Passing
from survey.moderation.waits import STEPS
from survey.moderation.waits import Waits
from survey.pages import views_room
from survey.questions import service as asking
from survey.questions.state import State
from tests.conftest import Cast
from tests.conftest import csrf


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def everything(ids: Collection[str]) -> Collection[str]:
    return ids


def run(clock: Clock, waits: Waits, took: list[float]) -> None:
    """Questions that come one after the other and are decided after so many seconds each."""
    waits.look("d", [], everything)
    for number, seconds in enumerate(took):
        waits.look("d", [f"q{number}"], everything)
        clock.now += seconds
        waits.look("d", [], everything)


@pytest.mark.parametrize(("took", "usual"), [
    ([10, 20, 30], 1), ([61, 61, 61], 2), ([100, 100, 170, 30, 40], 3), ([200] * 4, 5), ([400] * 4, 10), ([700] * 4, 15),
    ([901] * 4, None), ([10, 20], None), ([20] * 3 + [500], 10), ([20] * 19 + [500], 1),
])  # fmt: skip
def test_usual_is_rounded_up_to_what_most_take(took: list[float], usual: int | None) -> None:
    clock = Clock()
    run(clock, waits := Waits(clock), took)
    assert waits.usual("d") == usual
    assert usual is None or usual in STEPS


def test_what_waits_longer_already_counts() -> None:
    clock = Clock()
    run(clock, waits := Waits(clock), [20, 20, 20])
    waits.look("d", ["late"], everything)
    assert waits.usual("d") == 1
    clock.now += 250
    assert waits.usual("d") == 5
    clock.now += 1_000
    assert waits.usual("d") is None, "nobody is at the table: nothing is promised"


def test_what_waited_before_this_process_and_what_was_taken_back_say_nothing() -> None:
    clock = Clock()
    waits = Waits(clock)
    waits.look("d", ["old1", "old2", "old3"], everything)
    clock.now += 5
    waits.look("d", [], everything)
    assert waits.usual("d") is None, "they came at a time that nobody knows"
    for number in range(4):
        waits.look("d", [f"w{number}"], everything)
        clock.now += 5
        waits.look("d", [], lambda _gone: [])
    assert waits.usual("d") is None, "their askers took them back"
    run(clock, waits, [5, 5, 5])
    assert waits.usual("d") == 1


def test_old_decisions_say_nothing_about_now() -> None:
    clock = Clock()
    run(clock, waits := Waits(clock), [20, 20, 20])
    clock.now += 31 * 60
    assert waits.usual("d") is None


def test_dialogues_stay_apart_and_are_forgotten() -> None:
    clock = Clock()
    run(clock, waits := Waits(clock), [20, 20, 20])
    assert waits.usual("other") is None
    waits.forget("d")
    assert waits.usual("d") is None


def test_members_read_the_usual_wait_beside_what_waits(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, phone = Clock(), cast.member()
    waits = Waits(clock)
    monkeypatch.setattr(views_room, "WAITS", waits)
    form = {"csrf_token": csrf(phone, cast.base), "body": "Bao giờ xã có máy tính mới?", "client_id": "c-1"}
    assert phone.post(f"{cast.base}/questions", data=form).status_code == 303
    assert "Đang chờ duyệt, bạn sửa được." in phone.get(f"{cast.base}?tab=mine").text
    for number in range(3):
        waits.look(cast.dialogue_id, [], everything)
        waits.look(cast.dialogue_id, [f"q{number}"], everything)
        clock.now += 100
    waits.look(cast.dialogue_id, [], everything)
    mine = phone.get(f"{cast.base}?tab=mine&sent=1").text
    assert "Đang chờ duyệt, thường dưới 2 phút." in mine
    assert "Đã gửi, đang chờ duyệt, thường dưới 2 phút." in mine


def test_a_process_that_serves_sees_how_long_questions_wait(cast: Cast) -> None:
    """From the queue itself: asked, seen, decided."""
    clock = Clock()
    waits = Waits(clock)
    looking = Passing(clock, waits)
    looking.look(cast.stores.db)
    for number in range(3):
        body = f"Câu hỏi số {number} về chuyện đường sá ở xã?"
        asked = cast.write(lambda s, text=body: asking.add(s, cast.dialogue_id, text, None, state=State.PENDING).id)
        looking.mark(frozenset({cast.dialogue_id}))
        looking.look(cast.stores.db)
        clock.now += 150
        cast.write(deciding.decide, cast.dialogue_id, asked, "approve", actor="staff:x")
        looking.mark(frozenset({cast.dialogue_id}))
        looking.look(cast.stores.db)
    assert waits.usual(cast.dialogue_id) == 3
