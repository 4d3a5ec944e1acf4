"""One response a ballot: sent again, edited, refused; and that nothing joins it to anything."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from survey import lifecycle
from survey.core.errors import Conflict
from survey.core.errors import Invalid
from survey.core.errors import NotNow
from survey.questionnaires import building
from survey.questionnaires import queries
from survey.questionnaires.models import Questionnaire
from survey.questionnaires.models import Response
from survey.room.models import Ballot
from tests.questionnaires.conftest import make_poll

ANNA, BINH = "aa" * 16, "bb" * 16


def stored(poll):
    with poll.cast.reading() as session:
        rows = session.scalars(select(Response).where(Response.questionnaire_id == poll.id)).all()
        return {row.mark: (row.counter, row.answers) for row in rows}


def kept_count(poll):
    with poll.cast.reading() as session:
        return session.get(Questionnaire, poll.id).responses


def test_respond_again_with_the_same_content_changes_nothing(poll):
    first = poll.answer(ANNA, 1, "4", "Một câu", counter=1)
    before = stored(poll)
    again = poll.answer(ANNA, 1, "4", "Một câu", counter=1)
    assert (first["new"], again["new"]) == (True, False)
    assert stored(poll) == before
    assert kept_count(poll) == 1


def test_respond_counts_two_ballots_twice(poll):
    poll.answer(ANNA)
    poll.answer(BINH)
    assert len(stored(poll)) == kept_count(poll) == 2


def test_respond_the_highest_counter_wins(poll):
    poll.answer(ANNA, 0, counter=1)
    poll.answer(ANNA, 2, counter=3)
    with pytest.raises(Conflict):
        poll.answer(ANNA, 1, counter=2)
    with pytest.raises(Conflict):
        poll.answer(ANNA, 1, counter=3)
    assert stored(poll)[poll.mark(ANNA)] == (3, {poll.single: poll.options()[2]})
    assert kept_count(poll) == 1


def test_respond_without_a_counter_is_the_newest(poll):
    poll.answer(ANNA, 0)
    assert poll.answer(ANNA, 1)["counter"] == 2


def test_respond_keeps_a_counter_within_the_column(poll):
    assert poll.answer(ANNA, counter=10**11)["counter"] == 2_000_000_000


def test_respond_not_editable_keeps_the_first_and_takes_its_repetition(poll):
    poll.cast.write(building.change, poll.cast.dialogue_id, poll.id, {"editable": False})
    poll.answer(ANNA, 0, counter=1)
    assert poll.answer(ANNA, 0, counter=1)["new"] is False
    with pytest.raises(NotNow):
        poll.answer(ANNA, 1, counter=2)
    assert stored(poll)[poll.mark(ANNA)][1] == {poll.single: poll.options()[0]}


def test_respond_to_a_closed_questionnaire_or_in_a_closed_hall_is_refused(poll):
    other = make_poll(poll.cast)
    poll.cast.write(building.close, poll.cast.dialogue_id, poll.id)
    with pytest.raises(NotNow):
        poll.answer(ANNA)
    other.answer(ANNA)
    poll.cast.write(lifecycle.close, poll.cast.dialogue_id, actor="test")
    with pytest.raises(NotNow):
        other.answer(BINH)
    assert (kept_count(poll), kept_count(other)) == (0, 1)


def test_respond_names_each_item_that_cannot_be_taken_and_stores_nothing(poll):
    from survey.questionnaires import service

    typed = {poll.rating: {"": ["9"]}, poll.text: {"": ["x" * 10_000]}, "khac": {"": ["1"]}}
    with pytest.raises(Invalid) as refused:
        poll.cast.write(service.respond, poll.id, poll.mark(ANNA), typed)
    assert set(refused.value.fields) == {poll.single, poll.rating, poll.text}
    assert stored(poll) == {}


def test_respond_with_nothing_at_all_is_no_response(poll):
    from survey.questionnaires import items
    from survey.questionnaires import service

    typed = {"label": "Việc nào?", "options": "Một\nHai"}
    poll.cast.write(items.change_item, poll.cast.dialogue_id, poll.id, poll.single, {
        **typed, "options": "Thu nhập\nMáy tính\nĐào tạo",
    })  # fmt: skip
    with pytest.raises(Invalid):
        poll.cast.write(service.respond, poll.id, poll.mark(ANNA), {})
    assert stored(poll) == {}


@pytest.mark.claim("anonymity", "two questionnaires of one ballot cannot be joined, nor led back to the ballot")
def test_two_responses_of_one_ballot_cannot_be_joined_nor_led_back_to_it(poll):
    other = make_poll(poll.cast)
    phone = poll.cast.member()
    assert phone.get(poll.path).status_code == 200
    with poll.cast.reading() as session:
        ballot = session.scalars(select(Ballot.ballot)).one()
    poll.answer(ballot.hex())
    other.answer(ballot.hex())
    (first,), (second,) = stored(poll), stored(other)
    assert first != second
    assert ballot not in {first, second}
    assert len(first) == len(ballot)  # premise: the same kind of value, so a join would be possible


def test_answered_knows_the_ballots_own_questionnaires_only(poll):
    other = make_poll(poll.cast)
    poll.answer(ANNA)
    other.answer(BINH)
    key = poll.cast.keys.get(poll.cast.dialogue_id, "response")
    with poll.cast.reading() as session:
        assert queries.answered(session, key, ANNA, [poll.id, other.id]) == {poll.id}
        assert queries.answered(session, key, "cc" * 16, [poll.id, other.id]) == frozenset()
        assert queries.answered(session, key, ANNA, []) == frozenset()


def test_open_for_members_lists_what_takes_responses_now(poll):
    cast = poll.cast
    draft = cast.write(building.create, cast.dialogue_id, "Nháp")
    with cast.reading() as session:
        assert queries.open_for_members(session, cast.dialogue_id) == [queries.Open(poll.id, "Khảo sát thử", 3)]
        assert draft not in {row.id for row in queries.open_for_members(session, cast.dialogue_id)}
    cast.write(lifecycle.close, cast.dialogue_id, actor="test")
    with cast.reading() as session:
        assert queries.open_for_members(session, cast.dialogue_id) == []


def test_respond_works_on_postgresql(cast_on_postgres):
    poll = make_poll(cast_on_postgres)
    for n in range(5):
        poll.answer(f"{n:02}" * 16, n % 3, "4", "Đường truyền")
    poll.answer("00" * 16, 0, "4", "Đường truyền", counter=1)
    assert poll.results().responses == 5
