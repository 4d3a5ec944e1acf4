"""The order is held: everywhere the same, also after a restart, said where it is seen; and topics that take turns."""

from __future__ import annotations

import re

from flask import Flask

from survey import lifecycle
from survey.dialogues import queries as dialogues
from survey.dialogues import service as settings
from survey.dialogues.models import Dialogue
from survey.exports import queries as exports
from survey.moderation import service as moderation
from survey.moderation.service import BroughtIn
from survey.pages.live import Room
from survey.questions import queries
from survey.questions.holding import hold
from survey.questions.models import Question
from survey.stage import desk as lead
from survey.stage import memory
from survey.stage import queries as stage
from survey.stage.live import LeaderSurface
from survey.stage.live import ScreenSurface
from tests.conftest import Cast
from tests.conftest import csrf
from tests.conftest import make_cast

HELD, MOVES = "Thứ tự đang được giữ", "Thứ tự cập nhật lại"


def bring(cast: Cast, text: str, count: int, topic: str = "") -> str:
    rows = [BroughtIn(text=text, count=count, topic=topic)]
    return str(cast.write(moderation.bring_in, cast.dialogue_id, rows, actor="test")[0])


def order(cast: Cast) -> list[str]:
    with cast.reading() as session:
        return [row.id for row in queries.board(session, cast.dialogue_id)]


def seen(cast: Cast, question_ids: list[str]) -> dict[str, list[str]]:
    """These questions in the order of each place that shows one."""
    phone, screen, leader = cast.member(), cast.staff("screen"), cast.staff("leader")
    pages = {
        "phone": re.findall(r'<li class="q[^"]*" id="q-(\w+)"', phone.get(f"{cast.base}?tab=ranking").text),
        "program": [row["id"] for row in phone.get(f"{cast.base}/board.json").get_json()["questions"]],
        "screen": re.findall(r'<li id="line-(\w+)"', screen.get(f"{cast.desk}/screen").text),
        "stream": [f"{row.id}" for row in _room(cast).top],
    }
    desk = leader.get(f"{cast.desk}/lead").text
    first = re.search(r"/questions/(\w+)/call", desk)
    pages["leader"] = [first[1] if first else "", *re.findall(r'<li id="next-(\w+)"', desk)]
    return {name: [id_ for id_ in found if id_ in question_ids] for name, found in pages.items()}


def _room(cast: Cast):  # type: ignore[no-untyped-def]
    with cast.reading() as session:
        found = Room().snapshot(session, cast.dialogue_id)
        assert found is not None
        return found


def test_every_place_keeps_the_order_that_was_held_and_news_stand_last(cast: Cast) -> None:
    """Counts go on; what overtakes and what is new waits, until the order is let go; nothing of it lies in memory."""
    ids = [bring(cast, f"Câu số {n} về máy tính", 9 - n) for n in range(3)]
    cast.write(settings.change, cast.dialogue_id, {"screen": "ranking"})
    cast.write(hold, cast.dialogue_id, held=True)
    ids += [bring(cast, "Câu đến sau khi giữ", 99), bring(cast, "Câu đến sau nữa", 50)]
    cast.write(_gather, ids[2], 70)
    memory.MEMORY.__init__()  # type: ignore[misc]  # as after a restart
    assert seen(cast, ids) == dict.fromkeys(("phone", "program", "screen", "stream"), ids) | {"leader": ids[:4]}
    cast.write(hold, cast.dialogue_id, held=True)  # twice changes nothing
    assert order(cast) == ids
    cast.write(hold, cast.dialogue_id, held=False)
    free = [ids[3], ids[2], ids[4], ids[0], ids[1]]
    assert seen(cast, ids) == dict.fromkeys(("phone", "program", "screen", "stream"), free) | {"leader": free[:4]}


def _gather(session, question_id: str, supporters: int) -> None:  # type: ignore[no-untyped-def]
    session.get_one(Question, question_id).supporters = supporters


def test_holding_and_letting_go_are_said_on_phone_screen_desk_and_paper(cast: Cast) -> None:
    """Polite live regions; on a phone the message that brings the order says so; a file says it was made meanwhile."""
    for n in range(3):
        bring(cast, f"Câu số {n} về máy tính", 3)
    cast.write(settings.change, cast.dialogue_id, {"screen": "ranking"})
    phone, screen, leader = cast.member(), cast.staff("screen"), cast.staff("leader")
    region = r'<p id="held"[^>]*role="status"[^>]*>([^<]*)</p>'
    before, looked = _room(cast), _looked(cast)
    assert re.findall(region, phone.get(f"{cast.base}?tab=ranking").text) == [""]
    cast.write(hold, cast.dialogue_id, held=True)
    held, holding = _room(cast), _looked(cast)
    assert re.findall(region, phone.get(f"{cast.base}?tab=ranking").text) == [HELD]
    assert re.findall(r'id="stage-say"[^>]*role="status">([^<]*)<', screen.get(f"{cast.desk}/screen").text) == [HELD]
    assert f'id="lead-order" class="sm dim" role="status">{HELD}.<' in leader.get(f"{cast.desk}/lead").text
    assert HELD in leader.get(f"{cast.desk}/lead/print").text
    assert _noted(cast)
    cast.write(hold, cast.dialogue_id, held=False)
    free, freed = _room(cast), _looked(cast)
    assert [" data-held" in _told(cast, *pair) for pair in ((before, held), (held, free))] == [True, False]
    assert 'hx-target="#incoming"' in _told(cast, held, free)
    assert [[word in text for word in (HELD, MOVES)] for text in (looked, holding, freed)] == [
        [False, False], [True, False], [False, True],
    ]  # fmt: skip
    assert MOVES in screen.get(f"{cast.desk}/screen").text
    assert not _noted(cast)


