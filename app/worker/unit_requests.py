"""What the window asks about units and answers, and the replies: requests in, messages out.

Long work is done in pieces. Each request does a little, for `LITTLE` seconds unless it names other ``seconds``, and
replies with what it has so far and with ``done`` of ``total``; whoever wants the rest sends that back and asks again.
So a worker that trains meanwhile goes on between two pieces, and to cancel is not to ask again. Nothing is kept here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from app.data.dataset import Array
from app.data.readers.tokens import text_of
from app.insight import activation_maximisation, attribution, top_activations
from app.insight.activations import ProbedLayer, Progress, check_units, layer_of, source_of, until
from app.insight.attribution import AttributionQuery, Covered, by_place
from app.insight.maximisation_settings import MOST_UNITS, Recipe
from app.insight.receptive_patch import sight_of
from app.protocol.json_values import plain
from app.protocol.loose import Loose as Message
from app.training.trainable import Model
from graph.errors import NetloomError

LITTLE = 0.1
MOST_STEPS = 5000

Fields = Mapping[str, Any]


def ranking(model: Model, message: Message) -> Message:
    """The samples that excite each unit of ``layer`` most, in ``part``, by its strongest place or by the ``mean``.

    Arrays as in `top_activations.Ranking`; fields ``done``, ``total``, ``units``, ``places`` (whether a unit is a
    map), and ``names`` of units that are answers, such as classes.
    """
    layer, fields = _layer(model, message.fields), message.fields
    part = top_activations.part_named(model, str(fields.get("part") or "test"))
    found = top_activations.Ranking.parse(message.arrays, whole(fields, "done", 0), layer.units)
    found = top_activations.rank(model, layer, part, found, bool(fields.get("mean")), _time(fields))
    facts: dict[str, Any] = {"done": found.done, "total": part.samples, "units": layer.units, "places": layer.places}
    facts["names"] = list(top_activations.unit_names(model, layer))
    return Message("ranking", facts, {"values": found.values, "rows": found.rows, "places": found.places})


def exemplars(model: Model, message: Message) -> Message:
    """Samples number ``rows`` of ``part``, each with the patch that a unit of ``layer`` sees from ``places``.

    Arrays as in `app.insight.top_activations.exemplars`; fields ``input`` and ``target`` say what the fields are.
    """
    layer, fields = _layer(model, message.fields), message.fields
    part = top_activations.part_named(model, str(fields.get("part") or "test"))
    rows, places = _list(fields, "rows"), _list(fields, "places")
    found = top_activations.exemplars(model, layer, part, rows, places)
    dataset = model.prepared.dataset
    facts = {
        "input": dataset.field_named(top_activations.shown_field(model)).info.to_json(),
        "target": model.objective.heads[0].field.to_json(),
    }
    return Message("exemplars", plain(facts), found)


def exciting(model: Model, message: Message) -> Message:
    """The inputs that excite ``units`` of ``layer`` most, a few steps further; ``recipe`` holds settings of `Recipe`.

    Arrays: ``state`` float32 (n, *sizes) to be sent back; ``input`` the same in the data's own units, ``away`` in
    deviations from the data's mean; ``values`` float32 (n,) what each unit says to it. The first reply holds ``patch``
    float32 (2 axes) too where a place of a map is excited that sees only a patch of the input.
    """
    layer, fields, recipe = _layer(model, message.fields), message.fields, _recipe(message.fields)
    units = _list(fields, "units")
    check_units(layer, units)
    if len(units) > MOST_UNITS:
        raise NetloomError(f"Exciting inputs are sought for {MOST_UNITS} units at a time; ask for fewer.")
    source = source_of(model)
    done, total = whole(fields, "done", 0), recipe.steps
    state = activation_maximisation.beginning(model, source, units, recipe.seed)
    if done:
        state = torch.from_numpy(_array(message, "state", tuple(state.shape))).to(state.device)
    if done < total:
        state, done = activation_maximisation.climb(
            model, layer, source, units, recipe, state, range(done, total), _time(fields)
        )
    own = model.prepared.undo(source.field.name, np.ascontiguousarray(state.cpu().numpy()))
    values = activation_maximisation.activations(model, layer, source, units, state, recipe.whole)
    arrays = {
        "state": np.ascontiguousarray(state.cpu().numpy()),
        "input": own,
        "away": activation_maximisation.deviations(model, source, state),
        "values": values,
    }
    if not recipe.whole and not whole(fields, "done", 0) and (sight := sight_of(model, layer, source)) is not None:
        arrays["patch"] = sight.patches(
            np.array([activation_maximisation.middle_place(layer, math.prod(sight.sizes))])
        )[0]
    facts = {"done": done, "total": total, "units": units, "input": source.field.to_json()}
    return Message("exciting", plain(facts), arrays)


def reasons(model: Model, message: Message) -> Message:
    """What in the sample at position ``sample`` speaks for answer number ``answer`` (none: the one it prefers).

    ``method`` is one of `METHODS`. Every reply has ``done`` and ``total``, and once done the array ``map`` float32
    (*places). ``gradients`` also gives ``product`` (gradient x input), ``input`` (*sizes) in the data's own units and
    ``away`` in deviations from the data's mean, and the fields ``answers`` (names), ``said`` (probabilities or
    numbers), ``predicted``, ``true``, ``score``, and ``blank``, the baseline's score.
    """
    fields = message.fields
    method = str(fields.get("method") or "gradients")
    if method not in METHODS:
        raise NetloomError(f"There is no way “{method}” to explain an answer; choose one of {', '.join(METHODS)}.")
    answer = fields.get("answer")
    question = AttributionQuery.about(
        model, whole(fields, "sample", 0), None if answer is None else whole(fields, "answer", 0)
    )
    reply = METHODS[method](question, message)
    return Message("reasons", {"method": method, **plain(reply.fields)}, reply.arrays)


def _gradients(question: AttributionQuery, message: Message) -> Message:
    kind, found = question.source.field.shape.kind, attribution.gradients(question)
    values = question.sample[0].cpu().numpy()
    own = question.model.prepared.undo(question.source.field.name, values[None])[0]
    away = values - question.baseline()[0].cpu().numpy()
    arrays = {
        "map": by_place(found, kind, strongest=True),
        "product": by_place(found * away, kind),
        "input": np.ascontiguousarray(own),
        "away": activation_maximisation.deviations(question.model, question.source, question.sample)[0],
    }
    return Message("", {"done": 1, "total": 1, **_facts(question, message)}, arrays)


def _facts(question: AttributionQuery, message: Message) -> dict[str, Any]:
    head, field = question.head, question.head.field
    score, blank = attribution.gained(question)
    names = _words(question) or list(field.classes) or list(field.names)
    names = names or [f"value {at + 1}" for at in range(question.count)]
    return {
        "answers": names[: question.count],
        "classes": bool(head.classes),
        "unit": next(iter(field.units), "") if not head.classes else "",
        "said": question.probabilities().tolist(),
        "predicted": question.predicted() if head.classes else None,
        "answer": question.target,
        "score": score,
        "blank": blank,
        "input": question.source.field.to_json(),
        "sample": whole(message.fields, "sample", 0),
        "true": question.truth().tolist(),
        "truth": text_of(question.truth().tolist(), field.vocabulary) if head.listed else "",
    }


def _words(question: AttributionQuery) -> list[str]:
    """What is said at each step, numbered; empty for a network that says no words."""
    if not question.head.listed:
        return []
    vocabulary = question.head.field.vocabulary
    return [f"{step}: {vocabulary[word]}" for step, word in enumerate(question.words, 1)]


def _integrated(question: AttributionQuery, message: Message) -> Message:
    fields = message.fields
    steps = max(1, min(whole(fields, "steps", 64), MOST_STEPS))
    done = whole(fields, "done", 0)
    state = _array(message, "sum", tuple(question.sample.shape[1:])) if done else None
    total, done = attribution.integrated(question, steps, done, state, _time(fields))
    arrays = {"sum": total}
    facts: dict[str, Any] = {"done": done, "total": steps}
    if done >= steps:
        found = attribution.attributed(question, steps, total)
        arrays["map"] = by_place(found, question.source.field.shape.kind)
        facts |= {"adds": float(found.sum(dtype=np.float64))}
    return Message("", facts, arrays)


def _occlusion(question: AttributionQuery, message: Message) -> Message:
    fields = message.fields
    patch, stride = max(1, whole(fields, "patch", 1)), max(1, whole(fields, "stride", 1))
    patches = attribution.patches_of(question, patch, stride)
    done, sizes = whole(fields, "done", 0), attribution.places_of(question)
    found = Covered(_array(message, "drops", sizes), _array(message, "counts", sizes), done) if done else None
    found = attribution.occlude(question, patches, found, _time(fields))
    arrays = {"drops": found.drops, "counts": found.counts, "map": found.map}
    return Message("", {"done": found.done, "total": len(patches)}, arrays)


def _grad_cam(question: AttributionQuery, message: Message) -> Message:
    found = attribution.grad_cam(question, _layer(question.model, message.fields))
    return Message("", {"done": 1, "total": 1}, {"map": found})


METHODS = {"gradients": _gradients, "integrated": _integrated, "occlusion": _occlusion, "grad_cam": _grad_cam}
"""The ways to explain an answer, by their names in requests."""


def _layer(model: Model, fields: Fields) -> ProbedLayer:
    return layer_of(model, str(fields.get("layer") or ""))


def _recipe(fields: Fields) -> Recipe:
    values = fields.get("recipe")
    return Recipe.parse(values if isinstance(values, Mapping) else {}, Recipe.title)


def _time(fields: Fields) -> Progress:
    try:
        return until(min(max(float(fields.get("seconds", LITTLE)), 0.0), 1.0))
    except (TypeError, ValueError):
        raise NetloomError("The time for a piece of work must be a number of seconds.") from None


def whole(fields: Fields, name: str, usual: int) -> int:
    """A whole number in a request, at least 0.

    Raises
    ------
    NetloomError
        if it is something else.
    """
    value = fields.get(name, usual)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise NetloomError(f"“{name}” must be a whole number of at least 0 (given: {value!r:.40}).")
    return value


def _list(fields: Fields, name: str) -> list[int]:
    values = fields.get(name)
    if not isinstance(values, Sequence) or not all(
        isinstance(one, int) and not isinstance(one, bool) for one in values
    ):
        raise NetloomError(f"“{name}” must be a list of whole numbers.")
    return [int(one) for one in values]


def _array(message: Message, name: str, shape: tuple[int, ...]) -> Array:
    """An array of a request that carries on with work begun before."""
    found = message.arrays.get(name)
    if found is None or found.shape != shape or found.dtype != np.float32:
        raise NetloomError(f"The request lacks “{name}”, what was found so far; begin again.")
    array: Array = np.array(found)
    return array
