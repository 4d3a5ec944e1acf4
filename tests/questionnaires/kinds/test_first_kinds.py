"""One choice, a rating, a long text: without database or Flask."""

from __future__ import annotations

import unicodedata

import pytest

from survey.core.errors import Invalid
from survey.questionnaires.kinds import KINDS
from survey.questionnaires.kinds import Refusal
from survey.questionnaires.kinds import Tally

SINGLE, RATING, TEXT = KINDS["single"], KINDS["rating"], KINDS["text"]
COLOURS = SINGLE.configure({"options": "Đỏ\nVàng\nXanh"}, {})
IDS = [option["id"] for option in COLOURS["options"]]
SCALE = RATING.configure({"steps": "5", "low": "kém", "high": "tốt"}, {})


def raw(*values):
    return {"": list(values)}


def test_single_options_keep_their_ids_through_new_wording_and_order():
    reworded = SINGLE.configure({"options": "Xanh\nĐỏ\nVàng tươi"}, COLOURS)
    assert [o["id"] for o in reworded["options"]] == [IDS[2], IDS[0], IDS[1]]
    assert SINGLE.same_meaning(COLOURS, reworded)


def test_single_another_option_changes_the_meaning():
    assert not SINGLE.same_meaning(COLOURS, SINGLE.configure({"options": "Đỏ\nVàng\nXanh\nTím"}, COLOURS))
    assert not SINGLE.same_meaning(COLOURS, SINGLE.configure({"options": "Đỏ\nVàng"}, COLOURS))


@pytest.mark.parametrize("options", ["", "Một", "Một\nmột", "\n".join(map(str, range(201))), "a\n" + "b" * 201])
def test_single_refuses_options_that_nobody_could_answer(options):
    with pytest.raises(Invalid) as refused:
        SINGLE.configure({"options": options}, {})
    assert set(refused.value.fields) == {"options"}


def test_single_parses_an_option_and_nothing_else():
    assert SINGLE.parse(raw(IDS[1]), COLOURS, required=True) == IDS[1]
    assert SINGLE.parse(raw(""), COLOURS, required=False) is None
    assert SINGLE.parse({}, COLOURS, required=False) is None
    assert isinstance(SINGLE.parse({}, COLOURS, required=True), Refusal)
    assert isinstance(SINGLE.parse(raw("không có"), COLOURS, required=False), Refusal)


def test_single_figures_hold_every_option_in_order_and_the_present_wording():
    tally = Tally.from_json(SINGLE.tally([IDS[2], IDS[0], IDS[2]], COLOURS).to_json())
    reworded = SINGLE.configure({"options": "Đỏ\nVàng\nXanh lá"}, COLOURS)
    assert SINGLE.figures(tally, reworded).rows == [("Đỏ", 1), ("Vàng", 0), ("Xanh lá", 2)]
    assert tally.answered == 3
    assert SINGLE.cell(IDS[0], COLOURS) == "Đỏ"
    assert SINGLE.cell(None, COLOURS) == ""


@pytest.mark.parametrize("steps", ["", "1", "11", "ba", "-3", "٥", "5.0", "999999999"])
def test_rating_takes_two_to_ten_steps(steps):
    with pytest.raises(Invalid):
        RATING.configure({"steps": steps}, {})


@pytest.mark.parametrize("answer", ["0", "6", "x", "1.5", "-1", "٣", "05"])
def test_rating_refuses_a_step_that_is_not_there(answer):
    assert isinstance(RATING.parse(raw(answer), SCALE, required=True), Refusal)


def test_rating_counts_steps_and_their_mean():
    values = [RATING.parse(raw(str(step)), SCALE, required=True) for step in (1, 4, 4, 5)]
    figures = RATING.figures(Tally.from_json(RATING.tally(values, SCALE).to_json()), SCALE)
    assert figures.rows == [("1 – kém", 1), ("2", 0), ("3", 0), ("4", 2), ("5 – tốt", 1)]
    assert figures.mean == 3.5
    assert RATING.figures(Tally(), SCALE).mean is None
    assert not RATING.same_meaning(SCALE, {**SCALE, "steps": 4})
    assert RATING.same_meaning(SCALE, {**SCALE, "low": "rất kém"})


def test_text_is_kept_as_nfc_without_control_characters():
    typed = unicodedata.normalize("NFD", "  Đường truyền\u202e yếu\x00 ")
    assert TEXT.parse(raw(typed), {}, required=True) == "Đường truyền yếu"
    assert TEXT.parse(raw("<b>&"), {}, required=True) == "<b>&"


def test_text_is_counted_in_characters_after_cleaning():
    assert len(TEXT.parse(raw(unicodedata.normalize("NFD", "ệ" * 2_000)), {}, required=True)) == 2_000
    assert isinstance(TEXT.parse(raw("ệ" * 2_001), {}, required=False), Refusal)
    assert TEXT.parse(raw(" \n\t "), {}, required=False) is None
    assert isinstance(TEXT.parse(raw(" \n\t "), {}, required=True), Refusal)
