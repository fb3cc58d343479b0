"""Losses of a training script: the expression for what each output is trained with, and the function of them all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.data.readers.tokens import fills_up
from app.exchange.code_literals import constant
from app.exchange.script_pieces import Piece
from app.training.heads import Head
from app.training.label_smoothing import is_smoothed
from app.training.plan import Plan
from app.training.trainable import Model
from graph.errors import NetloomError
from graph.layers.io import Output
from graph.network import Network

NAMES = {
    "cross_entropy": "cross-entropy",
    "bce": "binary cross-entropy",
    "mse": "mean squared error",
    "half_squares": "half the sum of squared errors",
    "mae": "mean absolute error",
    "huber": "Huber loss",
    "hinge": "hinge loss",
}
"""Losses that can be written, as they are called in words."""


@dataclass(frozen=True)
class ScriptHead:
    """An output of the network in a script: the ``key`` of its target, and what its numbers are called there."""

    head: Head
    key: str
    single: bool
    """Whether one number tells both of two classes."""

    @property
    def weights(self) -> str:
        """The constant with the weight of each class or label."""
        return f"{self.key.upper()}_WEIGHTS" if self.head.class_weights else ""


def script_heads(model: Model, keys: Mapping[str, str]) -> tuple[ScriptHead, ...]:
    """The outputs of a model, with the ``keys`` of their targets by the names of the fields."""
    arriving = {head.output: model.compiled.layer_info[head.output].outputs["out"] for head in model.objective.heads}
    return tuple(
        ScriptHead(head, keys[head.field.name], bool(head.classes) and arriving[head.output].sizes == (1,))
        for head in model.objective.heads
    )


def check_losses(network: Network, plan: Plan) -> None:
    """Make sure that the losses of all outputs can be written as a script.

    Raises
    ------
    NetloomError
        if not; the sentence names the loss.
    """
    for node in network:
        if not isinstance(node.layer, Output):
            continue
        loss = node.layer.loss if node.layer.loss != "auto" else plan.loss
        if loss not in (*NAMES, "auto"):
            called = {"ctc": "CTC", "yolo": "YOLO's loss"}.get(loss, loss)
            raise NetloomError(
                f"{node.id}: {called} is not written as a training script; export the network alone (--to code), or "
                "choose another loss."
            )


def loss_piece(heads: Sequence[ScriptHead], plan: Plan) -> Piece:
    """The loss of a batch; with label smoothing a second function for training steps."""
    smooth = bool(plan.label_smoothing) and any(is_smoothed(each.head) for each in heads)
    constants = [constant(each.weights, list(each.head.class_weights)) for each in heads if each.weights]
    constants += [f"{each.weights} = torch.tensor({each.weights}, device=DEVICE)" for each in heads if each.weights]
    functions = [_function("loss_of", heads, plan, 0.0)]
    if smooth:
        functions.append(_function("training_loss", heads, plan, plan.label_smoothing))
    named = " plus ".join(dict.fromkeys(NAMES[each.head.loss] for each in heads))
    words = f"How far outputs are from their targets, as one number for a batch: the {named}."
    if constants:
        words += " Classes do not count alike: each has its weight."
    if smooth:
        words += (
            f" While training, {plan.label_smoothing:g} of the certainty is taken from the true class and spread "
            "evenly (label smoothing), so that the network stays unsure; validation and test keep the plain loss."
        )
    return Piece("The loss", words, "\n".join(constants) + ("\n\n\n" if constants else "") + "\n\n\n".join(functions))


def _function(name: str, heads: Sequence[ScriptHead], plan: Plan, smoothing: float) -> str:
    takes = "torch.Tensor" if len(heads) == 1 else "tuple[torch.Tensor, ...]"
    what = "as training makes it smaller" if smoothing else "of the outputs for a batch"
    lines = [
        f"def {name}(outputs: {takes}, batch: dict[str, torch.Tensor]) -> torch.Tensor:",
        f'    """The loss {what}."""',
    ]
    if len(heads) == 1:
        before, text = _loss(heads[0], "outputs", plan, smoothing)
        weight = heads[0].head.weight
        return "\n".join([*lines, *(f"    {line}" for line in before), f"    return {_times(weight, text)}"])
    for number, each in enumerate(heads):
        before, text = _loss(each, f"outputs[{number}]", plan, smoothing)
        lines += [f"    {line}" for line in before]
        lines.append(f"    loss{number + 1} = {_times(each.head.weight, text)}")
    return "\n".join([*lines, f"    return {' + '.join(f'loss{number + 1}' for number in range(len(heads)))}"])


def _times(weight: float, text: str) -> str:
    return text if weight == 1 else f"{weight!r} * {text if text.endswith(')') and '(' in text else f'({text})'}"


def _loss(each: ScriptHead, outputs: str, plan: Plan, smoothing: float) -> tuple[list[str], str]:
    """Lines that come before, and the expression of the loss of one output."""
    head, target = each.head, f'batch["{each.key}"]'
    smoothing = smoothing if is_smoothed(head) else 0.0
    if head.loss == "cross_entropy":
        return _cross_entropy(each, outputs, target, smoothing)
    if head.loss == "hinge":
        return _hinge(each, outputs, target)
    before: list[str] = []
    if head.classes:
        ones = f"{target}[:, None].float()" if each.single else f"F.one_hot({target}, {head.classes}).float()"
        before.append(f"wanted = {ones}")
        target = "wanted"
    elif head.padded:
        before.append(f"own = ~{target}.isnan()  # the steps that count")
        if head.loss == "half_squares":
            before.append(f"wanted = torch.where(own, {target}, {outputs}.detach())")
            target = "wanted"
        else:
            outputs, target = f"{outputs}[own]", f"{target}[own]"
    if smoothing:
        target = f"{1 - smoothing!r} * {target} + {smoothing / 2!r}"
    if each.weights and head.classes:
        before.append(f'weights = {each.weights}[batch["{each.key}"]]')
        text = _values(head, outputs, target, plan, ', reduction="none"')
        by_sample = f"0.5 * {text}.sum(1)" if head.loss == "half_squares" else f"{text}.mean(1)"
        return [*before, f"losses = {by_sample}"], "(losses * weights).sum() / weights.sum()"
    if each.weights:
        return before, _labels(each, outputs, target, bool(smoothing))
    if head.loss == "half_squares":
        return before, f"0.5 * ({outputs} - {target}).square().flatten(1).sum(1).mean()"
    return before, _values(head, outputs, target, plan, "")


def _values(head: Head, outputs: str, target: str, plan: Plan, further: str) -> str:
    """Torch's own loss of numbers."""
    functions = {"mse": "mse_loss", "half_squares": "mse_loss", "mae": "l1_loss", "huber": "huber_loss"}
    if head.loss in functions:
        delta = f", delta={plan.huber_delta!r}" if head.loss == "huber" else ""
        return f"F.{functions[head.loss]}({outputs}, {target}{delta}{further})"
    if head.final_activation:
        return f"F.binary_cross_entropy({outputs}.clamp(0, 1), {target}{further})"
    return f"F.binary_cross_entropy_with_logits({outputs}, {target}{further})"


