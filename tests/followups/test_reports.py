"""A unit reports by its link; the office approves, returns or writes for it. Nothing stands before it is approved."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from survey import lifecycle
from survey.core.errors import NotNow
from survey.followups import attachments
from survey.followups import history
from survey.followups import links
from survey.followups import recommendations
from survey.followups.models_recommendations import Attachment
from survey.followups.models_recommendations import UnitReport
from survey.followups.steps import State
from tests.conftest import Cast
from tests.followups.after import After
from tests.followups.after import furnish
from tests.followups.after import seen

Figure = Callable[[str], None]
ANSWER = "Sở đã trình đề án <b>hỗ trợ</b>.\n<script>alert(1)</script>"
PDF = b"%PDF-1.7\n1 0 obj\nendobj\n"


@pytest.fixture
def after(cast: Cast) -> After:
    return furnish(cast)


def reports(after: After) -> list[tuple[str, str, str]]:
    with after.cast.reading() as session:
        rows = session.scalars(select(UnitReport).order_by(UnitReport.at, UnitReport.id))
        return [(row.recommendation_id, row.state, row.decision) for row in rows]


def test_a_report_waits_and_stands_once_it_is_approved(after: After) -> None:
    """By a link without an account or a cookie; the words are shown as words, whatever they look like."""
    cast, path, phone, desk = after.cast, after.link(), after.cast.stranger(), after.cast.staff("secretary")
    first, second, other = after.ids
    page = phone.get(path.removesuffix("/tasks"))
    assert [text in page.text for text in ("Việc thứ 1", "Việc thứ 2", "Việc thứ 3")] == [True, True, False]
    data = {**seen(page.text), f"state-{first}": "answered", f"text-{first}": ANSWER, f"doc-{first}": "15/TB-SNV"}
    sent = phone.post(path, data={**data, f"day-{first}": "1/4/2026", "accept": second})
    assert sent.status_code == 303
    again = phone.get(sent.headers["Location"])
    assert "Đã gửi 2 báo cáo" in again.text
    assert not any(answer.headers.getlist("Set-Cookie") for answer in (page, sent, again))
    assert {one.state for one in after.rows().values()} == {"new"}, "nothing stands yet"
    queue = desk.get(f"{cast.desk}/reports").text
    assert '>2<span class="vh"> chờ duyệt' in desk.get(f"{cast.desk}/recommendations").text
    assert "&lt;script&gt;alert(1)" in queue
    assert "<script>alert" not in queue + again.text
    assert after.approve(desk, report=after.waiting(desk)).status_code == 303
    rows = after.rows()
    one = rows[first]
    assert (one.state, one.answer, one.document, str(one.document_date)) == (
        "answered",
        ANSWER,
        "15/TB-SNV",
        "2026-04-01",
    )
    assert (rows[second].state, rows[other].state) == ("received", "new")
    with cast.reading() as session:
        acts = [row.action for row in history.of(session, first)]
        assert history.verify(session) == []
    assert "reported" in acts
    assert after.waiting(desk) == []


def test_a_returned_report_is_mended_and_a_later_one_takes_its_place(after: After) -> None:
    path, phone, desk = after.link(), after.cast.stranger(), after.cast.staff("organiser")
    first = after.ids[0]
    typed = {f"state-{first}": "working", f"text-{first}": "Đang làm"}
    assert phone.post(path, data={**seen(phone.get(path).text), **typed}).status_code == 303
    later = {**seen(phone.get(path).text), f"text-{first}": "Đang làm, xong một nửa"}
    assert phone.post(path, data=later).status_code == 303
    assert reports(after) == [(first, "working", "replaced"), (first, "working", "")]
    chosen = after.waiting(desk)
    refused = after.send(desk, "/returns", report=chosen, remark=" ")
    assert refused.status_code == 422
    assert f'value="{chosen[0]}" checked' in refused.text
    assert after.send(desk, "/returns", remark="Ghi rõ ngày").status_code == 422, "none was chosen"
    assert after.send(desk, "/returns", report=chosen, remark="Ghi rõ ngày <b>").status_code == 303
    page = phone.get(path).text
    assert "Ghi rõ ngày &lt;b&gt;" in page
    assert seen(page)[f"text-{first}"] == "Đang làm, xong một nửa", "what was returned is still there to be mended"
    assert phone.post(path, data=seen(page)).headers["Location"].endswith("saved=0#saved")
    assert phone.post(path, data={**seen(page), f"text-{first}": "Xong ngày 1/4"}).status_code == 303
    assert [decision for _id, _state, decision in reports(after)] == ["replaced", "returned", ""]
    assert after.approve(desk, all="1").status_code == 303
    assert after.rows()[first].state == "working"


def test_what_cannot_be_kept_comes_back_and_the_rest_is_kept(after: After) -> None:
    """Each recommendation by itself: no state, no reason, a day to come, words too long; and what another wrote meanwhile."""
    path, phone = after.link(), after.cast.stranger()
    first, second, _other = after.ids
    before = seen(phone.get(path).text)
    data = {**before, f"state-{first}": "refused", f"day-{first}": "32/13/2026", f"doc-{first}": "9/CV",
            f"state-{second}": "received"}  # fmt: skip
    refused = phone.post(path, data=data)
    assert refused.status_code == 422
    assert "Hãy ghi lý do" in refused.text
    assert "Chưa đọc được ngày này" in refused.text
    assert {f"state-{first}": "refused", f"day-{first}": "32/13/2026", f"doc-{first}": "9/CV"}.items() <= seen(
        refused.text
    ).items()
    assert [row[0] for row in reports(after)] == [second], "the other one is kept"
    for typed, word in (({f"text-{first}": "Chỉ có chữ"}, "chọn tình trạng"),
                        ({f"state-{first}": "answered"}, "kết quả trả lời"),
                        ({f"state-{first}": "working", f"text-{first}": "x" * 4_001}, "4.000"),
                        ({f"state-{first}": "working", f"text-{first}": "x", f"doc-{first}": "9" * 61}, "60 ký tự"),
                        ({f"state-{first}": "working", f"day-{first}": "1/1/2099"}, "sau hôm nay"),
                        ({f"state-{first}": "assigned", f"text-{first}": "x"}, "chọn tình trạng")):  # fmt: skip
        answer = phone.post(path, data={**before, **typed})
        assert (answer.status_code, word in answer.text) == (422, True), typed
        assert typed.items() <= {**seen(answer.text), f"state-{first}": typed.get(f"state-{first}", "")}.items()
    assert (
        phone.post(path, data={**before, f"state-{first}": "working", f"text-{first}": "Đồng nghiệp"}).status_code
        == 303
    )
    late = phone.post(path, data={**before, f"state-{first}": "working", f"text-{first}": "Tôi"})
    assert late.status_code == 422
    assert "Đang có: “Đồng nghiệp”" in late.text
    assert seen(late.text)[f"text-{first}"] == "Tôi"
    assert phone.post(path, data=seen(late.text)).status_code == 303


def test_files_are_taken_by_their_content_and_what_was_written_is_kept(after: After) -> None:
    path, phone, desk = after.link(), after.cast.stranger(), after.cast.staff("organiser")
    first, cast = after.ids[0], after.cast
    said = {f"state-{first}": "working", f"text-{first}": "Xem tệp"}
    bad = [("bao-cao.pdf.exe", b"MZ"), ("x.exe.pdf", PDF), ("trang.html", b"<script>"), ("gia.pdf", b"<html>"),
           ("trong.pdf", b""), ("to.pdf", PDF + b"0" * attachments.LARGEST)]  # fmt: skip
    for name, content in bad:
        page = seen(phone.get(path).text)
        answer = phone.post(path, data={**page, **said, f"file-{first}": [(io.BytesIO(content), name)]})
        assert (answer.status_code, name in answer.text) == (422, True), name
    assert [row[2] for row in reports(after)] == [""], "the words were kept with the first, and the last is no change"
    with cast.reading() as session:
        assert list(session.scalars(select(Attachment.name))) == []
    good = {f"file-{first}": [(io.BytesIO(PDF), "Công văn 15.pdf"), (io.BytesIO(b"MZ"), "x.exe")]}
    half = phone.post(path, data={**seen(phone.get(path).text), **good})
    assert half.status_code == 422, "one of two"
    assert "Công văn 15.pdf" in half.text
    with cast.reading() as session:
        (file,) = session.scalars(select(Attachment)).all()
    own = phone.get(f"{path.removesuffix('/tasks')}/files/{file.id}")
    assert (own.data, own.headers["X-Content-Type-Options"]) == (PDF, "nosniff")
    assert own.headers["Content-Disposition"].startswith("attachment")
    other = cast.stranger().get(f"{after.link(1).removesuffix('/tasks')}/files/{file.id}")
    assert other.status_code == 404, "another unit's"
    with pytest.MonkeyPatch.context() as full:
        full.setattr(attachments, "MOST", 1)
        more = {f"file-{first}": [(io.BytesIO(PDF), "b.pdf")]}
        assert "nhiều nhất 20 tệp" in phone.post(path, data={**seen(phone.get(path).text), **more}).text
    assert 'tasks?lang=en"' in phone.get(f"{path}?lang=en").text
    queue = after.waiting(desk)
    assert desk.get(f"{cast.desk}/reports/files/{file.id}").data == PDF
    assert after.approve(desk, report=queue, show=queue).status_code == 303
    assert [file.published for file in after.rows()[first].files] == [True]


def test_a_report_that_was_refused_says_that_its_file_must_be_chosen_again(after: After) -> None:
    path, phone, first = after.link(), after.cast.stranger(), after.ids[0]
    data = {**seen(phone.get(path).text), f"text-{first}": "Không có tình trạng"}
    answer = phone.post(path, data={**data, f"file-{first}": [(io.BytesIO(PDF), "a.pdf")]})
    assert answer.status_code == 422
    assert "Hãy chọn lại tệp" in answer.text


def test_a_recommendation_that_left_meanwhile_gives_back_what_was_typed(after: After) -> None:
    path, phone, (first, second, _other) = after.link(), after.cast.stranger(), after.ids
    page = seen(phone.get(path).text)
    after.cast.write(recommendations.change, first, unit_id=after.units[1], actor="test")
    typed = {f"state-{first}": "working", f"text-{first}": "Đã gõ cả buổi", f"state-{second}": "received"}
    answer = phone.post(path, data={**page, **typed})
    assert answer.status_code == 409
    assert "Đã gõ cả buổi" in answer.text
    assert "Việc thứ 1" not in answer.text
    assert [row[0] for row in reports(after)] == [second]


def test_a_dead_or_foreign_link_opens_nothing(after: After) -> None:
    """Forged, replaced, revoked; from another site; and a link made after the closing works until the archive."""
    cast, first, phone = after.cast, after.link(), after.cast.stranger()
    second = after.link()
    said = {f"state-{after.ids[0]}": "working", f"text-{after.ids[0]}": "x"}
    for path in (first, second.upper(), f"{second[:-9]}x/tasks", "/u/khong-co/tasks"):
        assert (phone.get(path).status_code, phone.post(path, data=said).status_code) == (404, 404), path
    for headers in ({"Origin": "https://xau.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        assert phone.post(second, data=said, headers=headers).status_code == 400
    other = phone.post(second, data={f"state-{after.ids[2]}": "working", f"text-{after.ids[2]}": "Không phải việc tôi"})
    assert other.status_code == 409
    cast.write(links.revoke, cast.dialogue_id, after.units[0], actor="test")
    assert (phone.get(second).status_code, phone.post(second, data=said).status_code) == (404, 404)
    assert reports(after) == []
    third = after.link()
    for step in ("conclude", "archive"):
        cast.write(getattr(lifecycle, step), cast.dialogue_id, actor="test")
    late = phone.post(third, data={**said, f"text-{after.ids[0]}": "Đến muộn"})
    assert (late.status_code, "Đến muộn" in late.text) == (403, True)
    assert phone.get(third).status_code == 200, "and it can still be read"
    with pytest.raises(NotNow):
        cast.write(links.make, cast.dialogue_id, after.units, actor="test", anew=True)


def test_what_the_office_writes_over_a_report_waits_where_something_else_stands_since(after: After) -> None:
    """A colleague's answer, given while the report waited, is not overwritten by who saw only the report."""
    cast, desk, (first, second, _other) = after.cast, after.cast.staff("secretary"), after.ids
    path, phone = after.link(), cast.stranger()
    data = seen(phone.get(path.removesuffix("/tasks")).text)
    said = {f"state-{one}": "received" for one in (first, second)}
    assert phone.post(path, data={**data, **said}).status_code == 303
    cast.write(recommendations.step, first, State.ANSWERED, actor="lan", answer="Bà Lan đã trả lời.")
    unit = f"/units/{after.units[0]}"
    typed = {f"state-{one}": "answered" for one in (first, second)} | {f"text-{one}": ANSWER for one in (first, second)}
    page = desk.get(f"{cast.desk}/reports{unit}").text
    assert after.send(desk, unit, **{**seen(page), **typed}).status_code == 303
    assert "có người đã sửa chính kiến nghị" in desk.get(f"{cast.desk}/reports").text
    rows = after.rows()
    assert (rows[first].answer, rows[second].answer) == ("Bà Lan đã trả lời.", ANSWER)
    assert [report for report in reports(after) if report[2] == ""] == [(first, "answered", "")]
    after.approve(desk, report=after.waiting(desk))
    assert after.rows()[first].answer == ANSWER, "who reads both may approve it"


