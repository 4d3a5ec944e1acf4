"""Items that were deleted and may come back, with the same id, so that rules about them hold again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from survey.questionnaires.models import Item
from survey.questionnaires.models import Questionnaire

KEPT = 20  # the last ones; what is older is gone
_FIELDS = ("id", "kind", "label", "help", "required", "identifying", "settings", "shown_if")


@dataclass(frozen=True, slots=True)
class Removed:
    """A deleted item as the builder names it, and where it stood."""

    id: str
    label: str
    place: int


def put_away(questionnaire: Questionnaire, item: Item, place: int) -> None:
    """Remember the item before it is deleted."""
    kept = {name: getattr(item, name) for name in _FIELDS}
    older = [one for one in questionnaire.removed if one["item"]["id"] != item.id]
    questionnaire.removed = [*older[1 - KEPT :], {"place": place, "item": kept}]


def take_back(questionnaire: Questionnaire, item_id: str) -> tuple[Item, int] | None:
    """The item again, not yet in the session, and where it stood; None where it is not remembered."""
    found: dict[str, Any] | None = next((one for one in questionnaire.removed if one["item"]["id"] == item_id), None)
    if found is None:
        return None
    questionnaire.removed = [one for one in questionnaire.removed if one is not found]
    return Item(questionnaire_id=questionnaire.id, position=found["place"], **found["item"]), found["place"]


def named(questionnaire: Questionnaire) -> tuple[Removed, ...]:
    """What may come back, the last one first."""
    return tuple(
        Removed(one["item"]["id"], one["item"]["label"], one["place"]) for one in reversed(questionnaire.removed)
    )
