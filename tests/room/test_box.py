"""The ballot box: dropped sealed, emptied at announced times with enough others, everything exactly once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from survey import emptying
from survey import lifecycle
from survey.core.boxes import Boxes
from survey.core.db import Database
from survey.core.errors import Busy
from survey.core.errors import NotNow
from survey.core.ids import digest
from survey.core.ids import new_token
from survey.core.keys import KeyStore
from survey.dialogues import queries as dialogues
from survey.dialogues import service as dialogue_service
from survey.dialogues.entry import is_strong
from survey.pages import dropping
from survey.questionnaires import building
from survey.questionnaires import items
from survey.questionnaires.models import Response
from survey.questions import queries as questions
from survey.questions.models import Question
from survey.room import box
from survey.room.models import Ballot
from survey.room.models import Filling
from tests.conftest import Cast
from tests.conftest import csrf
from tests.room.halls import Hall
from tests.room.halls import at
from tests.room.halls import credential
from tests.room.halls import hall_of
from tests.room.halls import house

JSON = {"Accept": "application/json"}


@pytest.fixture(scope="module")
def app(migrated: Path) -> Iterator[Flask]:
    """One program for all halls of this file."""
    with house(migrated) as found:
        yield found


@pytest.fixture
def hall(app: Flask) -> Hall:
    """Thirty on the roll, before the opening."""
    return hall_of(app)


def question(number: int = 1, body: str = "Khi nào xã có sân bóng đá?") -> dict[str, Any]:
    """What a phone puts into the envelope."""
    return {"questions": [{"body": body, "topic": "", "client_id": f"c{number}"}]}


def survey(hall: Hall) -> tuple[str, str]:
    """An open questionnaire with one item."""
    made = hall.cast.write(building.create, hall.id, "Khảo sát thử")
    item = hall.cast.write(items.add_item, hall.id, made, "text", {"label": "Bạn nói gì?"})
    hall.cast.write(building.open_, hall.id, made)
    return made, item


def said(survey_id: str, item: str, text: str, counter: int = 1) -> dict[str, Any]:
    """An answer in the envelope."""
    return {"responses": {survey_id: {"answers": {item: [text]}, "counter": counter}}}


def bodies(hall: Hall, secret: str, *client_ids: str) -> list[str]:
    """The texts of a ballot's own questions."""
    key = hall.cast.keys.get(hall.id, "ask")
    marks = [questions.author_mark(key, digest(secret).hex(), one) for one in client_ids]
    with hall.cast.reading() as session:
        return [row.body for row in questions.mine(session, hall.id, marks)]


def test_it_is_emptied_at_announced_times_if_enough_is_in_it(hall: Hall) -> None:
    """Four wait over noon; the fifth comes at one, and even so nothing happens before eight in the evening."""
    hall.drops(4)
    assert hall.empty(at(3.01)) == 0
    hall.drop()
    assert [hall.empty(at(hours)) for hours in (3.5, 5, 10.99)] == [0, 0, 0]
    assert hall.empty(at(11)) == 5
    assert hall.waiting == 0
    with hall.cast.reading() as session:
        assert [(moment, drops) for moment, drops in box.emptyings(session, hall.id)] == [(at(11), 5)]


def test_among_few_it_takes_ten(app: Flask) -> None:
    few = hall_of(app, members=29)
    few.drops(9)
    assert few.empty(at(3)) == 0
    few.drop()
    assert (few.empty(at(3.5)), few.empty(at(11))) == (0, 10)


def test_only_new_ballots_make_enough(hall: Hall) -> None:
    """Five were in; one changes what it said and four come new: the four would be told from the one."""
    first = hall.drops(5)
    assert hall.empty(at(3)) == 5
    hall.drop(first[0])
    hall.drops(4)
    assert hall.empty(at(11)) == 5
    hall.drop()
    assert hall.empty(at(27)) == 10


