"""`make bench`: run every measurement, print a table, keep the figures in bench/results/."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from bench import adversary
from bench import event_loop
from bench import exporting
from bench import fanout
from bench import responses
from bench import similar
from bench import votes
from bench import weight

RESULTS = Path(__file__).parent / "results"
MEASUREMENTS: dict[str, Callable[[], dict[str, float]]] = {
    "votes": votes.measure,
    "fanout": fanout.measure,
    "similar": similar.measure,
    "event_loop": event_loop.measure,
    "exporting": exporting.measure,
    "responses": responses.measure,
    "weight": weight.measure,
    "adversary": adversary.measure,
}


def main() -> None:
    """One after the other: two at once would measure each other."""
    RESULTS.mkdir(exist_ok=True)
    for name, measure in MEASUREMENTS.items():
        figures = {key: round(value, 4) for key, value in measure().items()}
        (RESULTS / f"{name}.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
        print(f"{name:<12}" + "  ".join(f"{key} {value}" for key, value in figures.items()))


if __name__ == "__main__":
    main()
