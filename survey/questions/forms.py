"""What a phone sends: a form or a JSON body, under the same names."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from flask import request
from sqlalchemy.orm import Session

from survey.core.errors import Invalid
from survey.core.ids import new_id
from survey.core.text import N_
from survey.core.text import clean_line
from survey.dialogues import queries as dialogues
from survey.room.phone import CLIENT_ID


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed, as it was typed: a refused form is shown again with exactly this."""

    body: str
    topic: str
    client_id: str


def typed() -> Typed:
    """The question in this request; raises `Invalid` for a client id that cannot be one."""
    values = _json() if request.is_json else request.form
    client_id = _text(values, "client_id") or new_id()
    if not CLIENT_ID.fullmatch(client_id):
        raise Invalid(N_("Mã của câu hỏi không đúng: nhiều nhất 64 chữ cái, chữ số, gạch nối."))
    return Typed(_text(values, "body"), _text(values, "topic"), client_id)


def _json() -> Mapping[str, object]:
    """The body of the request as a JSON object; empty for anything else, also for a thousand brackets."""
    with suppress(RecursionError):
        got = request.get_json(silent=True)
        return got if isinstance(got, Mapping) else {}
    return {}


def _text(values: Mapping[str, object], name: str) -> str:
    """A field that is a text or not there; raises `Invalid` for what a program sent in its place."""
    value = values.get(name) or ""
    if not isinstance(value, str):
        message = N_("Nội dung gửi lên phải là chữ.")
        raise Invalid(message, {name: message})
    return value


def topic_id(session: Session, dialogue_id: str, topic: str) -> str | None:
    """The topic that was chosen, by its id or by its name; None for none and for one that is gone."""
    known = dialogues.topics(session, dialogue_id) if topic else []
    return next((t.id for t in known if topic == t.id or clean_line(topic) == t.name), None)


def back_to(default: str) -> str:
    """Where a plain form wants to return to, if that is inside its own room; else `default`."""
    wanted = request.form.get("next", "")
    base = "/".join(request.path.split("/")[:3])
    inside = wanted == base or wanted.startswith((f"{base}?", f"{base}/", f"{base}#"))
    return wanted if inside and wanted.isprintable() and "\\" not in wanted and "/.." not in wanted else default
