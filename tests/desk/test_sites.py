"""Sites: the organiser's list, and a host who prints, sees and voids only what is the own site's."""

from __future__ import annotations

import re

import pytest

from survey.accounts import queries as accounts
from survey.accounts import service
from survey.dialogues import queries as dialogues
from survey.dialogues import sites
from survey.room import tickets
from survey.room.tickets import Count
from tests.conftest import csrf
from tests.conftest import make_cast
from tests.desk.test_cards import CODE
from tests.desk.test_cards import JSON
from tests.desk.test_cards import send

PASSWORD = "một câu dài dễ nhớ"


@pytest.fixture
def cast(app):
    """A hall that is open to cards, with two sites."""
    cast = make_cast(app, "open_hall", entry="tickets")
    for name, cards in (("Huyện Cái Nước", 20), ("Huyện U Minh", 40)):
        cast.write(sites.add, cast.dialogue_id, name, cards)
    return cast


def stored(cast):
    with cast.reading() as session:
        return [(site.number, site.name, site.cards) for site in dialogues.sites(session, cast.dialogue_id)]


def count(cast, site=None):
    with cast.reading() as session:
        return tickets.count(session, cast.dialogue_id, site)


def test_the_organiser_adds_changes_and_removes(cast):
    organiser, here = cast.staff("organiser"), f"{cast.desk}/sites"
    assert send(organiser, here, here, name=" Thành phố  Cà Mau ", cards="60").location == f"{here}#site-3"
    assert send(organiser, here, here, name="Năm Căn", cards="0", number="12").location == f"{here}#site-12"
    assert send(organiser, f"{here}/3", here, **{"name-3": "TP Cà Mau", "cards-3": "75"}).status_code == 303
    assert send(organiser, f"{here}/12/removal", here).status_code == 303
    assert stored(cast) == [(1, "Huyện Cái Nước", 20), (2, "Huyện U Minh", 40), (3, "TP Cà Mau", 75)]
    assert "Đã xóa điểm cầu 12." in organiser.get(here).text


def test_many_sites_come_in_one_paste_or_not_at_all(cast):
    organiser, here = cast.staff("organiser"), f"{cast.desk}/sites"
    lines = "Huyện Năm Căn, 40\r\n\r\nĐầm Dơi\t35\r\nSố 7, phố Lý Bôn\r\n"
    assert send(organiser, f"{here}/lines", here, lines=lines).status_code == 303
    assert stored(cast)[2:] == [(3, "Huyện Năm Căn", 40), (4, "Đầm Dơi", 35), (5, "Số 7, phố Lý Bôn", 0)]
    wrong = "Huyện Ngọc Hiển, 10\nHuyện Thới Bình, 999999"
    answer = send(organiser, f"{here}/lines", here, lines=wrong)
    assert answer.status_code == 422
    assert "Huyện Thới Bình, 999999" in answer.text
    assert len(stored(cast)) == 5


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": "", "cards": "5"}, "name"), ({"name": "x" * 121, "cards": "5"}, "name"),
        ({"name": "Huyện", "cards": "nhiều"}, "cards"), ({"name": "Huyện", "cards": "-1"}, "cards"),
        ({"name": "Huyện", "cards": "5", "number": "2"}, "number"),
        ({"name": "Huyện", "cards": "5", "number": "0"}, "number"),
    ],
)  # fmt: skip
def test_a_refused_site_is_shown_again(cast, typed, field):
    organiser, here = cast.staff("organiser"), f"{cast.desk}/sites"
    answer = send(organiser, here, here, **typed)
    assert answer.status_code == 422
    assert f'id="{field}-e"' in answer.text
    assert all(f'value="{value}"' in answer.text for value in typed.values() if value)
    assert len(stored(cast)) == 2


def test_a_refused_change_is_shown_again_in_its_row(cast):
    organiser, here = cast.staff("organiser"), f"{cast.desk}/sites"
    answer = send(organiser, f"{here}/2", here, **{"name-2": "Huyện U Minh Thượng", "cards-2": "bốn mươi"})
    assert answer.status_code == 422
    (row,) = re.findall(r'<li id="site-2">.*?</li>', answer.text, re.DOTALL)
    assert 'value="Huyện U Minh Thượng"' in row
    assert 'value="bốn mươi"' in row
    assert 'id="site-2-e"' in row
    assert stored(cast)[1] == (2, "Huyện U Minh", 40)


