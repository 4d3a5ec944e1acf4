"""*Kết thúc*: what it freezes, what it shows, and that undoing it leaves nothing behind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from survey import ending
from survey import lifecycle
from survey.core.boxes import Boxes
from survey.core.clock import now
from survey.core.columns import Base
from survey.core.errors import NotNow
from survey.core.keys import KeyStore
from survey.dialogues import queries as dialogues
from survey.dialogues.models import Dialogue
from survey.followups import service as preparing
from survey.moderation import together
from survey.organisations import units
from survey.questionnaires import building
from survey.questionnaires import items
from survey.questions import releasing
from survey.questions.models import Question
from survey.room import filling
from tests.conftest import Cast
from tests.conftest import csrf
from tests.conftest import make_cast
from tests.room.halls import Hall
from tests.room.halls import hall_of
from tests.stage.conftest import bring
from tests.stage.conftest import decide
from tests.stage.conftest import pend
from tests.stage.conftest import put
from tests.stage.conftest import state_of

Figure = Callable[[str], None]
JSON = {"Accept": "application/json"}
LATE = ending.UNDO + dt.timedelta(seconds=1)
APART = {"moderation_log", "dialogue_log", "sign_ins"}  # what is written down stays written


def everything(cast: Cast) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of the main database but the logs and the counts of changes."""
    found = {}
    with cast.reading() as session:
        for table in Base.metadata.sorted_tables:
            columns = ", ".join(f'"{one.name}"' for one in table.columns if one.name not in {"version", "revision"})
            rows = session.execute(text(f'SELECT {columns} FROM "{table.name}"')).all()
            found[table.name] = sorted((tuple(row) for row in rows), key=repr)
    return {name: rows for name, rows in found.items() if name not in APART}


def touch(client: FlaskClient, cast: Cast, path: str, **form: object) -> Any:
    """One touch at the desk, as a program sends it."""
    token = csrf(client, f"{cast.desk}/lead")
    answer = client.post(f"{cast.desk}{path}", data={"csrf_token": token, **form}, headers=JSON)
    return answer.status_code, answer.json


def dialogue(cast: Cast) -> Dialogue:
    with cast.reading() as session:
        found = session.get(Dialogue, cast.dialogue_id)
        assert found is not None
        session.expunge(found)
        return found


@pytest.fixture
def hall(cast: Cast) -> Cast:
    """Forty questions, one answered, one being answered on the screen, one nobody has seen."""
    ids = bring(cast, *[f"Câu hỏi thứ {n} của hội trường" for n in range(40)])
    put(cast, screen="ranking")
    decide(cast, ids[0], "answer")
    decide(cast, ids[1], "call")
    pend(cast)
    return cast


@pytest.mark.claim(
    "stage", "ending and undoing it within five minutes leave every row of the database as it was, but the logs"
)
def test_ending_and_undo_return_equal_state(hall: Cast, figure: Figure) -> None:
    leader, before = hall.staff("co_chair"), everything(hall)
    assert touch(leader, hall, "/lead/end") == (200, {"in_writing": 39})
    ended = everything(hall)
    changed = [name for name in before if before[name] != ended[name]]
    assert changed == ["dialogues", "questions"], "the premise: much moved"
    assert (dialogue(hall).state, dialogue(hall).phase, dialogue(hall).screen) == ("live", "closed", "closing")
    assert touch(leader, hall, "/lead/end") == (200, {"in_writing": 0}), "a second touch ends nothing more"
    assert touch(leader, hall, "/lead/end/undo") == (200, {"waiting": 39})
    assert everything(hall) == before
    assert touch(leader, hall, "/lead/end/undo") == (200, {"waiting": 0})
    assert everything(hall) == before
    figure(f"{sum(map(len, before.values()))} rows of {len(before)} tables equal, 39 questions there and back")


DROPS = 12
WHOLE = {"ballots": DROPS, "questions": DROPS, "responses": DROPS}


@pytest.fixture
def full(app: Any) -> Hall:
    """Just opened over a box that holds twelve envelopes, each with a question and an answer; nothing of it is in yet."""
    hall = hall_of(app)
    put(hall.cast, pre_moderation=False)
    survey = hall.cast.write(building.create, hall.id, "Khảo sát thử")
    item = hall.cast.write(items.add_item, hall.id, survey, "text", {"label": "Bạn nói gì?"})
    hall.cast.write(building.open_, hall.id, survey)
    for number in range(DROPS):
        asked = {"body": f"Câu hỏi sớm thứ {number} của tôi", "topic": "", "client_id": "c"}
        said = {"answers": {item: [f"Lời {number}"]}, "counter": 1}
        hall.drop(questions=[asked], responses={survey: said})
    lifecycle.take(hall.stores, hall.id, "live", actor="test")
    assert (hall.counted()["ballots"], hall.waiting) == (0, DROPS), "the premise: nothing is poured yet"
    return hall


