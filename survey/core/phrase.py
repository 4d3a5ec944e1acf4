"""The words by which people compare a key: six Vietnamese syllables, 60 bits of its fingerprint.

The list is made by rule, so that anybody can make it again: sixteen beginnings that no region confuses (so not both s and
x, tr and ch, l and n, d and v alike), twenty-three ends whose finals the North and the South keep apart, and the three tones
that all of them keep apart; without the syllables that nobody wants to read aloud in a hall.
"""

from __future__ import annotations

import unicodedata

from survey.core import blind

SYLLABLES = 6
BITS = 10  # of the fingerprint, for each syllable
_STARTS = "b c ch đ g h kh l m ng nh ph s t th v"
_ENDS = "a ai ao am ang âu ây âm oi ong om ô ôi ông ơ ơi ui ung ưa ưng ương uôi um"
_TONES = ("", "\u0300", "\u0301")  # level, falling, rising
_BARRED = (
    "mông lông hôi thối thúi háng khùng ngông ngáo láo tao mao tồi tham ma sướng tang táng đâm đấm hâm lòi ngố buồi bòi "
    "lồi đái hòm cứng mồ đui sùi gứng bứng cùi buôi buối cùm cúm"
)


def of(public: bytes) -> str:
    """The key phrase of a public key (DER), its syllables with a space between."""
    bits = int.from_bytes(blind.fingerprint(public), "big") >> 256 - SYLLABLES * BITS
    places = [bits >> BITS * place & (1 << BITS) - 1 for place in reversed(range(SYLLABLES))]
    return " ".join(WORDS[place] for place in places)


def _words() -> tuple[str, ...]:
    made = (_sung(start + end, tone) for end in _ENDS.split() for tone in _TONES for start in _STARTS.split())
    return tuple(word for word in made if word not in _BARRED.split())[: 1 << BITS]


def _sung(syllable: str, tone: str) -> str:
    """The syllable with a tone on the letter that carries it: the marked vowel if there is one, else the first."""
    vowels = [place for place, letter in enumerate(syllable) if letter in "aăâoôơuưi"]
    marked = [place for place in vowels if syllable[place] in "ăâôơ"] or [
        vowel for vowel in vowels if syllable[vowel] == "ư"
    ]
    place = (marked or vowels)[-1 if marked else 0]
    return unicodedata.normalize("NFC", syllable[: place + 1] + tone + syllable[place + 1 :])


WORDS = _words()
