"""Putting the program together: stores, guard, hub, blueprints."""

from __future__ import annotations

import datetime as dt
import gc
import logging
import threading
import time
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import contextmanager
from typing import Any

from flask import Flask
from flask import g
from flask import has_request_context
from flask import request
from flask import session
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.exc import SQLAlchemyError

from survey import cli
from survey import lifecycle
from survey.accounts import login
from survey.accounts import policy
from survey.accounts.views import blueprint as accounts
from survey.core.bus import Bus
from survey.core.clock import now
from survey.core.db import Database
from survey.core.errors import DomainError
from survey.core.errors import NoBallot
from survey.core.errors import NoSeat
from survey.core.errors import NotFound
from survey.core.errors import UnknownCode
from survey.core.keys import KeyStore
from survey.core.paths import resources
from survey.core.settings import Settings
from survey.core.stores import Stores
from survey.core.text import N_
from survey.desk import live as desk_live
from survey.desk.views import blueprint as desk
from survey.dialogues import entry
from survey.dialogues import queries as dialogues
from survey.dialogues.models import Dialogue
from survey.exports.views import blueprint as exports
from survey.live.hub import Hub
from survey.live.watch import watch
from survey.moderation.views import blueprint as moderation
from survey.pages import live as pages_live
from survey.pages.views import blueprint as pages
from survey.questionnaires.views import blueprint as questionnaires
from survey.questions.views import blueprint as questions
from survey.roll.models import Member
from survey.room import queries as ballots
from survey.room.views import blueprint as room
from survey.stage import live as stage_live
from survey.stage.views import blueprint as stage
from survey.web import assets
from survey.web import errors
from survey.web import guard
from survey.web import guesses
from survey.web import headers
from survey.web import i18n
from survey.web import limits
from survey.web import origin
from survey.web import store
from survey.web.proxy import TrustedProxies
from survey.web.serve import serve as run
from survey.web.session import TreeSessionInterface
from survey.web.session import tree_of

log = logging.getLogger("survey")
BLUEPRINTS = (pages, room, questions, questionnaires, moderation, accounts, desk, stage, exports)
LARGEST_UPLOAD = 8 * 1024 * 1024  # bytes; a spreadsheet of questions is far smaller
BALLOT_COOKIE = "ballot"


def create_app(settings: Settings) -> Flask:
    """The whole program over the databases of `settings`, which must be migrated already."""
    app = Flask("survey", template_folder=str(resources("templates")), static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=LARGEST_UPLOAD,
        SESSION_REFRESH_EACH_REQUEST=False,  # a late answer to another tab must not bring an old session back
        PERMANENT_SESSION_LIFETIME=dt.timedelta(days=30),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.https,
        WTF_CSRF_TIME_LIMIT=None,  # a page may stay open for a whole afternoon
        WTF_CSRF_SSL_STRICT=False,  # our own check of Origin and Sec-Fetch-Site does more
    )
    app.session_interface = TreeSessionInterface()
    _stores(app, settings)
    for part in (i18n, errors, headers, origin, limits, assets, login):
        part.init_app(app)
    CSRFProtect(app)
    guard.init_app(app, {"code": _with_code, "ballot": _with_ballot, "staff": _with_staff, "place": _with_place,
                          "roll": _on_roll, "seat": _with_seat})  # fmt: skip
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.context_processor(lambda: {"tree": tree_of(request.path) if has_request_context() else None})
    if settings.trusted_proxies:
        app.wsgi_app = TrustedProxies(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign]
    cli.init_app(app)
    return app


def _stores(app: Flask, settings: Settings) -> None:
    db, roll = Database(settings.database_url), Database(settings.roll_database_url)
    store.init_app(app, settings, db, roll, KeyStore(settings.key_dir))
    hub, bus = Hub(db, lambda language: _speaking(app, language)), Bus()
    for audience, surface in {**pages_live.SURFACES, **desk_live.SURFACES, **stage_live.SURFACES}.items():
        hub.register(audience, surface)
    bus.subscribe(hub.publish)
    db.on_commit(bus.publish)
    app.extensions.update(hub=hub, bus=bus)


@contextmanager
def _speaking(app: Flask, language: str) -> Iterator[None]:
    with app.app_context(), i18n.speaking(language):
        yield


