"""Building questionnaires: make, change, copy, open, close. Each function is one writer job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.ids import new_id
from survey.core.text import N_
from survey.core.text import clean
from survey.core.text import clean_line
from survey.dialogues.service import touch
from survey.questionnaires.checking import stops
from survey.questionnaires.counting import Purpose
from survey.questionnaires.items import GUARDED
from survey.questionnaires.items import SEALED
from survey.questionnaires.items import add_item
from survey.questionnaires.items import changed
from survey.questionnaires.items import guarded
from survey.questionnaires.items import own
from survey.questionnaires.items import twin
from survey.questionnaires.kinds import KINDS
from survey.questionnaires.models import Questionnaire
from survey.questionnaires.service import items_of
from survey.questionnaires.service import publish
from survey.questionnaires.state import State
from survey.questionnaires.templates import TEMPLATES
from survey.questionnaires.templates import Plan

PROMISED = N_(
    "Phiếu này đã hứa có tệp từng phiếu và đã đóng, nên không mở lại: hai tệp của hai lần đóng đặt cạnh nhau sẽ lộ người "
    "trả lời sau. Hãy sao thành phiếu mới."
)
UNDELETED = {
    GUARDED: N_("Phiếu đã có người trả lời nên không xóa được. Hãy đóng phiếu nếu không cần nữa."),
    SEALED: N_(
        "Phiếu đã mở nên có thể đã có câu trả lời trong hòm phiếu: trước khi hòm mở lúc khai mạc thì không xóa được. Hãy đóng "
        "phiếu nếu không cần nữa."
    ),
}
LONGEST_TITLE, LONGEST_INTRO = 120, 2_000


def create(session: Session, dialogue_id: str, title: str) -> str:
    """A new empty draft at the end of the dialogue's list; return its id. Raises `Invalid`."""
    made = Questionnaire(id=new_id(), dialogue_id=dialogue_id, position=_end(session, dialogue_id), title=_title(title))
    session.add(made)
    session.flush()
    touch(session, dialogue_id, public=False)
    return made.id


def create_from(session: Session, dialogue_id: str, template: str) -> str:
    """A new draft with the items of one of `TEMPLATES`. Raises `NotFound`."""
    plan: Plan | None = TEMPLATES.get(template)
    if plan is None:
        raise NotFound(N_("Không có mẫu phiếu này."))
    made = create(session, dialogue_id, plan.title)
    change(session, dialogue_id, made, {"title": plan.title, "intro": plan.intro})
    for item in plan.items:
        add_item(session, dialogue_id, made, item.kind, {
            "label": item.label, "help": item.help, "required": item.required, **item.typed,
        })  # fmt: skip
    return made


def change(session: Session, dialogue_id: str, questionnaire_id: str, values: Mapping[str, Any]) -> None:
    """Set some of title, intro, editable, results_shown and, before the opening, rows_announced. Raises `Invalid`."""
    questionnaire = own(session, dialogue_id, questionnaire_id)
    if "title" in values:
        questionnaire.title = _title(values["title"])
    if "intro" in values:
        questionnaire.intro = _bounded("intro", clean(values["intro"]), LONGEST_INTRO)
    for name in ("editable", "results_shown"):
        if name in values:
            setattr(questionnaire, name, bool(values[name]))
    if "rows_announced" in values and questionnaire.state == State.DRAFT:  # a promise to members from the opening on
        questionnaire.rows_announced = bool(values["rows_announced"])
    changed(session, questionnaire)


def delete(session: Session, dialogue_id: str, questionnaire_id: str) -> None:
    """Remove a questionnaire that nobody can have answered; one that is gone already is no error. Raises `NotNow`."""
    if session.get(Questionnaire, questionnaire_id) is None:
        return
    questionnaire = own(session, dialogue_id, questionnaire_id)
    if guard := guarded(session, questionnaire):
        raise NotNow(UNDELETED[guard])
    for item in items_of(session, questionnaire_id):
        session.delete(item)
    session.flush()
    session.delete(questionnaire)
    session.flush()
    touch(session, dialogue_id, public=questionnaire.state != State.DRAFT)


