"""The operands of one convolution or pooling layer for one sample, as values."""

from __future__ import annotations

from dataclasses import dataclass

from app.protocol.messages import Array, Json
from app.protocol.values import FieldFacts


@dataclass(frozen=True, eq=False, kw_only=True)
class LayerOperands:
    """What a layer works on for one sample, and what it gives.

    ``kind`` and ``settings`` make the layer again; ``sample`` is the position shown, of ``samples``. ``target``
    (1, ...) is what is true of it, of the field ``target_field``. ``standardised`` says whether the layer reads
    standardised data as it is. ``values``, ``output``, and where there are any ``weights``, ``scale`` and ``bias`` are
    float32 as in `app.numerics.window_sums.Case`, but for the first maps only where there are very many.
    """

    kind: str
    settings: Json
    sample: int
    samples: int
    target_field: FieldFacts
    target: Array
    standardised: bool
    values: Array
    output: Array
    weights: Array | None = None
    scale: Array | None = None
    bias: Array | None = None
