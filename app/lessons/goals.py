"""Conditions of a lesson's goals: one predicate for each kind, over the project and its training metrics."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.data.data_choice import DataChoice
from app.data.dataset import DatasetInfo
from app.lessons.schema import (
    FitsGoal,
    GapGoal,
    Goal,
    LayerGoal,
    LossGoal,
    MetricGoal,
    NoHintsGoal,
    OutputGoal,
    ParametersGoal,
    ReceptiveFieldGoal,
    SettingGoal,
    TrainedGoal,
    VisitGoal,
    WithoutGoal,
)
from app.project.project_hints import SECTION, project_hints
from app.protocol.events import SHARES
from app.training.plan import Plan
from graph.checking.check import Checker
from graph.errors import NetloomError
from graph.network import Node

STILL = 1e-3
"""Share of its first value by which a loss may move that counts as stuck."""


@dataclass
class RunResults:
    """What training said since a lesson began: of the last run, and how much was trained in all."""

    epochs: int = 0
    steps: int = 0
    parameters: int | None = None
    losses: list[float] = field(default_factory=list)
    parts: dict[str, Mapping[str, float]] = field(default_factory=dict)

    def take(self, event: str, fields: Mapping[str, Any]) -> None:
        """Note an event of training: ``started``, ``points``, ``epoch`` or ``finished``, with its plain values."""
        if event == "started":
            self.parameters = fields["parameters"]
            self.losses, self.parts = [], {}
        elif event == "points":
            self.steps = max(self.steps, int(fields["step"]))
        elif event == "epoch":
            self.epochs += 1
            self.steps = max(self.steps, int(fields["step"]))
            loss = fields["train"].get("loss")
            self.losses += [float(loss)] if isinstance(loss, int | float) else []
            self.parts.update(train=fields["train"], validation=fields["validation"])
        elif event == "finished" and fields.get("test"):
            self.parts["test"] = fields["test"]

    def count_anew(self) -> None:
        """Count epochs and steps from here on."""
        self.epochs = self.steps = 0

    def value(self, part: str, metric: str) -> float | None:
        """A metric on a part, where it is known."""
        value = self.parts.get(part, {}).get(metric)
        return float(value) if isinstance(value, int | float) else None


@dataclass(frozen=True)
class Situation:
    """What goals look at: the project's network, its sections, its data, its training, and the places visited."""

    checker: Checker
    sections: Mapping[str, Any]
    info: DatasetInfo | None
    results: RunResults
    visited: frozenset[str] = frozenset()

    def layers(self, name: str = "") -> Iterator[Node]:
        """The layers that lead to an output and are not muted: the one with this id, those of this kind, or all."""
        network = self.checker.network
        nodes = [node for node in network if node.id in self.checker.useful and not node.muted]
        if name in network:
            return (node for node in nodes if node.id == name)
        return (node for node in nodes if not name or node.layer.kind == name)


def met(goal: Goal, now: Situation) -> bool:
    """Whether the goal is met."""
    return _OF_RUNS[goal.kind](goal, now.results) if goal.kind in _OF_RUNS else _CHECKS[goal.kind](goal, now)


def met_by_run(goal: Goal, results: RunResults) -> bool:
    """Whether the goal is about training alone, and training has met it."""
    return goal.kind in _OF_RUNS and _OF_RUNS[goal.kind](goal, results)


def _layer(goal: LayerGoal, now: Situation) -> bool:
    fitting = [node for node in now.layers() if node.layer.kind in goal.of and _set_so(node, goal.settings)]
    return len(fitting) >= goal.least and (goal.most is None or len(fitting) <= goal.most)


def _set_so(node: Node, settings: Mapping[str, Any]) -> bool:
    values = node.layer.values()
    return all(name in values and _plain(values[name]) == _plain(value) for name, value in settings.items())


def _plain(value: Any) -> Any:
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value


def _without(goal: WithoutGoal, now: Situation) -> bool:
    return not any(node.layer.kind in goal.of for node in now.layers())


def _output(goal: OutputGoal, now: Situation) -> bool:
    shapes = [shape for node in now.layers(goal.layer) for shape in now.checker.layer_info(node.id).outputs.values()]
    return any(list(shape.sizes) == goal.shape for shape in shapes)


def _parameters(goal: ParametersGoal, now: Situation) -> bool:
    if not goal.layer:
        return goal.holds(now.checker.parameters)
    return any(goal.holds(now.checker.layer_info(node.id).parameters) for node in now.layers(goal.layer))


def _receptive_field(goal: ReceptiveFieldGoal, now: Situation) -> bool:
    seen = (now.checker.layer_info(node.id).receptive_size for node in now.layers(goal.layer))
    return any(size is not None and list(size) == goal.size for size in seen)


def _fits(_goal: FitsGoal, now: Situation) -> bool:
    return now.checker.ok


def _no_hints(goal: NoHintsGoal, now: Situation) -> bool:
    undismissed = {name: value for name, value in now.sections.items() if name != SECTION}
    hints = project_hints(now.checker, undismissed, now.info)
    return not any(not goal.rules or hint.rule in goal.rules for hint in hints)


def _setting(goal: SettingGoal, now: Situation) -> bool:
    value = setting_of(goal.section, goal.name, now.sections)
    if goal.value is not None:
        return bool(value == goal.value)
    if not isinstance(value, int | float):
        return False
    return (goal.least is None or value >= goal.least) and (goal.most is None or value <= goal.most)


def setting_of(section: str, name: str, sections: Mapping[str, Any]) -> Any:
    """A setting of the plan or of the data, defaults included; None where there is no such setting."""
    values = sections.get(section) or {}
    try:
        if section == "plan":
            value: Any = Plan.parse(values).to_json()
        else:
            choice = DataChoice.parse(values)
            value = choice.to_json() | {"augment": choice.augment.model_dump(mode="json")}
    except NetloomError:
        return None
    for key in name.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _trained(goal: TrainedGoal, results: RunResults) -> bool:
    return results.epochs >= goal.epochs and results.steps >= goal.steps and results.steps > 0


def _metric(goal: MetricGoal, results: RunResults) -> bool:
    value = results.value(goal.part, goal.metric)
    if value is None or not goal.holds(value):
        return False
    return goal.parameters is None or (results.parameters or 0) <= goal.parameters


def _loss(goal: LossGoal, results: RunResults) -> bool:
    losses = results.losses
    if len(losses) < 2:
        return False
    first, last = losses[0], losses[-1]
    if goal.stuck:
        return abs(last - first) <= STILL * abs(first)
    return goal.falls is not None and last <= first * (1 - goal.falls)


def _gap(goal: GapGoal, results: RunResults) -> bool:
    train, validation = (results.value(part, goal.metric) for part in ("train", "validation"))
    if train is None or validation is None:
        return False
    better_when_higher = goal.metric in {*SHARES, "r2", "f1_micro", "f1_macro"}
    return goal.holds(train - validation if better_when_higher else validation - train)


def _visit(goal: VisitGoal, now: Situation) -> bool:
    return goal.place in now.visited


_OF_RUNS: Mapping[str, Callable[[Any, RunResults], bool]] = {
    "trained": _trained,
    "metric": _metric,
    "loss": _loss,
    "gap": _gap,
}
_CHECKS: Mapping[str, Callable[[Any, Situation], bool]] = {
    "layer": _layer,
    "without": _without,
    "output": _output,
    "parameters": _parameters,
    "receptive_field": _receptive_field,
    "fits": _fits,
    "no_hints": _no_hints,
    "setting": _setting,
    "visit": _visit,
}
