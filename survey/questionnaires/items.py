"""Building the items of a questionnaire. Once somebody answered, or may have, wording may change, meaning not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.ids import new_id
from survey.core.text import N_
from survey.core.text import clean
from survey.core.text import clean_line
from survey.dialogues.models import Dialogue
from survey.dialogues.service import touch
from survey.organisations import units
from survey.questionnaires.counting import Purpose
from survey.questionnaires.kinds import KINDS
from survey.questionnaires.models import Item
from survey.questionnaires.models import Questionnaire
from survey.questionnaires.queries import GONE
from survey.questionnaires.removed import put_away
from survey.questionnaires.removed import take_back
from survey.questionnaires.service import items_of
from survey.questionnaires.service import load
from survey.questionnaires.state import State
from survey.questionnaires.state import may_lie_sealed

LONGEST_LABEL, LONGEST_HELP, LONGEST_NOTE = 300, 500, 2_000
MOST_ITEMS = 300
FIRST = "first"  # the place above all others
TOO_MANY = N_("Phiếu có nhiều nhất 300 mục. Phiếu càng ngắn càng nhiều người trả lời.")
GUARDED = N_(
    "Đã có người trả lời, nên chỉ sửa được cách viết. Muốn đổi nội dung, hãy đóng phiếu này và sao thành phiếu mới."
)
SEALED = N_(
    "Phiếu đã mở nên có thể đã có câu trả lời trong hòm phiếu: giờ chỉ sửa được cách viết. Muốn đổi nội dung, hãy đóng "
    "phiếu này và sao thành phiếu mới."
)


def add_item(session: Session, dialogue_id: str, questionnaire_id: str, kind: str, typed: Mapping[str, Any]) -> str:
    """Append an item; `typed` holds label, help, required and the fields of the kind. Raises `Invalid`, `NotNow`.

    With `typed["after"]`, the id of another item or "first", it stands there and not at the end.
    """
    questionnaire = unanswered(session, dialogue_id, questionnaire_id)
    if kind not in KINDS:
        raise NotFound(N_("Không có loại mục này."))
    items = items_of(session, questionnaire_id)
    if len(items) >= MOST_ITEMS:
        raise NotNow(TOO_MANY)
    position = items[-1].position + 1 if items else 0
    item = Item(
        id=new_id(),
        questionnaire_id=questionnaire_id,
        position=position,
        kind=kind,
        **_item(kind, _with_units(session, dialogue_id, kind, typed), {}),
    )
    session.add(item)
    _stand(items, item, typed.get("after"))
    changed(session, questionnaire)
    return item.id


def change_item(
    session: Session, dialogue_id: str, questionnaire_id: str, item_id: str, typed: Mapping[str, Any]
) -> None:
    """Change an item: anything before somebody can have answered, wording after that. Raises `Invalid`, `NotNow`."""
    questionnaire = own(session, dialogue_id, questionnaire_id)
    item = _own_item(session, questionnaire_id, item_id)
    values = _item(item.kind, _with_units(session, dialogue_id, item.kind, typed), item.settings)
    same = KINDS[item.kind].same_meaning(item.settings, values["settings"]) and (item.required, item.shown_if) == (
        values["required"], values["shown_if"],
    )  # fmt: skip
    guard = guarded(session, questionnaire)
    if guard and not same:
        raise Invalid(guard, {"guard": guard})
    if questionnaire.state != State.DRAFT:  # what the file of rows covers was said to members at the opening
        values["identifying"] = item.identifying
    for name, value in values.items():
        setattr(item, name, value)
    if typed.get("after") and not guard:
        _stand([other for other in items_of(session, questionnaire_id) if other is not item], item, typed["after"])
    changed(session, questionnaire)


def move_item(session: Session, dialogue_id: str, questionnaire_id: str, item_id: str, by: int) -> None:
    """Move an item one place up (-1) or down (1); at the end nothing happens. Raises `NotNow`."""
    questionnaire, items, place = _placed(session, dialogue_id, questionnaire_id, item_id)
    items.insert(max(0, place + by), items.pop(place))
    _number(items)
    changed(session, questionnaire)


def place_item(session: Session, dialogue_id: str, questionnaire_id: str, item_id: str, after: str) -> None:
    """Put an item right below the one that `after` names, or with `FIRST` above all. Raises `NotNow`."""
    questionnaire, items, place = _placed(session, dialogue_id, questionnaire_id, item_id)
    item = items.pop(place)
    _stand(items, item, after)
    changed(session, questionnaire)


def copy_item(session: Session, dialogue_id: str, questionnaire_id: str, item_id: str) -> str:
    """Put a twin of the item right below it; return its id. Raises `NotNow`."""
    questionnaire = unanswered(session, dialogue_id, questionnaire_id)
    item = _own_item(session, questionnaire_id, item_id)
    items = items_of(session, questionnaire_id)
    if len(items) >= MOST_ITEMS:
        raise NotNow(TOO_MANY)
    made = twin(item, questionnaire_id, item.position + 1)
    items.insert(items.index(item) + 1, made)
    session.add(made)
    _number(items)
    changed(session, questionnaire)
    return made.id


def delete_item(session: Session, dialogue_id: str, questionnaire_id: str, item_id: str) -> None:
    """Remove an item, which `restore_item` brings back; one that is gone already is no error.

    Raises `NotNow`, also for the last one while open.
    """
    questionnaire = unanswered(session, dialogue_id, questionnaire_id)
    items = items_of(session, questionnaire_id)
    place = next((n for n, item in enumerate(items) if item.id == item_id), None)
    if place is None:
        return
    left = [other for other in items if KINDS[other.kind].asks and other.id != item_id]
    if questionnaire.state == State.OPEN and not left:
        raise NotNow(N_("Phiếu đang mở cần ít nhất một mục. Hãy đóng phiếu trước."))
    put_away(questionnaire, items[place], place)
    session.delete(items.pop(place))
    _number(items)
    changed(session, questionnaire)


def restore_item(session: Session, dialogue_id: str, questionnaire_id: str, item_id: str) -> None:
    """Put a deleted item back where it stood; one that is there already is no error. Raises `NotNow`, `NotFound`."""
    questionnaire = unanswered(session, dialogue_id, questionnaire_id)
    items = items_of(session, questionnaire_id)
    if any(item.id == item_id for item in items):
        return
    if len(items) >= MOST_ITEMS:
        raise NotNow(TOO_MANY)
    found = take_back(questionnaire, item_id)
    if found is None:
        raise NotFound(GONE)
    session.add(found[0])
    items.insert(found[1], found[0])
    _number(items)
    changed(session, questionnaire)


def own(session: Session, dialogue_id: str, questionnaire_id: str) -> Questionnaire:
    """The questionnaire of this dialogue inside a write; `NotFound` for anybody else's."""
    found = load(session, questionnaire_id)
    if found.dialogue_id != dialogue_id or found.purpose != Purpose.SURVEY:  # a poll is made whole, see `polls`
        raise NotFound(GONE)
    return found


