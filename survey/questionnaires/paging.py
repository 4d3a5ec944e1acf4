"""A questionnaire page by page: which items stand on which page, and which page comes next. Pure functions over rows."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from survey.questionnaires.conditions import holds
from survey.questionnaires.kinds import KINDS
from survey.questionnaires.queries import ItemRow

NEXT, BACK, HERE, ALL, PAGES = "next", "back", "here", "all", "pages"  # what the buttons of a page ask for
TURNS = frozenset({NEXT, BACK, HERE, ALL, PAGES})


@dataclass(frozen=True, slots=True)
class Place:
    """A page as it is shown: its number from 0, how many there are, its items, and whether sending follows."""

    number: int
    count: int
    items: tuple[ItemRow, ...]
    last: bool
    whole: bool = False  # all pages at once, though there are several

    @property
    def ids(self) -> frozenset[str]:
        """The items that are asked on this page."""
        return frozenset(item.id for item in self.items)


def pages(items: Sequence[ItemRow]) -> list[tuple[ItemRow, ...]]:
    """The items by page; a heading that was made to begins a new one, unless it stands first of all."""
    found: list[list[ItemRow]] = [[]]
    for item in items:
        if item.kind == "section" and item.settings.get("page") and found[-1]:
            found.append([])
        found[-1].append(item)
    return [tuple(page) for page in found]


def place(items: Sequence[ItemRow], number: int, answers: Mapping[str, Any], go: str = "") -> Place:
    """The page to show: number `number`, or the next one from there that asks something with these answers.

    Items whose rule is decided by answers on earlier pages, and says no, are left out; the others stay, since what is
    being filled in on this very page decides.
    """
    all_pages = pages(items)
    here = min(max(number, 0), len(all_pages) - 1)
    step = {NEXT: 1, BACK: -1}.get(go, 0)
    target = here + step
    while step and 0 <= target < len(all_pages) and not _asks(all_pages, target, answers):
        target += step
    if not 0 <= target < len(all_pages):
        target = here
    later = any(_asks(all_pages, other, answers, open_=target) for other in range(target + 1, len(all_pages)))
    reached_end = step == 1 and target == here
    return Place(target, len(all_pages), _left(all_pages, target, answers), reached_end or not later)


def whole(items: Sequence[ItemRow]) -> Place:
    """All items on one page, for who would rather see at once what is asked."""
    return Place(0, 1, tuple(items), last=True, whole=len(pages(items)) > 1)


def page_of(items: Sequence[ItemRow], item_id: str) -> int:
    """The number of the page on which this item stands."""
    return next((n for n, page in enumerate(pages(items)) if any(item.id == item_id for item in page)), 0)


def _asks(
    all_pages: Sequence[Sequence[ItemRow]], number: int, answers: Mapping[str, Any], open_: int | None = None
) -> bool:
    """Whether the page asks something; rules on items of page `open_`, which is still being filled in, may come true."""
    undecided = {item.id for item in all_pages[open_]} if open_ is not None else set()
    return any(
        KINDS[item.kind].asks and (holds(item.shown_if, answers) or _asks_about(item, undecided))
        for item in all_pages[number]
    )


def _left(all_pages: Sequence[Sequence[ItemRow]], number: int, answers: Mapping[str, Any]) -> tuple[ItemRow, ...]:
    here = {item.id for item in all_pages[number]}
    return tuple(item for item in all_pages[number] if _asks_about(item, here) or holds(item.shown_if, answers))


def _asks_about(item: ItemRow, ids: set[str]) -> bool:
    return any(test["item"] in ids for test in item.shown_if.get("tests", ()))
