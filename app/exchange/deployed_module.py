"""What goes in and out of an exported network: fields, classes and units, and the scaling as part of the module."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn

from app.data.dataset import Field, FieldInfo
from app.data.lazy_array import LazyArray
from app.data.transforms import Standardise, broadcast, has_gaps
from app.exchange.code_data import columns_read, medians_of, what_it_gives
from app.training.thresholds import has_threshold
from app.training.trainable import Model
from graph.build.compile import Compiled
from graph.layers.io import InputLike
from graph.network import Network
from graph.shapes import Kind, Shape

Scaling = Literal["inside", "outside", "none"]
"""Whether standardisation is part of the file, is left to whoever calls it, or was never used."""

SENTENCES: Mapping[Scaling, str] = {
    "inside": "Standardisation is inside the file: it takes and gives numbers in the data's own units.",
    "outside": (
        "Standardisation is not in the file: subtract each mean and divide by each scale first (both are in its "
        "metadata)."
    ),
    "none": "Nothing is standardised: the file takes numbers as the network does.",
}

ROWS = 3
"""Samples of the data that are kept for the parity check, at most."""


@dataclass(frozen=True, eq=False)
class ModelPort:
    """An input or output of the file: its name, shape, the field behind it and how that was standardised."""

    name: str
    shape: Shape
    field: FieldInfo | None
    scaler: Standardise | None = None
    rows: Tensor | None = None
    gives: str = ""
    median: tuple[float, ...] = ()
    """What stands in for a missing value of each feature, where the data has any missing."""
    columns: tuple[Mapping[str, Any], ...] = ()
    """Of a table: its columns as they are read, of which the features are made."""
    threshold: float | None = None
    """The probability above which a label, or the second of two classes, is predicted."""

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values, for the file's metadata."""
        described: dict[str, Any] = {"name": self.name, "kind": str(self.shape.kind), "sizes": list(self.shape.sizes)}
        if self.field is not None:
            described["field"] = self.field.name
            for name in ("classes", "names", "units", "vocabulary"):
                if getattr(self.field, name):
                    described[name] = list(getattr(self.field, name))
        if self.scaler is not None:
            described |= {"mean": self.scaler.mean.tolist(), "scale": self.scaler.scale.tolist()}
        if self.median:
            described["median"] = list(self.median)
        if self.columns:
            described["columns"] = list(self.columns)
        if self.threshold is not None:
            described |= {"threshold": self.threshold, "labels": self.field is not None and self.field.labels}
        return described | ({"gives": self.gives} if self.gives else {})


@dataclass(frozen=True, eq=False)
class DeployedInfo:
    """Inputs and outputs of the file in their order, and where the scaling is done."""

    inputs: tuple[ModelPort, ...]
    outputs: tuple[ModelPort, ...]
    scaling: Scaling

    @property
    def shapes(self) -> list[Shape]:
        """Shapes of the inputs."""
        return [port.shape for port in self.inputs]

    @property
    def open_times(self) -> bool:
        """Whether an input's number of steps is not known."""
        return any(shape.is_open for shape in self.shapes)

    def samples(self, count: int, time: int | None) -> list[Tensor]:
        """``count`` samples for each input: of the data where there are some, else drawn; ``time`` steps where open."""
        generator = torch.Generator().manual_seed(count)
        return [_samples(port, count, time, generator) for port in self.inputs]

    def metadata(self) -> dict[str, str]:
        """What the file tells about itself."""
        classes = list(self.outputs[0].field.classes) if self.outputs[0].field else []
        return {
            "scaling": SENTENCES[self.scaling],
            "inputs": json.dumps([port.to_json() for port in self.inputs], ensure_ascii=False),
            "outputs": json.dumps([port.to_json() for port in self.outputs], ensure_ascii=False),
            **({"classes": json.dumps(classes, ensure_ascii=False)} if classes else {}),
        }

    def sentence(self) -> str:
        """Where the scaling is done, for people."""
        return SENTENCES[self.scaling]