def test_the_office_writes_for_a_unit_and_it_stands_at_once(after: After) -> None:
    cast, desk, first = after.cast, after.cast.staff("secretary"), after.ids[0]
    page = desk.get(f"{cast.desk}/reports/units/{after.units[0]}").text
    typed = {**seen(page), f"state-{first}": "solved", f"text-{first}": "Đã xong theo công văn", f"doc-{first}": "9/CV"}
    assert after.send(desk, f"/units/{after.units[0]}", **typed).status_code == 303
    one = after.rows()[first]
    assert (one.state, one.answer, one.document) == ("solved", "Đã xong theo công văn", "9/CV")
    refused = after.send(desk, f"/units/{after.units[0]}", **{**seen(page), f"state-{first}": "refused"})
    assert refused.status_code == 422
    assert desk.get(f"{cast.desk}/reports/units/khong-co").status_code == 404
    made = after.send(desk, "/links")
    assert made.status_code == 200
    assert made.text.count("/u/") >= 2
    assert after.send(desk, "/links").status_code == 303, "each unit has one by now"
    assert after.send(desk, f"/units/{after.units[0]}/link/removal").status_code == 303
    assert cast.staff("moderator").get(f"{cast.desk}/reports").status_code == 403


def test_nothing_of_it_is_shown_to_members(after: After) -> None:
    """A report that waits is on no page but the unit's and the office's."""
    cast, path, phone = after.cast, after.link(), after.cast.stranger()
    data = {
        **seen(phone.get(path).text),
        f"state-{after.ids[0]}": "working",
        f"text-{after.ids[0]}": "Bí mật chờ duyệt",
    }
    phone.post(path, data=data)
    assert "Bí mật chờ duyệt" in phone.get(path).text
    for other in (cast.stranger().get("/"), cast.stranger().get(f"/p/{cast.code}"), cast.stranger().get(cast.base)):
        assert "Bí mật chờ duyệt" not in other.text


