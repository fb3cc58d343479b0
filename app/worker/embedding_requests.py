"""Requests about the codes that a layer gives samples (embeddings): similar samples, and a map of all codes.

The codes that were asked for last live as long as their model does, so that picking another sample costs no second
pass over the data.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

from app.insight.embeddings import Codes, neighbours_of, projection
from app.protocol.embedding_messages import CodeProjection, FindSimilarSamples, ProjectCodes, SimilarSamples
from app.training.trainable import Model
from app.worker.handlers import handles_run
from graph.errors import NetloomError

_KEPT: WeakKeyDictionary[Model, Codes] = WeakKeyDictionary()


def codes_of(model: Model, layer: str) -> Codes:
    """The codes of a model at a layer, a little further than they were.

    Raises
    ------
    NetloomError
        if the model is being trained, or the layer gives no code.
    """
    if model.module.training:
        raise NetloomError("Weights change while a network is trained; search its samples once that has ended.")
    codes = _KEPT.get(model)
    if codes is None or codes.layer != layer:
        codes = _KEPT[model] = Codes(model, layer)
    codes.advance(model)
    return codes


@handles_run(FindSimilarSamples)
def find_similar_samples(model: Model, request: FindSimilarSamples) -> SimilarSamples:
    """The samples most like one sample, once all codes are made."""
    codes = codes_of(model, request.layer)
    return SimilarSamples(
        done=codes.done,
        total=len(codes.index),
        layer=codes.layer,
        sample=request.sample,
        samples=codes.samples,
        target_field=model.prepared.dataset.target_field().facts,
        input_field=model.prepared.dataset.field_named(model.objective.inputs[0]).facts,
        neighbours=neighbours_of(model, codes, request.sample, request.count) if codes.complete else None,
    )


@handles_run(ProjectCodes)
def project_codes(model: Model, request: ProjectCodes) -> CodeProjection:
    """All codes of a layer in a plane, once all are made."""
    codes = codes_of(model, request.layer)
    return CodeProjection(
        done=codes.done,
        total=len(codes.index),
        layer=codes.layer,
        target_field=model.prepared.dataset.target_field().facts,
        codes=projection(model, codes) if codes.complete else None,
    )
