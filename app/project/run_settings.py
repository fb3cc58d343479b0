"""The settings that runs were trained with, flat and by name, and what differs between two of them in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from app.data.data_choice import DataChoice
from app.project.network_comparison import Sign, network_differences
from app.training.network_facts import network_facts
from app.training.plan_problems import readable_plan
from app.training.start_section import StartSection
from graph.errors import NetloomError
from graph.network import Network
from graph.project import Project

MANY = 2000
"""Layers of a network whose parameters are not counted for a list."""
FIRST_WEIGHTS = "first weights"
"""What the values of a run call the weights that its training began with."""
AT_RANDOM, FROZEN = "drawn at random", "frozen layers"
NAMED = 3
"""Differences that are named one by one; the others are counted."""


@dataclass(frozen=True, eq=False)
class RunSettings:
    """What a run was trained with: settings by name as text, its network, and its parameters where they are known."""

    values: Mapping[str, str] = field(default_factory=dict)
    network: Network = field(default_factory=Network)
    parameters: int | None = None


def settings_of(project: Project) -> RunSettings:
    """The settings of data, training and layers of a project; sections that cannot be read tell nothing."""
    network = project.network
    sections = project.sections
    values = {**_start(sections.get("start")), **_data(sections.get("data")), **_training(sections.get("plan"))}
    values |= _layers(network)
    return RunSettings(values, network, _parameters(network))


def varying(runs: Sequence[RunSettings]) -> list[str]:
    """Names of the settings that are not the same in all of ``runs``, in the order of the first that has them."""
    names = dict.fromkeys(name for run in runs for name in run.values)
    return [name for name in names if len({run.values.get(name) for run in runs}) > 1]


@lru_cache(maxsize=512)
def changes(before: RunSettings, after: RunSettings) -> tuple[str, ...]:
    """What leads from one run's settings to another's: ``lstm1 hidden size 32 → 4``, ``4,641 → 113 parameters``."""
    found = [*_changes_of_network(before.network, after.network), *setting_changes(before, after)]
    found.sort(key=lambda change: not change.startswith(FIRST_WEIGHTS))  # without that nothing else can be judged
    if before.parameters != after.parameters and None not in (before.parameters, after.parameters):
        found.append(f"{before.parameters:,} → {after.parameters:,} parameters")
    return tuple(found)


def summary(found: Sequence[str]) -> str:
    """Differences in one line: the first few, and how many more there are; parameters, the last, are always named."""
    shown = list(found)
    if len(found) > NAMED + 1:
        shown = [*found[: NAMED - 1], f"{len(found) - NAMED} more", found[-1]]
    return "; ".join(shown)


def _changes_of_network(before: Network, after: Network) -> Iterator[str]:
    if before is after:
        return
    wires = 0
    for each in network_differences(before, after):
        if each.wire:
            wires += 1
            continue
        name = ".".join(each.path)
        label, colon, rest = each.text.partition(": ")
        sign = "" if each.sign is Sign.CHANGED else f"{each.sign} "
        yield f"{name} {label.lower()} {rest}" if colon and not sign else f"{sign}{name}: {each.text}"
    if wires:
        yield f"{wires} wire{'' if wires == 1 else 's'}"


def setting_changes(before: RunSettings, after: RunSettings) -> Iterator[str]:
    """What differs in data and training; what differs in layers is told with the network."""
    own = {node.id for network in (before.network, after.network) for node in network}
    for name in dict.fromkeys((*before.values, *after.values)):
        old, new = before.values.get(name), after.values.get(name)
        if old != new and name.partition(" ")[0] not in own:
            yield f"{name} {old or 'none'} → {new or 'none'}"


def _start(section: object) -> dict[str, str]:
    """Where the first weights came from, and which layers were frozen."""
    try:
        start = StartSection.read(section)
    except NetloomError:
        return {}
    return {
        FIRST_WEIGHTS: _origin(start) if start.weights else AT_RANDOM,
        FROZEN: ", ".join(start.frozen),
    }


def _origin(start: StartSection) -> str:
    """Where the weights are from, as the list of runs says it."""
    return f"of {start.source}" if start.run else start.source


def _data(section: object) -> dict[str, str]:
    try:
        choice = DataChoice.parse(section) if section is not None else None
    except NetloomError:
        return {}
    if choice is None:
        return {}
    labels = {spec.name: spec.label for spec in type(choice.source).settings()}
    options = {f"data {labels.get(name, name)}": _text(value) for name, value in choice.source.values().items()}
    split = {f"split {name}": _text(value) for name, value in choice.split.model_dump(mode="json").items()}
    own = {"data": choice.source.title, "standardised": _text(choice.standardise)}
    own |= {} if choice.fold is None else {"cross-validation": str(choice.fold)}
    return {**own, **options, **split, "augmentation": _text(choice.augment.model_dump(exclude_defaults=True))}


def _training(section: object) -> dict[str, str]:
    plan = readable_plan(section)
    return {spec.label: _text(getattr(plan, spec.name)) for spec in plan.settings()} if plan is not None else {}


def _layers(network: Network) -> dict[str, str]:
    if len(network) > MANY:
        return {}
    return {
        f"{node.id} {spec.label.lower()}": _text(getattr(node.layer, spec.name))
        for node in network
        for spec in type(node.layer).settings()
    }


def _parameters(network: Network) -> int | None:
    return None if len(network) > MANY else network_facts(network).parameters


def _text(value: Any) -> str:
    """A setting as people write it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_text(each)}" for name, each in value.items())
    if isinstance(value, tuple | list):
        return " × ".join(map(_text, value))
    return "" if value is None else str(value)
