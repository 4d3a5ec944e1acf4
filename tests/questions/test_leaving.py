"""A merged wording is taken back by its asker, or erased: what the others, the board, the phones and the asker see."""

from __future__ import annotations

import re
from collections.abc import Collection

import pytest
from flask.testing import FlaskClient

from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.ids import new_id
from survey.moderation import erasing
from survey.moderation import merging
from survey.moderation import service as moderation
from survey.pages.live import Room
from survey.questions import queries
from survey.questions.models import Question
from tests.conftest import Cast
from tests.conftest import csrf

ONE = "Bao giờ xã được thay máy tính cũ ở bộ phận một cửa?"
TWO = "Khi nào bộ phận một cửa của xã được thay máy tính cũ?"
THREE = "Máy tính của bộ phận một cửa chạy chậm lắm, xin thay"
JSON = {"Accept": "application/json"}


def ask(phone: FlaskClient, cast: Cast, body: str) -> str:
    headers = JSON | {"X-CSRFToken": csrf(phone, cast.base)}
    answer = phone.post(f"{cast.base}/questions", data={"body": body, "client_id": new_id()}, headers=headers)
    question_id = str(answer.get_json()["id"])
    cast.write(moderation.decide, cast.dialogue_id, question_id, "approve", actor="test")
    return question_id


def vote(phone: FlaskClient, cast: Cast, question_id: str) -> int:
    headers = JSON | {"X-CSRFToken": csrf(phone, cast.base)}
    return int(phone.post(f"{cast.base}/questions/{question_id}/vote", headers=headers).get_json()["supporters"])


def take_back(phone: FlaskClient, cast: Cast, question_id: str) -> int:
    token = csrf(phone, f"{cast.base}?tab=mine")
    return phone.post(f"{cast.base}/questions/{question_id}/withdrawal", data={"csrf_token": token}).status_code


def merge(cast: Cast, leading: str, others: Collection[str]) -> None:
    key = cast.keys.get(cast.dialogue_id, "vote")
    cast.write(merging.merge, key, cast.dialogue_id, leading, others, actor="test")


def split(cast: Cast, leading: str) -> merging.Grouped:
    key = cast.keys.get(cast.dialogue_id, "vote")
    return cast.write(merging.split, key, cast.dialogue_id, leading, actor="test")  # type: ignore[no-any-return]


def stands(cast: Cast, question_id: str) -> tuple[str, int, int | None]:
    with cast.reading() as session:
        question = session.get_one(Question, question_id)
        return question.state, question.supporters, question.number


def board(cast: Cast) -> list[tuple[str, int, set[str]]]:
    with cast.reading() as session:
        return [(row.body, row.supporters, set(row.others)) for row in queries.board(session, cast.dialogue_id)]


@pytest.fixture
def merged(cast: Cast) -> tuple[list[FlaskClient], list[str]]:
    """Three askers, three wordings, one support each and two of the first asker; the first leads."""
    phones = [cast.member() for _ in range(3)]
    ids = [ask(phone, cast, text) for phone, text in zip(phones, (ONE, TWO, THREE), strict=True)]
    for phone, question_id in zip(phones, ids, strict=True):
        vote(phone, cast, question_id)
    vote(phones[0], cast, ids[1])
    merge(cast, ids[0], ids[1:])
    return phones, ids


def test_the_asker_of_the_leading_wording_goes_and_everybody_else_stays(cast: Cast, merged) -> None:  # type: ignore[no-untyped-def]
    """The most supported of the others leads, under its own number, with all three supporters; stale phones still count."""
    phones, ids = merged
    assert board(cast) == [(ONE, 3, {TWO, THREE})]  # premise
    with cast.app.test_request_context(), cast.reading() as session:
        before = Room().snapshot(session, cast.dialogue_id)
        assert "một câu khác lên thay" in phones[0].get(f"{cast.base}?tab=mine").text
    assert take_back(phones[0], cast, ids[0]) == 303
    assert board(cast) == [(TWO, 3, {THREE})]
    assert stands(cast, ids[1])[2] == 2
    with cast.app.test_request_context(), cast.reading() as session:
        after = Room().snapshot(session, cast.dialogue_id)
        assert before is not None
        assert after is not None
        told = "".join(event.data for event in Room().events(before, after))
    assert ONE not in told
    assert TWO in told
    mine = phones[2].get(f"{cast.base}?tab=mine").text  # this phone had supported the third
    assert f"Câu bạn ủng hộ đã gộp vào câu này: {THREE}" in " ".join(mine.split())
    assert "Câu bạn ủng hộ đã gộp" not in cast.member().get(f"{cast.base}?tab=mine").text
    assert vote(cast.member(), cast, ids[0]) == 4  # a phone that has not heard of it yet
    page = phones[0].get(f"{cast.base}?tab=mine").text
    assert re.search(r"Bạn đã rút câu này\..*Câu cùng ý ở lại là câu 2</a> · <b class=\"n\">4</b>", page)
    assert "Đã gộp vào câu 2" in phones[2].get(f"{cast.base}?tab=mine").text
    assert take_back(phones[0], cast, ids[0]) == 303  # twice changes nothing
    assert board(cast) == [(TWO, 4, {THREE})]


