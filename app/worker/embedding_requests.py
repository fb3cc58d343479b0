"""What the window asks about codes: requests in, messages out.

The codes that were asked for last live as long as their model does, so that picking another sample costs no second
pass over the data. Each request makes codes for a little while; as long as they are not complete, the reply tells only
how many are ``done`` ``of`` how many, and whoever wants the rest asks again. To cancel is not to ask again.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from app.insight import embeddings as found
from app.insight.embeddings import Codes
from app.protocol.json_values import plain
from app.protocol.loose import Loose as Message
from app.training.trainable import Model
from graph.errors import NetloomError

_KEPT: WeakKeyDictionary[Model, Codes] = WeakKeyDictionary()
COUNT = 12


def codes_of(model: Model, layer: str) -> Codes:
    """The codes of a model at a layer, a little further than they were.

    Raises
    ------
    NetloomError
        if the model is being trained, or the layer gives no code.
    """
    if model.module.training:
        raise NetloomError("Weights change while a network is trained; search its samples once that has ended.")
    codes = _KEPT.get(model)
    if codes is None or codes.layer != layer:
        codes = _KEPT[model] = Codes(model, layer)
    codes.advance(model)
    return codes


def similar(model: Model, message: Message) -> Message:
    """The ``count`` samples most like number ``sample`` of the data set, by the codes of ``layer`` and by pixels.

    Arrays as `app.insight.embeddings.similar`, once the codes are complete; fields ``done``, ``of``, ``whole`` (samples
    there are) and ``target`` (what the target field is).
    """
    sample, count = int(message.fields.get("sample") or 0), int(message.fields.get("count") or COUNT)
    codes = codes_of(model, str(message.fields.get("layer") or ""))
    arrays = found.similar(model, codes, sample, count) if codes.complete else {}
    return Message("similar", _facts(model, codes) | {"sample": sample}, arrays)


def code_map(model: Model, message: Message) -> Message:
    """All codes of ``layer`` in a plane: arrays as `app.insight.embeddings.code_map`, fields as `similar`."""
    codes = codes_of(model, str(message.fields.get("layer") or ""))
    return Message("code_map", _facts(model, codes), found.code_map(model, codes) if codes.complete else {})


def _facts(model: Model, codes: Codes) -> dict[str, Any]:
    facts = {"layer": codes.layer, "done": codes.done, "of": len(codes.index), "whole": codes.whole}
    return facts | {"target": plain(model.prepared.dataset.target_field().to_json())}
