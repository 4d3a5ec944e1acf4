"""Merging on the moderator's page: what is chosen, what leads, how it is undone, and what the page and the log say."""

from __future__ import annotations

import re

from sqlalchemy import select

from survey.core.ids import digest
from survey.desk import live
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
    page = browser.get(f"{cast.desk}/moderate").text
    found = re.search(r'id="undo" formaction="([^"]*)"', page)
    assert found is not None
    return browser.post(found[1].replace("&amp;", "&"), data={"csrf_token": csrf(browser, f"{cast.desk}/moderate")})


def actions(cast: Cast) -> list[tuple[str, str, str]]:
    with cast.reading() as session:
        statement = select(ModerationLog).where(ModerationLog.dialogue_id == cast.dialogue_id)
        return sorted((line.action, line.before, line.after) for line in session.scalars(statement))


def test_what_is_ticked_becomes_one_and_the_toast_takes_it_apart_and_together(cast: Cast) -> None:
    """Of three in the queue the first ticked leads; undo restores the others, and undoing that merges them again."""
    first, second, third = ask(cast, ONE), ask(cast, TWO), ask(cast, OTHER)
    browser = cast.staff("moderator")
    page = browser.get(f"{cast.desk}/moderate").text
    assert sorted(re.findall(r'name="chosen" value="(\w+)"', page)) == sorted([first, second, third])
    answer = post(cast, browser, "questions/merge", chosen=[first, second, third])
    assert (answer.status_code, answer.location) == (303, f"{cast.desk}/moderate")
    assert [row(cast, id_).state for id_ in (first, second, third)] == ["pending", "merged", "merged"]
    assert row(cast, first).wordings == 3
    assert set(row(cast, first).others) == {TWO, OTHER}
    assert undo(browser, cast).status_code == 303
    assert [row(cast, id_).state for id_ in (first, second, third)] == ["pending"] * 3
    assert row(cast, first).others == ()
    assert undo(browser, cast).status_code == 303
    assert row(cast, first).wordings == 3
    assert actions(cast) == [*[("merge", "pending", "merged")] * 4, *[("split", "merged", "pending")] * 2]


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
    written = re.findall(r'name="chosen" value="(\w+)"', page)[0]
    assert (row(cast, written).body, row(cast, written).supporters, row(cast, written).gathered) == (text, 1, 2)
    assert post(cast, browser, f"questions/{written}/split").status_code == 303
    assert [row(cast, id_).state for id_ in (written, less, most)] == ["withdrawn", "approved", "approved"]
    assert [row(cast, id_).supporters for id_ in (written, less, most)] == [0, 0, 1]
    assert ("write", "", "approved") in actions(cast)
    assert ("split", "approved", "withdrawn") in actions(cast)


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


def test_likely_duplicates_arrive_together_and_merge_by_one_act(cast: Cast) -> None:
    first, far, second = ask(cast, ONE), ask(cast, OTHER), ask(cast, TWO)
    browser = cast.staff("moderator")
    page = browser.get(f"{cast.desk}/moderate").text
    assert "2 câu có thể giống nhau" in page
    found = re.search(r'data-cluster formaction="([^"]*)"', page)
    assert found is not None
    assert set(found[1].split("others=")[1].split(",")) == {first, second}
    data = {"csrf_token": csrf(browser, f"{cast.desk}/moderate"), "chosen": [far]}  # a tick elsewhere does not count
    assert browser.post(found[1], data=data).status_code == 303
    assert sorted(row(cast, id_).state for id_ in (first, second)) == ["merged", "pending"]
    assert row(cast, far).state == "pending"
    assert "có thể giống nhau" not in browser.get(f"{cast.desk}/moderate").text


def test_the_stream_brings_clusters_and_takes_them_away(cast: Cast) -> None:
    def look():
        with cast.app.test_request_context(), cast.reading() as session:
            found = live.look(session, cast.dialogue_id)
            assert found is not None
            return found

    def events(before, after):
        with cast.app.test_request_context():
            return "".join(event.data for event in live.Moderator().events(before, after))

    ask(cast, ONE)
    alone = look()
    ask(cast, TWO)
    together = look()
    assert alone.clusters == ()
    assert [len(rows) for rows in together.clusters] == [2]
    assert "2 câu có thể giống nhau" in events(alone, together)
    assert 'hx-target="#clusters"' in events(together, alone)
    assert 'hx-target="#clusters"' not in events(together, together)