def test_a_site_with_cards_stays(cast):
    organiser, here = cast.staff("organiser"), f"{cast.desk}/sites"
    cast.cards(8, site=1)
    assert f'formaction="{here}/1/removal"' not in organiser.get(here).text
    answer = send(organiser, f"{here}/1/removal", here)
    assert answer.status_code == 409
    assert "đã in thẻ nên không xóa được" in answer.text
    assert len(stored(cast)) == 2


def test_a_host_goes_straight_to_the_own_site(cast):
    host = cast.staff("host", site=2)
    assert host.get(f"{cast.desk}/sites").location == f"{cast.desk}/sites/2"
    page = host.get(f"{cast.desk}/sites/2").text
    assert "Huyện U Minh" in page
    assert "Huyện Cái Nước" not in page
    assert "Điểm cầu được in 40 thẻ, còn in được 40." in page
    assert f'href="{cast.desk}/sites"' in host.get("/s/").text


def test_a_host_without_a_site_is_told_so(cast):
    assert cast.staff("host").get(f"{cast.desk}/sites").status_code == 403


@pytest.mark.parametrize("number", ["1", "3", "9999"])
def test_the_site_of_somebody_else_is_closed_whether_it_is_there_or_not(cast, number):
    host, path = cast.staff("host", site=2), f"{cast.desk}/sites/{number}"
    token = csrf(host, f"{cast.desk}/sites/2")
    forms = {"": None, "/cards": {"cards": "8"}, "/cards/sheets/voiding": {"sheets": "1"}, "/cards/returns": {"lines": "x"},
             "/cards/batches/abcdefgh/voiding": {}}  # fmt: skip
    cast.cards(8, site=1)
    for ending, form in forms.items():
        data = None if form is None else {"csrf_token": token, **form}
        answer = host.open(path + ending, method="GET" if form is None else "POST", data=data)
        assert answer.status_code == 403, ending
        assert "Huyện" not in answer.text
    assert count(cast) == Count(8, 0, 0)


@pytest.mark.parametrize("number", ["0", "01", "-1", "x", "12345", "١"])
def test_an_odd_number_is_no_site(cast, number):
    assert cast.staff("organiser").get(f"{cast.desk}/sites/{number}").status_code == 404
    assert cast.staff("organiser").get(f"{cast.desk}/sites/7").status_code == 404


def test_a_host_changes_no_site(cast):
    host, here = cast.staff("host", site=2), f"{cast.desk}/sites/2"
    for path in ("", "/lines", "/2", "/2/removal"):
        assert send(host, f"{cast.desk}/sites{path}", here, name="x", cards="1").status_code == 403
    assert host.get(f"{cast.desk}/cards").status_code == 403


def test_a_host_prints_the_share_and_voids_the_own_cards(cast):
    host, here = cast.staff("host", site=1), f"{cast.desk}/sites/1"
    hall = cast.cards(8)
    printed = send(host, f"{here}/cards", here, cards="20")
    codes = CODE.findall(printed.text)
    assert (printed.status_code, len(codes)) == (200, 20)
    assert "Tờ 2 · 1. Huyện Cái Nước" in printed.text
    more = send(host, f"{here}/cards", here, cards="1")
    assert more.status_code == 422
    assert "còn được in 0 thẻ" in more.text
    assert send(host, f"{here}/cards", here, cards="4", site="2").status_code == 422, "the form's site is not asked"
    lines = f"{codes[0]}\n{hall[0]}"
    form = {"csrf_token": csrf(host, here), "lines": lines}
    assert [one["state"] for one in host.post(f"{here}/cards/returns", data=form, headers=JSON).json["lines"]] == [
        "voided", "elsewhere",
    ]  # fmt: skip
    refused = send(host, f"{here}/cards/sheets/voiding", here, sheets="1")
    assert refused.status_code == 422
    assert send(host, f"{here}/cards/sheets/voiding", here, sheets="2").status_code == 303
    (batch,) = re.findall(r'formaction="([^"]+/voiding)"', host.get(here).text)
    assert send(host, batch, here).status_code == 303
    assert (count(cast, 1), count(cast, 0)) == (Count(20, 0, 20), Count(8, 0, 0))
    assert host.get(here, headers=JSON).json["sites"] == {
        "1": {"printed": 20, "used": 0, "void": 20, "missing": 0}
    }  # fmt: skip


