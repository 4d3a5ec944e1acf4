"""One cell of a list as we keep it, or the sentence that says why it cannot be. Pure functions."""

from __future__ import annotations

import re
import unicodedata

from survey.core.errors import Invalid
from survey.core.sheets import Odd
from survey.core.text import N_
from survey.core.text import clean_line
from survey.core.text import fold
from survey.organisations.forest import DEEPEST
from survey.roll import contact
from survey.roll.importing import legacy

NAME_LENGTH, CODE_LENGTH, UNIT_LENGTH = 80, 40, 120
NOTHING = frozenset({"", "-", "--", "0", "x", "ko", "k", "khong", "khong co", "chua co", "chua", "none", "null", "n a"})
NO_UNIT = frozenset({"-", "--", "khong", "khong co"})
_VOWELS = "aăâeêioôơuưy"
_TONED = {unicodedata.normalize("NFC", vowel + tone) for vowel in _VOWELS for tone in "\u0300\u0301\u0303\u0309\u0323"}
_SMALL = "abcdefghijklmnopqrstuvwxyzăâđêôơưĕĭŏŭčƀ" + "".join(sorted(_TONED))
_WORD = f"[{_SMALL}{_SMALL.upper()}]"
_NAME = re.compile(rf"{_WORD}+(?:[’'´`. -]+{_WORD}+)*\.?")
_CALLED = re.compile(r"^(?:\d{1,4}\s*[.)/-]\s*|(?:đ/c|đ\.c\.?|đc|đồng chí)[\s.:]+)+", re.IGNORECASE)
_REMARK = re.compile(r"\s*[(\[][^)\]]*[)\]]\s*$")
_RUN = re.compile(r"\+?\d(?:[\s.\-–()]{0,3}\d){7,13}")
_POWER = re.compile(r"\d[.,]\d+E\+?\d+", re.IGNORECASE)
_DISARMED = re.compile(r"^'(?=[=+\-@\t＝＋－＠])")
_STEP = re.compile(r"\s+/\s+|\s*[>»›]\s*")

ODD = {
    "formula": N_("Ô %(what)s là công thức. Hãy chép ô đó rồi dán lại bằng “dán giá trị”."),
    "error": N_("Ô %(what)s là ô báo lỗi của Excel."),
    "date": N_("Ô %(what)s bị Excel đổi thành ngày giờ. Hãy định dạng cột là văn bản rồi ghi lại."),
}
WHAT = {
    "name": N_("họ tên"),
    "code": N_("mã"),
    "unit": N_("đơn vị"),
    "phone": N_("điện thoại"),
    "email": N_("thư điện tử"),
}


class Fault(Exception):
    """A cell that cannot be taken as it stands; `says` fills the sentence."""

    def __init__(self, message: str, value: str = "", **says: str) -> None:
        super().__init__(message)
        self.message, self.value, self.says = message, value[:60], says


def refuse_odd(cell: str, what: str) -> None:
    """Raise `Fault` for a formula, an error or a date in a column of `WHAT`."""
    if isinstance(cell, Odd):
        raise Fault(ODD[cell.kind], cell, what=WHAT[what])


def name(parts: list[str]) -> str:
    """A name from its one or two cells: without "đ/c" and remarks in brackets, capitals written as a name is."""
    for part in parts:
        refuse_odd(part, "name")
    raw = _tidy(" ".join(part for part in parts if part))
    typed = _REMARK.sub("", _CALLED.sub("", raw))
    if "?" in typed or "\ufffd" in typed:
        raise Fault(N_("Họ tên bị mất dấu khi lưu tệp. Hãy ghi lại cho đúng."), raw)
    if legacy.code_of(typed):
        raise Fault(N_("Họ tên theo bảng mã cũ (TCVN3, VNI). Hãy đổi phông và ghi lại bằng Unicode."), raw)
    if any(char.isdigit() for char in typed):
        raise Fault(N_("Họ tên có chữ số."), raw)
    if not 2 <= len(typed) <= NAME_LENGTH:
        raise Fault(N_("Họ tên phải có từ 2 đến 80 ký tự."), raw)
    if not _NAME.fullmatch(typed.casefold() if typed.isupper() else typed):
        raise Fault(N_("Họ tên có ký tự lạ."), raw)
    return capitalised(typed) if typed.isupper() or typed.islower() else typed


