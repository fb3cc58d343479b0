"""The project's section ``start``: a file of weights to start from, and frozen layers. Needs no torch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Self, TypeVar

from pydantic import Field

from app.training.runs import MADE_UP, WEIGHTS
from graph.changes import LayerRemoved, LayerRenamed, Section
from graph.checking.check import Checker
from graph.errors import NetloomError
from graph.layers.declared import Declared
from graph.project import Project
from graph.section_keeping import keeps_section

T = TypeVar("T")
SECTION = "start"
"""What projects call it."""


class StartSection(Declared):
    """The ``start`` section of a project.

    ``weights`` is a safetensors file (relative paths begin at the project's folder; empty for fresh weights) and
    ``sha256`` its fingerprint. ``frozen`` are ids of layers that training does not change, ``fresh`` of those that
    begin with weights of their own, whatever the file holds of them. ``names`` says what the file calls layers that
    were renamed since, by their ids.
    """

    title: ClassVar[str] = SECTION

    weights: str = ""
    sha256: str = Field("", pattern=r"^([0-9a-f]{64})?$")
    frozen: tuple[str, ...] = ()
    fresh: tuple[str, ...] = ()
    names: Mapping[str, str] = Field(default_factory=dict)

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

    def section(self) -> Section:
        """The same, None where it says nothing."""
        return self.to_json() or None

    # What it says

    @property
    def run(self) -> Path | None:
        """The folder of the run whose weights they are; None where they are of no run."""
        file = Path(self.weights)
        return file.parent if file.name == WEIGHTS and file.parent.name else None

    @property
    def source(self) -> str:
        """Where the weights are from, in words: ``the run low 12:31``, or the name of a file."""
        if self.run is None:
            return Path(self.weights).name
        made_up = MADE_UP.search(self.run.name)
        title = MADE_UP.sub("", self.run.name)
        return f"the run {title} {made_up[1]}:{made_up[2]}" if made_up else f"the run {title}"

    def file(self, base: Path | None) -> Path | None:
        """The file of weights; None where there is none, or where it is not known from which folder it is reached."""
        path = Path(self.weights)
        if not self.weights or (base is None and not path.is_absolute()):
            return None
        return (base or Path()) / path

    def own_name(self, layer: str) -> str:
        """What the file of weights calls a layer of the project."""
        return self.names.get(layer, layer)

    def by_layer(self, tensors: Mapping[str, T]) -> dict[str, T]:
        """What a file of weights holds for layers that do not begin anew, under the names that these have now."""
        now = {called: layer for layer, called in self.names.items()}
        moved = {name: now.get(layer_of(name), layer_of(name)) for name in tensors if layer_of(name) not in self.names}
        moved |= {name: now[layer_of(name)] for name in tensors if layer_of(name) in now}
        return {
            f"{layer}{name.removeprefix(layer_of(name))}": tensors[name]
            for name, layer in moved.items()
            if layer not in self.fresh
        }

    # Edits

    def marking(self, ids: Iterable[str], *, frozen: bool | None = None, fresh: bool | None = None) -> Self:
        """With layers frozen or not, and beginning anew or not; None leaves that as it is.

        A layer that begins anew does not stay frozen: what is drawn at random is there to be trained.
        """
        chosen = tuple(ids)

        def marked(before: tuple[str, ...], on: bool | None) -> tuple[str, ...]:
            if on is None:
                return before
            rest = tuple(id_ for id_ in before if id_ not in chosen)
            return tuple(dict.fromkeys((*before, *chosen))) if on else rest

        return self.changed(
            frozen=marked(self.frozen, False if fresh else frozen), fresh=marked(self.fresh, False if frozen else fresh)
        )

    def from_random_weights(self) -> Self:
        """Without the file of weights; what is frozen stays so."""
        return self.changed(weights="", sha256="", names={})

    def without(self, layer: str) -> Self:
        """With nothing said of a layer, which is gone."""
        return self.changed(
            frozen=tuple(id_ for id_ in self.frozen if id_ != layer),
            fresh=tuple(id_ for id_ in self.fresh if id_ != layer),
            names={id_: name for id_, name in self.names.items() if id_ != layer},
        )

    def renamed(self, old: str, new: str) -> Self:
        """With a layer called otherwise; the file of weights knows it by the name that it had."""
        names = {id_: name for id_, name in self.names.items() if id_ != old}
        if self.weights and self.own_name(old) != new:
            names[new] = self.own_name(old)
        return self.changed(
            frozen=tuple(new if id_ == old else id_ for id_ in self.frozen),
            fresh=tuple(new if id_ == old else id_ for id_ in self.fresh),
            names=names,
        )


def layer_of(name: str) -> str:
    """The layer that a tensor of a module belongs to."""
    return name.partition(".")[0]


def layers_of(names: Iterable[str]) -> set[str]:
    """The layers that tensors belong to."""
    return {layer_of(name) for name in names}


def trainable(checker: Checker, start: StartSection) -> int:
    """Parameters that training changes: those of all layers that count, but for frozen ones."""
    infos = (checker.layer_info(id_) for id_ in start.frozen if id_ in checker.network)
    return checker.parameters - sum(info.parameters for info in infos if not info.dead)


def _kept(section: Section, change: LayerRenamed | LayerRemoved) -> Section:
    """The section once a layer was renamed or removed; one that cannot be read stays as it is."""
    try:
        start = StartSection.read(section)
    except NetloomError:
        return section
    followed = (
        start.renamed(change.old, change.new) if isinstance(change, LayerRenamed) else start.without(change.node.id)
    )
    return section if followed == start else followed.section()


keeps_section(SECTION, _kept)
