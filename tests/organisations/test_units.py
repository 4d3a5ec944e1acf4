"""The tree of units: found as offices write them, in Vietnamese order, never round in a circle."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from sqlalchemy import func
from sqlalchemy import select

from survey.core.errors import Conflict
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.organisations import units
from survey.organisations.forest import DEEPEST
from survey.organisations.models import Organisation
from survey.organisations.models import Unit
from tests.conftest import Cast
from tests.conftest import make_cast


@pytest.fixture
def house(app: Flask) -> Cast:
    """An organisation with a dialogue, and another organisation."""
    return make_cast(app)


def ensure(house: Cast, *path: str, level: str = "") -> str:
    """The unit at this path."""
    return house.write(units.ensure, house.organisation_id, path, level)


def lines(house: Cast) -> list[tuple[str, int]]:
    """The whole tree as names with their depth."""
    with house.reading() as session:
        return [(unit.name, depth) for unit, depth in units.tree(session, house.organisation_id)]


def label(house: Cast, unit_id: str) -> str:
    """The level label of a unit."""
    with house.reading() as session:
        return units.load(session, house.organisation_id, unit_id).level


def others_unit(house: Cast) -> str:
    """A unit of the other organisation."""
    with house.reading() as session:
        other = session.scalar(select(Organisation.id).where(Organisation.id != house.organisation_id))
    return house.write(units.ensure, other, ("Chi đoàn của nhà khác",))


def test_path_is_made_from_the_top_down_and_found_again(house: Cast) -> None:
    made = ensure(house, "Đoàn Sở Nội vụ", "Chi đoàn Văn phòng")
    assert ensure(house, "Đoàn Sở Nội vụ", "Chi đoàn Văn phòng") == made
    assert lines(house) == [("Đoàn Sở Nội vụ", 0), ("Chi đoàn Văn phòng", 1)]
    with house.reading() as session:
        assert units.names(session, house.organisation_id)[made] == "Chi đoàn Văn phòng"


@pytest.mark.parametrize(
    "written", ["CHI ĐOÀN XÃ HOÀ BÌNH", "  chi  đoàn xã Hòa Bình ", "Chi đoàn xa\u0303 Ho\u0300a Bi\u0300nh"]
)
def test_unit_written_another_way_is_the_same_unit(house: Cast, written: str) -> None:
    assert ensure(house, written) == ensure(house, "Chi đoàn xã Hòa Bình")


def test_units_that_differ_by_a_mark_are_two(house: Cast) -> None:
    assert len({ensure(house, name) for name in ("Xã Tân Hưng", "Xã Tân Hùng", "Xã Tân Hứng", "Xã Tan Hung")}) == 4


def test_path_that_leaves_out_the_top_means_the_only_unit_that_ends_so(house: Cast) -> None:
    deep = ensure(house, "Tỉnh đoàn", "Đoàn Sở Y tế", "Chi đoàn 1")
    assert ensure(house, "Chi đoàn 1") == deep
    assert ensure(house, "Đoàn Sở Y tế", "Chi đoàn 1") == deep
    other = ensure(house, "Tỉnh đoàn", "Đoàn Sở Xây dựng", "Chi đoàn 1")
    alone = ensure(house, "Chi đoàn 1")  # two could be meant, so it is a third
    assert len({deep, other, alone}) == 3
    assert ensure(house, "Đoàn Sở Xây dựng", "Chi đoàn 2") != ensure(house, "Chi đoàn 1")


def test_tree_stands_in_vietnamese_order_with_numbers_by_value(house: Cast) -> None:
    for name in ("Chi đoàn 10", "Chi đoàn 2", "Đoàn xã", "Đảng ủy", "Ban Dân vận", "Ấp 1", "Ân"):
        ensure(house, name)
    assert [name for name, _ in lines(house)] == [
        "Ân", "Ấp 1", "Ban Dân vận", "Chi đoàn 2", "Chi đoàn 10", "Đảng ủy", "Đoàn xã",
    ]  # fmt: skip


def test_level_is_told_by_the_name_unless_it_is_given(house: Cast) -> None:
    assert label(house, ensure(house, "CHI ĐOÀN CƠ SỞ Công an")) == "Chi đoàn cơ sở"
    assert label(house, ensure(house, "Chi đoàn Sở")) == "Chi đoàn"
    assert label(house, ensure(house, "Văn phòng")) == ""
    assert label(house, ensure(house, "Khối 1", level="Khối thi đua")) == "Khối thi đua"


def test_unit_is_added_where_it_is_wanted_although_the_name_stands_elsewhere(house: Cast) -> None:
    ensure(house, "A", "Chi đoàn 1")
    top = ensure(house, "B")
    house.write(units.add, house.organisation_id, top, "Chi đoàn 1")
    assert lines(house) == [("A", 0), ("Chi đoàn 1", 1), ("B", 0), ("Chi đoàn 1", 1)]
    with pytest.raises(Conflict):
        house.write(units.add, house.organisation_id, top, "CHI ĐOÀN 1")


def test_rename_changes_name_and_label_and_refuses_a_name_that_is_taken(house: Cast) -> None:
    one, _two = ensure(house, "Chi đoàn 1"), ensure(house, "Chi đoàn 2")
    house.write(units.rename, house.organisation_id, one, " Chi  đoàn Một ", "Tổ")
    assert [name for name, _ in lines(house)] == ["Chi đoàn 2", "Chi đoàn Một"]
    assert label(house, one) == "Tổ"
    house.write(units.rename, house.organisation_id, one, "CHI ĐOÀN MỘT")
    assert label(house, one) == "Tổ"
    with pytest.raises(Conflict):
        house.write(units.rename, house.organisation_id, one, "chi đoàn 2")


def test_unit_moves_with_all_below_it_and_never_below_itself(house: Cast) -> None:
    ensure(house, "A", "B", "C")
    top, low = ensure(house, "A", "B"), ensure(house, "A", "B", "C")
    for below in (top, low):
        with pytest.raises(Invalid):
            house.write(units.move, house.organisation_id, top, below)
    house.write(units.move, house.organisation_id, top, None)
    assert lines(house) == [("A", 0), ("B", 0), ("C", 1)]
    ensure(house, "A", "Chi đoàn", "B")
    with pytest.raises(Conflict):
        house.write(units.move, house.organisation_id, top, ensure(house, "A", "Chi đoàn"))


def test_tree_has_eight_levels_at_most(house: Cast) -> None:
    deepest = ensure(house, *(f"Cấp {n}" for n in range(DEEPEST)))
    with pytest.raises(Invalid):
        house.write(units.add, house.organisation_id, deepest, "Dưới nữa")
    with pytest.raises(Invalid):
        ensure(house, *(f"Cấp {n}" for n in range(DEEPEST + 1)))
    pair = ensure(house, "X", "Y")
    with pytest.raises(Invalid):
        house.write(
            units.move, house.organisation_id, ensure(house, "X"), ensure(house, *(f"Cấp {n}" for n in range(7)))
        )
    house.write(units.move, house.organisation_id, pair, ensure(house, *(f"Cấp {n}" for n in range(7))))


def test_unit_with_others_below_it_is_not_removed(house: Cast) -> None:
    low = ensure(house, "A", "B")
    with pytest.raises(Conflict):
        house.write(units.remove, house.organisation_id, ensure(house, "A"))
    house.write(units.remove, house.organisation_id, low)
    assert lines(house) == [("A", 0)]


@pytest.mark.parametrize("name", ["", "   ", "x" * 121, "\u200e"])
def test_name_that_cannot_be_used_is_refused(house: Cast, name: str) -> None:
    with pytest.raises(Invalid):
        ensure(house, name)
    assert lines(house) == []


def test_unit_of_another_organisation_is_not_there(house: Cast) -> None:
    theirs, ours = others_unit(house), ensure(house, "Chi đoàn của ta")
    for act in (
        (units.rename, theirs, "Của ta"), (units.move, theirs, None), (units.move, ours, theirs),
        (units.remove, theirs), (units.add, theirs, "Con"),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            house.write(act[0], house.organisation_id, *act[1:])
    assert ensure(house, "Chi đoàn của nhà khác") != theirs


def test_same_path_from_two_jobs_is_one_unit(cast_on_postgres: Cast) -> None:
    ids: list[str] = []
    jobs = [threading.Thread(target=lambda: ids.append(ensure(cast_on_postgres, "A", "B"))) for _ in range(4)]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join()
    assert len(ids) == 4
    assert len(set(ids)) == 1
    with cast_on_postgres.reading() as session:
        assert session.scalar(select(func.count()).select_from(Unit)) == 2