def test_a_server_that_slept_over_the_time_does_it_later(hall: Hall) -> None:
    hall.drops(5)
    assert hall.empty(at(3.8)) == 5
    with hall.cast.reading() as session:
        kept = session.scalars(select(Filling).where(Filling.dialogue_id == hall.id))
        assert [row.at for row in kept] == [at(3)]  # the announced time, never the true one


def test_the_opening_empties_whatever_is_in_it_and_what_is_left_dies_at_the_end(hall: Hall) -> None:
    hall.drop()
    hall.open(at(5))
    assert (hall.empty(at(5, 0.0001)), hall.now.box_opened) == (0, False)
    hall.drop()  # on its way when the room opened
    assert (hall.empty(at(5.01)), hall.now.box_opened) == (2, True)
    with hall.cast.reading() as session:
        assert box.emptyings(session, hall.id) == []  # of two nobody is told
    with pytest.raises(NotNow):
        hall.drop()
    assert not hall.knock("a" * 27, at(6)).entered
    lifecycle.take(hall.stores, hall.id, "closed", actor="test")
    lifecycle.sweep(hall.stores, at(7))
    assert [path for path in (hall.stores.box.folder / hall.id).rglob("*") if path.is_file()] == []
    assert not [name for name in hall.cast.keys.purposes(hall.id) if name.startswith("box-")]


def test_the_house_of_the_roll_leaves_the_opening_to_the_room(hall: Hall, tmp_path: Path) -> None:
    hall.drop()
    hall.open(at(5))
    keys = KeyStore(tmp_path / "keys")
    roll_house = replace(hall.stores, keys=keys, box=Boxes(tmp_path / "box", keys))
    lifecycle.empty_box(roll_house, hall.id, at(5.01))
    assert not hall.now.box_opened
    assert (hall.empty(at(5.01)), hall.now.box_opened) == (1, True), "the premise: it was time"


def test_a_room_that_closes_at_once_lets_in_who_came(hall: Hall) -> None:
    hall.drop(**question())
    lifecycle.take(hall.stores, hall.id, "live", actor="test")
    lifecycle.take(hall.stores, hall.id, "closed", actor="test")
    assert hall.counted() == {"ballots": 1, "questions": 1, "responses": 0}


def test_another_way_in_is_not_chosen_over_a_full_box(hall: Hall) -> None:
    hall.drop()
    with pytest.raises(NotNow):
        hall.cast.write(lifecycle.set_entry, hall.cast.keys, hall.id, "tickets")


def test_questions_and_answers_go_where_they_belong(hall: Hall) -> None:
    survey_id, item = survey(hall)
    for number in range(5):
        hall.drop(**question(body=f"Câu hỏi số {number} của chúng tôi"), **said(survey_id, item, f"Lời {number}"))
    hall.empty(at(3))
    assert hall.counted() == {"ballots": 5, "questions": 5, "responses": 5}


def test_what_is_dropped_again_replaces_in_the_box_and_after_it(hall: Hall) -> None:
    """Before the emptying the second counts alone; after it the question is corrected and the answer is the newest."""
    survey_id, item = survey(hall)
    mine = hall.drop(**question(body="Câu thứ nhất, viết vội"), **said(survey_id, item, "một"))
    hall.drop(mine, **question(body="Câu thứ hai, viết kỹ"), **said(survey_id, item, "hai", 2))
    hall.drops(4)
    hall.empty(at(3))
    assert bodies(hall, mine, "c1") == ["Câu thứ hai, viết kỹ"]
    hall.drop(mine, **question(body="Câu thứ ba, viết lại"), **said(survey_id, item, "ba", 3))
    hall.drops(5)
    hall.empty(at(11))
    assert bodies(hall, mine, "c1") == ["Câu thứ ba, viết lại"]
    assert hall.counted() == {"ballots": 10, "questions": 1, "responses": 1}
    with hall.cast.reading() as session:
        found = session.scalars(select(Response).where(Response.questionnaire_id == survey_id)).one()
        assert found.answers == {item: "ba"}


