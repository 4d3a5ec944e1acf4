"""Cards of likely duplicates: who leads, who stays where, and what each look costs."""

from __future__ import annotations

import time

from survey.core.ids import digest
from survey.desk.alike import FULL
from survey.desk.alike import Alike
from survey.desk.alike import Waiting

ONE = "Bao giờ xã được thay máy tính cũ ở bộ phận một cửa?"
TWO = "Khi nào xã được thay máy tính cũ ở bộ phận một cửa?"
BARE = "bao gio xa duoc thay may tinh cu o bo phan mot cua"
OTHER = "Đề nghị mở cửa nhà văn hóa vào buổi tối"
OTHERS = "Đề nghị mở cửa nhà văn hóa vào các buổi tối"


def of(*texts: str, apart: str = "") -> list[Waiting]:
    """Questions whose ids are a, b, c, ..."""
    return [Waiting(chr(97 + at), text, chr(97 + at) in apart) for at, text in enumerate(texts)]


def test_likely_duplicates_stand_under_the_one_that_came_first() -> None:
    assert Alike().cards(of(ONE, OTHER, TWO, OTHERS, "Một câu khác hẳn mọi câu")) == [["a", "c"], ["b", "d"], ["e"]]
    assert Alike().cards([]) == []


def test_a_newcomer_moves_nobody_and_who_is_decided_leaves_the_others_together() -> None:
    alike, (a, b, c, d) = Alike(), of(ONE, OTHER, TWO, BARE)
    assert alike.cards([a, b]) == [["a"], ["b"]]
    assert alike.cards([a, b, c, d]) == [["a", "c", "d"], ["b"]]
    assert alike.cards([b, c, d]) == [["b"], ["c", "d"]]
    assert alike.cards([a, b, c, d]) == [["b"], ["c", "a", "d"]]  # undo: it joins, and takes no card over


def test_of_those_that_come_together_one_with_accents_leads() -> None:
    alike, (a, b) = Alike(), of(BARE, ONE)
    assert alike.cards([a, b]) == [["b", "a"]]
    shown = Alike()
    assert shown.cards([a]) == [["a"]]
    assert shown.cards([a, b]) == [["a", "b"]]  # a desk shows the first already


def test_what_staff_set_apart_joins_no_card_until_that_is_taken_back() -> None:
    alike = Alike()
    assert alike.cards(of(ONE, TWO, BARE)) == [["a", "b", "c"]]
    assert alike.cards(of(ONE, TWO, BARE, apart="b")) == [["a", "c"], ["b"]]
    assert alike.cards(of(ONE, TWO, BARE)) == [["a", "b", "c"]]


def test_a_corrected_text_is_looked_at_anew() -> None:
    alike = Alike()
    assert alike.cards(of(ONE, TWO)) == [["a", "b"]]
    assert alike.cards(of(ONE, OTHER)) == [["a"], ["b"]]


def test_a_card_has_an_end() -> None:
    found = Alike().cards([Waiting(f"q{number:02}", f"{ONE} {number}") for number in range(FULL + 5)])
    assert [len(card) for card in found] == [FULL, 5]


def test_the_board_is_compared_once_and_then_what_is_new_on_it() -> None:
    alike, (a, b) = Alike(), of(ONE, OTHER)
    assert alike.on_board([a, b], {}) == {}
    assert alike.on_board([a, b], {"x": TWO, "y": "Một câu khác hẳn mọi câu"}) == {"a": "x"}
    assert alike.on_board([a, b], {"x": TWO, "z": OTHERS}) == {"a": "x", "b": "z"}
    assert alike.on_board([a, b], {"z": OTHERS}) == {"b": "z"}  # called, so it takes no more wordings
    assert alike.on_board(of(ONE, OTHER, apart="b"), {"x": TWO, "z": OTHERS}) == {"a": "x"}


def test_a_look_costs_what_is_new(figure) -> None:  # type: ignore[no-untyped-def]
    """Two hundred wait; one more comes."""

    def text(number: int) -> str:
        return " ".join(digest(f"alike {number}").hex()[at : at + 5] for at in range(0, 60, 5))

    alike, queue = Alike(), [Waiting(f"q{number}", text(number)) for number in range(200)]
    start = time.process_time()
    alike.cards(queue)
    first = time.process_time()
    alike.cards([*queue, Waiting("new", text(200))])
    new = time.process_time()
    alike.cards([*queue, Waiting("new", text(200))])
    same = time.process_time()
    figure(f"{(first - start) * 1000:.0f} ms at first, {(new - first) * 1000:.1f} ms a newcomer, "
           f"{(same - new) * 1000:.2f} ms nothing new")  # fmt: skip
    assert new - first < (first - start) / 4
    assert same - new < (first - start) / 20
