"""Staff of the organisation and of a dialogue: roles, hand-over, throwing out, isolation."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from survey.accounts import queries
from survey.accounts import service
from survey.accounts.models import Grant
from survey.accounts.models import SignIn
from survey.accounts.models import Staff
from survey.core.errors import Conflict
from tests.accounts.helpers import PASSWORD
from tests.accounts.helpers import find
from tests.accounts.helpers import invitation
from tests.accounts.helpers import logged
from tests.accounts.helpers import make_staff
from tests.accounts.helpers import post
from tests.accounts.helpers import sign_in
from tests.accounts.helpers import sign_ins


def grant_of(cast, staff_id: str) -> Grant:
    with cast.reading() as session:
        return session.scalars(select(Grant).where(Grant.staff_id == staff_id)).one()


def roles_of(cast, staff_id: str) -> set[str]:
    with cast.reading() as session:
        return set(session.scalars(select(Grant.role).where(Grant.staff_id == staff_id)))


def browser_of(cast, login: str):
    browser = cast.stranger()
    assert sign_in(browser, login).status_code == 303
    return browser


def test_staff_page_invites_for_the_whole_organisation(cast):
    organiser = cast.staff("organiser", whole_organisation=True)
    page = post(organiser, "/s/staff/invitations", "/s/staff", name="Trần Văn Minh", role="secretary")
    assert page.status_code == 200
    path = find(r"/s/invitation/[\w-]+", page.text)
    assert "Trần Văn Minh" in organiser.get("/s/staff").text
    newcomer = cast.stranger()
    assert post(newcomer, path, login="minh", password=PASSWORD).headers["Location"] == "/s/"
    assert "invitation" in logged(cast)


def test_staff_page_refuses_a_screen_as_a_person_and_keeps_the_name(cast):
    organiser = cast.staff("organiser", whole_organisation=True)
    page = post(organiser, "/s/staff/invitations", "/s/staff", name="Trần Văn Minh", role="screen")
    assert page.status_code == 422
    assert 'value="Trần Văn Minh"' in page.text


def test_open_invitation_can_be_withdrawn(cast):
    path = invitation(cast, whole=True)
    organiser = cast.staff("organiser", whole_organisation=True)
    link_id = find(r"/s/staff/invitations/(\w+)/withdrawal", organiser.get("/s/staff").text)
    assert post(organiser, f"/s/staff/invitations/{link_id}/withdrawal", "/s/staff").status_code == 303
    assert cast.stranger().get(path).status_code == 404


def test_organiser_of_one_dialogue_does_not_reach_the_organisation(cast):
    lan = make_staff(cast, "lan", "moderator", whole=True)
    organiser = cast.staff("organiser")
    assert organiser.get(f"{cast.desk}/staff").status_code == 200
    assert organiser.get("/s/staff").status_code == 404
    page = f"{cast.desk}/staff"
    assert post(organiser, f"/s/staff/{lan}/reset", page).status_code == 404
    with cast.reading() as session:
        whole = session.scalars(select(Grant.id).where(Grant.staff_id == lan)).one()
    assert post(organiser, f"{cast.desk}/staff/grants/{whole}/removal", page).status_code == 404
    browser_of(cast, "lan")
    row = sign_ins(cast, lan)[0]
    assert post(organiser, f"{cast.desk}/staff/sign-ins/{row.id}/ending", page).status_code == 404
    assert len(sign_ins(cast, lan)) == 1


def test_dialogue_staff_page_lists_who_is_in_with_the_machine(cast):
    make_staff(cast, "lan", "moderator")
    phone = cast.stranger()
    phone.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (Linux; Android 9) Chrome/120"
    sign_in(phone, "lan")
    page = cast.staff("organiser").get(f"{cast.desk}/staff").text
    assert "Người lan" in page
    assert "Chrome · Android" in page


def test_thrown_out_browser_is_out_at_the_next_request(cast):
    lan = make_staff(cast, "lan", "moderator")
    browser = browser_of(cast, "lan")
    organiser = cast.staff("organiser")
    row = sign_ins(cast, lan)[0]
    assert service.still_in(cast.app.extensions["survey"]["db"], row.id)
    page = f"{cast.desk}/staff"
    assert post(organiser, f"{cast.desk}/staff/sign-ins/{row.id}/ending", page).status_code == 303
    assert browser.get("/s/account").status_code == 303
    assert not service.still_in(cast.app.extensions["survey"]["db"], row.id)
    assert "throw_out" in logged(cast)


def test_sign_out_everywhere_ends_each_browser(cast):
    lan = make_staff(cast, "lan", "moderator")
    browsers = [browser_of(cast, "lan") for _ in range(3)]
    assert post(browsers[0], "/s/account/sign-outs", "/s/account").status_code == 303
    assert [one.get("/s/account").status_code for one in browsers] == [200, 303, 303]
    post(browsers[0], "/s/account/sign-outs", "/s/account", here="1")
    assert sign_ins(cast, lan) == []


def test_own_browser_can_be_ended_and_nobody_elses(cast):
    lan, mai = make_staff(cast, "lan", "moderator"), make_staff(cast, "mai", "secretary")
    here, _other, foreign = browser_of(cast, "lan"), browser_of(cast, "lan"), browser_of(cast, "mai")
    other = next(row for row in sign_ins(cast, lan) if f"sign-ins/{row.id}/" in here.get("/s/account").text)
    assert post(here, f"/s/account/sign-ins/{other.id}/ending", "/s/account").status_code == 303
    assert len(sign_ins(cast, lan)) == 1
    theirs = sign_ins(cast, mai)[0].id
    assert post(here, f"/s/account/sign-ins/{theirs}/ending", "/s/account").status_code == 404
    assert foreign.get("/s/account").status_code == 200


def test_hand_over_gives_and_takes_in_one_write(cast):
    lan, mai = make_staff(cast, "lan", "moderator"), make_staff(cast, "mai", "secretary")
    giver = browser_of(cast, "lan")
    taker = browser_of(cast, "mai")
    assert giver.get(f"{cast.desk}/devices").status_code == 200
    assert taker.get(f"{cast.desk}/devices").status_code == 403
    page = f"{cast.desk}/handover"
    assert "Người mai" in giver.get(page).text
    held = grant_of(cast, lan)
    assert post(giver, page, grant=held.id, to=mai).status_code == 303
    assert (roles_of(cast, lan), roles_of(cast, mai)) == (set(), {"secretary", "moderator"})
    assert giver.get(f"{cast.desk}/devices").status_code == 404
    assert taker.get(f"{cast.desk}/devices").status_code == 200
    assert logged(cast).count("hand_over") == 1


def test_hand_over_ends_the_giver_s_streams_but_not_the_sign_in(cast):
    lan, mai = make_staff(cast, "lan", "moderator"), make_staff(cast, "mai", "secretary")
    browser_of(cast, "lan")
    db, row = cast.app.extensions["survey"]["db"], sign_ins(cast, lan)[0]
    place = ("moderate", cast.organisation_id, cast.dialogue_id)
    assert service.still_in(db, row.id, *place)
    cast.write(service.hand_over, grant_of(cast, lan).id, cast.organisation_id, mai, actor="test")
    assert not service.still_in(db, row.id, *place)
    assert service.still_in(db, row.id)


def test_hand_over_of_anothers_role_is_refused(cast):
    lan, mai = make_staff(cast, "lan", "moderator"), make_staff(cast, "mai", "secretary")
    browser = browser_of(cast, "mai")
    answer = post(browser, f"{cast.desk}/handover", grant=grant_of(cast, lan).id, to=mai)
    assert answer.status_code == 404
    assert roles_of(cast, lan) == {"moderator"}


def test_hand_over_by_link_moves_the_role_when_it_is_taken_up(cast):
    lan = make_staff(cast, "lan", "moderator")
    giver = browser_of(cast, "lan")
    page = post(giver, f"{cast.desk}/handover", grant=grant_of(cast, lan).id, name="Đỗ Hà")
    path = find(r"/s/invitation/[\w-]+", page.text)
    taker = cast.stranger()
    assert "thôi giữ vai trò này" in taker.get(path).text
    assert roles_of(cast, lan) == {"moderator"}, "reading moves nothing"
    assert post(taker, path, login="ha", password=PASSWORD).status_code == 303
    assert roles_of(cast, lan) == set()
    assert taker.get(f"{cast.desk}/devices").status_code == 200


def test_hand_over_by_link_after_the_role_was_lost_gives_nothing(cast):
    lan = make_staff(cast, "lan", "moderator")
    giver = browser_of(cast, "lan")
    held = grant_of(cast, lan)
    page = post(giver, f"{cast.desk}/handover", grant=held.id, name="Đỗ Hà")
    path = find(r"/s/invitation/[\w-]+", page.text)
    cast.write(service.revoke, held.id, cast.organisation_id, actor="test")
    assert post(cast.stranger(), path, login="ha", password=PASSWORD).status_code == 410
    with cast.reading() as session:
        assert session.scalar(select(Staff).where(Staff.login == "ha")) is None


def test_last_organiser_stays(cast):
    lan = make_staff(cast, "lan", "organiser", whole=True)
    with pytest.raises(Conflict):
        cast.write(service.revoke, grant_of(cast, lan).id, cast.organisation_id, actor="test")
    browser = browser_of(cast, "lan")
    answer = post(browser, f"/s/staff/grants/{grant_of(cast, lan).id}/removal", "/s/staff")
    assert "người duy nhất trong ban tổ chức" in browser.get(answer.headers["Location"]).text
    make_staff(cast, "mai", "organiser", whole=True)
    cast.write(service.revoke, grant_of(cast, lan).id, cast.organisation_id, actor="test")
    assert roles_of(cast, lan) == set()


def test_removed_staff_cannot_sign_in_and_the_log_keeps_the_name(cast):
    lan = make_staff(cast, "lan", "moderator")
    browser = browser_of(cast, "lan")
    organiser = cast.staff("organiser", whole_organisation=True)
    assert post(organiser, f"/s/staff/{lan}/removal", "/s/staff").status_code == 303
    assert browser.get("/s/account").status_code == 303
    assert sign_in(cast.stranger(), "lan").status_code == 422
    with cast.reading() as session:
        assert queries.names(session, [f"staff:{lan}", "cli"]) == {f"staff:{lan}": "Người lan", "cli": "cli"}


def test_grant_twice_is_one_role(cast):
    lan = make_staff(cast, "lan", "moderator", whole=True)
    cast.write(service.grant, lan, cast.organisation_id, "moderator")
    assert grant_of(cast, lan).role == "moderator"


def test_moderator_sees_no_staff_page(cast):
    moderator = cast.staff("moderator")
    assert moderator.get(f"{cast.desk}/staff").status_code == 403
    assert moderator.get("/s/staff").status_code == 404


OUTSIDE_GETS = ["staff", "devices", "handover"]


@pytest.mark.parametrize("page", OUTSIDE_GETS)
def test_isolation_pages_of_another_organisation_are_not_there(cast, page):
    assert cast.staff("organiser").get(f"{cast.desk}/{page}").status_code == 200, "it is there for its own people"
    assert cast.outsider().get(f"{cast.desk}/{page}").status_code == 404


def test_isolation_acts_on_another_organisation_change_nothing(cast):
    lan = make_staff(cast, "lan", "moderator")
    browser = browser_of(cast, "lan")
    path = invitation(cast, whole=True)
    held, row = grant_of(cast, lan), sign_ins(cast, lan)[0]
    with cast.reading() as session:
        link = queries.open_links(session, cast.organisation_id)[0]
    outsider = cast.outsider()
    assert outsider.get("/s/staff").status_code == 200, "an organiser, only of something else"
    assert "Người lan" not in outsider.get("/s/staff").text
    for act in (
        f"/s/staff/{lan}/reset",
        f"/s/staff/{lan}/sign-outs",
        f"/s/staff/{lan}/removal",
        f"/s/staff/grants/{held.id}/removal",
        f"/s/staff/grants/{held.id}/handover",
        f"/s/staff/invitations/{link.id}/withdrawal",
        f"{cast.desk}/staff/sign-ins/{row.id}/ending",
        f"{cast.desk}/staff/grants/{held.id}/removal",
        f"{cast.desk}/staff/grants",
        f"{cast.desk}/staff/invitations",
        f"{cast.desk}/devices/{row.id}/ending",
        f"{cast.desk}/devices/links",
        f"{cast.desk}/devices",
        f"/s/account/sign-ins/{row.id}/ending",
    ):
        answer = post(outsider, act, "/s/staff", to=lan, staff=lan, role="moderator", name="Lan", digits="000000")
        assert answer.status_code == 404, act
    assert roles_of(cast, lan) == {"moderator"}
    assert browser.get("/s/account").status_code == 200
    assert cast.stranger().get(path).status_code == 200
    with cast.reading() as session:
        assert session.get(SignIn, row.id).ended_at is None


def test_isolation_a_role_cannot_be_given_to_staff_of_another_organisation(cast):
    organiser = cast.staff("organiser")
    cast.outsider()
    with cast.reading() as session:
        stranger = session.scalars(select(Staff).where(Staff.organisation_id != cast.organisation_id)).one()
    answer = post(organiser, f"{cast.desk}/staff/grants", f"{cast.desk}/staff", staff=stranger.id, role="moderator")
    assert answer.status_code == 404
    assert stranger.id not in organiser.get(f"{cast.desk}/staff").text
    with cast.reading() as session:
        assert [held.organisation_id for held in queries.grants_of(session, stranger.id)] == [stranger.organisation_id]
