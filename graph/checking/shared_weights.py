"""Weight sharing (tied layers): what keeps a layer from using the weights of another, with repairs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from graph.checking.fixes import Fix, Replace
from graph.checking.layer_info import LayerInfo, Problem, Severity
from graph.document import Document
from graph.network import Network, Node
from graph.shapes import Shape


@dataclass(frozen=True)
class Untie:
    """Give a layer weights of its own."""

    target: str

    def apply(self, document: Document) -> None:
        """Tie it to no other."""
        document.tie(self.target, None)


def sharing_problems(
    network: Network, node: Node, inputs: Mapping[str, Shape], owner: LayerInfo | None, useful: Collection[str]
) -> tuple[Problem, ...]:
    """What keeps ``node``, at which ``inputs`` arrive, from using the weights of the layer that it is tied to.

    ``owner`` is what is known of that layer, and ``useful`` are the layers that lead to an output.
    """
    if node.tied is None:
        return ()
    owning = network.node(node.tied)
    apart = Fix(f"Give {node.id} weights of its own", (Untie(node.id),))
    if owning.layer != node.layer:
        message = f"{node.id} shares the weights of {owning.id}, but their settings differ."
        fix = Fix(f"Take the settings of {owning.id}", (Replace(node.id, owning.layer),))
        return (Problem(Severity.ERROR, node.id, None, message, (fix,)),)
    if node.id not in useful or owner is None:
        return ()
    if owning.id not in useful or owning.muted:
        why = "is muted" if owning.muted else "leads to no output"
        message = f"{node.id} shares the weights of {owning.id}, which {why}, so there are none to share."
        return (Problem(Severity.ERROR, node.id, None, message, (apart,)),)
    if not owner.outputs or owner.inputs == inputs or _alike(node, inputs, owner.inputs):
        return ()  # what keeps the owner from taking what arrives at it is said there
    message = (
        f"{node.id} shares the weights of {owning.id}, but {_arriving(inputs)} arrives at it and "
        f"{_arriving(owner.inputs)} at {owning.id}, which needs weights of other sizes."
    )
    return (Problem(Severity.ERROR, node.id, None, message, (apart,)),)


def _alike(node: Node, inputs: Mapping[str, Shape], others: Mapping[str, Shape]) -> bool:
    """Whether the layer would own the same modules for both."""
    return node.layer.modules(inputs) == node.layer.modules(others)


def _arriving(inputs: Mapping[str, Shape]) -> str:
    return " and ".join(shape.described() for shape in inputs.values())
