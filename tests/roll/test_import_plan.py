"""What a file would do to the roll: doubles are found, people are known again, nobody is taken for somebody else."""

from __future__ import annotations

from typing import Any

import pytest

from survey.roll.importing.growing import Node
from survey.roll.importing.people import matched
from survey.roll.importing.people import persons
from survey.roll.importing.plan import Now
from survey.roll.importing.plan import Plan
from survey.roll.importing.plan import plan
from survey.roll.importing.reading import read_file
from survey.roll.importing.roster import How
from survey.roll.importing.roster import Incoming
from survey.roll.importing.roster import Known
from survey.roll.importing.roster import Roster
from survey.roll.importing.roster import is_same_person
from survey.roll.importing.upload import packed
from survey.roll.importing.upload import unpacked
from tests.roll.lists import book

HEAD = ["Mã", "Họ và tên", "Đơn vị", "SĐT", "Email"]
PHONE, OTHER = "0912345678", "0987654321"
A, B = Node("a", None, "Chi đoàn A"), Node("b", None, "Chi đoàn B")


def planned(
    *rows: list[Any], known: tuple[Known, ...] = (), nodes: tuple[Node, ...] = (A, B), frozen: bool = False
) -> Plan:
    """The plan of one sheet with these rows (code, name, unit, phone, address)."""
    return plan(read_file(book([HEAD, *rows]), "a.xlsx"), Now(list(nodes), list(known), frozen))


def figures(made: Plan) -> tuple[int, int, int, int, int]:
    """New, changed, the same, left out, missing."""
    view = made.view
    return view["new"], view["changed"], view["same"], len(view["lost"]), view["missing"]


def coming(made: Plan, *apart: int) -> list[tuple[str, str, list[str]]]:
    """Who comes in: code, name, units."""
    return [(one.code, one.name, [one.unit, *one.further]) for _at, one, _paths in persons(made.entries, set(apart))]


def member(code: str, name: str, unit: str = "a", phone: str = "", **more: Any) -> Known:
    """Somebody on the roll."""
    return Known(more.pop("id", f"id-{code}"), code, name, unit, more.pop("email", ""), phone, **more)


def rows_of(lines: list[dict[str, Any]]) -> list[int]:
    """The rows that are named."""
    return [line["row"] for line in lines]


def test_new_people_are_new_and_units_that_lack_are_named() -> None:
    made = planned(["1", "Lê An", "Chi đoàn A", PHONE, None], ["2", "Lê Bo", "Đoàn Sở / Chi đoàn C", None, None])
    assert figures(made) == (2, 0, 0, 0, 0)
    assert [(unit["name"], unit["people"], unit["new"]) for unit in made.view["units"]] == [
        ("Chi đoàn A", 1, False), ("Đoàn Sở / Chi đoàn C", 1, True),
    ]  # fmt: skip


def test_unit_that_looks_like_another_is_said() -> None:
    made = planned(["1", "Lê An", "Chi doan A", None, None], ["2", "Lê Bo", "CHI ĐOÀN  A", None, None])
    assert [(unit["name"], unit["like"]) for unit in made.view["units"]] == [
        ("Chi doan A", "Chi đoàn A"),
        ("Chi đoàn A", ""),
    ]


def test_code_of_two_people_is_named_and_the_second_is_left_out() -> None:
    made = planned(["1", "Lê An", "Chi đoàn A", None, None], ["1", "Trần Bo", "Chi đoàn A", None, None])
    assert (figures(made), rows_of(made.view["lost"])) == ((1, 0, 0, 1, 0), [3])
    assert made.view["lost"][0]["says"]["name"] == "Lê An"


def test_row_that_stands_twice_is_named_and_left_out() -> None:
    row = ["dv1", "Lê An", "Chi đoàn A", PHONE, None]
    made = planned(row, ["DV1", *row[1:]])
    assert (figures(made), rows_of(made.view["lost"])) == ((1, 0, 0, 1, 0), [3])


def test_same_code_in_two_units_is_one_person_of_two_units() -> None:
    made = planned(["1", "Lê An", "Chi đoàn B", None, None], ["1", "Lê An", "Chi đoàn A", PHONE, None])
    assert coming(made) == [("1", "Lê An", ["b", "a"])]
    assert rows_of(made.view["doubts"]) == [3]