def test_a_unit_reads_what_is_published_and_what_it_sent_and_no_other_file(after: After) -> None:
    """The office's own papers and what another unit had sent stay with the office, though the unit leads by now."""
    cast, (first, _second, _other) = after.cast, after.ids
    desk, former = cast.staff("organiser"), cast.stranger()
    path = after.link()
    sent = {f"state-{first}": "working", f"text-{first}": "Xem tệp", f"file-{first}": [(io.BytesIO(PDF), "cu.pdf")]}
    assert former.post(path, data={**seen(former.get(path).text), **sent}).status_code == 303
    ids = {}
    for name in ("noi-bo.pdf", "cong-bo.pdf"):
        kept = attachments.keep(cast.app.extensions["survey"]["settings"].data_dir, name, PDF)
        ids[name] = cast.write(attachments.add, first, kept, actor="test")
    cast.write(attachments.publish, ids["cong-bo.pdf"], published=True, actor="test")
    with cast.reading() as session:
        ids["cu.pdf"] = session.scalars(select(Attachment.id).where(Attachment.name == "cu.pdf")).one()

    def reads(link: str, phone: Any) -> dict[str, tuple[bool, int]]:
        page = phone.get(link).text
        root = link.removesuffix("/tasks")
        return {name: (name in page, phone.get(f"{root}/files/{id_}").status_code) for name, id_ in ids.items()}

    assert reads(path, former) == {"noi-bo.pdf": (False, 404), "cong-bo.pdf": (True, 200), "cu.pdf": (True, 200)}
    cast.write(recommendations.change, first, unit_id=after.units[1], actor="test")
    later = after.link(1)
    assert reads(later, cast.stranger()) == {
        "noi-bo.pdf": (False, 404),
        "cong-bo.pdf": (True, 200),
        "cu.pdf": (False, 404),
    }
    office = desk.get(f"{cast.desk}/reports/units/{after.units[1]}").text
    assert [name in office for name in ids] == [True, True, True]
    page = desk.get(f"{cast.desk}/recommendations/{first}").text
    assert "Tệp chưa công bố chỉ ban tổ chức đọc" in page, "and whoever attaches one is told so"


