"""What holds for every kind, and the rules of each that a member or an organiser could run into."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from survey.core.errors import Invalid
from survey.questionnaires.kinds import KINDS
from survey.questionnaires.kinds import Refusal
from survey.questionnaires.kinds import Tally
from survey.questionnaires.kinds.amount import number_of
from survey.questionnaires.kinds.amount import written

LINES = "Thu nhập\nMáy tính\nĐào tạo"
UNITS = [("u1", "Tỉnh đoàn", 0), ("u2", "Chi đoàn Sở Nội vụ", 1), ("u3", "Chi đoàn Báo", 1)]
TYPED: Mapping[str, dict[str, Any]] = {
    "single": {"options": LINES, "other": True, "shuffled": False},
    "multiple": {"options": LINES, "other": True, "shuffled": True, "fewest": "1", "most": "2"},
    "yesno": {}, "rating": {"steps": "5", "low": "kém", "high": "tốt"}, "score": {"low": "không", "high": "chắc chắn"},
    "matrix": {"rows": "Lương\nNhà ở", "steps": "4", "low": "", "high": ""}, "rank": {"options": LINES, "shuffled": False},
    "short": {}, "text": {}, "number": {"least": "0", "greatest": "99,5", "decimals": True, "measure": "năm"},
    "date": {"least": "1/1/2026", "greatest": "31/12/2026"}, "unit": {"units": UNITS}, "section": {"page": True}, "note": {},
}  # fmt: skip
MADE = {name: kind.configure(TYPED[name], {}) for name, kind in KINDS.items()}


def options(name: str, what: str = "options") -> list[str]:
    return [option["id"] for option in MADE[name][what]]


VALUES: Mapping[str, Any] = {
    "single": {"other": "Nhà trẻ"}, "multiple": [options("multiple")[1], {"other": "Nhà trẻ"}], "yesno": "no", "rating": 3,
    "score": 0, "matrix": dict.fromkeys(options("matrix", "rows"), 4), "rank": options("rank")[::-1], "short": "Một dòng",
    "text": "Chữ", "number": 12.5, "date": "2026-03-26", "unit": "u2", "section": None, "note": None,
}  # fmt: skip
ASKING = [name for name, kind in KINDS.items() if kind.asks]


def refused(name: str, *values: str, required: bool = False, parts: Mapping[str, str] | None = None) -> bool:
    """Whether this is no answer to the item of that kind."""
    raw = {"": list(values), **{part: [value] for part, value in (parts or {}).items()}}
    return isinstance(KINDS[name].parse(raw, MADE[name], required=required), Refusal)


def counted(name: str, *values: Any) -> Tally:
    """A tally that went through the database."""
    return Tally.from_json(KINDS[name].tally(list(values), MADE[name]).to_json())


@pytest.mark.parametrize("name", ASKING)
def test_every_kind_fills_the_form_with_what_it_parsed(name: str) -> None:
    kind, value = KINDS[name], VALUES[name]
    assert kind.parse(kind.fill(value), MADE[name], required=True) == value
    assert kind.cell(value, MADE[name]) != ""
    assert kind.cell(None, MADE[name]) == ""
    assert kind.tally([value], MADE[name]).answered == 1


@pytest.mark.parametrize("name", list(KINDS))
def test_every_kind_shows_the_builder_what_it_made(name: str) -> None:
    kind = KINDS[name]
    assert kind.configure(kind.typed(MADE[name]), MADE[name]) == MADE[name]
    assert kind.check(MADE[name]) is None
    assert kind.same_meaning(MADE[name], MADE[name])
    assert set(kind.typed(MADE[name])) == set(kind.fields)


@pytest.mark.parametrize("name", ASKING)
def test_an_empty_answer_is_none_unless_it_is_asked_for(name: str) -> None:
    assert KINDS[name].parse({}, MADE[name], required=False) is None
    assert refused(name, required=True)


@pytest.mark.parametrize("name", ["single", "multiple", "yesno", "rating", "score", "unit"])
@pytest.mark.parametrize("answer", ["không có", "٣", "05", "-1", "99"])
def test_what_was_never_offered_is_refused(name: str, answer: str) -> None:
    assert refused(name, answer)


def test_other_needs_words_and_only_where_it_is_offered() -> None:
    assert refused("single", "other")
    assert refused("single", "other", parts={"other": "x" * 201})
    assert KINDS["single"].parse({"": ["other"], "other": [" Nhà  trẻ "]}, MADE["single"], required=True) == {
        "other": "Nhà trẻ"
    }
    plain = KINDS["single"].configure({"options": LINES}, {})
    assert isinstance(KINDS["single"].parse({"": ["other"], "other": ["x"]}, plain, required=True), Refusal)


def test_other_is_counted_with_the_options_and_its_words_are_kept_apart() -> None:
    tally = counted("single", {"other": "Nhà trẻ"}, options("single")[0])
    assert KINDS["single"].figures(tally, MADE["single"]).rows[-1] == ("Khác", 1)
    assert tally.texts == ("Nhà trẻ",)


def test_multiple_holds_its_limits_and_counts_people() -> None:
    first, second, third = options("multiple")
    assert KINDS["multiple"].parse({"": [third, first, first]}, MADE["multiple"], required=True) == [first, third]
    assert refused("multiple", first, second, third)
    tally = counted("multiple", [first, second], [first])
    assert (tally.answered, tally.counts[first]) == (2, 2)


@pytest.mark.parametrize(
    "limits", [{"most": "9"}, {"fewest": "9"}, {"fewest": "3", "most": "2"}, {"most": "0"}, {"most": "x"}]
)
def test_multiple_refuses_limits_that_nobody_can_keep(limits: dict[str, str]) -> None:
    with pytest.raises(Invalid) as wrong:
        KINDS["multiple"].configure({"options": LINES, **limits}, {})
    assert set(wrong.value.fields) <= {"fewest", "most"}


def test_recommendation_score_is_promoters_less_detractors() -> None:
    figures = KINDS["score"].figures(counted("score", 10, 9, 8, 6, 0), MADE["score"])
    assert figures.score == 0.0
    assert figures.mean == 6.6
    assert KINDS["score"].figures(counted("score", 10, 10, 9, 7), MADE["score"]).score == 75.0
    assert KINDS["score"].figures(Tally(), MADE["score"]).score is None


def test_matrix_asks_for_all_rows_only_where_it_is_required() -> None:
    first, second = options("matrix", "rows")
    assert refused("matrix", required=True, parts={first: "2"})
    assert KINDS["matrix"].parse({first: ["2"]}, MADE["matrix"], required=False) == {first: 2}
    assert refused("matrix", parts={first: "5"})
    parts = KINDS["matrix"].figures(counted("matrix", {first: 2, second: 4}, {first: 4}), MADE["matrix"]).parts
    assert [(part.label, part.mean, sum(count for _, count in part.rows)) for part in parts] == [
        ("Lương", 3.0, 2),
        ("Nhà ở", 4.0, 1),
    ]


@pytest.mark.parametrize("places", ["1 1 -", "1 3 -", "2 - -", "0 1 -", "x - -", "1 2 4"])
def test_rank_wants_numbers_without_gaps(places: str) -> None:
    assert refused("rank", parts=dict(zip(options("rank"), places.replace("-", "").split(" "), strict=True)))


def test_rank_gives_mean_places_and_first_choices() -> None:
    first, second, third = options("rank")
    assert KINDS["rank"].parse({second: ["1"], first: ["2"]}, MADE["rank"], required=True) == [second, first]
    figures = KINDS["rank"].figures(counted("rank", [first, second], [second, first, third]), MADE["rank"])
    assert [part.mean for part in figures.parts] == [1.5, 1.5, 3.0]
    assert [count for _, count in figures.rows] == [1, 1, 0]


@pytest.mark.parametrize(
    ("typed", "value"),
    [("12", 12), ("1.234", 1234), ("1 234", 1234), ("1.234,5", 1234.5), ("12,5", 12.5), ("12.5", 12.5), ("-3", -3), ("2,0", 2),
     ("1e9", None), ("٣", None), ("1,2,3", None), ("1.23.4", None), ("NaN", None), ("", None), ("9" * 13, None), ("1_0", None)],
)  # fmt: skip
def test_numbers_are_read_as_they_are_written_here(typed: str, value: float | None) -> None:
    assert number_of(typed) == value


@settings(deadline=None)
@given(st.integers(-(10**11), 10**11).map(lambda n: n / 100))
def test_a_number_comes_back_from_its_own_writing(value: float) -> None:
    assert number_of(written(value)) == value


def test_number_keeps_its_bounds_and_whole_numbers() -> None:
    assert refused("number", "-1")
    assert refused("number", "99,6")
    whole = KINDS["number"].configure({"least": "1"}, {})
    assert isinstance(KINDS["number"].parse({"": ["2,5"]}, whole, required=True), Refusal)
    with pytest.raises(Invalid):
        KINDS["number"].configure({"least": "5", "greatest": "4"}, {})
    wider, narrower = ({**MADE["number"], "greatest": bound} for bound in (200, 50))
    assert KINDS["number"].same_meaning(MADE["number"], wider)
    assert not KINDS["number"].same_meaning(MADE["number"], narrower)


@settings(deadline=None)
@given(st.lists(st.integers(0, 5_000), min_size=1, max_size=60))
def test_ranges_of_numbers_lose_nobody(values: list[int]) -> None:
    figures = KINDS["number"].figures(counted("number", *values), MADE["number"])
    assert sum(count for _, count in figures.rows) == len(values)
    assert len(figures.rows) <= 10
    assert figures.mean == pytest.approx(sum(values) / len(values))


@pytest.mark.parametrize("typed", ["26/3/2026", "2026-03-26", "26 tháng 3 năm 2026"])
def test_days_are_read_as_they_are_written_here(typed: str) -> None:
    assert KINDS["date"].parse({"": [typed]}, MADE["date"], required=True) == "2026-03-26"


@pytest.mark.parametrize("typed", ["31/2/2026", "26/3/2025", "hôm qua", "26/3"])
def test_days_that_are_none_or_out_of_bounds_are_refused(typed: str) -> None:
    assert refused("date", typed)


def test_days_are_counted_by_month_alone() -> None:
    tally = counted("date", "2026-03-26", "2026-03-01", "2026-11-02")
    assert KINDS["date"].figures(tally, MADE["date"]).rows == [("3/2026", 2), ("11/2026", 1)]
    assert not any("26" in key.split("-")[2:] for key in tally.counts)


def test_units_below_five_are_added_up_and_shown_only_as_five() -> None:
    kind = KINDS["unit"]
    assert kind.figures(counted("unit", *["u2"] * 6, *["u3"] * 4), MADE["unit"]).rows == [("Chi đoàn Sở Nội vụ", 6)]
    rows = kind.figures(counted("unit", *["u1"] * 3, *["u3"] * 4), MADE["unit"]).rows
    assert [count for _, count in rows] == [7]
    assert not kind.same_meaning(MADE["unit"], kind.configure({"units": UNITS[:2]}, {}))
