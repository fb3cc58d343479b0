"""The settings that runs were trained with, flat and by name, and what differs between two of them in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import PurePath
from typing import Any

from app.data.data_choice import DataChoice
from app.data.readers.dialect import DECIMALS, DELIMITERS
from app.data.readers.recipe import ReadingRecipe
from app.data.sources.file_source import FileSource
from app.data.sources.source import Source
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
FILE = "file"
"""What the values of a run call the path of its data."""
FOUND = {"decimal": "decimal sign", "delimiter": "delimiter", "encoding": "encoding"}
"""How a text file is written, by the names of the settings and as it is told; it is mostly found, seldom said."""
UNSEEN = {"\t": "tab", " ": "space", "auto": ""}
"""Signs that nobody sees; ``auto`` says nothing where a file was not read yet."""
UNTOLD = ("sha256", "rules")
"""Settings of data that say nothing to people."""
NAMED = 3
"""Differences that are named one by one; the others are counted."""


@dataclass(frozen=True, eq=False)
class RunSettings:
    """What a run was trained with: settings by name as text, its network, and its parameters where they are known."""

    values: Mapping[str, str] = field(default_factory=dict)
    network: Network = field(default_factory=Network)
    parameters: int | None = None
    data: DataChoice | None = None


def settings_of(project: Project) -> RunSettings:
    """The settings of data, training and layers of a project; sections that cannot be read tell nothing."""
    network = project.network
    sections = project.sections
    choice = _choice(sections.get("data"))
    values = {**_start(sections.get("start")), **_data(choice), **_training(sections.get("plan"))}
    values |= _layers(network)
    return RunSettings(values, network, _parameters(network), choice)


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
        if old == new or name.partition(" ")[0] in own or (name in FOUND.values() and not (old and new)):
            continue
        if name == FILE and old and new and PurePath(old).name != PurePath(new).name:
            old, new = PurePath(old).name, PurePath(new).name
        yield f"{name} {old or 'none'} → {new or 'none'}"
    if before.data is not None and after.data is not None:
        yield from _reading_changes(before.data.source, after.data.source)


def _reading_changes(before: Source, after: Source) -> Iterator[str]:
    """What differs in the content of a file and in how it is read, without its hash and its recipe."""
    if not isinstance(before, FileSource) or not isinstance(after, FileSource):
        return
    hashes = before.sha256, after.sha256
    same_file = before.path == after.path
    if same_file and all(hashes) and hashes[0] != hashes[1]:
        yield f"content of {PurePath(after.path).name} changed"
    old, new = _recipe(before), _recipe(after)
    for column in new.columns if old is not None and new is not None else ():
        earlier = old.by_name.get(column.name) if old is not None else None
        if earlier is None or earlier == column:
            continue
        if earlier.type is not column.type:
            yield f"column {column.name} {earlier.type} → {column.type}"
        elif same_file and hashes[0] == hashes[1]:
            yield f"column {column.name} is read otherwise"
    values = before.values(), after.values()
    for name, value in values[1].items():
        if name != "reading" and isinstance(value, Mapping) and same_file and values[0].get(name) not in (None, value):
            yield f"data {name} changed"


def _recipe(source: Source) -> ReadingRecipe | None:
    """How a table is read, where it is one and was read."""
    recipe = getattr(source, "reading", None)
    return recipe if isinstance(recipe, ReadingRecipe) else None


def different_targets(before: RunSettings, after: RunSettings) -> tuple[str, str] | None:
    """What each of two runs predicts, where that is not the same; None where it is, or is not known.

    Columns of files are told apart by their names, what known sets are labelled with by its classes, if it has any.
    """
    if before.data is None or after.data is None:
        return None
    old, new = _target(before.data.source), _target(after.data.source)
    if old is None or new is None or old.of_file is not new.of_file:
        return None
    if old.words == new.words or old.known_by == new.known_by:  # a set of points may be asked for more classes
        return None
    return old.words, new.words


@dataclass(frozen=True)
class _Target:
    """What a training predicts, in words, and what makes it the same as another."""

    words: str
    known_by: str | tuple[str, ...]
    of_file: bool


def _target(source: Source) -> _Target | None:
    """The target of a source; None where that is found only by reading a file."""
    if isinstance(source, FileSource):
        said = getattr(source, "target", "")
        name = said if isinstance(said, str) else ", ".join(said)
        return _Target(f"“{name}”", name, True) if name else None
    try:
        info = source.known_info()
    except NetloomError:
        return None
    if info is None:
        return None
    target = info.target_field()
    return _Target(f"“{target.name}” of {source.title}", tuple(target.classes) or target.name, False)


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


def _choice(section: object) -> DataChoice | None:
    """The data of a project; None where there is none that can be read."""
    try:
        return DataChoice.parse(section) if section is not None else None
    except NetloomError:
        return None


def _data(choice: DataChoice | None) -> dict[str, str]:
    if choice is None:
        return {}
    options = _options(choice.source)
    split = {f"split {name}": _text(value) for name, value in choice.split.model_dump(mode="json").items()}
    own = {"data": choice.source.title, "standardised": _text(choice.standardise)}
    own |= {} if choice.fold is None else {"cross-validation": str(choice.fold)}
    return {**own, **options, **split, "augmentation": _text(choice.augment.model_dump(exclude_defaults=True))}


def _options(source: Source) -> dict[str, str]:
    """The settings of a source that mean something to people, with how its file was found to be written."""
    labels = {spec.name: spec.label for spec in type(source).settings()}
    file = isinstance(source, FileSource)
    recipe = _recipe(source)
    told = dict[str, str]()
    for name, value in source.values().items():
        if name in UNTOLD or isinstance(value, Mapping):
            continue
        if file and name == "path":
            told[FILE] = str(value)
        elif file and name in FOUND:
            found = (getattr(recipe.dialect, name) if recipe is not None else "") or str(value)
            sign = (DELIMITERS | DECIMALS).get(found, found)
            told[FOUND[name]] = UNSEEN.get(sign, sign)
        else:
            told[f"data {labels.get(name, name)}"] = _text(value)
    return told


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
    if isinstance(value, tuple | list) and any(isinstance(each, str) for each in value):
        return ", ".join(map(_text, value))
    if isinstance(value, tuple | list):
        return " × ".join(map(_text, value))
    return "" if value is None else str(value)
