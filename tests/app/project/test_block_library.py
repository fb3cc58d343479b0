"""The user's own blocks: kept, taken, renamed, deleted, and refused in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.project import block_library
from graph.errors import NetloomError
from graph.structure.blocks import Block
from tests.graph.structure.test_blocks import residual


@pytest.fixture
def block() -> Block:
    return Block(body=residual())


def test_a_block_comes_back_as_it_was_kept(block: Block) -> None:
    assert block_library.names() == ()
    block_library.keep("Residual", block)
    block_library.keep("attention", block)
    assert block_library.names() == ("attention", "Residual")
    assert block_library.take("Residual") == block
    assert block_library.summaries() == {"attention": block.summary(), "Residual": block.summary()}


def test_a_name_is_taken_once(block: Block) -> None:
    block_library.keep("one", block)
    block_library.keep("two", block)
    with pytest.raises(NetloomError, match="a block called “one” already"):
        block_library.keep("one", block)
    with pytest.raises(NetloomError, match="a block called “two” already"):
        block_library.rename("one", "two")
    block_library.keep("one", block, replace=True)
    block_library.rename("one", "three")
    block_library.delete("two")
    assert block_library.names() == ("three",)


@pytest.mark.parametrize("name", ["", " ", ".hidden", "a/b", 'say "x"', "x" * 81])
def test_what_cannot_be_a_file_is_no_name(block: Block, name: str) -> None:
    with pytest.raises(NetloomError, match="names its file"):
        block_library.keep(name, block)


def test_what_is_not_there_or_damaged_is_said(netloom_home: Path) -> None:
    with pytest.raises(NetloomError, match="“gone” cannot be read"):
        block_library.take("gone")
    with pytest.raises(NetloomError, match="“gone”"):
        block_library.delete("gone")
    with pytest.raises(NetloomError, match="“gone”"):
        block_library.rename("gone", "b")
    (netloom_home / "library" / "odd.netloom").write_text("{}")
    assert "odd.netloom" in block_library.summaries()["odd"]
