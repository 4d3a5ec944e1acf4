"""What was confirmed comes in whole, in small lots, once; links stay, and a frozen roll counts apart who comes late."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections import Counter

import pytest
from flask import Flask
from hypothesis import HealthCheck
from hypothesis import Phase
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import select

from survey.core.clock import local
from survey.core.clock import now
from survey.core.errors import Invalid
from survey.core.errors import NotNow
from survey.core.keys import KeyMissing
from survey.organisations import units
from survey.roll import service
from survey.roll.importing import bringing
from survey.roll.importing import terms
from survey.roll.importing.growing import Node
from survey.roll.importing.plan import Now
from survey.roll.importing.plan import Plan
from survey.roll.importing.plan import plan
from survey.roll.importing.reading import read_file
from survey.roll.importing.workbook import workbook
from survey.roll.models import Member
from survey.roll.models import Membership
from survey.roll.models import Roll
from survey.roll.models import RollLog
from tests.conftest import Cast
from tests.conftest import make_cast
from tests.roll.lists import book
from tests.roll.lists import people

HEAD = ["Mã", "Họ và tên", "Đơn vị", "SĐT", "Email"]
PHONE = "0912345678"
SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@pytest.fixture
def house(app: Flask) -> Cast:
    """A dialogue by the roll whose list has its purpose and its day of deletion."""
    cast = make_cast(app, entry="roll")
    agree(cast)
    return cast


def agree(cast: Cast) -> None:
    """Say what the list is for and when it goes."""
    day = local(now()).date() + dt.timedelta(days=60)
    cast.stores.roll.write(terms.agree, cast.dialogue_id, ("Phát phiếu", "Đã báo", day), None, actor="test")


def planned(cast: Cast, *rows: list) -> Plan:  # type: ignore[type-arg]
    """What a sheet with these rows would do to the roll of this cast as it is now."""
    return seen(cast, book([HEAD, *rows]))


def seen(cast: Cast, data: bytes) -> Plan:
    """What this file would do."""
    with cast.reading() as session, cast.stores.roll.reading() as roll:
        nodes = [Node(one.id, one.parent_id, one.name) for one, _d in units.tree(session, cast.organisation_id)]
        found = roll.get(Roll, cast.dialogue_id)
        known = list(bringing.known(roll, cast.dialogue_id))
    return plan(read_file(data, "a.xlsx"), Now(nodes, known, frozen=bool(found and found.frozen_at)))


def bring(cast: Cast, made: Plan, *apart: int, reason: str = "") -> Counter[str]:
    """Confirm a plan."""
    return bringing.bring_in(
        cast.stores, cast.organisation_id, cast.dialogue_id, made.entries, set(apart), reason=reason, actor="test"
    )


def members(cast: Cast) -> dict[str, Member]:
    """The roll by code."""
    with cast.stores.roll.reading() as session:
        return {one.code: one for one in session.scalars(select(Member).where(Member.dialogue_id == cast.dialogue_id))}


def logged(cast: Cast) -> list[dict[str, object]]:
    """The details of the imports that the log holds."""
    with cast.stores.roll.reading() as session:
        return [row.detail for row in session.scalars(select(RollLog).where(RollLog.action == "import"))]


def tree(cast: Cast) -> list[tuple[str, int]]:
    """The units with their depth."""
    with cast.reading() as session:
        return [(unit.name, depth) for unit, depth in units.tree(session, cast.organisation_id)]


def test_people_and_units_come_in_with_all_that_is_known(house: Cast) -> None:
    made = planned(house, ["1", "NGUYỄN VĂN AN", "Đoàn Sở / Chi đoàn A; Chi đoàn B", 912345678, "a@b.vn"])
    assert members(house) == {}
    assert bring(house, made) == Counter(new=1)
    (member,) = members(house).values()
    assert (member.name, member.phone, member.email, member.folded, member.added, member.epoch) == (
        "Nguyễn Văn An", PHONE, "a@b.vn", "nguyen van an 1", "", 0,
    )  # fmt: skip
    assert tree(house) == [("Chi đoàn B", 0), ("Đoàn Sở", 0), ("Chi đoàn A", 1)]
    with house.reading() as session, house.stores.roll.reading() as roll:
        names = units.names(session, house.organisation_id)
        besides = roll.scalars(select(Membership.unit_id).where(Membership.member_id == member.id)).all()
    assert (names[member.unit_id or ""], [names[unit] for unit in besides]) == ("Chi đoàn A", ["Chi đoàn B"])
    assert house.personal(member.id).token


def test_second_confirmation_of_one_preview_changes_nothing(house: Cast) -> None:
    made = planned(house, [None, "Lê An", "Chi đoàn A", None, None], ["2", "Lê Bo", "Chi đoàn A", None, None])
    assert bring(house, made) == Counter(new=2)
    before = {code: (one.id, one.link) for code, one in members(house).items()}
    assert bring(house, made) == Counter(same=2)
    assert {code: (one.id, one.link) for code, one in members(house).items()} == before
    assert sorted(int(str(entry["people"])) for entry in logged(house)) == [0, 2]


def test_import_again_updates_and_keeps_links_and_those_who_are_missing(house: Cast) -> None:
    bring(house, planned(house, ["1", "Lê An", "Chi đoàn A", None, None], ["2", "Lê Bo", "Chi đoàn A", PHONE, None]))
    before = members(house)
    made = planned(house, ["1", "Lê Văn An", "Chi đoàn B", PHONE, None], ["3", "Lê Chi", "Chi đoàn A", None, None])
    assert bring(house, made) == Counter(new=1, changed=1)
    after = members(house)
    assert {code: (one.id, one.link, one.twin, one.epoch) for code, one in before.items()} == {
        code: (after[code].id, after[code].link, after[code].twin, after[code].epoch) for code in before
    }  # fmt: skip
    assert (after["1"].name, after["1"].folded, after["1"].phone) == ("Lê Văn An", "le van an 1", PHONE)
    assert after["1"].unit_id != before["1"].unit_id
    assert after["1"].sort != before["1"].sort
    assert (after["2"].name, after["2"].phone) == ("Lê Bo", PHONE)


def test_code_of_the_office_takes_the_place_of_one_that_was_made(house: Cast) -> None:
    bring(house, planned(house, [None, "Lê An", "Chi đoàn A", PHONE, None]))
    (old,) = members(house).values()
    assert bring(house, planned(house, ["DV1", "Lê An", "Chi đoàn A", PHONE, None])) == Counter(changed=1)
    assert {code: (one.id, one.link) for code, one in members(house).items()} == {"DV1": (old.id, old.link)}


def test_twin_that_was_said_to_stand_apart_gets_a_seat(house: Cast) -> None:
    rows = [[None, "Lê An", unit, PHONE, None] for unit in ("Chi đoàn A", "Chi đoàn B")]
    made = planned(house, *rows)
    assert bring(house, made, 1) == Counter(new=2)
    assert [entry.apart for entry in planned(house, *rows).entries] == [False, True]
    assert bring(house, planned(house, *rows), 1) == Counter(same=2)


def test_person_of_two_units_has_one_seat_and_the_first_is_the_main_unit(house: Cast) -> None:
    made = planned(house, *([None, "Lê An", unit, PHONE, None] for unit in ("Chi đoàn A", "Chi đoàn B")))
    assert bring(house, made) == Counter(new=1)
    (member,) = members(house).values()
    with house.reading() as session:
        assert units.names(session, house.organisation_id)[member.unit_id or ""] == "Chi đoàn A"


def test_nothing_comes_in_before_the_list_says_what_it_is_for_and_when_it_goes(app: Flask) -> None:
    cast = make_cast(app, entry="roll")
    made = planned(cast, ["1", "Lê An", "Chi đoàn A", None, None])
    with pytest.raises(NotNow):
        bring(cast, made)
    assert (members(cast), tree(cast)) == ({}, [])
    agree(cast)
    assert bring(cast, made) == Counter(new=1)


def test_nothing_comes_in_once_the_roll_is_deleted_or_links_are_dead(house: Cast) -> None:
    made = planned(house, ["1", "Lê An", "Chi đoàn A", None, None])

    def purge(session) -> None:  # type: ignore[no-untyped-def]
        session.get(Roll, house.dialogue_id).purged_at = now()

    def undo(session) -> None:  # type: ignore[no-untyped-def]
        session.get(Roll, house.dialogue_id).purged_at = None

    house.stores.roll.write(purge)
    with pytest.raises(NotNow):
        bring(house, made)
    house.stores.roll.write(undo)
    house.keys.destroy(house.dialogue_id, "link")
    with pytest.raises(KeyMissing):
        bring(house, made)
    assert members(house) == {}


def test_after_freezing_people_come_late_with_a_reason_and_are_counted_apart(house: Cast) -> None:
    bring(house, planned(house, ["1", "Lê An", "Chi đoàn A", None, None]))
    house.stores.roll.write(service.freeze, house.dialogue_id, actor="test")
    made = planned(house, ["2", "Lê Bo", "Chi đoàn A", None, None], ["1", "Lê Văn An", "Chi đoàn A", None, None])
    for reason in ("", " ", "x", "x" * 201):
        with pytest.raises(Invalid) as refused:
            bring(house, made, reason=reason)
        assert set(refused.value.fields) == {"reason"}
    assert set(members(house)) == {"1"}
    assert bring(house, made, reason="Đơn vị gửi thiếu") == Counter(new=1, changed=1)
    found = members(house)
    assert [(found[code].added, found[code].reason, found[code].name) for code in "12"] == [
        ("", "", "Lê Văn An"), ("late", "Đơn vị gửi thiếu", "Lê Bo"),
    ]  # fmt: skip
    with house.stores.roll.reading() as session:
        assert session.get_one(Roll, house.dialogue_id).frozen_total == 1


def test_roll_that_is_frozen_between_preview_and_confirmation_takes_nobody_without_a_reason(house: Cast) -> None:
    bring(house, planned(house, ["1", "Lê An", "Chi đoàn A", None, None]))
    made = planned(house, ["1", "Trần Bo", "Chi đoàn A", None, None], ["2", "Lê Chi", "Chi đoàn A", None, None])
    house.stores.roll.write(service.freeze, house.dialogue_id, actor="test")
    with pytest.raises(Invalid):
        bring(house, made)
    assert bring(house, made, reason="Gửi thiếu") == Counter(
        new=1, refused=1
    )  # another person in a counted seat: never
    assert members(house)["1"].name == "Lê An"


def test_code_that_somebody_else_took_meanwhile_is_not_given_twice(house: Cast) -> None:
    made = planned(house, ["1", "Lê An", "Chi đoàn A", None, None])
    step = bringing.Step(next(iter(bringing._placed(house.stores, house.organisation_id, made.entries, set()))), "", {})
    key = house.keys.get(house.dialogue_id, "link")
    assert house.stores.roll.write(bringing.write, key, house.dialogue_id, [step], "") == Counter(new=1)
    assert house.stores.roll.write(bringing.write, key, house.dialogue_id, [step, step], "") == Counter(same=2)
    assert len(members(house)) == 1


def test_log_counts_and_names_nobody(house: Cast) -> None:
    bring(house, planned(house, ["1", "Lê An", "Chi đoàn A", PHONE, None]))
    assert logged(house) == [{"people": 1, "new": 1}]


def test_lots_are_small_enough_for_everybody_else(house: Cast) -> None:
    rows = [[f"DV{n}", name, "Chi đoàn A", f"0912{n:06}", None] for n, name in enumerate(people(600))]
    made, taken = planned(house, *rows), []
    real = house.stores.roll.write

    def timed(fn, *args, **kwargs):  # type: ignore[no-untyped-def]
        if fn is not bringing.write:
            return real(fn, *args, **kwargs)
        began = time.thread_time()
        try:
            return real(fn, *args, **kwargs)
        finally:
            taken.append(time.thread_time() - began)

    house.stores.roll.write = timed  # type: ignore[method-assign]
    assert bring(house, made) == Counter(new=600)
    assert len(taken) == 600 / bringing.LOT
    assert sorted(taken)[len(taken) // 2] < 0.1  # 0.05 s, and twice that on a noisy machine


def test_second_import_at_once_on_postgresql_gives_everybody_one_seat(cast_on_postgres: Cast) -> None:
    agree(cast_on_postgres)
    rows = [[f"DV{n}", name, "Chi đoàn A", None, None] for n, name in enumerate(people(120))]
    made, done = planned(cast_on_postgres, *rows), []
    jobs = [threading.Thread(target=lambda: done.append(bring(cast_on_postgres, made))) for _ in range(3)]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join()
    assert sum((one for one in done), Counter())["new"] == 120
    assert len(members(cast_on_postgres)) == 120


WORD = st.sampled_from(["An", "Bình", "Đạt", "Hòa", "Ẩn", "Thùy", "Ánh", "Y", "Niê"])
NAME = st.lists(WORD, min_size=2, max_size=4).map(" ".join)
UNIT = st.sampled_from([(), ("Chi đoàn A",), ("Chi đoàn B",), ("Đoàn Sở", "Chi đoàn A"), ("Đoàn Sở", "Phòng/ban 1")])
ENTRY = st.tuples(
    st.from_regex(r"[A-Z0-9][A-Z0-9./-]{0,7}", fullmatch=True), NAME, UNIT,
    st.from_regex(r"(|0[35789][0-9]{8})", fullmatch=True), st.sampled_from(["", "an@camau.gov.vn", "b.c@d.vn"]), UNIT,
)  # fmt: skip


@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=SLOW, phases=[Phase.explicit, Phase.generate]
)
@given(entries=st.lists(ENTRY, min_size=1, max_size=12, unique_by=lambda entry: entry[0].casefold()))
def test_roll_that_was_taken_out_comes_back_unchanged(house: Cast, entries: list[tuple]) -> None:  # type: ignore[type-arg]
    cast = house
    cast.stores.roll.write(_empty)

    def unit(path: tuple[str, ...]) -> str | None:
        return cast.write(units.ensure, cast.organisation_id, path) if path else None

    for code, name, path, phone, email, further in entries:
        besides = (unit(further),) if path and further else ()
        cast.enrol(name, unit(path), code=code, phone=phone, email=email, further=besides)
    before = _all(cast)
    with cast.reading() as session, cast.stores.roll.reading() as roll:
        known = units.forest(session, cast.organisation_id)
        data = workbook(bringing.known(roll, cast.dialogue_id), known.path)
    made = seen(cast, data)
    assert (made.view["new"], made.view["changed"], made.view["same"], made.view["lost"]) == (0, 0, len(entries), [])
    assert bring(cast, made) == Counter(same=len(entries))
    assert _all(cast) == before


def _empty(session) -> None:  # type: ignore[no-untyped-def]
    for table in (Member, Membership):
        session.execute(delete(table))


def _all(cast: Cast) -> list[tuple]:  # type: ignore[type-arg]
    with cast.stores.roll.reading() as session:
        rows = session.execute(select(*Member.__table__.c).where(Member.dialogue_id == cast.dialogue_id))
        pairs = session.scalar(select(func.count()).select_from(Membership))
        return [*sorted(tuple(row) for row in rows), (pairs,)]
