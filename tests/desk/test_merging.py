"""Merging on the moderator's page: what is chosen, what leads, how it is undone, and what the page and the log say."""

from __future__ import annotations

import re

from sqlalchemy import select

from survey.core.ids import digest
from survey.moderation.models import ModerationLog
from survey.questions import service as asking
from survey.questions.queries import voter
from survey.questions.state import State
from survey.room import service as room
from tests.conftest import Cast
from tests.conftest import csrf
from tests.desk.test_moderate import HTMX
from tests.desk.test_moderate import ask
from tests.desk.test_moderate import post
from tests.desk.test_moderate import row

ONE = "Bao giờ xã được thay máy tính cũ ở bộ phận một cửa?"
TWO = "Khi nào xã được thay máy tính cũ ở bộ phận một cửa?"
OTHER = "Đề nghị mở cửa nhà văn hóa vào buổi tối"


def back(cast: Cast, question_id: str, phone: int = 0) -> None:
    secret = digest(f"phone {phone} of {cast.dialogue_id}")
    cast.write(room.admit, cast.dialogue_id, secret)
    mark = voter(cast.keys.get(cast.dialogue_id, "vote"), secret.hex())
    cast.write(asking.support, cast.dialogue_id, question_id, mark, wanted=True)


def undo(browser, cast: Cast):
    return post(cast, browser, "undo")


def actions(cast: Cast) -> list[tuple[str, str, str]]:
    with cast.reading() as session:
        statement = select(ModerationLog).where(ModerationLog.dialogue_id == cast.dialogue_id)
        return sorted((line.action, line.before, line.after) for line in session.scalars(statement))


def test_what_is_ticked_becomes_one_and_the_toast_takes_it_apart_and_together(cast: Cast) -> None:
    """Of three in the queue the first ticked leads; undo restores the others, and taking apart is undone as well."""
    first, second, third = ask(cast, ONE), ask(cast, TWO), ask(cast, OTHER)
    browser = cast.staff("moderator")
    page = browser.get(f"{cast.desk}/moderate").text
    assert sorted(re.findall(r'name="chosen" value="(\w+)\.\w+"', page)) == sorted([first, second, third])
    answer = post(cast, browser, "questions/merge", chosen=[first, second, third])
    assert (answer.status_code, answer.location) == (303, f"{cast.desk}/moderate")
    assert [row(cast, id_).state for id_ in (first, second, third)] == ["pending", "merged", "merged"]
    assert row(cast, first).wordings == 3
    assert set(row(cast, first).others) == {TWO, OTHER}
    assert undo(browser, cast).status_code == 303
    assert [row(cast, id_).state for id_ in (first, second, third)] == ["pending"] * 3
    assert row(cast, first).others == ()
    post(cast, browser, "questions/merge", chosen=[first, second, third])
    post(cast, browser, f"questions/{first}/split")
    assert row(cast, first).others == ()
    assert undo(browser, cast).status_code == 303
    assert row(cast, first).wordings == 3
    assert actions(cast) == [*[("merge", "pending", "merged")] * 6, *[("split", "merged", "pending")] * 4]


def test_ticked_boxes_travel_with_other_buttons_and_decide_nothing_there(cast: Cast) -> None:
    """The list is one form: what is ticked in it comes along with every button."""
    first, second, third, fourth = (ask(cast, text) for text in (ONE, TWO, OTHER, f"{OTHER} trong cả tuần"))
    browser, ticked = cast.staff("moderator"), [first, second]
    assert post(cast, browser, f"questions/{third}/approve", chosen=ticked).status_code == 303
    assert post(cast, browser, f"questions/{first}/approve", chosen=[first]).status_code == 303
    apart = post(cast, browser, f"questions/{fourth}/apart", headers={"Accept": "application/json"}, chosen=[second])
    assert (apart.json or {})["ids"] == [fourth]
    assert [row(cast, id_).state for id_ in (first, second, third)] == ["approved", "pending", "approved"]


