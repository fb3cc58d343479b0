"""A network with its data and training settings, as rules of hints see it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.data.data_choice import DataChoice
from app.data.dataset import DatasetInfo, FieldInfo
from app.training.objective_problems import target_of
from app.training.plan_problems import readable_plan
from graph.checking.check import Checker
from graph.checking.habits import HintContext
from graph.layers.io import Input, Output
from graph.network import Node
from graph.open_length import Length


class ProjectContext(HintContext):
    """A network with its data and plan; ``info``, ``choice`` and ``plan`` are None where they cannot be read."""

    def __init__(
        self, checker: Checker, sections: Mapping[str, Any], info: DatasetInfo | None, choice: DataChoice | None
    ) -> None:
        super().__init__(checker)
        self.info, self.choice = info, choice
        self.plan = readable_plan(sections.get("plan"))
        self._sections = sections

    def read_by(self, node: Node) -> FieldInfo | None:
        """The field whose steps arrive at a layer, its first input followed back; None where they are others."""
        steps, fields = self._times(node.id), {node.id: field for node, field in self.inputs()}
        while node.inputs and (connection := self.network.at(node.id, node.inputs[0])) is not None:
            node = self.network.node(connection.source)
            if self._times(connection.source) != steps:
                return None
        return fields.get(node.id)

    def _times(self, id: str) -> Length:
        """Steps of what a layer takes, or of an input what it gives."""
        shape = self.arriving(id) or self.leaving(id)
        return shape.length if shape is not None else None

    def outputs(self) -> Iterator[Node]:
        """The output layers."""
        return (node for node in self.nodes if isinstance(node.layer, Output))

    def inputs(self) -> Iterator[tuple[Node, FieldInfo]]:
        """Each input with the field that it reads, where both are known."""
        for node in self.nodes:
            if isinstance(node.layer, Input) and self.info is not None:
                wanted = node.layer.field or self.info.inputs[0]
                yield from ((node, field) for field in self.info.fields if field.name == wanted)

    def loss_of(self, output: Node) -> str:
        """The loss of an output as it was chosen, there or in the plan."""
        assert isinstance(output.layer, Output)
        return output.layer.loss if output.layer.loss != "auto" else (self.plan.loss if self.plan else "auto")

    def target(self, output: Node) -> FieldInfo | None:
        """The field that an output predicts, where it is known."""
        assert isinstance(output.layer, Output)
        return target_of(output.layer, self.info, self._sections.get("plan")) if self.info is not None else None
