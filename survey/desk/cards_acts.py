"""What is done to cards, the same for the organiser and for the host of a site: print, void, take back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response
from flask import flash
from flask import g
from flask import make_response
from flask import render_template
from flask import stream_template
from flask_babel import gettext as _

from survey.core.errors import DomainError
from survey.core.errors import Invalid
from survey.core.errors import NotNow
from survey.core.keys import KeyMissing
from survey.core.text import N_
from survey.desk import cards
from survey.desk import hatch
from survey.desk import pdf
from survey.desk.cards import Scope
from survey.desk.forms_cards import PrintForm
from survey.desk.forms_cards import ReturnsForm
from survey.desk.forms_cards import SheetsForm
from survey.dialogues import queries as dialogues
from survey.dialogues import sites
from survey.room import printing
from survey.room import tickets
from survey.room import voiding
from survey.room.voiding import Answer
from survey.room.voiding import Voided
from survey.web import qr
from survey.web import store
from survey.web.htmx import json_answer
from survey.web.htmx import see_other
from survey.web.htmx import wants_json

_TOO_LONG = N_("Một tệp PDF nhiều nhất 800 thẻ. Hãy làm nhiều tệp, hoặc bấm In thẻ.")
_NO_KEY = N_("Khóa của thẻ đã hủy sau khi đối thoại khép lại, nên không còn đọc được mã thẻ. Hủy theo số tờ vẫn được.")


@dataclass(frozen=True, slots=True)
class Made:
    """A printing that was written: the codes that nothing else knows, and whose cards they are."""

    batch: str
    sheets: printing.Sheets
    first: int
    place: Scope

    @property
    def cards(self) -> int:
        """How many."""
        return sum(map(len, self.sheets))


def print_now(scope: Scope) -> Response:
    """Make cards and answer with the page to print, sheet by sheet: the only time that the codes are seen."""
    form = _print_form(scope)
    try:
        made = _make(scope, form)
    except DomainError as error:
        return cards.refuse(scope, error, "printing", form)
    if wants_json():
        return json_answer({"first_sheet": made.first, "sheets": made.sheets}, 201)
    said, first = cards.words(made.place), made.first
    told = {"last": first + len(made.sheets) - 1, "first": first, "cards": made.cards, "back": scope.page}
    told |= {"out_of_reach": qr.out_of_reach(), "hatch": hatch.path()}
    store.reading().commit()  # gives its connection back: drawing takes seconds
    page = stream_template("desk/cards_print.html", drawn=cards.draw(made.sheets, first, said), **told, **said)
    return Response(page, mimetype="text/html")


def print_pdf(scope: Scope) -> Response:
    """The same as a file. If it cannot be made, the cards that nobody has seen are void at once."""
    form = _print_form(scope)
    try:
        if not pdf.available():
            raise NotNow(N_("Máy chủ này chưa cài phần làm PDF. Hãy bấm In thẻ để in từ trình duyệt."))
        if (form.cards.data or 0) > pdf.MOST_CARDS:
            raise Invalid(_TOO_LONG, {"cards": _TOO_LONG})
        made = _make(scope, form)
        content = _file(made)
    except DomainError as error:
        return cards.refuse(scope, error, "printing", form)
    answer = make_response(content)
    answer.headers["Content-Type"] = "application/pdf"
    name = f"the-{g.dialogue.code}-to-{made.first}-{made.first + len(made.sheets) - 1}.pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def void_sheets(scope: Scope) -> Response:
    """Void what nobody has used of the sheets that were typed."""
    form = SheetsForm()
    try:
        done = store.write(voiding.void_sheets, g.dialogue.id, form.sheets.data or "", scope.number, actor=g.actor)
    except DomainError as error:
        return cards.refuse(scope, error, "sheets", form)
    return _voided(scope, done)


def void_batch(scope: Scope, batch_id: str) -> Response:
    """Void what nobody has used of a whole printing."""
    return _voided(scope, store.write(voiding.void_batch, g.dialogue.id, batch_id, scope.number, actor=g.actor))


def take_back(scope: Scope) -> Response:
    """Void the cards that came back; each line is answered by itself."""
    form = ReturnsForm()
    lines = (form.lines.data or "").splitlines()
    try:
        key = _key()
        answers = store.write(voiding.void_returned, key, g.dialogue.id, lines, scope.number, actor=g.actor)
        if not answers:
            raise Invalid(N_("Hãy quét hoặc gõ ít nhất một thẻ vào ô này."))
    except DomainError as error:
        return cards.refuse(scope, error, "returns", form)
    if wants_json():
        return json_answer({"lines": [{"line": line, "state": answer} for line, answer in answers]})
    sums = {answer: sum(one == answer for _line, one in answers) for answer in Answer}
    return cards.show(scope, answers=answers, sums=sums)


def _print_form(scope: Scope) -> PrintForm:
    form = PrintForm()
    form.offer(dialogues.sites(store.reading(), g.dialogue.id) if scope.site is None else ())
    return form


def _file(made: Made) -> bytes:
    said = {**cards.words(made.place), "drawn_hatch": hatch.path()}
    store.reading().commit()
    page = render_template("desk/cards_pdf.html", drawn=cards.draw(made.sheets, made.first, said))
    try:
        return pdf.render(page)
    except pdf.NotMade:
        store.write(voiding.void_batch, g.dialogue.id, made.batch, made.place.number, actor=g.actor)
        raise


def _make(scope: Scope, form: PrintForm) -> Made:
    """Write the cards."""
    if not form.validate():
        field = next(field for field in form if field.errors)
        message, field.errors = str(field.errors[0]), []
        raise Invalid(message, {field.name: message})
    make: Any = printing.print_share if scope.site else printing.print_cards
    number, batch = scope.number or form.chosen(), form.of()
    if number is None:
        raise Invalid(
            N_("Hãy chọn hội trường hoặc một điểm cầu."), {"site": N_("Hãy chọn hội trường hoặc một điểm cầu.")}
        )
    sheets = store.write(make, _key(), g.dialogue.id, batch, form.cards.data, number, actor=g.actor)
    printed = next(one for one in tickets.batches(store.reading(), g.dialogue.id) if one.id == batch)
    place = cards.of_site(sites.load(store.reading(), g.dialogue.id, number)) if number else scope
    return Made(batch, sheets, printed.first_sheet, place)


def _key() -> bytes:
    try:
        return store.keys().get(g.dialogue.id, "ticket")
    except KeyMissing as error:
        raise NotNow(_NO_KEY) from error


def _voided(scope: Scope, done: Voided) -> Response:
    if wants_json():
        return json_answer({"voided": done.now, "before": done.before, "used": done.used})
    parts = [_("Đã hủy %(count)s thẻ.", count=done.now)]
    if done.used:
        parts.append(_("%(count)s thẻ đã dùng nên giữ nguyên.", count=done.used))
    if done.before:
        parts.append(_("%(count)s thẻ đã hủy từ trước.", count=done.before))
    flash(" ".join(parts))
    return see_other(f"{scope.page}#voiding")