def _looked(cast: Cast) -> str:
    """What the streams of screen and leader say now."""
    with cast.app.test_request_context(), cast.reading() as session:
        screen, desk = stage.screen(session, cast.dialogue_id), lead.desk(session, cast.dialogue_id)
        assert screen is not None
        assert desk is not None
        events = [*ScreenSurface().events(None, screen), *LeaderSurface().events(None, desk)]
        return "".join(event.data for event in events)


def _told(cast: Cast, before, after) -> str:  # type: ignore[no-untyped-def]
    with cast.app.test_request_context():
        return "".join(event.data for event in Room().events(before, after))


def _noted(cast: Cast) -> bool:
    with cast.reading() as session:
        dialogue = session.get_one(Dialogue, cast.dialogue_id)
        return exports.HELD_THEN in exports.questions_report(session, dialogue).tables[0].notes


def test_when_the_hall_closes_the_rule_orders_what_is_left(cast: Cast) -> None:
    first, second = bring(cast, "Câu đứng đầu lúc giữ", 5), bring(cast, "Câu đứng sau lúc giữ", 3)
    cast.write(hold, cast.dialogue_id, held=True)
    cast.write(_gather, second, 8)
    assert order(cast) == [first, second]
    cast.write(lifecycle.close, cast.dialogue_id, actor="test")
    assert order(cast) == [second, first]


def test_the_rule_is_shown_and_cannot_be_sent_once_the_hall_is_open(app: Flask) -> None:
    """Before the opening it is a field; afterwards a sentence, and a form that was kept open changes nothing."""
    cast = make_cast(app, "collect")
    organiser, path = cast.staff("organiser"), f"{cast.desk}/manage"
    sent = {"theme": "Đối thoại", "minutes": "90", "ask_limit": "5", "key_days": "30"}
    for rule in ("rate", "supporters"):
        data = {**sent, "rule": rule, "turns": "1", "csrf_token": csrf(organiser, path)}
        assert organiser.post(f"{cast.desk}/settings", data=data).status_code == 303
        with cast.reading() as session:
            assert session.get_one(Dialogue, cast.dialogue_id).rule == "rate"
        if rule == "rate":
            assert 'name="rule"' in organiser.get(path).text
            cast.write(lifecycle.open_hall, cast.dialogue_id, actor="test")
    page = organiser.get(path).text
    assert 'name="rule"' not in page
    assert "Trong nhóm theo tỷ lệ ủng hộ" in page
    assert "nay giữ nguyên đến hết buổi" in page


def test_a_topic_that_had_its_turn_makes_way(app: Flask) -> None:
    """One topic has the three most supported; answered once, it waits until the others had theirs. Shown with topics."""
    cast = make_cast(app, "collect")
    with cast.reading() as session:
        one, two = dialogues.topics(session, cast.dialogue_id)[:2]
    ids = [bring(cast, f"Câu số {n} về lương", 90 - n, one.name) for n in range(3)]
    ids += [bring(cast, "Câu về sân chơi", 5, two.name), bring(cast, "Câu chưa có nhóm", 2)]
    cast.write(settings.change, cast.dialogue_id, {"turns": True, "screen": "ranking"})
    cast.write(lifecycle.open_hall, cast.dialogue_id, actor="test")
    assert order(cast) == [ids[0], ids[3], ids[4], ids[1], ids[2]]
    called = []
    for _ in ids:
        with cast.reading() as session:
            called.append(queries.board(session, cast.dialogue_id, states={"approved"})[0].id)
        cast.write(moderation.decide, cast.dialogue_id, called[-1], "answer", actor="test")
    assert called == [ids[0], ids[3], ids[4], ids[1], ids[2]]
    cast.write(moderation.decide, cast.dialogue_id, ids[3], "put_back", actor="test")
    screen = cast.staff("screen").get(f"{cast.desk}/screen").text
    assert f'<span class="dim">{two.name} ·</span> Câu về sân chơi' in screen
    page = cast.member().get(f"{cast.base}?tab=ranking").text
    assert "nhóm đã được trả lời thì nhường lượt" in page
