"""Where a phone says that it is: with the entry, or in the room at any time while somebody may enter.

What says so is only the number of a site, in an address or a form; it opens nothing and proves nothing.
"""

from __future__ import annotations

from flask import Response
from flask import g
from flask import request

from survey.core.errors import NotFound
from survey.core.ids import digest
from survey.dialogues import queries as dialogues
from survey.dialogues.state import ENTERABLE
from survey.room import places
from survey.room.views import blueprint
from survey.web import store
from survey.web.guard import with_ballot
from survey.web.htmx import json_answer
from survey.web.htmx import see_other
from survey.web.htmx import wants_json


def brought() -> int | None:
    """The number of a site in this request, 0 for the hall; None for anything that can be none."""
    typed = request.form.get("site") or request.args.get("site") or ""
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 5 else None


def keep_brought(secret: str | None) -> None:
    """The ballot of this secret, else the phone's own, is where the request says; a number that is none is passed over.

    In a write after that of the entry: no commit holds a ballot and its site together.
    """
    number, ballot = brought(), digest(secret).hex() if secret else g.ballot
    if number is None or ballot is None:
        return
    try:
        store.write(places.choose, store.keys(), g.dialogue.id, ballot, number)
    except NotFound:
        return


@blueprint.post("/d/<code>/site")
@with_ballot
def choose_site(code: str) -> Response:
    """This phone is at a site, or in the hall; it may say otherwise later."""
    number = brought() or places.HALL
    store.write(places.choose, store.keys(), g.dialogue.id, g.ballot, number)
    return json_answer({"site": number}) if wants_json() else see_other(f"/d/{g.dialogue.code}")


@blueprint.app_context_processor
def _for_pages() -> dict[str, object]:
    return {"site_brought": brought, "sites_to_choose": sites_to_choose}


def sites_to_choose() -> list[tuple[int, str]]:
    """The sites that this phone is asked about, by number and name: all until it has said where it is, then none."""
    if g.get("ballot") is None or g.dialogue.state not in ENTERABLE:
        return []
    found = dialogues.sites(store.reading(), g.dialogue.id)
    known = places.of(store.reading(), store.keys(), g.dialogue.id, g.ballot) if found else None
    wanted = brought()
    if found and (known is None or (wanted is not None and wanted != known)):
        return list(dialogues.site_labels(store.reading(), g.dialogue.id).items())
    return []
