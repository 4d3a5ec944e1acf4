"""The clock of the machine is set back by a day: nobody is sent away, and nobody is refused for a day."""

from __future__ import annotations

import time

import pytest

from survey.core.errors import TooMany
from survey.web import limits
from tests.conftest import Cast
from tests.conftest import csrf

DAY = 86_400


def set_back(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() - seconds)


def test_sessions_of_phones_and_staff_stay_good(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    phone, moderator = cast.member(), cast.staff("moderator")
    token = csrf(phone, cast.base)
    set_back(monkeypatch, DAY)
    asked = phone.post(f"{cast.base}/questions", data={"csrf_token": token, "body": "Bao giờ có nhà trẻ cho con em?"})
    assert asked.status_code == 303
    assert moderator.get(f"{cast.desk}/moderate").status_code == 200


def test_counts_begin_anew_instead_of_lasting_for_a_day(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    with cast.app.app_context():
        limits.spend("test", "who", 1, 60)
        with pytest.raises(TooMany):
            limits.check("test", "who", 1, 60, "đợi")
        set_back(monkeypatch, DAY)
        limits.check("test", "who", 1, 60, "đợi")
        limits.spend("test", "who", 1, 60)
        with pytest.raises(TooMany) as told:
            limits.check("test", "who", 1, 60, "đợi")
    assert told.value.retry_after <= 60
