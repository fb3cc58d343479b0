"""What a search varies: settings of the plan and of layers, each over a range or a list of values."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from app.training.plan import Plan
from graph.checking.check import Checker
from graph.checking.layer_info import Severity
from graph.document import Document
from graph.errors import NetloomError
from graph.layers.base import Layer
from graph.layers.io import Output
from graph.layers.settings import Setting, sentence
from graph.network import Network
from graph.project import Project
from graph.structure.blocks import Block

PLAN = "plan"
"""What paths to settings of the plan begin with; others begin with a layer's id."""

LARGEST = 12
"""Settings of layers that a space made by itself varies, at most."""

CHANGES_LOSS = ("loss", "huber_delta", "class_weights", "own_weights", "objective", "adversarial_loss")
"""Settings by which two trainings have losses of different kinds."""

WIDTHS = ("units", "filters", "hidden_size")
"""Settings that say how wide a layer is."""

Value = bool | int | float | str


class SearchRange(BaseModel):
    """The values of one setting: those from ``low`` to ``high``, in equal ratios where ``log``, or a list."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)

    low: int | float | None = None
    high: int | float | None = None
    log: bool = False
    choices: tuple[Value, ...] = ()

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if self.choices:
            if self.low is not None or self.high is not None or self.log:
                raise ValueError("give either choices, or low and high")
            return self
        if self.low is None or self.high is None:
            raise ValueError("low and high are needed, or choices")
        if not self.low <= self.high:
            raise ValueError(f"low must not be above high ({self.low:g} and {self.high:g})")
        if self.log and self.low <= 0:
            raise ValueError("steps in equal ratios need a low end above 0")
        return self

    def ends(self) -> tuple[Value, ...]:
        """The values that bound the range, or all that are listed."""
        return self.choices or tuple(end for end in (self.low, self.high) if end is not None)

    def holds(self, value: object) -> bool:
        """Whether ``value`` is one of the range's."""
        if self.choices:
            return value in self.choices
        assert self.low is not None and self.high is not None
        return isinstance(value, int | float) and not isinstance(value, bool) and self.low <= value <= self.high

    def __str__(self) -> str:
        if self.choices:
            return ", ".join(str(choice) for choice in self.choices)
        return f"{self.low:g} to {self.high:g}{' (in equal ratios)' if self.log else ''}"


class Space(BaseModel):
    """The ``sweep`` section of a project, as a value.

    ``settings`` maps a path (``plan.learning_rate``, ``dense1.units``) to its range. ``metric`` of the validation set
    decides which trial is best, the lowest loss or the highest accuracy. With ``prune``, a trial ends early whose loss
    is worse than the median of the others at the same epoch. ``seed`` makes the search repeatable.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    settings: dict[str, SearchRange] = {}
    metric: Literal["loss", "accuracy"] = "loss"
    prune: bool = True
    seed: int = Field(0, ge=0, le=2**31 - 1)

    @classmethod
    def of(cls, project: Project) -> Self:
        """The space that ``project`` declares, or a sensible one where it declares none.

        Raises
        ------
        NetloomError
            if it is refused: no such layer or setting, a value that the setting refuses.
        """
        section = project.sections.get("sweep") or {}
        if not isinstance(section, Mapping):
            raise NetloomError("sweep: names with values are needed.")
        try:
            space = cls.model_validate_json(json.dumps(dict(section)))
        except ValidationError as error:
            raise sentence(error, "sweep") from None
        except (ValueError, TypeError, RecursionError):
            raise NetloomError("sweep: it holds what no file can; correct it.") from None
        if not space.settings:
            space = space.model_copy(update={"settings": default_settings(project)})
        space.check(project)
        return space

    def to_json(self) -> dict[str, Any]:
        """The section; `of` reads it back."""
        ranges = {path: one.model_dump(mode="json", exclude_defaults=True) for path, one in self.settings.items()}
        return self.model_dump(mode="json", exclude={"settings"}) | {"settings": ranges}

    def check(self, project: Project) -> None:
        """Refuse ranges that do not fit the settings they are for; the sentence names the path.

        Trials that differ in their loss are not ranked by it.
        """
        for path, values in self.settings.items():
            spec, now = found(project, path)
            for end in values.ends():
                _check(path, spec, end)
            if not values.choices and spec.type not in ("int", "float"):
                raise NetloomError(f"sweep: {path} is no number (now: {now}); list its values as choices.")
            if self.metric == "loss" and path.rpartition(".")[2] in CHANGES_LOSS and len(set(values.ends())) > 1:
                raise NetloomError(
                    f"sweep: {path} gives the trials different losses, which cannot be ranked against each other; "
                    "choose the metric accuracy, or take this setting out."
                )

    def now(self, project: Project) -> dict[str, Value]:
        """The project's own values, those alone that lie in their ranges."""
        own = {path: found(project, path)[1] for path in self.settings}
        return {path: value for path, value in own.items() if self.settings[path].holds(value)}


def applied(project: Project, values: Mapping[str, Value]) -> Project:
    """The project with the ``values`` by path in the place of its own.

    Raises
    ------
    NetloomError
        if one is refused.
    """
    document = Document(Network(project.network, project.network.connections))
    with document.transaction("Try"):
        plan = put(document, project, values)
    sections = {name: section for name, section in project.sections.items() if name != "sweep"}
    return Project(document.network, {**sections, PLAN: plan.to_json()})