def test_a_second_phone_of_one_ballot_is_not_dropped_because_it_counts_from_one(hall: Hall) -> None:
    """The first phone has dropped for the third time; the other one, which got the ballot by its picture, for the first."""
    survey_id, item = survey(hall)
    held, phone = credential(hall), hall.cast.stranger()

    def send(text: str, counter: int) -> None:
        body = {**held, "content": json.dumps(said(survey_id, item, text, counter))}
        assert phone.post(f"{hall.cast.base}/box", data=body, headers=JSON).status_code == 201

    def kept() -> Any:
        with hall.cast.reading() as session:
            return session.scalars(select(Response.answers).where(Response.questionnaire_id == survey_id)).all()

    send("máy thứ nhất", 3)
    hall.drops(4)
    assert hall.empty(at(3)) == 5
    send("máy thứ hai", 1)
    hall.drops(5)
    assert hall.empty(at(11)) == 10
    assert kept() == [{item: "máy thứ hai"}]
    send("máy thứ nhất, lần nữa", 4)
    hall.stores.box.shut(hall.id)  # being emptied, and not in yet
    send("máy thứ hai, lần nữa", 1)
    hall.drops(5)
    hall.empty(at(27))
    assert kept() == [{item: "máy thứ hai, lần nữa"}]


def test_who_counted_too_early_shuts_no_filling_of_one(hall: Hall) -> None:
    """Another process emptied what was counted; what came since is alone and stays."""
    hall.drops(5)
    counted = hall.stores.box.fillings(hall.id, "open")
    assert hall.empty(at(3)) == 5
    hall.drop()
    hall.stores.box.shut(hall.id, counted)
    assert (hall.waiting, hall.empty(at(3.5))) == (1, 5)
    hall.stores.box.shut(hall.id)
    assert hall.empty(at(3.5)) == 6, "the control: this is what would have happened"


def test_what_was_taken_counts_though_the_questionnaire_was_closed_meanwhile(hall: Hall) -> None:
    survey_id, item = survey(hall)
    for number in range(5):
        hall.drop(**said(survey_id, item, f"Lời {number}"))
    hall.cast.write(building.close, hall.id, survey_id)
    hall.empty(at(3))
    assert hall.counted()["responses"] == 5


def kept(hall: Hall, survey_id: str) -> list[Any]:
    """The answers that are in the room."""
    with hall.cast.reading() as session:
        return list(session.scalars(select(Response.answers).where(Response.questionnaire_id == survey_id)))


def test_what_is_dropped_after_a_survey_closed_takes_no_answer_out_of_the_envelope(hall: Hall) -> None:
    """The page shows it no more, or was left open and sends it again as it was; the figures show it at the emptying."""
    (closed, item), (open_, other) = survey(hall), survey(hall)
    held, path = credential(hall), f"{hall.cast.base}/box"

    def drop(*surveys: dict[str, Any], **content: Any) -> Any:
        answers = {key: one for row in surveys for key, one in row["responses"].items()}
        body = {**held, "content": json.dumps({"responses": answers, **content})}
        return hall.cast.stranger().post(path, data=body, headers=JSON)

    mine, more = said(closed, item, "Lời của tôi"), said(open_, other, "Phiếu còn mở")
    assert drop(mine, more, **question()).status_code == 201
    hall.cast.write(building.close, hall.id, closed)
    page = drop(**question(2, "Câu viết thêm sau giờ đóng"))  # as a page made after the closing sends it
    assert (page.status_code, page.get_json()["surveys"]) == (201, 1)
    look = hall.cast.stranger().post(f"{path}/look", data=held, headers=JSON).get_json()["content"]
    assert sorted(look["responses"]) == [closed], "the open one was cleared by the member, the closed one stays"
    assert [one["client_id"] for one in look["questions"]] == ["c2"]
    assert drop(mine, more).status_code == 201, "a page that was left open says the same once more"
    refused = drop(said(closed, item, "Lời khác"))
    assert (refused.status_code, list(refused.get_json()["fields"])) == (422, [closed])
    assert drop().status_code == 201, "all else may be taken out"
    hall.drops(4)
    hall.empty(at(3))
    assert (kept(hall, closed), kept(hall, open_)) == ([{item: "Lời của tôi"}], [])
    assert drop(mine, more).status_code == 201, "the same, of an answer that is in the room by now"
    assert drop(said(closed, item, "Lời khác"), more).status_code == 422
    foreign = {**credential(hall), "content": json.dumps(mine)}
    assert hall.cast.stranger().post(path, data=foreign, headers=JSON).status_code == 422, "a new answer is too late"