def _with_code(args: Mapping[str, Any], _permission: str | None) -> None:
    try:
        g.dialogue = dialogues.public_by_code(store.reading(), args["code"])
    except UnknownCode:
        guesses.missed()
        raise
    g.ballot = ballots.ballot_of(store.reading(), g.dialogue.id, request.cookies.get(BALLOT_COOKIE))
    if g.ballot is None:
        guesses.found(g.dialogue.id)


def _with_ballot(args: Mapping[str, Any], permission: str | None) -> None:
    _with_code(args, permission)
    if g.ballot is None:
        raise NoBallot(N_("Máy này chưa vào phòng. Hãy vào phòng trước, rồi gửi lại; những gì bạn viết vẫn còn đây."))


def _on_roll(args: Mapping[str, Any], _permission: str | None) -> None:
    """The roll's side of a dialogue: this tree knows a member and never a ballot."""
    try:
        g.dialogue = dialogues.public_by_code(store.reading(), args["code"])
    except UnknownCode:
        guesses.missed()
        raise
    if not entry.by_roll(g.dialogue):
        raise NotFound(N_("Đối thoại này không vào theo danh sách. Hãy hỏi ban tổ chức."))


def _with_seat(args: Mapping[str, Any], permission: str | None) -> None:
    _on_roll(args, permission)
    g.member_id, g.phone = session.get("member"), session.get("phone")
    member = store.roll_reading().get(Member, g.member_id) if g.member_id else None
    if member is None or member.dialogue_id != g.dialogue.id or member.epoch != session.get("epoch"):
        raise NoSeat(N_("Hãy mở lại đường dẫn cá nhân của bạn, hoặc gõ mã tám chữ in bên dưới đường dẫn."))


def _with_staff(args: Mapping[str, Any], permission: str | None) -> None:
    identity = login.require_identity()
    g.identity, g.actor = identity, identity.actor
    organisation_id, dialogue_id = identity.organisation_id, None
    if "code" in args:
        g.dialogue = _known_to_staff(args["code"])
        organisation_id, dialogue_id = g.dialogue.organisation_id, g.dialogue.id
    if permission is not None:
        policy.require(identity, permission, organisation_id, dialogue_id)
    if dialogue_id is not None:
        guesses.welcome(dialogue_id)


def _known_to_staff(code: str) -> Dialogue:
    """The dialogue, or the same 404 as for somebody else's: staff of one house must not learn what another has."""
    try:
        return dialogues.by_code(store.reading(), code)
    except UnknownCode as error:
        raise NotFound(N_("Không có trang này. Hãy kiểm tra lại địa chỉ hoặc mã tham gia.")) from error


def _with_place(args: Mapping[str, Any], _permission: str | None) -> None:
    """The dialogue by id or by typed code, in any state, for `accounts`, which lies below dialogues."""
    known = args.get("dialogue_id")
    find = dialogues.by_id if known else dialogues.by_code
    try:
        g.dialogue = find(store.reading(), known or args["code"])
    except UnknownCode:
        guesses.missed()
        raise


def tidy(stores: Stores, every: float = 30.0) -> None:
    """Do what is due by itself, now and every `every` seconds for as long as the process lives."""

    def look() -> None:
        while True:
            try:
                lifecycle.sweep(stores, now())
            except (SQLAlchemyError, DomainError, OSError) as error:
                log.error("tidy: %s", type(error).__name__)  # next time
            time.sleep(every)

    threading.Thread(target=look, name="tidy", daemon=True).start()


def serve(app: Flask, *, demo: bool) -> None:
    """Print what the person at the console needs, then serve until stopped.

    Templates are compiled before the first phone comes: each would hold all streams up while it is.
    """
    settings: Settings = app.extensions["survey"]["settings"]
    for name in app.jinja_env.list_templates(extensions=["html"]):
        app.jinja_env.get_template(name)
    with app.app_context():
        cli.greet(demo=demo)
    gc.collect()
    gc.freeze()  # what lives as long as the process is not looked through again: that held the loop for 0.1 s and more
    watch(app.extensions["survey"]["db"], app.extensions["bus"])
    with app.app_context():
        tidy(store.stores())
    run(app, settings)