def capitalised(typed: str) -> str:
    """ "NGUYỄN VĂN AN" and "nguyễn văn an" as a name is written; H'Hen keeps its two capitals."""
    return re.sub(rf"{_WORD}+", lambda word: word[0][0].upper() + word[0][1:].lower(), typed)


def code(cell: str) -> str:
    """A code as it stands, without what a spreadsheet was disarmed with."""
    refuse_odd(cell, "code")
    typed = _DISARMED.sub("", clean_line(cell))
    if len(typed) > CODE_LENGTH:
        raise Fault(N_("Mã dài quá 40 ký tự."), typed)
    if _POWER.fullmatch(typed):
        raise Fault(
            N_("Mã bị Excel đổi thành số rút gọn nên mất chữ số. Hãy định dạng cột là văn bản rồi ghi lại."), typed
        )
    return "" if fold(typed) in NOTHING - {"0", "x", "k"} else typed


def phone(cell: str) -> tuple[str, str]:
    """The number, and what else stood in the cell if that was a second one. Raises `Fault` for what is no number."""
    refuse_odd(cell, "phone")
    typed = clean_line(cell.removeprefix("'").removesuffix(".0"))
    if fold(typed).strip(". ") in NOTHING:
        return "", ""
    if _POWER.fullmatch(typed):
        raise Fault(N_("Số điện thoại bị Excel đổi thành số rút gọn nên mất chữ số."), typed)
    found = [number for run in _RUN.findall(typed) if (number := _number(run))]
    if not found:
        raise Fault(N_("Không đọc được số điện thoại."), typed)
    return found[0], typed if len(set(found)) > 1 else ""


def email(cell: str) -> str:
    """The first address in the cell. Raises `Fault` for what is none."""
    refuse_odd(cell, "email")
    typed = clean_line(cell)
    if fold(typed).strip(". ") in NOTHING:
        return ""
    first = re.split(r"[;,\s]+", typed.removeprefix("mailto:"))[0]
    try:
        return contact.email(first)
    except Invalid as error:
        raise Fault(N_("Không đọc được địa chỉ thư điện tử."), typed) from error


def paths(cells: list[str]) -> list[tuple[str, ...]]:
    """Units of one person, the main one first: "A / B" is B below A, ";" parts two units, cells go from the top down."""
    for cell in cells:
        refuse_odd(cell, "unit")
    tidy = [_tidy(cell.replace("\n", ";")) for cell in cells]
    *above, last = ["" if fold(cell) in NO_UNIT else cell for cell in tidy]
    top = [step for cell in above for step in path(cell)]
    found = [(*top, *path(part)) for part in last.split(";") if part.strip()] or ([tuple(top)] if top else [])
    for one in found:
        if len(one) > DEEPEST:
            raise Fault(N_("Đơn vị có hơn tám cấp."), " / ".join(one))
        if any(len(step) > UNIT_LENGTH for step in one):
            raise Fault(N_("Tên đơn vị dài quá 120 ký tự."), " / ".join(one))
        if any(legacy.code_of(step) or "\ufffd" in step for step in one):
            raise Fault(
                N_("Tên đơn vị theo bảng mã cũ (TCVN3, VNI). Hãy đổi phông và ghi lại bằng Unicode."), " / ".join(one)
            )
    return list(dict.fromkeys(found))


def path(typed: str) -> tuple[str, ...]:
    """ "A / B" as the names from the top down; a name that is repeated below itself counts once."""
    steps = [step for part in _STEP.split(_DISARMED.sub("", typed)) if (step := clean_line(part).strip(" -:;,"))]
    return tuple(step for at, step in enumerate(steps) if not at or fold(step) != fold(steps[at - 1]))


def _tidy(cell: str) -> str:
    """One clean line; the Icelandic letter that looks like Đ is Đ."""
    return clean_line(cell).replace("Ð", "Đ").replace("ð", "đ")


def _number(run: str) -> str:
    digits = re.sub(r"\D", "", run)
    if len(digits) == 10 and digits.startswith("2"):  # a landline whose zero a spreadsheet took away
        digits = f"0{digits}"
    try:
        number = contact.phone(("+" if run.startswith("+") else "") + digits)
    except Invalid:
        return ""
    return "" if len(number) == 11 and not number.startswith("02") else number
