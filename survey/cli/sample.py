"""Build a whole dialogue out of a scene: staff links, ballots, questions, votes. Figures are exact and repeatable."""

from __future__ import annotations

import datetime as dt
import random
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from survey import lifecycle
from survey.accounts import service as accounts
from survey.cli import sample_entry
from survey.cli import sample_sites
from survey.cli.scenes import SCENES
from survey.cli.scenes import Scene
from survey.core.clock import ZONE
from survey.core.db import Database
from survey.core.keys import KeyStore
from survey.core.stores import Stores
from survey.dialogues import queries as dialogue_queries
from survey.dialogues import service as dialogues
from survey.dialogues.entry import BY_ROLL
from survey.dialogues.entry import Entry
from survey.dialogues.models import Dialogue
from survey.dialogues.service import TOPICS
from survey.moderation import service as moderation
from survey.questionnaires import sample as questionnaires
from survey.questions import service as questions
from survey.questions.models import Question
from survey.questions.models import Support
from survey.questions.queries import author_mark
from survey.questions.queries import voter_mark
from survey.questions.state import BOARD
from survey.questions.state import State
from survey.room import places
from survey.room.models import Ballot

PEOPLE = {
    "organiser": "Nguyễn Thu Hà", "moderator": "Trần Quốc Bảo", "secretary": "Lê Thị Mai", "leader": "Phạm Văn Nam",
    "screen": "Màn hình hội trường",
}  # fmt: skip
AT_THE_DOOR = {"door": "Võ Minh Đức", "scrutineer": "Đặng Thị Hoa"}  # where there are cards or a roll
PATH = {
    "draft": (), "collecting": ("collect",), "live": ("open_hall",), "closed": ("open_hall", "close"),
    "concluded": ("open_hall", "close", "conclude"), "archived": ("open_hall", "close", "conclude", "archive"),
}  # fmt: skip
PLACES = ("xã Đất Mũi", "xã Tân Ân", "phường 5", "xã Khánh Bình", "phường 9", "xã Viên An", "xã Hàm Rồng")


@dataclass(frozen=True, slots=True)
class Wish:
    """What the sample shall hold."""

    scene: str
    members: int | None = None
    questions: int | None = None
    votes: int | None = None
    state: str = "live"
    entry: str = Entry.OPEN
    weak: bool = False  # by roll: in the weak mode, where by itself ballots are signed without being seen


def build(stores: Stores, wish: Wish, base_url: str, roll_url: str | None = None) -> dict[str, Any]:
    """Make the dialogue and return `{"code", "url", "staff": {role: link}, "entries": [link, ...]}`.

    `entries` are cards or personal links that are still good, as many as members are in; none in `open`.
    """
    scene, db, keys = SCENES[wish.scene], stores.db, stores.keys
    organisation_id = db.write(accounts.create_organisation, scene.organisation)
    made = db.write(lifecycle.prepare, keys, organisation_id, scene.theme)
    db.write(_set_up, made["id"], scene)
    db.write(lifecycle.set_entry, keys, made["id"], wish.entry, strong=not wish.weak)
    strong = wish.entry in BY_ROLL and not wish.weak
    hall = sample_entry.Hall(made["id"], organisation_id, made["code"], base_url, roll_url or base_url, strong=strong)
    come = sample_entry.come(stores, hall, wish.entry, scene.members if wish.members is None else wish.members)
    ballots = db.write(_ballots, made["id"], come.ballots)
    where = db.write(sample_sites.stand, keys, made["id"], scene.sites, ballots)
    ids = db.write(_questions, keys, made["id"], _texts(scene, wish.questions), ballots, where)
    db.write(_votes, keys, made["id"], ids, ballots, scene.votes if wish.votes is None else wish.votes)
    db.write(questionnaires.build, keys.get(made["id"], "response"), made["id"], ballots)
    _advance(db, made["id"], wish.state)
    if strong:  # whoever is in came with the opening's filling: it is over
        db.write(dialogues.box_opened, made["id"])
    staff = links(
        db, organisation_id, made["id"], made["code"], base_url, door=wish.entry != Entry.OPEN, host=bool(scene.sites)
    )
    return {**staff, "entries": come.entries}


def links(
    db: Database,
    organisation_id: str,
    dialogue_id: str,
    code: str,
    base_url: str,
    *,
    door: bool = False,
    host: bool = False,
) -> dict[str, Any]:
    """New sign-in links into a sample: what `build` returns."""
    people = {**PEOPLE, **(AT_THE_DOOR if door else {})}
    tokens = {
        role: db.write(accounts.sample_link, organisation_id, role, _scope(role, dialogue_id), name=name)
        for role, name in people.items()
    }
    if host:
        tokens["host"] = db.write(
            accounts.sample_link, organisation_id, "host", dialogue_id, name=sample_sites.HOST, site=1
        )
    return {
        "code": code,
        "url": f"{base_url}/d/{code}",
        "staff": {role: f"{base_url}/s/invitation/{token}" for role, token in tokens.items()},
        "entries": [],
    }


def _scope(role: str, dialogue_id: str) -> str | None:
    """The organiser of a sample may also make a dialogue of their own; the others belong to this one."""
    return None if role == "organiser" else dialogue_id


