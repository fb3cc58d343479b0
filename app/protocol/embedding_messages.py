"""Requests about the codes that a layer gives samples (embeddings): similar samples, and a map of all codes.

The worker keeps codes as long as their model. Each request makes more of them for a little while; whoever wants the
rest asks again until the reply is complete. To cancel is not to ask again.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.protocol.embedding_values import ProjectedCodes, SampleNeighbours
from app.protocol.messages import PartialReply, RunRequest
from app.protocol.values import FieldFacts


@dataclass(frozen=True, eq=False, kw_only=True)
class SimilarSamples(PartialReply):
    """The samples most like number ``sample``, by the codes of ``layer`` and by raw values.

    ``neighbours`` is None until the ``total`` codes that are compared are ``done``; ``samples`` is how many samples
    there are. ``target_field`` says what a target is, ``input_field`` what an input is.
    """

    layer: str
    sample: int
    samples: int
    target_field: FieldFacts
    input_field: FieldFacts | None = None
    neighbours: SampleNeighbours | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class FindSimilarSamples(RunRequest[SimilarSamples]):
    """The ``count`` samples most like number ``sample`` of the data set."""

    layer: str
    sample: int
    count: int = 12


@dataclass(frozen=True, eq=False, kw_only=True)
class CodeProjection(PartialReply):
    """All codes of ``layer`` in a plane; ``codes`` is None until all are done."""

    layer: str
    target_field: FieldFacts
    codes: ProjectedCodes | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class ProjectCodes(RunRequest[CodeProjection]):
    """All codes of ``layer`` in a plane."""

    layer: str
