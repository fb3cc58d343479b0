"""Initial weights of a training, and frozen layers: the project's section ``start``."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Self

from torch import nn

from app.training import checkpoints
from app.training.start_section import SECTION, StartSection, layer_of, layers_of
from graph.errors import NetloomError
from graph.project import Project
from graph.user_files import opened

LARGEST = 2**33
"""Files of weights over this many bytes are refused."""


class InitialWeights(StartSection):
    """The ``start`` section of a project, with the file that it names at hand."""

    @classmethod
    def at(
        cls, weights: Path, frozen: tuple[str, ...] = (), base: Path | None = None, fresh: tuple[str, ...] = ()
    ) -> Self:
        """Start from the file ``weights``, written relative to ``base`` where it lies in that folder.

        Raises
        ------
        NetloomError
            if the file cannot be read.
        """
        path = weights.resolve()
        inside = base is not None and path.is_relative_to(base.resolve())
        shown = path.relative_to(base.resolve()).as_posix() if inside and base is not None else str(path)
        return cls(weights=shown, sha256=digest_of(path), frozen=frozen, fresh=fresh)

    def load_into(self, module: nn.Module, base: Path | None) -> bool:
        """Put the weights into ``module``; whether there are any.

        Raises
        ------
        NetloomError
            if the file is missing, was altered, or is of another network.
        """
        if not self.weights:
            return False
        path = (base or Path()) / self.weights
        if digest_of(path) != self.sha256:
            raise NetloomError(
                f"{path} is not the file of weights that the project starts from: it was altered. "
                "Choose again which run it starts from."
            )
        tensors, _ = checkpoints.read(path)
        own = module.state_dict()
        layers, given = layers_of(own), self.by_layer(tensors)
        for layer in sorted(layers - layers_of(given) - {*self.fresh}):
            raise NetloomError(f"{path} has no weights of {layer}. Let {layer} begin anew.")
        taken = {name: tensor for name, tensor in given.items() if layer_of(name) in layers}
        kept = {name: tensor for name, tensor in own.items() if layer_of(name) in self.fresh}
        try:
            checkpoints.fill_module(module, taken | kept, path)
        except NetloomError as error:
            raise NetloomError(f"{error} Let a layer that differs begin anew.") from None
        return True

    def freeze(self, module: nn.Module) -> None:
        """Leave the frozen layers of ``module`` as they are, the statistics that they measure included.

        Layers that are muted, or lead to no output, have no weights in it.
        """
        parts = dict(module.named_children())
        for part in (parts[name] for name in self.frozen if name in parts):
            part.requires_grad_(False)
            part.eval()
            part.train = lambda mode=True, part=part: part  # type: ignore[method-assign,misc]


def digest_of(path: Path) -> str:
    """The fingerprint of a file of weights.

    Raises
    ------
    NetloomError
        if it cannot be read.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise NetloomError(f"{path} is larger than {LARGEST >> 30} GB, which no file of weights here is.")
        with opened(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        reason = (error.strerror or "it cannot be read").lower()
        raise NetloomError(f"{path}, the weights to start from, cannot be opened: {reason}.") from None


def starting_from(
    project: Project,
    weights: Path,
    frozen: tuple[str, ...] = (),
    fresh: tuple[str, ...] = (),
    base: Path | None = None,
) -> Project:
    """The project with a file of weights to start from, and ``frozen`` and ``fresh`` layers beside those it has.

    The file is named relative to ``base`` where it lies in that folder.

    Raises
    ------
    NetloomError
        if the file cannot be read, or the project's section ``start`` is refused.
    """
    before = InitialWeights.of(project)
    start = InitialWeights.at(
        weights,
        tuple(dict.fromkeys((*before.frozen, *frozen))),
        base,
        fresh=tuple(dict.fromkeys((*before.fresh, *fresh))),
    )
    return replace(project, sections={**project.sections, SECTION: start.to_json()})


def going_on_from(project: Project, weights: Path) -> Project:
    """The project with the weights of a run of its own to go on from: all of them, also where layers began anew.

    Raises
    ------
    NetloomError
        if the file cannot be read, or the project's section ``start`` is refused.
    """
    start = InitialWeights.at(weights, InitialWeights.of(project).frozen)
    return replace(project, sections={**project.sections, SECTION: start.to_json()})
