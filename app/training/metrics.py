"""Metrics: sums over the samples of a part, gathered in few large pieces, in the data's own units at the end."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Protocol

import torch
from torch import Tensor

from app.data.transforms import FEATURE_AXIS, Standardise
from app.training.box_metrics import BoxTally
from app.training.checkpoint_state import MeterState
from app.training.heads import Head
from app.training.mask_metrics import MaskTally
from app.training.sequence.label_metrics import LabelTally
from app.training.sequence.token_metrics import NextTokenTally, TokenTally

PENDING = 64
"""Batches that are measured at once."""


class Tally(Protocol):
    """Sums for one output of a network, from which its metrics follow."""

    head: Head
    names: tuple[str, ...]
    total: Tensor | None

    def add(self, outputs: Tensor, targets: Tensor) -> None:
        """Add outputs and targets of some samples."""

    def values(self) -> list[float]:
        """The metrics called ``names``, over all that was added."""


class Meter:
    """Gathers loss and metrics over batches.

    Outputs are only kept when they arrive and measured every `PENDING` batches, so that small networks are not
    slowed; the pieces are the same whether or not training was interrupted between them.
    """

    def __init__(self, heads: list[Head], scalers: dict[str, Standardise]) -> None:
        self._tallies: list[Tally] = [_tally(head, scalers.get(head.field.name)) for head in heads]
        self._outputs: list[tuple[Tensor, ...]] = []
        self._targets: list[tuple[Tensor, ...]] = []
        self.loss = 0.0
        self.samples = 0

    def replace(self, index: int, tally: Tally) -> None:
        """Measure the output at ``index`` by other sums."""
        self._tallies[index] = tally

    def names(self) -> tuple[str, ...]:
        """Names of the metrics, the loss first; with several outputs each begins with its output's name."""
        many = len(self._tallies) > 1
        own = [f"{tally.head.output}.{name}" if many else name for tally in self._tallies for name in tally.names]
        return ("loss", *own)

    def add(self, outputs: Any, targets: tuple[Tensor, ...]) -> None:
        """Take note of a batch's outputs (detached by the caller's no-grad, or here) and targets; () are none."""
        listed = outputs if isinstance(outputs, tuple) else (outputs,)
        if not listed:
            return
        self._outputs.append(tuple(output.detach() for output in listed))
        self._targets.append(targets)
        if len(self._outputs) == PENDING:
            self._measure()

    def add_loss(self, loss: float, samples: int) -> None:
        """Take note of the mean loss of a batch of ``samples``."""
        self.loss += loss * samples
        self.samples += samples

    def result(self) -> dict[str, float]:
        """The metrics over all that was added; empty if nothing was."""
        if self.samples == 0:
            return {}
        self._measure()
        values = [value for tally in self._tallies for value in tally.values()]
        return dict(zip(self.names(), [self.loss / self.samples, *values], strict=True))

    def totals(self) -> dict[str, Tensor]:
        """All that was added of outputs and targets, as sums."""
        self._measure()
        return {f"sums{index}": tally.total for index, tally in enumerate(self._tallies) if tally.total is not None}

    def join(self, totals: Mapping[str, Tensor]) -> None:
        """Add the `totals` of another meter of the same outputs. Losses are not among them."""
        for index, tally in enumerate(self._tallies):
            more, own = totals.get(f"sums{index}"), tally.total
            if more is None or own is None:
                tally.total = own if more is None else more
            else:
                more = more.to(own.device)
                tally.total = torch.cat([own, more]) if isinstance(tally, BoxTally) else own + more

    def state(self) -> tuple[MeterState, dict[str, Tensor]]:
        """All that is gathered so far, as numbers and tensors."""
        tensors = {f"sums{index}": tally.total for index, tally in enumerate(self._tallies) if tally.total is not None}
        for index in range(len(self._tallies) if self._outputs else 0):
            tensors[f"answers{index}"] = torch.cat([outputs[index] for outputs in self._outputs])
            tensors[f"targets{index}"] = torch.cat([targets[index] for targets in self._targets])
        sizes = [len(outputs[0]) for outputs in self._outputs]
        if sizes:
            tensors["sizes"] = torch.tensor(sizes)
        return {"loss": self.loss, "samples": self.samples}, tensors

    def load(self, numbers: MeterState, tensors: dict[str, Tensor], device: torch.device) -> None:
        """Continue from `state`."""
        self.loss, self.samples = numbers["loss"], numbers["samples"]
        for index, tally in enumerate(self._tallies):
            found = tensors.get(f"sums{index}")
            tally.total = None if found is None else found.to(device)
        sizes = tensors["sizes"].tolist() if "sizes" in tensors else []
        heads = range(len(self._tallies))
        if sizes:
            outputs = [torch.split(tensors[f"answers{index}"].to(device), sizes) for index in heads]
            targets = [torch.split(tensors[f"targets{index}"].to(device), sizes) for index in heads]
            self._outputs = list(zip(*outputs, strict=True))
            self._targets = list(zip(*targets, strict=True))

    def _measure(self) -> None:
        if not self._outputs:
            return
        with torch.no_grad():
            for index, tally in enumerate(self._tallies):
                outputs = torch.cat([outputs[index] for outputs in self._outputs])
                tally.add(outputs, torch.cat([targets[index] for targets in self._targets]))
        self._outputs, self._targets = [], []


