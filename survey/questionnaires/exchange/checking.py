"""From what was read to a document that can be made: the rules of each kind, of rules and of length, said by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from survey.core.cells import refused
from survey.core.clock import now
from survey.core.errors import Invalid
from survey.core.text import N_
from survey.questionnaires.conditions import faults
from survey.questionnaires.exchange.document import Document
from survey.questionnaires.exchange.document import document
from survey.questionnaires.exchange.document import hour
from survey.questionnaires.exchange.found import Draft
from survey.questionnaires.exchange.found import Reading
from survey.questionnaires.exchange.relevance import Rules
from survey.questionnaires.exchange.relevance import Unfit
from survey.questionnaires.kinds import KINDS
from survey.questionnaires.kinds.base import ids

# The builder's own limits; `tests/questionnaires/exchange/test_checking.py` holds them to it.
LONGEST_TITLE, LONGEST_INTRO = 120, 2_000
LONGEST_LABEL, LONGEST_HELP, LONGEST_NOTE = 300, 500, 2_000
MOST_ITEMS = 300
_MANY = N_(
    "Phiếu có nhiều nhất %(most)s mục, tệp này có %(count)s; mục thứ %(next)s ở dòng %(row)s. Hãy chia thành nhiều phiếu."
)
_PAST = N_("Giờ này đã qua, hoặc giờ đóng không sau giờ mở, nên không lấy. Hãy đặt giờ ở trang của phiếu.")
_SHORTENED = N_("Dài hơn %(most)s ký tự nên đã cắt bớt.")


@dataclass(slots=True)
class Checked:
    """What the file makes: a document, where each of its items stands, and what there is to say."""

    document: Document
    rows: list[tuple[str, int]]
    reading: Reading


def checked(reading: Reading) -> Checked:
    """The document that this reading makes. Raises `Invalid` where it would hold no item, or too many."""
    if len(reading.items) > MOST_ITEMS:
        says = {"most": MOST_ITEMS, "count": len(reading.items), "next": MOST_ITEMS + 1}
        raise Invalid(_MANY, {"file": _MANY}, **says, row=reading.items[MOST_ITEMS].row)
    kept = [item for item in reading.items if _settled(item, reading)]
    if not kept and not any(complaint.lost for complaint in reading.complaints):
        raise refused(N_("Không có mục nào trong tệp này."))
    _rule(kept, reading)
    reading.title = _short(reading.title, LONGEST_TITLE, reading)
    reading.intro = _short(reading.intro, LONGEST_INTRO, reading)
    _hours(reading)
    made = document(reading, kept)
    for item, sentence in faults(kept).items():
        row = next(one for one in kept if one.id == item)
        reading.doubt(row.sheet, row.row, sentence, row.label)
    return Checked(made, [(item.sheet, item.row) for item in kept], reading)


def _settled(item: Draft, reading: Reading) -> bool:
    """Give the item its settings out of the builder's words; False, and a complaint, where its kind refuses them."""
    kind = KINDS[item.kind]
    longest = LONGEST_HELP if kind.asks else LONGEST_NOTE
    if len(item.label) > LONGEST_LABEL:
        reading.lose(item.sheet, item.row, N_("Câu hỏi của mục dài nhất 300 ký tự."), item.label)
        return False
    if len(item.help) > longest:
        reading.lose(item.sheet, item.row, N_("Lời giải thích dài nhất %(most)s ký tự."), item.help, most=str(longest))
        return False
    try:
        typed = {name: "\n".join(value) if name in {"options", "rows"} and isinstance(value, list) and item.kind != "unit"
                 else value for name, value in item.settings.items()}  # fmt: skip
        if item.kind == "unit":
            typed = {"units": [(one["id"], one["text"], one["depth"]) for one in item.settings["options"]]}
        item.settings = kind.configure(typed, {})
    except Invalid as error:
        reading.lose(item.sheet, item.row, error.message, item.label)
        return False
    item.required, item.identifying = item.required and kind.asks, item.identifying and kind.asks
    if item.kind != "unit":
        known = ids(item.settings) or ids(item.settings, "rows")
        item.names = {name: known[int(place)] for name, place in item.names.items() if int(place) < len(known)}
    return True


def _rule(items: Sequence[Draft], reading: Reading) -> None:
    rules = Rules(items)
    for item in items:
        try:
            item.shown_if = rules.settled(item.shown_if) if item.shown_if else rules.read(item.asked_if)
            for sentence in rules.doubts:
                reading.doubt(item.sheet, item.row, sentence, " and ".join(item.asked_if))
        except Unfit as error:
            message, says = error.args[0], error.args[1] if len(error.args) > 1 else {}
            reading.doubt(item.sheet, item.row, message, " and ".join(item.asked_if) or item.label, **says)


def _hours(reading: Reading) -> None:
    """Hours that can still be kept; a questionnaire that was written for last year opens by hand."""
    moment = now()
    for name in ("opens_at", "closes_at"):
        at = getattr(reading, name)
        if at is not None and (at <= moment or (name == "closes_at" and reading.opens_at and at <= reading.opens_at)):
            reading.doubt("settings", 2, _PAST, hour(at))
            setattr(reading, name, None)


def _short(text: str, longest: int, reading: Reading) -> str:
    if len(text) <= longest:
        return text
    reading.doubt("settings", 2, _SHORTENED, text, most=longest)
    return text[: longest - 1].rstrip() + "…"