def _labels(each: ScriptHead, outputs: str, target: str, smoothed: bool) -> str:
    """Binary cross-entropy in which the samples that have a label count by its weight."""
    if not each.head.final_activation:
        return f"F.binary_cross_entropy_with_logits({outputs}, {target}, pos_weight={each.weights})"
    if smoothed:
        raise NetloomError(
            f"{each.head.output}: weights of labels with label smoothing behind a sigmoid are not written as a "
            "training script. Take the sigmoid out, which the loss makes itself, or switch label smoothing off."
        )
    weight = f"weight=1 + ({each.weights} - 1) * {target}"
    return f"F.binary_cross_entropy({outputs}.clamp(0, 1), {target}, {weight})"


def _hinge(each: ScriptHead, outputs: str, target: str) -> tuple[list[str], str]:
    if not each.single:
        weight = f"{each.weights}[{target}]"
        losses = f'F.multi_margin_loss({outputs}, {target}, reduction="none")'
        if each.weights:
            return [f"losses = {losses}", f"weights = {weight}"], "(losses * weights).sum() / weights.sum()"
        return [], f"F.multi_margin_loss({outputs}, {target})"
    before = [f"signs = 2.0 * {target} - 1.0  # 1 for the second of two classes, -1 for the first"]
    losses = f"(1.0 - signs * {outputs}[:, 0]).clamp_min(0)"
    if each.weights:
        return [*before, f"weights = {each.weights}[{target}]"], f"({losses} * weights).sum() / weights.sum()"
    return before, f"{losses}.mean()"


def _cross_entropy(each: ScriptHead, outputs: str, target: str, smoothing: float) -> tuple[list[str], str]:
    """Of logits torch's own; of probabilities, that of their logarithms."""
    head = each.head
    further = ""
    if head.pixels:
        target = f"{target}.argmax(1)"
    elif head.listed:
        outputs, target = f"{outputs}.flatten(0, 1)", f"{target}.flatten()"
        further += ", ignore_index=0" if fills_up(head.field.vocabulary) else ""
    before: list[str] = []
    if head.final_activation == "softmax":
        before.append(f"logits = {outputs}.clamp_min(1e-30).log()  # their softmax is what the network gives")
    elif head.final_activation:
        before.append(f"logits = torch.logit({outputs}, eps=1e-7)  # the network gives what a sigmoid makes of them")
    logits = "logits" if before else outputs
    if head.final_activation == "softmax":
        return _of_logarithms(each, logits, target, smoothing, further, before)
    if each.weights and smoothing:
        before.append(f"logarithms = F.log_softmax({logits}, 1)")
        return _of_logarithms(each, "logarithms", target, smoothing, further, before)
    further += f", weight={each.weights}" if each.weights else ""
    further += f", label_smoothing={smoothing!r}" if smoothing else ""
    return before, f"F.cross_entropy({logits}, {target}{further})"


def _of_logarithms(
    each: ScriptHead, logarithms: str, target: str, smoothing: float, further: str, before: list[str]
) -> tuple[list[str], str]:
    """The same of logarithms of probabilities; smoothing holds them against all classes alike."""
    weight = f", weight={each.weights}" if each.weights else ""
    plain = f"F.nll_loss({logarithms}, {target}{weight}{further})"
    if not smoothing:
        return before, plain
    if each.weights:
        before.append(f"weights = {each.weights}[{target}]")
        even = f"(-{logarithms}.mean(1) * weights).sum() / weights.sum()"
    else:
        counted = f"[{target} != 0]" if "ignore_index" in further else ""
        even = f"-{logarithms}{counted}.mean()"
    before += [f"plain = {plain}", f"even = {even}"]
    return before, f"{1 - smoothing!r} * plain + {smoothing!r} * even"
