"""Character encoding of a text file: announced by its first bytes, UTF-8, or found by charset-normalizer."""

from __future__ import annotations

import codecs
import itertools
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from app.data.readers.table_format import UnreadableTableError, no_rows
from graph.errors import NetloomError

FALLBACK = "cp1252"
"""The encoding that is taken where a file is not UTF-8, announces no other, and none can be found."""
HEAD = 1 << 20
"""Bytes from which it is found how a file is written."""
LIKELY = (
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp932", "gb18030", "cp949", "big5", "koi8_r", "mac_roman",
    "cp850", "cp866",
)  # fmt: skip
"""Encodings that a file may be in which is not Unicode; of equally likely ones the first is taken."""
MOST_WORDS = 2000
"""So many words with other letters than ASCII's tell the encoding."""
DIVIDERS = 5
"""So many different control codes may be in a text, as the signs between its cells."""
_LETTERS = bytes({*range(256)} - {*range(32), 127} | set(b"\t\n\v\f\r\x1a\x1b"))
"""Codes of letters and signs, and those by which text is laid out; all others stand for none."""
_FOREIGN = re.compile(rb"[^\x00-\x1f!-&(-,./0-?]+")
_ALPHABETS = tuple(
    frozenset(letters)
    for letters in (
        "áéíñóúü", "àâçéèêëîïôûùœ", "äöüß", "áâãàçéêíóôõú", "àèéìòù", "åäö", "æøå", "éëïóöü", "áðéíóúýþæö",
        "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "ąćęłńóśźż", "áéíóöőúüű", "čćđšž", "ăâîşţ", "çğıöşü",
    )
)  # fmt: skip
"""Letters beyond ASCII's that languages in Latin letters are written with, small ones."""
_WORD = re.compile(r"[^\W\d_]+")
_ODD = re.compile(
    r"(?<=[^\W\d_])[^\w\s\x21-\x7e–—“”„«»’‘…°²³€£]|[^\w\s\x21-\x7e–—“”„«»’‘…°²³€£§±×µ¿¡](?=[^\W\d_])"
    r"|[\x00-\x08\x0e-\x1f\x80-\x9f]|(?<=[^\W\d_])[¹²³ªº](?=[^\W\d_])"
)
"""Signs that do not stand within words or beside them, and codes that stand for none."""


@dataclass(frozen=True)
class Encoding:
    """How letters are stored: Python's ``name``, and where that is not certain, a sentence with another reading.

    ``lossy`` is the last resort, in which bytes that mean nothing are replaced.
    """

    name: str
    lossy: bool = False
    why: tuple[str, ...] = ()


def read_head(file: Path) -> bytes:
    """The first `HEAD` bytes of a file.

    Raises
    ------
    NetloomError
        if it is empty, or no table by its first line.
    """
    with file.open("rb") as stream:
        raw = stream.read(HEAD)
    if not raw.strip():
        raise no_rows(file)
    if len(raw) == HEAD and b"\n" not in raw and b"\r" not in raw:
        raise NetloomError(f"{file.name} has a first line of more than {HEAD >> 20} MB, as no table has.")
    return raw


def wrong_encoding(file: Path, encoding: str) -> NetloomError:
    """The error for a file that does not hold what its encoding promises."""
    return UnreadableTableError(f"{file.name} is not written in {encoding}; choose another encoding.", "encoding")


def not_text(file: Path) -> NetloomError:
    """The error for a file that holds something else than text."""
    return NetloomError(f"{file.name} is not a text file; a table of comma-separated values is needed.")


def is_binary(raw: bytes, encoding: str) -> bool:
    """Whether the beginning ``raw`` of a file has codes that stand for no letter in any ``encoding`` of single bytes.

    A few such codes may divide cells.
    """
    if encoding.startswith(("utf-16", "utf-32")):
        return False
    codes = set(raw.translate(None, _LETTERS))
    return 0 in codes or len(codes) > DIVIDERS


def python_name(encoding: str) -> str:
    """What Python calls ``encoding``; a mark at the beginning of UTF-8 does not count.

    Raises
    ------
    NetloomError
        if Python knows no such encoding of text.
    """
    try:
        known = codecs.lookup(encoding)
        "".encode(encoding)
    except (LookupError, ValueError, TypeError, AttributeError):
        raise NetloomError(
            f"There is no encoding “{encoding}”; name one that Python knows, such as utf-8, cp1250 or shift_jis."
        ) from None
    return "utf-8-sig" if known.name == "utf-8" else known.name


def decoded(raw: bytes, encoding: str) -> str:
    """The beginning ``raw`` of a file as text.

    Raises
    ------
    UnicodeError
        if it is not written in ``encoding``.
    """
    # The beginning may end within a letter where the file goes on.
    return codecs.getincrementaldecoder(encoding)().decode(raw, final=len(raw) < HEAD)


