"""What we can hand over: the dump holds exactly the tables that the page names, and nothing in it leads to a member."""

from __future__ import annotations

import json
import os
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey import lifecycle
from survey.cli.handing import everything
from survey.core.columns import Base
from survey.core.columns import RollBase
from survey.pages import records
from survey.questions import releasing
from tests.conftest import Cast
from tests.conftest import csrf
from tests.conftest import make_cast

Figure = Callable[[str], None]
AGENT, ADDRESS = "KimTuocBrowser/77.7", "203.0.113.77"
NAMES = ("Nguyễn Thị Ngoéo", "Trần Văn Quắc")


@pytest.fixture
def hall(app: Flask) -> Cast:
    """Two on the roll, in a hall that is open; each enters, asks and supports, with an address and a browser to find."""
    cast = make_cast(app, entry="roll+tickets")
    members = [cast.enrol(name, phone=f"091234567{n}", email=f"quac{n}@vidu.vn") for n, name in enumerate(NAMES)]
    lifecycle.take(cast.stores, cast.dialogue_id, "live", actor="test")
    for member_id in members:
        _take_part(cast, cast.personal(member_id).token)
    cast.write(releasing.release_all, cast.dialogue_id)
    return cast


def _take_part(cast: Cast, token: str) -> None:
    phone = cast.app.test_client()
    phone.environ_base.update(REMOTE_ADDR=ADDRESS, HTTP_USER_AGENT=AGENT)
    _post(phone, f"/m/{cast.code}/session", f"/m/{cast.code}", token=token)
    given = _post(phone, f"/m/{cast.code}/credential", f"/m/{cast.code}").get_json()
    assert phone.post(f"{cast.base}/entry", data={"pass": given["pass"]}).status_code == 303
    body = "Bao giờ phòng làm việc có máy in mới?"
    assert _post(phone, f"{cast.base}/questions", cast.base, body=body).status_code == 201


def _post(phone: FlaskClient, path: str, page: str, **form: str):  # type: ignore[no-untyped-def]
    headers = {"Accept": "application/json", "X-CSRFToken": csrf(phone, page)}
    return phone.post(path, data=form, headers=headers)


@pytest.mark.claim(
    "anonymity", "what we can hand over is what the page says: no address, browser, time or name beside an act"
)
def test_the_dump_is_exactly_what_the_page_names(hall: Cast, figure: Figure) -> None:
    """Every table of both databases and no other, each with its own columns; canaries only where a name belongs."""
    dump = everything(hall.stores.db, hall.stores.roll, hall.code)
    tables = {**Base.metadata.tables, **RollBase.metadata.tables}
    assert set(dump) == set(tables) == set(records.TABLES)
    for name, rows in dump.items():
        assert all(set(row) == {column.name for column in tables[name].columns} for row in rows), name
    page = hall.stranger().get("/records").get_data(as_text=True)
    assert all(f"<dt>{name}</dt>" in page for name in tables)
    filled = {name for name, rows in dump.items() if rows}
    assert {"ballots", "questions", "spent_passes", "members", "issued", "dialogues"} <= filled  # premise
    found = {name for name, rows in dump.items() if any(word in json.dumps(rows, ensure_ascii=False) for word in NAMES)}
    assert found == {"members"}
    everywhere = json.dumps(dump, ensure_ascii=False)
    assert AGENT not in everywhere
    assert ADDRESS not in everywhere
    figure(f"{len(dump)} tables, {sum(map(len, dump.values()))} rows; names in 1 table, addresses and browsers in 0")


def test_nothing_joins_the_two_sides(hall: Cast) -> None:
    """No value of the anonymous side stands on the roll's side, the dialogue's own id and small words aside."""
    dump = everything(hall.stores.db, hall.stores.roll, hall.code)
    kept = {str(value) for name in records.ROLL for row in dump[name] for value in row.values() if len(str(value)) > 6}
    shown = {
        str(value) for name in records.ANONYMOUS for row in dump[name] for value in row.values() if len(str(value)) > 6
    }
    assert kept & shown == {hall.dialogue_id}


def test_another_dialogue_is_not_in_it(hall: Cast) -> None:
    """The other organisation's dialogue and staff stay out (premise: they are there)."""
    mine, other = (
        json.dumps(everything(hall.stores.db, hall.stores.roll, code)) for code in (hall.code, hall.other_code)
    )
    assert hall.other_code in other
    assert hall.other_code not in mine


def test_the_command_writes_one_file_a_table(hall: Cast, tmp_path) -> None:
    """And says how many rows each holds; an unknown code is one line."""
    done = hall.app.test_cli_runner().invoke(args=["hand-over", hall.code, str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    assert {path.stem for path in (tmp_path / "out").iterdir()} == set(records.TABLES)
    if os.name != "nt":
        assert {path.stat().st_mode & 0o777 for path in (tmp_path / "out").iterdir()} == {0o600}, (
            "names, for nobody else"
        )
    assert hall.app.test_cli_runner().invoke(args=["hand-over", "ZZZZZZ", str(tmp_path)]).exit_code == 1