def put(document: Document, project: Project, values: Mapping[str, Value]) -> Plan:
    """Give the layers of ``document`` and its plan the ``values`` by path, within a transaction; returns the plan.

    Raises
    ------
    NetloomError
        if a layer or setting is not there any more, or a value is refused.
    """
    for path in values:
        found(project, path)
    changes = {path.partition(".")[2]: value for path, value in values.items() if path.startswith(f"{PLAN}.")}
    for path, value in values.items():
        id_, _, name = path.partition(".")
        if id_ != PLAN:
            document.set_layer(id_, _changed(document.network.layer(id_), name, value))
    plan = Plan.of(project).changed(**changes)
    if changes:
        document.set_section(PLAN, plan.to_json())
    return plan


def _changed(layer: Layer, name: str, value: Value) -> Layer:
    return (
        layer.with_exposed(name, value) if isinstance(layer, Block) and "." in name else layer.changed(**{name: value})
    )


def found(project: Project, path: str) -> tuple[Setting, Any]:
    """The setting at ``path`` and its value in ``project``.

    Raises
    ------
    NetloomError
        if there is none.
    """
    id_, _, name = path.partition(".")
    if id_ == PLAN:
        plan = Plan.of(project)
        offered = {spec.name: (spec, getattr(plan, spec.name)) for spec in plan.settings()}
    elif id_ in project.network:
        layer = project.network.layer(id_)
        offered = {spec.name: (spec, getattr(layer, spec.name)) for spec in layer.settings()}
        if isinstance(layer, Block):
            offered |= {spec.name: (spec, value) for spec, value in layer.exposed_settings()}
    else:
        raise NetloomError(f"sweep: there is no layer “{id_}” for {path}; write plan.SETTING or LAYER.SETTING.")
    if name not in offered:
        raise NetloomError(f"sweep: {id_} has no setting “{name}”; it has {', '.join(offered) or 'none'}.")
    return offered[name]


def _check(path: str, spec: Setting, value: Value) -> None:
    wanted: dict[str, tuple[type, ...]] = {"int": (int,), "float": (int, float), "bool": (bool,), "text": (str,)}
    kinds = wanted.get(spec.type, (str,))
    fits = isinstance(value, kinds) and (isinstance(value, bool) == (spec.type == "bool"))
    complaint = spec.complaint(value) if fits else f"{spec.label} cannot be {value!r}"
    if spec.type == "choice" and value not in spec.choices:
        complaint = f"{spec.label} must be one of {', '.join(spec.choices)}, not {value}"
    if complaint:
        raise NetloomError(f"sweep: {path}: {complaint}.")


# A space that was not declared


def default_settings(project: Project) -> dict[str, SearchRange]:
    """The learning rate, the batch size, and widths and dropout of the layers that may vary.

    A layer may vary where the network also works with it half as wide and twice as wide, each by itself, so that the
    last layer before an output and branches that are added keep their sizes.
    """
    plan = Plan.of(project)
    lr = plan.learning_rate
    sizes = {max(1, round(plan.batch_size * 2**power)) for power in range(-2, 3)}
    space = {
        "plan.learning_rate": SearchRange(low=_short(lr / 10), high=_short(min(1000.0, lr * 10)), log=True),
        "plan.batch_size": SearchRange(choices=tuple(sorted(sizes))),
    }
    for path, values in _of_layers(project):
        if len(space) == LARGEST + 2:
            break
        space[path] = values
    return space


def _short(value: float) -> float:
    return float(f"{value:.3g}")


def _of_layers(project: Project) -> Iterator[tuple[str, SearchRange]]:
    for id_ in project.network.ordered():
        layer, node = project.network.layer(id_), project.network.node(id_)
        if node.muted or node.tied:
            continue
        if layer.drops_values:
            yield f"{id_}.rate", SearchRange(low=0.0, high=0.6)
        for name in WIDTHS:
            width = getattr(layer, name, None)
            if isinstance(width, int) and width > 1 and _may_vary(project.network, id_, name, width):
                yield f"{id_}.{name}", SearchRange(low=max(1, width // 4), high=width * 4, log=True)


def _may_vary(network: Network, id_: str, name: str, width: int) -> bool:
    if _before_an_output(network, id_):
        return False
    return all(_works(network, id_, name, other) for other in (max(1, width // 2), width * 2))


def _before_an_output(network: Network, id_: str) -> bool:
    """Whether what the layer gives leaves the network with the same number of features."""
    waiting, seen = [id_], set()
    while waiting:
        at = waiting.pop()
        seen.add(at)
        for wire in network.out_of(at):
            layer = network.layer(wire.target)
            if isinstance(layer, Output):
                return True
            if not any(hasattr(layer, width) for width in WIDTHS) and wire.target not in seen:
                waiting.append(wire.target)
    return False


def _works(network: Network, id_: str, name: str, width: int) -> bool:
    document = Document(Network(network, network.connections))
    try:
        with document.transaction("Try"):
            document.set_layer(id_, network.layer(id_).changed(**{name: width}))
    except NetloomError:
        return False
    checker = Checker(document)
    fine = all(problem.severity is not Severity.ERROR for problem in checker.problems)
    checker.close()
    return fine


def rounded(value: Value) -> Value:
    """A number as it is tried: four digits are enough to tell apart, and to read."""
    if isinstance(value, float) and value and math.isfinite(value):
        return float(f"{value:.4g}")
    return value
