"""What no page of ours sends and a program may: never an error of the server."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.conftest import csrf
from tests.conftest import make_cast

HALF = "\ud800"  # of a sign: JSON can hold it, UTF-8 cannot


@pytest.mark.parametrize("name", ["ticket", "attempt", "pass", "replace"])
def test_half_a_sign_is_no_error_at_the_door_of_the_room(app: Flask, name: str) -> None:
    """It comes back on the page of the refusal, where it could not be written."""
    cast = make_cast(app, "open_hall", entry="roll+tickets")
    phone = cast.stranger()
    sent = {"ticket": f"AB{HALF}CD", name: HALF}
    answer = phone.post(f"{cast.base}/entry", json=sent, headers={"X-CSRFToken": csrf(phone, cast.base)})
    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize("path", ["scrutiny", "scrutiny/checklist", "exports/scrutiny.json"])
@pytest.mark.parametrize("heads", ["9" * 5000, "9" * 21, "0" * 5000])
def test_a_number_of_heads_beyond_all_reason_is_none(app: Flask, path: str, heads: str) -> None:
    """Python itself refuses to read more than 4,300 digits."""
    cast = make_cast(app, "open_hall", entry="roll")
    assert cast.staff("organiser").get(f"{cast.desk}/{path}?heads={heads}").status_code == 200
