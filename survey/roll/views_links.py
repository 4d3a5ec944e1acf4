"""Views by which personal links leave the system: a file or cards for one unit, each written down."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass

from flask import Response
from flask import g
from flask import make_response
from flask import render_template
from flask_babel import gettext as _
from markupsafe import Markup

from survey.accounts import queries as accounts
from survey.core.offload import off_the_loop
from survey.core.text import N_
from survey.organisations.forest import Forest
from survey.roll import counts
from survey.roll import links
from survey.roll.links import Parcel
from survey.roll.links_files import TYPES
from survey.roll.links_files import WRITERS
from survey.roll.models import Roll
from survey.roll.views import blueprint
from survey.roll.views_people import NO_UNIT
from survey.roll.views_people import forest
from survey.roll.views_people import link_key
from survey.roll.views_people import surroundings
from survey.web import qr
from survey.web import store
from survey.web.guard import allowed

LINKS = "/s/<code>/roll/links"
PER_SHEET = 6
WITHOUT, GONE = N_("Không có đơn vị"), N_("Đơn vị đã xóa khỏi cây")


@dataclass(frozen=True, slots=True)
class Row:
    """A unit with the number of its links, and who has taken them last."""

    unit: str  # as it stands in the path
    path: str
    people: int
    taken: int
    at: dt.datetime | None
    who: str


@dataclass(frozen=True, slots=True)
class Slip:
    """One card: whose it is stands outside, link and typed code inside."""

    name: str
    code: str
    twin: str
    qr: Markup


@blueprint.get(LINKS)
@allowed("roll")
def roll_links(code: str) -> Response:
    """The units with how many links each has, and the ways to take them out: never all at once."""
    page = render_template("roll/links.html", **surroundings(), out_of_reach=qr.out_of_reach(), rows=_rows())
    return make_response(page)


@blueprint.post(f"{LINKS}/<unit_id>.<any(xlsx,csv,txt):fmt>")
@allowed("roll")
def roll_links_file(code: str, unit_id: str, fmt: str) -> Response:
    """The links of one unit as a file."""
    parcel = _parcel(unit_id, fmt)
    response = make_response(off_the_loop(lambda: WRITERS[fmt](parcel)))
    response.headers["Content-Type"] = TYPES[fmt]
    name = links.file_name(g.dialogue.code, parcel.unit, fmt)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post(f"{LINKS}/<unit_id>/cards")
@allowed("roll")
def roll_links_cards(code: str, unit_id: str) -> Response:
    """The links of one unit as cards to print, cut and fold, each with the name on the outside."""
    parcel = _parcel(unit_id, "cards")
    slips = [_slip(leaf) for leaf in parcel.leaves]
    sheets = [slips[at : at + PER_SHEET] for at in range(0, len(slips), PER_SHEET)]
    page = render_template(
        "roll/links_cards.html", **surroundings(), parcel=parcel, sheets=sheets, out_of_reach=qr.out_of_reach()
    )
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


def _parcel(unit_id: str, form: str) -> Parcel:
    """The links of the unit, written down as sent before they leave. Raises `KeyMissing` once links are dead."""
    key, session, page = link_key(), store.roll_reading(), f"{qr.roll_base()}/m/{g.dialogue.code}"
    wanted = None if unit_id == NO_UNIT else unit_id
    leaves = links.of_unit(session, key, g.dialogue.id, wanted, page)
    told = links.says(session.get(Roll, g.dialogue.id), key)
    store.roll_write(links.sent, g.dialogue.id, wanted, form, len(leaves), actor=g.actor)
    unit = _path(forest(), wanted or "") or (GONE if wanted else WITHOUT)
    return Parcel(unit, g.dialogue.theme, page, told, leaves)


def _rows() -> list[Row]:
    known, session = forest(), store.roll_reading()
    counted, taken = counts.by_unit(session, g.dialogue.id), links.taken(session, g.dialogue.id)
    names = accounts.names(store.reading(), [actor for _number, _at, actor in taken.values()])
    order = {unit.id: place for place, (unit, _depth) in enumerate(known.walk())}
    rows = []
    for unit in sorted(counted, key=lambda unit: (order.get(unit, len(order)), unit == "")):
        number, at, actor = taken.get(unit, (0, None, ""))
        path = _path(known, unit) or (_(GONE) if unit else _(WITHOUT))
        rows.append(Row(unit or NO_UNIT, path, counted[unit], number, at, names.get(actor, "")))
    return rows


def _path(known: Forest, unit_id: str) -> str:
    return " › ".join(known.path(unit_id))


def _slip(leaf: links.Leaf) -> Slip:
    """A QR code takes some milliseconds: after each the streams have their turn."""
    drawn = qr.svg(leaf.url)
    time.sleep(0)
    return Slip(leaf.name, leaf.code, leaf.twin, drawn)
