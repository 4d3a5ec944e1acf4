"""Views of the cards of a whole dialogue: print, void, count."""

from __future__ import annotations

from flask import Response

from survey.desk import cards
from survey.desk import cards_acts
from survey.desk.views import blueprint
from survey.web.guard import allowed


@blueprint.get("/s/<code>/cards")
@allowed("cards")
def card_list(code: str) -> Response:
    """What was printed, used, voided and is missing, in all and by site; printing and voiding."""
    return cards.show(cards.every())


@blueprint.post("/s/<code>/cards")
@allowed("cards")
def print_cards(code: str) -> Response:
    """Make cards for the hall or a site, and answer with the page to print."""
    return cards_acts.print_now(cards.every())


@blueprint.post("/s/<code>/cards/pdf")
@allowed("cards")
def print_pdf(code: str) -> Response:
    """Make cards and answer with them as a file."""
    return cards_acts.print_pdf(cards.every())


@blueprint.post("/s/<code>/cards/sheets/voiding")
@allowed("cards")
def void_sheets(code: str) -> Response:
    """Make the cards of some sheets worthless."""
    return cards_acts.void_sheets(cards.every())


@blueprint.post("/s/<code>/cards/batches/<batch_id>/voiding")
@allowed("cards")
def void_batch(code: str, batch_id: str) -> Response:
    """Make the cards of a whole printing worthless."""
    return cards_acts.void_batch(cards.every(), batch_id)


@blueprint.post("/s/<code>/cards/returns")
@allowed("cards")
def take_back(code: str) -> Response:
    """Make the cards that came back worthless."""
    return cards_acts.take_back(cards.every())
