"""Layers register themselves, and nobody but their own room names a family of them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

import pytest

from graph.layers.base import Layer
from graph.layers.catalogue import catalogue, structures

ROOT = Path(__file__).resolve().parents[3]
SHARED = {
    *("base", "catalogue", "construct", "declared", "grid", "image_kernels", "io", "lengths", "loss_choices", "scalar"),
    *("settings", "stored_pictures", "training_needs", "usual_layers", "value_range", "window_rule"),
}
"""Modules of graph/layers that name no family: what layers are made of, the ends of a network, and usual choices."""
BUILDERS = {"graph/editing/patterns.py", "app/training/speed_probes.py"}
"""They build chains of layers named one by one: those that a form offers, and those by which a machine is measured."""


def test_every_class_with_a_kind_is_registered_once() -> None:
    assert {*catalogue(), *structures()} == set(Layer.registered)
    assert {"block", "loop", "every_frame"} == set(structures())
    with pytest.raises(TypeError, match="two layers are of the kind 'relu'"):

        class Again(Layer):
            """A layer under a name that is taken."""

            kind: ClassVar[str] = "relu"


def test_the_example_of_a_new_layer_is_true() -> None:
    """In a process of its own, because a kind is registered for good."""
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    (example,) = (code for code in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if "(Activation)" in code)
    lines = [line for line in example.partition("class ")[2].splitlines() if line]
    assert len(lines) <= 10
    script = f"""{example}
from graph.build.compile import compile_network
from graph.layers.catalogue import catalogue
from tests.graph.networks import chain, layer
made = catalogue()["softsign"]
assert made is Softsign and len(made.help()) > 100
print(compile_network(chain([layer("input"), made(), layer("output")]).network).module)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "(softsign1): Softsign()" in done.stdout, done.stderr


def test_families_of_layers_are_named_nowhere_else() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {module}"
        for room in ("graph", "app", "widgets")
        for path in (ROOT / room).rglob("*.py")
        if "layers" not in path.parts and path.relative_to(ROOT).as_posix() not in BUILDERS
        for module in re.findall(r"(?:from|import) graph\.layers\.(\w+)", path.read_text("utf-8"))
    }
    assert {name for name in found if name.partition(": ")[2] not in SHARED} == set()
