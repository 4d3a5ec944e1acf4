"""The pages by which a list comes in: terms first, then a look, then the roll; nothing is kept of what was uploaded."""

from __future__ import annotations

import datetime as dt
import io
import re
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func
from sqlalchemy import select
from werkzeug.test import TestResponse

from survey.core.clock import local
from survey.core.clock import now
from survey.core.sheets import MOST_UNPACKED
from survey.roll import service
from survey.roll import views_import
from survey.roll.models import Member
from survey.roll.models import Roll
from tests.conftest import Cast
from tests.conftest import csrf
from tests.conftest import make_cast
from tests.roll.lists import book
from tests.roll.lists import people
from tests.roll.lists import tcvn3
from tests.roll.lists import text

HEAD = ["Mã", "Họ và tên", "Đơn vị", "SĐT", "Email"]
AN = ["DV1", "Nguyễn Văn An", "Chi đoàn Sở Nội vụ", "0912345678", "an@camau.gov.vn"]
BAD = ["DV2", None, "Chi đoàn Sở Nội vụ", "0987654321", None]
JSON = {"Accept": "application/json"}


class Clerk:
    """Somebody at the import page."""

    def __init__(self, cast: Cast, browser: FlaskClient | None = None) -> None:
        self.cast = cast
        self.browser = browser or cast.staff("organiser")
        self.path = f"{cast.desk}/roll/import"
        self.token = csrf(self.browser, self.path)
        day = local(now()).date() + dt.timedelta(days=60)
        self.terms: dict[str, Any] = {
            "purpose": "Phát phiếu",
            "notice": "",
            "delete_on": f"{day.day}/{day.month}/{day.year}",
        }

    def send(
        self, data: bytes | None, name: str = "a.xlsx", headers: dict[str, str] | None = None, **more: Any
    ) -> TestResponse:
        """Upload a file for the preview."""
        file = {} if data is None else {"file": (io.BytesIO(data), name)}
        form = {"csrf_token": self.token, **self.terms, **more, **file}
        return self.browser.post(f"{self.path}/preview", data=form, headers=headers or {})

    def confirm(self, plan: str, headers: dict[str, str] | None = None, **more: Any) -> TestResponse:
        """Confirm a preview."""
        form = {"csrf_token": self.token, "plan": plan, **more}
        return self.browser.post(f"{self.path}/members", data=form, headers=headers or {})

    def plan(self, *rows: list[Any]) -> str:
        """The plan that the page of the preview carries."""
        return _hidden(self.send(book([HEAD, *rows])).text)


def _hidden(page: str) -> str:
    found = re.search(r'name="plan"[^>]*value="([^"]+)"', page)
    assert found, page[:500]
    return found[1]


@pytest.fixture
def clerk(app: Flask) -> Clerk:
    """The organiser of a dialogue by the roll."""
    return Clerk(make_cast(app, entry="roll"))


def enrolled(cast: Cast) -> int:
    """How many are on the roll."""
    with cast.stores.roll.reading() as session:
        return session.scalar(select(func.count()).select_from(Member)) or 0


def roll(cast: Cast) -> Roll | None:
    """The roll's own row."""
    with cast.stores.roll.reading() as session:
        return session.get(Roll, cast.dialogue_id)


def test_page_offers_a_purpose_a_notice_and_a_day_ninety_days_after_the_dialogue(clerk: Clerk) -> None:
    page = clerk.browser.get(clerk.path).text
    day = local(now()).date() + dt.timedelta(days=90)
    assert f'value="{day.day}/{day.month}/{day.year}"' in page
    assert "Cấp phiếu kín" in page
    assert roll(clerk.cast) is None


def test_preview_names_what_is_wrong_and_nobody_has_come_in(clerk: Clerk) -> None:
    answer = clerk.send(book([HEAD, AN, BAD], titles=["Chi đoàn Sở Nội vụ"]))
    assert answer.status_code == 200
    assert "Xem trước, chưa đưa ai vào" in answer.text
    assert "Dòng 3" in answer.text
    assert "Dòng này không có họ tên." in answer.text
    assert "DV2 · Chi đoàn Sở Nội vụ · 0987654321" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert enrolled(clerk.cast) == 0
    stored = roll(clerk.cast)
    assert stored is not None
    assert (stored.purpose, stored.delete_on) == ("Phát phiếu", local(now()).date() + dt.timedelta(days=60))


def test_confirmation_brings_the_good_rows_in_and_says_how_many_were_left_out(clerk: Clerk) -> None:
    answer = clerk.confirm(clerk.plan(AN, BAD))
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{clerk.cast.desk}/roll/people")
    page = clerk.browser.get(answer.headers["Location"]).text
    assert "1 người mới" in page
    assert "1 dòng không lấy" in page
    assert enrolled(clerk.cast) == 1
    again = clerk.confirm(clerk.plan(AN), headers=JSON)
    assert again.get_json() == {"left_out": 0, "new": 0, "changed": 0, "same": 1, "refused": 0}


