"""When units may write, and what of the board goes to them."""

from __future__ import annotations

from survey.dialogues.state import State as Stage
from survey.questions.state import State

WRITABLE = frozenset({Stage.DRAFT, Stage.COLLECTING, Stage.LIVE})
SENT = frozenset({State.APPROVED, State.ANSWERING, State.ANSWERED, State.IN_WRITING})
# Where a prepared answer has a place still: on the board, or under the question into which its own was merged.
STANDING = SENT | {State.MERGED}
LONGEST = 4_000  # characters of one prepared answer
LINK = "unit"  # the actor, where it came by the unit's link
