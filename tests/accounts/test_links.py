"""Links: set-up, invitation, reset, recovery, sample. Reading spends nothing; one POST does."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from survey.accounts import arrivals
from survey.accounts import links
from survey.accounts import service
from survey.accounts.models import Grant
from survey.accounts.models import Link
from survey.accounts.models import Staff
from survey.core.errors import Conflict
from survey.organisations.models import Organisation
from tests.accounts.helpers import PASSWORD
from tests.accounts.helpers import expire
from tests.accounts.helpers import find
from tests.accounts.helpers import invitation
from tests.accounts.helpers import logged
from tests.accounts.helpers import make_staff
from tests.accounts.helpers import post
from tests.accounts.helpers import sign_in
from tests.accounts.helpers import sign_ins
from tests.accounts.helpers import staff_id_of
from tests.accounts.helpers import used


def write(app, fn, *args, **kwargs):
    return app.extensions["survey"]["db"].write(fn, *args, **kwargs)


SETUP = {"organisation": "Tỉnh đoàn Cà Mau", "name": "Lê Thị Lan", "login": "Lan.Lê", "password": PASSWORD}


def test_setup_makes_organisation_and_organiser_and_shows_the_sheet(app):
    path = "/s/invitation/" + write(app, service.setup_link)
    browser = app.test_client()
    assert "Chuẩn bị lần đầu" in browser.get(path).text
    page = post(browser, path, **SETUP)
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    codes = re.findall(r"\b[2-9A-HJ-NP-Z]{6}-[2-9A-HJ-NP-Z]{6}-[2-9A-HJ-NP-Z]{6}\b", page.text)
    assert len(set(codes)) == 5
    assert browser.get("/s/staff").status_code == 200
    with app.extensions["survey"]["db"].reading() as session:
        assert session.scalars(select(Organisation.name)).one() == "Tỉnh đoàn Cà Mau"
        staff, held = session.execute(select(Staff, Grant).join(Grant, Grant.staff_id == Staff.id)).one()
        assert (staff.login, staff.name, held.role, held.dialogue_id) == ("lan.le", "Lê Thị Lan", "organiser", None)
        tokens = session.scalars(select(Link.token).where(Link.kind == "recovery")).all()
    assert {len(token) for token in tokens} == {16}


def test_setup_link_is_replaced_at_each_start_and_gone_after_setup(app):
    first, second = write(app, service.setup_link), write(app, service.setup_link)
    browser = app.test_client()
    assert browser.get(f"/s/invitation/{first}").status_code == 404
    assert post(browser, f"/s/invitation/{second}", **SETUP).status_code == 200
    assert write(app, service.setup_link) is None
    assert app.test_client().get(f"/s/invitation/{second}").status_code == 410


def test_setup_link_is_still_offered_beside_a_sample_only(app):
    owner = write(app, service.create_organisation, "Mẫu")
    write(app, service.sample_link, owner, "organiser")
    assert write(app, service.setup_link) is not None


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("password", "ngắn quá", "Mật khẩu cần ít nhất 10 ký tự."),
        ("login", "a", "Hãy chọn tên đăng nhập từ 2 đến 40 ký tự"),
        ("name", " ", "Hãy ghi họ tên"),
        ("organisation", "", "Hãy ghi tên tổ chức"),
    ],
)
def test_setup_refused_keeps_what_was_typed_and_the_link(app, field, typed, sentence):
    path = "/s/invitation/" + write(app, service.setup_link)
    browser = app.test_client()
    page = post(browser, path, **{**SETUP, field: typed})
    assert page.status_code == 422
    assert sentence in page.text
    kept = "Lê Thị Lan" if field != "name" else "Tỉnh đoàn Cà Mau"
    assert f'value="{kept}"' in page.text
    assert PASSWORD not in page.text
    with app.extensions["survey"]["db"].reading() as session:
        assert session.scalars(select(Organisation)).all() == []
    assert post(browser, path, **SETUP).status_code == 200


def test_recovery_code_works_once_without_email(app):
    browser = app.test_client()
    page = post(browser, "/s/invitation/" + write(app, service.setup_link), **SETUP)
    code = re.findall(r"\b(?:[2-9A-HJ-NP-Z]{6}-){2}[2-9A-HJ-NP-Z]{6}\b", page.text)[0]
    other = app.test_client()
    answer = post(other, "/s/recovery", code=f" {code.lower().replace('-', ' ')} ")
    path = answer.headers["Location"]
    assert "Lê Thị Lan" in other.get(path).text
    assert post(other, path, password="một câu hoàn toàn mới").status_code == 303
    assert browser.get("/s/account").status_code == 303, "every other browser is out"
    assert other.get("/s/account").status_code == 200
    assert sign_in(app.test_client(), "lan.le").status_code == 422
    assert sign_in(app.test_client(), "lan.le", "một câu hoàn toàn mới").status_code == 303
    again = post(app.test_client(), "/s/recovery", code=code)
    assert again.status_code == 422
    assert "Mã này chưa đúng hoặc đã dùng rồi" in again.text


def test_recovery_sheet_of_a_new_print_replaces_the_old_one(cast):
    lan = make_staff(cast, "lan", "organiser", whole=True)
    old = cast.write(links.recovery_sheet, lan, actor="test")
    browser = cast.stranger()
    sign_in(browser, "lan")
    assert post(browser, "/s/account/recovery-sheet", "/s/account", old="sai mất rồi nhé").status_code == 422
    page = post(browser, "/s/account/recovery-sheet", "/s/account", old=PASSWORD)
    assert page.status_code == 200
    assert post(cast.stranger(), "/s/recovery", code=old[0]).status_code == 422


def test_invitation_get_spends_nothing_and_post_spends(cast):
    path = invitation(cast)
    for _ in range(3):
        assert cast.stranger().get(path).status_code == 200
    page = cast.stranger().get(path)
    assert "Lan" in page.text
    assert "người điều hành" in page.text
    assert "Lãnh đạo tỉnh đối thoại" in page.text
    assert not used(cast, path)
    browser = cast.stranger()
    answer = post(browser, path, login="lan", password=PASSWORD)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{cast.desk}/moderate")
    assert used(cast, path)
    assert "take_up_invitation" in logged(cast)


def test_invitation_spent_lets_nobody_in_again(cast):
    path = invitation(cast)
    late = cast.stranger()
    token = find(r'name="csrf_token" value="([^"]+)"', late.get(path).text)
    post(cast.stranger(), path, login="lan", password=PASSWORD)
    answer = late.post(path, data={"csrf_token": token, "login": "ke.gian", "password": PASSWORD})
    assert answer.status_code == 410
    assert "đã dùng rồi hoặc đã hết hạn" in answer.text
    assert late.get("/s/account").status_code == 303
    assert cast.stranger().get(path).status_code == 410
    with pytest.raises(Conflict):
        cast.write(arrivals.take_up, path.rsplit("/", 1)[1], arrivals.Account("x.y", "X", "hash"))


def test_invitation_expired_says_so_and_opens_nothing(cast):
    path = invitation(cast)
    browser = cast.stranger()
    token = find(r'name="csrf_token" value="([^"]+)"', browser.get(path).text)
    expire(cast, path.rsplit("/", 1)[1])
    assert browser.get(path).status_code == 410
    answer = browser.post(path, data={"csrf_token": token, "login": "lan", "password": PASSWORD})
    assert answer.status_code == 410
    with cast.reading() as session:
        assert session.scalar(select(Staff).where(Staff.login == "lan")) is None


def test_invitation_unknown_is_not_found(cast):
    assert cast.stranger().get("/s/invitation/khong-co").status_code == 404


def test_invitation_without_csrf_is_refused(cast):
    path = invitation(cast)
    assert cast.stranger().post(path, data={"login": "lan", "password": PASSWORD}).status_code == 400
    assert not used(cast, path)


def test_invitation_taken_login_keeps_the_link(cast):
    make_staff(cast, "lan", "secretary")
    path = invitation(cast)
    answer = post(cast.stranger(), path, login="LAN", password=PASSWORD)
    assert answer.status_code == 422
    assert "đã có người dùng" in answer.text
    assert not used(cast, path)


def test_invitation_is_taken_up_under_the_account_that_is_in(cast):
    mai = make_staff(cast, "mai", "secretary")
    path = invitation(cast)
    browser = cast.stranger()
    sign_in(browser, "mai")
    assert "Nhận vai trò với tên Người mai" in browser.get(path).text
    assert post(browser, path, account="mine").status_code == 303
    with cast.reading() as session:
        assert set(session.scalars(select(Grant.role).where(Grant.staff_id == mai))) == {"secretary", "moderator"}


def test_invitation_is_not_taken_up_by_an_account_of_another_organisation(cast):
    path = invitation(cast)
    outsider = cast.outsider()
    assert "Nhận vai trò với tên" not in outsider.get(path).text
    assert post(outsider, path, account="mine").status_code == 422
    assert not used(cast, path)


def test_reset_link_sets_a_password_and_ends_every_browser(cast):
    lan = make_staff(cast, "lan", "moderator")
    make_staff(cast, "truong", "organiser", whole=True)
    phone, office, locked_out = cast.stranger(), cast.stranger(), cast.stranger()
    sign_in(phone, "lan")
    sign_in(office, "truong")
    page = post(office, f"/s/staff/{lan}/reset", "/s/staff")
    first = find(r"/s/invitation/[\w-]+", page.text)
    page = post(office, f"/s/staff/{lan}/reset", "/s/staff")
    second = find(r"/s/invitation/[\w-]+", page.text)
    assert locked_out.get(first).status_code == 404, "a newer link replaces the older one"
    assert "lan" in locked_out.get(second).text
    assert sign_ins(cast, lan) != []
    assert post(locked_out, second, password="một câu hoàn toàn mới").status_code == 303
    assert phone.get("/s/account").status_code == 303
    assert sign_in(cast.stranger(), "lan", "một câu hoàn toàn mới").status_code == 303
    assert {"reset_link", "take_up_reset"} <= set(logged(cast))


def test_sample_link_signs_in_by_get_repeatedly_and_says_so(cast):
    token = cast.write(service.sample_link, cast.organisation_id, "moderator", cast.dialogue_id)
    for _ in range(2):
        browser = cast.stranger()
        answer = browser.get(f"/s/invitation/{token}")
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{cast.desk}/moderate")
        with browser.session_transaction("/s/account") as kept:
            assert any("bản dùng thử" in text for _kind, text in kept["_flashes"])
        assert browser.get("/s/account").status_code == 200


def test_sample_links_opened_in_one_browser_do_not_take_each_other_away(cast):
    tokens = {
        role: cast.write(service.sample_link, cast.organisation_id, role, cast.dialogue_id)
        for role in ("leader", "moderator", "organiser", "screen")
    }
    browser = cast.stranger()
    for token in tokens.values():
        browser.get(f"/s/invitation/{token}")
    assert browser.get(f"{cast.desk}/staff").status_code == 200
    fresh = cast.stranger()
    fresh.get(f"/s/invitation/{tokens['leader']}")
    assert fresh.get(f"{cast.desk}/staff").status_code == 403


def test_sample_link_goes_where_it_is_told_inside_the_staff_tree(cast):
    token = cast.write(service.sample_link, cast.organisation_id, "organiser", None)
    where = cast.stranger().get(f"/s/invitation/{token}?next=/s/account").headers["Location"]
    assert where == "/s/account"
    assert cast.stranger().get(f"/s/invitation/{token}?next=https://evil.example/").headers["Location"] == "/s/"


def test_change_of_password_needs_the_old_one_and_keeps_this_browser(cast):
    lan = make_staff(cast, "lan", "moderator")
    here, elsewhere = cast.stranger(), cast.stranger()
    sign_in(here, "lan")
    sign_in(elsewhere, "lan")
    refused = post(here, "/s/account/password", "/s/account", old="sai mất rồi nhé", password="một câu hoàn toàn mới")
    assert refused.status_code == 422
    assert "Mật khẩu hiện tại chưa đúng" in refused.text
    done = post(here, "/s/account/password", "/s/account", old=PASSWORD, password="một câu hoàn toàn mới")
    assert done.status_code == 303
    assert (here.get("/s/account").status_code, elsewhere.get("/s/account").status_code) == (200, 303)
    assert len(sign_ins(cast, lan)) == 1
    assert staff_id_of(cast, "lan") == lan
