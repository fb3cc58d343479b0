"""Rewrites of torch modules for ONNX: where torch's exporter is wrong or gives up, a module that computes the same.

Each is made from the module that it replaces, with its weights, and is for inference, not for training.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.nn import functional
from torch.onnx.ops import symbolic_multi_out

from graph.modules.fractional import FractionalMaxPool
from graph.modules.subsampling import Subsampling

ONNX_GATES = {"LSTM": (0, 3, 1, 2), "GRU": (1, 0, 2), "RNN": (0,)}
"""For each of ONNX's blocks of gates, the place of the same gate in torch's weights."""

RECURRENT_SINCE = 14
"""Version of ONNX's operators in which recurrent layers got their present form."""


class Recurrent(nn.Module):
    """``torch.nn.RNN``, ``GRU`` or ``LSTM`` as ONNX's operator of that name, for any number of steps.

    torch's exporter fixes the number of steps to that of its example.
    """

    def __init__(self, source: nn.RNNBase) -> None:
        super().__init__()
        self.operator = source.mode.partition("_")[0]
        self.function = "Relu" if source.mode == "RNN_RELU" else "Tanh"
        self.hidden = source.hidden_size
        self.layers = source.num_layers
        self.directions = 2 if source.bidirectional else 1
        for layer in range(self.layers):
            for name, held in self._weights(source, layer).items():
                self.register_buffer(f"{name}{layer}", held)

    def forward(self, x: Tensor, hx: Any = None, lengths: Tensor | None = None) -> tuple[Tensor, Any]:
        """States ``[batch, time, directions x hidden]`` and last states ``[layers x directions, batch, hidden]``.

        ``hx`` are the states that it starts from, laid out as the last ones, of an LSTM with those of the cells. With
        ``lengths`` ``[batch]`` or ``[batch, 1]`` what lies behind a sample's own steps is left out.
        """
        values = x.transpose(0, 1)
        steps = None if lengths is None else lengths.reshape(-1).long().clamp(1, x.shape[1]).to(torch.int32)
        starts = () if hx is None else hx if isinstance(hx, tuple) else (hx,)
        last: list[list[Tensor]] = []
        for layer in range(self.layers):
            cut = slice(layer * self.directions, (layer + 1) * self.directions)
            states, *final = self._run(values, layer, steps, [start[cut] for start in starts])
            # ONNX gives [time, directions, batch, hidden].
            values = states.transpose(1, 2).flatten(2)
            last.append(final)
        ends = tuple(torch.cat(each) if len(each) > 1 else each[0] for each in zip(*last, strict=True))
        return values.transpose(0, 1), (ends if self.operator == "LSTM" else ends[0])

    def _run(self, x: Tensor, layer: int, steps: Tensor | None, starts: list[Tensor]) -> Sequence[Tensor]:
        weights = [self.get_buffer(f"{name}{layer}") for name in ("by_input", "by_state", "bias")]
        attributes: dict[str, Any] = {"hidden_size": self.hidden}
        if self.directions == 2:
            attributes["direction"] = "bidirectional"
        if self.operator == "GRU":
            attributes["linear_before_reset"] = 1
        if self.operator == "RNN" and self.function != "Tanh":
            attributes["activations"] = [self.function] * self.directions
        one = [self.directions, x.shape[1], self.hidden]
        shapes = [[x.shape[0], *one], one, one][: 3 if self.operator == "LSTM" else 2]
        given: list[Tensor | None] = [x, *weights, *([steps, *starts] if starts or steps is not None else [])]
        return symbolic_multi_out(
            self.operator, given, attributes, dtypes=[x.dtype] * len(shapes), shapes=shapes, version=RECURRENT_SINCE
        )

    def _weights(self, source: nn.RNNBase, layer: int) -> dict[str, Tensor]:
        """Weights of one layer in ONNX's order, directions stacked: by input, by state, and both biases."""
        suffixes = [f"l{layer}{way}" for way in ("", "_reverse")[: self.directions]]
        return {
            "by_input": torch.stack([self._gates(source, f"weight_ih_{suffix}") for suffix in suffixes]),
            "by_state": torch.stack([self._gates(source, f"weight_hh_{suffix}") for suffix in suffixes]),
            "bias": torch.stack([self._biases(source, suffix) for suffix in suffixes]),
        }

    def _biases(self, source: nn.RNNBase, suffix: str) -> Tensor:
        if not source.bias:
            return torch.zeros(2 * len(ONNX_GATES[self.operator]) * self.hidden)
        return torch.cat([self._gates(source, f"bias_{kind}_{suffix}") for kind in ("ih", "hh")])

    def _gates(self, source: nn.RNNBase, name: str) -> Tensor:
        blocks = getattr(source, name).detach().chunk(len(ONNX_GATES[self.operator]))
        return torch.cat([blocks[at] for at in ONNX_GATES[self.operator]])


