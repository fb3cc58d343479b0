"""Requests that use a trained network: its inputs, samples to start from, predictions for a new sample."""

from __future__ import annotations

import numpy as np

from app.data.readers.tokens import text_of
from app.inference.entered_sample import as_entered, read_entered, sample_of_file
from app.inference.input_forms import inputs_of
from app.inference.predict import new_part
from app.inference.sample_prediction import predict_sample
from app.insight.card_previews import pictures_of
from app.protocol.inference_messages import (
    DescribeInputs,
    InputsDescribed,
    NewSamplePredicted,
    PredictNewSample,
    ReadSample,
    SampleRead,
)
from app.training.batches import Feed
from app.training.trainable import Model
from app.worker.handlers import handles_run
from graph.errors import NetloomError


@handles_run(DescribeInputs)
def describe_inputs(model: Model, request: DescribeInputs) -> InputsDescribed:
    """How the inputs of a network are entered."""
    parts = {name: part.samples for name, part in model.prepared.parts.items()}
    return InputsDescribed(forms=inputs_of(model, request.base).forms, parts=parts)


@handles_run(ReadSample)
def read_sample(model: Model, request: ReadSample) -> SampleRead:
    """A sample to start from, of the data or of a file."""
    inputs = inputs_of(model, request.base)
    if request.path is not None:
        sample, count, name, notes = sample_of_file(inputs, request.path, request.place, request.base)
        return SampleRead(sample=sample, place=request.place % count, count=count, name=name, notes=notes)
    part = model.prepared.parts.get(request.part)
    if part is None or not part.samples:
        raise NetloomError(f"The {request.part} part of this run's data has no samples; choose another part.")
    place = request.place % part.samples
    index, fields = int(part.indices[place]), model.prepared.dataset.fields
    arrays = {field.name: np.asarray(fields[field.name].values[index : index + 1])[0] for field in inputs.fields}
    target = model.objective.heads[0].field
    true = np.asarray(fields[target.name].values[index : index + 1][0]) if target.name in fields else None
    return SampleRead(
        sample=as_entered(inputs, arrays),
        place=place,
        count=part.samples,
        index=index,
        target=true,
        target_field=target.facts,
        target_text=text_of(true.tolist(), target.vocabulary) if target.listed and true is not None else "",
    )


@handles_run(PredictNewSample)
def predict_new_sample(model: Model, request: PredictNewSample) -> NewSamplePredicted:
    """What a network predicts of a new sample, and what its layers give for it."""
    entered = read_entered(inputs_of(model, request.base), request.sample)
    part = new_part(model, entered.arrays)
    batch = Feed(part, model.objective.inputs, [], model.device, model.channels_last).pick(0)
    return NewSamplePredicted(
        outputs=predict_sample(model, part),
        notes=entered.notes,
        column_notes=entered.column_notes,
        cards=pictures_of(model, request.layers, batch) if request.layers else {},
    )
