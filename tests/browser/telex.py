"""A Vietnamese typing program, simulated: it rewrites what was typed, wherever the focus stands.

As UniKey and OpenKey do it: the letter that makes an accent is swallowed, what stood there is taken back by Backspace, and
the new letter comes as a character without a place on the keyboard.
"""

from __future__ import annotations

import unicodedata

from playwright.sync_api import Page

TONES = {"s": "\u0301", "f": "\u0300", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
SHAPES = {"aa": "â", "ee": "ê", "oo": "ô", "dd": "đ", "aw": "ă", "ow": "ơ", "uw": "ư"}
VOWELS = set("aeiouyâêôăơư")


class Telex:
    """One keyboard with the program running; `swallowed` counts the presses that it ate."""

    def __init__(self, page: Page) -> None:
        self.page, self.last, self.swallowed = page, "", 0
        self._line = page.context.new_cdp_session(page)

    def type(self, letters: str) -> None:
        """Press letters one after the other, as Telex is typed: "maays tinhs" is "mấy tính"."""
        for letter in letters:
            self.press(letter)

    def press(self, letter: str) -> bool:
        """Press one letter; False where the program swallowed it."""
        made = self._made(letter)
        if made is None:
            self.page.keyboard.press("Space" if letter == " " else letter)
            self.last = letter if letter.isalpha() else ""
            return True
        self.swallowed += 1
        self.page.keyboard.press("Backspace")
        for kind in ("keyDown", "keyUp"):
            key = {"key": made, "code": "", "windowsVirtualKeyCode": 231}
            self._line.send(
                "Input.dispatchKeyEvent", {"type": kind, **key, **({"text": made} if kind == "keyDown" else {})}
            )
        self.last = made
        return False

    def compose(self, letter: str) -> None:
        """The same letter as an input method announces it: keyCode 229, before it decides what to make of it."""
        key = {"key": "Process", "code": f"Key{letter.upper()}", "windowsVirtualKeyCode": 229}
        for kind in ("rawKeyDown", "keyUp"):
            self._line.send("Input.dispatchKeyEvent", {"type": kind, **key})

    def away(self) -> None:
        """Something that is no letter: the program begins a new word."""
        self.last = ""

    def _made(self, letter: str) -> str | None:
        shape = SHAPES.get(self.last + letter)
        if shape is None and letter in TONES and self.last in VOWELS:
            shape = unicodedata.normalize("NFC", self.last + TONES[letter])
        return shape
