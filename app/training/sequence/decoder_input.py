"""Teacher forcing without torch: which input reads what the network has written so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.data.dataset import DatasetInfo, FieldInfo
from app.training.plan import TEACHER
from graph.layers.io import Input, Output
from graph.network import Network


def is_dictated(plan: object) -> bool:
    """Whether by the section ``plan`` of a project a network is told the true words while it learns to write."""
    return isinstance(plan, Mapping) and plan.get("objective") in TEACHER


def written_field(read: Iterable[FieldInfo], target: FieldInfo) -> str:
    """The field among those ``read`` that holds the target one step late; empty if none has its length and words."""
    alike = [one.name for one in read if one.listed and _form(one) == _form(target) and one.name != target.name]
    return "written" if "written" in alike else alike[-1] if alike else ""


def written_by(network: Network, info: DatasetInfo, plan: object) -> str:
    """The field that ``network`` writes itself once it has learned; empty where it learns without a teacher."""
    if not is_dictated(plan):
        return ""
    layers = [node.layer for node in network]
    read = [info.input_field(one.field) for one in layers if isinstance(one, Input)]
    targets = [info.target_field(one.target) for one in layers if isinstance(one, Output)]
    found = (written_field(read, target) for target in targets if target.listed)
    return next((name for name in found if name), "")


def _form(field: FieldInfo) -> tuple[object, ...]:
    return field.shape, field.vocabulary
