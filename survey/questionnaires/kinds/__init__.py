"""The kinds of items, each a small class that alone knows what its settings and answers mean.

A new kind is a class here and a line in `KINDS`; what else it takes stands in STYLE.md ("A kind of survey item").
"""

from __future__ import annotations

from collections.abc import Mapping

from survey.questionnaires.kinds.amount import Day
from survey.questionnaires.kinds.amount import Number
from survey.questionnaires.kinds.base import Figures
from survey.questionnaires.kinds.base import Kind
from survey.questionnaires.kinds.base import Part
from survey.questionnaires.kinds.base import Raw
from survey.questionnaires.kinds.base import Refusal
from survey.questionnaires.kinds.base import Tally
from survey.questionnaires.kinds.choice import Multiple
from survey.questionnaires.kinds.choice import Single
from survey.questionnaires.kinds.choice import YesNo
from survey.questionnaires.kinds.order import Rank
from survey.questionnaires.kinds.parts import Note
from survey.questionnaires.kinds.parts import Section
from survey.questionnaires.kinds.place import Unit
from survey.questionnaires.kinds.scale import FEWEST_STEPS
from survey.questionnaires.kinds.scale import LONGEST_END
from survey.questionnaires.kinds.scale import MOST_STEPS
from survey.questionnaires.kinds.scale import Matrix
from survey.questionnaires.kinds.scale import Rating
from survey.questionnaires.kinds.scale import Score
from survey.questionnaires.kinds.words import LONGEST_TEXT
from survey.questionnaires.kinds.words import Short
from survey.questionnaires.kinds.words import Text

__all__ = [
    "FEWEST_STEPS", "KINDS", "LONGEST_END", "LONGEST_TEXT", "MOST_STEPS", "Figures", "Kind", "Part", "Raw", "Refusal", "Tally",
]  # fmt: skip

# In the order in which the builder offers them.
KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Single(), Multiple(), YesNo(), Rating(), Score(), Matrix(), Rank(), Short(), Text(), Number(), Day(), Unit(),
        Section(), Note(),
    )
}  # fmt: skip
