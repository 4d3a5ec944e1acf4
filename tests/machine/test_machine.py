"""The machine's own addresses: is it fit, how does it do, who may read that, and does a phone get here."""

from __future__ import annotations

import json
import logging
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from survey import factory
from survey.cli import backups
from survey.core.bus import Bus
from survey.core.ids import new_id
from survey.core.settings import BadSetting
from survey.core.settings import Settings
from survey.core.settings import load
from survey.live.hub import Key
from survey.machine import surroundings
from survey.machine.lag import SPAN
from survey.machine.lag import Lag
from survey.machine.reached import GOOD_FOR
from survey.machine.reached import INSIDE
from survey.machine.reached import OUTSIDE
from survey.machine.reached import Reached
from survey.machine.readings import stepped
from survey.machine.surroundings import Battery
from survey.web.logs import JsonLines
from tests.conftest import Cast

PHONE, HALL, CLERK = "113.161.7.9", "192.168.1.77", "14.225.3.4"


def figures(app: Flask, **environ: str) -> dict[str, float]:
    """What /metrics says, by name and label."""
    answer = app.test_client().get("/metrics", environ_base=environ)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    families = text_string_to_metric_families(answer.text)
    return {
        "/".join([one.name, *one.labels.values()]).removeprefix("doithoai_"): one.value
        for family in families
        for one in family.samples
    }


def test_figures_follow_what_happens(app: Flask, cast: Cast) -> None:
    before = figures(app)
    for _each in range(12):
        cast.member()
    after = figures(app)
    assert {"streams/room", "pending/exports", "pending/webhooks", "loop_lag_seconds", "disk_free_bytes"} <= set(after)
    assert before["commits_total"] < after["commits_total"]
    assert before["jobs_total"] < after["jobs_total"]
    assert "bus_connected" not in after, "without Redis there is no bus to lose"
    assert "backup_age_seconds" not in after, "none was made"
    backups.backup(app.extensions["survey"]["settings"], Path(app.extensions["survey"]["settings"].data_dir) / "copy")
    assert figures(app)["backup_age_seconds"] < 60
    assert not [name for name in after if "created" in name]


def test_no_figure_tells_of_a_single_act(app: Flask, cast: Cast) -> None:
    """One commit, one ballot in the box, one phone: nothing that is told moves; five do."""
    hub, box = app.extensions["hub"], cast.stores.box
    seen: list[dict[str, float]] = []
    waiting = []
    for number in range(6):
        seen.append({name: value for name, value in figures(app).items() if name in {"streams/room", "box_fillings"}})
        box.put(cast.dialogue_id, f"ballot-{number}", {"n": number})
        waiting.append(hub.stream(Key(cast.dialogue_id, "room", "vi"), None))
        next(waiting[-1])
    for stream in waiting:
        stream.close()
    assert seen[:5] == [{"streams/room": 0, "box_fillings": 0}] * 5
    assert seen[5] == {"streams/room": 5, "box_fillings": 1}
    for name, value in figures(app).items():
        if name.split("_total")[0] in {"commits", "jobs", "renders", "writes_refused"}:
            assert value % 5 == 0, name
    assert [stepped(number) for number in (0, 4, 5, 9, 10)] == [0, 0, 5, 5, 10]


def test_figures_name_no_dialogue_and_nobody(app: Flask, cast: Cast) -> None:
    cast.member()
    said = app.test_client().get("/metrics").text
    assert "doithoai_streams" in said
    for word in (cast.code, cast.dialogue_id, cast.organisation_id, "127.0.0.1"):
        assert word not in said


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        ("127.0.0.1", {}, 200), ("::1", {}, 200), ("::ffff:127.0.0.1", {}, 200), ("10.8.0.9", {}, 200),
        (PHONE, {}, 404), (HALL, {}, 404), ("", {}, 404),
        ("127.0.0.1", {"X-Forwarded-For": PHONE}, 404),  # a proxy that nobody named
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 404), ("127.0.0.1", {"Via": "1.1 cache"}, 404),
        ("172.20.0.2", {"X-Forwarded-For": PHONE}, 404), ("172.20.0.2", {"X-Forwarded-For": "10.8.0.9"}, 200),
        ("172.20.0.2", {"X-Forwarded-For": "127.0.0.1, " + PHONE}, 404),  # what the phone claims itself comes first
        ("172.20.0.2", {"X-Forwarded-Proto": "https"}, 404),
    ],
)  # fmt: skip
def test_figures_are_for_the_inside_alone(settings: Settings, peer: str, headers: dict[str, str], status: int) -> None:
    app = _app(replace(settings, metrics_from=("10.8.0.0/24", "172.20.0.2"), trusted_proxies=("172.20.0.2",)))
    answer = app.test_client().get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": peer})
    assert answer.status_code == status
    assert ("doithoai_" in answer.text) == (status == 200)


_apps: dict[str, Flask] = {}


def _app(settings: Settings) -> Flask:
    """One for all rows of the table: nothing is written."""
    return _apps.setdefault("one", factory.create_app(settings))


