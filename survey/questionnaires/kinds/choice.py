"""Choosing: one of several, some of several, yes or no."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

from survey.core.text import N_
from survey.core.text import clean_line
from survey.questionnaires.kinds.base import OTHER
from survey.questionnaires.kinds.base import UNKNOWN
from survey.questionnaires.kinds.base import Figures
from survey.questionnaires.kinds.base import Kind
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

LONGEST_OTHER = 200  # characters of "other, please say"
_SAY = N_("Bạn chọn “Khác”: hãy ghi rõ, nhiều nhất 200 ký tự.")


class Choice(Kind):
    """What all choices from a list share. A chosen "other" is kept as `{"other": words}` in the place of an id."""

    def configure(self, typed: Mapping[str, Any], before: Settings) -> dict[str, Any]:
        """Options, one a line; whether "other" is offered, and whether each phone shuffles them."""
        options = options_of(str(typed.get("options") or ""), before.get("options", ()))
        made = {"options": options, "other": bool(typed.get("other")), "shuffled": bool(typed.get("shuffled"))}
        refuse("options", wrong_options(options))
        return made

    def typed(self, settings: Settings) -> dict[str, Any]:
        """One option a line."""
        lines = "\n".join(option["text"] for option in settings.get("options", ()))
        return {"options": lines, "other": bool(settings.get("other")), "shuffled": bool(settings.get("shuffled"))}

    def check(self, settings: Settings) -> str | None:
        """Different options of readable length."""
        return wrong_options(settings.get("options", ()))

    def same_meaning(self, before: Settings, after: Settings) -> bool:
        """The same ids, in any order, with or without "other" as before."""
        return sorted(ids(before)) == sorted(ids(after)) and bool(before.get("other")) == bool(after.get("other"))

    def _words(self, value: Any, settings: Settings) -> str:
        return str(value[OTHER]) if isinstance(value, dict) else label_of(settings, value)

    def _chosen(self, identity: str, raw: Raw, settings: Settings) -> Any:
        """What is kept for a chosen option, or a `Refusal`."""
        if identity == OTHER and settings.get("other"):
            words = clean_line(one(raw, OTHER))
            return {OTHER: words} if 0 < len(words) <= LONGEST_OTHER else Refusal(_SAY)
        return identity if identity in ids(settings) else Refusal(UNKNOWN)

    def _count(self, chosen: Iterable[Iterable[Any]]) -> Tally:
        counts: Counter[str] = Counter()
        answered, texts = 0, []
        for values in chosen:
            answered += 1
            for value in values:
                counts[OTHER if isinstance(value, dict) else value] += 1
                texts += [value[OTHER]] if isinstance(value, dict) else []
        return Tally(answered, counts, texts)

    def figures(self, tally: Tally, settings: Settings) -> Figures:
        """A row for each option, in the builder's order."""
        rows = [(option["text"], tally.counts.get(option["id"], 0)) for option in settings["options"]]
        return Figures([*rows, (N_("Khác"), tally.counts.get(OTHER, 0))] if settings.get("other") else rows)


class Single(Choice):
    """One of several options."""

    name, title, hint = "single", N_("Một lựa chọn"), N_("Chọn một.")
    fields = ("options", "other", "shuffled")

    def parse(self, raw: Raw, settings: Settings, *, required: bool) -> Any:
        """The id of the chosen option."""
        chosen = one(raw)
        if not chosen:
            return Refusal(N_("Hãy chọn một câu trả lời.")) if required else None
        return self._chosen(chosen, raw, settings)

    def fill(self, value: Any) -> dict[str, list[str]]:
        """The chosen id, and the words of "other"."""
        return {"": [OTHER], OTHER: [value[OTHER]]} if isinstance(value, dict) else {"": [value]}

    def tally(self, values: Iterable[Any], settings: Settings) -> Tally:
        """Answers by option id."""
        return self._count([value] for value in values)

    def cell(self, value: Any, settings: Settings) -> str | int | float:
        """The option's words."""
        return "" if value is None else self._words(value, settings)


