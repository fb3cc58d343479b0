"""The state dict of somebody's file as weights that a project starts from: what goes where, and what is left over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

import safetensors.torch
import torch
from torch import Tensor

from app.protocol.start_messages import LayerStart
from app.training.initial_weights import starting_from
from app.training.start_section import StartSection, layer_of
from app.training.state_files import read_state
from app.training.state_mapping import COUNTER, StateMapping, map_state
from app.training.weight_fit import ASKED
from app.training.weight_shapes import grouped
from graph.atomic_write import write_atomically
from graph.build.compile import compile_network
from graph.errors import NetloomError
from graph.project import SUFFIX, Project
from graph.user_files import bytes_of

NOTHING = "nothing in the file fits it"


@dataclass(frozen=True, eq=False)
class StateFit:
    """How the layers of a project with weights begin with a state dict, and what of that is ``left`` over.

    ``tensors`` are those that the layers take, by the names that they have in the project's network.
    """

    layers: tuple[LayerStart, ...]
    left: tuple[str, ...]
    tensors: dict[str, Tensor]

    @property
    def anew(self) -> tuple[str, ...]:
        """The layers that begin with fresh weights."""
        return tuple(each.layer for each in self.layers if each.reason)

    def keep(self, file: Path) -> Path:
        """Write what the layers take as the safetensors file ``file``, or one with a number where other weights are.

        So undo finds the weights of before.

        Raises
        ------
        NetloomError
            if no layer takes anything, or the file cannot be written.
        """
        if not self.tensors:
            raise NetloomError("No layer of the project takes weights of the file: none has the same shapes.")
        content = safetensors.torch.save(self.tensors, {"format": "pt"})
        numbered = (file.with_stem(f"{file.stem}-{number}") for number in count(2))
        for path in chain((file,), numbered):
            if not path.exists():
                write_atomically(path, content)
                return path
            if path.stat().st_size == len(content) and bytes_of(path, len(content), "file of weights") == content:
                return path
        raise AssertionError("there is a number for every file")


def fit_state(project: Project, file: Path) -> StateFit:
    """What the layers of ``project`` take of the state dict in ``file``, in the order in which data runs through them.

    A layer takes all of its weights, or begins anew; so do layers that the project has begin anew in any case.

    Raises
    ------
    NetloomError
        if the file holds no state dict, or the network has errors.
    """
    state, asked = read_state(file), StartSection.of(project).fresh
    with torch.random.fork_rng(devices=[]), torch.device("meta"):
        own = compile_network(project.network).module.state_dict()
    mapping = map_state(_shapes(own), _shapes(state))
    held = grouped(_shapes(own))
    order = [id_ for id_ in project.network.ordered() if id_ in held]
    layers = tuple(_begins(id_, [*held[id_]], mapping, id_ in asked) for id_ in order)
    taking = {each.layer for each in layers if not each.reason}
    tensors = {name: _as_ours(tensor, name, mapping, state) for name, tensor in own.items() if layer_of(name) in taking}
    used = {mapping.taken[name].source for name in tensors if name in mapping.taken}
    left = tuple(name for name in state if name not in used and not name.endswith(COUNTER))
    return StateFit(layers, left, tensors)


def _shapes(state: dict[str, Tensor]) -> dict[str, tuple[int, ...]]:
    return {name: tuple(tensor.shape) for name, tensor in state.items()}


def _begins(id_: str, names: Sequence[str], mapping: StateMapping, asked: bool) -> LayerStart:
    """How a layer with the tensors ``names`` begins."""
    if asked:
        return LayerStart(layer=id_, reason=ASKED)
    needed = [name for name in names if not name.endswith(COUNTER)]
    found = [mapping.taken[name] for name in needed if name in mapping.taken]
    if len(found) < len(needed):
        some = f"the file has only a part of it ({len(found)} of {len(needed)} tensors)" if found else NOTHING
        return LayerStart(layer=id_, reason=some)
    ways = list(dict.fromkeys(one.how for one in found))
    how = ways[0] if len(ways) == 1 else " and ".join(ways)
    turned = ", turned over" if any(one.turned for one in found) else ""
    return LayerStart(layer=id_, source=_common([one.source for one in found]), how=f"{how}{turned}")


def _common(names: Sequence[str]) -> str:
    """The module that tensors belong to; several in short."""
    owners = list(dict.fromkeys(name.rpartition(".")[0] or name for name in names))
    return owners[0] if len(owners) == 1 else f"{owners[0]} … {owners[-1]}"


def _as_ours(own: Tensor, name: str, mapping: StateMapping, state: dict[str, Tensor]) -> Tensor:
    """A tensor of the file as the layer holds it."""
    taken = mapping.taken.get(name)
    if taken is None:
        return torch.zeros(tuple(own.shape), dtype=own.dtype)  # a counter, which the file lacks
    given = state[taken.source]
    return (given.T if taken.turned else given).reshape(tuple(own.shape)).to(own.dtype).clone().contiguous()


def kept_beside(file: Path, name: str, base: Path | None) -> Path:
    """Where the weights of ``file`` are kept for a project: in its folder, else beside the file of weights.

    Parameters
    ----------
    name
        what the project is called.
    base
        its folder; None while it was never saved.
    """
    stem = name.removesuffix(SUFFIX)
    return (base or file.resolve().parent) / f"{stem}-from-{file.stem}.safetensors"


def starting_from_state(
    project: Project,
    fit: StateFit,
    file: Path,
    frozen: tuple[str, ...] = (),
    fresh: tuple[str, ...] = (),
    base: Path | None = None,
) -> Project:
    """The project with the weights that were written to ``file`` to start from; layers that take none begin anew.

    The file is named relative to ``base`` where it lies in that folder.

    Raises
    ------
    NetloomError
        if the file cannot be read, or the project's section ``start`` is refused.
    """
    return starting_from(project, file, frozen, (*fit.anew, *fresh), base)