class DeployedModule(nn.Module):
    """A network with the standardisation of its inputs before it, and that of its outputs undone behind it."""

    def __init__(self, network: nn.Module, info: DeployedInfo) -> None:
        super().__init__()
        self.network = network
        inside = info.scaling == "inside"
        self.before = [f"input_{port.name}" if inside and port.scaler else "" for port in info.inputs]
        self.behind = [f"output_{port.name}" if inside and port.scaler else "" for port in info.outputs]
        self.filled = {
            name for port, name in zip(info.inputs, self.before, strict=True) if name and port.median and port.scaler
        }
        for port, name in (*zip(info.inputs, self.before, strict=True), *zip(info.outputs, self.behind, strict=True)):
            if name and port.scaler is not None:
                kind = torch.float64 if port.scaler.wide else torch.float32
                known = {"mean": port.scaler.mean, "scale": port.scaler.scale}
                known |= {"median": np.array(port.median)} if name in self.filled else {}
                for part, values in known.items():
                    self.register_buffer(
                        f"{name}_{part}", torch.tensor(broadcast(values, port.scaler.shape), dtype=kind)
                    )

    def forward(self, *inputs: Tensor) -> Any:
        """As the network, in the data's own units."""
        given = [self._standardised(x, name) for x, name in zip(inputs, self.before, strict=True)]
        outputs = self.network(*given)
        listed = outputs if isinstance(outputs, tuple) else (outputs,)
        results = tuple(
            y * self.get_buffer(f"{name}_scale") + self.get_buffer(f"{name}_mean") if name else y
            for y, name in zip(listed, self.behind, strict=True)
        )
        return results if len(results) > 1 else results[0]

    def _standardised(self, x: Tensor, name: str) -> Tensor:
        """An input with its gaps filled, as the network takes it; ``name`` is empty where it takes it as it is."""
        if not name:
            return x
        if name in self.filled:
            x = torch.where(torch.isnan(x), self.get_buffer(f"{name}_median"), x)
        return ((x - self.get_buffer(f"{name}_mean")) / self.get_buffer(f"{name}_scale")).float()


def info_of_network(network: Network, compiled: Compiled) -> DeployedInfo:
    """Of a network without data: names and shapes alone."""
    return DeployedInfo(
        tuple(ModelPort(id_, network.layer_as(id_, InputLike).shape, None) for id_ in compiled.inputs),
        tuple(ModelPort(id_, compiled.layer_info[id_].outputs["out"], None) for id_ in compiled.outputs),
        "none",
    )


def info_of_model(model: Model, inside: bool, base: Path | None = None) -> DeployedInfo:
    """Of a trained model: with fields, classes, units, scaling, and a few samples of its test set.

    ``base`` is the folder that the path of its data starts from.
    """
    network, prepared = model.project.network, model.prepared
    rows = next((part for part in (prepared.test, prepared.validation, prepared.train) if part.samples), prepared.train)
    inputs = []
    for id_, name in zip(model.compiled.inputs, model.objective.inputs, strict=True):
        known = np.ascontiguousarray(np.asarray(rows.arrays[name][:ROWS]))
        known = prepared.undo(name, known) if inside else known
        field, shape = prepared.dataset.field_named(name), network.layer_as(id_, InputLike).shape
        median = tuple(medians_of(prepared, field)) if _has_missing(field) else ()
        columns = columns_read(prepared.choice.source, field.names, base)
        scaler, known_rows = prepared.scalers.get(name), torch.from_numpy(known)
        inputs.append(ModelPort(id_, shape, field.info, scaler, known_rows, median=median, columns=columns))
    outputs = []
    for head in model.objective.heads:
        shape, scaler = model.compiled.layer_info[head.output].outputs["out"], prepared.scalers.get(head.field.name)
        threshold = head.threshold if has_threshold(head) else None
        port = ModelPort(head.output, shape, head.field, scaler, None, what_it_gives(head), threshold=threshold)
        outputs.append(port)
    scaled = any(port.scaler for port in (*inputs, *outputs))
    return DeployedInfo(tuple(inputs), tuple(outputs), ("inside" if inside else "outside") if scaled else "none")


def _has_missing(field: Field) -> bool:
    """Whether a value of a field is missing; samples that are read when they are asked for have none."""
    return field.measured and not isinstance(field.values, LazyArray) and has_gaps(field.values)


def _samples(port: ModelPort, count: int, time: int | None, generator: torch.Generator) -> Tensor:
    sizes = tuple(time if size is None else size for size in port.shape.sizes)
    if port.rows is not None and len(port.rows):
        known = port.rows[torch.arange(count) % len(port.rows)]
        if time is not None and port.shape.is_open:
            known = known[:, torch.arange(time) % known.shape[1]]
        return known.contiguous()
    if port.shape.kind is Kind.TOKENS:
        return torch.zeros((count, *map(_known, sizes)), dtype=torch.int64)
    return torch.randn((count, *map(_known, sizes)), generator=generator)


def _known(size: int | None) -> int:
    assert size is not None
    return size
