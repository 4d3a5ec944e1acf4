"""Putting things in order of priority: by dragging on a phone, by numbers without scripts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

from survey.core.text import N_
from survey.questionnaires.kinds.base import Figures
from survey.questionnaires.kinds.base import Kind
from survey.questionnaires.kinds.base import Part
from survey.questionnaires.kinds.base import Raw
from survey.questionnaires.kinds.base import Refusal
from survey.questionnaires.kinds.base import Settings
from survey.questionnaires.kinds.base import Tally
from survey.questionnaires.kinds.base import ids
from survey.questionnaires.kinds.base import label_of
from survey.questionnaires.kinds.base import number_in
from survey.questionnaires.kinds.base import one
from survey.questionnaires.kinds.base import options_of
from survey.questionnaires.kinds.base import refuse
from survey.questionnaires.kinds.base import wrong_options
from survey.questionnaires.kinds.scale import mean

MOST_RANKED = 20  # nobody orders more


class Rank(Kind):
    """Some or all of the options in an order, the most important first. An answer is a list of their ids."""

    name, title, hint = "rank", N_("Xếp thứ tự ưu tiên"), N_("Ghi số 1 cho điều quan trọng nhất, rồi 2, 3…")
    fields = ("options", "shuffled")

    def configure(self, typed: Mapping[str, Any], before: Settings) -> dict[str, Any]:
        """Options, one a line, and whether each phone shuffles them."""
        options = options_of(str(typed.get("options") or ""), before.get("options", ()))
        made = {"options": options, "shuffled": bool(typed.get("shuffled"))}
        refuse("options", self.check(made))
        return made

    def typed(self, settings: Settings) -> dict[str, Any]:
        """One option a line."""
        lines = "\n".join(option["text"] for option in settings.get("options", ()))
        return {"options": lines, "shuffled": bool(settings.get("shuffled"))}

    def check(self, settings: Settings) -> str | None:
        """Two to twenty different options."""
        options = settings.get("options", ())
        if len(options) > MOST_RANKED:
            return N_("Nhiều nhất 20 điều để xếp thứ tự. Hãy gộp bớt.")
        return wrong_options(options)

    def same_meaning(self, before: Settings, after: Settings) -> bool:
        """The same ids, in any order."""
        return sorted(ids(before)) == sorted(ids(after))

    def parse(self, raw: Raw, settings: Settings, *, required: bool) -> Any:
        """The ids from first to last. Numbers must be 1, 2, 3… without gaps; what has none was not put in order."""
        given = {option: one(raw, option) for option in ids(settings) if one(raw, option)}
        places = {option: number_in(place, 3) for option, place in given.items()}
        if not given:
            return Refusal(N_("Hãy xếp ít nhất một điều: ghi số 1 cho điều quan trọng nhất.")) if required else None
        if sorted(place or 0 for place in places.values()) != list(range(1, len(places) + 1)):
            return Refusal(N_("Các số phải là 1, 2, 3… liền nhau và không trùng. Hãy xem lại chỗ trùng hoặc bỏ cách."))
        return sorted(places, key=lambda option: places[option] or 0)

    def fill(self, value: Any) -> dict[str, list[str]]:
        """The place of each option."""
        return {option: [str(place)] for place, option in enumerate(value, 1)}

    def tally(self, values: Iterable[Any], settings: Settings) -> Tally:
        """Answers by "option:place"."""
        given = list(values)
        counts = Counter(f"{option}:{place}" for value in given for place, option in enumerate(value, 1))
        return Tally(len(given), counts)

    def figures(self, tally: Tally, settings: Settings) -> Figures:
        """How often each option was put first, and a part for each with its places and their mean."""
        places = range(1, len(settings["options"]) + 1)
        parts = []
        for option in settings["options"]:
            counts = [tally.counts.get(f"{option['id']}:{place}", 0) for place in places]
            rows = [(str(place), count) for place, count in zip(places, counts, strict=True)]
            parts.append(Part(option["text"], rows, mean(counts, 1)))
        return Figures([(part.label, part.rows[0][1]) for part in parts], parts=parts)

    def cell(self, value: Any, settings: Settings) -> str | int | float:
        """The options from first to last."""
        return " > ".join(label_of(settings, option) for option in value or ())
