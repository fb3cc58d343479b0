"""Initial weights of a training, and frozen layers: the project's section ``start``."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from pydantic import Field
from torch import nn

from app.training import checkpoints
from graph.errors import NetloomError
from graph.layers.declared import Declared
from graph.project import Project
from graph.user_files import opened

LARGEST = 2**33
"""Files of weights over this many bytes are refused."""


class InitialWeights(Declared):
    """The ``start`` section of a project.

    ``weights`` is a safetensors file (relative paths begin at the project's folder; empty for fresh weights) and
    ``sha256`` its fingerprint. ``frozen`` are ids of layers that training does not change.
    """

    weights: str = ""
    sha256: str = Field("", pattern=r"^([0-9a-f]{64})?$")
    frozen: tuple[str, ...] = ()

    @classmethod
    def of(cls, project: Project) -> Self:
        """The section of ``project``; without one, fresh weights and nothing frozen.

        Raises
        ------
        NetloomError
            if something in it is refused.
        """
        section = project.sections.get("start") or {}
        if not isinstance(section, Mapping):
            raise NetloomError("start: names with values are needed.")
        return cls.parse(section, "start")

    @classmethod
    def at(cls, weights: Path, frozen: tuple[str, ...] = (), base: Path | None = None) -> Self:
        """Start from the file ``weights``, written relative to ``base`` where it lies in that folder.

        Raises
        ------
        NetloomError
            if the file cannot be read.
        """
        path = weights.resolve()
        inside = base is not None and path.is_relative_to(base.resolve())
        shown = path.relative_to(base.resolve()).as_posix() if inside and base is not None else str(path)
        return cls(weights=shown, sha256=_digest(path), frozen=frozen)

    def to_json(self) -> dict[str, Any]:
        """The section; `of` reads it back."""
        return self.model_dump(mode="json", exclude_defaults=True)

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
        if _digest(path) != self.sha256:
            raise NetloomError(f"{path} is not the file of weights that the project starts from: it was altered.")
        tensors, _ = checkpoints.read(path)
        checkpoints.fill_module(module, tensors, path)
        return True

    def freeze(self, module: nn.Module) -> None:
        """Leave the frozen layers of ``module`` as they are, the statistics that they measure included.

        Raises
        ------
        NetloomError
            if there is no such layer with weights.
        """
        for name in self.frozen:
            part = dict(module.named_children()).get(name)
            if part is None:
                raise NetloomError(f"{name} cannot be frozen: there is no layer of that name with weights.")
            part.requires_grad_(False)
            part.eval()
            part.train = lambda mode=True, part=part: part  # type: ignore[method-assign,misc]


def _digest(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise NetloomError(f"{path} is larger than {LARGEST >> 30} GB, which no file of weights here is.")
        with opened(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        reason = (error.strerror or "it cannot be read").lower()
        raise NetloomError(f"{path}, the weights to start from, cannot be opened: {reason}.") from None


def starting_from(project: Project, weights: Path) -> Project:
    """The project with a file of weights to start from; what is frozen stays so.

    Raises
    ------
    NetloomError
        if the file cannot be read, or the project's section ``start`` is refused.
    """
    start = InitialWeights.at(weights, InitialWeights.of(project).frozen)
    return replace(project, sections={**project.sections, "start": start.to_json()})
