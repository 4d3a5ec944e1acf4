"""How many people each unit has, for the builder of questionnaires, which knows no roll: see `store.unit_sizes`."""

from __future__ import annotations

from survey.desk.views import blueprint
from survey.roll import counts
from survey.web import store


def unit_sizes(dialogue_id: str) -> dict[str, int]:
    """People on the roll by unit."""
    return counts.by_unit(store.roll_reading(), dialogue_id)


blueprint.record_once(lambda setup: setup.app.extensions["survey"].update(unit_sizes=unit_sizes))