def test_undoing_the_merge_later_gives_each_what_it_had_and_brings_nobody_back(cast: Cast, merged) -> None:  # type: ignore[no-untyped-def]
    phones, ids = merged
    take_back(phones[0], cast, ids[0])
    vote(cast.member(), cast, ids[1])
    done = split(cast, ids[1])
    assert done["others"] == [ids[2]]
    assert [stands(cast, id_)[:2] for id_ in ids] == [("withdrawn", 1), ("approved", 3), ("approved", 1)]
    merge(cast, ids[1], done["others"])  # and that is undone as well
    assert board(cast) == [(TWO, 4, {THREE})]
    with pytest.raises(NotFound):
        split(cast, ids[0])


def test_the_leaders_open_fold_never_keeps_a_wording_that_is_gone(cast: Cast, merged) -> None:  # type: ignore[no-untyped-def]
    """A fold that a morph leaves alone is another element as soon as its texts are others."""
    phones, _ids = merged
    leader = cast.staff("leader")
    folds = []
    for phone, question_id in [(None, ""), (phones[2], _ids[2])]:
        if phone is not None:
            take_back(phone, cast, question_id)
        page = leader.get(f"{cast.desk}/lead").text
        folds += re.findall(r'<details id="(all-[\w-]+)"[^>]*hx-morph-skip>', page)
        assert (THREE in page) == (phone is None)
    assert len(set(folds)) == 2


def test_the_moderators_own_undo_finds_who_leads_now(cast: Cast) -> None:
    """Merged on the page; the leading asker goes; one undo still takes the merge apart."""
    phone, moderator = cast.member(), cast.staff("moderator")
    ids = [ask(phone, cast, ONE), *(ask(cast.member(), cast, text) for text in (TWO, THREE))]
    token = {"csrf_token": csrf(moderator, f"{cast.desk}/moderate")}
    moderator.post(f"{cast.desk}/questions/{ids[0]}/merge", data={**token, "others": ids[1:]})
    take_back(phone, cast, ids[0])
    assert [stands(cast, id_)[0] for id_ in ids].count("merged") == 1  # premise
    assert moderator.post(f"{cast.desk}/undo", data=token).status_code == 303
    assert [stands(cast, id_)[0] for id_ in ids] == ["withdrawn", "approved", "approved"]


def test_a_wording_that_is_taken_back_is_read_by_nobody_and_its_supporters_stay(cast: Cast, merged) -> None:  # type: ignore[no-untyped-def]
    phones, ids = merged
    assert take_back(phones[2], cast, ids[2]) == 303
    assert board(cast) == [(ONE, 3, {TWO})]
    assert THREE not in cast.member().get(f"{cast.base}?tab=ranking").text
    take_back(phones[1], cast, ids[1])
    take_back(phones[0], cast, ids[0])
    assert board(cast) == []


def test_nothing_is_taken_out_of_what_is_being_answered(cast: Cast, merged) -> None:  # type: ignore[no-untyped-def]
    phones, ids = merged
    cast.write(moderation.decide, cast.dialogue_id, ids[0], "call", actor="test")
    assert [take_back(phone, cast, id_) for phone, id_ in zip(phones, ids, strict=True)] == [403, 403, 403]
    assert board(cast) == [(ONE, 3, {TWO, THREE})]


def test_a_merge_of_merges_loses_nothing_when_one_in_the_middle_goes(cast: Cast, merged) -> None:  # type: ignore[no-untyped-def]
    """The first leads two and goes under a fourth; taken back there, its best wording takes its place below."""
    phones, ids = merged
    fourth = ask(cast.member(), cast, "Câu thứ tư nói rộng hơn về máy móc của xã")
    merge(cast, fourth, [ids[0]])
    take_back(phones[0], cast, ids[0])
    assert board(cast) == [("Câu thứ tư nói rộng hơn về máy móc của xã", 3, {TWO, THREE})]
    split(cast, fourth)
    assert sorted(board(cast)) == sorted([(TWO, 3, {THREE}), ("Câu thứ tư nói rộng hơn về máy móc của xã", 0, set())])


def test_erasing_the_leading_wording_alone_lets_another_lead(cast: Cast, merged) -> None:  # type: ignore[no-untyped-def]
    _phones, ids = merged
    cast.write(erasing.erase, cast.dialogue_id, ids[0], actor="test", reason="offensive", wordings=False)
    assert board(cast) == [(TWO, 3, {THREE})]


def test_a_written_wording_comes_back_when_its_taking_apart_is_undone(cast: Cast, merged) -> None:  # type: ignore[no-untyped-def]
    """Split, support of the newcomer goes to the best of those it spoke for; together again, it leads them all."""
    phones, ids = merged
    split(cast, ids[0])
    key = cast.keys.get(cast.dialogue_id, "vote")
    text = "Kế hoạch thay máy tính ở bộ phận một cửa của xã?"
    made = cast.write(merging.merge_under, key, cast.dialogue_id, text, ids, actor="test")["id"]
    vote(cast.member(), cast, made)
    number = stands(cast, made)[2]
    done = split(cast, made)
    assert stands(cast, made)[0] == "withdrawn"
    assert set(done["others"]) == set(ids)
    merge(cast, made, done["others"])
    assert board(cast) == [(text, 4, {ONE, TWO, THREE})]
    assert stands(cast, made) == ("approved", 4, number)
    take_back(phones[1], cast, ids[1])
    with pytest.raises(NotNow):  # only what staff wrote comes back: an asker's own decision is final
        merge(cast, ids[1], [ids[0]])
