"""Large files as jobs: made beside everything else, told how far, fetched, and gone after a while."""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import re
import time
from collections.abc import Callable

import openpyxl
import pytest

from survey.core import held
from survey.core.clock import now
from survey.exports import jobs
from survey.questions import service as asking
from survey.questions.state import State
from tests.conftest import Cast
from tests.conftest import csrf

Figure = Callable[[str], None]


def fill(cast: Cast, count: int) -> None:
    def add(session):  # type: ignore[no-untyped-def]
        for number in range(count):
            asking.add(session, cast.dialogue_id, f"Câu hỏi thử thứ {number}", None, state=State.APPROVED,
                       carried=number, source="imported")  # fmt: skip

    cast.write(add)


def follow(browser, path: str, *, most: float = 60.0) -> tuple[str, list[int]]:  # type: ignore[no-untyped-def]
    """Load the page again and again, as a browser without script does; the last page and every percent that was told."""
    percents: list[int] = []
    end = time.monotonic() + most
    while time.monotonic() < end:
        answer = browser.get(path)
        page = answer.text
        if "Refresh" not in answer.headers:
            return page, percents
        percents.append(int(re.findall(r'<progress[^>]* value="(\d+)"', page)[0]))
        time.sleep(0.02)
    raise AssertionError("the file was never done")


@pytest.mark.claim("followup", "a large file is made beside the server, with a page that needs no script")
def test_a_large_file_is_asked_for_watched_and_fetched(cast: Cast, figure: Figure) -> None:
    fill(cast, 1_100)
    browser = cast.staff("organiser")
    page = browser.get(f"{cast.desk}/exports").text
    assert 'value="questions.xlsx"' in page, "a large table is a button and no link"
    assert f'href="{cast.desk}/exports/questions.csv"' not in page
    assert f'href="{cast.desk}/exports/results.csv"' in page
    form = {"file": "questions.csv", "csrf_token": csrf(browser, f"{cast.desk}/exports")}
    began = time.monotonic()
    answer = browser.post(f"{cast.desk}/exports/jobs", data=form)
    waited = time.monotonic() - began
    assert answer.status_code == 303
    again = browser.post(f"{cast.desk}/exports/jobs", data=form)
    assert again.location == answer.location, "pressed twice is one job"
    done, percents = follow(browser, answer.location)
    assert percents == sorted(percents)
    assert "Tệp đã xong" in done
    got = browser.get(f"{answer.location}/file")
    rows = list(csv.reader(io.StringIO(got.data.decode("utf-8-sig"))))
    figure(f"asked for in {waited * 1000:.0f} ms, {len(rows)} lines, {len(percents)} looks before it was done")
    assert [row[3] for row in rows[1:1101]] == [str(number) for number in range(1_099, -1, -1)]
    assert f"filename=cau-hoi-{cast.code}.csv" in got.headers["Content-Disposition"]
    assert got.headers["Cache-Control"] == "no-store"
    for who, status in ((cast.staff("moderator"), 403), (cast.outsider(), 404)):
        assert who.get(answer.location).status_code == status
        assert who.get(f"{answer.location}/file").status_code == status
    other = answer.location.replace(cast.code, cast.other_code)
    assert cast.outsider().get(other).status_code == 404, "a job belongs to its dialogue"


def test_everything_is_one_workbook_and_a_program_can_ask_for_it(board: Cast) -> None:
    browser = board.staff("secretary")
    headers = {"Accept": "application/json", "X-CSRFToken": csrf(browser, f"{board.desk}/exports")}
    answer = browser.post(f"{board.desk}/exports/jobs", data={"file": "all.xlsx"}, headers=headers)
    assert answer.status_code == 202
    follow(browser, answer.get_json()["job"])
    told = browser.get(answer.get_json()["job"], headers=headers).get_json()
    assert (told["state"], told["percent"]) == ("done", 100)
    book = openpyxl.load_workbook(io.BytesIO(browser.get(told["file"]).data))
    assert book.sheetnames == [
        "Mục lục", "Câu hỏi và lượt ủng hộ", "Các cách hỏi đã gộp", "Lượt ủng hộ theo thời gian", "Thăm dò và biểu quyết",
        "Nhận phiếu theo đơn vị", "Điểm cầu", "Kiến nghị", "Nhật ký điều hành", "Biểu đồ",
    ]  # fmt: skip
    assert browser.post(f"{board.desk}/exports/jobs", data={"file": "all.exe"}, headers=headers).status_code == 404