def copy(session: Session, dialogue_id: str, questionnaire_id: str, target: str | None = None) -> str:
    """A draft with the same items and no response, in the same dialogue or in `target`; return its id."""
    old = own(session, dialogue_id, questionnaire_id)
    return _copy(session, old, target, old.title) if target else _copy(session, old, dialogue_id, _copied(old.title))


def _copy(session: Session, old: Questionnaire, into: str, title: str) -> str:
    made = Questionnaire(
        id=new_id(), dialogue_id=into, position=_end(session, into), title=title, intro=old.intro,
        editable=old.editable, results_shown=old.results_shown, rows_announced=old.rows_announced,
        purpose=old.purpose, hidden=old.hidden, quorum=old.quorum, share_of=old.share_of,
    )  # fmt: skip
    session.add(made)
    session.flush()
    _copy_items(session, old.id, made.id)
    touch(session, into, public=False)
    return made.id


def _copy_items(session: Session, source: str, target: str) -> None:
    """Twins of all items, whose rules name the twins."""
    twins = {item.id: twin(item, target, item.position) for item in items_of(session, source)}
    for made in twins.values():
        rule = made.shown_if
        tests = [{**test, "item": twins[test["item"]].id} for test in rule.get("tests", ()) if test["item"] in twins]
        made.shown_if = {**rule, "tests": tests} if tests else {}
        session.add(made)
    session.flush()


def copy_all(session: Session, source: str, target: str) -> None:
    """Give dialogue `target` a draft of each questionnaire of `source` and of polls kept ready, for "Mở kỳ mới"."""
    ready = or_(Questionnaire.purpose == Purpose.SURVEY, Questionnaire.state == State.DRAFT)
    statement = select(Questionnaire).where(Questionnaire.dialogue_id == source, ready)
    for old in session.scalars(statement.order_by(Questionnaire.position)).all():
        _copy(session, old, target, old.title)


def open_(session: Session, dialogue_id: str, questionnaire_id: str) -> None:
    """Take responses from now on, also again after closing. Raises `NotNow` where nobody could answer."""
    questionnaire = own(session, dialogue_id, questionnaire_id)
    if questionnaire.rows_announced and questionnaire.published.get("settled"):
        raise NotNow(PROMISED)
    items = items_of(session, questionnaire_id)
    if not any(KINDS[item.kind].asks for item in items):
        raise NotNow(N_("Phiếu chưa có mục nào. Hãy thêm ít nhất một mục rồi mở."))
    for sentence in stops(items).values():
        raise NotNow(sentence)
    questionnaire.state, questionnaire.opens_at, questionnaire.missed = State.OPEN, None, ""
    changed(session, questionnaire)


def close(session: Session, dialogue_id: str, questionnaire_id: str) -> None:
    """Take no more responses, and show the figures of all; doing it twice changes nothing."""
    questionnaire = own(session, dialogue_id, questionnaire_id)
    if questionnaire.state != State.OPEN:
        return
    questionnaire.state = State.CLOSED
    publish(session, questionnaire, closing=True)
    changed(session, questionnaire)


def _copied(title: str) -> str:
    return f"{title[: LONGEST_TITLE - 10]} (bản sao)"


def _end(session: Session, dialogue_id: str) -> int:
    statement = select(func.max(Questionnaire.position)).where(Questionnaire.dialogue_id == dialogue_id)
    last = session.scalar(statement)
    return 0 if last is None else last + 1


def _title(raw: str) -> str:
    title = clean_line(raw)
    if not 1 <= len(title) <= LONGEST_TITLE:
        message = N_("Hãy đặt tên phiếu, nhiều nhất 120 ký tự.")
        raise Invalid(message, {"title": message})
    return title


def _bounded(name: str, text: str, longest: int) -> str:
    if len(text) > longest:
        message = N_("Lời giới thiệu dài nhất 2.000 ký tự.")
        raise Invalid(message, {name: message})
    return text
