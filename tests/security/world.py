"""Two organisations, three dialogues, everybody in them, and what a thief would like to reach.

ours:   dialogue `here` (the one under attack) and dialogue `beside` (the other one of the same organisation)
        and dialogue `rolled`, which lets people in by its roll and by cards
theirs: dialogue `there` of another organisation; each organisation has a draft besides
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field
from functools import lru_cache
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import MetaData
from sqlalchemy import select
from werkzeug.test import TestResponse

from survey import lifecycle
from survey.accounts import devices
from survey.accounts import links
from survey.accounts import passwords
from survey.accounts import service as accounts
from survey.accounts.models import Grant
from survey.accounts.models import Link
from survey.accounts.models import SignIn
from survey.core.clock import now
from survey.core.columns import Base
from survey.core.columns import RollBase
from survey.core.ids import digest
from survey.dialogues import queries as dialogues
from survey.dialogues import service as dialogue_service
from survey.dialogues import sites
from survey.followups import attachments
from survey.followups import deadlines
from survey.followups import ideas
from survey.followups import links as unit_links
from survey.followups import recommendations
from survey.followups import reports as unit_reports
from survey.followups import setting_deadlines
from survey.followups.models_ideas import Thread
from survey.followups.models_recommendations import Recommendation
from survey.followups.tasks import Said
from survey.followups.tasks import stood
from survey.moderation import asking_back
from survey.organisations import units
from survey.questionnaires import batches
from survey.questionnaires import building
from survey.questionnaires import items
from survey.questionnaires import polls
from survey.questionnaires import service as answering
from survey.questionnaires import sharing
from survey.questionnaires.plans import Plan
from survey.questions import groups
from survey.questions import queries as questions
from survey.questions import service as asking
from survey.questions.state import State
from survey.roll import corrections
from survey.roll import heads
from survey.roll import issuing
from survey.roll import people
from survey.roll import secrets
from survey.roll import service as roll_service
from survey.room import tickets
from tests.conftest import csrf

JSON = {"Accept": "application/json"}
_TOKEN = re.compile(r"I[0-9A-Za-z_-]{50,}\.[0-9A-Za-z_-]{5,8}\.[0-9A-Za-z_-]{20,}")
PASSWORD = "một câu dài dễ nhớ"
# Who comes. The first four hold no sign-in; staff hold one role in `here` alone; the last three belong elsewhere. The
# seated one is on the roll of `rolled` and has opened the personal link.
NOBODY = ("stranger", "member", "other_member", "seated")
STAFF = ("organiser", "moderator", "secretary", "leader", "co_chair", "door", "scrutineer", "host", "screen")
ELSEWHERE = ("chief", "neighbour", "outsider")
PEOPLE = NOBODY + STAFF + ELSEWHERE
PHONES = ("An", "Bình", "Chi")  # three more members of `here`, who have done nothing yet
LETTERS = {
    "organiser": "O", "moderator": "M", "secretary": "S", "leader": "L", "co_chair": "C", "screen": "P", "door": "D",
    "scrutineer": "K",
    "host": "H",
}  # fmt: skip


@dataclass
class Place:
    """One dialogue and the ids of all that hangs on it."""

    organisation_id: str
    id: str
    code: str
    ids: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.ids[name]


@dataclass
class World:
    """The app, its three dialogues, and a browser for each of `PEOPLE`."""

    app: Flask
    here: Place
    beside: Place
    there: Place
    draft: Place
    rolled: Place
    host: str = "localhost"
    people: dict[str, FlaskClient] = field(default_factory=dict)
    tokens: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def db(self) -> Any:
        return self.app.extensions["survey"]["db"]

    @property
    def roll(self) -> Any:
        return self.app.extensions["survey"]["roll"]

    @property
    def keys(self) -> Any:
        return self.app.extensions["survey"]["keys"]

    def token(self, who: str, path: str) -> str:
        """A CSRF token that is right for this browser and this path's tree; "" where the tree has no session."""
        tree = "/".join(path.split("/")[: 3 if path.startswith(("/d/", "/m/")) else 2])
        if not tree.startswith(("/d/", "/m/", "/s")):
            return ""
        if (who, tree) not in self.tokens:
            page = {"d": f"{tree}/leave", "m": tree, "s": "/s/recovery"}[tree[1]]
            self.tokens[who, tree] = csrf(self.people[who], page)
        return self.tokens[who, tree]

    def ask(self, who: str, method: str, path: str, form: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        """A request as this person's browser sends it: with its cookies and a good token. A stream is not begun."""
        headers = {**JSON, **options.pop("headers", {})}
        if method not in {"GET", "HEAD"}:
            headers.setdefault("X-CSRFToken", self.token(who, path))
        return self.people[who].open(path, method=method, data=form, headers=headers, buffered=False, **options)

    def fetch_tokens(self) -> None:
        """Let every browser get its tokens for the room, the members' side and the desk now."""
        for who in self.people:
            for path in (f"/d/{self.here.code}", f"/m/{self.rolled.code}", "/s/"):
                self.token(who, path)

    @contextmanager
    def dry(self) -> Iterator[None]:
        """What is written inside works and is undone at once, and browsers keep their cookies: nothing has happened."""
        self.fetch_tokens()
        kept = {who: dict(browser._cookies or {}) for who, browser in self.people.items()}
        both = (self.db, self.roll)
        for store in both:
            store.write, store.write_briefly = _undone(store, "write"), _undone(store, "write_briefly")
        try:
            yield
        finally:
            for store in both:
                del store.write, store.write_briefly
            for who, cookies in kept.items():
                self.people[who]._cookies = cookies


def _undone(store: Any, name: str) -> Any:
    """`store.write` or `store.write_briefly`, whose work is undone once it has given its result."""
    real = getattr(type(store), name)

    class Undo(Exception):
        pass

    def write(fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        def job(session: Any) -> None:
            raise Undo(fn(session, *args, **kwargs))

        try:
            return real(store, job)
        except Undo as undone:
            return undone.args[0]

    return write


def build(app: Flask, host: str = "localhost") -> World:
    """All of it, in an app over fresh databases that is called `host`."""
    db = app.extensions["survey"]["db"]
    ours, theirs = (db.write(accounts.create_organisation, name) for name in ("Tỉnh đoàn Cà Mau", "Sở Nội vụ"))
    here, beside, there = (_place(app, organisation) for organisation in (ours, ours, theirs))
    draft = db.write(lifecycle.prepare, app.extensions["survey"]["keys"], theirs, "Còn là bản nháp")
    world = World(app, here, beside, there, Place(theirs, draft["id"], draft["code"]), _rolled(app, ours), host)
    for place in (here, beside, there, world.rolled):
        _roll_things(world, place)
    _people(world)
    for who in PHONES:
        world.people[who] = app.test_client()
        enter(world.people[who], here.code)
    for place in (here, beside, there, world.rolled):
        made = db.write(unit_links.make, place.id, [place["unit"]], actor="test", anew=True)
        place.ids["unit_link"] = made[place["unit"]]
        kept = attachments.keep(app.extensions["survey"]["settings"].data_dir, "cong-van.pdf", b"%PDF-1.7")
        place.ids |= db.write(_task, place, kept)
        if "questionnaire" in place.ids:
            place.ids["results_link"] = db.write(sharing.share, place.id, place["questionnaire"])
            place.ids |= db.write(_poll, place.id)
    feeds = {each: db.write(setting_deadlines.new_feed, each) for each in (ours, theirs)}
    for place in (here, beside, there, world.rolled):
        place.ids["feed"] = feeds[place.organisation_id]
        place.ids["thread"] = db.write(_thread, world, place)
    for place, chief in ((here, "chief"), (beside, "chief"), (there, "outsider")):
        _staff_things(world, place, chief)
    return world


def _task(session: Any, place: Place, kept: attachments.Kept) -> dict[str, str]:
    """What a unit has to do, its report that waits, and the file that came with it."""
    todo: dict[str, Any] = {"body": "Làm sân bóng đá", "unit_id": place["unit"], "due": deadlines.today()}
    made = recommendations.create(session, place.id, **todo, actor="test")
    said = {made: Said("working", "Đang làm")}
    report = unit_reports.take(session, place.id, place["unit"], said, actor="unit", via=unit_reports.LINK).kept[made]
    file = attachments.add(session, made, kept, actor="unit", report_id=report)
    free = recommendations.create(session, place.id, body="Chưa ai được giao", actor="test")
    mark = stood(session.get_one(Recommendation, made))
    return {"recommendation": made, "report": report, "stood": mark, "attachment": file, "free_recommendation": free}


def _place(app: Flask, organisation_id: str) -> Place:
    db, keys = app.extensions["survey"]["db"], app.extensions["survey"]["keys"]
    made = db.write(lifecycle.prepare, keys, organisation_id, "Lãnh đạo tỉnh đối thoại với cán bộ trẻ")
    place = Place(organisation_id, made["id"], made["code"])
    db.write(lifecycle.open_hall, place.id, actor="test")
    place.ids |= db.write(_fill, keys, place.id)
    return place


def _rolled(app: Flask, organisation_id: str) -> Place:
    db, keys = app.extensions["survey"]["db"], app.extensions["survey"]["keys"]
    made = db.write(lifecycle.prepare, keys, organisation_id, "Đối thoại theo danh sách và thẻ")
    db.write(lifecycle.set_entry, keys, made["id"], "roll+tickets")
    db.write(lifecycle.collect, made["id"], actor="test")
    return Place(organisation_id, made["id"], made["code"])


def _roll_things(world: World, place: Place) -> None:
    """A unit, members on the frozen roll, a request, a site and a printing. Only `rolled` lets anybody in by them."""
    db, roll = world.db, world.roll
    link, weak = world.keys.get(place.id, "link"), world.keys.get(place.id, "weak")
    place.ids["unit"] = db.write(units.add, place.organisation_id, None, f"Chi đoàn {place.code}")
    place.ids["free_unit"] = db.write(units.add, place.organisation_id, None, f"Đơn vị trống {place.code}")

    def enrol(session: Any, name: str, **more: Any) -> str:
        code = f"{name}-{place.code}"
        return people.add(session, link, place.id, people.Person(code, f"Nguyễn {name}", place["unit"]), **more)

    for name in ("member", "bound", "carded", "own_seat"):
        place.ids[name] = roll.write(enrol, name)
    roll.write(roll_service.freeze, place.id, actor="test")
    place.ids["head"] = roll.write(heads.make_links, place.id, None, actor="test")[place["unit"]]
    place.ids["added"] = roll.write(enrol, "added", added="door", reason="Đơn vị bỏ sót")
    roll.write(issuing.issue_weak, weak, place.id, place["bound"], "p" * 27, now())
    roll.write(issuing.hand_card, place.id, place["carded"])
    roll.write(corrections.ask, place.id, place["member"], "correct", "Tên tôi là An")
    place.ids["request"] = place["member"]
    place.ids["batch"] = f"batch-{place.code}"
    key = world.keys.get(place.id, "ticket")
    db.write(sites.add, place.id, "Huyện Cái Nước", 40)
    db.write(tickets.print_batch, key, place.id, place["batch"], 8, 1, actor="test")


def _fill(session: Any, keys: Any, dialogue: str) -> dict[str, str]:
    ids = {"topic": dialogues.topics(session, dialogue)[0].id}
    for state in ("pending", "held", "rejected", "approved", "second", "answered"):
        author = questions.author_mark(keys.get(dialogue, "ask"), "0" * 32, state)
        made = asking.add(
            session, dialogue, f"Câu hỏi đang {state} của đoàn viên", ids["topic"], author=author,
            state=State.APPROVED if state == "second" else State(state),
        )  # fmt: skip
        ids[state] = made.id
    key, (leading, other) = keys.get(dialogue, "vote"), (
        asking.add(session, dialogue, f"Câu {name} của nhóm", None, state=State.APPROVED).id for name in ("chính", "khác")
    )  # fmt: skip
    groups.merge(session, key, dialogue, leading, [other])
    ids["leading"] = leading
    ids["questionnaire"] = building.create(session, dialogue, "Trước đối thoại")
    ids["item"] = items.add_item(session, dialogue, ids["questionnaire"], "text", {"label": "Bạn mong gì?"})
    items.add_item(session, dialogue, ids["questionnaire"], "rating", {"label": "Mức hài lòng", "steps": "5"})
    building.open_(session, dialogue, ids["questionnaire"])
    ids["draft"] = building.create(session, dialogue, "Phiếu còn soạn")
    ids["draft_item"] = items.add_item(
        session, dialogue, ids["draft"], "single", {"label": "Chọn gì?", "options": "Lương\nNhà ở"}
    )
    items.add_item(session, dialogue, ids["draft"], "text", {"label": "Còn gì nữa?"})
    return ids


def _poll(session: Any, dialogue: str) -> dict[str, str]:
    """A poll that is open and has been answered in words, and one that is kept ready; the screens stay as they were."""
    screen = dialogues.by_id(session, dialogue).screen
    asked = polls.start(session, dialogue, Plan("short", "Một điều cần đổi?"))
    item = answering.items_of(session, asked)[0].id
    for ballot in range(5):
        answering.respond(session, asked, bytes([ballot]) * 16, {item: {"": ["Bớt họp"]}})
    batches.release(session, asked)  # what waits is on no page and cannot be decided on
    dialogue_service.change(session, dialogue, {"screen": screen})
    return {
        "poll": asked,
        "poll_item": item,
        "ready_poll": polls.prepare(session, dialogue, Plan("yesno", "Họp tối không?")),
    }


def _thread(session: Any, world: World, place: Place) -> str:
    """A thread of the box of ideas that has reached the office and a unit; in `here` the member's own."""
    cookie = world.people["member"].get_cookie("ballot", world.host, f"/d/{place.code}")
    ballot = digest(cookie.value).hex() if cookie else "0" * 32
    author = ideas.author_mark(world.keys.get(place.id, "ask"), ballot, "own-1")
    thread = Thread(
        id=f"thread{place.code.lower()}", dialogue_id=place.id, author=author, body="Mỗi xã một góc đọc sách", waits=False,
        unit_id=place["unit"], mute=b"m" * 16,
    )  # fmt: skip
    session.add(thread)
    session.flush()
    return thread.id


def _people(world: World) -> None:
    here = world.here
    for name in PEOPLE:
        world.people[name] = world.app.test_client()
    enter(world.people["member"], here.code)
    enter(world.people["other_member"], world.beside.code)
    ballot = world.people["other_member"].get_cookie("ballot", world.host, f"/d/{world.beside.code}")
    assert ballot is not None
    # a ballot that is tried at the wrong door
    world.people["other_member"].set_cookie("ballot", ballot.value, domain=world.host, path=f"/d/{here.code}")
    sit(world, "seated", world.rolled, world.rolled["own_seat"])
    own = _ask_a_question(world)
    here.ids["own"] = own
    world.db.write(asking_back.ask_back, here.id, own, actor="test")
    for role in STAFF[:-1]:
        sign_in(world, role, here.organisation_id, role, here.id)
    admit(world, "screen", here)
    sign_in(world, "chief", here.organisation_id, "organiser", None)
    sign_in(world, "neighbour", here.organisation_id, "organiser", world.beside.id)
    sign_in(world, "outsider", world.there.organisation_id, "organiser", None)


def enter(phone: FlaskClient, code: str) -> None:
    """Let a phone into a room."""
    answer = phone.post(f"/d/{code}/entry", data={"csrf_token": csrf(phone, f"/d/{code}")})
    assert answer.status_code == 303, answer.text


def sit(world: World, who: str, place: Place, member_id: str) -> None:
    """Let a browser open the personal link of a member."""
    with world.roll.reading() as session:
        personal = secrets.personal(world.keys.get(place.id, "link"), people.load(session, place.id, member_id))
    answer = world.ask(who, "POST", f"/m/{place.code}/session", {"token": personal.token})
    assert answer.status_code == 200, answer.text


def _ask_a_question(world: World) -> str:
    form = {"body": "Bao giờ có nhà ở cho cán bộ trẻ?", "client_id": "own-1"}
    answer = world.ask("member", "POST", f"/d/{world.here.code}/questions", form)
    assert answer.status_code == 201, answer.text
    return str(answer.get_json()["id"])


def sign_in(world: World, who: str, organisation_id: str, role: str, dialogue_id: str | None) -> None:
    """Sign somebody in who holds one role, by the sample link that tests use."""
    token = world.db.write(accounts.sample_link, organisation_id, role, dialogue_id, name=f"Thử {who}")
    assert world.people[who].get(f"/s/invitation/{token}").status_code == 303
    assert world.people[who].get("/s/").status_code == 200, "what is said once is said"
    for place in (world.here, world.beside, world.there):  # the hall does not see this browser's screen
        world.people[who].set_cookie(f"own_screen_{place.code}", "1", domain=world.host, path="/s")


def admit(world: World, who: str, place: Place, role: str = "screen") -> None:
    """Let a device in by its digits."""
    device = world.people[who]
    form = {"code": place.code, "role": role, "csrf_token": csrf(device, "/s/device")}
    assert device.post("/s/device", data=form).status_code == 303
    with world.db.reading() as session:
        from survey.accounts import queries

        digits = queries.waiting(session, place.id)[-1].digits
    world.db.write(devices.admit, place.id, place.organisation_id, digits, actor="test")
    assert device.get("/s/device/state").status_code == 303


@lru_cache(1)
def _hashed() -> str:
    return passwords.hashed(PASSWORD)


def _staff_things(world: World, place: Place, chief: str) -> None:
    def make(session: Any) -> None:
        from survey.accounts.staff import add_grant
        from survey.accounts.staff import add_staff

        where = (place.organisation_id,)
        place.ids["staff"] = add_staff(session, *where, f"lan.{place.id}", "Nguyễn Thị Lan", _hashed())
        place.ids["grant"] = add_grant(session, place["staff"], *where, "moderator", place.id)
        place.ids["whole_grant"] = add_grant(session, place["staff"], *where, "secretary", None)
        place.ids["invitation"] = links.invite(session, *where, "moderator", place.id, "Trần Văn Bình", actor="test")
        place.ids["device_link"] = devices.link_for(session, place.id, *where, "screen", "Màn chiếu", actor="test")
        for name in ("invitation", "device_link"):
            link = session.scalar(select(Link).where(Link.token == digest(place[name])))
            place.ids[f"{name}_id"] = link.id

    world.db.write(make)
    browser = world.app.test_client()
    form = {"login": f"lan.{place.id}", "password": PASSWORD, "csrf_token": csrf(browser, "/s/sign-in")}
    assert browser.post("/s/sign-in", data=form).status_code == 303
    world.people[f"lan {place.code}"] = browser
    world.people[f"device {place.code}"] = world.app.test_client()
    admit(world, f"device {place.code}", place)
    with world.db.reading() as session:
        mine = select(SignIn.id).where(SignIn.staff_id == place["staff"])
        place.ids["sign_in"] = session.scalar(mine)
        place.ids["device"] = session.scalar(
            select(SignIn.id).where(SignIn.dialogue_id == place.id).order_by(SignIn.opened_at.desc()).limit(1)
        )
        local = select(SignIn.id).join(Grant, Grant.staff_id == SignIn.staff_id).where(Grant.dialogue_id == place.id)
        place.ids["local_sign_in"] = session.scalar(local.where(SignIn.staff_id != place["staff"])) or place["sign_in"]
        place.ids["chief_grant"] = session.scalar(
            select(Grant.id).where(Grant.organisation_id == place.organisation_id, Grant.role == "organiser")
        )


def contents(app: Flask) -> dict[str, list[str]]:
    """Every row of every table of both databases, as text; when somebody was last seen is left out."""
    found: dict[str, list[str]] = {}
    for name, metadata in (("db", Base.metadata), ("roll", RollBase.metadata)):
        with app.extensions["survey"][name].reading() as session:
            for table in _tables(metadata):
                columns = [column for column in table.columns if column.name != "seen_at"]
                found[table.name] = sorted(repr(tuple(row)) for row in session.execute(select(*columns)))
    return found


def _tables(metadata: MetaData) -> Any:
    return metadata.sorted_tables


def fingerprint(app: Flask) -> str:
    """`contents` in one short string."""
    return hashlib.sha256(repr(contents(app)).encode()).hexdigest()


def without_tokens(page: str) -> str:
    """A page without what is random in every answer: the CSRF tokens."""
    return _TOKEN.sub("TOKEN", page)
