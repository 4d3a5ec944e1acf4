"""Putting the program together: stores, guard, hub, blueprints."""

from __future__ import annotations

import gc
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

from flask import Flask
from flask import has_request_context
from flask import request

from survey import cli
from survey import lifecycle
from survey.accounts import login
from survey.accounts.views import blueprint as accounts
from survey.core import held
from survey.core import running
from survey.core.bus import EVERYTHING
from survey.core.bus import FORGET
from survey.core.bus import Bus
from survey.core.clock import now
from survey.core.common import COMMON
from survey.core.db import Database
from survey.core.keys import KeyStore
from survey.core.paths import resources
from survey.core.settings import BadSetting
from survey.core.settings import Settings
from survey.core.shared_bus import SharedBus
from survey.core.stores import Stores
from survey.desk import live as desk_live
from survey.desk.views import blueprint as desk
from survey.dialogues import keyring
from survey.doors import CHECKS
from survey.exports import jobs
from survey.exports.views import blueprint as exports
from survey.followups import attachments
from survey.followups import publishing
from survey.followups.views import blueprint as followups
from survey.live.hub import Hub
from survey.live.watch import watch
from survey.machine.lag import Lag
from survey.machine.reached import Reached
from survey.machine.readings import Machine
from survey.machine.views import blueprint as machine
from survey.moderation.passing import PASSING
from survey.moderation.presence import PRESENCE
from survey.moderation.views import blueprint as moderation
from survey.pages import live as pages_live
from survey.pages.views import blueprint as pages
from survey.public import webhooks
from survey.public.views import blueprint as public
from survey.questionnaires import batches
from survey.questionnaires.stepping import Steps
from survey.questionnaires.views import blueprint as questionnaires
from survey.questions import releasing
from survey.questions.taking import POOL
from survey.questions.views import blueprint as questions
from survey.roll.views import blueprint as roll
from survey.room.phone import KEPT_FOR
from survey.room.views import blueprint as room
from survey.spare import tending
from survey.stage import live as stage_live
from survey.stage.views import blueprint as stage
from survey.web import assets
from survey.web import errors
from survey.web import guard
from survey.web import headers
from survey.web import i18n
from survey.web import limits
from survey.web import logs
from survey.web import origin
from survey.web import shut
from survey.web import store
from survey.web.compiled import compile_all
from survey.web.proxy import TrustedProxies
from survey.web.rules import LateRule
from survey.web.serve import open_many_files
from survey.web.serve import serve as run
from survey.web.session import TreeSessionInterface
from survey.web.session import tree_of

T = TypeVar("T")
log = logging.getLogger("survey")
BLUEPRINTS = (
    machine,
    pages,
    public,
    room,
    roll,
    questions,
    questionnaires,
    moderation,
    followups,
    accounts,
    desk,
    stage,
    exports,
)
LARGEST_UPLOAD = 8 * 1024 * 1024  # bytes; a spreadsheet of questions is far smaller


def create_app(settings: Settings) -> Flask:
    """The whole program over the databases of `settings`, which must be migrated already."""
    app = Flask("survey", template_folder=str(resources("templates")), static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=LARGEST_UPLOAD,
        SESSION_REFRESH_EACH_REQUEST=False,  # a late answer to another tab must not bring an old session back
        PERMANENT_SESSION_LIFETIME=KEPT_FOR,  # a place on the roll as long as its ballot; staff end sooner, by their row
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.https,
        WTF_CSRF_TIME_LIMIT=None,  # a page may stay open for a whole afternoon
        WTF_CSRF_SSL_STRICT=False,  # our own check of Origin and Sec-Fetch-Site does more
    )
    app.url_rule_class = LateRule
    app.ensure_sync = _as_it_is  # type: ignore[method-assign, assignment]
    app.session_interface = TreeSessionInterface()
    _stores(app, settings)
    logs.init_app(settings.log_format)
    limits.init_app(app, settings.redis_url)
    for part in (i18n, errors, headers, shut, origin, assets, login):
        part.init_app(app)
    origin.Tokens(app)
    guard.init_app(app, CHECKS)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.context_processor(lambda: {"tree": tree_of(request.path) if has_request_context() else None})
    if settings.trusted_proxies:
        app.wsgi_app = TrustedProxies(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign]
    cli.init_app(app)
    return app


def _as_it_is(view: T) -> T:
    """No view is a coroutine; Flask would ask that ten times a request."""
    return view


def _stores(app: Flask, settings: Settings) -> None:
    db, roll = Database(settings.database_url), Database(settings.roll_database_url)
    keys = KeyStore(settings.key_dir)
    COMMON.connect(settings.redis_url, settings.secret_key, partial(keys.get, purpose="ask"))
    store.init_app(app, settings, db, roll, keys)
    hub, bus = Hub(db, lambda language: _speaking(app, language)), _bus(settings)
    for audience, surface in {**pages_live.SURFACES, **desk_live.SURFACES, **stage_live.SURFACES}.items():
        hub.register(audience, surface)
    bus.subscribe(_forget)
    reached = Reached(settings.secret_key, bus)
    tokens = partial(POOL.hear, partial(keys.get, purpose="judge"))
    for listener in (PRESENCE.hear, PASSING.mark, tokens, reached.hear, hub.publish):
        bus.subscribe(listener)
    steps = Steps(db)
    db.on_commit(lambda channels: _publish(bus, steps.hear(channels)))
    pending = {"exports": lambda: jobs.working(settings.data_dir), "webhooks": lambda: webhooks.waiting(db)}
    box = app.extensions["survey"]["box"]
    app.extensions.update(
        hub=hub, bus=bus, steps=steps, reached=reached,
        machine=Machine(settings, (db, roll), box, hub, bus, Lag(), pending),
    )  # fmt: skip


