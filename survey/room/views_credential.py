"""In by a credential: a message and a blind signature on it, which prove a place on the roll and name nobody.

Nothing of the roll's side travels with it, and the same credential is always the same ballot, so a phone may send it as
often as it takes for an answer to arrive.
"""

from __future__ import annotations

import base64
import binascii

from flask import Response
from flask import g
from flask import render_template

from survey.core import blind
from survey.core import phrase
from survey.core.errors import NotFound
from survey.core.ids import digest
from survey.core.text import N_
from survey.dialogues import entry
from survey.room import service
from survey.room.views import blueprint
from survey.room.views_gate import keep_mine
from survey.room.views_gate import knocked
from survey.room.views_pass import base
from survey.room.views_pass import entered
from survey.web import qr
from survey.web.guard import with_code
from survey.web.htmx import json_answer
from survey.web.htmx import sent
from survey.web.htmx import wants_json

_OTHER = N_("Máy này đang giữ một phiếu kín khác. Chưa có gì thay đổi: phiếu trên máy và phiếu của bạn còn nguyên.")


def brought() -> str:
    """The secret of the ballot that the credential in this request stands for. Raises `NotNow` and `Invalid`."""
    return service.open_credential(g.dialogue, decoded("msg"), decoded("sig"))


def decoded(name: str) -> bytes:
    """A field in base64url; nothing for what is none, which no check takes for anything."""
    text = sent(name)[:1_000]
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""


def enter_by_credential() -> Response:
    """Let the ballot in that a credential stands for, at once or with others; in already, nothing changes."""
    secret = brought()
    if g.ballot and g.ballot != digest(secret).hex():
        raise service.Taken(_OTHER)
    if (waiting := knocked(secret)) is not None:
        return waiting
    answer = entered(secret)
    keep_mine(answer)
    return answer


@blueprint.get("/d/<code>/credential")
@with_code
def arrive(code: str) -> str:
    """Where a ballot arrives on a phone. It stands behind the #, which no browser sends: here it is read by the script."""
    key = base64.b64encode(_public()).decode()
    return render_template("room/credential.html", dialogue=g.dialogue, base=base(), key=key)


@blueprint.get("/d/<code>/credential/picture")
@with_code
def picture(code: str) -> str:
    """The ballot of this phone as a picture, to be saved and scanned by another phone. The phone draws it by itself."""
    _public()
    where = f"{qr.join_url(g.dialogue.code)}/credential"
    return render_template("room/picture.html", dialogue=g.dialogue, base=base(), where=where)


@blueprint.get("/d/<code>/key")
@with_code
def key_page(code: str) -> Response | str:
    """The public key that all phones check their ballots against, and the words by which people compare it."""
    public = _public()
    mark, words = blind.fingerprint(public).hex(), phrase.of(public)
    if wants_json():
        return json_answer({"key": base64.b64encode(public).decode(), "fingerprint": mark, "phrase": words})
    return render_template("room/key.html", dialogue=g.dialogue, base=base(), words=words, mark=mark)


def key_mark() -> str:
    """The fingerprint of the key, as a phone finds it in the message of its ballot."""
    return base64.urlsafe_b64encode(blind.fingerprint(_public())).decode()


def _public() -> bytes:
    public: bytes | None = g.dialogue.issue_key
    if not entry.is_strong(g.dialogue) or public is None:
        raise NotFound(N_("Đối thoại này không vào bằng phiếu ký mù. Hãy hỏi ban tổ chức."))
    return public