def test_a_page_clears_only_surveys_that_it_shows(hall: Hall) -> None:
    """Made while a survey was shut, sent when that was open again: what was in the envelope stays there."""
    survey_id, item = survey(hall)
    held, path = credential(hall), f"{hall.cast.base}/box"

    def drop(content: dict[str, Any]) -> list[str]:
        body = {**held, "content": json.dumps(content)}
        assert hall.cast.stranger().post(path, data=body, headers=JSON).status_code == 201
        look = hall.cast.stranger().post(f"{path}/look", data=held, headers=JSON)
        return sorted(look.get_json()["content"]["responses"])

    assert drop({**said(survey_id, item, "Lời"), **question(), "surveys": [survey_id]}) == [survey_id]
    assert drop({**question(), "surveys": []}) == [survey_id]
    assert drop({**question(), "surveys": [survey_id]}) == []


def test_one_that_is_refused_by_now_stops_no_other(hall: Hall) -> None:
    """A questionnaire that is gone, and a ballot that may ask no more: all else goes its way."""
    hall.drop(**said("gonegonegone", "item", "Lời"), **question())
    hall.drops(4)
    hall.empty(at(3))
    assert hall.counted() == {"ballots": 5, "questions": 1, "responses": 0}


def test_it_works_on_postgresql(cast_on_postgres: Cast) -> None:
    hall = hall_of(cast_on_postgres.app, 30)
    survey_id, item = survey(hall)
    for number in range(5):
        hall.drop(**question(body=f"Câu hỏi số {number} của chúng tôi"), **said(survey_id, item, f"Lời {number}"))
    hall.empty(at(3))
    assert (hall.now.ballots, hall.counted()["questions"], hall.counted()["responses"]) == (5, 5, 5)


def test_the_way_of_an_envelope_over_http(hall: Hall) -> None:
    """Dropped, looked at, replaced; forged, empty and wrong ones are told at once, and no cookie is asked for or set."""
    held, phone = credential(hall), hall.cast.stranger()
    survey_id, item = survey(hall)
    path = f"{hall.cast.base}/box"

    def post(where: str = "", content: Any = None, **sent: str) -> Any:
        body = {**held, "content": json.dumps(content), **sent}
        return phone.post(path + where, data=body, headers=JSON)

    good = {**question(), **said(survey_id, item, "Lời")}
    assert phone.get(path, headers=JSON).get_json()["takes"] is True
    answer = post(content=good)
    assert (answer.status_code, answer.get_json()["dropped"], answer.get_json()["least"]) == (201, True, 5)
    assert answer.headers.getlist("Set-Cookie") == []
    assert post("/look").get_json()["content"]["questions"] == good["questions"]
    assert post(content={**good, "questions": []}).status_code == 201
    assert post("/look").get_json()["content"]["questions"] == []
    assert hall.waiting == 1
    assert [post(sig=held["sig"][:-4] + "AAAA", content=good).status_code, post("/look", sig="x").status_code] == [
        422
    ] * 2
    short = post(content={**question(body="ngắn"), **said(survey_id, item, "x" * 2_001)})
    assert (short.status_code, sorted(short.get_json()["fields"])) == (422, sorted(["c1", item]))
    odd: list[Any] = [None, [], "x", {}, {"questions": [[]]}, {"responses": {"a": 1}}]
    assert {post(content=one).status_code for one in odd} == {422}
    assert (
        post(
            content={"questions": [{"body": f"Câu hỏi số {n} nhé", "client_id": f"c{n}"} for n in range(6)]}
        ).status_code
        == 422
    )
    assert post(content={"questions": [{"body": "x" * 100_000, "client_id": "c"}]}).status_code == 413
    assert hall.waiting == 1
    foreign = phone.post(
        path, data={**held, "content": json.dumps(good)}, headers={**JSON, "Origin": "https://evil.example"}
    )
    assert (foreign.status_code, foreign.get_json()["error"]) == (400, "csrf")


