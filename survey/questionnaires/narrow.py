"""What a questionnaire asks that could single people out: the unit together with other things about a person.

Pure rules. How many people a unit has comes from above, because this feature knows no roll.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Sequence
from math import prod
from typing import Any
from typing import NamedTuple
from typing import Protocol

from survey.core.text import N_
from survey.core.text import fold

FEWEST = 5
NAMED_UNITS = 3  # as examples in a sentence
# Questions about the person that answers, by their folded words, whether the builder marked them or not.
_PERSONAL = re.compile(
    r"\b(gioi tinh|nam hay nu|nam/nu|tuoi|nam sinh|ngay sinh|chuc vu|chuc danh|dan toc|ton giao|tham nien|trinh do"
    r"|nam cong tac|nam vao|dang vien|ngach|hon nhan)\b"
)
_NAMING = re.compile(r"\b(ho (va )?ten|ten (cua )?(ban|dong chi|anh)|so dien thoai|dien thoai|email|cccd|can cuoc)\b")
_COMBINED = N_(
    "Phiếu hỏi đơn vị cùng với %(others)s, tức là chia mỗi đơn vị thành %(parts)s nhóm. Ở %(few)s trên %(units)s đơn vị"
    " (ví dụ %(names)s) không đủ người để nhóm nào cũng có 5 người, nên có cách trả lời chỉ ra đúng vài người."
    " Hãy bỏ bớt một mục, hoặc gộp các lựa chọn."
)
_SMALL = N_(
    "%(few)s trên %(units)s đơn vị có dưới 5 người (ví dụ %(names)s): ai chọn đơn vị ấy thì dễ bị đoán ra."
    " Hãy gộp các đơn vị nhỏ, hoặc bỏ mục này."
)
_UNKNOWN = N_(
    "Phiếu hỏi đơn vị cùng với %(others)s. Ở đơn vị ít người, ghép các câu trả lời có thể chỉ ra đúng một người."
    " Hãy bỏ bớt một mục, hoặc gộp các lựa chọn."
)
_NAME = N_("Mục này có vẻ hỏi tên hoặc số điện thoại. Ai trả lời thì phiếu của người ấy không còn kín. Hãy bỏ mục này.")


class Asked(Protocol):
    """What is needed of an item."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def settings(self) -> Mapping[str, Any]: ...


class Warned(NamedTuple):
    """A sentence for the builder, with what stands in its gaps, at an item."""

    item_id: str
    sentence: str
    said: Mapping[str, Any]


def warnings(items: Sequence[Asked], sizes: Mapping[str, int] | None) -> list[Warned]:
    """What the builder should think over; `sizes`: people by unit, None where no roll says so."""
    found = [Warned(item.id, _NAME, {}) for item in items if item.kind in {"short", "text"} and names(item)]
    unit = next((item for item in items if item.kind == "unit"), None)
    if unit is None:
        return found
    others = [item for item in items if item is not unit and identifying(item)]
    people = {option["id"]: (sizes or {}).get(option["id"], 0) for option in unit.settings["options"]}
    counted = {unit_id: number for unit_id, number in people.items() if number}
    if not counted:
        return [*found, Warned(unit.id, _UNKNOWN, {"others": _listed(others)})] if others else found
    parts = prod(_answers(item) for item in others)
    few = sorted((number, unit_id) for unit_id, number in counted.items() if number < FEWEST * parts)
    if not few:
        return found
    texts = {option["id"]: option["text"] for option in unit.settings["options"]}
    said = {
        "few": len(few), "units": len(counted), "parts": parts, "others": _listed(others),
        "names": ", ".join(f"{texts[unit_id]}: {number}" for number, unit_id in few[:NAMED_UNITS]),
    }  # fmt: skip
    return [*found, Warned(unit.id, _COMBINED if others else _SMALL, said)]


def identifying(item: Asked) -> bool:
    """Whether an answer tells something about the person that others know too: as marked, or by the words."""
    if item.kind in {"section", "note", "unit", "text", "matrix", "rank"}:
        return False
    return bool(getattr(item, "identifying", False)) or bool(_PERSONAL.search(fold(item.label)))


def names(item: Asked) -> bool:
    """Whether the words ask who somebody is."""
    return bool(_NAMING.search(fold(item.label)))


def _answers(item: Asked) -> int:
    """How many different answers there are; of what is written freely, two at the least."""
    if item.kind in {"rating", "score"}:
        return int(item.settings.get("steps", 11))
    return max(2, len(item.settings.get("options", ())) + bool(item.settings.get("other")))


def _listed(items: Sequence[Asked]) -> str:
    return ", ".join(f"“{item.label[:60]}”" for item in items)