def test_same_name_and_phone_in_two_units_is_one_seat_unless_somebody_says_otherwise() -> None:
    made = planned([None, "Lê An", "Chi đoàn B", PHONE, None], [None, "LÊ AN", "Chi đoàn A", PHONE, None])
    assert [(one["kind"], one["at"], one["apart"]) for one in made.view["choices"]] == [("units", 1, False)]
    assert [units for _code, _name, units in coming(made)] == [["b", "a"]]
    assert [units for _code, _name, units in coming(made, 1)] == [["b"], ["a"]]
    assert figures(made) == (1, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("first", "second", "choice"),
    [
        ((None, PHONE, None), (None, PHONE, None), True), ((None, PHONE, None), (None, None, None), True),
        ((None, None, None), (None, None, None), True), (("1", None, None), (None, None, None), True),
        ((None, PHONE, None), (None, OTHER, None), False), (("1", None, None), ("2", None, None), False),
        (("1", PHONE, None), ("2", PHONE, None), True), ((None, None, "a@b.vn"), (None, None, "c@d.vn"), False),
    ],
)  # fmt: skip
def test_namesakes_in_one_unit_are_one_person_only_where_nothing_tells_them_apart(
    first: tuple[Any, ...], second: tuple[Any, ...], choice: bool
) -> None:
    made = planned(*([code, "Lê Văn An", "Chi đoàn A", phone, mail] for code, phone, mail in (first, second)))
    assert bool(made.view["choices"]) is choice
    assert len(coming(made)) == (1 if choice else 2)
    assert len(coming(made, 1)) == 2
    assert any("gần trùng họ tên" in line["message"] for line in made.view["doubts"]) is not choice


def test_names_that_differ_by_marks_and_one_phone_of_two_people_are_said_and_both_come_in() -> None:
    made = planned(["1", "Lê Thị Hà", "Chi đoàn A", PHONE, None], ["2", "Lê Thị Hạ", "Chi đoàn A", None, None],
                   ["3", "Trần Bo", "Chi đoàn B", PHONE, None])  # fmt: skip
    assert (figures(made), rows_of(made.view["doubts"])) == ((3, 0, 0, 0, 0), [3, 4])


def test_codes_get_the_zeros_back_that_a_spreadsheet_took() -> None:
    made = planned(["0012", "Lê An", "Chi đoàn A", None, None], [7, "Lê Bo", "Chi đoàn A", None, None])
    assert [code for code, _name, _units in coming(made)] == ["0012", "0007"]
    assert rows_of(made.view["doubts"]) == [3]
    known = member("0007", "Lê Bo")
    alone = planned([7, "Lê Bo", "Chi đoàn A", None, None], known=(known,))
    assert (figures(alone), rows_of(alone.view["doubts"])) == ((0, 0, 1, 0, 0), [2])
    other = planned(
        ["DV7", "Lê Bo", "Chi đoàn A", OTHER, None], [70, "Lê Ca", "Chi đoàn A", None, None], known=(known,)
    )
    assert other.view["new"] == 2
    twins = (member("0007", "Lê Bo"), member("7", "Lê Ca"))
    both = planned(["0007", "Lê Bo", "Chi đoàn A", None, None], ["7", "Lê Ca", "Chi đoàn A", None, None], known=twins)
    assert figures(both) == (0, 0, 2, 0, 0)


def test_people_are_known_again_by_their_code_and_what_changed_is_shown() -> None:
    known = member("DV1", "Lê An", phone=PHONE, email="a@b.vn")
    made = planned(["dv1", "Lê Văn An", "Chi đoàn B", OTHER, None], known=(known, member("DV2", "Trần Ở Lại")))
    assert figures(made) == (0, 1, 0, 0, 1)
    assert made.view["changes"][0]["fields"] == [
        ("name", "Lê An", "Lê Văn An"), ("unit", "Chi đoàn A", "Chi đoàn B"), ("phone", PHONE, OTHER),
    ]  # fmt: skip
    assert [one["name"] for one in made.view["gone"]] == ["Trần Ở Lại"]


def test_people_without_a_code_are_known_again_by_name_unit_and_phone() -> None:
    known = member("#ABCDEF", "Hoàng Hòa", phone=PHONE)
    assert figures(planned([None, "HOÀNG HOÀ", "Chi đoàn A", PHONE, None], known=(known,)))[:3] == (0, 1, 0)
    assert figures(planned([None, "Hoàng Hòa", "chi đoàn a", None, None], known=(known,))) == (0, 0, 1, 0, 0)
    assert figures(planned([None, "Hoàng Hòa", "Chi đoàn A", OTHER, None], known=(known,))) == (1, 0, 0, 0, 1)
    assert figures(planned(["DV9", "Hoàng Hòa", "Chi đoàn A", PHONE, None], known=(known,)))[:2] == (0, 1)


