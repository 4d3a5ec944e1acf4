"""What a write does never hangs on the request of whoever happens to run the writer: it runs the jobs of others too."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from survey.roll import service
from tests.conftest import csrf
from tests.conftest import make_cast


@pytest.mark.parametrize(("entry", "status"), [("roll+tickets", 303), ("roll", 403)])
def test_a_card_at_the_door_is_judged_by_its_own_dialogue(
    app: Flask, monkeypatch: pytest.MonkeyPatch, entry: str, status: int
) -> None:
    """Three desks and two halls at once: the first in the queue runs what the others wait for, outside their requests."""
    cast = make_cast(app, "open_hall", entry=entry)
    mai = cast.enrol("Nguyễn Thị Mai")
    cast.stores.roll.write(service.freeze, cast.dialogue_id, actor="test")
    door = cast.staff("door")
    form = {"csrf_token": csrf(door, f"{cast.desk}/door/{mai}")}
    monkeypatch.setattr(cast.stores.roll, "write", by_somebody_else(cast.stores.roll.write))
    assert door.post(f"{cast.desk}/door/{mai}/card", data=form).status_code == status


def by_somebody_else(write: Callable[..., Any]) -> Callable[..., Any]:
    """`write`, as another greenlet runs it."""

    def elsewhere(*args: Any, **kwargs: Any) -> Any:
        told: list[Any] = []

        def run() -> None:
            try:
                told.append((True, write(*args, **kwargs)))
            except Exception as error:  # noqa: BLE001 - raised again below
                told.append((False, error))

        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
        done, what = told[0]
        if not done:
            raise what
        return what

    return elsewhere