def test_files_go_after_a_while_and_when_a_text_is_erased(board: Cast) -> None:
    browser, data_dir = board.staff("organiser"), board.app.extensions["survey"]["settings"].data_dir

    def make() -> str:
        form = {"file": "log.json", "csrf_token": csrf(browser, f"{board.desk}/exports")}
        path = browser.post(f"{board.desk}/exports/jobs", data=form).location
        follow(browser, path)
        return path

    first = make()
    assert jobs.sweep(data_dir, now()) == 0
    assert browser.get(f"{first}/file").status_code == 200
    assert jobs.sweep(data_dir, now() + jobs.KEPT + dt.timedelta(seconds=5)) == 1
    assert browser.get(f"{first}/file").status_code == 404
    assert "nửa giờ" in browser.get(first).text
    second = make()
    assert browser.get(f"{second}/file").status_code == 200
    held.forget()
    assert browser.get(f"{second}/file").status_code == 404
    assert list((data_dir / "exports").iterdir()) == []


def test_a_failing_job_says_so_and_can_be_made_again(board: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = board.staff("organiser")
    form = {"file": "log.json", "csrf_token": csrf(browser, f"{board.desk}/exports")}
    monkeypatch.setitem(os.environ, "PYTHONHOME", "/nowhere")  # no process of ours starts with that
    page, _ = follow(browser, browser.post(f"{board.desk}/exports/jobs", data=form).location)
    assert "Chưa làm được tệp này" in page
    assert 'value="log.json"' in page
    monkeypatch.undo()
    page, _ = follow(browser, browser.post(f"{board.desk}/exports/jobs", data=form).location)
    assert "Tệp đã xong" in page


def test_a_job_that_ended_with_its_server_is_failed_and_can_be_asked_for_again(
    board: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server went while the file waited or was made: nobody makes it any more, and its folder says so by itself."""
    browser, data_dir = board.staff("organiser"), board.app.extensions["survey"]["settings"].data_dir
    form = {"file": "log.json", "csrf_token": csrf(browser, f"{board.desk}/exports")}
    monkeypatch.setattr(jobs, "_make", lambda *_job: None)  # the thread went with the process
    cut = browser.post(f"{board.desk}/exports/jobs", data=form).location
    assert "Refresh" in browser.get(cut).headers, "the premise: it is being made"
    assert jobs.working(data_dir) == 1
    folder = data_dir / "exports" / cut.rpartition("/")[2]
    before = (now() - 2 * jobs.SILENT).timestamp()
    for path in folder.iterdir():
        os.utime(path, (before, before))
    page = browser.get(cut)
    assert "Refresh" not in page.headers
    assert "Chưa làm được tệp này" in page.text
    assert jobs.working(data_dir) == 0
    monkeypatch.undo()
    again = browser.post(f"{board.desk}/exports/jobs", data=form).location
    assert again != cut
    last, _ = follow(browser, again)
    assert "Tệp đã xong" in last


def test_a_job_that_waits_for_its_turn_shows_that_somebody_will_make_it(
    board: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "BEAT", 0.05)
    monkeypatch.setattr(jobs, "SILENT", dt.timedelta(seconds=2))
    browser = board.staff("organiser")
    form = {"file": "log.json", "csrf_token": csrf(browser, f"{board.desk}/exports")}
    jobs._places.acquire()
    try:
        path = browser.post(f"{board.desk}/exports/jobs", data=form).location
        end = time.monotonic() + 3  # longer than silence may last
        while time.monotonic() < end:
            assert "Refresh" in browser.get(path).headers
            time.sleep(0.1)
    finally:
        jobs._places.release()
    page, _ = follow(browser, path)
    assert "Tệp đã xong" in page


@pytest.mark.night
@pytest.mark.alone
@pytest.mark.claim(
    "followup", "a workbook of 5,000 questions and 100,000 votes is made beside the hall, and no stream stands still"
)
def test_the_hall_does_not_notice_a_large_file(figure: Figure) -> None:
    from bench import exporting

    found = min((exporting.measure() for _ in range(2)), key=lambda one: one["more"])
    figure(f"{found['seconds']:.1f} s, {found['kb']:.0f} kB, worst beat {found['stall'] * 1000:.0f} ms "
           f"(bare loop {found['bare'] * 1000:.0f} ms)")  # fmt: skip
    assert found["more"] < 0.050
