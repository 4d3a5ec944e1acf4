"""What the organiser's pages show beside the dialogue itself."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from survey.accounts import queries as accounts
from survey.accounts.policy import Identity
from survey.accounts.policy import may
from survey.accounts.policy import roles
from survey.dialogues import queries as dialogues
from survey.dialogues.models import Dialogue
from survey.dialogues.models import DialogueLog
from survey.followups import deadlines
from survey.followups.counting_days import Pressing
from survey.lifecycle import UNANSWERED
from survey.questionnaires import queries as questionnaires
from survey.questions import queries as questions
from survey.questions.state import BOARD
from survey.questions.state import State

# Permission -> page: where somebody goes first, the most capable page on top.
PAGES: Mapping[str, str] = {
    "manage": "manage", "moderate": "moderate", "lead": "lead", "screen": "screen", "door": "door", "scrutiny": "scrutiny",
    "site": "sites",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """A dialogue on somebody's home page, and the page that is theirs."""

    dialogue: Dialogue
    page: str


@dataclass(frozen=True, slots=True)
class Figures:
    """How the dialogue stands. `responses` moves in steps of five, as all results do."""

    ballots: int
    by_state: Mapping[str, int]
    published: int
    unanswered: int
    support: int
    responses: int
    questionnaires: int


def seen_by(session: Session, identity: Identity) -> list[Seen]:
    """The dialogues of the organisation in which this person has a role."""
    return [
        Seen(dialogue, next(page for right, page in PAGES.items() if _may(identity, right, dialogue)))
        for dialogue in dialogues.of_organisation(session, identity.organisation_id)
        if roles(identity, dialogue.organisation_id, dialogue.id)
    ]


def pressing(session: Session, identity: Identity, seen: Sequence[Seen]) -> dict[str, Pressing]:
    """What is overdue and due soon in those of these dialogues that this person follows up."""
    return deadlines.pressing(session, [one.dialogue for one in seen if _may(identity, "follow", one.dialogue)])


def figures(session: Session, dialogue: Dialogue) -> Figures:
    """The figures of the manage page."""
    counted = questions.counts(session, dialogue.id)
    by_state = {
        str(state): counted[state] for state in State if state in counted
    }  # in the order of the table of states
    surveys = questionnaires.of_dialogue(session, dialogue.id)
    return Figures(
        ballots=dialogue.ballots,
        by_state=by_state,
        published=sum(by_state.get(state, 0) for state in BOARD),
        unanswered=sum(by_state.get(state, 0) for state in UNANSWERED),
        support=questions.support_total(session, dialogue.id),
        responses=sum(survey.shown for survey in surveys),
        questionnaires=len(surveys),
    )


def history(session: Session, dialogue_id: str) -> list[tuple[DialogueLog, str]]:
    """The steps that were taken, each with the name of who took it; the latest one first."""
    taken = dialogues.steps(session, dialogue_id)
    names = accounts.names(session, {row.actor for row in taken})
    return [(row, names.get(row.actor, row.actor)) for row in reversed(taken)]


def _may(identity: Identity, permission: str, dialogue: Dialogue) -> bool:
    return may(identity, permission, dialogue.organisation_id, dialogue.id)
