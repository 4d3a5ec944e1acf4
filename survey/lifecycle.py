"""The only caller that moves a dialogue. What neighbours owe each other at a step goes through here."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from contextlib import suppress
from functools import partial

from sqlalchemy.orm import Session

from survey import emptying
from survey import ending
from survey import rekeying
from survey.core import blind
from survey.core.clock import local
from survey.core.clock import now
from survey.core.db import LOCK_PATIENCE
from survey.core.errors import Busy
from survey.core.errors import NotNow
from survey.core.keys import KeyMissing
from survey.core.keys import KeyStore
from survey.core.stores import Stores
from survey.core.text import N_
from survey.dialogues import keyring
from survey.dialogues import queries
from survey.dialogues import rehearsing
from survey.dialogues import service as dialogues
from survey.dialogues.entry import BY_ROLL
from survey.dialogues.entry import by_roll
from survey.dialogues.entry import is_strong
from survey.dialogues.entry import issue_purpose
from survey.dialogues.state import State
from survey.dialogues.state import check_step
from survey.emptying import empty_box as empty_box
from survey.followups import frozen
from survey.followups import ideas_erasing
from survey.followups import ideas_moving
from survey.followups import rewriting
from survey.followups import rewriting_recommendations
from survey.followups import written
from survey.moderation import erasing
from survey.moderation import service as moderation
from survey.moderation import together
from survey.questionnaires import building
from survey.questionnaires import service as questionnaires
from survey.questionnaires import timing
from survey.questions import queries as questions
from survey.questions import releasing
from survey.questions import sampling
from survey.questions import satisfaction
from survey.questions import taking
from survey.questions.state import State as QuestionState
from survey.roll import purging
from survey.roll import service as roll
from survey.room import service as room

erasing.QUOTING.append(rewriting.rewrite)
erasing.QUOTING.append(rewriting_recommendations.rewrite)
erasing.QUOTING.append(ideas_erasing.rewrite)
log = logging.getLogger("survey")
ACTS = ("vote", "ask", "response", "site", "judge")
ISSUING = ("pass", "link", "weak", "issue")  # they let people in, and die when issuing closes
MUTING = ("mute",)  # it knows a muted ballot again, and dies with those of issuing: nobody asks any more
IDEAS = ("idea",)  # as `mute`, for the box of ideas: made when the box is opened, dies when it is shut
COUNTING = ("ticket",)  # it tells cards apart: what came back is counted after the closing, until the conclusion
PURPOSES = (
    "vote",
    "ask",
    "response",
    "site",
    "judge",
    "pass",
    "link",
    "weak",
    "ticket",
    "mute",
)  # one random key each; none is derived from another
SOON = 2.0  # seconds that whoever takes such a step waits for that
BY_ITSELF = "auto"  # the actor of a step that nobody takes
UNDO = ending.UNDO  # for a hall that was closed by mistake; then the keys of issuing die
CLOSED = frozenset({"closed", "concluded", "following"})
AT_ONCE = 20  # questions that one write puts in writing
UNANSWERED = frozenset({QuestionState.APPROVED, QuestionState.ANSWERING})


def prepare(session: Session, keys: KeyStore, organisation_id: str, theme: str) -> dict[str, str]:
    """Make a dialogue and its keys: `{"id", "code"}`. Raises `Invalid` for a theme that cannot be used."""
    made = dialogues.create(session, organisation_id, theme)
    make_keys(session, keys, made["id"])
    return made


def start(session: Session, keys: KeyStore, organisation_id: str, theme: str, *, actor: str) -> dict[str, str]:
    """Make a dialogue and open its hall at once: from a theme to a code on the wall in one write."""
    made = prepare(session, keys, organisation_id, theme)
    open_hall(session, made["id"], actor=actor)
    return made


def repeat(session: Session, keys: KeyStore, dialogue_id: str) -> dict[str, str]:
    """ "Mở kỳ mới": copy settings, topics and questionnaires, never members' acts, under new keys."""
    rehearsing.refuse(dialogues.load(session, dialogue_id))  # it lets people in by another way than it will
    made = dialogues.copy(session, dialogue_id)
    building.copy_all(session, dialogue_id, made["id"])
    make_keys(session, keys, made["id"])
    old = dialogues.load(session, dialogue_id)
    if is_strong(old):  # a mode is chosen for a whole dialogue and never lost on the way
        set_entry(session, keys, made["id"], old.entry, strong=True)
    return made


