"""GAN fields: noise and labels of real and generated samples, so that a GAN can be run on any sample of the data.

Each sample of the data gets random numbers of its own, the same ones every time: what is looked at stays what it was.
Training draws anew for every batch instead.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from app.data.dataset import Array, Field
from app.data.prepare import Part, Prepared
from graph.layers.io import Noise
from graph.network import Network
from graph.shapes import Shape, vector

LABELS = ("made", "real")
"""The classes that a discriminator tells apart, as the command line writes them."""

REAL, GENERATED = "verdict on a real sample", "verdict on a made sample"
"""Names of the fields that hold the class of each kind of sample, by which runs are known: they stay."""


def noise_field(id: str) -> str:
    """Name of the field that the noise layer ``id`` reads."""
    return f"noise of {id}"


def draw_noise(layer: Noise, count: int, seed: tuple[int, ...]) -> Array:
    """Random numbers float32 (count, *shape) as the layer spreads them; the same seed gives the same ones."""
    rng = np.random.default_rng(seed)
    sizes = (count, *(size or 1 for size in layer.shape.sizes))
    if layer.distribution == "uniform":
        return rng.uniform(-1.0, 1.0, sizes).astype(np.float32)
    return rng.standard_normal(sizes, dtype=np.float32)


def stream(id: str) -> int:
    """A number that keeps the draws of several noise layers apart."""
    return zlib.crc32(id.encode())


def with_noise(prepared: Prepared, network: Network, seed: int) -> Prepared:
    """The data with a field for each noise layer, and labels of real and generated samples; as it is without one."""
    layers = {node.id: node.layer for node in network if isinstance(node.layer, Noise)}
    if not layers:
        return prepared
    samples = prepared.dataset.samples
    fields: dict[str, Field] = {}
    for id_, layer in layers.items():
        values = draw_noise(layer, samples, (seed, stream(id_)))
        fields[noise_field(id_)] = _field(noise_field(id_), layer.shape, values)
    for name, label in ((REAL, 1), (GENERATED, 0)):
        fields[name] = _field(name, vector(2), np.full(samples, label, np.int64), LABELS)
    dataset = replace(prepared.dataset, fields={**prepared.dataset.fields, **fields})
    train, validation, test = (_part(part, fields) for part in (prepared.train, prepared.validation, prepared.test))
    return replace(prepared, dataset=dataset, train=train, validation=validation, test=test)


def _field(name: str, shape: Shape, values: Array, classes: tuple[str, ...] = ()) -> Field:
    return Field(name, shape, classes, fixed=True, values=values)


def _part(part: Part, fields: Mapping[str, Field]) -> Part:
    own = {name: np.ascontiguousarray(field.values[part.indices]) for name, field in fields.items()}
    return Part({**part.arrays, **own}, part.indices)
