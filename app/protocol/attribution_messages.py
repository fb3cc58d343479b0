"""Requests that explain an output: what in a sample speaks for it, by several methods of attribution."""

from __future__ import annotations

from dataclasses import dataclass

from app.protocol.messages import Array, PartialReply, PartialRequest, RunReply, RunRequest
from app.protocol.values import FieldFacts


@dataclass(frozen=True, eq=False, kw_only=True)
class ExplainedOutput:
    """The output of a sample that is explained, and what else the network gives for it.

    ``outputs`` names what may be explained: classes, steps with the word of each, or numbers; ``values`` has its
    probabilities (numbers in ``unit``). ``output`` is the one explained, None where it is all together; ``predicted``
    the class preferred, None without classes. ``score`` is what is explained, ``baseline_score`` that of the mean
    input. ``label`` is the true class or the true numbers, ``label_text`` the true text of a network that writes.
    """

    sample: int
    outputs: tuple[str, ...]
    values: tuple[float, ...]
    is_class: bool
    unit: str
    output: int | None
    predicted: int | None
    score: float
    baseline_score: float
    label: tuple[float, ...]
    label_text: str = ""


@dataclass(frozen=True, eq=False, kw_only=True)
class GradientExplanation(RunReply):
    """Saliency and gradient x input of a sample.

    ``saliency`` and ``product`` float32 (*places); ``input`` float32 (*sizes) in the data's own units and
    ``deviations`` from the data's mean; ``input_field`` says what the input is.
    """

    explained: ExplainedOutput
    saliency: Array
    product: Array
    input: Array
    deviations: Array
    input_field: FieldFacts


@dataclass(frozen=True, eq=False, kw_only=True)
class ExplainByGradients(RunRequest[GradientExplanation]):
    """Explain output number ``output`` (None: the one preferred) of the sample at position ``sample``."""

    sample: int
    output: int | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class IntegratedGradients(PartialReply):
    """Gradients integrated from the baseline to the sample, ``done`` of ``total`` points on the way.

    ``sum`` float32 (*sizes) of the gradients so far; once complete ``attribution`` float32 (*places), and
    ``attribution_sum``, what all attributions add up to.
    """

    sum: Array
    attribution: Array | None
    attribution_sum: float


@dataclass(frozen=True, eq=False, kw_only=True)
class IntegrateGradients(PartialRequest[IntegratedGradients]):
    """Integrate gradients over ``steps`` points; sample and output as in `ExplainByGradients`."""

    sample: int
    output: int | None = None
    steps: int = 64
    so_far: IntegratedGradients | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Occlusion(PartialReply):
    """How far the score falls while patches are covered, ``done`` of ``total``.

    ``drops`` float32 (*places) sums, ``counts`` float32 (*places) how often a place was covered, ``attribution``
    float32 (*places) their mean, NaN where no patch was yet.
    """

    drops: Array
    counts: Array
    attribution: Array


@dataclass(frozen=True, eq=False, kw_only=True)
class Occlude(PartialRequest[Occlusion]):
    """Cover patches of side ``patch``, ``stride`` apart; sample and output as in `ExplainByGradients`."""

    sample: int
    output: int | None = None
    patch: int = 1
    stride: int = 1
    so_far: Occlusion | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class GradCamMap(RunReply):
    """Where the maps of a layer speak for the output: ``attribution`` float32 (*places)."""

    attribution: Array


@dataclass(frozen=True, eq=False, kw_only=True)
class GradCam(RunRequest[GradCamMap]):
    """Grad-CAM of ``layer``; sample and output as in `ExplainByGradients`."""

    sample: int
    output: int | None = None
    layer: str