def make_keys(session: Session, keys: KeyStore, dialogue_id: str) -> None:
    """One key a purpose, written durably before the first ballot needs it; one that is gone stays gone."""
    for purpose in PURPOSES:
        with suppress(KeyMissing):
            keyring.make(session, keys, dialogue_id, purpose)


def collect(session: Session, dialogue_id: str, *, actor: str) -> None:
    """Take questionnaires and early questions before the day."""
    dialogues.move(session, dialogue_id, "collecting", actor=actor)


def open_hall(session: Session, dialogue_id: str, *, actor: str) -> None:
    """Begin, or begin again after closing by mistake: then the screens leave the closing page."""
    dialogues.move(session, dialogue_id, "live", actor=actor)
    written.take_back(session, dialogue_id)
    if dialogues.load(session, dialogue_id).screen == "closing":
        dialogues.change(session, dialogue_id, {"screen": "ranking"})


def close(session: Session, dialogue_id: str, *, actor: str) -> None:
    """End the hall: the ranking freezes, open questionnaires settle, the screens show the closing page.

    A question that was called and not answered goes back to the board: nobody answers it any more. A hall that the leader
    has ended is closed as of that moment, by whoever ended it.
    """
    dialogue = dialogues.load(session, dialogue_id)
    ended_at, ended_by = dialogue.ending_at, dialogue.ending_by
    releasing.release_all(session, dialogue_id)
    for question in questions.board(session, dialogue_id, states={QuestionState.ANSWERING}):
        moderation.decide(session, dialogue_id, question.id, "put_back", actor=actor, permission="answer")
    dialogues.move(session, dialogue_id, "closed", actor=ended_by or actor, at=ended_at)
    if ended_at is not None:  # what waited to be published with others, also from the ballot box, is put in writing too
        together.put_rest_in_writing(session, dialogue_id, actor=actor)
    sampling.close(session, dialogue_id, ended_at or now())
    ending.settle(session, dialogue_id)
    questionnaires.settle(session, dialogue_id)
    dialogues.change(session, dialogue_id, {"screen": "closing"})
    written.take_up(session, dialogue_id)  # the first of them; `sweep` does the rest


def put_rest_in_writing(session: Session, dialogue_id: str, *, actor: str) -> int:
    """Some of what nobody answered will be answered in writing; the number of questions, 0 when none is left.

    A lot of `AT_ONCE`, to be called again: a long board in one write would hold every stream up for a second.
    `NotNow` while the hall is open.
    """
    if dialogues.load(session, dialogue_id).state not in CLOSED:
        raise NotNow(N_("Đối thoại còn đang diễn ra. Hãy khép lại trước, rồi chuyển các câu còn lại sang văn bản."))
    rest = questions.board(session, dialogue_id, states=UNANSWERED, limit=AT_ONCE)
    for question in rest:
        moderation.decide(session, dialogue_id, question.id, "put_in_writing", actor=actor, permission="answer")
    written.take_up(session, dialogue_id)
    return len(rest)


def conclude(session: Session, dialogue_id: str, *, actor: str) -> None:
    """Answers and notice are out, and with them the day on which the keys die."""
    dialogue = dialogues.load(session, dialogue_id)
    rehearsing.refuse(dialogue)
    days = min(max(dialogue.key_days, keyring.SHORTEST), keyring.LONGEST)
    dialogue.keys_until = local(now()).date() + dt.timedelta(days=days)
    dialogues.move(session, dialogue_id, "concluded", actor=actor)
    frozen.freeze(session, dialogue_id, now())


def archive(session: Session, dialogue_id: str, *, actor: str) -> None:
    """Nothing more will change."""
    rehearsing.refuse(dialogues.load(session, dialogue_id))
    dialogues.move(session, dialogue_id, "archived", actor=actor)


