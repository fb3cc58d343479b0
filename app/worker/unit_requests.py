"""Requests about the units of a layer: ranked samples, exemplars, and inputs that activate a unit most."""

from __future__ import annotations

import math

import numpy as np
import torch

from app.insight.activation_maximisation import activations, beginning, climb, deviations, middle_place
from app.insight.activations import check_units, layer_of, source_of, until
from app.insight.maximisation_settings import MOST_UNITS, Recipe
from app.insight.receptive_patch import sight_of
from app.insight.top_activations import Ranking, exemplars, part_named, rank, shown_field, unit_names
from app.protocol.unit_messages import (
    Exemplars,
    FindExemplars,
    MaximiseActivations,
    MaximisedInputs,
    RankUnits,
    UnitRanking,
)
from app.training.trainable import Model
from app.worker.handlers import handles_run
from graph.errors import NetloomError


@handles_run(RankUnits)
def rank_units(model: Model, request: RankUnits) -> UnitRanking:
    """Go on with the ranking of a part's samples by the units of a layer."""
    layer, part, before = layer_of(model, request.layer), part_named(model, request.part), request.so_far
    ranking = Ranking.empty(layer.units)
    if before is not None:
        ranking = Ranking(before.values, before.rows, before.places, before.done).checked(layer.units)
    ranking = rank(model, layer, part, ranking, request.mean, until(request.seconds))
    return UnitRanking(
        done=ranking.done,
        total=part.samples,
        values=ranking.values,
        rows=ranking.rows,
        places=ranking.places,
        names=tuple(unit_names(model, layer)),
        maps=layer.places,
    )


@handles_run(FindExemplars)
def find_exemplars(model: Model, request: FindExemplars) -> Exemplars:
    """Samples of a part, with the patch of each that a unit sees."""
    layer, part = layer_of(model, request.layer), part_named(model, request.part)
    samples = exemplars(model, layer, part, request.rows, request.places)
    return Exemplars(
        input=samples.input,
        index=samples.index,
        target=samples.target,
        patch=samples.patch,
        target_field=model.objective.heads[0].field.facts,
        input_field=model.prepared.dataset.field_named(shown_field(model)).facts,
    )


@handles_run(MaximiseActivations)
def maximise_activations(model: Model, request: MaximiseActivations) -> MaximisedInputs:
    """Go on changing inputs so that units of a layer are activated more."""
    layer, units = layer_of(model, request.layer), list(request.units)
    recipe = Recipe.parse(dict(request.settings), Recipe.title)
    check_units(layer, units)
    if len(units) > MOST_UNITS:
        raise NetloomError(f"Inputs are sought for {MOST_UNITS} units at a time; ask for fewer.")
    source, before = source_of(model), request.so_far
    state = beginning(model, source, units, recipe.seed)
    if before is not None:
        if before.state.shape != tuple(state.shape):
            raise NetloomError("The inputs so far belong to other units; begin again.")
        state = torch.from_numpy(np.array(before.state)).to(state.device)
    done = before.done if before is not None else 0
    if done < recipe.steps:
        state, done = climb(
            model, layer, source, units, recipe, state, range(done, recipe.steps), until(request.seconds)
        )
    patch = before.patch if before is not None else None
    if before is None and not recipe.whole and (sight := sight_of(model, layer, source)) is not None:
        patch = sight.patches(np.array([middle_place(layer, math.prod(sight.sizes))]))[0]
    values = np.ascontiguousarray(state.cpu().numpy())
    return MaximisedInputs(
        done=done,
        total=recipe.steps,
        state=values,
        input=model.prepared.undo(source.field.name, values),
        deviations=deviations(model, source, state),
        values=activations(model, layer, source, units, state, recipe.whole),
        patch=patch,
        input_field=source.field.facts,
    )