def _tally(head: Head, scaler: Standardise | None) -> Tally:
    """The sums that fit an output's target."""
    if head.is_ctc:
        return LabelTally(head)
    if head.labels:
        return MultiLabelTally(head)
    if head.pixels:
        return MaskTally(head)
    if head.boxes:
        return BoxTally(head)
    if head.field.next_of:
        return NextTokenTally(head)
    return TokenTally(head) if head.listed else _Tally(head, scaler)


class MultiLabelTally:
    """Sums for an output of several labels: of each label the hits, the false alarms and the misses."""

    names: tuple[str, ...] = ("accuracy", "exact_match", "f1_micro", "f1_macro")

    def __init__(self, head: Head) -> None:
        self.head = head
        self.total: Tensor | None = None

    def add(self, outputs: Tensor, targets: Tensor) -> None:
        """Add outputs and targets (n, labels) of some samples; float64 sums (5, labels) stay on the device."""
        predicted, true = self.head.positive(outputs.float()), targets > 0.5
        exact = (predicted == true).all(1).sum().expand(true.shape[1])
        rows = torch.full_like(exact, len(true))
        sums = [(predicted & true).sum(0), (predicted & ~true).sum(0), (~predicted & true).sum(0), exact, rows]
        found = torch.stack(sums).double()
        self.total = found if self.total is None else self.total + found

    def values(self) -> list[float]:
        """Accuracy over all labels, the share of samples all of whose labels are right, F1 micro and macro.

        The F1 of a label that neither is true nor was predicted anywhere is 0.
        """
        assert self.total is not None
        hits, alarms, misses, exact, rows = self.total.cpu()
        wrong = alarms + misses
        each = 2 * hits / (2 * hits + wrong).clamp_min(1)
        micro = 2 * hits.sum() / (2 * hits + wrong).sum().clamp_min(1)
        accuracy = 1 - wrong.sum() / rows.sum()
        return [float(accuracy), float(exact[0] / rows[0]), float(micro), float(each.mean())]


class _Tally:
    """Sums for one output: how many predictions are right, or errors, squares and targets per feature."""

    def __init__(self, head: Head, scaler: Standardise | None) -> None:
        self.head = head
        self.scaler = scaler
        numeric = not (head.classes or head.binary)
        self.names: tuple[str, ...] = ("rmse", "mae", "r2") if numeric else ("accuracy",)
        self.total: Tensor | None = None

    def add(self, outputs: Tensor, targets: Tensor) -> None:
        """Add outputs and targets of some samples; float64 sums stay on the device."""
        if self.head.classes:
            right = (self.head.predicted_classes(outputs) == targets).sum().double()
            found = torch.stack([right, torch.full_like(right, len(targets))])
        elif self.head.binary:
            counts = ~targets.isnan()
            right = ((self.head.positive(outputs.float()) == (targets > 0.5)) & counts).sum().double()
            found = torch.stack([right, counts.sum().double()])
        elif self.head.padded:
            outputs = self.head.values(outputs)
            found = self._own_steps(self._columns(outputs.float()), self._columns(targets.float()))
        else:
            given, wanted = self._columns(self.head.values(outputs).float()), self._columns(targets.float())
            error = (given - wanted).double()
            wanted = wanted.double()
            rows = torch.full_like(error[0], len(error))
            sums = [error.square().sum(0), error.abs().sum(0), wanted.sum(0), wanted.square().sum(0), rows]
            found = torch.stack(sums)
        self.total = found if self.total is None else self.total + found

    def values(self) -> list[float]:
        """Accuracy; or root mean squared error, mean absolute error (both in the data's own units) and R2."""
        assert self.total is not None
        total = self.total.cpu()
        if self.head.classes or self.head.binary:
            return [float(total[0] / total[1])]
        square, absolute, wanted, wanted_square, rows = total
        scale = torch.ones_like(square) if self.scaler is None else torch.from_numpy(self.scaler.scale)
        count = float(rows.sum())
        spread = wanted_square - wanted.square() / rows
        varies = spread > 1e-12 * wanted_square.clamp_min(1e-12)
        explained = (1 - square / spread)[varies]
        return [
            math.sqrt(float((scale.square() * square).sum()) / count),
            float((scale * absolute).sum()) / count,
            float(explained.mean()) if len(explained) else math.nan,
        ]

    @staticmethod
    def _own_steps(given: Tensor, wanted: Tensor) -> Tensor:
        """The sums over the rows that count: those that are not NaN in ``wanted``."""
        counts = ~wanted.isnan()
        error = torch.where(counts, given - wanted, 0.0).double()
        wanted = torch.where(counts, wanted, 0.0).double()
        rows = counts.sum(0).double()
        return torch.stack([error.square().sum(0), error.abs().sum(0), wanted.sum(0), wanted.square().sum(0), rows])

    def _columns(self, values: Tensor) -> Tensor:
        """``values`` (n, *shape) as (rows, features), one column for each feature or channel."""
        moved = values.movedim(FEATURE_AXIS[self.head.field.shape.kind], -1)
        return moved.reshape(-1, moved.shape[-1])
