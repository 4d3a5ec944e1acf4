"""What happens beside a process that serves: take-overs, restores, an old server that begins again, a spare on its own disk."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from survey.cli import backups
from survey.core import readonly
from survey.core import running
from survey.core.errors import Invalid
from survey.core.settings import Settings
from survey.machine import sending
from survey.spare import folder
from survey.spare import tending
from tests.conftest import make_cast
from tests.questions.conftest import add
from tests.spare.houses import house_of
from tests.spare.houses import second
from tests.spare.houses import serving
from tests.spare.houses import take


def test_a_take_over_beside_a_running_service_is_refused(settings: Settings, tmp_path: Path, migrated: Path) -> None:
    house, to = house_of(second(tmp_path, migrated, "máy một")), second(tmp_path, migrated)
    assert house.sender.look() == ""
    running.hold(to.data_dir)
    with pytest.raises(Invalid, match="đang chạy"):
        take(house, to)
    assert readonly.why(to.data_dir) == "", "nothing was touched"
    running._held.pop().close()
    assert take(house, to)[1].told, "the control"


def test_a_process_that_serves_sees_that_it_was_closed_meanwhile(settings: Settings) -> None:
    with serving(settings) as app:
        cast = make_cast(app, "open_hall")
        readonly.close(settings.data_dir, readonly.NO_WORDS)
        with pytest.raises(readonly.ReadOnly):
            cast.write(add, cast.dialogue_id, "Câu này không vào")
        assert cast.stranger().post(f"{cast.base}/entry").status_code == 503
        result = app.test_cli_runner().invoke(args=["restore", str(settings.data_dir)])
        assert (result.exit_code, "chỉ để đọc" in result.output) == (1, True)
        with pytest.raises(Invalid):
            backups.restore(settings, settings.data_dir)


@pytest.mark.parametrize(("word", "closed"), [(sending.TAKEN, readonly.TAKEN), (sending.FINE, "")])
def test_an_old_server_that_begins_again_takes_nothing_before_it_knows(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, word: str, closed: str
) -> None:
    house = house_of(settings)

    def send() -> Any:
        told = sending.Sending(1.0, 0.0, word, "", "", True)
        threading.Timer(0.3, sending.say, (settings.data_dir, told)).start()
        return SimpleNamespace(poll=lambda: None, terminate=lambda: None)

    monkeypatch.setattr(tending, "_send", send)
    with serving(house.settings) as app:
        cast = make_cast(app, "open_hall")
        tending._begin(house.settings, cast.stores)
        assert (cast.stores.db.closed, cast.stores.roll.closed) == (closed, closed)


def test_a_spare_on_the_own_disk_is_red(settings: Settings) -> None:
    house = house_of(settings)
    assert house.sender.look() == ""
    assert sending.read(settings.data_dir).same_disk
    assert not folder.same_disk(Path("/proc"), settings.data_dir)
    with serving(house.settings) as app:
        runner, place = app.test_cli_runner(), settings.data_dir.parent / "du-phong"
        refused = runner.invoke(args=["spare", "prepare", str(place)])
        assert (refused.exit_code, "cùng một ổ" in refused.output, place.exists()) == (1, True, False)
        assert runner.invoke(args=["spare", "prepare", str(place), "--same-disk"]).exit_code == 0
        keeper = make_cast(app, "open_hall").staff("organiser", whole_organisation=True)
        assert "cùng một ổ với máy chủ" in keeper.get("/s/spare").text
