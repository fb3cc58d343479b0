"""Links of Markdown pages: where they lead, and whether that exists."""

from __future__ import annotations

import re
from pathlib import Path

FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)[^)]*\)")
HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
ELSEWHERE = ("http://", "https://", "mailto:")
ACTING = ("layer:", "workspace:", "understand:", "command:", "preset:", "lesson:")
"""How links begin that act in the window and lead to no page."""


def links(text: str) -> list[str]:
    """Targets of the links and pictures on a page, as written; code is no link."""
    prose = re.sub(r"`[^`]*`", "", FENCED.sub("", text))
    return [target for target in LINK.findall(prose) if not target.startswith((*ELSEWHERE, *ACTING))]


def anchors(text: str) -> set[str]:
    """The anchors that GitHub gives to the headings of a page."""
    found: set[str] = set()
    for heading in HEADING.findall(FENCED.sub("", text)):
        plain = re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()).replace(" ", "-")
        number = 1
        anchor = plain
        while anchor in found:
            anchor, number = f"{plain}-{number}", number + 1
        found.add(anchor)
    return found


def broken_links(page: Path) -> list[str]:
    """Links on ``page`` to a file or an anchor that does not exist."""
    return [target for target in links(page.read_text("utf-8")) if not leads_somewhere(page, target)]


def leads_somewhere(page: Path, target: str) -> bool:
    """Whether ``target``, as written on ``page``, names a file that exists and in it a heading that exists."""
    file, _, anchor = target.partition("#")
    place = (page.parent / file).resolve() if file else page
    if not place.exists():
        return False
    return not anchor or anchor in anchors(place.read_text("utf-8"))
