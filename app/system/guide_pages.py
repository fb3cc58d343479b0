"""The user guide as data: its pages in reading order, full-text search over their sections, and where links lead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
GUIDE = DOCS / "guide"
GLOSSARY = GUIDE / "glossary.md"
FIRST = "first-network"
"""The page to begin with."""

ORDER = (
    FIRST, "canvas", "data", "data-tables", "data-series", "data-pictures", "data-text", "training", "runs",
    "lessons", "by-hand", "units-and-why",
)  # fmt: skip
"""Ids of the pages to read first, in their order; the others follow by title, the glossary last."""

HEADING = re.compile(r"^(#{1,4}) (.+)$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
MARKS = re.compile(r"!\[[^\]]*\]\([^)]*\)|\]\([^)]*\)|[`*|\[]|^#+ ", re.MULTILINE)
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


def _place(page: GuidePage) -> tuple[int, str]:
    listed = ORDER.index(page.id) if page.id in ORDER else len(ORDER) + (page.id == "glossary")
    return listed, page.title


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
    """The sections that hold all ``words``, those first whose heading holds one of them."""
    wanted = words.lower().split()
    if not wanted:
        return []
    hits = [
        Hit(page, heading, _excerpt(text, wanted))
        for page in pages
        for heading, text in sections(page.text)
        if all(word in f"{heading} {text}".lower() for word in wanted)
    ]
    return sorted(hits, key=lambda hit: -sum(word in hit.heading.lower() for word in wanted))


def sections(text: str) -> Iterator[tuple[str, str]]:
    """The sections of a Markdown page: each heading, and the plain text below it."""
    bare = FENCE.sub(lambda block: re.sub(r"^#", " ", block[0], flags=re.MULTILINE), text)
    found = list(HEADING.finditer(bare))
    for place, heading in enumerate(found):
        end = found[place + 1].start() if place + 1 < len(found) else len(bare)
        yield MARKS.sub("", heading[2]), " ".join(MARKS.sub("", bare[heading.end() : end]).split())


def _excerpt(text: str, wanted: list[str]) -> str:
    places = [place for word in wanted if (place := text.lower().find(word)) >= 0]
    middle = min(places, default=0)
    start = text.rfind(" ", 0, max(0, middle - WIDTH // 3)) + 1
    end = min(len(text), middle + WIDTH)
    return f"{'…' if start else ''}{text[start:end].strip()}{'…' if end < len(text) else ''}"
