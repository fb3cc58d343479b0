"""YOLO's loss of a grid of cells: does a cell hold a box, where is it and how large, and of which class is it?

As in Redmon and others (2016), with a logistic and a softmax in front as later versions have them (YOLOv3): the network
gives logits. So the grid's values are read from them: sigmoid for presence, place and size, softmax for the class.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from app.numerics.box_grid import SIDES
from app.training.precision import at_least_single

COORD, NOOBJ = 5.0, 0.5
"""How much place and size count, and the presence of cells that hold no box: the paper's lambda_coord, lambda_noobj."""
PARTS = ("objectness_loss", "box_loss", "class_loss")
"""The parts of the loss, which add up to it."""


def yolo_values(outputs: Tensor) -> Tensor:
    """What outputs (n, 5 + classes, H, W) say of each cell, from 0 to 1 and of the same shape."""
    outputs = outputs.float()
    return torch.cat([outputs[:, :SIDES].sigmoid(), outputs[:, SIDES:].softmax(1)], 1)


def cell_parts(outputs: Tensor, targets: Tensor) -> Tensor:
    """The parts of each cell's loss, (n, 3, H, W): objectness, box and class.

    Objectness is the binary cross-entropy of every cell, times `NOOBJ` where it is empty. Cells that hold a box add
    the squared errors of place, and of the roots of width and height, times `COORD`, and the cross-entropy of classes.
    """
    outputs, targets = at_least_single(outputs), targets.float()
    holds = targets[:, 0]
    presence = F.binary_cross_entropy_with_logits(outputs[:, 0], holds, reduction="none")
    place, size = outputs[:, 1:3].sigmoid(), outputs[:, 3:SIDES].sigmoid()
    off = (place - targets[:, 1:3]).square() + (size.sqrt() - targets[:, 3:SIDES].sqrt()).square()
    kind = F.cross_entropy(outputs[:, SIDES:], targets[:, SIDES:].argmax(1), reduction="none")
    parts = [presence * torch.where(holds > 0, 1.0, NOOBJ), COORD * off.sum(1) * holds, kind * holds]
    return torch.stack(parts, 1)


def yolo_parts(outputs: Tensor, targets: Tensor) -> Tensor:
    """The parts of each picture's loss, (n, 3): objectness, box and class, summed over the cells."""
    return cell_parts(outputs, targets).flatten(2).sum(2)


def yolo_loss(outputs: Tensor, targets: Tensor) -> Tensor:
    """The sum of all parts, the mean of a batch, ()."""
    return yolo_parts(outputs, targets).sum(1).mean()