def test_the_page_says_when_it_is_opened_and_is_there_only_before(hall: Hall) -> None:
    path = f"{hall.cast.base}/box"
    page = hall.cast.stranger().get(path).text
    assert "12:00 và 20:00" in page
    assert "ít nhất 5 phiếu" in page
    hall.open(at(5))
    hall.empty(at(6))
    assert hall.cast.stranger().get(path).status_code == 303
    with hall.cast.reading() as session:
        assert box.emptyings(session, hall.id) == []


def test_the_organiser_says_when_it_is_opened(hall: Hall) -> None:
    """Typed as people do, kept in one form; nonsense comes back; a dialogue without a box has no such field."""
    staff = hall.cast.staff("organiser")
    page = staff.get(f"{hall.cast.desk}/manage").text
    assert 'name="box_times"' in page
    sent = {"theme": hall.now.theme, "minutes": "90", "ask_limit": "5", "pre_moderation": "y", "people_shown": "y"}

    def save(**more: str) -> int:
        token = csrf(staff, f"{hall.cast.desk}/manage")
        answer = staff.post(f"{hall.cast.desk}/settings", data={"csrf_token": token, **sent, **more})
        return int(answer.status_code)

    assert (save(box_times="20h; 8h30"), hall.now.box_times) == (422, "12:00, 20:00")
    assert (save(box_times="20h00; 8h30"), hall.now.box_times) == (303, "08:30, 20:00")
    assert (save(), hall.now.box_times) == (303, "08:30, 20:00")
    assert (save(box_times=""), hall.now.box_times) == (303, "")
    assert "Lúc khai mạc" in hall.cast.stranger().get(f"{hall.cast.base}/box").text
    copied = hall.cast.write(lifecycle.repeat, hall.cast.keys, hall.id)
    with hall.cast.reading() as session:
        assert is_strong(dialogues.by_id(session, copied["id"]))


def test_whoever_wants_to_write_before_the_opening_is_led_to_the_box(hall: Hall) -> None:
    """The pages that would ask for a ballot which nobody can have yet; after the opening they are what they were."""
    survey_id, _item = survey(hall)
    phone = hall.cast.stranger()
    for page, place in (("/ask", "box-asks"), (f"/surveys/{survey_id}", f"i-{survey_id}")):
        answer = phone.get(hall.cast.base + page)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{hall.cast.base}/box#{place}")
    hall.open(at(5))
    assert phone.get(f"{hall.cast.base}/ask").status_code == 200


def test_a_folder_that_is_nobodys_stops_no_emptying(hall: Hall) -> None:
    (hall.stores.box.folder / "lost+found").mkdir(parents=True, exist_ok=True)
    assert "lost+found" not in hall.stores.box.owners()
    lifecycle.sweep(hall.stores, at(0))


def test_an_id_that_is_none_is_left_out_of_the_envelope(hall: Hall) -> None:
    answers = {"answers": {"a": ["x"]}, "counter": 1}
    content = json.dumps({"responses": {"\ud800": answers, "../x": answers}, "questions": [question()["questions"][0]]})
    with hall.cast.reading() as session:
        kept = dropping.checked(session, dialogues.by_id(session, hall.id), content)
    assert kept["responses"] == {}
    assert len(kept["questions"]) == 1