def test_who_is_said_to_stand_apart_gets_a_seat(clerk: Clerk) -> None:
    rows = [[None, "Lê An", unit, "0912345678", None] for unit in ("Chi đoàn A", "Chi đoàn B")]
    page = clerk.send(book([HEAD, *rows])).text
    assert 'name="apart" value="1"' in page
    assert clerk.confirm(_hidden(page), headers=JSON, apart=["1", "x", "-1", "9"]).get_json()["new"] == 2


@pytest.mark.parametrize(
    ("more", "field"),
    [({"delete_on": ""}, "delete_on"), ({"delete_on": "mai"}, "delete_on"), ({"delete_on": "1/1/2020"}, "delete_on"),
     ({"delete_on": "1/1/2099"}, "delete_on"), ({"purpose": ""}, "purpose"), ({"purpose": "x" * 501}, "purpose"),
     ({"notice": "x" * 2001}, "notice")],
)  # fmt: skip
def test_terms_that_cannot_be_used_are_shown_again_with_a_sentence(
    clerk: Clerk, more: dict[str, Any], field: str
) -> None:
    answer = clerk.send(book([HEAD, AN]), **more, unit="Chi đoàn của tôi")
    assert answer.status_code == 422
    assert f'id="{field}-e"' in answer.text
    assert "Chi đoàn của tôi" in answer.text
    assert more[field][:200] in answer.text
    assert enrolled(clerk.cast) == 0


def test_terms_are_kept_without_a_file(clerk: Clerk) -> None:
    form = {"csrf_token": clerk.token, **clerk.terms, "notice": "Báo qua chi đoàn"}
    assert clerk.browser.post(f"{clerk.path}/terms", data=form).status_code == 303
    stored = roll(clerk.cast)
    assert stored is not None
    assert stored.notice == "Báo qua chi đoàn"
    refused = clerk.browser.post(f"{clerk.path}/terms", data={**form, "delete_on": "hôm qua"})
    assert (refused.status_code, 'value="hôm qua"' in refused.text) == (422, True)


def test_file_that_cannot_be_read_is_said_at_its_field(clerk: Clerk) -> None:
    for data, says in ((None, "Hãy chọn tệp"), (b"%PDF-1.7", "không phải bảng tính"),
                       (book([[tcvn3(cell or "") for cell in row] for row in (HEAD, AN)]), "Unikey")):  # fmt: skip
        answer = clerk.send(data)
        assert answer.status_code == 422
        assert says in answer.text
        assert 'id="file-e"' in answer.text
        assert "Phát phiếu" in answer.text
    assert enrolled(clerk.cast) == 0


def test_file_that_is_too_large_or_swells_is_refused(clerk: Clerk) -> None:
    assert clerk.send(b"x" * (8 * 1024 * 1024 + 1), "a.csv").status_code == 413
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<a/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * (MOST_UNPACKED + 1))
    answer = clerk.send(bomb.getvalue())
    assert (answer.status_code, "phình ra quá lớn" in answer.text) == (422, True)


def test_text_table_and_the_unit_of_the_form(clerk: Clerk) -> None:
    answer = clerk.send(
        text([["Họ và tên"], ["Lê An"]], "cp1258", ";"), "a.csv", headers=JSON, unit="Đoàn Sở / Chi đoàn 1"
    )
    assert [unit["name"] for unit in answer.get_json()["units"]] == ["Đoàn Sở / Chi đoàn 1"]


def test_plan_is_good_for_its_dialogue_its_uploader_and_a_day_only(
    clerk: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = clerk.plan(AN)
    beside = Clerk(clerk.cast, clerk.cast.staff("organiser"))
    for broken in ("", "x", plan[:-2], plan + "x", "A" + plan):
        answer = clerk.confirm(broken)
        assert answer.status_code == 422
        assert "không còn dùng được" in answer.text
    assert beside.confirm(plan).status_code == 422
    other = make_cast(clerk.cast.app, entry="roll")
    assert Clerk(other).confirm(plan).status_code == 422
    late = time.time() + views_import.GOOD_FOR + 60
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: late)
        assert clerk.confirm(plan).status_code == 422
    assert enrolled(clerk.cast) == 0
    assert clerk.confirm(plan).status_code == 303
    assert enrolled(clerk.cast) == 1


