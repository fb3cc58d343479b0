"""Which layers of a project take the weights of a file, by name and shape, and why the others begin anew."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import torch

from app.protocol.start_messages import LayerStart
from app.training.start_section import StartSection
from app.training.weight_shapes import Shapes, grouped, shapes_in
from graph.build.compile import compile_network
from graph.project import Project

ASKED = "it is marked so"
NEW = "the run has no layer of that name"


def layer_starts(project: Project, weights: Path) -> tuple[LayerStart, ...]:
    """How each layer with weights begins, in the order in which data runs through them.

    Layers that the project lets begin anew do so, whatever the file holds.

    Raises
    ------
    NetloomError
        if the network has errors, or the file cannot be read.
    """
    there, anew = grouped(shapes_in(weights)), StartSection.of(project).fresh
    with torch.random.fork_rng(devices=[]), torch.device("meta"):
        module = compile_network(project.network).module
    own = grouped({name: tuple(tensor.shape) for name, tensor in module.state_dict().items()})
    order = [id_ for id_ in project.network.ordered() if id_ in own]
    return tuple(
        LayerStart(layer=id_, reason=ASKED if id_ in anew else _reason(own[id_], there.get(id_, {}))) for id_ in order
    )


def _reason(own: Shapes, given: Shapes) -> str:
    """Why a layer whose tensors are ``own`` cannot take those that a file has of it; empty where it can."""
    if not given:
        return NEW
    for name in own:
        if name in given and own[name] != given[name]:
            return f"its shape differs: {_sizes(given[name])} there, {_sizes(own[name])} here"
    return "" if own.keys() == given.keys() else "it is of another kind there"


def _sizes(shape: Iterable[int]) -> str:
    return " × ".join(map(str, shape)) or "one number"
