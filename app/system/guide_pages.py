"""The user guide as data: its pages in reading order, full-text search over their sections, and where links lead."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
GUIDE = DOCS / "guide"
GLOSSARY = GUIDE / "glossary.md"
FIRST = "first-network"
"""The page to begin with."""

ORDER = (
    FIRST, "lessons", "canvas", "training", "try-it", "runs",
    "data", "data-tables", "data-pictures", "data-series", "data-text", "data-generated", "classes-and-labels",
    "by-hand", "units-and-why", "over-time", "pages-and-hints", "export-import", "python",
    "data-arrays", "data-records", "data-sequences", "data-sounds", "unequal-length", "sweeps", "gan", "glossary",
)  # fmt: skip
"""Ids of the pages in reading order: a first network, using the window, data of one's own, understanding, and special
tasks; the glossary last. A page that is not listed stands before it, by title.
"""

HEADING = re.compile(r"^(#{1,4}) (.+)$", re.MULTILINE)
SMALL_WORDS = frozenset("a an and can do does for how i in is it my of on or the to what where with".split())
LEAST_STEM = 4
ENDING = re.compile(rf"(?<=\w{{{LEAST_STEM}}})(ing|ed|es|s|e)$")
"""Endings without which a word is looked for: ``delete`` finds ``Deleting``."""

OPENING = 240
"""Characters at the beginning of a page that say what it is about."""

WIDTH = 90
"""Characters of an excerpt on each side of what was found."""


@dataclass(frozen=True)
class GuidePage:
    """One page: ``id`` is the name of its file; ``path`` is None for a page that is not on the disk."""

    id: str
    title: str
    text: str
    path: Path | None = None


@dataclass(frozen=True)
class Hit:
    """A section in which all words were found, with what stands around the first of them."""

    page: GuidePage
    heading: str
    excerpt: str

    @property
    def anchor(self) -> str:
        """The anchor of the section's heading."""
        return anchor(self.heading)


def anchor(heading: str) -> str:
    """The anchor of a heading, as links write it: ``Learning rate`` is ``learning-rate``."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@cache
def guide_pages() -> tuple[GuidePage, ...]:
    """All pages of the guide, in reading order; none where this copy of Netloom has no docs."""
    paths = [*GUIDE.glob("*.md"), *DOCS.glob("data.md")]
    return tuple(sorted((_read(path) for path in paths), key=_place))


def _read(path: Path) -> GuidePage:
    text = path.read_text("utf-8")
    title = HEADING.search(text)
    return GuidePage(path.stem, title[2] if title else path.stem, text, path)


def _place(page: GuidePage) -> tuple[int, bool, str]:
    last = ORDER[-1]
    return ORDER.index(page.id if page.id in ORDER else last), page.id == last, page.title


def leads_to(page: GuidePage, address: str) -> tuple[str, str] | None:
    """The page (its id) and the anchor that a link of ``page`` leads to; None where it leads out of the guide."""
    file, _, heading = address.partition("#")
    if not file:
        return page.id, heading
    if page.path is None or not file.endswith(".md"):
        return None
    target = (page.path.parent / file).resolve()
    return next(((each.id, heading) for each in guide_pages() if each.path == target), None)


def picture_of(page: GuidePage, address: str) -> Path | None:
    """The file of a picture of a page, if it lies within the docs."""
    if page.path is None:
        return None
    path = (page.path.parent / address).resolve()
    return path if path.is_relative_to(DOCS) and path.suffix == ".png" and path.is_file() else None


def search(words: str, pages: tuple[GuidePage, ...]) -> list[Hit]:
    """The sections that hold all ``words``, or other endings of them: first those whose heading and page are about
    them, then those of the pages that speak of them most.
    """
    wanted = stems(words)
    if not wanted:
        return []
    hits = [
        Hit(page, heading, _excerpt(text, wanted))
        for page in pages
        for heading, text in sections(page.text)
        if all(stem in f"{page.title} {heading} {text}".lower() for stem in wanted)
        and any(stem in f"{heading} {text}".lower() for stem in wanted)
    ]
    return sorted(hits, key=lambda hit: _rank(hit, wanted))


def stems(words: str) -> list[str]:
    """What to look for: words without those that every sentence has, and without their endings."""
    typed = words.lower().split()
    telling = [word for word in typed if word not in SMALL_WORDS] or typed
    return [ENDING.sub("", word) for word in telling]


def _rank(hit: Hit, wanted: list[str]) -> tuple[int, int, int]:
    """Place of a hit among others: what heading and title hold, then how often the page's opening and all of it do."""
    heading, title, text = hit.heading.lower(), hit.page.title.lower(), hit.page.text.lower()
    named = sum(2 * (stem in heading) + (stem in title) for stem in wanted)
    opening = text[:OPENING]
    return -named, -sum(stem in opening for stem in wanted), -sum(text.count(stem) for stem in wanted)


@lru_cache(maxsize=128)
def sections(text: str) -> tuple[tuple[str, str], ...]:
    """The sections of a Markdown page: each heading, and what stands below it, both as plain text."""
    found: list[tuple[str, list[str]]] = []
    heading = False
    for token in _parser().parse(text):
        if token.type == "inline" and heading:
            found.append((_plain(token), []))
        elif found and token.type in ("inline", "fence", "code_block"):
            found[-1][1].append(_plain(token))
        elif found and token.type in ("th_close", "td_close"):
            found[-1][1].append("·")
        elif found and token.type == "tr_close":
            found[-1][1].pop()  # nothing follows the last cell
        heading = token.type == "heading_open"
    return tuple((title, " ".join(" ".join(parts).split())) for title, parts in found)


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt  # which the window need not load at its start

    return MarkdownIt("commonmark").enable("table")


def _plain(token: Token) -> str:
    """The words of a piece of Markdown, without its marks and pictures."""
    if token.children is None:
        return token.content
    return "".join(" " if part.type == "softbreak" else part.content for part in token.children if part.type != "image")


def _excerpt(text: str, wanted: list[str]) -> str:
    places = [place for word in wanted if (place := text.lower().find(word)) >= 0]
    middle = min(places, default=0)
    start = text.rfind(" ", 0, max(0, middle - WIDTH // 3)) + 1
    end = min(len(text), middle + WIDTH)
    return f"{'…' if start else ''}{text[start:end].strip()}{'…' if end < len(text) else ''}"
