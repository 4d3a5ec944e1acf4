"""The ceiling on the way of a vote."""

from __future__ import annotations

import pytest

from survey.core.errors import TooMany
from survey.web.pace import Pace


def test_spend_refuses_above_the_ceiling_and_forgets_with_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """One ballot at its ceiling does not hold another up, and the next window starts from nothing."""
    moment = 600.0
    monkeypatch.setattr("survey.web.pace.time.monotonic", lambda: moment)
    ceiling = Pace(2, 60)
    ceiling.spend("a")
    ceiling.spend("a")
    ceiling.spend("b")
    with pytest.raises(TooMany) as refused:
        ceiling.spend("a")
    assert refused.value.retry_after == 60
    moment += 60
    ceiling.spend("a")