def test_approving_takes_what_the_page_showed_beside_what_still_stands(after: After) -> None:
    """Not what came since, nor a colleague's newer answer, nor (with the button for all) what another unit leads by now."""
    cast, desk, (first, second, other) = after.cast, after.cast.staff("organiser"), after.ids
    phones = [(after.link(place), cast.stranger()) for place in (0, 1)]

    def report(place: int, id_: str, text: str) -> None:
        path, phone = phones[place]
        typed = {f"state-{id_}": "working", f"text-{id_}": text}
        assert phone.post(path, data={**seen(phone.get(path).text), **typed}).status_code == 303

    report(0, first, "Đã xem")
    report(0, second, "Bản thứ nhất")
    page = desk.get(f"{cast.desk}/reports").text
    report(0, second, "Chưa ai xem")
    report(1, other, "Chưa ai xem")
    assert after.approve(desk, page, all="1").status_code == 303
    assert [after.rows()[id_].answer for id_ in after.ids] == ["Đã xem", "", ""]
    page = desk.get(f"{cast.desk}/reports").text
    assert "Duyệt cả 2" in page
    cast.write(recommendations.step, other, "answered", actor="colleague", answer="Lời của đồng nghiệp")
    refused = after.approve(desk, page, all="1")
    assert (refused.status_code, "vừa được người khác sửa" in refused.text) == (409, True)
    assert [after.rows()[id_].answer for id_ in after.ids] == ["Đã xem", "Chưa ai xem", "Lời của đồng nghiệp"]
    assert '<del class="said">Lời của đồng nghiệp</del>' in refused.text, "the page shows what stands by now"
    (late,) = after.waiting(desk)
    assert f'value="{late}" checked' in refused.text
    cast.write(recommendations.change, other, unit_id=after.units[0], actor="test")
    page = desk.get(f"{cast.desk}/reports").text
    assert "Duyệt cả" not in page
    assert after.approve(desk, page, all="1").status_code == 422, "none of these is for the button"
    assert after.send(desk, "/approvals", report=late).status_code == 409, "nobody says what they saw"
    assert after.rows()[other].answer == "Lời của đồng nghiệp"
    assert after.approve(desk, page, report=late).status_code == 303
    assert after.rows()[other].answer == "Chưa ai xem"
