"""What helps against overfitting, in the order in which it does, as edits of a project and in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.data.data_choice import DataChoice
from app.data.dataset import DatasetInfo
from app.data.split import Split
from app.system.number_format import counted, format_percent
from app.training.plan import Plan
from graph.checking.fixes import Change, Fix
from graph.errors import NetloomError
from graph.shapes import Kind

SMALL_SHARE = 0.5
"""Share of the samples below which there are more to learn from than are used."""
WEIGHT_DECAY, SHIFT = 0.01, 0.1
NONE_LEFT = (
    "No setting is left that usually helps: gather more samples, or make the network smaller or give it Dropout."
)


@dataclass(frozen=True)
class Remedies:
    """The edits that are left, what helps most first, and a sentence that says so; or that none is left."""

    fixes: tuple[Fix, ...]
    words: str


Named = tuple[Fix, str]
"""An edit, and what it is called among others that help."""


def remedies(
    sections: Mapping[str, Any], plan: Plan, info: DatasetInfo | None, parts: Mapping[str, int], *others: Named
) -> Remedies:
    """What helps a network that overfits, of what its project does not do yet.

    ``parts`` are the numbers of samples of training, validation and test set, empty where they are not known.
    ``others`` are edits that help too, less than more data.
    """
    choice = _choice(sections)
    found = [*_more_samples(choice, parts), *others, *_altered_pictures(choice, info)]
    if not plan.weight_decay:
        found.append((Fix("Use weight decay", (Change("plan", {"weight_decay": WEIGHT_DECAY}),)), "weight decay"))
    if not found:
        return Remedies((), NONE_LEFT)
    named = ", ".join([*(words for _, words in found), "a smaller network"])
    return Remedies(tuple(fix for fix, _ in found), f"What helps, the most first: {named}.")


def _choice(sections: Mapping[str, Any]) -> DataChoice | None:
    try:
        return DataChoice.parse(sections.get("data"))
    except NetloomError:
        return None


def _more_samples(choice: DataChoice | None, parts: Mapping[str, int]) -> Iterator[Named]:
    """Where most samples are kept from the training: a share of them as usual."""
    whole, learned = sum(parts.values()), parts.get("train", 0)
    if choice is None or not learned or learned >= SMALL_SHARE * whole or choice.split.train >= SMALL_SHARE:
        return
    usual = Split()
    shares = dict(zip(("train", "validation", "test"), usual.shares, strict=True))
    values = choice.split.model_dump(mode="json") | shares
    fix = Fix(f"Train on {format_percent(usual.train, 0)} of the samples", (Change("data", {"split": values}),))
    only = f"{counted(learned, 'sample')} of {whole:,}, {format_percent(learned / whole, 0)}"
    yield fix, f"more training data (it has only {only})"


def _altered_pictures(choice: DataChoice | None, info: DatasetInfo | None) -> Iterator[Named]:
    """Pictures of one class each may be moved a little; where something stands in them must not."""
    if choice is None or info is None or choice.augment.active or not info.target_field().classes:
        return
    if info.input_field().shape.kind is Kind.IMAGE:
        yield Fix("Shift the pictures a little", (Change("data", {"augment": {"shift": SHIFT}}),)), "shifted pictures"
