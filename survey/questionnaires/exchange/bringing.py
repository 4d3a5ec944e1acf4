"""Making a questionnaire out of a document: all of it in one write, or none."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from survey.core.clock import now
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.ids import new_id
from survey.core.text import N_
from survey.dialogues.models import Dialogue
from survey.organisations import units
from survey.questionnaires import building
from survey.questionnaires.conditions import BARE
from survey.questionnaires.conditions import CHOICES
from survey.questionnaires.counting import Purpose
from survey.questionnaires.exchange.document import Document
from survey.questionnaires.exchange.document import document
from survey.questionnaires.exchange.document import moment_of
from survey.questionnaires.exchange.document import renamed
from survey.questionnaires.exchange.document import rule
from survey.questionnaires.exchange.found import Complaint
from survey.questionnaires.kinds import KINDS
from survey.questionnaires.models import Item
from survey.questionnaires.models import Questionnaire
from survey.questionnaires.queries import GONE
from survey.questionnaires.service import items_of

_NO_TREE = N_("Tổ chức chưa có danh sách đơn vị. Hãy lập ở trang Đơn vị trước, rồi thêm mục này.")
_OTHER_TREE = N_("Đơn vị lấy theo cây đơn vị của tổ chức này: tệp ghi %(file)s đơn vị, ở đây có %(here)s.")
_NO_UNIT = N_(
    "Điều kiện hỏi đến đơn vị “%(name)s”, không có ở đây. Mục được nhập không kèm điều kiện, ai cũng được hỏi."
)
_NO_ITEM = N_("Điều kiện hỏi đến mục đơn vị, mục ấy không nhập được. Mục này không kèm điều kiện, ai cũng được hỏi.")
_CHANGED = N_("Cây đơn vị vừa đổi. Hãy gửi lại tệp để xem trước lần nữa; chưa có gì được nhập.")
Unit = tuple[str, str, int]  # id, name, depth
Path = tuple[str, ...]


def tree(session: Session, dialogue_id: str) -> list[Unit]:
    """The units of the dialogue's organisation, from the top."""
    found = units.tree(session, session.get_one(Dialogue, dialogue_id).organisation_id)
    return [(unit.id, unit.name, depth) for unit, depth in found]


def taken_out(session: Session, dialogue_id: str, questionnaire_id: str) -> Document:
    """The questionnaire as a document. Raises `NotFound`."""
    found = session.get(Questionnaire, questionnaire_id)
    if found is None or found.dialogue_id != dialogue_id or found.purpose != Purpose.SURVEY:
        raise NotFound(GONE)
    return document(found, items_of(session, questionnaire_id))


def at_home(made: dict[str, Any], here: Sequence[Unit]) -> dict[str, Any]:
    """The same file as it would come in among these units: what asks for units that are not here is said and left out."""
    kept, rows, said = [], [], list(map(dict, made["complaints"]))
    there = set(_paths(here).values())
    gone: set[str] = set()
    for item, (sheet, row) in zip(made["document"]["items"], made["rows"], strict=True):
        if item["kind"] == "unit" and len(here) < 2:
            gone.add(item["id"])
            said.append(_said(Complaint(sheet, row, _NO_TREE, item["label"], lost=True)))
            continue
        if item["kind"] == "unit" and set(_own_paths(item).values()) != there:
            says = {"file": len(item["settings"]["options"]), "here": len(here)}
            said.append(_said(Complaint(sheet, row, _OTHER_TREE, item["label"], says=says)))
        kept.append(dict(item))
        rows.append((sheet, row))
    sources = {item["id"]: _own_paths(item) for item in kept if item["kind"] == "unit"}
    for item, (sheet, row) in zip(kept, rows, strict=True):
        complaint = _strange(item, sources, there, gone)
        if complaint:
            said.append(_said(Complaint(sheet, row, complaint[0], item["label"], says=complaint[1])))
            item["shown_if"] = {}
    return {"document": {**made["document"], "items": kept}, "rows": rows, "complaints": said}


