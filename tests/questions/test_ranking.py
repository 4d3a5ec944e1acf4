"""Pure rules of the board."""

from __future__ import annotations

from survey.core.ids import new_id
from survey.questions import ranking


def test_a_ballot_meets_the_questions_always_in_the_same_order():
    ids = {new_id(): 0 for _ in range(60)}
    assert ranking.met_in("ballot", ids) == ranking.met_in("ballot", dict(reversed(ids.items())))


def test_two_ballots_meet_them_in_different_orders():
    ids = {new_id(): 0 for _ in range(60)}
    assert ranking.met_in("one", ids) != ranking.met_in("two", ids)


def test_no_place_of_the_list_is_favoured():
    ids = {f"q{number}": 0 for number in range(5)}
    firsts = [ranking.met_in(f"ballot {number}", ids)[0] for number in range(2_000)]
    assert all(300 < firsts.count(id_) < 500 for id_ in ids)


def test_the_measure_is_a_share_of_the_room():
    assert ranking.share(30, ranking.measure_base(120, [30])) == 0.25


def test_the_measure_never_passes_its_end():
    assert ranking.share(50, ranking.measure_base(10, [50])) == 1.0


def test_where_people_are_not_shown_the_leading_question_is_the_measure():
    assert ranking.measure_base(None, [40, 8]) == 40
    assert ranking.measure_base(None, []) == 1
