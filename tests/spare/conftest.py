"""Words that cost a tenth, and no waiting: what is tried here is not how slow a guess is."""

from __future__ import annotations

import pytest

from survey.spare import sealing
from survey.spare import taking


@pytest.fixture(autouse=True)
def cheap_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "MEMORY", 8 * 1024)


@pytest.fixture(autouse=True)
def short_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine before sends by hand here, so nobody needs to wait for its next pass."""
    monkeypatch.setattr(taking, "STILL", 0.0)
