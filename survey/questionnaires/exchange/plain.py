"""Our own JSON: everything that a questionnaire says, and nothing of its answers. The schema: docs/questionnaire-json.md."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any
from typing import NoReturn

from survey.core.cells import refused
from survey.core.errors import Invalid
from survey.core.text import N_
from survey.core.text import clean
from survey.core.text import clean_line
from survey.questionnaires.conditions import BARE
from survey.questionnaires.conditions import MOST_TESTS
from survey.questionnaires.conditions import OPS
from survey.questionnaires.exchange.checking import MOST_ITEMS
from survey.questionnaires.exchange.document import FORMAT
from survey.questionnaires.exchange.document import VERSION
from survey.questionnaires.exchange.document import Document
from survey.questionnaires.exchange.document import moment_of
from survey.questionnaires.exchange.found import Draft
from survey.questionnaires.exchange.found import Reading
from survey.questionnaires.kinds import KINDS

MIMETYPE = "application/json"
SHEET = "JSON"
_BROKEN = N_("Tệp JSON hỏng ở dòng %(line)s, cột %(column)s. Hãy xuất lại, hoặc sửa đúng chỗ ấy.")
_OTHER = N_("Tệp JSON này không phải phiếu khảo sát của chương trình: thiếu “format”: “doi-thoai/questionnaire”.")
_NEWER = N_("Tệp này do bản mới hơn của chương trình xuất ra (version %(version)s). Hãy cập nhật chương trình trước.")
_FIELD = N_("Chỗ “%(place)s” của tệp sai: cần %(need)s.")
_UNKNOWN = N_("Chỗ “%(place)s” không có nghĩa ở đây; đã bỏ qua.")
_MANY = N_("Phiếu có nhiều nhất %(most)s mục, tệp này có %(count)s. Hãy chia thành nhiều phiếu.")
_KIND = N_("Không có loại “%(kind)s” ở đây.")
_SAME = N_("Mã “%(name)s” của mục đã dùng ở trên; mục này không nhập.")
Check = Callable[[Any], bool]


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_yes(value: Any) -> bool:
    return isinstance(value, bool)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1_000


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value))


def _is_day(value: Any) -> bool:
    return value is None or _is_text(value)


def _is_hour(value: Any) -> bool:
    return _is_text(value) and (not value or moment_of(value) is not None)


def _is_list(value: Any) -> bool:
    """Options: different ids, and words."""
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        return False
    texts = [one.get("text") for one in value]
    names = [one.get("id") for one in value]
    depths = all(_is_whole(one.get("depth", 0)) for one in value)
    right = all(isinstance(text, str) and clean_line(text) for text in texts) and all(map(_is_text, names))
    return depths and right and len(set(names)) == len(names)


_TEXT, _YES, _WHOLE = (_is_text, N_("chữ")), (_is_yes, N_("true hoặc false")), (_is_whole, N_("số nguyên"))
_NUMBER, _DAY = (_is_number, N_("số hoặc null")), (_is_day, N_("ngày như “2026-03-26” hoặc null"))
_HOUR = (_is_hour, N_("giờ như “2026-03-26T08:00+07:00”, hoặc chữ rỗng"))
_ANY = (lambda value: value is None or isinstance(value, bool | int | str), N_("chữ, số, true hoặc false"))
_LIST = (_is_list, N_("danh sách có “id” khác nhau và “text”"))
_ENDS = {"low": _TEXT, "high": _TEXT}
_CHOICE = {"options": _LIST, "other": _YES, "shuffled": _YES}
SETTINGS: Mapping[str, Mapping[str, tuple[Check, str]]] = {
    "single": _CHOICE, "multiple": {**_CHOICE, "fewest": _WHOLE, "most": _WHOLE}, "yesno": {},
    "rating": {"steps": _WHOLE, **_ENDS}, "score": _ENDS, "matrix": {"rows": _LIST, "steps": _WHOLE, **_ENDS},
    "rank": {"options": _LIST, "shuffled": _YES}, "short": {}, "text": {}, "unit": {"options": _LIST},
    "number": {"least": _NUMBER, "greatest": _NUMBER, "decimals": _YES, "measure": _TEXT},
    "date": {"least": _DAY, "greatest": _DAY}, "section": {"page": _YES}, "note": {},
}  # fmt: skip
NEEDED = frozenset({"options", "rows", "steps"})
HEAD = {"title": _TEXT, "intro": _TEXT, "editable": _YES, "results_shown": _YES, "rows_announced": _YES,
        "opens_at": _HOUR, "closes_at": _HOUR}  # fmt: skip
ITEM = {"id": _TEXT, "kind": _TEXT, "label": _TEXT, "help": _TEXT, "required": _YES, "identifying": _YES}


class _Wrong(Exception):
    """A place of the file that holds something else than it must: the place, and what is needed there."""


def write(document: Document) -> bytes:
    """The document as a file that people can read too."""
    return json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n"


def read(data: bytes) -> Reading:
    """What the file says. Raises `Invalid` where it is no questionnaire of ours, with the place."""
    found = _loaded(data)
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise refused(_OTHER)
    if found.get("version") != VERSION or isinstance(found.get("version"), bool):
        raise Invalid(_NEWER, {"file": _NEWER}, version=str(found.get("version"))[:20])
    reading = Reading()
    try:
        head = _taken(found, HEAD, reading, 0, {"title"}, aside={"format", "version", "items"})
        if not isinstance(found.get("items"), list):
            raise _Wrong("items", N_("danh sách các mục"))
    except _Wrong as wrong:
        place, need = wrong.args
        raise Invalid(_FIELD, {"file": _FIELD}, place=place, need=need) from None
    reading.title, reading.intro = clean_line(head["title"]) or "Phiếu khảo sát", clean(head.get("intro", ""))
    reading.editable, reading.results_shown = head.get("editable", True), head.get("results_shown", False)
    reading.rows_announced = head.get("rows_announced", False)
    reading.opens_at, reading.closes_at = moment_of(head.get("opens_at", "")), moment_of(head.get("closes_at", ""))
    if len(found["items"]) > MOST_ITEMS:
        raise Invalid(_MANY, {"file": _MANY}, most=MOST_ITEMS, count=len(found["items"]))
    for number, item in enumerate(found["items"], 1):
        _item(item, number, reading)
    return reading


def _loaded(data: bytes) -> Any:
    def no_number(_text: str) -> NoReturn:
        raise refused(N_("Tệp JSON có số không đọc được (NaN hoặc vô cùng)."))

    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=no_number)
    except json.JSONDecodeError as error:
        raise Invalid(_BROKEN, {"file": _BROKEN}, line=error.lineno, column=error.colno) from error
    except (UnicodeDecodeError, RecursionError, ValueError) as error:
        raise refused(N_("Tệp JSON hỏng: không phải chữ UTF-8, hoặc lồng nhau quá sâu. Hãy xuất lại.")) from error


def _item(found: Any, number: int, reading: Reading) -> None:
    label = str(found.get("label", ""))[:80] if isinstance(found, dict) else ""
    try:
        if not isinstance(found, dict):
            raise _Wrong("items", N_("một mục có “id”, “kind”, “label”"))
        item = _taken(found, ITEM, reading, number, {"id", "kind", "label"}, aside={"settings", "shown_if"})
        if item["kind"] not in KINDS:
            reading.lose(SHEET, number, _KIND, label, kind=item["kind"][:60])
            return
        if any(item["id"] == other.id for other in reading.items):
            reading.lose(SHEET, number, _SAME, label, name=item["id"][:60])
            return
        settings = found.get("settings", {})
        if not isinstance(settings, dict):
            raise _Wrong("settings", N_("các cài đặt của loại mục này"))
        shape = {**dict.fromkeys(KINDS[item["kind"]].fields, _ANY), **SETTINGS[item["kind"]]}
        given = _taken(settings, shape, reading, number, NEEDED & set(shape), under="settings.")
        rule = _rule(found.get("shown_if", {}))
    except _Wrong as wrong:
        place, need = wrong.args
        reading.lose(SHEET, number, _FIELD, label, place=place, need=need)
        return
    typed, names = _typed(item["kind"], given)
    reading.items.append(Draft(
        SHEET, number, item["id"], item["kind"], clean_line(item["label"]), clean(item.get("help", "")),
        item.get("required", False), typed, rule, names, identifying=item.get("identifying", False),
    ))  # fmt: skip


def _typed(kind: str, given: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The builder's words for these settings, and the places of what has an id."""
    listed = given.get("options", given.get("rows", ()))
    for one in listed:
        one["text"] = clean_line(one["text"])
    if kind == "unit":
        options = [{"id": one["id"], "text": one["text"], "depth": max(0, one.get("depth", 0))} for one in listed]
        return {"options": options}, {one["id"]: one["id"] for one in options}
    names = {one["id"]: str(place) for place, one in enumerate(listed)}
    return KINDS[kind].typed({**_BLANK.get(kind, {}), **given}), names


