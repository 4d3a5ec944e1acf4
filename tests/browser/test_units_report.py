"""After the session: fourteen units report, half by link in Chromium, half by a returned sheet; what is late shows everywhere."""

from __future__ import annotations

import datetime as dt
import io
import re
import threading
import zipfile
from collections.abc import Callable
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from docx import Document
from openpyxl import load_workbook
from playwright.sync_api import Browser
from playwright.sync_api import Page
from playwright.sync_api import expect
from werkzeug.serving import make_server

from survey import lifecycle
from survey.core import clock
from survey.followups import links
from survey.followups import recommendations
from survey.followups import returned_tasks
from survey.followups import views_reports_files
from survey.followups.recommended import Recommended
from survey.followups.steps import State
from survey.organisations import units
from tests.browser.conftest import PHONE
from tests.browser.conftest import watch
from tests.conftest import Cast
from tests.followups.after import After

Figure = Callable[[str], None]
UNITS, LATE = 14, 5  # units; of which the second task is overdue
TODAY = clock.local(clock.now()).date()
PAST, NEXT = TODAY - dt.timedelta(9), TODAY + dt.timedelta(20)


@pytest.fixture
def after(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> After:
    """Two tasks a unit, given out forty days ago: one due in three weeks, one nine days ago for the first five units."""
    cast.write(lifecycle.close, cast.dialogue_id, actor="test")
    moment = clock.now() - dt.timedelta(40)

    def fill(session: Any) -> After:
        made = [units.add(session, cast.organisation_id, None, f"Sở số {place:02}") for place in range(UNITS)]
        ids: list[str] = []
        for place, unit_id in enumerate(made):
            for due in (NEXT, PAST if place < LATE else NEXT):
                body = f"Việc {len(ids) + 1} giao đơn vị {place:02}"
                ids.append(
                    recommendations.create(session, cast.dialogue_id, body=body, unit_id=unit_id, due=due, actor="test")
                )
                recommendations.publish(session, ids[-1], True, actor="test")
        return After(cast, made, ids)

    with monkeypatch.context() as earlier:
        earlier.setattr(recommendations, "now", lambda: moment)
        return cast.write(fill)  # type: ignore[no-any-return]


@pytest.fixture
def served(after: After) -> Iterator[str]:
    """The program on a port, a thread for each request."""
    server = make_server("127.0.0.1", 0, after.cast.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join(5)


def by_link(page: Page, url: str) -> None:
    """Answer the first task, say of the second that it is worked on; on a phone, without a script."""
    page.goto(url)
    first, second = page.locator("section[id^=r-]").all()
    for box, state, text in ((first, "answered", "Đã trả lời trực tiếp"), (second, "working", "Đang trình đề án")):
        box.locator("summary", has_text="Báo cáo").click()
        box.get_by_label("Tình trạng").select_option(state)
        box.get_by_label("Kết quả").fill(text)
    first.get_by_label("Số văn bản").fill("15/TB-SNV")
    first.get_by_label("Ngày văn bản").fill("1/4/2026")
    first.get_by_label("Tệp kèm theo").set_input_files(
        {"name": "Công văn 15.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n"}
    )
    page.get_by_role("button", name="Gửi báo cáo").click()
    expect(page.get_by_role("status")).to_contain_text("Đã gửi 2 báo cáo")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.context.cookies() == []


def by_sheet(after: After, desk: Any, unit_id: str) -> bytes:
    """The unit's sheet, filled in by its office."""
    book = load_workbook(io.BytesIO(desk.get(f"{after.cast.desk}/reports/units/{unit_id}/tasks.xlsx").data))
    page: Any = book.active
    top = next(cell.row for cell in page["A"] if cell.value == "Kiến nghị số")
    said = (("Đã trả lời", "Đã trả lời trực tiếp", "9/CV", "2/4/2026"), ("Đang giải quyết", "Đang làm", None, None))
    for row, values in enumerate(said, start=top + 1):
        for column, value in enumerate(values, start=6):
            page.cell(row, column).value = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.browser
@pytest.mark.claim(
    "followup", "fourteen units report without an account, by link or by sheet; what is late shows everywhere"
)
def test_fourteen_units_report_and_what_is_late_shows(
    after: After, served: str, browser: Browser, figure: Figure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views_reports_files, "read_tasks", returned_tasks.read)
    cast, desk, faults = after.cast, after.cast.staff("organiser", whole_organisation=True), list[str]()
    tokens = cast.write(links.make, cast.dialogue_id, after.units[::2], actor="test", anew=True)
    for token in tokens.values():
        context = browser.new_context(viewport=PHONE, locale="vi-VN", java_script_enabled=False)  # type: ignore[arg-type]
        page = context.new_page()
        watch(page, served, faults)
        by_link(page, f"{served}/u/{token}")
        context.close()
    assert faults == []
    assert after.approve(desk, all="1").status_code == 303
    sheets = [(io.BytesIO(by_sheet(after, desk, unit_id)), f"{unit_id}.xlsx") for unit_id in after.units[1::2]]
    seen = after.send(desk, "/file", file=sheets).text
    assert "14 kiến nghị sẽ đổi" in seen
    rows, keep = value_of(seen, "rows"), values_of(seen, "keep")
    assert after.send(desk, "/rows", rows=rows, keep=keep, approved="1").status_code == 303
    found = after.rows().values()
    assert len(found) == 2 * UNITS
    assert all(one.unit_id and one.due and one.state in {State.ANSWERED, State.WORKING} for one in found)
    late = [one for one in found if one.overdue]
    assert len(late) == LATE, "what was answered late is owed no more"
    everywhere(after, desk, late)
    figure(
        f"{UNITS} units, {len(tokens)} by link (0 accounts, 0 cookies, 0 scripts), {len(sheets)} by sheet; "
        f"{len(found)} of {len(found)} with unit, deadline and state; {LATE} overdue ones on 7 of 7 places"
    )


def everywhere(after: After, desk: Any, late: list[Recommended]) -> None:
    """Each of those that are late is named as such: page, data, overview, feed, calendar, reminder, letters."""
    cast, anybody = after.cast, after.cast.stranger()
    bodies = [one.body for one in late]
    public = anybody.get(f"/p/{cast.code}").text
    assert public.count("Quá hạn") >= LATE
    data = anybody.get(f"/p/{cast.code}/recommendations.json").get_json()
    assert sorted(one["body"] for one in data["recommendations"] if one["overdue"]) == sorted(bodies)
    assert all(one.unit in desk.get("/s/overview").text for one in late)
    tables = {table["name"]: table["rows"] for table in desk.get("/s/overview.json").get_json()["tables"]}
    assert {row["name"] for row in tables["units"] if row["overdue"]} == {one.unit for one in late}
    feed = anybody.get(f"/p/{cast.code}/feed.atom").text
    calendar = anybody.get(f"/p/{cast.code}/deadlines.ics").text.replace("\r\n ", "")
    reminder = cast.app.test_cli_runner().invoke(args=["remind", cast.code, "--dry-run"])
    assert reminder.exit_code == 0, reminder.output
    letters = zipfile.ZipFile(io.BytesIO(desk.get(f"{cast.desk}/exports/reminders-docx.zip").data))
    written = [text_of(letters.read(name)) for name in letters.namelist()]
    assert len(written) == LATE
    for body in bodies:
        assert body in public
        assert body in feed
        assert body in calendar
        assert body in reminder.output
        assert sum(body in text for text in written) == 1


def text_of(content: bytes) -> str:
    """Everything that a document says."""
    paper = Document(io.BytesIO(content))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return "\n".join([one.text for one in paper.paragraphs] + cells)


def values_of(page: str, name: str) -> list[str]:
    """The values of all fields of that name."""
    return [unescape(value) for value in re.findall(rf'name="{name}"[^>]*value="([^"]*)"', page)]


def value_of(page: str, name: str) -> str:
    """The value of the one field of that name."""
    (found,) = values_of(page, name)
    return found
