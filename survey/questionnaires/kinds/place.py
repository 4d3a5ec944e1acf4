"""The unit that somebody belongs to, chosen from the organisation's tree as it was when the item was made."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

from survey.core.text import N_
from survey.questionnaires.kinds.base import UNKNOWN
from survey.questionnaires.kinds.base import Figures
from survey.questionnaires.kinds.base import Kind
from survey.questionnaires.kinds.base import Raw
from survey.questionnaires.kinds.base import Refusal
from survey.questionnaires.kinds.base import Settings
from survey.questionnaires.kinds.base import Tally
from survey.questionnaires.kinds.base import ids
from survey.questionnaires.kinds.base import label_of
from survey.questionnaires.kinds.base import one
from survey.questionnaires.kinds.base import refuse

FEWEST = 5  # answers under a unit; what has fewer is added up as "Đơn vị khác"
ELSEWHERE = N_("Đơn vị khác (mỗi nơi dưới 5 người)")


class Unit(Kind):
    """One unit of the tree. Settings keep its names, so that old figures stay readable after a unit is renamed."""

    name, title, hint = "unit", N_("Đơn vị"), N_("Chọn đơn vị của bạn.")
    fields = ()

    def configure(self, typed: Mapping[str, Any], before: Settings) -> dict[str, Any]:
        """`typed["units"]`: (id, name, depth) of the organisation's tree, given by the service."""
        units = typed.get("units") or [(o["id"], o["text"], o["depth"]) for o in before.get("options", ())]
        made = {"options": [{"id": unit, "text": name, "depth": depth} for unit, name, depth in units]}
        refuse("label", self.check(made))
        return made

    def typed(self, settings: Settings) -> dict[str, Any]:
        """Nothing to type."""
        return {}

    def check(self, settings: Settings) -> str | None:
        """A tree with at least two units."""
        if len(settings.get("options", ())) < 2:
            return N_("Tổ chức chưa có danh sách đơn vị. Hãy lập ở trang Đơn vị trước, rồi thêm mục này.")
        return None

    def same_meaning(self, before: Settings, after: Settings) -> bool:
        """Units may be added, none may go."""
        return set(ids(before)) <= set(ids(after))

    def parse(self, raw: Raw, settings: Settings, *, required: bool) -> Any:
        """The unit's id."""
        chosen = one(raw)
        if not chosen:
            return Refusal(N_("Hãy chọn một đơn vị.")) if required else None
        return chosen if chosen in ids(settings) else Refusal(UNKNOWN)

    def tally(self, values: Iterable[Any], settings: Settings) -> Tally:
        """Answers by unit."""
        return super().tally(values, settings)

    def figures(self, tally: Tally, settings: Settings) -> Figures:
        """Units with five answers and more; the others together, and only if they are five together."""
        named = [(o["text"], tally.counts.get(o["id"], 0)) for o in settings["options"]]
        rows = [(label, count) for label, count in named if count >= FEWEST]
        rest = sum(count for _, count in named if count < FEWEST)
        return Figures([*rows, (ELSEWHERE, rest)] if rest >= FEWEST else rows)

    def cell(self, value: Any, settings: Settings) -> str | int | float:
        """The unit's name."""
        return "" if value is None else label_of(settings, value)
