"""The public calendar of a dialogue, to subscribe to: the days of what its page shows, and when its conclusion is due."""

from __future__ import annotations

from flask import Response
from flask import g

from survey.core.clock import local
from survey.core.clock import now
from survey.followups import counting_days
from survey.followups import deadlines
from survey.followups import feed
from survey.followups.deadlines import Dated
from survey.public.shown import Shown
from survey.public.views import blueprint
from survey.public.views import current
from survey.public.views import kept_answer
from survey.web import qr
from survey.web import store
from survey.web.guard import with_code
from survey.web.i18n import language


@blueprint.get("/p/<code>/deadlines.ics")
@with_code
def calendar(code: str) -> Response:
    """Empty before there is something to follow, so that whoever subscribed early is not told that it is gone."""
    base = qr.public_base()
    return kept_answer(("calendar", language(), base), lambda: _written(current(), base), feed.MIMETYPE)


def _written(shown: Shown, base: str) -> bytes:
    if shown.figures is None:  # the hall may still be held, or nobody has published anything yet
        return feed.named(shown.theme, [])
    day = local(now()).date()
    dated = []
    for promised in shown.recommendations:
        one = promised.one
        done = local(one.done_at).date() if one.done_at else None
        dated.append(Dated(one, counting_days.of_recommendation(one.state, one.due, done, day, day), promised.days))
    _pressing, conclusion = deadlines.glance(store.reading(), g.dialogue, day)
    return feed.named(shown.theme, feed.entries(g.dialogue, [conclusion], dated, f"{base}/p/{shown.code}"))