def set_entry(session: Session, keys: KeyStore, dialogue_id: str, entry: str, *, strong: bool = False) -> None:
    """Choose how people get in, with the keys that this takes. Raises `NotNow` once the first ballot is in.

    `strong`: the roll signs ballots without seeing them. What changes nothing makes no key: another one in the place of
    a key that died would make second ballots.
    """
    dialogue = dialogues.load(session, dialogue_id)
    wanted = (entry, strong and entry in BY_ROLL)
    if wanted == (dialogue.entry, is_strong(dialogue)):
        return
    rehearsing.refuse(dialogue)
    if is_strong(dialogue) and any(name.startswith("box-") for name in keys.purposes(dialogue_id)):
        raise NotNow(N_("Hòm phiếu đã có phiếu nên không đổi cách vào được nữa. Hãy mở kỳ mới nếu cần cách khác."))
    issue_key = None
    if wanted[1]:
        purpose = issue_purpose(dialogue.key_epoch)
        issue_key = blind.public_of(keyring.make(session, keys, dialogue_id, purpose, blind.new_key))
    dialogues.set_entry(session, dialogue_id, entry, issue_key=issue_key)
    make_keys(session, keys, dialogue_id)


def take(stores: Stores, dialogue_id: str, to: str, *, actor: str) -> None:
    """`step`, with what the roll owes at it: a hall opens over a roll that is frozen and counted.

    Two databases are two commits. The roll comes first: frozen and not opened can be repeated, opened and not frozen
    could be padded.
    """
    with stores.db.reading() as session:
        dialogue = queries.by_id(session, dialogue_id)
        if to in MOVES:
            check_step(dialogue.state, to)
        freezes = to == "live" and by_roll(dialogue)
    if to == "closed":  # whoever came at the opening is in before it closes
        empty_box(stores, dialogue_id, now(), force=True, wait=True)
    if freezes:
        stores.roll.write(roll.freeze, dialogue_id, actor=actor)
    stores.db.write(step, dialogue_id, to, actor=actor)
    if to == "closed":
        written.sweep(stores.db, dialogue_id)
    with suppress(Busy):  # the step is taken; `sweep` does it again
        shuffle(stores, SOON)


def shuffle(stores: Stores, patience: float = LOCK_PATIENCE) -> None:
    """Write both databases anew where a step asked for it, so that no file tells in which order anything came.

    Raises `Busy` where another process holds a file all the time; then it is still to be done.
    """
    with stores.db.reading() as session:
        due = queries.unshuffled(session)
    if due:
        for database in (stores.roll, stores.db):
            database.rewrite(patience)
        stores.db.write(dialogues.shuffled, due)


def sweep(stores: Stores, moment: dt.datetime) -> None:
    """What is due by itself at `moment`: questionnaires open and close, ballot boxes are emptied at their times, keys of
    issuing die when a closing can no longer be undone, the other keys and rolls on their day.

    Each time anew, whatever was done before: destroying a key that is gone changes nothing. What goes wrong with one part,
    or with one dialogue, keeps no key of another alive; it is told by its kind alone and is due again the next time.
    """
    _each((
        *(partial(part, stores, moment) for part in (emptying.sweep, rekeying.sweep, _finish_ended)),
        *(partial(part, stores, moment) for part in (_end_issuing, _end_ideas, _destroy_announced, _purge)),
        partial(taking.sweep, stores.db, moment, satisfaction.until),
        partial(sampling.CLOCK.sweep, stores.db, moment),
        partial(frozen.sweep, stores, moment),
        partial(written.sweep, stores.db),
        partial(timing.sweep, stores.db, moment), partial(erasing.sweep, stores.db), partial(shuffle, stores),
    ))  # fmt: skip


def _each(todo: Iterable[Callable[[], object]]) -> None:
    """All of it, one after the other, whatever goes wrong with one."""
    for one in todo:
        try:
            one()
        except Exception as error:  # noqa: BLE001 -- the death of keys waits for nothing; and a text may stand in it
            log.error("sweep: %s", type(error).__name__)


