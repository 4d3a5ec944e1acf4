"""A browser in two words, so that people recognise their own machines in a list."""

from __future__ import annotations

_BROWSERS = (("Zalo", "Zalo"), ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung"), ("CocCoc", "Cốc Cốc"),
             ("coc_coc", "Cốc Cốc"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))  # fmt: skip
_MACHINES = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
             ("Mac OS", "Mac"), ("Linux", "Linux"))  # fmt: skip


def label(user_agent: str) -> str:
    """Such as "Chrome · Windows"; empty where nothing is known."""
    found = (_first(_BROWSERS, user_agent), _first(_MACHINES, user_agent))
    return " · ".join(word for word in found if word)


def _first(signs: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for sign, name in signs if sign in user_agent), "")
