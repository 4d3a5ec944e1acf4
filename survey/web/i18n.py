"""Two languages, one sentence at a time. Message ids are Vietnamese; English is a catalogue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from babel import Locale
from flask import Flask
from flask import has_app_context
from flask import request
from flask import session
from flask_babel import Babel
from flask_babel import force_locale
from flask_babel import get_locale
from flask_babel import get_translations
from flask_babel import gettext

from survey.core.clock import local
from survey.core.paths import resources
from survey.core.text import N_
from survey.web.badges import BADGES
from survey.web.session import tree_of

LANGUAGES = ("vi", "en")
_LOCALES = {name: Locale.parse(name) for name in LANGUAGES}  # reading one anew costs a fiftieth of a page
_catalogues: dict[str, Any] = {}  # by language
WEEKDAYS = (
    N_("thứ Hai"), N_("thứ Ba"), N_("thứ Tư"), N_("thứ Năm"), N_("thứ Sáu"), N_("thứ Bảy"), N_("Chủ nhật"),
)  # fmt: skip


def init_app(app: Flask) -> None:
    """Choose the language by `?lang=`, remembered in the tree's session where there is one."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(resources("translations"))
    app.config["BABEL_DEFAULT_LOCALE"] = "vi"
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Asia/Ho_Chi_Minh"
    Babel(app, locale_selector=lambda: _LOCALES[_choose()])
    _catalogues.clear()
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # of the extension that Babel has added
        gettext=lambda text: _catalogue().ugettext(text),
        ngettext=lambda one, many, number: _catalogue().ungettext(one, many, number),
        newstyle=True,
        pgettext=lambda context, text: _catalogue().upgettext(context, text),
        npgettext=lambda context, one, many, number: _catalogue().unpgettext(context, one, many, number),
    )
    app.jinja_env.globals.update(get_locale=get_locale, languages=LANGUAGES, badges=BADGES)
    app.jinja_env.filters.update(number=number, percent=percent, day=day, hour=hour, weekday=weekday, worded=worded)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Render in `language` without a request, as the streams do."""
    with force_locale(language):
        yield


def language() -> str:
    """The language of the current request or `speaking` block."""
    locale = get_locale()
    return locale.language if locale else "vi"


def _catalogue() -> Any:
    """The translations of this request's language; Flask-Babel looks for them anew at each of a page's hundreds of messages."""
    spoken = language()
    found = _catalogues.get(spoken)
    if found is None:
        found = get_translations()
        if has_app_context():
            _catalogues[spoken] = found
    return found


def number(value: int | float) -> str:
    """2917 as 2.917 in Vietnamese and 2,917 in English."""
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
    return text if language() == "en" else text.translate(str.maketrans(",.", ".,"))


def percent(share: float) -> str:
    """0.389 as "38,9 %" in Vietnamese and "38.9%" in English."""
    return f"{number(round(share * 100, 1))}{'' if language() == 'en' else ' '}%"


def day(moment: dt.datetime | dt.date | None) -> str:
    """A moment as 7/11/2023 in Vietnamese time; empty for None."""
    if moment is None:
        return ""
    here = local(moment) if isinstance(moment, dt.datetime) else moment
    return f"{here.day}/{here.month}/{here.year}"


def hour(moment: dt.datetime | None) -> str:
    """A moment as 8:00 in Vietnamese time; empty for None."""
    if moment is None:
        return ""
    here = local(moment)
    return f"{here.hour}:{here.minute:02}"


def weekday(moment: dt.datetime) -> str:
    """The day of the week of a moment in Vietnamese time: thứ Hai."""
    return str(gettext(WEEKDAYS[local(moment).weekday()]))


def worded(text: str | None) -> str:
    """A stored sentence in the reader's language if it is one of ours, else as it was typed, whatever signs it holds.

    Templates use this and never `_()` on what people typed: there a percent sign would be read as a placeholder.
    """
    return str(_catalogue().ugettext(text)) if text else ""


def _choose() -> str:
    asked = request.args.get("lang")
    if asked in LANGUAGES:
        if tree_of(request.path) and session.get("lang") != asked:
            session["lang"] = asked
        return asked
    known = session.get("lang") if tree_of(request.path) else None
    return known if known in LANGUAGES else "vi"
