"""Metrics of outputs that predict boxes in a grid: mean average precision, and the parts of the loss."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from app.numerics.box_grid import said_boxes, true_boxes
from app.numerics.detections import average_precision, matches, mean_of_known
from app.training.heads import Head
from app.training.yolo_loss import PARTS, yolo_parts, yolo_values

MAP = "map_50"
"""Mean average precision, where a box is right from an intersection over union of 0.5 on."""
COLUMNS = 3 + len(PARTS)


class BoxTally:
    """All boxes that one output says, with what is right of them; how many true ones there are; the loss's parts.

    ``total`` is float64 (rows, 6). A row is a box that was said (its class, score, and 1 where it is right), how many
    true ones there are of a class (-1, the class, their number), or the sums over some pictures (-2, how many, 0 and
    the parts of their losses).
    """

    names: tuple[str, ...] = (MAP, *PARTS)

    def __init__(self, head: Head) -> None:
        self.head = head
        self.total: Tensor | None = None

    def add(self, outputs: Tensor, targets: Tensor) -> None:
        """Add outputs and targets (n, 5 + classes, H, W) of some samples."""
        found, true = said_boxes(yolo_values(outputs).cpu().numpy()), true_boxes(targets.cpu().numpy())
        right, there = matches(found, true), found.there
        classes = outputs.shape[1] - 5
        rows = np.zeros((there.sum() + classes + 1, COLUMNS))
        said, counts, sums = np.split(rows, [there.sum(), len(rows) - 1])
        said[:, :3] = np.stack([found.kinds[there], found.scores[there], right[there]], 1)
        counts[:, 0], counts[:, 1] = -1, np.arange(classes)
        counts[:, 2] = np.bincount(true.kinds[true.there], minlength=classes)
        sums[0, :2] = -2, len(outputs)
        sums[0, 3:] = yolo_parts(outputs, targets).double().sum(0).cpu().numpy()
        fresh = torch.from_numpy(rows).to(outputs.device)
        self.total = fresh if self.total is None else torch.cat([self.total, fresh])

    def values(self) -> list[float]:
        """The mean of the classes' average precision, and each part of the loss, the mean over the pictures."""
        assert self.total is not None
        rows = self.total.cpu().numpy()
        said, counts, sums = rows[rows[:, 0] >= 0], rows[rows[:, 0] == -1], rows[rows[:, 0] == -2]
        each = [
            average_precision(own[:, 1], own[:, 2] > 0, int(counts[counts[:, 1] == kind, 2].sum()))
            for kind in np.unique(counts[:, 1])
            for own in [said[said[:, 0] == kind]]
        ]
        parts = sums[:, 3:].sum(0) / sums[:, 1].sum()
        return [mean_of_known(each), *parts.tolist()]
