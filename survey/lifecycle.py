"""The only caller that moves a dialogue. What neighbours owe each other at a step goes through here."""

from __future__ import annotations

from sqlalchemy.orm import Session

from survey.core.keys import KeyStore
from survey.dialogues import service as dialogues

PURPOSES = ("vote", "ask", "response")  # one random key each; none is derived from another


def prepare(session: Session, keys: KeyStore, organisation_id: str, theme: str) -> dict[str, str]:
    """Make a dialogue and its keys: `{"id", "code"}`. Raises `Invalid` for a theme that cannot be used."""
    made = dialogues.create(session, organisation_id, theme)
    make_keys(keys, made["id"])
    return made


def repeat(session: Session, keys: KeyStore, dialogue_id: str) -> dict[str, str]:
    """ "Mở kỳ mới": copy settings, never members' acts, under new keys."""
    made = dialogues.copy(session, dialogue_id)
    make_keys(keys, made["id"])
    return made


def make_keys(keys: KeyStore, dialogue_id: str) -> None:
    """One key a purpose, written durably before the first ballot needs it."""
    for purpose in PURPOSES:
        keys.create(dialogue_id, purpose)


def collect(session: Session, dialogue_id: str, *, actor: str) -> None:
    """Take questionnaires and early questions before the day."""
    dialogues.move(session, dialogue_id, "collecting", actor=actor)


def open_hall(session: Session, dialogue_id: str, *, actor: str) -> None:
    """Begin, or begin again after closing by mistake."""
    dialogues.move(session, dialogue_id, "live", actor=actor)


def close(session: Session, dialogue_id: str, *, actor: str) -> None:
    """End the hall: the ranking freezes; the screens show the closing page."""
    dialogues.move(session, dialogue_id, "closed", actor=actor)
    dialogues.change(session, dialogue_id, {"screen": "closing"})


def conclude(session: Session, dialogue_id: str, *, actor: str) -> None:
    """Answers and notice are out."""
    dialogues.move(session, dialogue_id, "concluded", actor=actor)


def archive(session: Session, dialogue_id: str, *, actor: str) -> None:
    """Nothing more will change."""
    dialogues.move(session, dialogue_id, "archived", actor=actor)
