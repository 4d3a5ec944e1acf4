"""What is kept for all who see the same: one entry a name, and nothing of what was erased while it was made."""

from __future__ import annotations

from survey.live.kept import Kept


def test_what_was_read_before_it_was_erased_is_not_kept() -> None:
    kept: Kept[str] = Kept()

    def make() -> str:
        kept.clear()  # a text is erased while the page with it is made
        return "có câu bị xóa"

    assert kept("hall", 1, make) == "có câu bị xóa"
    assert kept("hall", 1, lambda: "không còn") == "không còn"
    assert kept("hall", 1, lambda: "lần nữa") == "không còn"
