"""Which modules a file has, and what they need and take, is read from its text alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.exchange.module_classes import ModuleClass, modules_of
from app.exchange.module_source import ModuleSource, input_sizes, literal_arguments
from graph.errors import NetloomError

TEXT = """
import torch.nn as nn
from somewhere import Base

class Block(nn.Module):
    def __init__(self, before, maps, stride=1):
        self.conv = nn.Conv2d(before, maps, 3, stride)

class Net(nn.Module):
    def __init__(self, classes, *, depth, name="a"):
        self.stem = nn.Conv2d(in_channels=1, out_channels=8, kernel_size=3)
        self.block = Block(8, 8)

class Wide(Net): ...

class Odd(Base):
    def forward(self, words, lengths, mask=None): ...
    def __init__(self):
        self.embedding = nn.Embedding(100, 8)

class Data:
    def __init__(self, path): ...

class Deep(nn.Module):
    def __init__(self, classes, channels=3):
        super().__init__()
        self.body = nn.Sequential(Block(channels, 8), Block(8, 8))
        self.head = nn.Linear(32, classes)

class Open(nn.Module):
    def __init__(self, features):
        self.first, self.second = nn.Linear(features, 8), nn.Linear(8, 2)

class Flat(nn.Module):
    def __init__(self):
        self.flat, self.first = nn.Flatten(), nn.Linear(28 * 28, 8)

if True:
    small = nn.Sequential(nn.Linear(20, 8), nn.ReLU())
whole, other = 3, Net(3)
"""


def test_modules_are_found_with_what_they_need_and_take(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(TEXT)
    found = modules_of(tmp_path / "model.py")
    assert found.modules == (
        ModuleClass("Block", ("before", "maps"), ((),), part=True),
        ModuleClass("Net", ("classes", "depth"), ((1, 1, 28, 28),), part=True),
        ModuleClass("Wide", ("classes", "depth"), ((1, 1, 28, 28),)),
        ModuleClass("Odd", (), ((1, 20), ())),
        ModuleClass("Deep", ("classes",), ((1, 3, 32, 32),)),
        ModuleClass("Open", ("features",), ((),)),
        ModuleClass("Flat", (), ((1, 784),)),
        ModuleClass("small", (), ((1, 20),), ready=True),
    )
    assert found.listed() == "Block, Net, Wide, Odd, Deep, Open, Flat, small"
    assert [each.name for each in found.whole] == ["Wide", "Odd", "Deep", "Open", "Flat", "small"]
    assert found.has("whole") and found.has("Base") and not found.has("Nat")


def test_names_may_come_from_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text("from parts import *\n")
    assert modules_of(tmp_path / "model.py").has("Anything")


@pytest.mark.parametrize(
    "text", ["1,3,32,32", " (1, 3, 32, 32) ", "1x3x32x32", "1 × 3 × 32 × 32", "1 3 32 32", "[1,3,32,32,]"]
)
def test_sizes_as_people_write_them(text: str) -> None:
    assert input_sizes(text) == (1, 3, 32, 32)


@pytest.mark.parametrize("text", ["", "a", "1,", "1,-3", "0,3", "1,3.5", "1,,3", "1" * 20, "1;2"])
def test_what_is_no_shape_is_refused(text: str) -> None:
    if text == "1,":
        assert input_sizes(text) == (1,)
        return
    with pytest.raises(NetloomError, match="is no shape"):
        input_sizes(text)


def test_arguments_are_literals_alone() -> None:
    assert literal_arguments("") == ([], {})
    assert literal_arguments("3, 'a', wide=True, sizes=[1, (2, 3)], none=None, low=-1.5") == (
        [3, "a"],
        {"wide": True, "sizes": [1, (2, 3)], "none": None, "low": -1.5},
    )
    for text in (
        "open('x')",
        "a=b",
        "**{'a': 1}",
        "*[1]",
        "a=1, a=2",
        "3) + f(",
        "(",
        "__import__('os')",
        "a=lambda: 1",
    ):
        with pytest.raises(NetloomError, match="cannot be read"):
            literal_arguments(text)


def test_what_is_asked_for_comes_through_json() -> None:
    source = ModuleSource(Path("/a/model.py"), "Net", "classes=3", ((1, 2), (1, 3, 4)), Path("/a/w.pt"))
    assert ModuleSource.of_json(source.to_json()) == source
