"""What everybody may know of a roll, against somebody who subtracts, who knows the rule, and who looks again and again."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from sqlalchemy import select

from survey.core.clock import now
from survey.roll import counts
from survey.roll import heads
from survey.roll import issuing
from survey.roll import removal
from survey.roll import service
from survey.roll.models import Issue
from survey.roll.models import Member
from tests.conftest import Cast
from tests.conftest import make_cast

Figure = Callable[[str], None]
SIZES = st.lists(st.integers(1, 40), min_size=1, max_size=14)


def by_name(sizes: list[int], nowhere: int = 0) -> list[tuple[str, int]]:
    """So many units, and perhaps people of none."""
    return [(f"u{place:02}", size) for place, size in enumerate(sizes)] + ([("", nowhere)] if nowhere else [])


def found_by_subtracting(total: int, named: dict[str, int], every: set[str]) -> set[int]:
    """What total minus any of the named units leaves for units that are not named."""
    left = {
        total - sum(some) for count in range(len(named) + 1) for some in itertools.combinations(named.values(), count)
    }
    return left if every - named.keys() else set()


@settings(max_examples=400, deadline=None)
@given(SIZES, st.integers(0, 12))
def test_nothing_below_five_is_published(sizes: list[int], nowhere: int) -> None:
    """Every number that is printed, and the rest that it leaves of the total, is none or at least five."""
    rows = by_name(sizes, nowhere)
    named, others = counts.shown_units(rows)
    assert sum(number for _unit, number in named) + others == sum(sizes) + nowhere
    assert all(number == dict(rows)[unit] for unit, number in named)
    assert all(number >= counts.LEAST for _unit, number in named)
    assert others == 0 or others >= counts.LEAST or not named, "a roll of less than five people has only its total"


@pytest.mark.claim("anonymity", "a roll's counts by unit give no unit below five to somebody who subtracts")
def test_whoever_subtracts_finds_no_small_unit(figure: Figure) -> None:
    """Total minus any sum of named units, over every hall of up to five units: never a rest below five."""
    halls = tries = 0
    for sizes in itertools.chain.from_iterable(
        itertools.combinations_with_replacement((1, 2, 3, 4, 5, 6, 9, 30), n) for n in range(1, 6)
    ):
        named = dict(counts.shown_units(by_name(list(sizes)))[0])
        rests = found_by_subtracting(sum(sizes), named, {unit for unit, _number in by_name(list(sizes))})
        halls, tries = halls + 1, tries + len(rests)
        assert not named or not [rest for rest in rests if 0 < rest < counts.LEAST], sizes
    figure(f"{tries} differences over {halls} halls, none below five")


def test_without_the_complement_subtracting_works() -> None:
    """The negative control: small units left out, and nothing more."""
    sizes = [20, 7, 3]
    named = {unit: number for unit, number in by_name(sizes) if number >= counts.LEAST}
    assert 3 in found_by_subtracting(sum(sizes), named, {"u00", "u01", "u02"})
    assert dict(counts.shown_units(by_name(sizes))[0]) == {"u00": 20}


Shown = tuple[tuple[int | None, ...], int]
Publish = Callable[[tuple[int, ...]], set[Shown]]


def by_the_rule(sizes: tuple[int, ...]) -> set[Shown]:
    """What may be published of these units, unit by unit: ids are random, so all their orders are possible."""
    found = set()
    for ids in itertools.permutations(range(len(sizes))):
        named, others = counts.shown_units([(str(one), size) for one, size in zip(ids, sizes, strict=True)])
        found.add((tuple(dict(named).get(str(one)) for one in ids), others))
    return found


def with_sums_alone(sizes: tuple[int, ...]) -> set[Shown]:
    """The usual rule: hide what is small, and the next larger ones while the rest is below five."""
    rest = {place for place, size in enumerate(sizes) if size < counts.LEAST}
    named = sorted(set(range(len(sizes))) - rest, key=lambda place: -sizes[place])
    while rest and named and sum(sizes[place] for place in rest) < counts.LEAST:
        rest.add(named.pop())
    return {(tuple(None if place in rest else size for place, size in enumerate(sizes)), sum(sizes[i] for i in rest))}


def betrayed(publish: Publish, units: int, largest: int) -> list[tuple[int, ...]]:
    """Halls in which one who knows the rule can be sure of a unit below five, although something else is named."""
    worlds: dict[Shown, set[tuple[int, ...]]] = defaultdict(set)
    for sizes in itertools.product(range(1, largest + 1), repeat=units):
        for printed in publish(sizes):
            worlds[printed].add(sizes)
    found = []
    for (shown, _others), possible in worlds.items():
        for place, number in enumerate(shown):
            left = {world[place] for world in possible}
            if number is None and len(left) == 1 and left < {1, 2, 3, 4} and any(shown):
                found.append(min(possible))
    return found


@pytest.mark.parametrize(("units", "largest"), [(2, 40), (3, 12), (4, 7), (5, 5)])
def test_whoever_knows_the_rule_finds_no_small_unit(units: int, largest: int) -> None:
    """Every hall there is: for each unit that is not named, at least two counts remain possible, or it is not small."""
    assert betrayed(by_the_rule, units, largest) == []


def test_the_usual_rule_gives_units_of_four_away() -> None:
    """The negative control: three units of four beside one of five; a rest of twelve leaves no other way."""
    assert (4, 4, 4, 5) in betrayed(with_sums_alone, 4, 8)


def hall(app: Flask, sizes: list[int], *steps: str) -> Cast:
    """A roll with so many people in each unit, frozen."""
    cast = make_cast(app, *steps, entry="roll")
    for unit, size in by_name(sizes):
        for place in range(size):
            cast.enrol(f"Người {unit} {place}", unit)
    cast.stores.roll.write(service.freeze, cast.dialogue_id, actor="test")
    return cast


def issue(cast: Cast, number: int) -> None:
    """So many more members take their ballots."""
    key = cast.keys.get(cast.dialogue_id, "weak")
    with cast.stores.roll.reading() as session:
        free = sorted(
            member.id for member in session.query(Member) if session.get(Issue, (cast.dialogue_id, member.id)) is None
        )
    for member in free[:number]:
        cast.stores.roll.write(issuing.issue_weak, key, cast.dialogue_id, member, f"máy {member}", now())


def seen(cast: Cast, *, opened: bool = False) -> counts.RollCounts:
    """What the dialogue's page prints now."""
    with cast.stores.roll.reading() as session:
        found = counts.public(session, cast.dialogue_id, opened=opened)
    assert found is not None
    return found