def test_ready_says_plainly_what_is_missing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    browser, own = app.test_client(), app.extensions["survey"]
    assert (browser.get("/readyz").status_code, browser.get("/readyz").text) == (200, "ready\n")
    with monkeypatch.context() as patch:
        patch.setattr(surroundings, "free", lambda _folder: surroundings.FULL - 1)
        patch.setattr(surroundings, "keys_readable", lambda _folder: False)
        answer = browser.get("/readyz")
        assert answer.status_code == 503
        assert answer.text == "keys: the folder cannot be read\ndisk: full\n"
    with own["db"]._engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'older'")
    answer = browser.get("/readyz")
    assert answer.status_code == 503
    assert answer.text == "database main: not at the newest schema; start the program again\n"
    with own["roll"]._engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE alembic_version")
    assert "database roll: does not answer" in browser.get("/readyz").text
    assert browser.get("/healthz").status_code == 200, "the process lives all the same"


def test_keys_that_cannot_be_read_are_noticed(tmp_path: Path) -> None:
    assert surroundings.keys_readable(tmp_path)
    assert not surroundings.keys_readable(tmp_path / "gone")
    assert surroundings.free(tmp_path / "gone") is None


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({}, None), ({"AC/type": "Mains"}, None), ({"BAT0/type": "Battery", "BAT0/scope": "Device"}, None),
        ({"BAT0/type": "Battery", "BAT0/capacity": "41\n", "BAT0/status": "Discharging\n"}, Battery(41, True)),
        ({"BAT1/type": "Battery", "BAT1/capacity": "99", "BAT1/status": "Charging"}, Battery(99, False)),
        ({"BAT1/type": "Battery"}, Battery(None, False)),
    ],
)  # fmt: skip
def test_battery_as_linux_tells_it(tmp_path: Path, files: dict[str, str], found: Battery | None) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert surroundings.battery(tmp_path) == found


def test_lag_is_the_worst_of_the_last_minute() -> None:
    lag = Lag()
    assert lag.worst == 0
    lag.note(0.4, 0.0)
    lag.note(0.1, 1.0)
    assert lag.worst == 0.4
    for minute in range(1, 13):
        lag.note(0.01, minute * SPAN)
    assert lag.worst == 0.01


def test_a_phone_is_told_from_one_in_the_same_room() -> None:
    """Another network, the asker's own, the hall's Wi-Fi, a proxy that hides it."""
    for asker, phone, how in (
        (CLERK, PHONE, OUTSIDE), (HALL, PHONE, OUTSIDE), (CLERK, CLERK, INSIDE), (HALL, "192.168.1.5", INSIDE),
        ("127.0.0.1", HALL, INSIDE), ("127.0.0.1", "127.0.0.1", INSIDE), (CLERK, "", INSIDE),
        ("2402:800:1::5", "2402:800:1::77", INSIDE), ("2402:800:1::5", "2402:800:2::77", OUTSIDE),
    ):  # fmt: skip
        tried = Reached(b"k" * 32, Bus())
        assert tried.visit(tried.token(asker), phone) == how, (asker, phone)


def test_an_address_is_good_once_for_all_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shown by one process, opened at another, known to both; forged, spent and old ones are nothing."""
    bus = Bus()
    shown, other = Reached(b"k" * 32, bus), Reached(b"k" * 32, bus)
    for one in (shown, other):
        bus.subscribe(one.hear)
    token = shown.token(CLERK)
    assert (shown.came(), other.came()) == (None, None)
    assert other.visit(token, PHONE) == OUTSIDE
    assert (shown.came(), other.came()) == (OUTSIDE, OUTSIDE)
    assert [one.visit(token, PHONE) for one in (shown, other)] == [None, None]
    for bad in ("", "x", token[:-1] + ("A" if token[-1] != "A" else "B"), token + "A", "é" * 40, "A" * 54):
        assert shown.visit(bad, PHONE) is None
    assert Reached(b"o" * 32, bus).visit(shown.token(CLERK), PHONE) is None, "of another installation"
    old = shown.token(CLERK)
    clock = SimpleNamespace(
        time=lambda: __import__("time").time() + GOOD_FOR + 1, monotonic=__import__("time").monotonic
    )
    monkeypatch.setattr("survey.machine.reached.time", clock)
    assert shown.visit(old, PHONE) is None


def test_bad_settings_stop_the_start(tmp_path: Path) -> None:
    base = {"DATA_DIR": str(tmp_path / "d")}
    assert load({**base, "METRICS_FROM": "10.0.0.0/8, ::1", "LOG_FORMAT": "json"}).metrics_from == ("10.0.0.0/8", "::1")
    for name, value in (("METRICS_FROM", "hall"), ("LOG_FORMAT", "xml")):
        with pytest.raises(BadSetting, match=name):
            load({**base, name: value})


def test_a_line_of_json_holds_no_words_of_others() -> None:
    """Our own line as a template and in full; of a library's line only where it came from; of an error only its kind."""

    def line(name: str, message: str, *args: Any, error: Any = None) -> dict[str, Any]:
        record = logging.LogRecord(name, logging.ERROR, "/x/y.py", 7, message, args, error)
        said = JsonLines().format(record)
        assert "\n" not in said
        found: dict[str, Any] = json.loads(said)
        return found

    own = line("survey", "live: %s for %s", "KeyError", "room")
    assert (own["event"], own["message"], own["place"]) == ("live: %s for %s", "live: KeyError for room", "y:7")
    other = line("gevent.pywsgi", "GET /d/%s from 1.2.3.4", new_id())
    assert set(other) == {"time", "level", "logger", "place"}
    try:
        raise ValueError("lời của đoàn viên")
    except ValueError:
        broken = line("survey", "it broke", error=sys.exc_info())
    assert broken["error"] == "ValueError"
    assert "đoàn viên" not in json.dumps(broken, ensure_ascii=False)
