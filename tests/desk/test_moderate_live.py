"""The moderators' stream: absolute parts, only what changed, rendered without a request, and gone with the role."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from survey.desk.live import SURFACES
from survey.desk.live import Desk
from survey.desk.live import look
from survey.desk.live import queue_parts
from survey.dialogues import service as dialogues
from survey.moderation import service as moderation
from survey.questions import queries as questions
from survey.questions import service as asking
from survey.questions.state import State
from survey.web.i18n import speaking
from tests.conftest import Cast
from tests.conftest import csrf
from tests.desk.test_moderate import unlike

SURFACE = SURFACES["moderator"]


def ask(cast: Cast, body: str = "Bao giờ xã được thay máy tính cũ?", state: State = State.PENDING) -> str:
    return cast.write(lambda s: asking.add(s, cast.dialogue_id, body, None, state=state).id)


def decide(cast: Cast, question_id: str, act: str) -> None:
    cast.write(moderation.decide, cast.dialogue_id, question_id, act, actor="x", reason="unclear")


def now(cast: Cast) -> Desk:
    with cast.reading() as session:
        desk = look(session, cast.dialogue_id)
    assert desk is not None
    return desk


def parts(cast: Cast, before: Desk | None, after: Desk) -> tuple[dict[str, str], list[str]]:
    """What an update carries: target -> content, and the names of its signals. Rendered as the hub does, no request."""
    with cast.app.app_context(), speaking("vi"):
        events = SURFACE.events(before, after)
    data = "".join(event.data for event in events if not event.name)
    found = re.findall(r'<hx-partial hx-target="#([\w #-]+)" hx-swap="(\w+)">(.*?)</hx-partial>', data, re.S)
    return {target: content for target, _swap, content in found}, [event.name for event in events if event.name]


def test_first_look_brings_everything(cast: Cast) -> None:
    question_id = ask(cast)
    content, signals = parts(cast, None, now(cast))
    assert {"queue-live", "topics-live", "stage", "remote", "n-pending", "f-ballots"} <= set(content)
    assert f'id="q-{question_id}"' in content["queue-live"]
    assert signals == ["moved", "now"]


def test_update_carries_only_what_changed(cast: Cast) -> None:
    shown = ask(cast, state=State.APPROVED)
    before = now(cast)
    new = ask(cast, "Một câu mới vừa tới hàng chờ")
    content, signals = parts(cast, before, now(cast))
    assert set(content) == {"n-pending", "n-queue", "queue-live", "topics-live", "waits"}
    assert f'id="q-{new}"' in content["queue-live"]
    assert signals == ["moved"]
    before = now(cast)
    decide(cast, shown, "call")
    content, signals = parts(cast, before, now(cast))
    assert set(content) == {"n-approved", "n-answered", "stage", "remote"}  # the screen follows
    assert signals == ["moved", "now"]
    before = now(cast)
    cast.write(dialogues.change, cast.dialogue_id, {"screen": "closing"})
    assert parts(cast, before, now(cast)) == ({"remote": parts(cast, None, now(cast))[0]["remote"]}, [])


def test_queue_is_brought_up_to_date_row_by_row_while_its_order_holds(cast: Cast) -> None:
    first, second = ask(cast), ask(cast, unlike(2))
    before = now(cast)
    third = ask(cast, unlike(3))
    decide(cast, first, "hold")
    after = now(cast)
    with cast.app.app_context(), speaking("vi"):
        parts_ = queue_parts(before, after)
    swaps = [re.match(r'<hx-partial hx-target="([^"]+)" hx-swap="(\w+)">', part).groups() for part in parts_]  # type: ignore[union-attr]
    assert swaps == [
        (f"#queue-live #k-{first}", "delete"), (f"#queue-live #k-{third}", "delete"), ("#queue-live", "beforeend"),
    ]  # fmt: skip
    before = after
    decide(cast, first, "reopen")  # back to its place, which is not the end
    cast.write(moderation.set_topic, cast.dialogue_id, second, before.topics[0][0])
    content, _signals = parts(cast, before, now(cast))
    assert "queue-live" in content
    before = now(cast)
    cast.write(moderation.set_topic, cast.dialogue_id, second, before.topics[1][0])
    content, _signals = parts(cast, before, now(cast))
    assert set(content) == {f"queue-live #k-{second}", "topics-live"}
    assert before.topics[1][1] in content[f"queue-live #k-{second}"]


def test_vote_moves_numbers_and_not_the_queue(cast: Cast) -> None:
    low, high = ask(cast, state=State.APPROVED), ask(cast, "Câu thứ hai trên bảng", State.APPROVED)
    ask(cast, "Câu đang chờ duyệt ở hàng")
    before = now(cast)
    for voter in (b"1", b"2"):
        cast.write(asking.support, cast.dialogue_id, high, lambda _id, mark=voter: mark, wanted=True)
    content, _signals = parts(cast, before, now(cast))
    assert set(content) == {"f-supporters", "stage"}
    assert content["f-supporters"] == "2"
    assert content["stage"].index(high) < content["stage"].index(low)


def test_update_that_changes_nothing_here_is_empty(cast: Cast) -> None:
    desk = now(cast)
    assert parts(cast, desk, desk) == ({}, [])


def test_version_is_the_revision_that_counts_what_waits(cast: Cast) -> None:
    before = now(cast).version
    member = cast.member()
    token = csrf(member, cast.base)
    member.post(f"{cast.base}/questions", data={"csrf_token": token, "body": "Câu hỏi của một người", "client_id": "a"})
    assert now(cast).version > before


def test_order_of_the_stream_is_the_order_of_the_page(cast: Cast) -> None:
    before: list[str] = []
    for number in range(8):
        before = [*before, ask(cast, unlike(number))]
        now(cast)
    page = cast.staff("moderator").get(f"{cast.desk}/moderate").text
    found = [row.id for row in now(cast).queue]
    assert re.findall(r'<article class="job[^"]*" id="q-(\w+)"', page) == found
    assert found == before


def test_parts_hold_no_token_and_nothing_of_the_asker(cast: Cast) -> None:
    member = cast.member()
    token = csrf(member, cast.base)
    member.post(f"{cast.base}/questions", data={"csrf_token": token, "body": "Câu hỏi của một người", "client_id": "a"})
    with cast.reading() as session:
        (row,) = questions.in_states(session, cast.dialogue_id, {State.PENDING})
    content, _signals = parts(cast, None, now(cast))
    everything = "".join(content.values())
    assert row.id in everything
    assert "csrf" not in everything
    assert not hasattr(row, "author")


def test_stream_begins_with_what_the_page_has_not_seen(cast: Cast) -> None:
    moderator = cast.staff("moderator")
    page = moderator.get(f"{cast.desk}/moderate").text
    seen = re.search(r'hx-sse:connect="([^"]+)"', page)
    assert seen is not None
    question_id = ask(cast)
    cast.write(moderation.decide, cast.dialogue_id, question_id, "hold", actor="x")
    answer = moderator.get(seen[1])
    assert answer.mimetype == "text/event-stream"
    stream: Iterator[bytes] = iter(answer.response)  # type: ignore[arg-type]
    assert b"beat" in next(stream)
    update = next(stream).decode()
    assert f"id: {now(cast).version}" in update
    assert '<hx-partial hx-target="#n-held" hx-swap="textContent">1</hx-partial>' in update
    answer.close()


@pytest.mark.parametrize("path", ["moderate?whole=1", "moderate?list=held&whole=1"])
def test_poll_answers_with_all_that_moves(cast: Cast, path: str) -> None:
    held = ask(cast, state=State.HELD)
    answer = cast.staff("moderator").get(f"{cast.desk}/{path}", headers={"HX-Request": "true"})
    assert {"#queue-live", "#stage", "#n-held"} <= set(re.findall(r'hx-target="(#[\w-]+)"', answer.text))
    assert (f'id="q-{held}"' in answer.text) == ("list=held" in path)