def unanswered(session: Session, dialogue_id: str, questionnaire_id: str) -> Questionnaire:
    """The same, if nobody can have answered yet; else `NotNow`."""
    found = own(session, dialogue_id, questionnaire_id)
    if guard := guarded(session, found):
        raise NotNow(guard)
    return found


def guarded(session: Session, questionnaire: Questionnaire) -> str:
    """Why its meaning stays as it is: somebody answered, or may have and lies sealed; nothing where all may change."""
    if questionnaire.responses:
        return GUARDED
    dialogue = session.get_one(Dialogue, questionnaire.dialogue_id)
    return SEALED if may_lie_sealed(questionnaire.state, dialogue) else ""


def twin(item: Item, questionnaire_id: str, position: int) -> Item:
    """A copy of the item under a new id, not yet in the session."""
    return Item(
        id=new_id(), questionnaire_id=questionnaire_id, position=position, kind=item.kind, label=item.label,
        help=item.help, required=item.required, identifying=item.identifying, settings=dict(item.settings),
        shown_if=dict(item.shown_if),
    )  # fmt: skip


def changed(session: Session, questionnaire: Questionnaire) -> None:
    """Count the change; members see a questionnaire unless it is a draft."""
    session.flush()
    touch(session, questionnaire.dialogue_id, public=questionnaire.state != State.DRAFT)


def _with_units(session: Session, dialogue_id: str, kind: str, typed: Mapping[str, Any]) -> Mapping[str, Any]:
    """What was typed, and for an item that asks for the unit the organisation's tree as it is now."""
    if kind != "unit":
        return typed
    tree = units.tree(session, session.get_one(Dialogue, dialogue_id).organisation_id)
    return {**typed, "units": [(unit.id, unit.name, depth) for unit, depth in tree]}


def _item(kind: str, typed: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Columns out of what was typed, all refusals at once."""
    refused: dict[str, str] = {}
    label, settings = clean_line(typed.get("label") or ""), dict(before)
    if not label:
        refused["label"] = N_("Hãy ghi câu hỏi của mục này.")
    elif len(label) > LONGEST_LABEL:
        refused["label"] = N_("Câu hỏi của mục dài nhất 300 ký tự.")
    help_ = clean(typed.get("help") or "")
    if KINDS[kind].asks and len(help_) > LONGEST_HELP:
        refused["help"] = N_("Lời giải thích dài nhất 500 ký tự.")
    elif len(help_) > LONGEST_NOTE:
        refused["help"] = N_("Đoạn chữ dài nhất 2.000 ký tự.")
    try:
        settings = KINDS[kind].configure(typed, before)
    except Invalid as error:
        refused.update(error.fields)
    if refused:
        raise Invalid(next(iter(refused.values())), refused)
    return {
        "label": label,
        "help": help_,
        "required": bool(typed.get("required")) and KINDS[kind].asks,
        "identifying": bool(typed.get("identifying")) and KINDS[kind].asks,
        "settings": settings,
        "shown_if": dict(typed.get("shown_if") or {}),
    }


def _placed(
    session: Session, dialogue_id: str, questionnaire_id: str, item_id: str
) -> tuple[Questionnaire, list[Item], int]:
    """The unanswered questionnaire, its items, and the place of this one."""
    questionnaire = unanswered(session, dialogue_id, questionnaire_id)
    items = items_of(session, questionnaire_id)
    place = next((n for n, item in enumerate(items) if item.id == item_id), None)
    if place is None:
        raise NotFound(GONE)
    return questionnaire, items, place


def _own_item(session: Session, questionnaire_id: str, item_id: str) -> Item:
    item = session.get(Item, item_id)
    if item is None or item.questionnaire_id != questionnaire_id:
        raise NotFound(GONE)
    return item


def _stand(others: list[Item], item: Item, after: str | None) -> None:
    """Put `item` right below the one that `after` names, or first of all; where it names none, nothing moves."""
    below = 0 if after == FIRST else next((n for n, other in enumerate(others, 1) if other.id == after), None)
    if below is not None:
        _number([*others[:below], item, *others[below:]])


def _number(items: list[Item]) -> None:
    for position, item in enumerate(items):
        item.position = position