def test_a_dialogue_without_a_roll_has_no_counts(app: Flask) -> None:
    """There is nothing to print."""
    cast = make_cast(app, "collect", entry="roll")
    with cast.stores.roll.reading() as session:
        assert counts.public(session, cast.dialogue_id) is None


def test_issued_moves_in_steps_of_five_until_the_hall_opens(app: Flask) -> None:
    """Somebody who asks after each ballot sees one change in five; from the opening on the figure is exact."""
    cast = hall(app, [12])
    told = []
    for _ in range(12):
        issue(cast, 1)
        told.append(seen(cast).issued)
    assert told == [0, 0, 0, 0, 5, 5, 5, 5, 5, 10, 10, 10]
    assert seen(cast).stepped
    assert (seen(cast, opened=True).issued, seen(cast, opened=True).stepped) == (12, False)


def test_counts_by_unit_come_out_once_and_for_good(app: Flask) -> None:
    """Not at the freezing, which can be undone; with the first confirmation, after which it cannot."""
    cast = hall(app, [9, 6, 3])
    roll = cast.stores.roll
    assert (seen(cast).total, seen(cast).units, seen(cast).others) == (18, (), 0)
    links = roll.write(heads.make_links, cast.dialogue_id, None, actor="test")
    roll.write(heads.answer, cast.dialogue_id, links["u00"], "no", "thừa một người")
    assert seen(cast).units == (), "a complaint alone can still end in a new count"
    roll.write(heads.answer, cast.dialogue_id, links["u01"], "yes", "")
    assert (seen(cast).units, seen(cast).others) == ((("u00", 9),), 9)
    roll.write(heads.answer, cast.dialogue_id, links["u01"], "no", "tôi bấm nhầm")
    assert (seen(cast).units, seen(cast).confirmed, seen(cast).disputed) == ((("u00", 9),), 0, 2)


