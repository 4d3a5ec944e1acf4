"""What may be said of a recommendation: each state with what it needs, in sentences that say what to do."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from survey.core.clock import local
from survey.core.clock import now
from survey.core.dates import parse_moment
from survey.core.errors import Invalid
from survey.core.text import N_
from survey.core.text import clean
from survey.core.text import clean_line
from survey.followups import recommendations
from survey.followups.state import LONGEST
from survey.followups.steps import ANSWERING
from survey.followups.steps import BY_UNIT
from survey.followups.steps import REASONED
from survey.followups.tasks import Said

DOCUMENT = 60  # characters of a document's number
REASON = recommendations.LONGEST["reason"]
NO_STATE = N_("Hãy chọn tình trạng của kiến nghị này.")
NO_REASON = N_("Hãy ghi lý do: người đọc cần biết vì sao chuyển cấp trên hoặc không chấp nhận.")
NO_ANSWER = N_("Hãy ghi kết quả trả lời, hoặc số văn bản trả lời.")
TOO_LONG = N_("Nội dung dài quá 4.000 ký tự. Hãy rút gọn; phần chi tiết để vào tệp kèm theo.")
REASON_LONG = recommendations.TOO_LONG["reason"]
DOCUMENT_LONG = N_("Số văn bản không quá 60 ký tự, ví dụ 15/TB-SNV.")
NO_DAY = N_("Chưa đọc được ngày này. Hãy ghi như 26/4/2026.")
LATER = N_("Ngày văn bản ở sau hôm nay. Hãy xem lại.")


@dataclass(frozen=True, slots=True)
class Checked:
    """What was said, cleaned and read."""

    state: str
    text: str
    document: str
    day: dt.date | None


def check_said(said: Said, today: dt.date | None = None) -> Checked:
    """What was said, ready to be kept. Raises `Invalid`, by field: state, text, document, day."""
    text, document = clean(said.text), clean_line(said.document)
    day, faults = _day(said.day, today or local(now()).date())
    if said.state not in BY_UNIT:
        faults["state"] = NO_STATE
    elif said.state in REASONED and not text:
        faults["text"] = NO_REASON
    elif said.state in ANSWERING and not text and not document:
        faults["text"] = NO_ANSWER
    if len(text) > LONGEST:
        faults["text"] = TOO_LONG
    elif said.state in REASONED and len(text) > REASON:
        faults["text"] = REASON_LONG
    if len(document) > DOCUMENT:
        faults["document"] = DOCUMENT_LONG
    if faults:
        raise Invalid(next(iter(faults.values())), faults)
    return Checked(said.state, text, document, day)


def _day(typed: str, today: dt.date) -> tuple[dt.date | None, dict[str, str]]:
    try:
        moment = parse_moment(typed)
    except ValueError:
        return None, {"day": NO_DAY}
    day = local(moment).date() if moment else None
    return day, {"day": LATER} if day and day > today else {}
