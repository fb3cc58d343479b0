"""Problems of objectives and losses that do not suit the targets, with fixes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from app.data.dataset import DatasetInfo, FieldInfo
from app.data.prepare import Prepared
from app.training.class_weights import check_weighable
from app.training.data_spec import default_target
from app.training.losses import (
    check_loss,
    check_range,
    check_scores,
    chosen_loss,
    final_activation,
    final_layer,
    is_standardised,
    suited_loss,
)
from app.training.plan import ADVERSARIAL, TEACHER_FORCING, Plan, objective_of
from app.training.sequence.decoder_input import NO_DECODER_INPUT, decoder_input, next_token_input
from app.training.sequence.reading_ahead import reading_ahead
from app.training.sequence.transcripts import check_steps
from graph.checking.check import Checker
from graph.checking.fixes import Bypass, Change, Edit, Fix, Replace
from graph.checking.layer_info import Problem, Severity
from graph.errors import NetloomError
from graph.layers import usual_layers
from graph.layers.base import Layer
from graph.layers.io import Output
from graph.network import Node


def target_of(output: Output, info: DatasetInfo, plan: object) -> FieldInfo | None:
    """The field that an output predicts; None where the data has none of that name."""
    wanted = output.target or default_target(info, plan)
    return next((field for field in info.fields if field.name == wanted), None)


def objective_problems(
    checker: Checker,
    sections: Mapping[str, Any],
    info: DatasetInfo | None,
    values: Callable[[], Prepared] | None = None,
) -> list[Problem]:
    """What keeps outputs from being trained with the objective and the losses that they or the plan name.

    ``values`` gives the data itself, where losses may ask what it holds.
    """
    plan = sections.get("plan")
    settings = plan if isinstance(plan, Mapping) else {}
    if info is None or objective_of(settings) in ADVERSARIAL:
        return []
    outputs = [node for node in checker.network if isinstance(node.layer, Output) and not node.muted]
    problems = [
        _softmax_problem(checker, node, sections, info) or _loss_problem(checker, node, sections, info, values)
        for node in outputs
    ]
    weights = _weights_problem([node.layer for node in outputs], settings, info)
    return [problem for problem in (_decoder_problem(checker, settings, info), *problems, weights) if problem]


def _weights_problem(outputs: Sequence[Layer], settings: Mapping[str, Any], info: DatasetInfo) -> Problem | None:
    """Class weights need classes, and own ones must fit them."""
    if settings.get("class_weights", "none") == "none":
        return None
    targets = [target_of(layer, info, settings) for layer in outputs if isinstance(layer, Output)]
    try:
        check_weighable(Plan.parse(settings), [field for field in targets if field is not None])
    except NetloomError as error:
        fix = Fix("Count all classes alike", (Change("plan", {"class_weights": "none"}),))
        return Problem(Severity.ERROR, None, None, str(error), (fix,))
    return None


def _decoder_problem(checker: Checker, settings: Mapping[str, Any], info: DatasetInfo) -> Problem | None:
    """Teacher forcing needs an input that reads the target one step late, and layers that do not read it ahead.

    The latter is so of every network that predicts the next token of what it reads.
    """
    with suppress(NetloomError):  # the data has no such field, and the checker says so
        if objective_of(settings) not in TEACHER_FORCING:
            read = next_token_input(checker.network, info)
            return reading_ahead(checker, info, read) if read else None
        field = decoder_input(checker.network, info, settings)
        if field:
            return reading_ahead(checker, info, field)
        fix = Fix("Train by targets instead", (Change("plan", {"objective": "supervised"}),))
        return Problem(Severity.ERROR, None, None, NO_DECODER_INPUT, (fix,))
    return None


def _loss_problem(
    checker: Checker,
    node: Node,
    sections: Mapping[str, Any],
    info: DatasetInfo,
    values: Callable[[], Prepared] | None,
) -> Problem | None:
    plan, network = sections.get("plan"), checker.network
    settings = plan if isinstance(plan, Mapping) else {}
    assert isinstance(node.layer, Output)
    field = target_of(node.layer, info, settings)
    if field is None or network.at(node.id, "in") is None:
        return None  # the checker says so
    loss = chosen_loss(node.layer, str(settings.get("loss", "auto")), field, final_activation(network, node.id))
    try:
        if loss != "ctc":  # the checker says what CTC needs
            check_loss(node.id, field, loss, standardised=is_standardised(field, sections))
            check_scores(node.id, loss, final_activation(network, node.id))
        if values is not None and not field.classes and not field.labels and loss in ("bce", "ctc"):
            _check_values(checker, node.id, field, loss, values)
    except NetloomError as error:
        return Problem(Severity.ERROR, node.id, None, str(error), _loss_fixes(node, settings, suited_loss(field, info)))
    return None


def _check_values(checker: Checker, id_: str, field: FieldInfo, loss: str, values: Callable[[], Prepared]) -> None:
    """Refuse what only the values of a target show."""
    shape = checker.layer_info(id_).outputs.get("out")
    if loss == "bce":
        check_range(id_, field, loss, values())
    elif shape is not None and not checker.layer_info(id_).problems:
        check_steps(id_, field.name, shape.known_time, values())


def _softmax_problem(checker: Checker, node: Node, sections: Mapping[str, Any], info: DatasetInfo) -> Problem | None:
    """A softmax over a single value, which makes 1 of everything."""
    final, _ = final_layer(checker.network, node.id)
    shape = checker.layer_info(node.id).outputs.get("out")
    if final is None or shape is None or final.layer.final_activation != "softmax" or shape.features != 1:
        return None
    assert isinstance(node.layer, Output)
    field = target_of(node.layer, info, sections.get("plan"))
    fix = Fix(f"Take {final.id} out", (Bypass(final.id),))
    if field is not None and (field.classes or field.labels):
        fix = Fix("Use a sigmoid", (Replace(final.id, usual_layers.smooth_step()),))
    message = f"{final.id}: of a single value a softmax makes 1, whatever it is, so nothing is learned."
    return Problem(Severity.ERROR, final.id, None, message, (fix,))


def _loss_fixes(node: Node, settings: Mapping[str, Any], suited: str) -> tuple[Fix, ...]:
    """The loss that is ``suited``, where another one was chosen: at the output or in the plan."""
    assert isinstance(node.layer, Output)
    edit: Edit = Change("plan", {"loss": "auto"})
    if node.layer.loss != "auto" or suited != "auto":
        edit = Replace(node.id, node.layer.changed(loss=suited))
    elif settings.get("loss", "auto") == "auto":
        return ()
    return (Fix("Take the loss that suits the target", (edit,)),)
