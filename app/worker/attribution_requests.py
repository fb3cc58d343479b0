"""Requests that explain an output: gradients, integrated gradients, occlusion and Grad-CAM of one sample."""

from __future__ import annotations

import numpy as np

from app.data.dataset import Array
from app.data.readers.tokens import text_of
from app.insight import attribution
from app.insight.activation_maximisation import deviations
from app.insight.activations import layer_of, until
from app.insight.attribution import AttributionQuery, Covered, by_place
from app.protocol.attribution_messages import (
    ExplainByGradients,
    ExplainedOutput,
    GradCam,
    GradCamMap,
    GradientExplanation,
    IntegratedGradients,
    IntegrateGradients,
    Occlude,
    Occlusion,
)
from app.training.trainable import Model
from app.worker.handlers import handles_run
from graph.errors import NetloomError

MOST_STEPS = 5000


@handles_run(ExplainByGradients)
def explain_by_gradients(model: Model, request: ExplainByGradients) -> GradientExplanation:
    """Saliency and gradient x input, with what the network gives for the sample."""
    query = AttributionQuery.about(model, request.sample, request.output)
    kind, slopes = query.source.field.shape.kind, attribution.gradients(query)
    values = query.sample[0].cpu().numpy()
    own = model.prepared.undo(query.source.field.name, values[None])[0]
    return GradientExplanation(
        explained=_explained(query, request.sample),
        saliency=by_place(slopes, kind, strongest=True),
        product=by_place(slopes * (values - query.baseline()[0].cpu().numpy()), kind),
        input=np.ascontiguousarray(own),
        deviations=deviations(model, query.source, query.sample)[0],
        input_field=query.source.field.facts,
    )


def _explained(query: AttributionQuery, sample: int) -> ExplainedOutput:
    head, field = query.head, query.head.field
    score, baseline_score = attribution.gained(query)
    names = _steps(query) or list(field.classes) or list(field.names)
    names = names or [f"value {at + 1}" for at in range(query.count)]
    label = query.truth()
    return ExplainedOutput(
        sample=sample,
        outputs=tuple(names[: query.count]),
        values=tuple(query.probabilities().tolist()),
        is_class=bool(head.classes),
        unit=next(iter(field.units), "") if not head.classes else "",
        output=query.target,
        predicted=query.predicted() if head.classes else None,
        score=score,
        baseline_score=baseline_score,
        label=tuple(float(value) for value in label.reshape(-1).tolist()),
        label_text=text_of(label.tolist(), field.vocabulary) if head.listed else "",
    )


def _steps(query: AttributionQuery) -> list[str]:
    """The word at each step, numbered; empty for a network that writes no words."""
    if not query.head.listed:
        return []
    vocabulary = query.head.field.vocabulary
    return [f"{step}: {vocabulary[word]}" for step, word in enumerate(query.words, 1)]


@handles_run(IntegrateGradients)
def integrate_gradients(model: Model, request: IntegrateGradients) -> IntegratedGradients:
    """Go on integrating gradients from the baseline to the sample."""
    query, before = AttributionQuery.about(model, request.sample, request.output), request.so_far
    steps = max(1, min(request.steps, MOST_STEPS))
    done = before.done if before is not None else 0
    state = _continued(before.sum, tuple(query.sample.shape[1:])) if before is not None else None
    total, done = attribution.integrated(query, steps, done, state, until(request.seconds))
    attributed = attribution.attributed(query, steps, total) if done >= steps else None
    return IntegratedGradients(
        done=done,
        total=steps,
        sum=total,
        attribution=None if attributed is None else by_place(attributed, query.source.field.shape.kind),
        attribution_sum=0.0 if attributed is None else float(attributed.sum(dtype=np.float64)),
    )


@handles_run(Occlude)
def occlude(model: Model, request: Occlude) -> Occlusion:
    """Go on covering patches of the sample."""
    query, before = AttributionQuery.about(model, request.sample, request.output), request.so_far
    patches = attribution.patches_of(query, max(1, request.patch), max(1, request.stride))
    sizes = attribution.places_of(query)
    covered = None
    if before is not None:
        covered = Covered(_continued(before.drops, sizes), _continued(before.counts, sizes), before.done)
    covered = attribution.occlude(query, patches, covered, until(request.seconds))
    return Occlusion(
        done=covered.done, total=len(patches), drops=covered.drops, counts=covered.counts, attribution=covered.map
    )


@handles_run(GradCam)
def grad_cam(model: Model, request: GradCam) -> GradCamMap:
    """Where the maps of a layer speak for the output."""
    query = AttributionQuery.about(model, request.sample, request.output)
    return GradCamMap(attribution=attribution.grad_cam(query, layer_of(model, request.layer)))


def _continued(array: Array, shape: tuple[int, ...]) -> Array:
    """A writable copy of an array of the piece before.

    Raises
    ------
    NetloomError
        if it is of another sample.
    """
    if array.shape != shape or array.dtype != np.float32:
        raise NetloomError("What was found so far belongs to another sample; begin again.")
    return np.array(array)
