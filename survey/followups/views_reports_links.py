"""Links of the units that have something to do: made, shown this once, replaced, revoked."""

from __future__ import annotations

from flask import Response
from flask import flash
from flask import g
from flask import make_response
from flask import render_template
from flask_babel import gettext as _

from survey.followups import links
from survey.followups import reported
from survey.followups.views import blueprint
from survey.followups.views_reports import REPORTS
from survey.followups.views_reports import UNIT
from survey.followups.views_reports import frame
from survey.followups.views_reports import here
from survey.followups.views_reports import load_tasks
from survey.web import qr
from survey.web import store
from survey.web.guard import allowed
from survey.web.htmx import see_other


@blueprint.post(f"{REPORTS}/links")
@allowed("follow")
def reports_links(code: str) -> Response:
    """Links for all units that have something to do and no link yet, shown this once."""
    found = reported.by_unit(store.reading(), g.dialogue.id)
    return _links([one.unit_id for one in found if one.tasks], anew=False)


@blueprint.post(f"{UNIT}/link")
@allowed("follow")
def reports_link(code: str, unit_id: str) -> Response:
    """A new link for one unit; the old one is dead."""
    return _links([load_tasks(unit_id).unit_id], anew=True)


@blueprint.get(f"{REPORTS}/links")
@allowed("follow")
def reports_links_again(code: str) -> Response:
    """Links are shown once; who loads the page anew comes back."""
    return see_other(f"{here()}#units")


@blueprint.get(f"{UNIT}/link")
@allowed("follow")
def reports_link_again(code: str, unit_id: str) -> Response:
    """The same for one."""
    load_tasks(unit_id)
    return see_other(f"{here()}#units")


@blueprint.post(f"{UNIT}/link/removal")
@allowed("follow")
def reports_unlink(code: str, unit_id: str) -> Response:
    """Make a link worthless; what came by it stays."""
    store.write(links.revoke, g.dialogue.id, load_tasks(unit_id).unit_id, actor=g.actor)
    flash(_("Đã thu hồi đường dẫn. Nội dung đơn vị đã ghi vẫn còn."))
    return see_other(f"{here()}#units")


def _links(unit_ids: list[str], *, anew: bool) -> Response:
    made = store.write(links.make, g.dialogue.id, unit_ids, actor=g.actor, anew=anew)
    if not made:
        flash(_("Đơn vị nào cũng đã có đường dẫn. Làm mất thì bấm “Đường dẫn mới” ở dòng của đơn vị ấy."), "warn")
        return see_other(f"{here()}#units")
    found = reported.by_unit(store.reading(), g.dialogue.id)
    rows = [(one, f"{qr.public_base()}/u/{made[one.unit_id]}") for one in found if one.unit_id in made]
    response = make_response(
        render_template("followups/reports_links.html", **frame(), links=rows, out_of_reach=qr.out_of_reach())
    )
    response.headers["Cache-Control"] = "no-store"
    return response
