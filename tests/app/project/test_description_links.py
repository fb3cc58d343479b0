"""Pages of presets: every one is there, says enough, and its links lead somewhere."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from app.lessons.lesson_files import lesson_ids
from app.project.description_links import COMMANDS, WORKSPACES, Link, Place, finds_layer, links, read_link, slug
from app.project.presets import preset, preset_ids
from graph.layers.catalogue import catalogue
from graph.network import Network, Node
from graph.structure.blocks import Block, Body

UNDERSTAND = Path(__file__).resolve().parents[3] / "widgets" / "understand"


def understand_tabs() -> set[str]:
    """Tabs of Understand as links write them, read from their sources: this room knows no Qt."""
    titles = [re.search(r'^    title = "(.+)"', path.read_text("utf-8"), re.M) for path in UNDERSTAND.rglob("*.py")]
    return {slug(found[1]) for found in titles if found}


def leads_somewhere(link: Link, network: Network) -> bool:
    return {
        Place.LAYER: lambda: finds_layer(network, link.target),
        Place.WORKSPACE: lambda: link.target in WORKSPACES,
        Place.UNDERSTAND: lambda: link.target in understand_tabs(),
        Place.COMMAND: lambda: link.target in COMMANDS,
        Place.PRESET: lambda: link.target in preset_ids(),
        Place.LESSON: lambda: link.target in lesson_ids(),
        Place.WEB: lambda: link.target.startswith("https://"),
    }[link.place]()


@pytest.mark.parametrize("id_", preset_ids())
def test_each_preset_has_a_page_whose_links_resolve(id_: str) -> None:
    found = preset(id_)
    page = found.project.sections["notes"]
    assert isinstance(page, str)
    assert page.startswith(f"# {found.title}\n")
    for part in ("### Look at", "### Try", "### Figures"):
        assert part in page
    assert 80 <= len(re.sub(r"\]\([^)]*\)", "", page).split()) <= 260
    assert links(page)
    for url in links(page):
        link = read_link(url)
        assert link is not None and leads_somewhere(link, found.project.network), url


@pytest.mark.parametrize("url", ["javascript:x", "file:///etc/passwd", "web:https://x.y", "layer:", "https:x", "plain"])
def test_a_page_leads_to_no_other_place(url: str) -> None:
    assert read_link(url) is None


def test_links_are_read() -> None:
    text = "[a](layer:conv1) and [b](https://example.org/x) [c][d] (layer:none)"
    assert links(text) == ["layer:conv1", "https://example.org/x"]
    assert read_link("https://example.org/x") == Link(Place.WEB, "https://example.org/x")
    assert slug("Feature maps") == "feature-maps"


def test_layers_inside_blocks_are_found() -> None:
    inner, outer = Network(), Network()
    inner.insert_node(Node("conv1", catalogue()["conv2d"](), (0.0, 0.0)))
    outer.insert_node(Node("block1", Block(body=Body.of(inner)), (0.0, 0.0)))
    assert finds_layer(outer, "block1/conv1")
    assert not finds_layer(outer, "conv1")
    assert not finds_layer(outer, "block1/conv1/conv1")


def test_a_view_that_was_renamed_is_found_by_its_old_name() -> None:
    assert read_link("understand:made-samples") == Link(Place.UNDERSTAND, "generated-samples")
    assert "generated-samples" in understand_tabs()


@pytest.mark.parametrize("text", ["[" * 60_000, "[](" * 20_000, "[](x" * 15_000, "[a" * 30_000, "](" * 30_000])
def test_a_text_of_brackets_is_searched_in_one_pass(text: str) -> None:
    began = time.process_time()
    assert links(text) == []
    assert time.process_time() - began < 2
