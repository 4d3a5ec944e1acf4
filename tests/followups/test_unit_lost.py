"""What a clerk typed is never lost, whatever became of the link, the unit or the dialogue; and a link takes only so much."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from survey import lifecycle
from survey.followups import attachments
from survey.followups import links
from survey.followups import recommendations
from survey.followups import views_unit_lost as lost
from tests.conftest import Cast
from tests.followups.after import After
from tests.followups.after import furnish
from tests.followups.after import seen

PDF = b"%PDF-1.7\n1 0 obj\nendobj\n"


@pytest.fixture
def after(cast: Cast) -> After:
    return furnish(cast)


def on_disk(after: After) -> int:
    folder = after.cast.app.extensions["survey"]["settings"].data_dir / attachments.FOLDER
    return len(list(folder.iterdir())) if folder.is_dir() else 0


def typed(after: After, page: str) -> dict[str, Any]:
    """What the office had answered before stands in the second box; somebody writes in the first one."""
    first, second, _other = after.ids
    found = seen(page)
    assert found[f"text-{second}"] == "Có sẵn từ trước", "the premise"
    return {**found, f"state-{first}": "working", f"text-{first}": "Gõ <b>cả buổi", f"doc-{first}": "15/CV"}


def test_words_for_a_dead_link_come_back_to_be_copied(after: After) -> None:
    """Those that somebody typed, as words; not those that stood there. A program gets the error alone."""
    cast, phone, path = after.cast, after.cast.stranger(), after.link()
    cast.write(recommendations.step, after.ids[1], "answered", actor="test", answer="Có sẵn từ trước")
    data = typed(after, phone.get(path).text)
    cast.write(links.revoke, cast.dialogue_id, after.units[0], actor="test")
    answer = phone.post(path, data=data)
    assert (answer.status_code, "Gõ &lt;b&gt;cả buổi\n15/CV</textarea>" in answer.text) == (404, True)
    assert "đường dẫn mới" in answer.text
    assert "Có sẵn từ trước" not in answer.text
    assert "no-store" in answer.headers["Cache-Control"]
    assert not answer.headers.getlist("Set-Cookie")
    assert phone.post(path, data=data, headers={"Accept": "application/json"}).get_json()["error"] == "not_found"
    assert "để chép lại" not in phone.post(path, data={}).text
    prepared = {"a-x": "Gõ trước đối thoại", "seen-x": "khác"}
    early = phone.post(path.removesuffix("/tasks"), data=prepared)
    assert (early.status_code, "Gõ trước đối thoại</textarea>" in early.text) == (404, True)


def test_what_the_office_types_for_a_unit_comes_back_too(after: After) -> None:
    """The dialogue was archived meanwhile, or the unit leads nothing any more."""
    cast, desk = after.cast, after.cast.staff("secretary")
    cast.write(recommendations.step, after.ids[1], "answered", actor="test", answer="Có sẵn từ trước")
    page = f"/units/{after.units[0]}"
    data = typed(after, desk.get(f"{cast.desk}/reports{page}").text)
    for id_ in after.ids[:2]:
        cast.write(recommendations.change, id_, unit_id=after.units[1], actor="test")
    gone = after.send(desk, page, **data)
    assert (gone.status_code, "Gõ &lt;b&gt;cả buổi\n15/CV</textarea>" in gone.text) == (404, True)
    assert f'href="{cast.desk}/reports"' in gone.text
    for id_ in after.ids[:2]:
        cast.write(recommendations.change, id_, unit_id=after.units[0], actor="test")
    for step in ("conclude", "archive"):
        cast.write(getattr(lifecycle, step), cast.dialogue_id, actor="test")
    shut = after.send(desk, page, **data)
    assert (shut.status_code, "Gõ &lt;b&gt;cả buổi\n15/CV</textarea>" in shut.text) == (403, True)
    assert "Có sẵn từ trước</textarea>" not in shut.text


def test_files_reach_the_disk_only_after_the_words_that_they_came_with(after: After) -> None:
    cast, phone, path, first = after.cast, after.cast.stranger(), after.link(), after.ids[0]

    def post(**said: str) -> Any:
        fields = {**seen(phone.get(path).text), **{f"{name}-{first}": value for name, value in said.items()}}
        return phone.post(path, data={**fields, f"file-{first}": [(io.BytesIO(PDF), "a.pdf")]})

    for said in ({}, {"text": "Không có tình trạng"}, {"state": "working", "text": "x", "seen": "khac"}):
        answer = post(**said)
        assert (answer.status_code, "Hãy chọn lại tệp" in answer.text) == (422, True), said
    assert on_disk(after) == 0
    assert post(state="working", text="Xem tệp").status_code == 303
    assert on_disk(after) == 1, "the control"
    for step in ("conclude", "archive"):
        cast.write(getattr(lifecycle, step), cast.dialogue_id, actor="test")
    assert post(state="working", text="Muộn").status_code == 403
    assert on_disk(after) == 1


@pytest.mark.claim(
    "followup", "an address that sends too much by units' links is refused, and what it typed comes back"
)
def test_an_address_sends_only_so_much_by_links(
    after: After, monkeypatch: pytest.MonkeyPatch, figure: Callable[[str], None]
) -> None:
    """Sized for an office; reading goes on; what was typed comes back."""
    assert (lost.MOST_SENT, lost.MOST_WITH_FILES) == (600, 200), "what a hundred clerks behind one address send"
    figure(f"{lost.MOST_SENT} forms in {lost.WINDOW} s, {lost.MOST_WITH_FILES} with files in {lost.HOUR} s an address")
    phone, path, first = after.cast.stranger(), after.link(), after.ids[0]
    monkeypatch.setattr(lost, "MOST_SENT", 4)
    monkeypatch.setattr(lost, "MOST_WITH_FILES", 1)

    def post(number: int, **files: Any) -> Any:
        said = {f"state-{first}": "working", f"text-{first}": f"Lần {number}"}
        return phone.post(path, data={**seen(phone.get(path).text), **said, **files})

    assert post(1, **{f"file-{first}": [(io.BytesIO(PDF), "a.pdf")]}).status_code == 303
    refused = post(2, **{f"file-{first}": [(io.BytesIO(PDF), "b.pdf")]})
    assert (refused.status_code, "Lần 2</textarea>" in refused.text, on_disk(after)) == (429, True, 1)
    assert [post(number).status_code for number in (3, 4)] == [303, 303]
    late = post(5)
    assert (late.status_code, "Lần 5</textarea>" in late.text) == (429, True)
    assert int(late.headers["Retry-After"]) > 0
    letter = phone.post(f"{path.removesuffix('/tasks')}/ideas/x", data={"body": "Thư đã gõ"})
    assert (letter.status_code, "Thư đã gõ</textarea>" in letter.text) == (429, True)
    assert "Lần 4" in phone.get(path).text, "and it can be read"
