"""Claims: tests that check what the project promises and print the figure they measured.

    @pytest.mark.claim("phone", "first visit of the room weighs at most 34 kB")
    def test_...(figure): figure(f"{kilobytes:.1f} kB")

`make claims` (or `make claims K=<area>`) prints the table of claim, figure and verdict.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from collections.abc import Sequence
from pathlib import Path

import pytest

AREAS = frozenset({
    "main-job", "entry", "anonymity", "surveys", "moderation", "stage", "live", "followup", "reliability", "security",
    "phone", "scale",
})  # fmt: skip


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--claims-area`: print the table of claims, of one area where one is named."""
    parser.addoption("--claims-area", default=None, help="print the table of claims; empty for all areas")
    parser.addoption("--claims-file", default=None, help="keep the figures in this JSON, beside those that are there")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse a claim of an unknown area; leave out the areas that were not asked for."""
    wanted = config.getoption("--claims-area")
    kept = []
    for item in items:
        mark = item.get_closest_marker("claim")
        if mark is not None:
            area, promise = mark.args
            if area not in AREAS:
                raise pytest.UsageError(f"{item.nodeid}: no such claim area: {area}")
            item.user_properties.append(("claim", f"{area}: {promise}"))
        if not wanted or (mark is not None and mark.args[0] == wanted):
            kept.append(item)
    items[:] = kept


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Report what the claim measured, in words with units."""
    return lambda measured: record_property("figure", measured)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The table, when it was asked for."""
    if config.getoption("--claims-area") is None:
        return
    rows: dict[str, tuple[str, str]] = {}
    for outcome in ("passed", "failed", "error", "skipped"):
        for report in terminalreporter.getreports(outcome):
            facts = dict(getattr(report, "user_properties", []))
            if "claim" in facts:
                rows[report.nodeid] = (facts["claim"], f"{facts.get('figure', '-')} | {outcome}")
    if kept := config.getoption("--claims-file"):
        _keep(Path(kept), sorted(rows.values()))
    terminalreporter.section("claims")
    for claim, verdict in sorted(rows.values()):
        terminalreporter.write_line(f"{claim} | {verdict}")


def _keep(place: Path, rows: Sequence[tuple[str, str]]) -> None:
    """Figures are kept until the same claim is measured again; one that is measured in several ways has a line for each."""
    known = json.loads(place.read_text(encoding="utf-8")) if place.exists() else {}
    found: dict[str, list[str]] = {}
    for claim, verdict in rows:
        found.setdefault(claim, []).append(verdict)
    kept = json.dumps({**known, **found}, indent=2, ensure_ascii=False, sort_keys=True)
    place.write_text(kept + "\n", encoding="utf-8")
