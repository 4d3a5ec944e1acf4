"""The organisation's tree of units: looked at, added to, put right, and never pulled from under a roll."""

from __future__ import annotations

import re
from typing import Any

import pytest

from survey.core.clock import now
from survey.organisations import units
from survey.organisations.models import Unit
from survey.roll import purging
from survey.roll import service
from survey.roll.models import UnitCount
from tests.conftest import Cast
from tests.conftest import csrf


class Gardener:
    """The organiser of the whole organisation at `/s/units`."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.client = cast, cast.staff("organiser", whole_organisation=True)
        self.token = csrf(self.client, "/s/units")

    def page(self, path: str = "") -> str:
        return self.client.get(f"/s/units{path}").get_data(as_text=True)

    def post(self, path: str = "", **data: Any) -> Any:
        return self.client.post(f"/s/units{path}", data={"csrf_token": self.token, **data})

    def add(self, name: str, parent: str = "", level: str = "") -> str:
        answer = self.post(name=name, parent=parent, level=level)
        assert answer.status_code == 303, answer.text
        found = [unit.id for unit, _depth in self.tree() if unit.name == name]
        return found[-1]

    def tree(self) -> list[tuple[Unit, int]]:
        with self.cast.reading() as session:
            return units.tree(session, self.cast.organisation_id)

    def drawn(self) -> list[str]:
        """The names as the page has them, one after the other."""
        return re.findall(r'href="/s/units/\w+"><span>([^<]*)</span>', self.page())


@pytest.fixture
def gardener(cast: Cast) -> Gardener:
    return Gardener(cast)


def test_tree_is_drawn_in_order_and_depth(gardener: Gardener) -> None:
    assert "Chưa có đơn vị nào" in gardener.page()
    ward = gardener.add("Đoàn phường Tân Thành")
    ten, two = gardener.add("Chi đoàn khóm 10", ward), gardener.add("Chi đoàn khóm 2", ward)
    cell = gardener.add("Phân đoàn 1", two, "Tổ")
    gardener.add("Ban Tổ chức")
    names = ["Ban Tổ chức", "Đoàn phường Tân Thành", "Chi đoàn khóm 2", "Phân đoàn 1", "Chi đoàn khóm 10"]
    assert gardener.drawn() == names
    assert [depth for _unit, depth in gardener.tree()] == [0, 0, 1, 2, 1]
    levels = {unit.id: unit.level for unit, _depth in gardener.tree()}
    assert (levels[ten], levels[cell]) == ("Chi đoàn", "Tổ"), "the label comes from the name where none is given"
    page = gardener.page()
    assert page.count('<ul class="tree">') == 2, "each branch is a list inside its unit"
    assert page.index("Chi đoàn khóm 2") < page.index("Phân đoàn 1") < page.index("Chi đoàn khóm 10")


def test_unit_is_renamed_moved_and_labelled_in_one_form(gardener: Gardener) -> None:
    top, other = gardener.add("Đoàn sở"), gardener.add("Đoàn trường")
    unit = gardener.add("Chi đoàn 1", top)
    assert gardener.post(f"/{unit}", name="Chi đoàn 1A", parent=other, level="Liên chi đoàn").status_code == 303
    with gardener.cast.reading() as session:
        found = session.get_one(Unit, unit)
        assert (found.name, found.parent_id, found.level, found.folded) == (
            "Chi đoàn 1A",
            other,
            "Liên chi đoàn",
            "chi doan 1a",
        )


def test_a_refused_form_keeps_what_was_typed_and_changes_nothing(gardener: Gardener) -> None:
    top = gardener.add("Đoàn sở")
    below = gardener.add("Chi đoàn 1", top)
    for path, data, status in (
        ("", {"name": "", "parent": top, "level": "Nhãn thử"}, 422),
        ("", {"name": "Chi đoàn 1", "parent": top, "level": "Nhãn thử"}, 409),
        ("", {"name": "x" * 200, "parent": "", "level": "Nhãn thử"}, 422),
        (f"/{top}", {"name": "Đoàn mới", "parent": below, "level": "Nhãn thử"}, 422),
        (f"/{below}", {"name": "", "parent": "", "level": "Nhãn thử"}, 422),
    ):
        answer = gardener.post(path, **data)
        assert answer.status_code == status, data
        assert 'value="Nhãn thử"' in answer.text
        assert 'class="err"' in answer.text
    assert [(unit.name, depth) for unit, depth in gardener.tree()] == [("Đoàn sở", 0), ("Chi đoàn 1", 1)]


def test_a_unit_is_offered_no_place_below_itself(gardener: Gardener) -> None:
    top = gardener.add("Đoàn sở")
    below, beside = gardener.add("Chi đoàn 1", top), gardener.add("Đoàn trường")
    offered = set(re.findall(r'<option (?:selected )?value="(\w{12})"', gardener.page(f"/{top}")))
    assert offered == {beside}
    assert below not in offered
    assert f'<option selected value="{top}"' in gardener.page(f"?under={top}")


def test_a_unit_that_a_roll_names_stays(gardener: Gardener) -> None:
    """For a member, for somebody who belongs to it besides, and for a count that was published; also after deletion."""
    cast = gardener.cast
    main, besides, free = (gardener.add(f"Chi đoàn {number}") for number in (1, 2, 3))
    for number in range(6):
        cast.enrol(f"Lê Văn {number}", main, further=(besides,))
    for unit in (main, besides):
        assert "/removal" not in gardener.page(f"/{unit}")
        assert gardener.post(f"/{unit}/removal").status_code == 409
    cast.stores.roll.write(service.freeze, cast.dialogue_id, actor="test")
    purging.purge(cast.stores, cast.dialogue_id, now(), actor="test")
    with cast.stores.roll.reading() as session:
        assert session.get(UnitCount, (cast.dialogue_id, main)) is not None
    assert gardener.post(f"/{main}/removal").status_code == 409
    assert "/removal" in gardener.page(f"/{free}")
    assert gardener.post(f"/{free}/removal").status_code == 303
    assert [unit.name for unit, _depth in gardener.tree()] == ["Chi đoàn 1", "Chi đoàn 2"]


def test_a_unit_with_units_below_stays(gardener: Gardener) -> None:
    top = gardener.add("Đoàn sở")
    below = gardener.add("Chi đoàn 1", top)
    assert gardener.post(f"/{top}/removal").status_code == 409
    assert gardener.post(f"/{below}/removal").status_code == 303
    assert gardener.post(f"/{top}/removal").status_code == 303
    assert gardener.tree() == []


def test_units_of_another_house_are_not_there(gardener: Gardener) -> None:
    """The outsider has a tree of their own: the same code, another organisation."""
    mine = gardener.add("Đoàn sở Nội vụ")
    outsider = gardener.cast.outsider()
    token = csrf(outsider, "/s/units")
    assert "Đoàn sở Nội vụ" in gardener.page()
    assert "Đoàn sở Nội vụ" not in outsider.get("/s/units").get_data(as_text=True)
    assert outsider.get(f"/s/units/{mine}").status_code == 404
    for path in (mine, f"{mine}/removal"):
        form = {"csrf_token": token, "name": "Bị đổi", "parent": ""}
        assert outsider.post(f"/s/units/{path}", data=form).status_code == 404
    assert outsider.post("/s/units", data={"csrf_token": token, "name": "Chen vào", "parent": mine}).status_code == 404
    assert [unit.name for unit, _depth in gardener.tree()] == ["Đoàn sở Nội vụ"]


def test_who_has_a_role_in_one_dialogue_only_has_no_tree(gardener: Gardener) -> None:
    for role in ("organiser", "moderator", "door"):
        assert gardener.cast.staff(role).get("/s/units").status_code == 404, role
    assert gardener.cast.staff("moderator", whole_organisation=True).get("/s/units").status_code == 403


def test_home_leads_whoever_may_to_the_tree(gardener: Gardener) -> None:
    assert 'href="/s/units"' in gardener.client.get("/s/").get_data(as_text=True)
    assert 'href="/s/units"' not in gardener.cast.staff("moderator").get("/s/").get_data(as_text=True)
