"""Personal links on their way out: one unit a file, nothing of the second factor in it, each taking written down."""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import re
from typing import Any

import openpyxl
import pytest
from flask import Flask
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as some
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.organisations import units
from survey.roll import issuing
from survey.roll import links
from survey.roll import links_files
from survey.roll import removal
from survey.roll import secrets
from survey.roll import service
from survey.roll.links import Leaf
from survey.roll.links import Parcel
from survey.roll.models import Member
from survey.roll.models import RollLog
from tests.conftest import Cast
from tests.conftest import csrf
from tests.conftest import make_cast

WORD = "sen hồng tám"
EVIL = ["=1+1", "+84", "-2+3", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x.vn")', "＝1", 'An";=1+1', "<b>An</b>", "{=1}"]


class Post:
    """A dialogue by roll with two units, and the organiser's browser at the page of links."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.id, self.roll = cast, cast.dialogue_id, cast.stores.roll
        top = cast.write(units.add, cast.organisation_id, None, "Đoàn các cơ quan tỉnh")
        self.unit = cast.write(units.add, cast.organisation_id, top, "Chi đoàn Sở Nội vụ")
        self.other = cast.write(units.add, cast.organisation_id, None, "Chi đoàn khóm 10")
        self.client, self.at = cast.staff("organiser"), f"{cast.desk}/roll/links"
        self.token = csrf(self.client, self.at)

    @property
    def key(self) -> bytes:
        return self.cast.keys.get(self.id, "link")  # type: ignore[no-any-return]

    def set(self, **values: Any) -> None:
        def change(session: Session) -> None:
            roll = service.ensure(session, self.id)
            for name, value in values.items():
                setattr(roll, name, value)

        self.roll.write(change)

    def take(self, unit: str, form: str) -> Any:
        at = f"{self.at}/{unit}/cards" if form == "cards" else f"{self.at}/{unit}.{form}"
        return self.client.post(at, data={"csrf_token": self.token})

    def rows(self, unit: str) -> list[tuple[Any, ...]]:
        book = openpyxl.load_workbook(io.BytesIO(self.take(unit, "xlsx").data))
        return list(book["Đường dẫn"].iter_rows(values_only=True))

    def log(self) -> list[RollLog]:
        with self.roll.reading() as session:
            rows = session.scalars(select(RollLog).where(RollLog.action == "links").order_by(RollLog.at))
            return list(rows)


@pytest.fixture
def post(app: Flask) -> Post:
    return Post(make_cast(app, entry="roll"))


# What is in a file ------------------------------------------------------------------------------------------------------


def test_a_file_holds_exactly_one_unit(post: Post) -> None:
    """Also with somebody of two units, who stands in the file of the main one, and with somebody who was taken off."""
    post.cast.enrol("Lê Ý", post.unit, code="3")
    post.cast.enrol("Lê An", post.unit, code="1", email="an@camau.vn", further=(post.other,))
    post.cast.enrol("Lê Bảo", post.other, code="2", further=(post.unit,))
    post.cast.enrol("Lê Châu", code="4")
    gone = post.cast.enrol("Lê Dũng", post.unit, code="5")
    post.roll.write(service.freeze, post.id, actor="test")
    post.roll.write(removal.remove, post.id, gone, "left", actor="test")
    head, titles, *rows = post.rows(post.unit)
    assert head[0] == f"{links.WARNING} · Đoàn các cơ quan tỉnh › Chi đoàn Sở Nội vụ · 2 người"
    assert titles == ("Họ tên", "Mã", "Đường dẫn", "Mã gõ tay", "E-mail")
    assert [(row[0], row[1], row[4]) for row in rows] == [("Lê An", "1", "an@camau.vn"), ("Lê Ý", "3", None)]
    assert [row[0] for row in post.rows(post.other)[2:]] == ["Lê Bảo"]
    assert [row[0] for row in post.rows("-")[2:]] == ["Lê Châu"]
    name = post.take(post.unit, "csv").headers["Content-Disposition"]
    assert f"duong-dan-{post.cast.code}-doan-cac-co-quan-tinh-chi-doan-so-noi-vu.csv" in name


def test_there_is_no_file_of_everybody(post: Post) -> None:
    post.cast.enrol("Lê An", post.unit)
    for unit in ("all", "", "%", "zzzzzzzzzzzz", "None"):
        for form in ("xlsx", "csv", "txt", "cards"):
            answer = post.take(unit, form)
            assert answer.status_code == 404, (unit, form)
            assert "Lê An" not in answer.text
    assert post.log() == []
    assert "Lê An" not in post.client.get(post.at).text, "the page itself holds no link and no name"
    assert post.client.get(f"{post.at}/{post.unit}.csv").status_code == 405, (
        "a link that is merely followed takes nothing"
    )


def test_the_links_of_a_file_open_the_places_of_its_people(post: Post) -> None:
    ids = {post.cast.enrol(f"Lê Văn {letter}", post.unit, code=letter): letter for letter in "ABC"}
    read = list(csv.reader(io.StringIO(post.take(post.unit, "csv").data.decode("utf-8-sig"))))[2:]
    assert len(read) == 3
    with post.roll.reading() as session:
        for _name, code, url, twin, _email in read:
            page, token = url.split("#")
            assert page == f"http://localhost/m/{post.cast.code}"
            by_link, by_twin = (
                issuing.by_link(session, post.id, token),
                issuing.by_twin(session, post.key, post.id, twin),
            )
            assert by_link is not None
            assert by_twin is not None
            assert ids[by_link.id] == ids[by_twin.id] == code
            assert re.fullmatch(r"[2-9A-HJ-NP-Z]{4} [2-9A-HJ-NP-Z]{4}", twin)


def test_roll_may_stand_on_a_host_of_its_own(app: Flask) -> None:
    from dataclasses import replace

    post = Post(make_cast(app, entry="roll"))
    own = app.extensions["survey"]
    own["settings"] = replace(own["settings"], base_url="https://phong.vn", roll_url="https://danhsach.vn")
    post.cast.enrol("Lê An", post.unit)
    assert post.rows(post.unit)[2][2].startswith(f"https://danhsach.vn/m/{post.cast.code}#")


# What is not ------------------------------------------------------------------------------------------------------------


def test_no_digit_of_the_phone_where_a_link_asks_for_it(post: Post) -> None:
    """The premise first: asked for nothing, code and address stand there, and with them the digits."""
    post.cast.enrol("Lê An 5678", post.unit, code="09.1234.5678", phone="0912345678", email="an.912345678@camau.vn")
    post.cast.enrol("Lê Bảo", post.unit, code="B1", phone="0387000999", email="bao@camau.vn")
    assert "5678" in str(post.rows(post.unit)[2])
    post.set(second="phone")
    for form in ("csv", "txt", "cards"):
        text = post.take(post.unit, form).data.decode("utf-8-sig")
        text = re.sub(r"#[\w-]+", "", text)  # secrets may hold any digits
        text = re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL)
        assert "Lê An" in text, form
        assert not re.search(r"5678|12345678|0999", text), form
    first, second = post.rows(post.unit)[2:]
    assert (first[0].strip(), first[1], first[4]) == ("Lê An", None, None)
    assert (second[0], second[1], second[4]) == ("Lê Bảo", "B1", "bao@camau.vn"), "only what tells is left out"


def test_the_word_of_the_door_is_in_no_file(post: Post) -> None:
    post.cast.enrol("Lê An", post.unit)
    post.set(purpose="Vào cửa nói: Sen hồng, TÁM.", second="")
    assert "Sen hồng" in post.take(post.unit, "txt").text
    post.set(second="word", word=secrets.word_mark(post.key, WORD))
    for form in ("txt", "csv", "cards"):
        assert "Sen hồng" not in post.take(post.unit, form).text, form
    assert "một từ mà ban tổ chức chỉ nói tại cửa" in post.take(post.unit, "txt").text
    post.set(purpose="Mỗi người một phiếu")
    assert "Danh sách dùng để: Mỗi người một phiếu" in post.take(post.unit, "txt").text, "other words stay"


@trying(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    some.lists(
        some.tuples(
            some.one_of(some.sampled_from(EVIL), some.text(min_size=1, max_size=30)),
            some.one_of(some.sampled_from(EVIL), some.text(min_size=1, max_size=20)),
            some.from_regex(r"0[1-9][0-9]{8}", fullmatch=True),
            some.sampled_from(["", "=cmd@x.vn", "{phone}@x.vn", "a@b.vn"]),
        ),
        min_size=1, max_size=5,
    )
)  # fmt: skip
def test_files_have_no_formula_and_no_phone_whatever_people_are_called(people: list[tuple[str, str, str, str]]) -> None:
    """Read again by openpyxl and by csv. What no form lets in (control marks, surrogates) is left out here too."""
    from survey.core.text import clean_line

    key, members = b"k" * 32, []
    for number, (name, code, phone, email) in enumerate(people):
        made = Member(id=f"m{number}", dialogue_id="d", name=clean_line(name), code=clean_line(code), phone=phone,
                      email=email.format(phone=phone), epoch=0)  # fmt: skip
        members.append(made)
    leaves = tuple(links._leaf(key, one, "https://x.vn/m/ABCDEF", phone_is_asked=True) for one in members)
    parcel = Parcel("=Chi đoàn", "+Chủ đề", "https://x.vn/m/ABCDEF", ("Nhận phiếu được.",), leaves)
    sheets = openpyxl.load_workbook(io.BytesIO(links_files.as_xlsx(parcel))).worksheets
    cells = [cell for sheet in sheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(cell.hyperlink for cell in cells)
    read = list(csv.reader(io.StringIO(links_files.as_csv(parcel).decode("utf-8-sig"))))
    assert not any(cell.lstrip()[:1] in {*"=+-@\t\r＝＋－＠"} for row in read for cell in row if cell.strip())
    assert [len(row) for row in read[1:]] == [5] * (len(people) + 1)
    for member, leaf in zip(members, leaves, strict=True):
        for text in (leaf.name, leaf.code, leaf.email):
            assert member.phone[-4:] not in re.sub(r"\D", "", text)


def test_a_message_says_what_the_link_is_when_and_what_is_asked(post: Post) -> None:
    post.cast.enrol("Lê An", post.unit)
    at = dt.datetime(2026, 3, 20, 1, 0, tzinfo=dt.UTC)
    post.set(purpose="Mỗi đoàn viên một phiếu.", second="phone", issue_from=at, issue_until=at + dt.timedelta(days=6))
    text = post.take(post.unit, "txt").data.decode("utf-8-sig")
    for said in (
        "Chào Lê An,", "Đây là đường dẫn riêng của bạn cho đối thoại “Lãnh đạo tỉnh đối thoại với cán bộ, công chức trẻ”:",
        "Nhận phiếu từ 20/3/2026 8:00 đến 26/3/2026 8:00.", "Danh sách chỉ ghi bạn đã nhận phiếu hay chưa",
        "bốn số cuối điện thoại", "Danh sách dùng để: Mỗi đoàn viên một phiếu.", f"http://localhost/m/{post.cast.code}#",
    ):  # fmt: skip
        assert said in text, said
    assert text.splitlines()[0].startswith(links.WARNING)


@pytest.mark.parametrize(("start", "end", "said"), [
    (False, False, "Nhận phiếu được đến khi đối thoại khép lại."),
    (True, False, "Nhận phiếu từ 20/3/2026 8:00 đến khi đối thoại khép lại."),
    (False, True, "Nhận phiếu đến 20/3/2026 8:00."),
])  # fmt: skip
def test_times_are_said_as_they_are_set(post: Post, *, start: bool, end: bool, said: str) -> None:
    at = dt.datetime(2026, 3, 20, 1, 0, tzinfo=dt.UTC)
    post.cast.enrol("Lê An", post.unit)
    post.set(issue_from=at if start else None, issue_until=at if end else None)
    assert said in post.take(post.unit, "txt").text


# Paper ------------------------------------------------------------------------------------------------------------------


def test_a_card_has_the_name_outside_and_link_and_code_inside(post: Post) -> None:
    from survey.web import qr

    member = post.cast.enrol("Lê <An>", post.unit, code="1")
    page = post.take(post.unit, "cards").text
    inside, outside = page.split('class="slip-in"')[1].split('class="slip-out"')
    own = post.cast.personal(member)
    assert secrets.grouped(own.twin) in inside
    assert html.escape("Lê <An>") in outside
    assert secrets.grouped(own.twin) not in outside
    assert str(qr.svg(f"http://localhost/m/{post.cast.code}#{own.token}")) in inside
    assert own.token not in page, "the secret stands there as QR and as its twin, never in letters"
    for number in range(12):
        post.cast.enrol(f"Lê Văn {number}", post.unit)
    again = post.take(post.unit, "cards").text
    assert (again.count('class="slip"'), again.count('class="slip-page"')) == (13, 3)


# Who, when, and when not any more ---------------------------------------------------------------------------------------


def test_each_taking_is_written_down_and_shown(post: Post) -> None:
    post.cast.enrol("Lê An", post.unit)
    post.cast.enrol("Lê Bảo")
    assert "Đã lấy" not in post.client.get(post.at).text
    for form in ("xlsx", "csv", "txt", "cards"):
        assert post.take(post.unit, form).status_code == 200
    post.take("-", "csv")
    logged = [(row.detail["unit"], row.detail["form"], row.detail["people"]) for row in post.log()]
    assert logged == [(post.unit, form, 1) for form in ("xlsx", "csv", "txt", "cards")] + [("", "csv", 1)]
    assert all(row.actor.startswith("staff:") and row.at for row in post.log())
    page = post.client.get(post.at).text
    assert "Đã lấy 4 lần" in page
    assert "Đã lấy 1 lần" in page
    assert "Thử organiser" in page


def test_the_desk_says_of_which_unit_a_file_was_taken(post: Post) -> None:
    post.cast.enrol("Lê Ý", post.unit)
    post.take(post.unit, "csv")
    assert "Xuất đường dẫn: 1 · Chi đoàn Sở Nội vụ" in post.client.get(f"{post.cast.desk}/roll").text


def test_page_says_when_links_are_not_good_yet(post: Post) -> None:
    post.cast.enrol("Lê An", post.unit)
    assert "Danh sách chưa chốt" in post.client.get(post.at).text
    post.roll.write(service.freeze, post.id, actor="test")
    assert "Danh sách chưa chốt" not in post.client.get(post.at).text
    other = Post(make_cast(post.cast.app, entry="tickets"))
    other.cast.enrol("Lê Bảo", other.unit)
    assert "chưa chọn vào theo danh sách" in other.client.get(other.at).text


def test_files_are_kept_by_no_cache(post: Post) -> None:
    post.cast.enrol("Lê An", post.unit)
    for form in ("xlsx", "csv", "txt", "cards"):
        assert post.take(post.unit, form).headers["Cache-Control"] == "no-store"


def test_when_the_key_is_gone_no_link_leaves(post: Post) -> None:
    post.cast.enrol("Lê An", post.unit)
    post.cast.keys.destroy(post.id, "link")
    assert "không đường dẫn nào dùng được nữa" in post.client.get(post.at).text
    for form in ("xlsx", "csv", "txt", "cards"):
        answer = post.take(post.unit, form)
        assert (answer.status_code, "không còn" in answer.text) == (403, True), form
    assert post.log() == []


def test_a_unit_that_was_removed_still_has_its_file(post: Post) -> None:
    post.cast.enrol("Lê An", "gone00000000")
    assert "Đơn vị đã xóa khỏi cây" in post.client.get(post.at).text
    assert post.rows("gone00000000")[2][0] == "Lê An"


def test_leaf_is_what_a_file_has_columns_for() -> None:
    """A new field of a leaf is a decision about what leaves the system."""
    assert list(Leaf.__dataclass_fields__) == ["name", "code", "url", "twin", "email"]
    assert len(links_files.COLUMNS) == 5
