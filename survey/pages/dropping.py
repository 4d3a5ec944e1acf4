"""What may go into an envelope of the ballot box: everything that can be said against it is said before it is sealed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from sqlalchemy.orm import Session

from survey.core.errors import DomainError
from survey.core.errors import Invalid
from survey.core.errors import TooLarge
from survey.core.text import N_
from survey.dialogues.models import Dialogue
from survey.questionnaires import boxed
from survey.questionnaires import queries as questionnaires
from survey.questions import service as asking
from survey.questions.forms import topic_id
from survey.room.phone import CLIENT_ID

LONGEST = 100_000  # characters of the whole content, as it was sent
ID = re.compile(r"[a-z2-7]{12}")  # what `new_id` makes
MOST_FIELDS, MOST_VALUES = 600, 60  # of one questionnaire, and of one field in it
_LOOK = N_("Có chỗ cần xem lại. Hãy đọc các dòng đỏ; những gì bạn viết vẫn còn đây.")


@dataclass(frozen=True, slots=True)
class Before:
    """What this ballot said before: responses in the envelope that is replaced, and whether another place has the same."""

    waiting: Mapping[str, Any] = field(default_factory=dict)
    has: Callable[[str, boxed.Sent], bool] = lambda _id, _sent: False


def checked(session: Session, dialogue: Dialogue, text: str, before: Before | None = None) -> dict[str, Any]:
    """The content of an envelope as it is kept: with answers of `before` to surveys that are closed by now or that the page
    did not show, because nobody took those back. Raises `Invalid` (`fields` by client id and item id) and `TooLarge`."""
    if len(text) > LONGEST:
        raise TooLarge(N_("Phiếu dài quá nên không vừa một phong bì. Hãy rút gọn; những gì bạn viết vẫn còn đây."))
    raw = _read(text)
    asked, answers = _questions(raw), _responses(raw)
    if len(asked) > dialogue.ask_limit:
        raise Invalid(
            N_("Nhiều nhất %(most)s câu hỏi. Hãy bớt lại; những gì bạn viết vẫn còn đây."), most=dialogue.ask_limit
        )
    open_ = {one.id for one in questionnaires.open_for_members(session, dialogue.id)}
    kept = _kept(raw, answers, open_, before or Before())
    if not asked and not answers and not kept:
        raise Invalid(N_("Phong bì còn trống. Hãy trả lời một phiếu khảo sát hoặc viết một câu hỏi."))
    fields: dict[str, str] = {}
    for one in asked:
        fields |= _said(one["client_id"], lambda body=one["body"]: asking.member_text(body))
        one["topic"] = topic_id(session, dialogue.id, one["topic"]) or ""
    new = {
        id_: sent for id_, sent in answers.items() if id_ in open_ or not _known(id_, sent, kept, before or Before())
    }
    for id_, sent in new.items():
        fields |= _said(id_, lambda id_=id_, sent=sent: boxed.check(session, dialogue.id, id_, sent["answers"]))
    if fields:
        raise Invalid(_LOOK, fields)
    return {"questions": asked, "responses": {**kept, **new}}


def _kept(
    raw: Mapping[str, Any], answers: Mapping[str, Any], open_: Collection[str], before: Before
) -> dict[str, dict[str, Any]]:
    """What stays of the envelope before: a member clears what the page shows and what is open, and nothing else."""
    shown = raw.get("surveys")
    cleared = {id_ for id_ in open_ if not isinstance(shown, list) or id_ in shown}
    gone = cleared | {id_ for id_ in answers if id_ in open_}
    return {id_: dict(sent) for id_, sent in before.waiting.items() if id_ not in gone}


def _known(id_: str, sent: Mapping[str, Any], kept: Mapping[str, Any], before: Before) -> bool:
    """Whether this answer to a closed survey was taken while that was open: a page that was left open sends it again."""
    return sent["answers"] == kept.get(id_, {}).get("answers") or before.has(id_, sent["answers"])


def _said(name: str, check: Any) -> dict[str, str]:
    """What is said against one part, by the field at which it is to be read."""
    try:
        check()
    except Invalid as error:
        named = {field: sentence for field, sentence in error.fields.items() if field != "body"}
        return named or {name: error.message}
    except DomainError as error:
        return {name: error.message}
    return {}


def _read(text: str) -> Mapping[str, Any]:
    with suppress(ValueError, RecursionError):
        found = json.loads(text)
        if isinstance(found, dict):
            return found
    raise Invalid(N_("Yêu cầu chưa đúng. Hãy tải lại trang này rồi gửi lại; những gì bạn viết vẫn còn đây."))


def _questions(raw: Mapping[str, Any]) -> list[dict[str, str]]:
    found = raw.get("questions")
    rows = [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []
    kept = [{name: _text(row.get(name)) for name in ("body", "topic", "client_id")} for row in rows]
    if any(not CLIENT_ID.fullmatch(row["client_id"]) for row in kept):
        raise Invalid(N_("Mã của câu hỏi không đúng: nhiều nhất 64 chữ cái, chữ số, gạch nối."))
    return list({row["client_id"]: row for row in kept if row["body"].strip()}.values())


def _responses(raw: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    found = raw.get("responses")
    rows = found.items() if isinstance(found, dict) else ()
    return {
        id_: {"answers": answers, "counter": _counter(row.get("counter"))}
        for id_, row in rows
        if ID.fullmatch(id_) and isinstance(row, dict) and (answers := _answers(row.get("answers")))
    }


def _answers(raw: Any) -> dict[str, list[str]]:
    rows = list(raw.items())[:MOST_FIELDS] if isinstance(raw, dict) else []
    kept = {name: [_text(value) for value in _list(values)[:MOST_VALUES]] for name, values in rows}
    return {name: values for name, values in kept.items() if any(values)}


def _list(values: Any) -> Sequence[Any]:
    return values if isinstance(values, list) else [values]


def _counter(raw: Any) -> int:
    return raw if isinstance(raw, int) and 0 < raw < 2**31 else 1


def _text(value: Any) -> str:
    """Halves of signs, which JSON may hold and no database can, are left out."""
    return value.encode("utf-8", "ignore").decode() if isinstance(value, str) else ""