def test_of_the_board_the_most_supported_leads_whatever_was_ticked_first(cast: Cast) -> None:
    waiting, less, most = ask(cast, ONE), ask(cast, TWO, State.APPROVED), ask(cast, OTHER, State.APPROVED)
    back(cast, most)
    answer = post(cast, cast.staff("secretary"), "questions/merge", chosen=[waiting, less, most],
                  headers={"Accept": "application/json"})  # fmt: skip
    assert answer.json is not None
    assert (answer.json["id"], answer.json["supporters"], set(answer.json["others"])) == (most, 1, {waiting, less})


def test_a_written_wording_leads_and_leaves_no_orphan(cast: Cast) -> None:
    """It goes off the board with its undoing; what came since goes to the most supported of those it spoke for."""
    less, most = ask(cast, ONE, State.APPROVED), ask(cast, TWO, State.APPROVED)
    back(cast, most, 1)
    browser, text = cast.staff("moderator"), "Kế hoạch thay máy tính ở bộ phận một cửa của xã?"
    post(cast, browser, "questions/merge", chosen=[less, most], shared=text)
    page = browser.get(f"{cast.desk}/moderate?list=approved").text
    assert page.count('class="job ') == 1
    assert "Gộp từ 2 câu" in page
    written = re.findall(r'name="chosen" value="(\w+)\.\w+"', page)[0]
    assert (row(cast, written).body, row(cast, written).supporters, row(cast, written).gathered) == (text, 1, 2)
    assert post(cast, browser, f"questions/{written}/split").status_code == 303
    assert [row(cast, id_).state for id_ in (written, less, most)] == ["withdrawn", "approved", "approved"]
    assert [row(cast, id_).supporters for id_ in (written, less, most)] == [0, 0, 1]
    assert ("write", "", "approved") in actions(cast)
    assert ("split", "approved", "withdrawn") in actions(cast)
    assert undo(browser, cast).status_code == 303
    assert [row(cast, id_).state for id_ in (written, less, most)] == ["approved", "merged", "merged"]
    assert (row(cast, written).supporters, set(row(cast, written).others)) == (1, {ONE, TWO})
    assert ("merge", "withdrawn", "approved") in actions(cast)


def test_too_few_or_too_short_comes_back_with_all_that_was_chosen_and_typed(cast: Cast) -> None:
    first, second = ask(cast, ONE), ask(cast, TWO)
    browser = cast.staff("moderator")
    alone = post(cast, browser, "questions/merge", chosen=[first])
    assert alone.status_code == 422
    assert f'value="{first}" checked' in alone.text
    short = post(cast, browser, "questions/merge", chosen=[first, second], shared="Máy?")
    assert short.status_code == 422
    assert ">Máy?</textarea>" in short.text
    assert len(re.findall("checked", short.text)) == 2
    assert post(cast, browser, "questions/merge", headers=HTMX).status_code == 422
    assert row(cast, first).wordings == 1


def test_who_may_not_moderate_merges_nothing(cast: Cast) -> None:
    first, second = ask(cast, ONE, State.APPROVED), ask(cast, TWO, State.APPROVED)
    leader = cast.staff("leader")
    token = csrf(leader, f"{cast.desk}/lead")
    for path in ("questions/merge", f"questions/{first}/merge", f"questions/{first}/split"):
        answer = leader.post(f"{cast.desk}/{path}", data={"csrf_token": token, "others": [second]})
        assert answer.status_code == 403
    assert row(cast, second).state == "approved"


def test_a_program_merges_under_a_question_and_splits_it(cast: Cast) -> None:
    first, second, browser = ask(cast, ONE, State.APPROVED), ask(cast, TWO), cast.staff("moderator")
    headers = {"Accept": "application/json", "X-CSRFToken": csrf(browser, f"{cast.desk}/moderate")}
    path = f"{cast.desk}/questions/{first}"
    merged = browser.post(f"{path}/merge", data={"others": second}, headers=headers)
    assert merged.status_code == 200, merged.json
    assert merged.get_json()["others"] == [second]
    assert browser.post(f"{path}/merge", data={"others": ""}, headers=headers).status_code == 422
    assert browser.post(f"{path}/merge", data={"others": "zzzzzzzzzzzz"}, headers=headers).status_code == 404
    assert browser.post(f"{path}/split", headers=headers).get_json()["others"] == [second]
    assert browser.post(f"{path}/split", headers=headers).status_code == 404
