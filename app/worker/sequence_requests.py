"""Requests about predictions for sequences: scores by length, and CTC alignments."""

from __future__ import annotations

from app.insight.by_length import length_steps
from app.insight.ctc_alignment import ctc_alignment
from app.protocol.sequence_messages import AlignedSample, AlignSample, EvaluateByLength, LengthEvaluation
from app.system.progress import counting, done
from app.training.trainable import Model
from app.worker.handlers import handles_run


@handles_run(EvaluateByLength)
def evaluate_by_length(model: Model, request: EvaluateByLength) -> LengthEvaluation:
    """Scores of the first output on the samples of each length, in pieces that say how far they are."""
    samples = sum(part.samples for part in model.prepared.parts.values())
    scores = done(f"lengths {request.run}", lambda: counting(length_steps(model), "Testing", samples, "samples"))
    return LengthEvaluation(scores=scores)


@handles_run(AlignSample)
def align_sample(model: Model, request: AlignSample) -> AlignedSample:
    """The CTC alignment of a sample."""
    return AlignedSample(alignment=ctc_alignment(model, request.sample))
