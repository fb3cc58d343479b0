"""What kinds of layers, with which settings, may have written some lines of exported code.

A guess need not be right: whoever asks holds it against the lines.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from graph.layers.catalogue import catalogue
from graph.shapes import Kind, Shape

Guess = tuple[str, dict[str, Any]]
Values = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """A module of the file: its class and the arguments that it is made with, those by position as a list."""

    name: str
    positional: list[Any]
    named: Values

    @classmethod
    def of(cls, expression: ast.expr) -> Call | None:
        """From ``nn.Conv2d(1, 6, kernel_size=5)``; None where it is no call with plain arguments."""
        if not isinstance(expression, ast.Call):
            return None
        try:
            positional = [_literal(one) for one in expression.args]
            named = {one.arg: _literal(one.value) for one in expression.keywords if one.arg}
        except ValueError:
            return None
        return cls(ast.unparse(expression.func).removeprefix("nn."), positional, named)


def _literal(node: ast.expr) -> Any:
    return ast.literal_eval(node)


@dataclass(frozen=True)
class CodeRule:
    """How a module's arguments are settings of a layer.

    ``first`` names the arguments by position; ``renamed`` maps an argument to a setting, None for one that follows from
    what arrives; ``absent`` are settings that arguments left out stand for.
    """

    kinds: tuple[str, ...]
    first: tuple[str, ...] = ()
    renamed: Mapping[str, str | None] = field(default_factory=dict)
    absent: Mapping[str, Any] = field(default_factory=dict)
    adapt: Callable[[Values], Values] = dict


def _padded(values: Values) -> Values:
    """A number as padding is a border set by hand."""
    padding = values.get("padding")
    return values if isinstance(padding, str) else values | {"padding": "custom", "padding_size": padding}


CONVOLUTION = CodeRule(
    ("conv2d",),
    ("in_channels", "out_channels"),
    {"in_channels": None, "out_channels": "filters"},
    {"padding": "valid", "bias": True},
    _padded,
)
RECURRENT = {"input_size": None, "num_layers": "layers", "batch_first": None, "proj_size": "projection"}
STATE = ("input_size", "hidden_size")
POOL = {"ceil_mode": "ceil", "count_include_pad": "count_padding", "divisor_override": "divisor"}
NORM = {"num_features": None, "track_running_stats": "track"}


def _with(rule: CodeRule, *kinds: str) -> CodeRule:
    return CodeRule(kinds, rule.first, rule.renamed, rule.absent, rule.adapt)


RULES: dict[str, CodeRule] = {
    "Conv1d": _with(CONVOLUTION, "conv1d"),
    "Conv2d": _with(CONVOLUTION, "conv2d"),
    "ConvTranspose2d": CodeRule(
        ("conv_transpose2d",),
        ("in_channels", "out_channels"),
        {"in_channels": None, "out_channels": "filters", "output_padding": "extra"},
        {"stride": 1},
    ),
    "Linear": CodeRule(
        ("dense", "time_distributed_dense"),
        ("in_features", "out_features"),
        {"in_features": None, "out_features": "units"},
    ),
    "Embedding": CodeRule(
        ("embedding",),
        ("num_embeddings", "embedding_dim"),
        {"num_embeddings": "vocabulary", "embedding_dim": "size", "padding_idx": "padding_index"},
    ),
    "RNN": CodeRule(("rnn",), STATE, RECURRENT),
    "GRU": CodeRule(("gru",), STATE, RECURRENT),
    "LSTM": CodeRule(("lstm",), STATE, RECURRENT),
    "PaddedRnn": CodeRule(("rnn",), STATE, RECURRENT, {"lengths": True}),
    "PaddedGru": CodeRule(("gru",), STATE, RECURRENT, {"lengths": True}),
    "PaddedLstm": CodeRule(("lstm",), STATE, RECURRENT, {"lengths": True}),
    "MaxPool1d": CodeRule(("max_pool1d",), (), POOL),
    "MaxPool2d": CodeRule(("max_pool2d", "min_pool2d"), (), POOL),
    "AvgPool1d": CodeRule(("average_pool1d",), (), POOL),
    "AvgPool2d": CodeRule(("sum_pool2d", "average_pool2d"), (), POOL),
    "ReLU": CodeRule(("relu",)),
    "LeakyReLU": CodeRule(("leaky_relu",), (), {"negative_slope": "slope"}),
    "ELU": CodeRule(("elu",)),
    "GELU": CodeRule(("gelu",)),
    "Sigmoid": CodeRule(("sigmoid",)),
    "Tanh": CodeRule(("tanh",)),
    "Softmax": CodeRule(("softmax",), (), {"dim": None}),
    "BatchNorm1d": CodeRule(("batch_norm",), ("num_features",), NORM),
    "BatchNorm2d": CodeRule(("batch_norm",), ("num_features",), NORM),
    "BatchNorm3d": CodeRule(("batch_norm",), ("num_features",), NORM),
    "GroupNorm": CodeRule(("group_norm",), (), {"num_groups": "groups", "num_channels": None}),
    "LocalResponseNorm": CodeRule(("local_response_norm",)),
    "Dropout": CodeRule(("dropout",), (), {"p": "rate"}),
    "Dropout1d": CodeRule(("channel_dropout",), (), {"p": "rate"}),
    "Dropout2d": CodeRule(("channel_dropout",), (), {"p": "rate"}),
    "Upsample": CodeRule(("upsample2d",), (), {"scale_factor": "factor"}),
    "ScaledTanh": CodeRule(("scaled_tanh",)),
    "Step": CodeRule(("step",)),
    "Gain": CodeRule(("gain",), (), {"channels": None, "trailing": None}),
    "Subsampling": CodeRule(("subsampling",), (), {"channels": None}),
    "FractionalMaxPool": CodeRule(("fractional_pool2d",)),
    "SubtractiveNorm": CodeRule(("subtractive_norm",)),
    "DivisiveNorm": CodeRule(("divisive_norm",)),
    "Attention": CodeRule(("attention",), (), {"query_features": None, "key_features": None}),
    "RecurrentConv2d": CodeRule(("recurrent_conv2d",), (), {"channels": None}),
}
"""Modules whose arguments are read one by one."""


def guesses(call: Call | None, statements: Sequence[ast.Assign], shapes: Sequence[Shape]) -> Iterator[Guess]:
    """Kinds and settings, the likeliest first."""
    text = "\n".join(ast.unparse(one) for one in statements)
    if call is None:
        yield from _without_module(text, shapes)
        return
    if call.name in SPECIAL:
        yield from SPECIAL[call.name](call, shapes)
    rule = RULES.get(call.name)
    if rule is None:
        return
    plain = _settings(call, rule)
    for kind in rule.kinds:
        yield from _variants(kind, plain, text)


def _settings(call: Call, rule: CodeRule) -> Values:
    given = dict(zip(rule.first, call.positional, strict=False)) | call.named
    read = {rule.renamed.get(name, name): value for name, value in given.items()}
    return rule.adapt({**rule.absent, **{name: value for name, value in read.items() if name is not None}})


def _variants(kind: str, plain: Values, text: str) -> Iterator[Guess]:
    """The settings as the module tells them, and what the lines around the module may add."""
    known = {spec.name for spec in catalogue()[kind].settings()}
    values = {name: _listed(value) for name, value in plain.items() if name in known}
    if kind in ("rnn", "gru", "lstm"):
        yield from ((kind, values | {"output_mode": mode}) for mode in ("last", "sequence"))
        return
    if kind == "attention":
        yield from ((kind, values | {"lengths": lengths}) for lengths in (False, True))
        return
    border = re.search(r"functional\.pad\(.*?, \(([-\d, ]+)\), mode='(\w+)'\)", text)
    if border and "padding" in known:
        mode = {"constant": "zeros"}.get(border[2], border[2])
        for padding in ("same", "causal"):
            yield kind, values | {"padding": padding, "padding_mode": mode}
    yield kind, values


def _listed(value: Any) -> Any:
    return [_listed(one) for one in value] if isinstance(value, tuple) else value


# Layers without a module of their own


def _without_module(text: str, shapes: Sequence[Shape]) -> Iterator[Guess]:
    numbers = [int(one) for one in re.findall(r"(?<![\w.])-?\d+(?![\w.])", text.partition("=")[2])]
    for kind in ("global_pool1d", "global_pool2d", "global_pool3d"):
        yield kind, {"mode": "average" if ".mean(" in text else "max"}
    for kind in ("flatten", "last_step", "absolute", "stop_gradient"):
        yield kind, {}
    for kind in ("add", "multiply", "average"):
        yield kind, {"inputs": max(2, len(shapes))}
    for along in ("features", "time"):
        yield "concatenate", {"inputs": max(2, len(shapes)), "along": along}
    if ".expand(" in text and len(numbers) > 1:
        yield "repeat_vector", {"steps": numbers[-2]}
    yield from _of_numbers(text, numbers, shapes)


def _of_numbers(text: str, numbers: list[int], shapes: Sequence[Shape]) -> Iterator[Guess]:
    if ".reshape(" in text:
        sizes = numbers[1:]
        kind = {1: Kind.VECTOR, 2: Kind.SEQUENCE, 3: Kind.IMAGE, 4: Kind.VIDEO}.get(len(sizes))
        if kind is not None:
            yield "reshape", {"shape": {"kind": str(kind), "sizes": sizes}}
    if ".narrow(" in text and numbers:
        yield "channel_split", {"parts": text.count(".narrow(")}
        if len(numbers) >= 3:
            yield "slice", {"first": numbers[1], "count": numbers[2]}
    if ".unflatten(" in text:
        for number in dict.fromkeys(abs(one) for one in numbers if one):
            yield "channel_shuffle", {"groups": number}
            yield "maxout", {"pieces": number}
            if shapes and shapes[0].features % number == 0:
                yield "maxout", {"pieces": max(2, shapes[0].features // number)}
    if "functional.pad(" in text and shapes:
        yield "pad_channels", {"channels": shapes[0].features + max(map(abs, numbers), default=0)}
    levels = re.findall(r"adaptive_(?:max|avg)_pool2d\([^,]+, (\d+)\)", text)
    if levels:
        mode = "max" if "adaptive_max" in text else "average"
        yield "pyramid_pool2d", {"levels": [int(level) for level in levels], "mode": mode}


# Modules whose arguments are not settings one by one


def _layer_norm(call: Call, shapes: Sequence[Shape]) -> Iterator[Guess]:
    values = {"affine": call.named.get("elementwise_affine", True), "bias": call.named.get("bias", True)}
    values |= {"eps": call.named["eps"]} if "eps" in call.named else {}
    yield from (("layer_norm", values | {"over": over}) for over in ("features", "sample"))


def _adaptive(call: Call, shapes: Sequence[Shape]) -> Iterator[Guess]:
    size, mode = call.named.get("output_size"), "average" if "Avg" in call.name else "max"
    yield f"adaptive_pool{call.name[-2:]}", {"size": _listed(size), "mode": mode}


def _volume(call: Call, shapes: Sequence[Shape]) -> Iterator[Guess]:
    """Conv3d, MaxPool3d and AvgPool3d: time first, then height and width."""
    kernel, stride = _three(call.named.get("kernel_size", 1)), _three(call.named.get("stride", 1))
    window: Values = {"frames": kernel[0], "kernel_size": kernel[1:]}
    if "Pool" in call.name:
        yield "pool3d", window | {"mode": "max" if "Max" in call.name else "average"}
        return
    window |= {"filters": (call.positional[1:] or [call.named.get("out_channels")])[0]}
    window |= {"stride": stride[1:], "time_stride": stride[0], "bias": call.named.get("bias", True)}
    for padding in ("same", "valid"):
        yield "conv3d", window | {"padding": padding}


def _three(value: Any) -> list[int]:
    return [value] * 3 if isinstance(value, int) else list(value)


def _separable(call: Call, shapes: Sequence[Shape]) -> Iterator[Guess]:
    known = ("filters", "kernel_size", "stride", "bias")
    values = {name: _listed(call.named[name]) for name in known if name in call.named}
    for padding in ("same", "valid"):
        yield "separable_conv2d", values | {"padding": padding}


def _depthwise(call: Call, shapes: Sequence[Shape]) -> Iterator[Guess]:
    """A convolution with a group for each channel."""
    if call.named.get("groups") != (call.positional or [0])[0]:
        return
    values: Values = {"multiplier": call.positional[-1] // call.positional[0]}
    values |= {name: _listed(call.named[name]) for name in ("kernel_size", "stride", "bias") if name in call.named}
    yield from (("depthwise_conv2d", values | {"padding": padding}) for padding in ("same", "valid"))


def _excitation(call: Call, shapes: Sequence[Shape]) -> Iterator[Guess]:
    hidden = call.named.get("hidden", 1)
    most = shapes[0].features if shapes else 1
    yield from (
        ("squeeze_excitation", {"reduction": number}) for number in range(1, most + 1) if most // number == hidden
    )


def _fixed(call: Call, shapes: Sequence[Shape]) -> Iterator[Guess]:
    kernels = call.named.get("kernels") or ()
    stride = _listed(call.named.get("stride", 1))
    typed = [{"choice": "typed", "numbers": _listed(one)} for one in kernels[:1]]
    chosen = [{"choice": choice} for choice in _choices("fixed_conv2d", "choice")] + typed
    for frozen, border, padding in product((True, False), ("replicate", "zeros", "reflect"), ("same", "valid")):
        shared = {"frozen": frozen, "border": border, "padding": padding, "stride": stride}
        yield from (("fixed_conv2d", shared | one) for one in chosen)


def _choices(kind: str, name: str) -> tuple[str, ...]:
    return next(spec.choices for spec in catalogue()[kind].settings() if spec.name == name)


SPECIAL: dict[str, Callable[[Call, Sequence[Shape]], Iterator[Guess]]] = {
    "LayerNorm": _layer_norm,
    "AdaptiveAvgPool1d": _adaptive,
    "AdaptiveMaxPool1d": _adaptive,
    "AdaptiveAvgPool2d": _adaptive,
    "AdaptiveMaxPool2d": _adaptive,
    "Conv2d": _depthwise,
    "Conv3d": _volume,
    "MaxPool3d": _volume,
    "AvgPool3d": _volume,
    "SeparableConv2d": _separable,
    "SqueezeExcitation": _excitation,
    "FixedConv2d": _fixed,
}
