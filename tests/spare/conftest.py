"""Words that cost a tenth: what is tried here is not how slow a guess is."""

from __future__ import annotations

import pytest

from survey.spare import sealing


@pytest.fixture(autouse=True)
def cheap_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "MEMORY", 8 * 1024)
