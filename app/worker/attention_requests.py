"""Answers to requests about attention: where a network looks while it writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from torch import Tensor, nn

from app.data.dataset import Array
from app.data.readers.tokens import END, text_of
from app.insight.find_modules import walk
from app.insight.layer_arrays import sample_of
from app.protocol.json_values import plain
from app.protocol.loose import Loose as Message
from app.protocol.loose import whole
from app.training.batches import Batch
from app.training.objectives.teacher_forcing import TeacherForcing
from app.training.sequence.token_metrics import predicted_tokens
from app.training.trainable import Model
from app.worker.recurrent_requests import fresh
from graph.errors import NetloomError
from graph.modules.attention import Attention
from graph.shapes import Kind


def attention_of_project(fields: Mapping[str, Any]) -> Message:
    """As `attention_of_run`, for a ``project`` in its JSON form before it is trained; ``base`` is its folder."""
    return attention_of_run(fresh(fields), Message("", fields, {}))


def attention_of_run(model: Model, message: Message) -> Message:
    """What the attention ``layer`` looks at in the ``sample`` at that position in the data set.

    A network that learned with a teacher reads its own words. The array ``weights`` float32 (asked, read) says how
    much each step takes of each step that is read, those of a row adding up to 1; padding is cut off. Fields:
    ``asked`` and ``read``, the words at these steps, or their numbers; ``written`` is whether ``asked`` are words that
    the network writes; ``says`` and ``truth`` its answer, empty where it is no text.
    """
    fields = message.fields
    batch = sample_of(model, whole(fields, "sample", 0))
    path = str(fields.get("layer") or "")
    layer = dict(walk(model.module)).get(path)
    if not isinstance(layer, Attention):
        raise NetloomError(f"{path} is not an attention layer; choose one.")
    weights, answers = _looked(model, layer, batch)
    facts, rows = _asked(model, batch, answers, weights.shape[0])
    read, columns = _read(model, batch, weights.shape[1])
    facts |= {"layer": path, "levels": 1, "level": 0, "directions": 1, "back": False, "read": read}
    kept: Array = np.ascontiguousarray(weights[:rows, :columns].numpy(), dtype=np.float32)
    return Message("attention", plain(facts), {"weights": kept})


def _looked(model: Model, layer: Attention, batch: Batch) -> tuple[Tensor, Any]:
    """The weights (asked, read) for a batch of one, and what the network answers."""
    found: list[Tensor] = []

    def note(_module: nn.Module, inputs: tuple[Tensor, ...], _result: Tensor) -> None:
        found.append(layer.weights(*inputs)[0].float().cpu())

    inputs, aim = batch.inputs, model.objective
    with model.evaluating():
        if isinstance(aim, TeacherForcing):
            inputs = aim.decoder.with_decoder_input(inputs, aim.decoder.decode(inputs)[0])
        handle = layer.register_forward_hook(note)
        try:
            answers = model.forward(inputs)
        finally:
            handle.remove()
    return found[0].clone(), answers


def _asked(model: Model, batch: Batch, answers: Any, steps: int) -> tuple[dict[str, Any], int]:
    """What stands at the steps that ask, and how many of them count."""
    listed = answers if isinstance(answers, tuple) else (answers,)
    for head, said, target in zip(model.objective.heads, listed, batch.targets, strict=True):
        if not head.listed or said.shape[1] != steps:
            continue
        vocabulary = head.field.vocabulary
        words = predicted_tokens(said.float().cpu(), vocabulary)[0].tolist()
        told = [vocabulary[word] for word in words]
        count = told.index(END) + 1 if END in told else steps
        return {
            "asked": told[:count],
            "written": True,
            "says": text_of(words, vocabulary),
            "truth": text_of(target[0].tolist(), vocabulary),
        }, count
    names, count = _read(model, batch, steps)
    return {"asked": names, "written": False, "says": "", "truth": ""}, count


def _read(model: Model, batch: Batch, steps: int) -> tuple[list[str], int]:
    """The words of the first input that has as many steps, without padding; else the numbers of the steps."""
    for name, values in zip(model.objective.inputs, batch.inputs, strict=True):
        field = model.prepared.dataset.field_named(name).info
        if field.shape.kind is Kind.TOKENS and field.listed and values.shape[1] == steps:
            row: list[int] = values[0].tolist()
            count = max((at + 1 for at, word in enumerate(row) if word), default=1)
            return [field.vocabulary[word] for word in row[:count]], count
    return [str(step + 1) for step in range(steps)], steps
