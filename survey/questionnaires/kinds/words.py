"""Answers in the member's own words: a line, or a paragraph."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

from survey.core.text import N_
from survey.core.text import clean
from survey.core.text import clean_line
from survey.questionnaires.kinds.base import Kind
from survey.questionnaires.kinds.base import Raw
from survey.questionnaires.kinds.base import Refusal
from survey.questionnaires.kinds.base import Settings
from survey.questionnaires.kinds.base import Tally
from survey.questionnaires.kinds.base import one

LONGEST_TEXT = 2_000  # characters of a long answer
LONGEST_LINE = 200
_WRITE = N_("Hãy viết câu trả lời.")


class Text(Kind):
    """A long answer. `board`: it may become a question on the board, and whoever answers is told so."""

    name, title, fields = "text", N_("Tự luận"), ("board",)

    def configure(self, typed: Mapping[str, Any], before: Settings) -> dict[str, Any]:
        """Whether answers may go on the board."""
        return {"board": bool(typed.get("board"))}

    def typed(self, settings: Settings) -> dict[str, Any]:
        """The same."""
        return {"board": bool(settings.get("board"))}

    def same_meaning(self, before: Settings, after: Settings) -> bool:
        """Nobody who has written finds the text on a board of which the page did not speak."""
        return bool(before.get("board")) or not after.get("board")

    def parse(self, raw: Raw, settings: Settings, *, required: bool) -> Any:
        """The text as it is kept: NFC, without control characters, at most 2,000 characters."""
        text = clean(one(raw))
        if not text:
            return Refusal(_WRITE) if required else None
        if len(text) > LONGEST_TEXT:
            return Refusal(N_("Câu trả lời dài quá 2.000 ký tự. Hãy rút gọn; những gì bạn viết vẫn còn đây."))
        return text

    def tally(self, values: Iterable[Any], settings: Settings) -> Tally:
        """All texts; the caller shuffles them."""
        texts = list(values)
        return Tally(len(texts), {}, texts)


class Short(Text):
    """One line."""

    name, title = "short", N_("Trả lời ngắn")

    def parse(self, raw: Raw, settings: Settings, *, required: bool) -> Any:
        """The line, at most 200 characters."""
        text = clean_line(one(raw))
        if not text:
            return Refusal(_WRITE) if required else None
        if len(text) > LONGEST_LINE:
            return Refusal(N_("Câu trả lời dài quá 200 ký tự. Hãy rút gọn; những gì bạn viết vẫn còn đây."))
        return text
