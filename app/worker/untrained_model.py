"""The model of an open project before it is trained, kept so that the next request about it does not build it again."""

from __future__ import annotations

import torch

from app.protocol.messages import OpenProject
from app.training.trainable import Model
from graph.project import encode, parse_project

_kept: dict[object, Model] = {}
"""The last model that was built, by its project's content and folder."""


def untrained_model(opened: OpenProject) -> Model:
    """The model of a project with the weights that training starts from.

    Raises
    ------
    NetloomError
        if it cannot be built.
    """
    key = (encode(opened.project), opened.base)
    if key not in _kept:
        _kept.clear()  # its memory goes before the next one takes its own
        with torch.random.fork_rng(devices=[]):
            _kept[key] = Model.build(parse_project(dict(opened.project)), opened.base, "cpu")
    return _kept[key]
