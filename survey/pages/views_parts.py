"""Parts of the room's pages that read alike for every phone, rendered once: told apart by all that stands in them.

None is kept of which a phone's own choice is a part: not how a row looks to whoever supports it, and no form's token.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Hashable

from flask import render_template
from markupsafe import Markup

from survey.core.held import holds_texts
from survey.pages.room import Ranked
from survey.questionnaires.remembered import Memory
from survey.questions.queries import Row
from survey.web.i18n import language

parts: Memory[Markup] = Memory(4_000)  # a card, a row, a line, a number in its words
holds_texts(parts.clear)


def part(key: tuple[Hashable, ...], make: Callable[[], str]) -> Markup:
    """What `make` renders, or rendered for somebody else from the same words in the same language."""
    name = (language(), *key)
    found = parts.get(name)
    return parts.keep(name, Markup(make())) if found is None else found  # noqa: S704 - a template made it


def rows(base: str, of: int, own: Collection[str], *, is_open: bool) -> Callable[[Ranked], Markup]:
    """How a row of the ranking is rendered for a phone that supports `own`; `of` is what a full measure means."""

    def render(item: Ranked) -> str:
        return render_template(
            "questions/_row.html", row=item.row, rank=item.rank, own=own, of=of, open=is_open, base=base
        )

    def dress(item: Ranked) -> Markup:
        if item.row.id in own:
            return Markup(render(item))  # noqa: S704 - a template made it
        return part(("row", base, is_open, round(item.row.supporters / of, 2), item), lambda: render(item))

    return dress


def done(row: Row) -> Markup:
    """A row of what is answered."""
    return part(("done", row), lambda: render_template("questions/_done.html", row=row))