def states(hall: Hall) -> set[tuple[str, bool]]:
    """Where the questions stand, and whether they are published."""
    with hall.cast.reading() as session:
        found = session.query(Question).filter(Question.dialogue_id == hall.id)
        return {(one.state, one.number is not None) for one in found}


@pytest.mark.claim(
    "stage", "a hall ended before its ballot box is emptied loses nothing that was dropped, undone or not"
)
@pytest.mark.parametrize("way", ["never ended", "undone before", "undone after", "five minutes", "closed at once"])
def test_ending_over_a_full_box_and_undo_lose_nothing(full: Hall, figure: Figure, way: str) -> None:
    """Every early question and answer counts; undone, they go their way as if the hall had never been ended."""
    before, ended = everything(full.cast), now()
    if way != "never ended":
        full.cast.write(ending.end, full.id, actor="test", moment=ended)
    if way == "undone before":
        full.cast.write(ending.undo, full.id, actor="test")
        assert everything(full.cast) == before
    if way == "five minutes":
        full.cast.write(_ended_before, full.id, LATE)
        lifecycle.sweep(full.stores, now())
    elif way == "closed at once":
        lifecycle.take(full.stores, full.id, "closed", actor="test")
    else:
        full.empty(ended + filling.WINDOW)
    if way == "undone after":
        assert states(full) == set(), "they wait, as the others that nobody has seen"
        full.cast.write(ending.undo, full.id, actor="test")
    assert full.counted() == WHOLE
    assert (full.waiting, full.stores.box.fillings(full.id, "open", "shut", "done")) == (0, [])
    if dialogue(full.cast).state == "closed":
        assert states(full) == {("in_writing", True)}
    else:
        releasing.look(full.stores.db, publishing=False, minute=True)
        releasing.look(full.stores.db, publishing=True, minute=False)
        assert states(full) == {("approved", True)}
    figure(f"{way}: {DROPS} envelopes, {full.counted()}")


def _ended_before(session: Any, dialogue_id: str, ago: dt.timedelta) -> None:
    session.get(Dialogue, dialogue_id).ending_at -= ago


def test_a_box_that_another_house_closed_over_is_still_counted(full: Hall, tmp_path: Path) -> None:
    """The hall is closed at the house of the roll, which has no box; the room empties its own at the next look."""
    keys = KeyStore(tmp_path / "other")
    roll_house = replace(full.stores, keys=keys, box=Boxes(tmp_path / "other-box", keys))
    lifecycle.take(roll_house, full.id, "closed", actor="test")
    assert (full.counted()["ballots"], full.waiting) == (0, DROPS), "the premise"
    lifecycle.sweep(full.stores, now())
    assert full.counted() == WHOLE
    assert states(full) == {("approved", True)}, "on the board, where the closing has left what nobody answered"
    assert full.stores.box.fillings(full.id, "open", "shut", "done") == []


