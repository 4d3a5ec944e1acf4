"""Rows of the table about pages and files: weights, questionnaires, exports, a slowed phone (#10 #11 #12 #13 #16)."""

from __future__ import annotations

from bench import exporting
from bench import floors
from bench import responses
from bench import slow_phone
from bench import weight
from bench.browser import chromium
from bench.browser import executable
from bench.row import Measurement
from bench.row import Row
from bench.row import late
from bench.row import missing
from bench.server import running

NO_CHROMIUM = "Chromium is not installed"


def weights(_quick: bool) -> list[Row]:
    """#10, #11 and the page of #12."""
    if executable() is None:
        return [
            missing(number, what, NO_CHROMIUM)
            for number, what in (("10", "room page"), ("11", "projector page"), ("12", "page of ten items"))
        ]
    with running("province") as server, chromium() as browser:
        code, base = server.sample["code"], server.url
        room = weight.first_visit(browser, server.sample["url"], "?tab=unseen")
        screen = weight.projector(browser, server.sample["staff"]["screen"], f"{base}/s/{code}/screen")
        paper = responses.questionnaire(server).removeprefix(f"/d/{code}")
        items = weight.first_visit(browser, server.sample["url"], paper)
    return [
        Row("10", "room page, first visit", room.without_fonts, "kB", 34, 16),
        Row("10", "room page, requests", room.requests, "", 6, 1),
        Row("10", "room page with fonts", room.without_fonts + room.fonts, "kB", 100, 16),
        Row("10", "requests to other hosts", room.foreign, "", 0),
        Row("11", "projector page, first visit", screen.without_fonts, "kB", 40, note=f"fonts {screen.fonts:.0f} kB"),
        Row("12", "page of ten items, first visit", items.without_fonts, "kB", 35),
    ]


def questionnaire(quick: bool) -> list[Row]:
    """#12."""
    found = responses.responses(2 if quick else responses.ROUNDS)
    floor = found["response"] / found["ratio"]
    return [Row("12", "page and answer of ten items", found["response"], "ms", 8, floor, times=True)]


def files(quick: bool) -> list[Row]:
    """#13. The floor is a bare Python process that writes as many cells with its own `csv`."""
    rows = 200 if quick else responses.ROWS
    bare, found = floors.csv(rows), responses.files(rows)
    made = exporting.measure(200, 2_000) if quick else exporting.measure()
    return [
        Row("13", f"{rows:,} responses to CSV", found["csv"], "s", 0.3, bare, note=f"{found['csv_mb']:.0f} MB"),
        Row("13", f"{rows:,} responses to XLSX", found["xlsx"], "s", 0.7, bare, note=f"{found['xlsx_mb']:.0f} MB"),
        late("13", "latest beat beside the largest file", made),
    ]  # fmt: skip


def slowed(quick: bool) -> list[Row]:
    """#16."""
    what = "a phone slowed six times"
    if executable() is None:
        return [missing("16", what, NO_CHROMIUM)]
    found = slow_phone.measure()
    return [
        Row("16", "slowed phone: first content, cards", found["unseen"], "ms", 1_200),
        Row("16", "slowed phone: first content, ranking", found["ranking"], "ms", 1_200),
        Row("16", "slowed phone: tap answered, network apart", found["beyond"], "ms", 200, note=f"seen {found['seen']:.0f} ms"),
    ]  # fmt: skip


MEASUREMENTS = (
    Measurement(("10", "11"), weights), Measurement(("12",), questionnaire), Measurement(("13",), files),
    Measurement(("16",), slowed),
)  # fmt: skip
