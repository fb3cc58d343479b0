"""What goes in and out of an exported network: fields, classes and units, and the scaling as part of the module."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn

from app.data.dataset import FieldInfo
from app.data.transforms import Standardise, broadcast
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
        return any(None in shape.sizes for shape in self.shapes)

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
        for port, name in (*zip(info.inputs, self.before, strict=True), *zip(info.outputs, self.behind, strict=True)):
            if name and port.scaler is not None:
                for part, values in (("mean", port.scaler.mean), ("scale", port.scaler.scale)):
                    self.register_buffer(
                        f"{name}_{part}", torch.tensor(broadcast(values, port.scaler.shape), dtype=torch.float32)
                    )

    def forward(self, *inputs: Tensor) -> Any:
        """As the network, in the data's own units."""
        given = [
            (x - self.get_buffer(f"{name}_mean")) / self.get_buffer(f"{name}_scale") if name else x
            for x, name in zip(inputs, self.before, strict=True)
        ]
        outputs = self.network(*given)
        listed = outputs if isinstance(outputs, tuple) else (outputs,)
        results = tuple(
            y * self.get_buffer(f"{name}_scale") + self.get_buffer(f"{name}_mean") if name else y
            for y, name in zip(listed, self.behind, strict=True)
        )
        return results if len(results) > 1 else results[0]


def info_of_network(network: Network, compiled: Compiled) -> DeployedInfo:
    """Of a network without data: names and shapes alone."""
    return DeployedInfo(
        tuple(ModelPort(id_, network.layer_as(id_, InputLike).shape, None) for id_ in compiled.inputs),
        tuple(ModelPort(id_, compiled.layer_info[id_].outputs["out"], None) for id_ in compiled.outputs),
        "none",
    )


def info_of_model(model: Model, inside: bool) -> DeployedInfo:
    """Of a trained model: with fields, classes, units, scaling, and a few samples of its test set."""
    network, prepared = model.project.network, model.prepared
    rows = next((part for part in (prepared.test, prepared.validation, prepared.train) if part.samples), prepared.train)
    inputs = []
    for id_, name in zip(model.compiled.inputs, model.objective.inputs, strict=True):
        known = np.ascontiguousarray(np.asarray(rows.arrays[name][:ROWS]))
        known = prepared.undo(name, known) if inside else known
        field = prepared.dataset.field_named(name).info
        inputs.append(
            ModelPort(
                id_, network.layer_as(id_, InputLike).shape, field, prepared.scalers.get(name), torch.from_numpy(known)
            )
        )
    outputs = []
    for head in model.objective.heads:
        shape, scaler = model.compiled.layer_info[head.output].outputs["out"], prepared.scalers.get(head.field.name)
        gives = ("probabilities" if head.final_activation else "scores") if head.classes else "numbers"
        outputs.append(ModelPort(head.output, shape, head.field, scaler, None, gives))
    scaled = any(port.scaler for port in (*inputs, *outputs))
    return DeployedInfo(tuple(inputs), tuple(outputs), ("inside" if inside else "outside") if scaled else "none")


def _samples(port: ModelPort, count: int, time: int | None, generator: torch.Generator) -> Tensor:
    sizes = tuple(time if size is None else size for size in port.shape.sizes)
    if port.rows is not None and len(port.rows):
        known = port.rows[torch.arange(count) % len(port.rows)]
        if time is not None and None in port.shape.sizes:
            known = known[:, torch.arange(time) % known.shape[1]]
        return known.contiguous()
    if port.shape.kind is Kind.TOKENS:
        return torch.zeros((count, *map(_known, sizes)), dtype=torch.int64)
    return torch.randn((count, *map(_known, sizes)), generator=generator)


def _known(size: int | None) -> int:
    assert size is not None
    return size
