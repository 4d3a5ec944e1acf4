"""How the people of a sample came in, and what those hold who may still come: cards, or links into a frozen roll."""

from __future__ import annotations

import datetime as dt
import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert
from sqlalchemy import update
from sqlalchemy.orm import Session

from survey.core.clock import local
from survey.core.clock import now
from survey.core.ids import digest
from survey.core.ids import new_id
from survey.core.ids import new_token
from survey.core.ids import token_from
from survey.core.stores import Stores
from survey.core.text import fold
from survey.dialogues.entry import BY_ROLL
from survey.dialogues.entry import BY_TICKETS
from survey.dialogues.entry import Entry
from survey.organisations import units
from survey.roll import secrets as links
from survey.roll import service as roll
from survey.roll.issuing import Mode
from survey.roll.models import Issue
from survey.roll.models import Member
from survey.room import tickets
from survey.room.models import Ticket

AT_ONCE = 500  # rows of one statement
PER_UNIT = 14  # members of a usual branch
FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý", "Đinh")
MIDDLE = ("Thị", "Văn", "Minh", "Thanh", "Ngọc", "Quốc", "Hoàng", "Thu", "Đức", "Kim", "Hữu", "Mỹ")
GIVEN = (
    "An", "Bình", "Châu", "Dũng", "Đạt", "Giang", "Hà", "Hân", "Huy", "Khánh", "Lan", "Linh", "Long", "Mai", "Nam", "Ngân",
    "Nhung", "Oanh", "Phúc", "Phương", "Quân", "Quyên", "Sơn", "Tâm", "Thảo", "Thủy", "Trang", "Trung", "Uyên", "Vinh", "Yến",
)  # fmt: skip
BRANCHES = (
    ("Đoàn Khối các cơ quan", "Đoàn Sở Nội vụ", "Chi đoàn Văn phòng Sở Nội vụ"),
    ("Đoàn Khối các cơ quan", "Đoàn Sở Nội vụ", "Chi đoàn Thanh tra Sở Nội vụ"),
    ("Đoàn Khối các cơ quan", "Đoàn Sở Tài chính", "Chi đoàn Quản lý ngân sách"),
    ("Đoàn Khối các cơ quan", "Chi đoàn Sở Tư pháp"),
    ("Đoàn Khối các cơ quan", "Chi đoàn Sở Khoa học và Công nghệ"),
    ("Đoàn xã Đất Mũi", "Chi đoàn Ủy ban nhân dân xã Đất Mũi"),
    ("Đoàn xã Đất Mũi", "Chi đoàn Trạm Y tế xã Đất Mũi"),
    ("Đoàn phường 5", "Chi đoàn Ủy ban nhân dân phường 5"),
    ("Đoàn phường 5", "Chi đoàn Trường Tiểu học phường 5"),
    ("Đoàn xã Tân Ân", "Chi đoàn Ủy ban nhân dân xã Tân Ân"),
    ("Đoàn xã Viên An", "Chi đoàn Ủy ban nhân dân xã Viên An"),
    ("Đoàn các trường", "Chi đoàn giáo viên Trường THPT Phan Ngọc Hiển"),
    ("Đoàn các trường", "Chi đoàn giáo viên Trường THPT Hồ Thị Kỷ"),
    ("Đoàn Bệnh viện Đa khoa tỉnh", "Chi đoàn Khoa Khám bệnh"),
    ("Đoàn Bệnh viện Đa khoa tỉnh", "Chi đoàn Khoa Cấp cứu"),
)


@dataclass(frozen=True, slots=True)
class Hall:
    """The dialogue, and where its two sides are reached."""

    dialogue_id: str
    organisation_id: str
    code: str
    room_url: str
    roll_url: str
    strong: bool = False  # ballots by link are signed without being seen


@dataclass(frozen=True, slots=True)
class Come:
    """Ballots that are in, as hex digits, and the entries of as many people who may still come."""

    ballots: list[str]
    entries: list[str]