def _publish(bus: Bus, channels: frozenset[str]) -> None:
    if channels:
        bus.publish(channels)


def _bus(settings: Settings) -> Bus:
    """Within this process, or shared with others."""
    if settings.redis_url is None:
        return Bus()
    try:
        return SharedBus(settings.redis_url)
    except ImportError:
        raise BadSetting("REDIS_URL: needs the extra `redis` (pip install 'doi-thoai[redis]').") from None


def _forget(channels: frozenset[str]) -> None:
    """Drop what this process holds of texts that were overwritten; before the streams look, so that none comes back."""
    if any(name.startswith(FORGET) for name in channels):
        held.forget()


@contextmanager
def _speaking(app: Flask, language: str) -> Iterator[None]:
    with app.app_context(), i18n.speaking(language):
        yield


def tidy(stores: Stores, data_dir: Path, every: float = 30.0) -> None:
    """Do what is due by itself, now and every `every` seconds for as long as the process lives."""

    def look() -> None:
        while True:
            try:
                lifecycle.sweep(stores, now())
                with stores.db.reading() as session:
                    attachments.sweep(data_dir, session)
                    publishing.sweep(data_dir, session)
                jobs.sweep(data_dir, now())
            except Exception as error:  # noqa: BLE001 -- a thread that ended would leave keys alive without a word
                log.error("tidy: %s", type(error).__name__)  # next time
            time.sleep(every)

    threading.Thread(target=look, name="tidy", daemon=True).start()


def tend(db: Database, bus: Bus, every: float = 1.0) -> None:
    """Keep an eye on the open queues: how long questions wait, and which pass by themselves."""

    def look() -> None:
        while True:
            time.sleep(every)
            try:
                if channels := PASSING.look(db):
                    bus.publish(channels)
            except Exception as error:  # noqa: BLE001 -- a thread that ended would leave keys alive without a word
                PASSING.mark(frozenset({EVERYTHING}))  # next time
                log.error("tend: %s", type(error).__name__)

    threading.Thread(target=look, name="tend", daemon=True).start()


def gather(db: Database, every: float = releasing.LOOK) -> None:
    """Let questions and short answers that wait for each other go on, on beats of the clock."""

    def look() -> None:
        clock = releasing.Clock(time.time())
        while True:
            time.sleep(every)
            publishing, minute = clock.beats(time.time())
            try:
                batches.look(db, minute=minute)
                releasing.look(db, publishing=publishing, minute=minute)
            except Exception as error:  # noqa: BLE001 -- a thread that ended would leave keys alive without a word
                log.error("gather: %s", type(error).__name__)  # what was due is due at the next beat, too

    threading.Thread(target=look, name="gather", daemon=True).start()


def tell(app: Flask, every: float = 15.0) -> None:
    """Tell other programs what has changed, apart from everything else: a slow receiver keeps nobody waiting."""
    settings: Settings = app.extensions["survey"]["settings"]
    db: Database = app.extensions["survey"]["db"]

    def look() -> None:
        while True:
            time.sleep(every)
            try:
                webhooks.look(db, settings.secret_key, settings.base_url or "", now())
            except Exception as error:  # noqa: BLE001 -- what was due is due the next time, too
                log.error("tell: %s", type(error).__name__)

    threading.Thread(target=look, name="tell", daemon=True).start()


def check_keys(stores: Stores) -> None:
    """Stop where this host has other keys than the one before it: the same phone would count twice.

    Keys that are missing close their dialogues to votes, so a restore without them still shows everything else.
    """
    found = keyring.compare(stores)
    if found.others:
        raise SystemExit(
            f"KEY_DIR: {found.others} keys are others than those this database was made with. Hosts share one KEY_DIR."
        )
    if found.missing:
        log.warning("KEY_DIR: %s keys are missing; their dialogues are closed to votes.", found.missing)
    if strangers := keyring.strangers(stores):
        log.warning(
            "KEY_DIR: keys of %s dialogues that this database does not know (an older copy?); see `check`, `destroy-keys`.",
            len(strangers),
        )


def start(app: Flask) -> None:
    """What a process that serves does besides answering; once, after gevent has patched and before the first phone comes.

    Templates are compiled now, or were at an earlier start: each would hold all streams up while it is.
    """
    settings: Settings = app.extensions["survey"]["settings"]
    logs.steady()
    running.hold(settings.data_dir)
    if not settings.read_only:
        with app.app_context():
            check_keys(store.stores())
    compile_all(app, settings.data_dir, settings.secret_key)
    open_many_files()
    gc.freeze()  # what was loaded lives as long as the process: looking it through held the loop for 0.1 s and more
    gc.enable()  # see app.py
    db, bus = app.extensions["survey"]["db"], app.extensions["bus"]
    bus.listen()
    app.extensions["machine"].lag.start()
    watch(db, bus)
    if not settings.read_only:
        with app.app_context():
            tending.start(settings, store.stores())
    if db.closed:  # nothing is due by itself where nothing is written
        return
    tend(db, bus)
    gather(db)
    app.extensions["steps"].start()
    tell(app)
    with app.app_context():
        tidy(store.stores(), settings.data_dir)


def welcome(app: Flask, *, demo: bool = False) -> None:
    """Say where the program is, and how the first organiser gets in; of several processes the last one's link is good."""
    with app.app_context():
        cli.greet(demo=demo)


def serve(app: Flask, *, demo: bool) -> None:
    """Print what the person at the console needs, then serve until stopped."""
    start(app)
    welcome(app, demo=demo)
    run(app, app.extensions["survey"]["settings"])
