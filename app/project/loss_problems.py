"""Problems of losses that do not suit their targets, with fixes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.data.dataset import DatasetInfo, FieldInfo
from app.project.data_spec import default_target
from app.training.losses import check_loss, chosen_loss, final_activation
from app.training.plan import ADVERSARIAL, objective_of
from graph.checking.check import Checker
from graph.checking.fixes import Edit, Fix, Replace, Write
from graph.checking.layer_info import Problem, Severity
from graph.errors import NetloomError
from graph.layers.io import Output
from graph.network import Network, Node


def target_of(output: Output, info: DatasetInfo, plan: object) -> FieldInfo | None:
    """The field that an output predicts; None where the data has none of that name."""
    wanted = output.target or default_target(info, plan)
    return next((field for field in info.fields if field.name == wanted), None)


def loss_problems(checker: Checker, sections: Mapping[str, Any], info: DatasetInfo | None) -> list[Problem]:
    """What keeps outputs that lead somewhere from being trained with the loss that they or the plan name."""
    plan = sections.get("plan")
    settings = plan if isinstance(plan, Mapping) else {}
    if info is None or objective_of(settings) in ADVERSARIAL:
        return []
    outputs = (node for node in checker.network if isinstance(node.layer, Output) and not node.muted)
    return [problem for node in outputs for problem in _problems(checker.network, node, settings, info)]


def _problems(network: Network, node: Node, settings: Mapping[str, Any], info: DatasetInfo) -> Iterator[Problem]:
    assert isinstance(node.layer, Output)
    field = target_of(node.layer, info, settings)
    if field is None or network.at(node.id, "in") is None:
        return  # the checker says so
    loss = chosen_loss(node.layer, str(settings.get("loss", "auto")), field, final_activation(network, node.id))
    if loss == "ctc":
        return  # so it does of what CTC needs
    try:
        check_loss(node.id, field, loss)
    except NetloomError as error:
        own = node.layer.loss != "auto"
        edit: Edit = (
            Replace(node.id, node.layer.changed(loss="auto")) if own else Write("plan", {**settings, "loss": "auto"})
        )
        fixes = (Fix("Take the loss that suits the target", (edit,)),) if own or "loss" in settings else ()
        yield Problem(Severity.ERROR, node.id, None, str(error), fixes)