def rows_of(said: Document, here: Sequence[Unit]) -> list[dict[str, Any]]:
    """The rows of the items that the document says, among these units. Raises `Invalid`. Costs a second at the most."""
    new = {item["id"]: new_id() for item in said["items"]}
    kinds = {item["id"]: item["kind"] for item in said["items"]}
    values: dict[str, dict[str, str]] = {}
    rows = []
    for position, item in enumerate(said["items"]):
        settings, values[item["id"]] = _settings(item, here)
        plain = {name: item[name] for name in ("kind", "label", "help", "required", "identifying")}
        rows.append({**plain, "id": new[item["id"]], "position": position, "settings": settings})
    for item, row in zip(said["items"], rows, strict=True):
        tests = [_test(test, kinds, values, new) for test in item["shown_if"].get("tests", ())]
        row["shown_if"] = rule(item["shown_if"].get("join", ""), tests)
    return rows


def bring_in(session: Session, dialogue_id: str, said: Document, rows: Sequence[Mapping[str, Any]]) -> str:
    """A new draft of what the document `said` says, with these rows; return its id. Raises `Invalid`: then nothing was made."""
    made = building.create(session, dialogue_id, said["title"])
    names = ("title", "intro", "editable", "results_shown", "rows_announced")
    building.change(session, dialogue_id, made, {name: said[name] for name in names if name in said})
    found, moment = session.get_one(Questionnaire, made), now()
    for name in ("opens_at", "closes_at"):
        at = moment_of(said.get(name, ""))
        setattr(found, name, at if at and at > moment else None)  # it may have passed since the preview
    session.add_all(Item(questionnaire_id=made, **row) for row in rows)
    session.flush()
    return made


def _settings(item: Mapping[str, Any], here: Sequence[Unit]) -> tuple[dict[str, Any], dict[str, str]]:
    """Settings with ids of their own, and which id each place of the document has."""
    kind = KINDS[item["kind"]]
    if item["kind"] == "unit":
        known = {path: unit for unit, path in _paths(here).items()}
        return kind.configure({"units": list(here)}, {}), {
            name: known[path] for name, path in _own_paths(item).items() if path in known
        }
    settings = kind.configure(kind.typed(item["settings"]), {})
    return settings, {place: identity for identity, place in renamed(settings, item["kind"]).items()}


def _test(
    test: Mapping[str, str], kinds: Mapping[str, str], values: Mapping[str, Mapping[str, str]], new: Mapping[str, str]
) -> dict[str, Any]:
    source, value = test["item"], test["value"]
    chosen = kinds[source] in CHOICES and test["op"] not in BARE
    if chosen and kinds[source] == "unit" and value not in values.get(source, {}):
        raise Invalid(_CHANGED, {"file": _CHANGED})
    value = values.get(source, {}).get(value, value) if chosen else value
    return {"item": new[source], "op": test["op"], "value": value, "chosen": chosen}


def _strange(
    item: Mapping[str, Any], sources: Mapping[str, Mapping[str, Path]], there: set[Path], gone: set[str]
) -> tuple[str, dict[str, str]] | None:
    for test in item["shown_if"].get("tests", ()):
        if test["item"] in gone:
            return _NO_ITEM, {}
        path = sources.get(test["item"], {}).get(test["value"])
        if path is not None and path not in there:
            return _NO_UNIT, {"name": " / ".join(path)}
    return None


def _own_paths(item: Mapping[str, Any]) -> dict[str, Path]:
    return _paths((one["id"], one["text"], one["depth"]) for one in item["settings"]["options"])


def _paths(found: Iterable[Unit]) -> dict[str, Path]:
    """Each unit with the names from the top down to it."""
    made: dict[str, Path] = {}
    above: list[str] = []
    for unit, name, depth in found:
        above = [*above[:depth], name]
        made[unit] = tuple(above)
    return made


def _said(complaint: Complaint) -> dict[str, Any]:
    return {name: getattr(complaint, name) for name in Complaint.__slots__}