class Multiple(Choice):
    """Some of several options, between a fewest and a most."""

    name, title, hint = "multiple", N_("Nhiều lựa chọn"), N_("Chọn một hay nhiều.")
    fields = ("options", "other", "shuffled", "fewest", "most")

    def configure(self, typed: Mapping[str, Any], before: Settings) -> dict[str, Any]:
        """The same, with how many may be chosen; empty is no limit."""
        made = super().configure(typed, before)
        there = len(made["options"]) + made["other"]
        fewest, most = (_limit(typed, name) for name in ("fewest", "most"))
        if fewest > there:
            refuse("fewest", N_("Không thể buộc chọn nhiều hơn số lựa chọn đang có."))
        if most and not fewest <= most <= there:
            refuse("most", N_("Số lựa chọn nhiều nhất phải từ số ít nhất đến số lựa chọn đang có."))
        return {**made, "fewest": fewest, "most": most if most < there else 0}

    def typed(self, settings: Settings) -> dict[str, Any]:
        """The same; no limit is an empty field."""
        return {**super().typed(settings), **{name: str(settings.get(name) or "") for name in ("fewest", "most")}}

    def same_meaning(self, before: Settings, after: Settings) -> bool:
        """The same options and limits."""
        limits = [[settings.get(name) or 0 for name in ("fewest", "most")] for settings in (before, after)]
        return super().same_meaning(before, after) and limits[0] == limits[1]

    def parse(self, raw: Raw, settings: Settings, *, required: bool) -> Any:
        """The chosen ids in the builder's order, "other" last."""
        wanted = {value.strip() for value in raw.get("", ())} - {""}
        if not wanted:
            return Refusal(N_("Hãy chọn ít nhất một câu trả lời.")) if required else None
        found = [self._chosen(identity, raw, settings) for identity in sorted(wanted, key=_place(settings))]
        refused = next((value for value in found if isinstance(value, Refusal)), None)
        return refused or _too_few_or_many(len(found), settings) or found

    def fill(self, value: Any) -> dict[str, list[str]]:
        """The chosen ids, and the words of "other"."""
        words = [part[OTHER] for part in value if isinstance(part, dict)]
        filled = {"": [OTHER if isinstance(part, dict) else part for part in value]}
        return {**filled, OTHER: words} if words else filled

    def tally(self, values: Iterable[Any], settings: Settings) -> Tally:
        """How often each option was chosen; `answered` counts people."""
        return self._count(values)

    def cell(self, value: Any, settings: Settings) -> str | int | float:
        """The words of all that was chosen."""
        return "; ".join(self._words(part, settings) for part in value or ())


class YesNo(Kind):
    """Yes or no."""

    name, title, hint = "yesno", N_("Có hoặc không"), N_("Chọn một.")
    LABELS: Mapping[str, str] = {"yes": N_("Có"), "no": N_("Không")}

    def parse(self, raw: Raw, settings: Settings, *, required: bool) -> Any:
        """`yes` or `no`."""
        chosen = one(raw)
        if not chosen:
            return Refusal(N_("Hãy chọn Có hoặc Không.")) if required else None
        return chosen if chosen in self.LABELS else Refusal(UNKNOWN)

    def figures(self, tally: Tally, settings: Settings) -> Figures:
        """Both rows."""
        return Figures([(label, tally.counts.get(value, 0)) for value, label in self.LABELS.items()])

    def cell(self, value: Any, settings: Settings) -> str | int | float:
        """The word."""
        return self.LABELS.get(value, "")


def _limit(typed: Mapping[str, Any], name: str) -> int:
    """How many, 0 for no limit."""
    text = clean_line(str(typed.get(name) or ""))
    number = number_in(text) if text else 0
    if number is None or (text and number < 1):
        refuse(name, N_("Hãy ghi một số từ 1 trở lên, hoặc để trống."))
    return number or 0


def _place(settings: Settings) -> Any:
    order = {identity: place for place, identity in enumerate(ids(settings))}
    return lambda identity: (order.get(identity, len(order)), identity)


def _too_few_or_many(number: int, settings: Settings) -> Refusal | None:
    if number < settings.get("fewest", 0):
        return Refusal(N_("Bạn chọn chưa đủ. Hãy đọc lại: mục này cần chọn nhiều hơn."))
    if settings.get("most") and number > settings["most"]:
        return Refusal(N_("Bạn chọn quá nhiều. Hãy bỏ bớt cho đúng số được chọn."))
    return None