def test_somebody_with_another_real_code_is_another_and_that_is_said() -> None:
    made = planned(["DV9", "Lê An", "Chi đoàn A", PHONE, None], known=(member("DV1", "Lê An", phone=PHONE),))
    assert (figures(made), rows_of(made.view["doubts"])) == ((1, 0, 0, 0, 1), [2])


def test_member_of_another_unit_with_this_name_and_phone_keeps_one_seat_unless_somebody_says_otherwise() -> None:
    known = member("#ABCDEF", "Lê An", "a", PHONE)
    made = planned([None, "Lê An", "Chi đoàn B", PHONE, None], known=(known,))
    assert [one["kind"] for one in made.view["choices"]] == ["seat"]
    assert made.view["changes"][0]["fields"] == [("further", "", "Chi đoàn B")]
    (person,) = [one for _at, one, _paths in persons(made.entries, {0})]
    assert Roster([known]).match(person) == (None, How.NOT)


def test_two_seats_that_were_given_once_are_kept_when_the_file_comes_again() -> None:
    known = (member("#A", "Lê An", "a", PHONE), member("#B", "Lê An", "b", PHONE))
    rows = [[None, "Lê An", unit, PHONE, None] for unit in ("Chi đoàn A", "Chi đoàn B")]
    assert figures(planned(*rows, known=known)) == (0, 0, 2, 0, 0)
    twice = (member("#A", "Lê An"), member("#B", "Lê An"))
    assert figures(planned(*[[None, "Lê An", "Chi đoàn A", None, None]] * 2, known=twice)) == (0, 0, 2, 0, 0)
    one = member("#A", "Lê An", "a", PHONE, further=("b",))
    assert figures(planned(*rows, known=(one,))) == (0, 0, 1, 0, 0)


def test_member_is_nobody_elses_whoever_stands_first_in_the_file() -> None:
    known = (member("#A", "Lê An", "a"), member("DV1", "Lê An", "b"))
    people = [Incoming("#X", "Lê An", "a"), Incoming("#A", "Lê An", "a")]
    assert [how for _known, how in matched(people, Roster(known))] == [How.NOT, How.CODE]


def test_empty_cells_erase_nothing() -> None:
    known = member("DV1", "Lê An", "a", PHONE, email="a@b.vn", further=("b",))
    assert figures(planned(["DV1", "Lê An", None, None, None], known=(known,))) == (0, 0, 1, 0, 0)
    assert figures(planned(["DV1", "Lê An", "Chi đoàn B", None, None], known=(known,))) == (0, 0, 1, 0, 0)


def test_other_person_under_a_known_code_is_said_and_after_freezing_left_out() -> None:
    known, row = member("DV1", "Lê An"), ["DV1", "Trần Bo", "Chi đoàn A", None, None]
    before = planned(row, known=(known,))
    assert (figures(before), rows_of(before.view["doubts"])) == ((0, 1, 0, 0, 0), [2])
    after = planned(row, known=(known,), frozen=True)
    assert (figures(after), rows_of(after.view["lost"]), coming(after)) == ((0, 0, 0, 1, 0), [2], [])
    assert figures(planned(["DV1", "Lê Văn An", "Chi đoàn A", None, None], known=(known,), frozen=True))[:2] == (0, 1)


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [("Lê An", "Lê Văn An", True), ("Nguyễn Văn An", "NGUYEN VAN AN", True), ("Lê An", "Lê Bo", True),
     ("Lê An", "Trần Bo", False), ("Nguyễn Thị Hoa", "Nguyễn Văn Nam", False)],
)  # fmt: skip
def test_correction_of_a_name_is_told_from_another_person(before: str, after: str, same: bool) -> None:
    assert is_same_person(before, after) is same


def test_codes_that_are_made_are_new_and_all_different() -> None:
    made = planned(*([None, f"Lê {chr(65 + n)}o", "Chi đoàn A", None, None] for n in range(20)))
    codes = [code for code, _name, _units in coming(made)]
    assert len(set(codes)) == 20
    assert {code[0] for code in codes} == {"#"}
    assert made.view["made"] == 20


def test_plan_survives_the_way_through_a_form() -> None:
    made = planned([None, "Lê An", "Chi đoàn B", PHONE, None], [None, "Lê An", "Chi đoàn C", PHONE, None])
    text, view = packed(made)
    back = unpacked(text)
    assert coming(back) == coming(made)
    assert back.view["choices"] == view["choices"]
    assert text.isascii()
