"""The guide as data: order, sections, search and links."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.system import guide_pages as guide
from app.system.guide_pages import FIRST, ORDER, GuidePage, guide_pages, leads_to, picture_of, search, sections

PAGE = GuidePage(
    "a", "A page", "# A page\n\nIntro with `code` and [a link](b.md).\n\n```\n# no heading\n```\n\n## Two\n\nText.\n"
)


def test_the_first_page_comes_first_and_the_glossary_last() -> None:
    pages = guide_pages()
    assert pages[0].id == FIRST
    assert pages[-1].id == "glossary"
    assert len({page.id for page in pages}) == len(pages) > 15


def test_sections_are_plain_text_and_code_holds_no_headings() -> None:
    assert [heading for heading, _ in sections(PAGE.text)] == ["A page", "Two"]
    assert sections(PAGE.text)[0][1].startswith("Intro with code and a link.")


def test_what_a_search_shows_holds_no_markdown() -> None:
    text = (
        "# A\n\n**Bold** and *soft* `x|y`.\n\n1. One\n2. Two\n\n| a | b |\n|---|---|\n| c | d \\| e |\n\n![p](p.png)\n"
    )
    assert sections(text) == (("A", "Bold and soft x|y. One Two a · b c · d | e"),)
    for page in guide_pages():
        for _, plain in sections(re.sub(r"^```.*?^```", "", page.text, flags=re.MULTILINE | re.DOTALL)):
            assert "**" not in plain and "|--" not in plain and ".md)" not in plain, (page.id, plain)


def test_the_pages_stand_in_reading_order_and_each_has_its_place() -> None:
    ids = [page.id for page in guide_pages()]
    assert ids == list(ORDER)
    first_ones = ids[: ids.index("data-arrays")]
    assert {"lessons", "training", "data", "over-time"} <= set(first_ones)


def test_a_page_without_a_place_stands_before_the_glossary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("glossary", "zebras", "canvas"):
        (tmp_path / f"{name}.md").write_text(f"# {name.title()}\n", "utf-8")
    monkeypatch.setattr(guide, "GUIDE", tmp_path)
    monkeypatch.setattr(guide, "DOCS", tmp_path)
    assert [page.id for page in guide.guide_pages.__wrapped__()] == ["canvas", "zebras", "glossary"]


def test_all_words_are_needed_and_headings_come_first() -> None:
    other = GuidePage("b", "B", "# B\n\nThe text of two.\n")
    assert [hit.heading for hit in search("two", (other, PAGE))] == ["Two", "B"]
    assert search("two intro", (other, PAGE)) == []
    assert search("  ", (other, PAGE)) == []


@pytest.mark.parametrize(
    ("words", "page", "heading"),
    [
        ("delete a run", "runs", "Deleting"),
        ("how do I delete a run", "runs", "Deleting"),
        ("csv", "data-tables", "Tables"),
        ("learning rates", "glossary", "Learning rate"),
        ("runs", "runs", "Runs"),
    ],
)
def test_the_section_about_what_was_typed_comes_first(words: str, page: str, heading: str) -> None:
    first = search(words, guide_pages())[0]
    assert (first.page.id, first.heading) == (page, heading)


def test_links_and_pictures_stay_within_the_guide() -> None:
    first = guide_pages()[0]
    assert leads_to(first, "canvas.md#drawing") == ("canvas", "drawing")
    assert leads_to(first, "#3-draw") == (FIRST, "3-draw")
    assert leads_to(first, "https://example.org") is None
    assert leads_to(first, "../../README.md") is None
    assert picture_of(first, "first-network.png") is not None
    assert picture_of(first, "../../../x.png") is None
    assert picture_of(PAGE, "first-network.png") is None