def come(stores: Stores, hall: Hall, entry: str, members: int) -> Come:
    """Let `members` in by this way, and invite as many again.

    By roll and cards half come by each. The counts agree: issued and used cards are what is in, nobody has both.
    """
    by_card = {Entry.TICKETS: members, Entry.ROLL_AND_TICKETS: members // 2}.get(Entry(entry), 0)
    by_link = members - by_card if entry in BY_ROLL else 0
    ballots = [digest(new_token()) for _ in range(members - by_link)]
    entries: list[str] = []
    if entry in BY_TICKETS:
        entries += _cards(stores, hall, by_card)
    if entry in BY_ROLL:
        issued, free = _roll(stores, hall, by_link, by_card)
        ballots += issued
        entries += free
    return Come([ballot.hex() for ballot in ballots], entries)


def _cards(stores: Stores, hall: Hall, number: int) -> list[str]:
    """Print two cards a head and use every other one, as the box would have it: in no order."""
    key = stores.keys.get(hall.dialogue_id, "ticket")
    codes: list[str] = []
    while len(codes) < 2 * number:
        cards = min(tickets.MOST_CARDS, 2 * number - len(codes))
        printed = stores.db.write(tickets.print_batch, key, hall.dialogue_id, new_id(), cards, actor="cli")
        codes += [code for sheet in printed for code in sheet]
    drawn = set(random.Random(4).sample(range(len(codes)), number))  # noqa: S311 - a sample, the same each time
    stores.db.write(_use, hall.dialogue_id, [tickets.card_mark(key, codes[place]) for place in drawn])
    return [f"{hall.room_url}/d/{hall.code}/entry?ticket={c}" for place, c in enumerate(codes) if place not in drawn]


def _use(session: Session, dialogue_id: str, marks: list[bytes]) -> None:
    of_this = update(Ticket).where(Ticket.dialogue_id == dialogue_id)
    for start in range(0, len(marks), AT_ONCE):
        session.execute(of_this.where(Ticket.mark.in_(marks[start : start + AT_ONCE])).values(state=tickets.State.USED))


def _roll(stores: Stores, hall: Hall, by_link: int, by_card: int) -> tuple[list[bytes], list[str]]:
    """A frozen roll of two people a seat that is taken; the ballots of those by link, and links for as many who are free."""
    total = 2 * (by_link + by_card)
    paths = BRANCHES[: max(1, min(len(BRANCHES), total // PER_UNIT))]
    known = stores.db.write(units.ensure_all, hall.organisation_id, paths)
    key, weak = (stores.keys.get(hall.dialogue_id, purpose) for purpose in ("link", "weak"))
    made = stores.roll.write(_enrol, key, hall.dialogue_id, [known[path] for path in paths], total)
    stores.roll.write(roll.freeze, hall.dialogue_id, actor="cli")
    links_of_free = [
        f"{hall.roll_url}/m/{hall.code}#{token}" for _member_id, token in made[by_link + by_card :][:by_link]
    ]
    in_by_link, with_card = made[:by_link], made[by_link : by_link + by_card]
    taken = [m for m, _token in in_by_link], [m for m, _token in with_card]
    stores.roll.write(_issue, hall.dialogue_id, *taken, Mode.BLIND if hall.strong else Mode.WEAK)
    secret_of = [_secret(hall, weak, member_id) for member_id, _token in in_by_link]
    return [digest(secret) for secret in secret_of], links_of_free


def _secret(hall: Hall, weak: bytes, member_id: str) -> str:
    """The secret of a ballot by link: in the strong mode nothing that anybody could make again."""
    return new_token() if hall.strong else token_from(weak, "ballot", hall.dialogue_id, member_id)


def _enrol(
    session: Session, key: bytes, dialogue_id: str, unit_ids: Sequence[str], total: int
) -> list[tuple[str, str]]:
    """Members with made-up names in units of uneven size: (id, secret of the link), in no order of the list."""
    found, chance = roll.ensure(session, dialogue_id), random.Random(5)  # noqa: S311 - names of a sample
    found.purpose = "Phát phiếu kín cho đối thoại này, mỗi người một phiếu."
    found.notice = "Danh sách mẫu. Tên, mã và số điện thoại đều do máy đặt ra."
    found.delete_on = local(now()).date() + dt.timedelta(days=roll.USUAL_DAYS)
    weights = [1 + 3 / (place + 1) for place in range(len(unit_ids))]
    made = []
    for number in range(1, total + 1):
        name, code = " ".join(chance.choice(part) for part in (FAMILY, MIDDLE, GIVEN)), f"DV{number:05}"
        member = Member(
            id=new_id(), dialogue_id=dialogue_id, unit_id=chance.choices(unit_ids, weights)[0], code=code, name=name,
            folded=fold(f"{name} {code}"), epoch=0, phone=f"0900{number:06}",
        )  # fmt: skip
        links.seal(key, member)
        session.add(member)
        made.append((member.id, links.personal(key, member).token))
    session.flush()
    secrets.SystemRandom().shuffle(made)
    return made


def _issue(session: Session, dialogue_id: str, by_link: list[str], by_card: list[str], mode: Mode) -> None:
    """Take these seats, each by a phone that nobody has or by a card."""
    rows: list[dict[str, object]] = [
        {"dialogue_id": dialogue_id, "member_id": member, "mode": mode, "bound": secrets.token_bytes(16),
         "request": secrets.token_bytes(16) if mode == Mode.BLIND else None}
        for member in by_link
    ]  # fmt: skip
    rows += [{"dialogue_id": dialogue_id, "member_id": member, "mode": Mode.CARD, "bound": None} for member in by_card]
    if rows:
        session.execute(insert(Issue), rows)