class SumPool(nn.Module):
    """``torch.nn.AvgPool2d`` that divides by a number of its own, which ONNX's operator does not know."""

    def __init__(self, source: nn.AvgPool2d | Subsampling) -> None:
        super().__init__()
        self.kernel, self.stride, self.padding = map(_pair, (source.kernel_size, source.stride, source.padding))
        self.divisor = float(getattr(source, "divisor_override", 1))
        self.ceil = bool(getattr(source, "ceil_mode", False))

    def forward(self, x: Tensor) -> Tensor:
        """``[batch, channels, height, width]`` to the sum of each window over the divisor."""
        sides: list[int] = []
        for axis in (1, 0):
            more = self._missing(x.shape[2 + axis], axis)
            sides += [self.padding[axis], self.padding[axis] + more]
        bordered = functional.pad(x, sides) if any(sides) else x
        mean = functional.avg_pool2d(bordered, self.kernel, self.stride)
        return mean * (self.kernel[0] * self.kernel[1] / self.divisor)

    def _missing(self, size: int, axis: int) -> int:
        """Places to add behind the border so that the last window, which the rounding up keeps, is whole."""
        if not self.ceil:
            return 0
        return _missing(size, self.kernel[axis], self.stride[axis], self.padding[axis])


def _missing(size: int, kernel: int, stride: int, padding: int) -> int:
    """Places that the last window of a pooling which rounds up lacks behind the border."""
    last = -(-(size + 2 * padding - kernel) // stride) * stride
    # torch leaves a window out that would begin behind the input and its first border; ONNX does not.
    last = last if last < size + padding else last - stride
    return max(0, last + kernel - size - 2 * padding)


class CeilPool(nn.Module):
    """``torch.nn.MaxPool2d`` or ``AvgPool2d`` that keeps a last window which sticks out, with a border of its own.

    ONNX also keeps a window that lies in the border alone, which torch leaves out.
    """

    def __init__(self, source: nn.MaxPool2d | nn.AvgPool2d) -> None:
        super().__init__()
        self.kernel, self.stride, self.padding = map(_pair, (source.kernel_size, source.stride, source.padding))
        self.largest = isinstance(source, nn.MaxPool2d)
        self.dilation = _pair(getattr(source, "dilation", 1))
        self.counts_border = bool(getattr(source, "count_include_pad", True))

    def forward(self, x: Tensor) -> Tensor:
        """``[batch, channels, height, width]`` to one value for each window."""
        sides: list[int] = []
        for axis in (1, 0):
            span = self.dilation[axis] * (self.kernel[axis] - 1) + 1
            more = _missing(x.shape[2 + axis], span, self.stride[axis], self.padding[axis])
            sides += [self.padding[axis], self.padding[axis] + more]
        if self.largest:
            bordered = functional.pad(x, sides, value=float("-inf"))
            return functional.max_pool2d(bordered, self.kernel, self.stride, 0, self.dilation)
        mean = functional.avg_pool2d(functional.pad(x, sides), self.kernel, self.stride)
        high, wide = (self._counts(x.shape[2 + axis], mean.shape[2 + axis], axis) for axis in (0, 1))
        return mean * (self.kernel[0] * self.kernel[1] / (high[:, None] * wide)).to(x.dtype)

    def _counts(self, size: int, windows: int, axis: int) -> Tensor:
        """How many places of each window count in its mean."""
        starts = [at * self.stride[axis] - self.padding[axis] for at in range(windows)]
        end = size + (self.padding[axis] if self.counts_border else 0)
        first = -self.padding[axis] if self.counts_border else 0
        return torch.tensor([min(at + self.kernel[axis], end) - max(at, first) for at in starts], dtype=torch.float32)


class ScaledSum(SumPool):
    """LeNet's subsampling: the sum of each window times a number, plus another, per channel."""

    def __init__(self, source: Subsampling) -> None:
        super().__init__(source)
        self.weight, self.bias = source.weight, source.bias

    def forward(self, x: Tensor) -> Tensor:
        """``[batch, channels, height, width]`` to one value for each window."""
        return super().forward(x) * self.weight[:, None, None] + self.bias[:, None, None]


class MaxPool1d(nn.Module):
    """``torch.nn.MaxPool1d`` by way of the pooling of images, which keeps an unknown length unknown."""

    def __init__(self, source: nn.MaxPool1d) -> None:
        super().__init__()
        sizes = [_one(each) for each in (source.kernel_size, source.stride, source.padding, source.dilation)]
        kernel, stride, padding, dilation = ((1, size) for size in sizes)
        self.pool = nn.MaxPool2d(kernel, stride, (0, padding[1]), dilation, ceil_mode=source.ceil_mode)

    def forward(self, x: Tensor) -> Tensor:
        """``[batch, features, time]`` to as many features over fewer steps."""
        pooled: Tensor = self.pool(x.unsqueeze(2))
        return pooled.squeeze(2)


class AdaptivePool(nn.Module):
    """Adaptive pooling of sequences and images to sizes that need not divide the input's, which may be unknown."""

    def __init__(self, average: bool, sizes: tuple[int, ...]) -> None:
        super().__init__()
        self.average = average
        self.sizes = sizes

    def forward(self, x: Tensor) -> Tensor:
        """``[batch, channels, *places]`` to ``[batch, channels, *sizes]``; rows and columns are pooled in turn."""
        for axis, size in enumerate(self.sizes, 2):
            x = self._along(x.transpose(axis, -1), size).transpose(axis, -1)
        return x

    def _along(self, x: Tensor, size: int) -> Tensor:
        """Pool the last axis: part i of ``size`` reaches from floor(i n / size) to ceil((i + 1) n / size)."""
        count = x.shape[-1]
        places, parts = torch.arange(count, device=x.device), torch.arange(size, device=x.device)[:, None]
        # Whole numbers are rounded up by way of adding, because ONNX rounds negative ones towards zero.
        ends = ((parts + 1) * count + size - 1) // size
        within = (places >= parts * count // size) & (places < ends)
        if self.average:
            share = within.to(x.dtype)
            return torch.matmul(x, (share / share.sum(1, keepdim=True)).transpose(0, 1))
        return torch.where(within, x.unsqueeze(-2), float("-inf")).amax(-1)


class Fractional(nn.Module):
    """Fractional max pooling with the windows where they lie at inference: evenly spread."""

    def __init__(self, source: FractionalMaxPool) -> None:
        super().__init__()
        self.kernel = source.kernel_size
        self.ratio = source.ratio

    def forward(self, x: Tensor) -> Tensor:
        """``[batch, channels, height, width]`` to the largest value of each window."""
        for axis in (2, 3):
            size, window = x.shape[axis], self.kernel[axis - 2]
            starts = torch.tensor(_starts(size, int(size * self.ratio), window))
            places = (starts[:, None] + torch.arange(window)).flatten()
            picked = x.index_select(axis, places)
            x = picked.reshape(*x.shape[:axis], len(starts), window, *x.shape[axis + 1 :]).amax(axis + 1)
        return x


def _starts(size: int, count: int, window: int) -> list[int]:
    """Where torch puts the windows of fractional pooling for the sample 0.5, in its own 32-bit arithmetic."""
    if count == 1:
        return [size - window]
    step = torch.tensor(size - window, dtype=torch.float32) / torch.tensor(count - 1, dtype=torch.float32)
    half = torch.tensor(0.5, dtype=torch.float32)
    begun = int(half * step)
    return [*(int((at + half) * step) - begun for at in range(count - 1)), size - window]


def _pair(value: Any) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else (value[0], value[1])


def _one(value: Any) -> int:
    return int(value if isinstance(value, int) else value[0])


Rewrite = Callable[[Any], nn.Module]
REWRITES: tuple[tuple[type[nn.Module], Callable[[Any], bool], Rewrite], ...] = (
    (nn.RNNBase, lambda part: not part.proj_size, Recurrent),
    (nn.AvgPool2d, lambda part: part.divisor_override is not None, SumPool),
    (nn.MaxPool2d, lambda part: part.ceil_mode, CeilPool),
    (nn.AvgPool2d, lambda part: part.ceil_mode, CeilPool),
    (nn.MaxPool1d, lambda part: True, MaxPool1d),
    (nn.AdaptiveAvgPool1d, lambda part: True, lambda part: AdaptivePool(True, (_one(part.output_size),))),
    (nn.AdaptiveMaxPool1d, lambda part: True, lambda part: AdaptivePool(False, (_one(part.output_size),))),
    (nn.AdaptiveAvgPool2d, lambda part: True, lambda part: AdaptivePool(True, _pair(part.output_size))),
    (nn.AdaptiveMaxPool2d, lambda part: True, lambda part: AdaptivePool(False, _pair(part.output_size))),
    (Subsampling, lambda part: True, ScaledSum),
    (FractionalMaxPool, lambda part: True, Fractional),
)
"""Modules that are rewritten, those of them that need it, and as what."""

CALLS = {"adaptive_avg_pool2d": True, "adaptive_max_pool2d": False}
"""Functions that are rewritten as adaptive pooling, by name; whether they average."""


def apply_rewrites(module: nn.Module) -> None:
    """Replace the parts of ``module`` that need a rewrite, however deep."""
    for name, part in list(module.named_children()):
        rewrite = _rewrite_of(part)
        if rewrite is None:
            apply_rewrites(part)
        else:
            setattr(module, name, rewrite(part))
    if isinstance(module, fx.GraphModule):
        _rewrite_calls(module)


def _rewrite_of(part: nn.Module) -> Rewrite | None:
    found: Iterable[Rewrite] = (make for kind, applies, make in REWRITES if isinstance(part, kind) and applies(part))
    return next(iter(found), None)


def _rewrite_calls(module: fx.GraphModule) -> None:
    """The same for functions that a layer calls without a module of its own."""
    for index, node in enumerate(list(module.graph.nodes)):
        name = getattr(node.target, "__name__", "")
        if node.op == "call_function" and name in CALLS:
            made = f"pooling_rewrite_{index}"
            module.add_submodule(made, AdaptivePool(CALLS[name], _pair(node.args[1])))
            with module.graph.inserting_after(node):
                node.replace_all_uses_with(module.graph.call_module(made, (node.args[0],)))
            module.graph.erase_node(node)
    module.recompile()
