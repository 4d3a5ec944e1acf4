"""A site's screen: the projector as in the hall, with the site's own name, way in and head count."""

from __future__ import annotations

from flask import Response
from flask import g
from flask import make_response

from survey.accounts import login
from survey.accounts import policy
from survey.core.errors import NotFound
from survey.core.text import N_
from survey.dialogues import queries as dialogues
from survey.dialogues import sites
from survey.dialogues.models import Site
from survey.live.streams import stream
from survey.room import places
from survey.stage import queries
from survey.stage.views import blueprint
from survey.stage.views import page
from survey.stage.views import polled
from survey.web import qr
from survey.web import store
from survey.web.guard import allowed
from survey.web.htmx import is_htmx
from survey.web.htmx import partial


@blueprint.get("/s/<code>/sites/<number>/screen")
@allowed("site_screen")
def site_screen(code: str, number: str) -> Response:
    """The projector at a site; for htmx its areas alone."""
    site, shown = _site(number), queries.screen(store.reading(), g.dialogue.id)
    if shown is None:
        raise NotFound(N_("Không còn đối thoại này."))
    if is_htmx():
        return polled(partial("stage/_screen_live.html", s=shown, moved=frozenset()), str(shown.version))
    digits = site.digits or shown.code
    answer = make_response(page(
        shown, "stage/site_screen.html", base=f"/s/{g.dialogue.code}/sites/{site.number}", site=site,
        name=dialogues.site_labels(store.reading(), g.dialogue.id)[site.number],
        here=places.told(site.ballots), told=f"{digits[:3]} {digits[3:]}", scene="",
        code=qr.svg(f"{qr.join_url(g.dialogue.code)}?site={site.number}"),
    ))  # fmt: skip
    answer.headers["Vary"] = "HX-Request, Accept"
    return answer


@blueprint.get("/s/<code>/sites/<number>/screen/live")
@allowed("site_screen")
def site_screen_live(code: str, number: str) -> Response:
    """The same stream as in the hall; it ends when this machine is put out."""
    _site(number)
    return stream(g.dialogue.id, "screen", alive=login.alive("site_screen"))


@blueprint.get("/s/<code>/sites/<number>/screen/people")
@allowed("site_screen")
def site_screen_people(code: str, number: str) -> Response:
    """How many are in from here, in steps and from ten on."""
    return partial("stage/_site_people.html", here=places.told(_site(number).ballots))


def _site(raw: str) -> Site:
    """The site of the URL, for whoever sees the hall's screen and for its own host."""
    number = int(raw) if raw.isascii() and raw.isdecimal() and len(raw) < 5 else 0
    if not policy.may(g.identity, "screen", g.dialogue.organisation_id, g.dialogue.id):
        policy.require_site(g.identity, number, g.dialogue.organisation_id, g.dialogue.id)
    return sites.load(store.reading(), g.dialogue.id, number)
