"""Quick polls and formal votes in the hall: questionnaires of one item, one at a time, opened and closed by a moderator.

Each function is one writer job.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.ids import new_id
from survey.core.text import N_
from survey.core.text import clean_line
from survey.dialogues.models import Dialogue
from survey.dialogues.service import change
from survey.dialogues.service import load as load_dialogue
from survey.dialogues.service import touch
from survey.dialogues.state import State as Stage
from survey.questionnaires import counting
from survey.questionnaires import words
from survey.questionnaires.counting import Purpose
from survey.questionnaires.models import Item
from survey.questionnaires.models import Questionnaire
from survey.questionnaires.plans import SHARES
from survey.questionnaires.plans import Plan
from survey.questionnaires.plans import label_of
from survey.questionnaires.plans import quorum_of
from survey.questionnaires.plans import settings_of
from survey.questionnaires.results import STEP
from survey.questionnaires.service import items_of
from survey.questionnaires.state import State
from survey.questionnaires.words import SHOWN as SHOWN
from survey.questionnaires.words import WITHHELD as WITHHELD

GONE = N_("Không còn lần thăm dò này. Hãy tải lại trang.")


def prepare(session: Session, dialogue_id: str, plan: Plan) -> str:
    """Keep a poll ready to be opened; its id. Raises `Invalid` with a sentence by field."""
    load_dialogue(session, dialogue_id)
    made = _made(session, dialogue_id, plan)
    touch(session, dialogue_id, public=False)
    return made.id


def start(session: Session, dialogue_id: str, plan: Plan) -> str:
    """Make a poll and open it at once; its id. A second tap on the same plan gives the poll that it has opened."""
    dialogue = _live(session, dialogue_id)
    running = standing(session, dialogue)
    if running is not None and running.state == State.OPEN and running.title == clean_line(plan.label):
        return running.id
    _refuse_two(running)
    return _open(session, dialogue, _made(session, dialogue_id, plan))


def open_(session: Session, dialogue_id: str, poll_id: str) -> str:
    """Open a poll that was kept ready; doing it twice changes nothing. Raises `NotNow` while another one is open."""
    poll, dialogue = own(session, dialogue_id, poll_id), _live(session, dialogue_id)  # locked in the order of an answer
    if poll.state != State.DRAFT:
        if poll.state == State.OPEN:
            return poll.id
        raise NotNow(N_("Lần thăm dò này đã đóng và có kết quả. Hãy mở lần mới nếu muốn hỏi lại."))
    _refuse_two(standing(session, dialogue))
    return _open(session, dialogue, poll)


def close(session: Session, dialogue_id: str, poll_id: str) -> None:
    """Count no more, and show the result; it is final, and doing it twice changes nothing."""
    poll, dialogue = own(session, dialogue_id, poll_id), load_dialogue(session, dialogue_id)  # as above
    if poll.state != State.OPEN:
        return
    counting.close(session, poll, dialogue.ballots)
    if dialogue.screen not in {"blank", "closing"}:
        dialogue.screen = "poll"
    session.flush()
    touch(session, dialogue_id, public=True)


def go_on(session: Session, dialogue_id: str, values: Mapping[str, Any]) -> None:
    """Change what the screens show; a result makes way for every scene but darkness, an open poll stays on the phones."""
    dialogue = load_dialogue(session, dialogue_id)
    if values.get("screen") not in {"poll", "blank"}:
        leave(session, dialogue)
    change(session, dialogue_id, values)


def leave(session: Session, dialogue: Dialogue) -> bool:
    """Whether nothing open stands in the hall; a result that stood there is put away."""
    now = standing(session, dialogue)
    if now is not None and now.state == State.OPEN:
        return False
    dialogue.poll_id = None
    return True


def remove(session: Session, dialogue_id: str, poll_id: str) -> None:
    """Take away a poll that was kept ready. Raises `NotFound`, and `NotNow` once it was opened."""
    poll = own(session, dialogue_id, poll_id)
    if poll.state != State.DRAFT:
        raise NotNow(N_("Lần thăm dò này đã mở nên không xóa được: kết quả thuộc về biên bản."))
    for item in items_of(session, poll_id):
        session.delete(item)
    session.flush()
    session.delete(poll)
    session.flush()
    touch(session, dialogue_id, public=False)


def decide_word(session: Session, dialogue_id: str, poll_id: str, folded: str, stands: str) -> None:
    """A moderator has read these answers: let them be shown, or withhold them. Raises `NotFound`, also for what waits."""
    poll = own(session, dialogue_id, poll_id)
    if poll.released < STEP or stands not in {SHOWN, WITHHELD} or not words.decide(session, poll_id, folded, stands):
        raise NotFound(GONE)
    touch(session, dialogue_id, public=True)


def standing(session: Session, dialogue: Dialogue) -> Questionnaire | None:
    """The poll that stands in the hall, open or with its result."""
    return session.get(Questionnaire, dialogue.poll_id) if dialogue.poll_id else None


def own(session: Session, dialogue_id: str, poll_id: str) -> Questionnaire:
    """A poll or vote of this dialogue, inside a write, both held; raises `NotFound`."""
    load_dialogue(session, dialogue_id)
    found = session.get(Questionnaire, poll_id, with_for_update=True)
    if found is None or found.dialogue_id != dialogue_id or found.purpose == Purpose.SURVEY:
        raise NotFound(GONE)
    return found


def _live(session: Session, dialogue_id: str) -> Dialogue:
    dialogue = load_dialogue(session, dialogue_id)
    if dialogue.phase != Stage.LIVE:
        raise NotNow(N_("Thăm dò và biểu quyết mở trong hội trường. Hãy mở đối thoại trước."))
    return dialogue


def _refuse_two(running: Questionnaire | None) -> None:
    if running is not None and running.state == State.OPEN:
        raise NotNow(N_("Đang có một lần thăm dò mở. Hãy đóng lần ấy trước."))


def _open(session: Session, dialogue: Dialogue, poll: Questionnaire) -> str:
    poll.state = State.OPEN
    if poll.purpose == Purpose.VOTE and not poll.quorum:
        poll.quorum = dialogue.ballots // 2 + 1
    dialogue.poll_id = poll.id
    if dialogue.screen != "blank":
        dialogue.screen = "poll"
    session.flush()
    touch(session, dialogue.id, public=True)
    return poll.id


def _made(session: Session, dialogue_id: str, plan: Plan) -> Questionnaire:
    label, settings = label_of(plan), settings_of(plan)
    last = session.scalar(select(func.max(Questionnaire.position)).where(Questionnaire.dialogue_id == dialogue_id))
    vote = plan.kind == "vote"
    made = Questionnaire(
        id=new_id(), dialogue_id=dialogue_id, position=0 if last is None else last + 1, title=label, editable=True,
        purpose=Purpose.VOTE if vote else Purpose.POLL, hidden=vote or plan.hidden, quorum=quorum_of(plan),
        share_of=plan.share_of if plan.share_of in SHARES else SHARES[0],
    )  # fmt: skip
    session.add(made)
    session.flush()
    session.add(Item(
        id=new_id(), questionnaire_id=made.id, position=0, kind="single" if vote else plan.kind, label=label, required=True,
        settings=settings,
    ))  # fmt: skip
    session.flush()
    return made
