"""Layers register themselves, and nobody but their own room names a family of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import ClassVar

import pytest

from graph.layers.base import Layer
from graph.layers.catalogue import catalogue, structures

ROOT = Path(__file__).resolve().parents[3]
SHARED = {
    *("base", "catalogue", "construct", "declared", "grid", "image_kernels", "io", "lengths", "scalar", "settings"),
    *("usual_layers", "window_rule"),
}
"""Modules of graph/layers that name no family: what layers are made of, the ends of a network, and usual choices."""
PATTERNS = "graph/editing/patterns.py"
"""Builds chains of layers that a form names one by one."""


def test_every_class_with_a_kind_is_registered_once() -> None:
    assert set(Layer.registered) == {*catalogue(), *structures()}
    assert {"block", "loop", "every_frame"} == set(structures())
    with pytest.raises(TypeError, match="two layers are of the kind 'relu'"):

        class Again(Layer):
            """A layer under a name that is taken."""

            kind: ClassVar[str] = "relu"


def test_families_of_layers_are_named_nowhere_else() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {module}"
        for room in ("graph", "app", "widgets")
        for path in (ROOT / room).rglob("*.py")
        if "layers" not in path.parts and str(path.relative_to(ROOT)) != PATTERNS
        for module in re.findall(r"(?:from|import) graph\.layers\.(\w+)", path.read_text("utf-8"))
    }
    assert {name for name in found if name.partition(": ")[2] not in SHARED} == set()
