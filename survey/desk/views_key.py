"""The key of the blind signatures on the desk: its words, and another one in its place while that is still possible."""

from __future__ import annotations

from flask import Response
from flask import flash
from flask import g
from flask import make_response
from flask import render_template
from flask_babel import gettext as _

from survey import rekeying
from survey.core import blind
from survey.core import phrase
from survey.core.errors import DomainError
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.text import N_
from survey.desk.views import blueprint
from survey.dialogues import entry
from survey.roll import counts
from survey.web import errors
from survey.web import store
from survey.web.guard import allowed
from survey.web.htmx import json_answer
from survey.web.htmx import see_other
from survey.web.htmx import sent
from survey.web.htmx import wants_json

_TYPE_CODE = N_("Hãy gõ đúng mã tham gia của đối thoại này để xác nhận.")


@blueprint.get("/s/<code>/issue-key")
@allowed("manage")
def issue_key(code: str) -> Response:
    """Which key signs, by its words, and what changing it would mean."""
    return _page()


@blueprint.post("/s/<code>/issue-key")
@allowed("manage")
def change_issue_key(code: str) -> Response:
    """Another key, once the code was typed: the ballots of the one before let nobody in any more."""
    try:
        _public()
        if "".join(sent("typed").split()).upper() != g.dialogue.code:
            raise Invalid(_TYPE_CODE, {"typed": _TYPE_CODE})
        rekeying.change_key(store.stores(), g.dialogue.id, actor=g.actor)
    except DomainError as error:
        if wants_json() or isinstance(error, NotFound):
            raise
        return _page(error)
    if wants_json():
        return json_answer({"changed": True})
    flash(_("Đã đổi khóa ký phiếu. Câu khóa cũng đã khác: hãy in lại lời dẫn."))
    return see_other(f"/s/{g.dialogue.code}/issue-key")


def _page(error: DomainError | None = None) -> Response:
    dialogue, public = g.dialogue, _public()
    found = counts.exact(store.roll_reading(), dialogue.id)
    page = render_template(
        "desk/issue_key.html", dialogue=dialogue, base=f"/s/{dialogue.code}", words=phrase.of(public),
        mark=blind.fingerprint(public).hex(), frozen=rekeying.key_frozen(store.reading(), dialogue),
        issued=found.issued if found else 0, boxed=store.box().count(dialogue.id),
        here=store.keys().exists(dialogue.id, entry.issue_purpose(dialogue.key_epoch)),
        typed=sent("typed")[:40], error=errors.sentence(error) if error else "",
    )  # fmt: skip
    return make_response(page, error.status if error else 200)


def _public() -> bytes:
    public: bytes | None = g.dialogue.issue_key
    if not entry.is_strong(g.dialogue) or public is None:
        raise NotFound(N_("Đối thoại này không vào bằng phiếu ký mù, nên không có khóa ký."))
    return public
