"""The proof of an import: file and network are given the same samples, and their outputs compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import torch

from app.data.dataset import Array
from app.exchange.onnx_apart import NotRunError, run_apart
from app.exchange.onnx_in import FileInput, OnnxImport
from app.exchange.parity_check import BATCHES, TOLERANCE, apart
from graph.build.compile import compile_network
from graph.errors import NetloomError
from graph.layers.base import Layer
from graph.layers.io import InputLike
from graph.network import Network
from graph.shapes import Kind

TIME = 24
"""Steps of the samples that are compared where the time is open."""


def largest_difference(found: OnnxImport, module: torch.nn.Module) -> tuple[float | None, str]:
    """The largest difference between the outputs of the file and of the network; None and why if it cannot be run.

    A file that fixes its batch is given batches of that size.

    Raises
    ------
    NetloomError
        if they differ by more than rounding.
    """
    batches = [_samples(found, batch) for batch in ([found.batch] if found.batch else BATCHES)]
    try:
        given = run_apart(found.content, [theirs for _, theirs in batches])
    except NotRunError as error:
        return None, str(error)
    pairs = zip(batches, given, strict=True)
    return max(_compared(found, module, ours, outputs) for (ours, _), outputs in pairs), ""


def difference_from(
    found: OnnxImport,
    module: torch.nn.Module,
    batches: Sequence[tuple[Mapping[str, Array], Mapping[str, Array]]],
    what: str,
) -> float:
    """The largest difference of the network's outputs from those that ``what`` the file was made of has given.

    ``batches`` hold samples by the names of the file's inputs, with the outputs by theirs.

    Raises
    ------
    NetloomError
        if they differ by more than rounding, or there is nothing to compare.
    """
    inputs, results = found.inputs.keys(), found.outputs.keys()
    if not batches or any(not (inputs <= one.keys() and results <= given.keys()) for one, given in batches):
        raise NetloomError(f"Nothing was imported: {what} gave no outputs to compare.")
    shapes = {one.layer: found.network.layer_as(one.layer, InputLike).shape for one in found.inputs.values()}
    differences = []
    for samples, outputs in batches:
        ours = {
            one.layer: _as_ours(samples[name], one, len(shapes[one.layer].sizes)) for name, one in found.inputs.items()
        }
        differences.append(_compared(found, module, ours, [outputs[name] for name in found.outputs]))
    return max(differences)


def _as_ours(values: Array, one: FileInput, rank: int) -> torch.Tensor:
    """A sample of the file's with our axes; the way back of `_as_in_the_file`."""
    sample = torch.from_numpy(np.ascontiguousarray(values))
    if one.order == (0,):
        return sample.reshape(-1, *(1 for _ in range(rank)))
    return sample.permute([one.order.index(at) for at in range(rank + 1)]).contiguous()


def _samples(found: OnnxImport, batch: int) -> tuple[dict[str, torch.Tensor], dict[str, Array]]:
    """Random samples by the network's inputs, and the same by the file's, with its order of axes."""
    generator = torch.Generator().manual_seed(batch)
    ours, theirs = {}, {}
    words = _words(found.network)
    for name, one in found.inputs.items():
        shape = found.network.layer_as(one.layer, InputLike).shape
        sizes = (batch, *(TIME if size is None else size for size in shape.sizes))
        tokens = shape.kind is Kind.TOKENS
        drawn = (
            torch.randint(0, words, sizes, generator=generator) if tokens else torch.randn(sizes, generator=generator)
        )
        ours[one.layer] = drawn
        theirs[name] = _as_in_the_file(drawn, one)
    return ours, theirs


def _as_in_the_file(sample: torch.Tensor, one: FileInput) -> Array:
    """A sample with the file's axes and kind of numbers; a file may lack the features where there is only one."""
    values = sample.reshape(-1) if one.order == (0,) else sample.permute(one.order)
    return np.ascontiguousarray(values.numpy().astype(one.numbers))


def _words(network: Network) -> int:
    """How many different tokens every embedding knows."""
    known = [layer.values()["vocabulary"] for layer in _layers(network) if layer.embeds_tokens]
    return int(min(known, default=1))


def _layers(network: Network) -> Iterator[Layer]:
    for node in network:
        yield node.layer
        yield from node.layer.layers_inside()


def _compared(found: OnnxImport, module: torch.nn.Module, ours: dict[str, torch.Tensor], given: list[Array]) -> float:
    """The largest difference for one batch of which the file has ``given`` its outputs."""
    order = compile_network(found.network)
    with torch.inference_mode():
        outputs = module(*[ours[layer] for layer in order.inputs])
    listed = dict(zip(order.outputs, outputs if isinstance(outputs, tuple) else (outputs,), strict=True))
    difference = 0.0
    for (layer, turned), other in zip(found.outputs.values(), given, strict=True):
        mine = listed[layer].numpy()
        distance = apart(mine, _turned(np.asarray(other), turned, mine.shape))
        if not distance <= TOLERANCE * max(1.0, float(np.abs(mine).max())):
            raise NetloomError(
                f"Nothing was imported: the network made of the file gives other outputs, by up to {distance:.2g}."
            )
        difference = max(difference, distance)
    return difference


def _turned(values: Array, order: tuple[int, ...], shape: tuple[int, ...]) -> Array:
    """An output of the file with its axes in our order, without or with those of size 1."""
    if order and len(order) <= values.ndim:
        values = values.transpose([*order, *(at for at in range(values.ndim) if at not in order)])
    return values.reshape(shape) if values.size == np.prod(shape) else values