def _set_up(session: Session, dialogue_id: str, scene: Scene) -> None:
    starts_at = dt.datetime.combine(dt.date.fromisoformat(scene.day), dt.time(8), ZONE)
    dialogues.change(session, dialogue_id, {
        "leader": scene.leader, "host_unit": scene.host_unit, "place": scene.place, "starts_at": starts_at,
        "pledge": scene.pledge, "listed": True, "site_turns": bool(scene.sites),
    })  # fmt: skip
    dialogues.load(session, dialogue_id).sample = True


def _texts(scene: Scene, wanted: int | None) -> list[tuple[int, str]]:
    """As many questions as wanted: the scene's own first, then the same as asked from other places."""
    own, texts = scene.questions, list(scene.questions[:wanted])
    for n in range(len(own), wanted or 0):
        topic, text = own[n % len(own)]
        texts.append((topic, f"{text} ({PLACES[n % len(PLACES)]}, ý kiến {n})"))
    return texts


def _ballots(session: Session, dialogue_id: str, ballots: list[str]) -> list[str]:
    """Let these in, on phones that nobody holds."""
    rows = [{"dialogue_id": dialogue_id, "ballot": bytes.fromhex(ballot)} for ballot in sorted(ballots)]
    if rows:
        session.execute(insert(Ballot), rows)
    session.execute(update(Dialogue).where(Dialogue.id == dialogue_id).values(ballots=Dialogue.ballots + len(rows)))
    dialogues.touch(session, dialogue_id, public=True)
    return ballots


def _questions(
    session: Session,
    keys: KeyStore,
    dialogue_id: str,
    texts: list[tuple[int, str]],
    ballots: list[str],
    where: Mapping[str, int],
) -> list[str]:
    """One in ten still waits for the moderator; the others stand on the board."""
    named = places.named(session, dialogue_id)
    topics = {topic.name: topic.id for topic in dialogue_queries.topics(session, dialogue_id)}
    chance, key, ids = random.Random(1), keys.get(dialogue_id, "ask"), []
    for n, (topic, text) in enumerate(texts):
        ballot = chance.choice(ballots) if ballots else ""
        author = author_mark(key, ballot, secrets.token_hex(8)) if ballot else None
        site = where.get(ballot) if where.get(ballot) in named else None
        state = State.PENDING if n % 10 == 9 else State.APPROVED
        topic_id = topics.get(TOPICS[topic])
        ids.append(questions.add(session, dialogue_id, text, topic_id, state=state, author=author, site=site).id)
    dialogues.touch(session, dialogue_id, public=True)
    return ids


def _votes(session: Session, keys: KeyStore, dialogue_id: str, ids: list[str], ballots: list[str], number: int) -> None:
    """Exactly `number` supports, as unevenly spread as in a real hall: few questions that most want, many that some do."""
    of_this = Question.dialogue_id == dialogue_id
    shown = set(session.scalars(select(Question.id).where(of_this, Question.state.in_(BOARD))))
    wanted = [question_id for question_id in ids if question_id in shown]
    weights = [1 / (place + 3) ** 0.8 for place in range(len(wanted))]
    chance, key = random.Random(2), keys.get(dialogue_id, "vote")
    pairs: set[tuple[str, str]] = set()
    limit = min(number, len(wanted) * len(ballots))
    while len(pairs) < limit:
        drawn = zip(chance.choices(wanted, weights, k=limit), chance.choices(ballots, k=limit), strict=True)
        for pair in drawn:
            if len(pairs) == limit:
                break
            pairs.add(pair)
    rows = [{"question_id": q, "voter": voter_mark(key, ballot, q)} for q, ballot in pairs]
    if rows:
        session.execute(insert(Support), rows)
    counted = select(func.count()).where(Support.question_id == Question.id).scalar_subquery()
    session.execute(
        update(Question)
        .where(of_this)
        .values(supporters=Question.carried + counted)
        .execution_options(synchronize_session=False)
    )
    dialogues.touch(session, dialogue_id, public=True)


def _advance(db: Database, dialogue_id: str, state: str) -> None:
    """Through the life cycle; a live hall has two answers behind it and one under way."""
    for step in PATH[state]:
        db.write(getattr(lifecycle, step), dialogue_id, actor="cli")
        if step == "open_hall":
            db.write(_some_answers, dialogue_id)


def _some_answers(session: Session, dialogue_id: str) -> None:
    statement = (
        select(Question.id)
        .where(Question.dialogue_id == dialogue_id, Question.state == State.APPROVED)
        .order_by(Question.supporters.desc(), Question.tie)
        .limit(3)
    )
    top = list(session.scalars(statement))
    for question_id, act in zip(top[1:] + top[:1], ("answer", "put_in_writing", "call"), strict=False):
        moderation.decide(session, dialogue_id, question_id, act, actor="cli", permission="answer")
    note = "Ghi nhận. Giao Sở Nội vụ cùng đơn vị liên quan rà soát, trả lời trong quý."
    if len(top) == 3:
        moderation.set_note(session, dialogue_id, top[0], note, actor="cli")
        numbers = [site.number for site in dialogue_queries.sites(session, dialogue_id)]
        sample_sites.raise_hands(session, dialogue_id, top[0], numbers)
    dialogues.change(session, dialogue_id, {"screen": "ranking"})
