"""What a network has to fit, told from the data that was chosen."""

from __future__ import annotations

from app.data.dataset import DatasetInfo
from graph.facts import Expected


def expected(info: DatasetInfo) -> Expected:
    """The fields that a network may read and be held against, with their shapes, for the checker.

    Class labels are answers only; everything that is not the data set's target may be read.
    """
    readable = [one for one in info.fields if not one.classes and (one.name in info.inputs or one.name != info.target)]
    return Expected(
        inputs={one.name: one.shape for one in readable},
        targets={one.name: one.shape for one in info.fields if one.name not in info.inputs},
        default_input=info.inputs[0],
        default_target=info.target,
    )
