"""The project's section ``start``: a file of weights to start from, and frozen layers. Needs no torch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import Field

from graph.errors import NetloomError
from graph.layers.declared import Declared
from graph.project import Project


class StartSection(Declared):
    """The ``start`` section of a project.

    ``weights`` is a safetensors file (relative paths begin at the project's folder; empty for fresh weights) and
    ``sha256`` its fingerprint. ``frozen`` are ids of layers that training does not change, ``fresh`` of those that
    begin with weights of their own, whatever the file holds of them.
    """

    weights: str = ""
    sha256: str = Field("", pattern=r"^([0-9a-f]{64})?$")
    frozen: tuple[str, ...] = ()
    fresh: tuple[str, ...] = ()

    @classmethod
    def of(cls, project: Project) -> Self:
        """The section of ``project``; without one, fresh weights and nothing frozen.

        Raises
        ------
        NetloomError
            if something in it is refused.
        """
        return cls.read(project.sections.get("start"))

    @classmethod
    def read(cls, section: object) -> Self:
        """The section as a file holds it, or None where it holds none.

        Raises
        ------
        NetloomError
            if something in it is refused.
        """
        if not isinstance(section or {}, Mapping):
            raise NetloomError("start: names with values are needed.")
        return cls.parse(section or {}, "start")  # type: ignore[arg-type]

    def to_json(self) -> dict[str, Any]:
        """The section; `of` reads it back."""
        return self.model_dump(mode="json", exclude_defaults=True)
