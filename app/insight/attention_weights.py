"""Attention weights for one sample: how much of each step that is read goes into each step that asks."""

from __future__ import annotations

from typing import Any

import numpy as np
from torch import Tensor, nn

from app.data.dataset import Array
from app.data.readers.tokens import END, text_of
from app.insight.find_modules import walk
from app.insight.layer_arrays import sample_of
from app.protocol.recurrent_values import AttentionWeights
from app.training.batches import Batch
from app.training.objectives.teacher_forcing import TeacherForcing
from app.training.sequence.token_metrics import predicted_tokens
from app.training.trainable import Model
from graph.errors import NetloomError
from graph.modules.attention import Attention
from graph.shapes import Kind


def attention_weights(model: Model, path: str, sample: int) -> AttentionWeights:
    """What the attention layer at ``path`` looks at in the sample at a position of the data set.

    A network that learned by teacher forcing reads its own words.

    Raises
    ------
    NetloomError
        if the layer is no attention layer.
    """
    batch, layer = sample_of(model, sample), dict(walk(model.module)).get(path)
    if not isinstance(layer, Attention):
        raise NetloomError(f"{path} is not an attention layer; choose one.")
    weights, outputs = _run(model, layer, batch)
    keys = _input_words(model, batch, weights.shape[1])
    written = _written(model, batch, outputs, weights.shape[0])
    queries = written[0] if written is not None else _input_words(model, batch, weights.shape[0])
    kept: Array = np.ascontiguousarray(weights[: len(queries), : len(keys)].numpy(), dtype=np.float32)
    if written is None:
        return AttentionWeights(weights=kept, queries=queries, keys=keys)
    _, prediction, label = written
    return AttentionWeights(
        weights=kept, queries=queries, keys=keys, generated=True, prediction=prediction, label=label
    )


def _run(model: Model, layer: Attention, batch: Batch) -> tuple[Tensor, Any]:
    """The weights (queries, keys) for a batch of one, and the network's outputs."""
    weights: list[Tensor] = []

    def note(_module: nn.Module, inputs: tuple[Tensor, ...], _result: Tensor) -> None:
        weights.append(layer.weights(*inputs)[0].float().cpu())

    inputs, objective = batch.inputs, model.objective
    with model.evaluating():
        if isinstance(objective, TeacherForcing):
            inputs = objective.decoder.with_decoder_input(inputs, objective.decoder.decode(inputs)[0])
        handle = layer.register_forward_hook(note)
        try:
            outputs = model.forward(inputs)
        finally:
            handle.remove()
    return weights[0].clone(), outputs


def _written(model: Model, batch: Batch, outputs: Any, steps: int) -> tuple[tuple[str, ...], str, str] | None:
    """The words of the first output of so many steps up to its end, its text and the true one; None without one."""
    listed = outputs if isinstance(outputs, tuple) else (outputs,)
    for head, output, target in zip(model.objective.heads, listed, batch.targets, strict=True):
        if not head.listed or output.shape[1] != steps:
            continue
        vocabulary = head.field.vocabulary
        tokens = predicted_tokens(output.float().cpu(), vocabulary)[0].tolist()
        words = tuple(vocabulary[token] for token in tokens)
        count = words.index(END) + 1 if END in words else steps
        return words[:count], text_of(tokens, vocabulary), text_of(target[0].tolist(), vocabulary)
    return None


def _input_words(model: Model, batch: Batch, steps: int) -> tuple[str, ...]:
    """The words of the first input that has as many steps, without padding; else the numbers of the steps."""
    for name, values in zip(model.objective.inputs, batch.inputs, strict=True):
        field = model.prepared.dataset.field_named(name).info
        if field.shape.kind is Kind.TOKENS and field.listed and values.shape[1] == steps:
            tokens: list[int] = values[0].tolist()
            count = max((at + 1 for at, token in enumerate(tokens) if token), default=1)
            return tuple(field.vocabulary[token] for token in tokens[:count])
    return tuple(str(step + 1) for step in range(steps))
