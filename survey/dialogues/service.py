"""Dialogues: make, change, copy; and the one place that counts versions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from collections.abc import Mapping
from typing import Any
from typing import cast

from sqlalchemy import Table
from sqlalchemy import bindparam
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from survey.core.clock import now
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.hand import Hand
from survey.core.hand import hand_of
from survey.core.ids import new_code
from survey.core.ids import new_id
from survey.core.prepared import Prepared
from survey.core.text import N_
from survey.core.text import clean_line
from survey.dialogues.entry import Entry
from survey.dialogues.models import Dialogue
from survey.dialogues.models import DialogueLog
from survey.dialogues.models import Topic
from survey.dialogues.state import OVER
from survey.dialogues.state import State
from survey.dialogues.state import check_step

THEME_LENGTH = 200
SHORTEST, LONGEST = 5, 1440  # minutes of a hall
MOST_TOPICS, TOPIC_LENGTH = 60, 80
# From the published reports of dialogues (docs/domain): the headings under which questions come in.
TOPICS = (
    "Lương, thu nhập, phụ cấp", "Việc làm, tuyển dụng", "Đánh giá, xếp loại; lấy phiếu tín nhiệm",
    "Quy hoạch, bổ nhiệm, luân chuyển", "Đào tạo, bồi dưỡng cán bộ trẻ", "Tổ chức bộ máy, biên chế, khối lượng việc",
    "Bố trí cán bộ đoàn quá tuổi", "Bảo vệ cán bộ dám nghĩ, dám làm", "Cải cách hành chính, dịch vụ công trực tuyến",
    "Chuyển đổi số, cơ sở vật chất, thiết bị", "An toàn thông tin", "Văn hóa, đạo đức công vụ",
    "Phối hợp phòng ban – xã, phường", "Khởi nghiệp, vay vốn, làng nghề, OCOP", "Vui chơi, văn hóa, thể thao",
    "Sinh hoạt Đoàn, công trình thanh niên", "Khen thưởng, sáng kiến", "Khác",
)  # fmt: skip
SETTINGS = frozenset({
    "theme", "leader", "host_unit", "place", "starts_at", "minutes", "writing_days", "pledge", "pre_moderation", "board_public",
    "listed", "people_shown", "ask_limit", "order_held", "screen", "rule", "turns", "site_turns", "leaders", "complaints",
    "key_days", "box_times", "timer_until",
})  # fmt: skip
RULES = frozenset({"rule", "turns", "site_turns"})  # of the order; fixed when the hall opens
COPIED = SETTINGS - {"starts_at", "order_held", "screen", "timer_until"} | {"entry"}

_DIALOGUES = cast(Table, Dialogue.__table__)
# What `load` does, for short writes: the dialogue first, and what is below it by a statement after this one.
LOCK = Prepared(select(_DIALOGUES.c.id).where(_DIALOGUES.c.id == bindparam("dialogue")).with_for_update())
_TOUCH = Prepared(
    update(_DIALOGUES)
    .where(_DIALOGUES.c.id == bindparam("dialogue"))
    .values(revision=_DIALOGUES.c.revision + 1, version=_DIALOGUES.c.version + bindparam("step"))
    .returning(_DIALOGUES.c.version)
)


def create(session: Session, organisation_id: str, theme: str, topics: tuple[str, ...] = TOPICS) -> dict[str, str]:
    """A new draft with defaults for everything but the theme: `{"id", "code"}`. Raises `Invalid`."""
    dialogue = Dialogue(id=new_id(), organisation_id=organisation_id, code=_free_code(session), theme=_theme(theme))
    session.add(dialogue)
    session.flush()
    set_topics(session, dialogue.id, topics)
    return {"id": dialogue.id, "code": dialogue.code}


def change(session: Session, dialogue_id: str, values: Mapping[str, Any]) -> None:
    """Set some of `SETTINGS`; everybody who looks sees it at once."""
    unknown = set(values) - SETTINGS
    assert not unknown, f"not a setting: {unknown}"
    dialogue = load(session, dialogue_id)
    if RULES & set(values) and dialogue.state not in {State.DRAFT, State.COLLECTING}:
        raise NotNow(N_("Cách xếp hạng chọn trước khi mở đối thoại. Nay đã mở nên giữ nguyên đến hết buổi."))
    if "key_days" in values and dialogue.keys_until is not None:
        raise NotNow(N_("Ngày hủy khóa đã công bố nên không đổi được nữa."))
    for name, value in values.items():
        setattr(dialogue, name, _theme(value) if name == "theme" else value)
    session.flush()
    touch(session, dialogue_id, public=True)


def set_entry(session: Session, dialogue_id: str, entry: str, *, issue_key: bytes | None = None) -> None:
    """Choose the way in, and by its public key the strong mode of the roll.

    Raises `NotNow` once a ballot is in or the hall was open, `Invalid` for no way that we know.
    """
    dialogue = load(session, dialogue_id)
    if entry not in set(Entry):
        message = N_("Hãy chọn một trong các cách vào phòng.")
        raise Invalid(message, {"entry": message})
    if (entry, issue_key) == (dialogue.entry, dialogue.issue_key):
        return
    if dialogue.ballots or dialogue.state not in {State.DRAFT, State.COLLECTING}:
        raise NotNow(N_("Đã có phiếu kín vào phòng nên không đổi cách vào được nữa. Hãy mở kỳ mới nếu cần cách khác."))
    dialogue.entry, dialogue.issue_key = entry, issue_key
    session.flush()
    touch(session, dialogue_id, public=True)


def change_key(session: Session, dialogue_id: str, issue_key: bytes) -> int:
    """Another key for the blind signatures; return how often it was changed by now. Only `lifecycle` calls this."""
    dialogue = load(session, dialogue_id)
    dialogue.former_key, dialogue.issue_key = dialogue.issue_key, issue_key
    dialogue.key_epoch += 1
    session.flush()
    touch(session, dialogue_id, public=True)
    return dialogue.key_epoch


def move(session: Session, dialogue_id: str, after: str, *, actor: str, at: dt.datetime | None = None) -> str:
    """Take one step of the life cycle and log it; return the state before. Only `lifecycle` calls this."""
    dialogue = load(session, dialogue_id)
    before = dialogue.state
    check_step(before, after)
    dialogue.state = after
    session.add(DialogueLog(
        id=new_id(), dialogue_id=dialogue_id, at=at or now(), actor=actor, before=before, after=after,
    ))  # fmt: skip
    session.flush()
    touch(session, dialogue_id, public=True)
    return before


def shuffled(session: Session, dialogue_ids: Collection[str]) -> None:
    """The files were written anew after the steps of these dialogues."""
    session.execute(update(Dialogue).where(Dialogue.id.in_(dialogue_ids)).values(unshuffled=False))


def copy(session: Session, dialogue_id: str) -> dict[str, str]:
    """ "Mở kỳ mới": a new draft with the same settings and topics, and nothing that a member ever did."""
    old = load(session, dialogue_id)
    names = session.scalars(select(Topic.name).where(Topic.dialogue_id == dialogue_id).order_by(Topic.position))
    made = create(session, old.organisation_id, old.theme, tuple(names))
    new = load(session, made["id"])
    for name in COPIED:
        setattr(new, name, getattr(old, name))
    session.flush()
    return made


def set_topics(session: Session, dialogue_id: str, names: tuple[str, ...]) -> None:
    """Make the topics these, in this order. A topic of the same name keeps its id, so its questions stay under it."""
    known = {topic.name: topic for topic in session.scalars(select(Topic).where(Topic.dialogue_id == dialogue_id))}
    wanted = list(dict.fromkeys(name for name in map(clean_line, names) if name))
    for position, name in enumerate(wanted):
        topic = known.pop(name, None)
        if topic is None:
            session.add(Topic(id=new_id(), dialogue_id=dialogue_id, position=position, name=name))
        else:
            topic.position = position
    for topic in known.values():
        session.delete(topic)
    session.flush()


def change_topics(session: Session, dialogue_id: str, names: tuple[str, ...]) -> None:
    """`set_topics` while the dialogue runs; everybody who looks sees it. Raises `Invalid` for too many or too long."""
    names = tuple(dict.fromkeys(name for name in map(clean_line, names) if name))
    if len(names) > MOST_TOPICS or any(len(name) > TOPIC_LENGTH for name in names):
        message = N_("Nhiều nhất 60 nhóm vấn đề, mỗi nhóm một dòng không quá 80 ký tự.")
        raise Invalid(message, {"topics": message})
    set_topics(session, dialogue_id, names)
    touch(session, dialogue_id, public=True)


def set_length(session: Session, dialogue_id: str, minutes: int) -> None:
    """Let the hall last so many minutes in all; the plan itself stays. Raises `Invalid`, and `NotNow` when it is over."""
    if not SHORTEST <= minutes <= LONGEST:
        message = N_("Buổi đối thoại dài từ 5 phút đến 24 giờ.")
        raise Invalid(message, {"minutes": message})
    dialogue = load(session, dialogue_id)
    if dialogue.phase in OVER:
        raise NotNow(N_("Đối thoại đã kết thúc nên không đổi giờ được nữa."))
    dialogue.ends_moved = minutes - dialogue.minutes
    session.flush()
    touch(session, dialogue_id, public=False)


def box_seen(session: Session, dialogue_id: str, at: dt.datetime) -> None:
    """The ballot box was looked at at this announced time; nobody sees that."""
    load(session, dialogue_id).box_seen = at


def box_least(session: Session, dialogue_id: str, least: int) -> None:
    """So many must be in the ballot box, as the roll is now."""
    load(session, dialogue_id).box_least = least
    session.flush()
    touch(session, dialogue_id, public=False)


def box_opened(session: Session, dialogue_id: str) -> None:
    """The opening has emptied the ballot box; from now on it is the gate."""
    load(session, dialogue_id).box_opened = True
    session.flush()
    touch(session, dialogue_id, public=False)


def touch(session: Session, dialogue_id: str, *, public: bool) -> int:
    """Count one change and announce it after the commit; return the public version.

    `public` only for what a neighbour may see: a pending question moves nothing on another phone.
    """
    known = session.identity_map.get(identity_key(Dialogue, dialogue_id))
    if known is not None:
        session.expire(known, ["version", "revision"])  # the row counts past what this session has read
    return touched(hand_of(session), dialogue_id, public=public)


def touched(hand: Hand, dialogue_id: str, *, public: bool) -> int:
    """`touch` in a short write."""
    hand.announce(dialogue_id)
    ((version,),) = hand.rows(_TOUCH, dialogue=dialogue_id, step=int(public))
    return int(version)


def touched_with(
    hand: Hand, dialogue_id: str, change: tuple[Prepared, dict[str, Any]], *, public: bool
) -> tuple[list[tuple[Any, ...]], int]:
    """A change and its `touch` in one round trip: the rows of the one, the version of the other."""
    hand.announce(dialogue_id)
    rows, ((version,),) = hand.several(change, (_TOUCH, {"dialogue": dialogue_id, "step": int(public)}))
    return rows, int(version)


def load(session: Session, dialogue_id: str) -> Dialogue:
    """The dialogue inside a write, held against other processes until the commit; raises `NotFound`.

    Take it before any row below it: two processes that lock in one order never wait for each other in a circle.
    """
    dialogue = session.get(Dialogue, dialogue_id, with_for_update=True)  # SQLite has one writer and ignores it
    if dialogue is None:
        raise NotFound(N_("Không còn đối thoại này."))
    return dialogue


def load_open(session: Session, dialogue_id: str) -> Dialogue:
    """The same, while anything in it may still change; `NotNow` once it is archived."""
    dialogue = load(session, dialogue_id)
    if dialogue.state == State.ARCHIVED:
        raise NotNow(N_("Đối thoại đã lưu trữ nên không đổi được nữa."))
    return dialogue


def _theme(raw: str) -> str:
    theme = clean_line(raw)
    if not 1 <= len(theme) <= THEME_LENGTH:
        message = N_("Hãy ghi chủ đề đối thoại, nhiều nhất 200 ký tự.")
        raise Invalid(message, {"theme": message})
    return theme


def _free_code(session: Session) -> str:
    while True:
        code = new_code()
        if session.scalar(select(Dialogue.id).where(Dialogue.code == code)) is None:
            return code
