"""Requests that use a trained network: how its input is entered, samples to start from, predictions for a new one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.protocol.inference_values import InputForm, NewSample, OutputPrediction
from app.protocol.messages import Array, FilePath, RunReply, RunRequest
from app.protocol.values import FieldFacts
from app.protocol.views import CardPicture


@dataclass(frozen=True, eq=False, kw_only=True)
class InputsDescribed(RunReply):
    """How each input of a network is entered, and how many samples each part of the data has to start from."""

    forms: tuple[InputForm, ...]
    parts: Mapping[str, int]


@dataclass(frozen=True, eq=False, kw_only=True)
class DescribeInputs(RunRequest[InputsDescribed]):
    """How the inputs of a run's network are entered; ``base`` is the folder where the paths of its data start."""

    base: FilePath | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class SampleRead(RunReply):
    """A sample to start from, number ``place`` (0-based) of ``count``, and notes on how it was read.

    Of a sample of the data, ``index`` is its position in the data set, and ``target`` (*sizes) what is true of it, as
    ``target_field`` has it, with its words in ``target_text`` where it is tokens. A sample of a file has none of them,
    but perhaps a ``name``.
    """

    sample: NewSample
    place: int
    count: int
    index: int = -1
    target: Array | None = None
    target_field: FieldFacts | None = None
    target_text: str = ""
    name: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, kw_only=True)
class ReadSample(RunRequest[SampleRead]):
    """Sample number ``place`` of a part of the data, or of the file at ``path``; counted on from the first at the end.

    ``base`` is the folder where the paths of the data start.
    """

    part: str = "test"
    place: int = 0
    path: FilePath | None = None
    base: FilePath | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class NewSamplePredicted(RunReply):
    """What a network predicts of a new sample.

    ``notes`` are sentences about the sample, ``column_notes`` those about a cell by the field of its form and its
    column; ``cards`` show what layers give for the sample.
    """

    outputs: tuple[OutputPrediction, ...]
    notes: tuple[str, ...] = ()
    column_notes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    cards: Mapping[str, CardPicture] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, kw_only=True)
class PredictNewSample(RunRequest[NewSamplePredicted]):
    """Predict a new sample, and show what the layers with the ids ``layers`` give for it."""

    sample: NewSample
    layers: tuple[str, ...] = ()
    base: FilePath | None = None
