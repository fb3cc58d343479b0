"""Trainings that cannot fit into the memory of this machine, refused before anything is built, with what would fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.data.dataset import DatasetInfo
from app.system.memory_budget import installed
from app.system.number_format import scaled
from app.training.plan_problems import readable_plan
from app.training.predicted_cost import project_training
from app.training.training_memory import TrainingMemory
from graph.checking.check import Checker
from graph.checking.fixes import Change, Fix, Replace
from graph.checking.layer_info import VALUE_BYTES, Costs, Problem, Severity
from graph.checking.length_costs import total_at_length
from graph.document import Document
from graph.layers.base import Layer
from graph.project import network_json, parse_network

WIDTHS = ("units", "filters", "hidden_size", "size")
"""Settings by which the weights of a layer, and what it gives, become fewer."""
HALVINGS = 20
STATES, MARGIN = 4, 20
"""Numbers for each weight, and for each value that layers make, that no training exceeds."""
LEAST_BATCH = 2
"""The smallest batch that is offered: some layers need more than one sample."""


def memory_problems(checker: Checker, sections: Mapping[str, Any], info: DatasetInfo | None) -> Iterator[Problem]:
    """That a step of the training needs more memory than this machine has; nothing where it may fit."""
    there, weights = installed(), VALUE_BYTES * checker.parameters
    if not checker.ok or _surely_fits(checker, sections, there) or (info is None and weights <= there):
        return
    training = project_training(checker, sections, info)
    needed = training.memory if training is not None else None
    least = needed.least if needed is not None else weights
    if least <= there:
        return
    largest = max(checker.useful, key=lambda id_: checker.layer_info(id_).parameters)
    by_weights = needed is None or needed.activations < least - needed.activations
    fixes = _fixes(checker, sections, info, needed, training.batch if training is not None else 0, largest)
    remedy = " Smaller sizes of its layers would." if not fixes else ""
    what = _parts(needed, weights)
    # The status line tells what all of a training takes: the sentence says how the two figures belong together.
    whole = f"it takes about {scaled(needed.total, 'B')}, of which " if needed is not None else ""
    message = (
        f"This training does not fit into the memory of this machine: {whole}a step alone needs {scaled(least, 'B')} "
        f"({what}), and there are {scaled(there, 'B')}. {_told(fixes)}{remedy}".strip()
    )
    yield Problem(Severity.ERROR, largest if by_weights else None, None, message, fixes)


def _surely_fits(checker: Checker, sections: Mapping[str, Any], there: int) -> bool:
    """Whether far more than is ever needed fits: the rest is not worked out then, for the check follows every edit."""
    plan = readable_plan(sections.get("plan"))
    values = (total_at_length(checker.counted) or Costs(0, 0, checker.activations)).activations
    batch = plan.batch_size if plan is not None else 1
    return VALUE_BYTES * (STATES * checker.parameters + MARGIN * values * batch) <= there


def _parts(needed: TrainingMemory | None, weights: int) -> str:
    """What takes the memory, in words."""
    if needed is None:
        return f"{scaled(weights, 'B')} for the weights alone"
    kept = needed.gradients + needed.optimiser
    return (
        f"weights {scaled(needed.weights, 'B')}, their gradients and what the optimiser remembers {scaled(kept, 'B')}, "
        f"values of a batch {scaled(needed.activations, 'B')}"
    )


def _told(fixes: tuple[Fix, ...]) -> str:
    """What would make it fit."""
    titles = [fix.title[:1].lower() + fix.title[1:] for fix in fixes]
    return f"What would make it fit: {', or '.join(titles)}." if titles else ""


def _fixes(
    checker: Checker,
    sections: Mapping[str, Any],
    info: DatasetInfo | None,
    needed: TrainingMemory | None,
    batch: int,
    largest: str,
) -> tuple[Fix, ...]:
    """A smaller batch, and fewer units of the layer with the most weights, as far as these are enough."""
    fixes = []
    size = _fitting_batch(needed, batch) if needed is not None else 0
    if LEAST_BATCH <= size < batch:
        fixes.append(Fix(f"Use batches of {size:,} samples", (Change("plan", {"batch_size": size}),)))
    narrower = _narrower(checker, sections, info, largest)
    if narrower is not None:
        name, layer = narrower
        title = f"Give {largest} {getattr(layer, name):,} {_called(name)} instead of "
        title += f"{getattr(checker.network.layer(largest), name):,}"
        fixes.append(Fix(title, (Replace(largest, layer),)))
    return tuple(fixes)


def _called(name: str) -> str:
    """What a setting counts."""
    return {"hidden_size": "units", "size": "features"}.get(name, name)


def _fitting_batch(needed: TrainingMemory, batch: int) -> int:
    """The largest power of two of samples whose values fit beside the weights; 0 where there is none."""
    free = installed() - (needed.least - needed.activations)
    most = int(free * batch // max(1, needed.activations))
    return 1 << (most.bit_length() - 1) if most > 0 else 0


def _narrower(
    checker: Checker, sections: Mapping[str, Any], info: DatasetInfo | None, id_: str
) -> tuple[str, Layer] | None:
    """A layer with a half, a quarter ... of its units, with which all fits; None where that is of no use."""
    layer = checker.network.layer(id_)
    name = next((name for name in WIDTHS if isinstance(getattr(layer, name, None), int)), None)
    if name is None:
        return None
    for halvings in range(1, HALVINGS):
        count = getattr(layer, name) >> halvings
        if count < 1:
            return None
        changed = layer.changed(**{name: count})
        found = _least(checker, sections, info, Replace(id_, changed))
        if found is None:
            return None  # what follows cannot take it
        if found <= installed():
            return name, changed
    return None


def _least(checker: Checker, sections: Mapping[str, Any], info: DatasetInfo | None, edit: Replace) -> int | None:
    """What a step needs at least once an edit is made; None where the network is wrong then."""
    document = Document(parse_network(network_json(checker.network), "network"), dict(sections))
    with document.transaction("Try"):
        edit.apply(document)
    tried = Checker(document, checker.data_spec)
    try:
        if not tried.ok:
            return None
        training = project_training(tried, sections, info)
        return VALUE_BYTES * tried.parameters if training is None else training.memory.least
    finally:
        tried.close()
