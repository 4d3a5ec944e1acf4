"""The frame of every paper: the office's header, who signs, who gets it."""

from __future__ import annotations

from collections.abc import Sequence

from survey.exports.papers import Block
from survey.exports.papers import Paper
from survey.exports.regimes import number_line
from survey.exports.scene import Scene


def frame(
    scene: Scene, name: str, kind: str, about: str, blocks: Sequence[Block], *, sign: str = "", subject: str = "",
    to: tuple[str, ...] = (), landscape: bool = False, plain: bool = False,
) -> Paper:  # fmt: skip
    """The paper of this name with these blocks; `sign` is the letters of its kind, such as TB."""
    office = scene.office
    return Paper(
        superior=office.superior, issuer=office.issuer, place=office.place, kind=kind, about=about, blocks=tuple(blocks),
        sign=number_line(office.regime, sign, office.code) if sign else "", signatures=office.signatures(name),
        recipients=office.recipients(name), regime=office.regime, right=office.right, subject=subject, to=to,
        landscape=landscape, draft=office.draft and not plain, plain=plain,
    )  # fmt: skip
