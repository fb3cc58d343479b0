"""The model of an open project before it is trained, kept so that the next request about it does not build it again."""

from __future__ import annotations

import torch

from app.protocol.messages import OpenProject
from app.training.initial_weights import InitialWeights
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
            project = parse_project(dict(opened.project))
            model = Model.build(project, opened.base, "cpu")
            InitialWeights.of(project).load_into(model.module, opened.base)
            _kept[key] = model
    return _kept[key]