def test_a_drop_that_comes_while_the_opening_is_poured_is_not_acknowledged(hall: Hall) -> None:
    """It would lie where only the gate looks; the phone keeps it and sends it in the room."""
    hall.drop(**question())
    hall.open(at(5))
    hall.stores.box.shut(hall.id)  # the pouring has begun
    ballot = digest("b" * 27).hex()
    box.drop(hall.stores.box, hall.now, ballot, question(2))
    with pytest.raises(NotNow):
        box.check_in_time(hall.stores.box, hall.now, ballot)
    assert hall.stores.box.count(hall.id) == 0
    assert hall.empty(at(5.01)) == 1
    assert hall.counted()["questions"] == 1


@pytest.mark.parametrize("before", [0, 1])
def test_a_drop_at_any_step_of_the_opening_counts_or_is_refused(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, before: int
) -> None:
    """Between any two of them somebody drops; who was told that it lies in the box is counted when the hall is closed."""
    told: list[str] = []

    def drop() -> None:
        body, ballot = f"Câu hỏi mang số {len(told)} {new_token()}", digest(new_token()).hex()
        with suppress(NotNow):
            box.drop(hall.stores.box, hall.now, ballot, question(body=body))
            box.check_in_time(hall.stores.box, hall.now, ballot)
            told.append(body)

    def around(owner: type, name: str) -> None:
        act = getattr(owner, name)

        def acting(*args: Any, **more: Any) -> Any:
            drop()
            found = act(*args, **more)
            drop()
            return found

        monkeypatch.setattr(owner, name, acting)

    hall.drops(before)
    hall.open(at(5))
    for owner, name in ((Boxes, "shut"), (Boxes, "records"), (Boxes, "destroy"), (Database, "write")):
        around(owner, name)
    hall.empty(at(5.01))
    monkeypatch.undo()
    assert hall.now.box_opened
    lifecycle.take(hall.stores, hall.id, "closed", actor="test")
    lifecycle.sweep(hall.stores, at(7))
    with hall.cast.reading() as session:
        inside = set(session.scalars(select(Question.body).where(Question.dialogue_id == hall.id)))
    assert told, "the premise"
    assert set(told) - inside == set()


def test_a_database_that_is_busy_is_no_empty_box(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """The roll grew, which is to be written down first, and that fails: the hall is not closed over what was dropped."""
    hall.drop(**question())
    lifecycle.take(hall.stores, hall.id, "live", actor="test")
    with monkeypatch.context() as patch:
        patch.setattr(emptying, "_least", lambda *_args: 10)
        patch.setattr(dialogue_service, "box_least", _busy)
        with pytest.raises(Busy):
            lifecycle.take(hall.stores, hall.id, "closed", actor="test")
    assert hall.now.state == "live"
    lifecycle.take(hall.stores, hall.id, "closed", actor="test")
    assert hall.counted() == {"ballots": 1, "questions": 1, "responses": 0}


def _busy(*_args: Any) -> None:
    raise Busy("no")


def test_who_is_in_already_does_not_wait_at_the_gate(hall: Hall) -> None:
    hall.drop()
    hall.open(at(5))
    assert hall.empty(at(5.01)) == 1
    inside = hall.cast.stores.box
    with hall.cast.reading() as session:
        (ballot,) = session.scalars(select(Ballot.ballot).where(Ballot.dialogue_id == hall.id))
    inside.put(hall.id, ballot.hex(), {"since": 0})  # a knock while the opening was poured
    answer = hall.knock("c" * 27, at(5.02))
    assert (answer.entered, answer.waiting) == (False, 1)


def test_no_empty_envelope_of_who_is_in_stays_and_no_full_one_goes(hall: Hall) -> None:
    secret = hall.drop()
    hall.open(at(5))
    assert hall.empty(at(5.01)) == 1
    whose = digest(secret).hex()
    hall.stores.box.put(hall.id, whose, {"since": 0})
    assert hall.knock(secret, at(5.02)).entered
    assert hall.waiting == 0
    hall.stores.box.put(hall.id, whose, {"content": question(), "epoch": 0})
    assert hall.knock(secret, at(5.03)).entered
    assert hall.waiting == 1