_BLANK: Mapping[str, Mapping[str, Any]] = {
    "rating": {"low": "", "high": ""}, "score": {"low": "", "high": ""}, "matrix": {"low": "", "high": ""},
}  # fmt: skip


def _taken(
    found: Mapping[str, Any], shape: Mapping[str, tuple[Check, str]], reading: Reading, number: int, needed: Any, *,
    aside: Any = (), under: str = "",
) -> dict[str, Any]:  # fmt: skip
    """What is there of this shape. Raises `_Wrong` at the first place that holds something else."""
    made = {}
    for name, (check, need) in shape.items():
        if name not in found and name not in needed:
            continue
        if not check(found.get(name)):
            raise _Wrong(f"{under}{name}", need)
        made[name] = found[name]
    for name in set(found) - set(shape) - set(aside):
        reading.doubt(SHEET, number, _UNKNOWN, place=f"{under}{name}"[:80])
    return made


def _rule(found: Any) -> dict[str, Any]:
    """The rule as it stands there. Raises `_Wrong`."""
    if found in ({}, None):
        return {}
    tests = found.get("tests") if isinstance(found, dict) else None
    if not isinstance(tests, list) or found.get("join") not in {"all", "any"} or len(tests) > MOST_TESTS:
        raise _Wrong("shown_if", N_("“join” là all hoặc any, và “tests” có nhiều nhất 10 vế"))
    for number, test in enumerate(tests, 1):
        right = isinstance(test, dict) and isinstance(test.get("item"), str) and test.get("op") in list(OPS)
        if not right or not isinstance(test.get("value", ""), str):
            raise _Wrong(f"shown_if.tests[{number}]", N_("“item”, “op” và “value”"))
    return {
        "join": found["join"],
        "tests": [
            {"item": t["item"], "op": t["op"], "value": "" if t["op"] in BARE else t.get("value", "")} for t in tests
        ],
    }