def test_plan_holds_for_every_process_with_the_same_key(clerk: Clerk, settings: Any) -> None:
    from survey import factory

    plan = clerk.plan(AN)
    second = factory.create_app(settings)
    browser = second.test_client()
    for cookie in (clerk.browser._cookies or {}).values():
        browser.set_cookie(cookie.key, cookie.value, domain="localhost", path=cookie.path)
    answer = browser.post(f"{clerk.path}/members", data={"csrf_token": clerk.token, "plan": plan})
    assert answer.status_code == 303
    assert enrolled(clerk.cast) == 1


def test_frozen_roll_asks_for_a_reason_and_keeps_what_was_seen(clerk: Clerk) -> None:
    plan = clerk.plan(AN)
    clerk.cast.stores.roll.write(service.freeze, clerk.cast.dialogue_id, actor="test")
    refused = clerk.confirm(plan)
    assert refused.status_code == 422
    assert "hãy ghi lý do bổ sung" in refused.text
    assert 'name="reason"' in refused.text
    assert _hidden(refused.text) == plan
    assert enrolled(clerk.cast) == 0
    assert clerk.confirm(plan, reason="Đơn vị gửi thiếu").status_code == 303
    with clerk.cast.stores.roll.reading() as session:
        assert [one.added for one in session.scalars(select(Member))] == ["late"]


def test_roll_that_is_deleted_takes_no_list(clerk: Clerk) -> None:
    plan = clerk.plan(AN)

    def purge(session: Any) -> None:
        session.get(Roll, clerk.cast.dialogue_id).purged_at = now()

    clerk.cast.stores.roll.write(purge)
    page = clerk.browser.get(clerk.path)
    assert (page.status_code, 'type="file"' in page.text) == (200, False)
    assert clerk.send(book([HEAD, AN])).status_code == 403
    assert clerk.confirm(plan).status_code == 403
    assert enrolled(clerk.cast) == 0


def test_links_that_are_dead_take_no_list(clerk: Clerk) -> None:
    clerk.cast.keys.destroy(clerk.cast.dialogue_id, "link")
    assert 'type="file"' not in clerk.browser.get(clerk.path).text
    assert clerk.send(book([HEAD, AN])).status_code == 403


def test_what_a_file_holds_is_text_on_the_page(clerk: Clerk) -> None:
    row = ["<b>1</b>", "<script>alert(1)</script>", "<img src=x>", None, '"><i>']
    page = clerk.send(book([[*HEAD, "<u>Cột</u>"], [*row, "x"], AN], titles=["<s>Tờ"])).text
    assert "&lt;script&gt;" in page
    assert not re.search(r"<(script>alert|img src=x|i>|u>|b>1)", page)


def test_roll_is_taken_out_as_a_workbook_and_comes_back_unchanged(clerk: Clerk) -> None:
    clerk.confirm(clerk.plan(AN, ["0002", "Lê Bo", "Đoàn Sở / Chi đoàn A; Chi đoàn B", None, None]))
    answer = clerk.browser.post(f"{clerk.path}/roll.xlsx", data={"csrf_token": clerk.token})
    assert answer.headers["Content-Disposition"] == f'attachment; filename="danh-sach-{clerk.cast.code}.xlsx"'
    view = clerk.send(answer.data, headers=JSON).get_json()
    assert (view["new"], view["changed"], view["same"], view["lost"], view["doubts"]) == (0, 0, 2, [], [])


def test_nothing_that_was_uploaded_is_on_the_disk(clerk: Clerk, tmp_path: Path) -> None:
    rows = [[f"DV{n}", name, "Chi đoàn A", f"09123{n:05}", None] for n, name in enumerate(people(2_000))]
    wanted = str(rows[1_234][1]).encode()
    data = text([HEAD, *rows], "utf-8")
    assert wanted in data  # the premise
    plan = _hidden(clerk.send(data, "a.csv").text)
    assert [path for path in tmp_path.rglob("*") if path.is_file() and wanted in path.read_bytes()] == []
    assert clerk.confirm(plan).status_code == 303
    found = [path for path in tmp_path.rglob("*") if path.is_file() and wanted in path.read_bytes()]
    assert {path.name.split(".")[0] for path in found} == {"roll"}  # the search finds what is there


def test_reloading_an_answer_leads_back_to_the_beginning(clerk: Clerk) -> None:
    for act in ("terms", "preview", "members"):
        assert clerk.browser.get(f"{clerk.path}/{act}").headers["Location"] == clerk.path


def test_import_belongs_to_who_keeps_the_roll(clerk: Clerk) -> None:
    for role in ("moderator", "secretary", "leader", "door", "scrutineer"):
        assert clerk.cast.staff(role).get(clerk.path).status_code == 403
    assert clerk.cast.outsider().get(clerk.path).status_code == 404
    assert clerk.cast.stranger().get(clerk.path).status_code in {302, 303, 401}