def test_a_host_cannot_void_the_printing_of_another_site(cast):
    cast.cards(8, site=2)
    with cast.reading() as session:
        batch = tickets.batches(session, cast.dialogue_id, 2)[0].id
    host, here = cast.staff("host", site=1), f"{cast.desk}/sites/1"
    assert send(host, f"{here}/cards/batches/{batch}/voiding", here).status_code == 404
    assert count(cast, 2) == Count(8, 0, 0)


def test_an_organiser_opens_every_site(cast):
    organiser = cast.staff("organiser")
    cast.cards(8, site=2)
    page = organiser.get(f"{cast.desk}/sites/2").text
    assert "Mời người phụ trách" in page
    assert "còn in được 32" in page


def invite(cast, **form):
    organiser, page = cast.staff("organiser"), f"{cast.desk}/staff"
    return send(organiser, f"{page}/invitations", page, **form)


def test_a_host_is_invited_for_one_site(cast):
    answer = invite(cast, name="Lê Thị Hoa", role="host", site="2")
    assert answer.status_code == 200
    path = re.findall(r"/s/invitation/[\w-]+", answer.text)[0]
    newcomer = cast.stranger()
    assert "phụ trách điểm cầu 2" in newcomer.get(path).text
    form = {"csrf_token": csrf(newcomer, path), "login": "hoa.le", "password": PASSWORD}
    joined = newcomer.post(path, data=form)
    assert joined.location == f"{cast.desk}/sites"
    assert newcomer.get(f"{cast.desk}/sites").location == f"{cast.desk}/sites/2"
    assert newcomer.get(f"{cast.desk}/sites/2").status_code == 200
    assert newcomer.get(f"{cast.desk}/sites/1").status_code == 403
    organiser = cast.staff("organiser")
    assert "Phụ trách: Lê Thị Hoa" in organiser.get(f"{cast.desk}/sites").text
    assert "Phụ trách điểm cầu 2" in organiser.get(f"{cast.desk}/staff").text


@pytest.mark.parametrize("site", ["", "7", "x"])
def test_a_host_needs_a_site_that_is_there(cast, site):
    answer = invite(cast, name="Lê Thị Hoa", role="host", site=site)
    assert answer.status_code == 422
    assert 'id="site-e"' in answer.text
    assert 'value="Lê Thị Hoa"' in answer.text


def test_other_roles_have_no_site_and_the_house_has_no_host(cast):
    assert invite(cast, name="Lê Thị Hoa", role="door", site="2").status_code == 200
    with cast.reading() as session:
        assert [link.site for link in accounts.open_links(session, cast.organisation_id, cast.dialogue_id)] == [None]
    chief = cast.staff("organiser", whole_organisation=True)
    assert send(chief, "/s/staff/invitations", "/s/staff", name="Lê Thị Hoa", role="host").status_code == 422


def test_a_colleague_is_given_a_site_and_then_another(cast):
    staff_id = cast.write(service.create_staff, cast.organisation_id, "binh", "Trần Văn Bình", PASSWORD)
    organiser, page = cast.staff("organiser"), f"{cast.desk}/staff"
    for site in ("1", "2"):
        given = send(organiser, f"{page}/grants", page, staff=staff_id, role="host", site=site)
        assert given.status_code == 303
    with cast.reading() as session:
        assert [(held.role, held.site) for held in accounts.grants_of(session, staff_id)] == [("host", 2)]
    send(organiser, f"{page}/grants", page, staff=staff_id, role="host", site="9")
    assert "Hãy chọn điểm cầu" in organiser.get(page).text


def test_a_host_that_is_handed_over_keeps_its_site(cast):
    chief = cast.staff("organiser", whole_organisation=True)
    one, two = (cast.write(service.create_staff, cast.organisation_id, name, f"Người {name}") for name in ("an", "ba"))
    held = cast.write(service.grant, one, cast.organisation_id, "host", cast.dialogue_id, site=2)
    assert send(chief, f"/s/staff/grants/{held}/handover", "/s/staff", to=two).status_code == 303
    with cast.reading() as session:
        assert [(grant.role, grant.site) for grant in accounts.grants_of(session, two)] == [("host", 2)]