def _end_issuing(stores: Stores, moment: dt.datetime) -> None:
    """The keys that let people in die when a closing can no longer be undone."""
    with stores.db.reading() as session:
        over = queries.closed_before(session, moment - UNDO)
        living = keyring.living(session)
        counted = {dialogue_id for dialogue_id in over if queries.by_id(session, dialogue_id).state != State.CLOSED}

    def end(dialogue_id: str) -> None:
        if stores.keys.exists(dialogue_id, "pass"):  # before its key, so that a sweep that is cut off does both again
            stores.db.write(room.forget_passes, dialogue_id)
        done = (*_of_issuing(stores, dialogue_id), *MUTING, *(COUNTING if dialogue_id in counted else ()))
        keyring.destroy(stores, dialogue_id, done, moment)

    _each(partial(end, one) for one in over if one in living or stores.keys.purposes(one))


def _end_ideas(stores: Stores, moment: dt.datetime) -> None:
    """What waits in boxes of ideas goes on at its times; the key of a box that is over dies."""
    over = ideas_moving.sweep(stores.db, moment)
    with stores.db.reading() as session:
        living = keyring.living(session)
    _each(partial(keyring.destroy, stores, one, IDEAS, moment) for one in over if "idea" in living.get(one, ()))


def _purge(stores: Stores, moment: dt.datetime) -> None:
    """Rolls go on their day, and what was made for the members on them."""
    for dialogue_id in purging.sweep(stores, moment):
        keyring.destroy(stores, dialogue_id, purging.KEYS, moment)


def _finish_ended(stores: Stores, moment: dt.datetime) -> None:
    """Close what the leader ended five minutes ago; in time or, after a server stood still, late."""
    with stores.db.reading() as session:
        due = ending.due(session, moment)

    def close_(dialogue_id: str) -> None:
        empty_box(stores, dialogue_id, moment, force=True, wait=True)  # as `take` does: who came before the end is in
        stores.db.write(finish, dialogue_id, moment)

    _each(partial(close_, one) for one in due)


def finish(session: Session, dialogue_id: str, moment: dt.datetime) -> bool:
    """Close the hall that was ended, unless that was undone or another process was quicker; whether it was closed here."""
    if not ending.is_due(dialogues.load(session, dialogue_id), moment):
        return False
    step(session, dialogue_id, "closed", actor=BY_ITSELF)
    return True


def _of_issuing(stores: Stores, dialogue_id: str) -> list[str]:
    """With the keys of the blind signatures that came after the first one."""
    there = {*stores.keys.purposes(dialogue_id), *stores.keys.ended(dialogue_id)}
    return [*ISSUING, *(one for one in sorted(there) if one.startswith("issue-"))]


def _destroy_announced(stores: Stores, moment: dt.datetime) -> None:
    """On the day that was announced the last keys die, and the following up begins by itself."""
    with stores.db.reading() as session:
        living, found = keyring.living(session), queries.keys_due(session, local(moment).date())
        due = {
            one.id: one.state
            for one in found
            if one.id in living or one.state == State.CONCLUDED or stores.keys.purposes(one.id)
        }

    def end(dialogue_id: str, state: str) -> None:
        keyring.destroy(
            stores, dialogue_id, (*ACTS, *_of_issuing(stores, dialogue_id), *MUTING, *IDEAS, *COUNTING), moment
        )
        if state == State.CONCLUDED:
            with suppress(NotNow):  # another process was quicker
                stores.db.write(dialogues.move, dialogue_id, "following", actor=BY_ITSELF, at=moment)

    _each(partial(end, *one) for one in due.items())


def step(session: Session, dialogue_id: str, to: str, *, actor: str) -> None:
    """Take the step that leads to `to`; raises `NotNow` where the table of states has none from here."""
    if to not in MOVES:
        raise NotNow(N_("Đối thoại không chuyển được sang bước này từ trạng thái hiện tại. Hãy tải lại trang."))
    MOVES[to](session, dialogue_id, actor=actor)
    dialogue = dialogues.load(session, dialogue_id)
    if to == State.ARCHIVED or (to == State.LIVE and by_roll(dialogue)):  # without a roll nobody has come before
        dialogue.unshuffled = True


# `following` begins by itself. Each entry is called as `(session, dialogue_id, *, actor)`.
MOVES: Mapping[str, Callable[..., None]] = {
    "collecting": collect,
    "live": open_hall,
    "closed": close,
    "concluded": conclude,
    "archived": archive,
}
