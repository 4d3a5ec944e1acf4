"""What the builder is told before a questionnaire opens: what stops it, and what to think over. Pure rules."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from survey.core.text import N_
from survey.questionnaires import conditions
from survey.questionnaires import narrow
from survey.questionnaires.kinds import KINDS
from survey.questionnaires.models import Item
from survey.questionnaires.queries import ItemRow

MANY, ON_A_PAGE = 25, 12
_MANY = N_("Phiếu hỏi %(count)s mục. Phiếu dài thì nhiều người bỏ dở: hãy giữ những mục thật cần.")
_NO_PAGES = N_(
    "Phiếu hỏi %(count)s mục trên một trang. Hãy thêm “Đề mục” có đánh dấu “Bắt đầu một trang mới” để chia ra."
)


def stops(items: Sequence[Item] | Sequence[ItemRow]) -> dict[str, str]:
    """What keeps the questionnaire from opening, a sentence by item: choices that are none, rules that cannot work."""
    found = {item.id: sentence for item in items if (sentence := KINDS[item.kind].check(item.settings))}
    return {**conditions.faults(items), **found}


def advice(items: Sequence[ItemRow], sizes: Mapping[str, int] | None) -> list[narrow.Warned]:
    """What does not stop it and should be thought over, most serious first; "" stands for the whole questionnaire."""
    asked = [item for item in items if KINDS[item.kind].asks]
    found = narrow.warnings(items, sizes)
    said: dict[str, Any] = {"count": len(asked)}
    if len(asked) > MANY:
        found.append(narrow.Warned("", _MANY, said))
    if len(asked) > ON_A_PAGE and not any(item.settings.get("page") for item in items):
        found.append(narrow.Warned("", _NO_PAGES, said))
    return found
