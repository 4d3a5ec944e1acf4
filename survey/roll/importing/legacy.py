"""Vietnamese in the codes of the time before Unicode, known by letters that stand where none can. Pure functions.

TCVN3 (fonts .VnTime) and VNI keep their letters in the places of western ones: "NguyÔn V¨n", "Nguyeãn Vaên".
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from survey.core.errors import Invalid
from survey.core.text import N_

_LETTER = r"[^\W\d_]"
_TORN = re.compile(r"á[º»]|Ä[‘\x90\x91]|Æ[°¡]|[ÃĂ][\xa0-\xbf]|â€")  # UTF-8 that was read as something else
_TCVN3 = re.compile(
    rf"{_LETTER}[¨©ª¬®µ¶·¸¹¼½¾ÆÇËÎÏÑÖ×ØÜÞßåæçëîïñö÷øûüþ\xad₫]|[®§]{_LETTER}|{_LETTER}[«»]{_LETTER}|^[®§]", re.MULTILINE
)
_VNI = re.compile(
    r"[aAeE][âêáàåãăäéèúüëùøûõơïÂÊÁÀÅÃĂÄÉÈÚÜËÙØÛÕƠÏ]|[oO][âåäùøûïÂÅÄÙØÛÏ]|[öÖ][ùøûõïôÙØÛÕÏÔ]|[ôÔ][ùøûïÙØÛÏ]|"
    rf"[yY][ùøûÙØÛ]|[ñÑ]{_LETTER}"
)
_PATTERNS = (("utf8", _TORN), ("vni", _VNI), ("tcvn3", _TCVN3))
_ADVICE = {
    "tcvn3": N_(
        "Chữ trong tệp theo bảng mã cũ TCVN3 (phông .VnTime) nên đọc sai, ví dụ “%(sample)s”. Hãy mở tệp, chép cả bảng, "
        "mở bảng công cụ Unikey (Ctrl+Shift+F6), chọn nguồn TCVN3 (ABC), đích Unicode, bấm Chuyển mã, dán lại rồi lưu."
    ),
    "vni": N_(
        "Chữ trong tệp theo bảng mã cũ VNI nên đọc sai, ví dụ “%(sample)s”. Hãy mở tệp, chép cả bảng, mở bảng công cụ "
        "Unikey (Ctrl+Shift+F6), chọn nguồn VNI Windows, đích Unicode, bấm Chuyển mã, dán lại rồi lưu."
    ),
    "utf8": N_(
        "Tệp này đã bị lưu sai bảng mã nên chữ bị vỡ, ví dụ “%(sample)s”. Hãy mở bản gốc và lưu lại thành .xlsx, "
        "hoặc CSV UTF-8."
    ),
}


def code_of(text: str) -> str:
    """tcvn3, vni or utf8 where the text is in such a code; empty where it is not."""
    return "" if text.isascii() else next((code for code, sign in _PATTERNS if sign.search(text)), "")


def refuse(cells: Iterable[str]) -> None:
    """Raise `Invalid` with advice where a good part of what is not plain ASCII is in such a code."""
    found: dict[str, list[str]] = {}
    marked = 0
    for cell in cells:
        if not cell.isascii():
            marked += 1
            code = code_of(cell)
            if code:
                found.setdefault(code, []).append(cell)
    if sum(map(len, found.values())) * 10 < marked * 3 or not found:
        return
    code = max(found, key=lambda one: len(found[one]))
    sample = max(found[code][:40], key=lambda cell: (len(cell) < 40, len(cell)))[:40]
    raise Invalid(_ADVICE[code], {"file": _ADVICE[code]}, sample=sample)