@pytest.mark.claim(
    "anonymity", "before the opening no public figure of a roll changes with a single ballot that was issued"
)
def test_no_single_ballot_moves_a_public_figure(app: Flask, figure: Figure) -> None:
    """All that is public, after each ballot: the changes are those of every fifth."""
    cast, before, moved = hall(app, [9, 6, 3]), None, []
    for taken in range(1, 19):
        issue(cast, 1)
        after = seen(cast)
        if after != before and before is not None:
            moved.append(taken)
        before = after
    figure(f"18 ballots, figures changed at {moved}")
    assert moved == [5, 10, 15]


def test_what_comes_after_freezing_is_counted_apart(app: Flask) -> None:
    """Late, at the door, instead of somebody; taken off; a card is no ballot by link."""
    cast = hall(app, [10])
    roll, key, dialogue = cast.stores.roll, cast.keys.get(cast.dialogue_id, "link"), cast.dialogue_id

    def later(session: Any) -> None:
        from survey.roll import people

        ids = [
            people.add(session, key, dialogue, people.Person(f"m{place}", f"Người mới {place}", "u00"), added=kind)
            for place, kind in enumerate(("late", "late", "door", "substitute"))
        ]
        old = list(session.query(Member).filter(Member.added == "").order_by(Member.id))
        old[0].removed = True
        session.add(Issue(dialogue_id=dialogue, member_id=old[1].id, mode="closed", bound=None))
        session.add(Issue(dialogue_id=dialogue, member_id=ids[2], mode="card", bound=None))
        old[2].claimed = True

    roll.write(later)
    found = seen(cast, opened=True)
    assert (found.total, found.late, found.door, found.substitutes, found.added) == (10, 2, 1, 1, 4)
    assert (found.removed, found.seats) == (1, 12), "a free seat that went and a closed one are two less"
    assert (found.issued, found.cards, found.claims) == (0, 1, 1)
    told = {line.words: (line.value, line.of) for line in counts.lines(found)}
    assert told["phiếu kín đã phát qua đường dẫn"] == (0, 12)
    assert told["thẻ đã phát thay cho đường dẫn"] == (1, None)


def test_taking_somebody_off_does_not_tell_whether_they_had_a_ballot(app: Flask) -> None:
    """Two halls that differ in that alone print the same until they open."""
    printed = []
    for taken in (0, 1):
        cast = hall(app, [12])
        with cast.stores.roll.reading() as session:
            of_hall = select(Member.id).where(Member.dialogue_id == cast.dialogue_id).order_by(Member.sort)
            member = session.scalars(of_hall).first()
        if taken:
            key = cast.keys.get(cast.dialogue_id, "weak")
            cast.stores.roll.write(issuing.issue_weak, key, cast.dialogue_id, member, "máy", now())
        cast.stores.roll.write(removal.remove, cast.dialogue_id, member, "left", actor="test")
        printed.append(
            (counts.lines(seen(cast)), [line.of for line in counts.lines(seen(cast, opened=True)) if line.of])
        )
    assert printed[0][0] == printed[1][0]
    assert (printed[0][1], printed[1][1]) == ([11, 1], [12, 1]), "the premise: in the hall it adds up"


def test_where_there_are_no_cards_no_line_speaks_of_them(app: Flask) -> None:
    found = seen(hall(app, [12]), opened=True)
    left_out = [line.words for line in counts.lines(found) if line not in counts.lines(found, cards=False)]
    assert left_out == [counts.HANDED]
