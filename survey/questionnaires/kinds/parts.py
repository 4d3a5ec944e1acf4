"""What structures a questionnaire and asks nothing: a heading, which may begin a new page, and a text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from survey.core.text import N_
from survey.questionnaires.kinds.base import Kind
from survey.questionnaires.kinds.base import Raw
from survey.questionnaires.kinds.base import Settings
from survey.questionnaires.kinds.base import Tally


class Note(Kind):
    """A text between items."""

    name, title, asks = "note", N_("Đoạn chữ"), False

    def parse(self, raw: Raw, settings: Settings, *, required: bool) -> Any:
        """There is nothing to answer."""
        return None

    def tally(self, values: Any, settings: Settings) -> Tally:
        """Nothing."""
        return Tally()


class Section(Note):
    """A heading over the items below it."""

    name, title, fields = "section", N_("Phần (đề mục)"), ("page",)

    def configure(self, typed: Mapping[str, Any], before: Settings) -> dict[str, Any]:
        """Whether a new page begins here."""
        return {"page": bool(typed.get("page"))}

    def typed(self, settings: Settings) -> dict[str, Any]:
        """The same."""
        return {"page": bool(settings.get("page"))}
