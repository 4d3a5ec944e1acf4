"""Keys that outlived their dialogues, because an older copy of the database was put back."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from survey import factory
from survey.cli import backups
from survey.core.settings import Settings
from tests.conftest import make_cast
from tests.spare.houses import serving


def test_keys_that_an_older_copy_does_not_know_are_listed_and_can_be_destroyed(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    backups.backup(settings, tmp_path / "older")
    with serving(settings) as app:
        cast = make_cast(app, "open_hall")
        also = [one for one in cast.keys.owners() if one != cast.dialogue_id]  # the cast's neighbour
        runner, keys = app.test_cli_runner(), cast.keys.purposes(cast.dialogue_id)
        assert keys
        factory.check_keys(cast.stores)
        assert runner.invoke(args=["destroy-keys", "--unknown", "--yes"]).output == "0 keys destroyed\n", "the control"
        assert cast.keys.purposes(cast.dialogue_id) == keys
        assert runner.invoke(args=["restore", str(tmp_path / "older")]).output == "restored\n"
        with caplog.at_level(logging.WARNING, logger="survey"):
            factory.check_keys(cast.stores)
        assert f"keys of {1 + len(also)} dialogues" in caplog.text
        line = f"keys of {cast.dialogue_id}, which this database does not know"
        assert line in runner.invoke(args=["check"]).output
        assert runner.invoke(args=["destroy-keys", "--unknown"], input="n\n").exit_code == 1
        assert cast.keys.purposes(cast.dialogue_id) == keys
        theirs = sum(len(cast.keys.purposes(one)) for one in also)
        said = runner.invoke(args=["destroy-keys", "--unknown", "--yes"]).output
        assert f"{len(keys) + theirs} keys destroyed" in said
        assert cast.keys.purposes(cast.dialogue_id) == []
        assert line not in runner.invoke(args=["check"]).output