def test_a_broken_box_keeps_its_dialogue_open_and_no_other_key_alive(
    app: Any, full: Hall, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The disk under one box fails: that hall is not closed over it, and what is due elsewhere is done all the same."""
    issuing, last = make_cast(app, "open_hall", entry="roll"), make_cast(app, "open_hall", entry="roll")
    for cast, steps in ((issuing, ["closed"]), (last, ["closed", "concluded"])):
        for step in steps:
            lifecycle.take(cast.stores, cast.dialogue_id, step, actor="test")
    full.cast.write(ending.end, full.id, actor="test", moment=now() - LATE)
    with monkeypatch.context() as patch:
        patch.setattr(Boxes, "records", _broken)
        lifecycle.sweep(full.stores, now() + dt.timedelta(days=31))
    assert (dialogue(full.cast).state, dialogue(full.cast).phase) == ("live", "closed")
    assert not issuing.keys.exists(issuing.dialogue_id, "pass")
    assert last.keys.purposes(last.dialogue_id) == []
    assert "OSError" in caplog.text
    assert "nobody may read this" not in caplog.text
    lifecycle.sweep(full.stores, now() + dt.timedelta(days=31))
    assert dialogue(full.cast).state == "closed"
    assert full.counted() == WHOLE


def _broken(*_args: object) -> None:
    raise OSError("nobody may read this")


def test_a_key_that_cannot_be_destroyed_keeps_no_other_alive(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """One file that the disk does not let go, in a dialogue whose issuing is over; another one's last day has come."""
    stuck, due = make_cast(app, "open_hall", entry="roll"), make_cast(app, "open_hall", entry="roll")
    for cast, steps in ((stuck, ["closed"]), (due, ["closed", "concluded"])):
        for step in steps:
            lifecycle.take(cast.stores, cast.dialogue_id, step, actor="test")
    destroy = KeyStore.destroy

    def refuse(self: KeyStore, owner: str, purpose: str) -> None:
        if owner == stuck.dialogue_id:
            raise OSError("stuck")
        destroy(self, owner, purpose)

    with monkeypatch.context() as patch:
        patch.setattr(KeyStore, "destroy", refuse)
        lifecycle.sweep(due.stores, now() + dt.timedelta(days=31))
    assert due.keys.purposes(due.dialogue_id) == []
    assert stuck.keys.exists(stuck.dialogue_id, "pass"), "the premise"
    lifecycle.sweep(due.stores, now() + dt.timedelta(days=31))
    assert not stuck.keys.exists(stuck.dialogue_id, "pass")


def test_an_ended_hall_takes_nothing_and_says_so(hall: Cast) -> None:
    phone = hall.member()
    token = csrf(phone, hall.base)
    [waiting] = [row["id"] for row in phone.get(f"{hall.base}/board.json").json["questions"] if row["number"] == 3]  # type: ignore[index]
    send = {"csrf_token": token, "body": "Khi nào có nhà ở cho cán bộ trẻ?", "client_id": "late"}
    hall.write(ending.end, hall.dialogue_id, actor="test")
    assert phone.post(f"{hall.base}/questions", data=send, headers=JSON).status_code == 403
    vote = f"{hall.base}/questions/{waiting}/vote"
    assert phone.post(vote, data={"csrf_token": token}, headers=JSON).status_code == 403
    page = phone.get(hall.base).text
    assert "Đối thoại đã kết thúc" in page
    assert "39 câu trả lời bằng văn bản" in page
    assert 'class="has-tabs at-closed shut"' in page
    hall.write(ending.undo, hall.dialogue_id, actor="test")
    assert phone.post(vote, data={"csrf_token": token}, headers=JSON).status_code == 200
    assert phone.post(f"{hall.base}/questions", data=send, headers=JSON).status_code == 201


def test_it_closes_when_five_minutes_are_over_and_the_keys_die_with_it(hall: Cast) -> None:
    ended = now() - dt.timedelta(minutes=4, seconds=50)
    hall.write(ending.end, hall.dialogue_id, actor="leader", moment=ended)
    lifecycle.sweep(hall.stores, now())
    assert dialogue(hall).state == "live"
    assert hall.keys.exists(hall.dialogue_id, "pass")
    lifecycle.sweep(hall.stores, ended + LATE)
    lifecycle.sweep(hall.stores, ended + LATE)
    assert (dialogue(hall).state, dialogue(hall).ending_at) == ("closed", None)
    assert not hall.keys.exists(hall.dialogue_id, "pass"), "the same sweep: the five minutes were those of the undo"
    assert hall.keys.exists(hall.dialogue_id, "vote")
    with hall.reading() as session:
        last = dialogues.steps(session, hall.dialogue_id)[-2:]
        closing = next(row for row in last if row.after == "closed")
        assert (closing.at, closing.actor) == (ended, "leader"), "it was over when the leader ended it"
        assert session.query(Question).filter(Question.before.is_not(None)).count() == 0
    with pytest.raises(NotNow):
        hall.write(ending.undo, hall.dialogue_id, actor="test")


def test_undo_and_the_sweep_cannot_both_win(hall: Cast) -> None:
    ended = now()
    hall.write(ending.end, hall.dialogue_id, actor="test", moment=ended)
    hall.write(ending.undo, hall.dialogue_id, actor="test")
    assert hall.write(lifecycle.finish, hall.dialogue_id, ended + LATE) is False, "read as due, undone meanwhile"
    hall.write(ending.end, hall.dialogue_id, actor="test", moment=ended)
    with pytest.raises(NotNow):
        hall.write(ending.undo, hall.dialogue_id, actor="test", moment=ended + LATE)
    assert hall.write(lifecycle.finish, hall.dialogue_id, ended + LATE) is True
    assert hall.write(lifecycle.finish, hall.dialogue_id, ended + LATE) is False, "another process was quicker"


def test_closing_at_once_still_works_also_after_ending(hall: Cast) -> None:
    hall.write(ending.end, hall.dialogue_id, actor="leader")
    lifecycle.take(hall.stores, hall.dialogue_id, "closed", actor="organiser")
    assert (dialogue(hall).state, dialogue(hall).ending_at) == ("closed", None)
    hall.write(lifecycle.open_hall, hall.dialogue_id, actor="organiser")
    assert dialogue(hall).phase == "live"


def test_what_somebody_moved_meanwhile_is_not_moved_back(hall: Cast) -> None:
    with hall.reading() as session:
        ids = {q.number: q.id for q in session.query(Question).filter(Question.number.is_not(None))}
    hall.write(ending.end, hall.dialogue_id, actor="test")
    decide(hall, ids[5], "put_back")
    with pytest.raises(NotNow):
        decide(hall, ids[6], "call")
    hall.write(ending.undo, hall.dialogue_id, actor="test")
    assert [state_of(hall, ids[n]) for n in (1, 2, 5, 6)] == ["answered", "answering", "approved", "approved"]


def test_an_answer_to_several_questions_is_taken_back_whole(hall: Cast) -> None:
    leader, before = hall.staff("leader"), everything(hall)
    with hall.reading() as session:
        ids = {q.number: q.id for q in session.query(Question).filter(Question.number.is_not(None))}
    chosen = [ids[n] for n in (1, 2, 7, 8)]  # the first one is answered already
    status, said = touch(leader, hall, "/lead/group", chosen=chosen, act="answer")
    assert (status, said["taken"], said["left_out"]) == (200, 3, 1)
    assert [state_of(hall, one) for one in chosen] == ["answered"] * 4
    assert "Hoàn tác gộp 3 câu" in leader.get(f"{hall.desk}/lead").text
    assert touch(leader, hall, f"/lead/group/{said['id']}/undo")[0] == 200
    assert everything(hall) == before
    assert touch(leader, hall, f"/lead/group/{said['id']}/undo")[0] == 403
    assert touch(leader, hall, "/lead/group", act="answer")[0] == 422
    page = leader.post(f"{hall.desk}/lead/group", data={"csrf_token": csrf(leader, f"{hall.desk}/lead")})
    assert (page.status_code, "Hãy chọn ít nhất một câu" in page.text) == (422, True)


def test_a_whole_topic_is_answered_at_once(cast: Cast) -> None:
    ids = bring(cast, "Lương của cán bộ xã", "Phụ cấp thôn", topic="Lương, thu nhập, phụ cấp")
    [other] = bring(cast, "Sân bóng", topic="Vui chơi, văn hóa, thể thao")
    with cast.reading() as session:
        topic = session.get(Question, ids[0]).topic_id  # type: ignore[union-attr]
    status, said = touch(cast.staff("co_chair"), cast, "/lead/group", topic=topic, act="put_in_writing")
    assert (status, said["taken"]) == (200, 2)
    assert [state_of(cast, one) for one in (*ids, other)] == ["in_writing", "in_writing", "approved"]


def test_a_question_is_handed_to_a_unit_and_back(cast: Cast) -> None:
    [first, second] = bring(cast, "Câu hỏi thứ nhất", "Câu hỏi thứ hai")
    unit = cast.write(units.add, cast.organisation_id, None, "Sở Nội vụ")
    cast.write(preparing.assign_questions, cast.dialogue_id, {first: unit}, actor="test")
    decide(cast, first, "call")
    leader = cast.staff("leader")
    assert "Sở Nội vụ" in leader.get(f"{cast.desk}/lead").text.split('id="lead-acts"')[1]
    assert touch(leader, cast, f"/questions/{first}/unit?seen=answering&unit={unit}")[0] == 200
    assert "Sở Nội vụ" in leader.get(f"{cast.desk}/lead/questions/{second}/unit").text
    with cast.reading() as session:
        assert session.get(Question, first).handed_to == unit  # type: ignore[union-attr]
    decide(cast, first, "put_back")
    with cast.reading() as session:
        assert session.get(Question, first).handed_to is None  # type: ignore[union-attr]
    assert touch(leader, cast, f"/questions/{second}/unit?unit=zzzzzzzzzzzz")[0] == 404


def test_the_end_moves_by_what_the_button_says_however_often_it_is_sent(hall: Cast) -> None:
    leader = hall.staff("leader")
    for _again in range(2):
        assert touch(leader, hall, "/lead/length?minutes=95") == (200, {"minutes": 95})
    assert "95 phút" in leader.get(f"{hall.desk}/lead").text
    assert "minutes=100" in leader.get(f"{hall.desk}/lead").text
    assert touch(leader, hall, "/lead/length?minutes=3")[0] == 422
    assert touch(hall.staff("secretary"), hall, "/lead/length?minutes=90")[0] == 403


def test_a_co_chair_starts_when_the_leader_is_late(app: Any) -> None:
    cast = make_cast(app, "collect")
    assert touch(cast.staff("secretary"), cast, "/lead/start")[0] == 403
    assert touch(cast.staff("co_chair"), cast, "/lead/start") == (200, {"state": "live"})
    assert touch(cast.staff("leader"), cast, "/lead/start") == (200, {"state": "live"}), "two at one desk"
    assert dialogue(cast).state == "live"


def test_the_rest_is_put_in_writing_in_one_write(cast: Cast) -> None:
    bring(cast, *[f"Câu hỏi thứ {n} của hội trường" for n in range(700)])
    assert cast.write(together.put_rest_in_writing, cast.dialogue_id, actor="test") == 700
    assert cast.write(together.take_rest_back, cast.dialogue_id, actor="test") == 700