def announced(raw: bytes) -> str:
    """The encoding that the first bytes announce, or that every other one shows by being 0; UTF-8 else."""
    if raw[:4] in (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE):
        return "utf-32"
    if raw[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    even, odd = raw[:512:2], raw[1:512:2]
    for encoding, letters, zeros in (("utf-16-le", even, odd), ("utf-16-be", odd, even)):
        if len(zeros) > 3 and zeros.count(0) > 0.7 * len(zeros) and 0 not in letters:
            return encoding
    return "utf-8-sig"


def find_encoding(file: Path, raw: bytes) -> Encoding:
    """The encoding of the file that begins with ``raw``."""
    likely = announced(raw)
    try:
        decoded(raw, likely)
        return Encoding(likely)
    except UnicodeError:
        return _from_letters(file, raw)


def _from_letters(file: Path, raw: bytes) -> Encoding:
    """The encoding in which the letters beyond ASCII's make words, with the next likely one where two do."""
    from charset_normalizer import from_bytes

    # Numbers and signs say nothing; the second byte of a letter of two may be a Latin letter, but none of these.
    words = dict.fromkeys(word.strip() for word in _FOREIGN.findall(raw) if not word.isascii())
    sample = b"\n".join(itertools.islice(words, MOST_WORDS))
    ranked = sorted(
        (*_strangeness(text), round(match.chaos, 2), place, text)
        for match in from_bytes(sample, cp_isolation=list(LIKELY), threshold=0.6)
        for place in sorted(LIKELY.index(name) for name in match.could_be_from_charset if name in LIKELY)[:1]
        for text in (str(match),)
        if is_whole(raw, LIKELY[place])
    )
    if not ranked:
        why = f"{file.name} is in no encoding that is known; it was read as Western European text ({FALLBACK})."
        return Encoding(FALLBACK, lossy=True, why=(why,))
    best, *others = ranked
    name, word = LIKELY[best[3]], _odd_word(best[4])
    sentence = f"{file.name} is not written in utf-8 but in {name} (“{word}”)"
    rival = next((other for other in others if other[:2] == best[:2] and word not in _words(other[4])), None)
    if rival is None:
        return Encoding(name, why=(f"{sentence}.",))
    other = _same_place(word, best[4], rival[4])
    doubt = f"or in {LIKELY[rival[3]]}, where that is “{other}”; choose the encoding if the first is wrong"
    return Encoding(name, why=(f"{sentence}, {doubt}.",))


def is_whole(raw: bytes, encoding: str) -> bool:
    """Whether the beginning ``raw`` of a file can be read in an encoding."""
    try:
        decoded(raw, encoding)
    except UnicodeError:
        return False
    return True


def _strangeness(text: str) -> tuple[int, int]:
    """How unlikely a text is: signs and alphabets that do not go together, then letters that no language has."""
    words = _words(text)
    letters = {letter for letter in text.casefold() if letter.isalpha() and not letter.isascii()}
    odd = len(_ODD.findall(text)) + sum(map(_is_odd, words))
    odd += bool(words) and all(word.isupper() and len(word) > 1 for word in words)
    latin = all(_script(letter) == "LATIN" for letter in letters)
    return odd, int(latin and not any(letters <= alphabet for alphabet in _ALPHABETS))


def _is_odd(word: str) -> bool:
    """Whether a word has letters of several alphabets, capitals within, or Japanese letters of half the width."""
    scripts = {_script(letter) for letter in word if letter.isalpha()}
    eastern = scripts & {"HIRAGANA", "KATAKANA", "CJK", "HANGUL"}
    capitals = any(map(str.isupper, word[1:])) and not word.isupper()
    return capitals or "HALFWIDTH" in scripts or len(scripts - eastern) + bool(eastern) > 1


def _script(letter: str) -> str:
    return unicodedata.name(letter, "?").split()[0]


def _words(text: str) -> list[str]:
    """The words of a text that have letters beyond ASCII's."""
    return [word for word in _WORD.findall(text) if not word.isascii()]


def _same_place(word: str, text: str, other: str) -> str:
    """What stands in ``other`` where ``text`` has ``word``: both are the same bytes, read in two ways."""
    lines = zip(text.splitlines(), other.splitlines(), strict=False)
    line, same = next(((line, same) for line, same in lines if word in line), ("", ""))
    start = line.index(word) if word in line else 0
    if len(line) != len(same):  # several bytes make a letter
        return same.strip()[:20]
    return same[start : start + len(word)]


def _odd_word(text: str) -> str:
    """A word as an example: the first of several letters, or the first of all."""
    words = _words(text) or re.findall(r"\S*[^\x00-\x7f]\S*", text) or [""]
    return next((word for word in words if len(word) > 2), words[0])[:20]
