"""Vietnamese as data."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from survey.core.text import clean
from survey.core.text import clean_line
from survey.core.text import excerpt
from survey.core.text import fold
from survey.core.text import natural_key
from survey.core.text import sort_key
from survey.core.text import spelled


def test_clean_turns_what_phones_paste_into_nfc() -> None:
    """An iPhone pastes NFD; the same word must be the same bytes."""
    decomposed = unicodedata.normalize("NFD", "Đề nghị thay máy tính")
    assert decomposed != "Đề nghị thay máy tính"
    assert clean(decomposed) == "Đề nghị thay máy tính"


def test_clean_drops_marks_that_turn_the_text_round() -> None:
    """A right-to-left override would let a question read differently on the screen."""
    assert clean("an\u202etoàn\u200f \u2066thông tin\ufeff") == "antoàn thông tin"


def test_clean_keeps_paragraphs_and_drops_control_characters() -> None:
    """At most one empty line between two paragraphs; no NUL, no bell."""
    assert clean(" một\x00\x07  hai \r\n\r\n\r\n\r\nba ") == "một hai\n\nba"


def test_clean_line_is_one_line() -> None:
    """Names and themes have no line breaks."""
    assert clean_line("Đối thoại\n với  lãnh đạo ") == "Đối thoại với lãnh đạo"


@given(st.text(max_size=300))
def test_clean_done_twice_changes_nothing_more(raw: str) -> None:
    """What is stored is what would be stored again."""
    once = clean(raw)
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)


def test_fold_meets_old_and_new_tone_places() -> None:
    """ "hoà" and "hòa" are one word, and so is a phone without accents."""
    assert fold("Hoà") == fold("hòa") == fold("hoa") == "hoa"
    assert fold("ĐẠO ĐỨC công vụ") == "dao duc cong vu"


def test_sort_key_follows_the_vietnamese_dictionary() -> None:
    """Letters first (a ă â ... d đ e ê), tones second."""
    words = ["ấm", "an", "ăn", "đa", "da", "ma", "mà", "mả", "mã", "má", "mạ", "ơn", "on", "ôn"]
    expected = ["an", "ăn", "ấm", "da", "đa", "ma", "mà", "mả", "mã", "má", "mạ", "on", "ôn", "ơn"]
    assert sorted(words, key=sort_key) == expected


def test_excerpt_says_that_something_was_left_out() -> None:
    """The first words, and an ellipsis only where there is more."""
    assert excerpt("một hai ba", 2) == "một hai…"
    assert excerpt("một hai", 2) == "một hai"


def test_name_has_one_spelling_wherever_its_tone_stands() -> None:
    assert spelled("Xã HOÀ Bình") == spelled("xã  hòa bình") == spelled("xa\u0303 hoa\u0300 bi\u0300nh")
    assert len({spelled(word) for word in ("hoa", "hòa", "hóa", "họa", "hoă")}) == 5


def test_numbers_in_names_are_sorted_by_their_value() -> None:
    names = ["Chi đoàn 10", "Chi đoàn 2", "Chi đoàn 1b", "Ấp 3", "Đội 1"]
    assert sorted(names, key=natural_key) == ["Ấp 3", "Chi đoàn 1b", "Chi đoàn 2", "Chi đoàn 10", "Đội 1"]
