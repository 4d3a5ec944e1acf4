"""What the pages of cards share: the organiser's page for all of them, a host's for those of one site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Response
from flask import g
from flask import make_response
from flask import render_template
from markupsafe import Markup

from survey.accounts import policy
from survey.accounts import queries as accounts
from survey.core.clock import now
from survey.core.errors import Conflict
from survey.core.errors import DomainError
from survey.core.errors import Invalid
from survey.core.ids import new_id
from survey.core.offload import breathe
from survey.desk import host
from survey.desk import pdf
from survey.desk.forms_cards import PrintForm
from survey.desk.forms_cards import ReturnsForm
from survey.desk.forms_cards import SheetsForm
from survey.desk.forms_cards import refused
from survey.dialogues import queries as dialogues
from survey.dialogues.models import Site
from survey.room import printing
from survey.room import tickets
from survey.room import voiding
from survey.room.tickets import Count
from survey.web import qr
from survey.web import store
from survey.web.errors import sentence
from survey.web.htmx import is_htmx
from survey.web.htmx import json_answer
from survey.web.htmx import partial
from survey.web.htmx import wants_json

LONGEST_THEME = 84  # characters on a card
_FIRST = {"printing": "cards", "sheets": "sheets", "returns": "lines"}  # where a sentence stands that names no field


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose cards: of every site, or of one. `page` shows them, `at` is the path of what is done to them."""

    page: str
    at: str
    template: str
    site: Site | None = None

    @property
    def number(self) -> int | None:
        """The site's number; None for all of them."""
        return self.site.number if self.site else None


@dataclass(frozen=True, slots=True)
class Card:
    """One card of a sheet: its code in groups of four, and the same as QR."""

    code: str
    qr: Markup


def every() -> Scope:
    """The cards of the whole dialogue."""
    page = f"/s/{g.dialogue.code}/cards"
    return Scope(page, page, "desk/cards.html")


def of_site(site: Site) -> Scope:
    """The cards of one site."""
    page = f"/s/{g.dialogue.code}/sites/{site.number}"
    return Scope(page, f"{page}/cards", "desk/site.html", site)


def show(scope: Scope, status: int = 200, **given: Any) -> Response:
    """The page, with what is `given` in place of fresh forms. For htmx the counts alone; for a program as JSON."""
    counts = tickets.counts_by_site(store.reading(), g.dialogue.id)
    counted = tickets.total(counts, scope.number)
    if wants_json() and not given:
        mine = {str(site): _figures(one) for site, one in counts.items() if scope.number in {None, site}}
        return json_answer(_figures(counted) | {"sites": mine}, status)
    shown = _shown(scope, counts, counted)
    if is_htmx() and not given:
        return partial("desk/_cards_counts.html", **shown)
    page = render_template(scope.template, **{**_fresh(scope), **shown, **_of_host(scope), **given})
    response = make_response(page, status)
    response.headers["Vary"] = "HX-Request, Accept"
    return response


def refuse(scope: Scope, error: DomainError, name: str, form: Any) -> Response:
    """The page again with what was typed and the sentence at its field; a program gets the error itself."""
    if wants_json():
        raise error
    alert = ""
    if isinstance(error, Invalid):
        field = next((field for field in error.fields if field in form), _FIRST[name])
        refused(form, field, sentence(error))
    else:
        alert = sentence(error)
    if isinstance(error, Conflict):
        form.batch.data = new_id()  # the form that is shown now would make another printing
    return show(scope, error.status, alert=alert, **{name: form})


def words(scope: Scope) -> dict[str, str]:
    """What every card of a printing says, and where its sheets belong."""
    theme = g.dialogue.theme
    return {
        "theme": theme if len(theme) <= LONGEST_THEME else theme[: LONGEST_THEME - 1].rsplit(" ", 1)[0] + "…",
        "join": qr.join_url(g.dialogue.code),
        "code": g.dialogue.code,
        "place": f"{scope.site.number}. {scope.site.name}" if scope.site else "",
    }


def draw(sheets: printing.Sheets, first: int, said: dict[str, str]) -> Iterator[Markup]:
    """The sheets one by one. A QR code takes 5 ms: after each the streams have their turn."""
    for number, codes in enumerate(sheets, first):
        cards = []
        for code in codes:
            cards.append(Card(f"{code[:4]} {code[4:]}", qr.svg(f"{said['join']}/entry?ticket={code}")))
            breathe()
        yield Markup(render_template("desk/_cards_sheet.html", number=number, cards=cards, **said))  # noqa: S704 - rendered


def _fresh(scope: Scope) -> dict[str, Any]:
    form = PrintForm(formdata=None, batch=new_id(), site="0")
    form.offer(dialogues.sites(store.reading(), g.dialogue.id) if scope.site is None else ())
    return {"printing": form, "sheets": SheetsForm(formdata=None), "returns": ReturnsForm(formdata=None), "alert": ""}


def _of_host(scope: Scope) -> dict[str, Any]:
    return host.shown(scope.site) if scope.site else {}


def _shown(scope: Scope, counts: dict[int, Count], counted: Count) -> dict[str, Any]:
    session, dialogue = store.reading(), g.dialogue
    fresh = tickets.fresh_sheets(session, dialogue.id)
    batches = tickets.batches(session, dialogue.id, scope.number)
    gone = voiding.voidings(session, dialogue.id, scope.number)
    return {
        "dialogue": dialogue,
        "base": f"/s/{dialogue.code}",
        "scope": scope,
        "counted": counted,
        "counts": counts,
        "places": {0: "", **dialogues.site_labels(session, dialogue.id)},
        "batches": batches,
        "voidings": gone,
        "fresh": {
            batch.id for batch in batches if any(batch.first_sheet <= sheet <= batch.last_sheet for sheet in fresh)
        },
        "names": accounts.names(session, {row.actor for row in batches} | {row.actor for row in gone}),
        "left": printing.left(scope.site, counted) if scope.site else None,
        "may_print": printing.may_print(dialogue),
        "has_pdf": pdf.available(),
        "may_scan": store.keys().exists(dialogue.id, "ticket"),
        "join": qr.join_url(dialogue.code),
        "out_of_reach": qr.out_of_reach(),
        "at_hour": now(),
        "may": policy.rights(g.identity, dialogue.organisation_id, dialogue.id),
    }


def _figures(counted: Count) -> dict[str, Any]:
    return {
        "printed": counted.printed, "used": counted.used, "void": counted.void, "missing": counted.missing,
    }  # fmt: skip
