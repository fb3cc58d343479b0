"""Fits a preset to other data: its network gets the shapes that the data brings and asks for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.data.data_choice import DataChoice
from app.data.dataset import DatasetInfo, FieldInfo, Task
from app.project.add_outputs import add_outputs
from app.project.presets import preset
from app.project.project_context import ProjectContext
from app.project.project_hints import padding_read
from app.training.data_spec import data_spec
from app.training.losses import check_loss, suited_loss
from app.training.objective_problems import target_of
from graph.checking.check import Checker
from graph.checking.fixes import Insert
from graph.checking.layer_info import Severity
from graph.document import Document
from graph.errors import NetloomError
from graph.layers import usual_layers
from graph.layers.io import Input, Output
from graph.network import Connection
from graph.project import Project
from graph.shapes import Kind

ROUNDS = 30
"""Repairs after which fitting gives up."""

CLASSIFIERS: Mapping[Kind, str] = {
    Kind.IMAGE: "digits_cnn",
    Kind.SEQUENCE: "digits_gru",
    Kind.TOKENS: "digits_gru",
    Kind.VECTOR: "iris_mlp",
}
REGRESSORS: Mapping[Kind, str] = {
    Kind.IMAGE: "digits_cnn",
    Kind.SEQUENCE: "seasons_lstm",
    Kind.TOKENS: "digits_gru",
    Kind.VECTOR: "diabetes_mlp",
}


def suitable_preset(info: DatasetInfo) -> str:
    """Id of the preset to begin with for data that ships nowhere."""
    if info.target_field().next_of:
        return "sentences_lstm"
    target = info.target_field()
    if target.shape.kind is Kind.IMAGE and target.name not in info.inputs:
        return "scenes_yolo" if target.box_classes else "scenes_fcn"
    presets = CLASSIFIERS if info.task in (Task.CLASSIFICATION, Task.LABELS) else REGRESSORS
    if info.shape.kind not in presets:
        raise NetloomError(f"No preset reads {info.shape.described()}; name one with --preset, or draw the network.")
    return presets[info.shape.kind]


def fit_preset(choice: DataChoice, base: Path | None, id: str | None, title: str) -> Project:
    """The preset ``id`` (without one: a suitable one) with ``choice`` as its data.

    The repairs that the checker offers are applied until the network fits.

    Raises
    ------
    NetloomError
        if the preset cannot be made to fit, or there is none such.
    """
    info = choice.info(base)
    origin = preset(id or suitable_preset(info))
    sections = {name: origin.project.sections[name] for name in ("plan",) if name in origin.project.sections}
    about = {"title": title, "summary": f"{origin.title}, fitted to {info.title}."}
    document = Document(origin.project.network, {**sections, "about": about, "data": choice.to_json()})
    _embed(document, info)
    _take_colours(document, info)
    _repair(document, info)
    _suit_losses(document, info)
    _fit_vocabulary(document, info)
    _tell_lengths(document, info, choice)
    with document.transaction("Add an output for every column"):
        add_outputs(document, info)
    return Project(document.network, dict(document.sections))


def _embed(document: Document, info: DatasetInfo) -> None:
    """Give a network that was made for numbers a vector for each word of a text, before anything else is repaired."""
    network = document.network
    if info.shape.kind is not Kind.TOKENS or any(node.layer.embeds_tokens for node in network):
        return
    start = next((node.id for node in network if isinstance(node.layer, Input)), None)
    with document.transaction("Read words"):
        for connection in network.out_of(start) if start is not None else ():
            Insert(connection.target, connection.target_port, usual_layers.embedding()).apply(document)
            return


def _take_colours(document: Document, info: DatasetInfo) -> None:
    """Lead colour pictures past a layer that lays copies of a grey one side by side, as if they were its colours."""
    if info.shape.kind is not Kind.IMAGE:
        return
    checker = Checker(document)
    colours = info.shape.sizes[0]
    for node in [node for node in document.network if len(node.inputs) > 1]:
        ends = {(wire.source, wire.source_port) for wire in document.network.into(node.id).values()}
        grey = [checker.layer_info(source).outputs.get(port) for source, port in ends]
        shown = checker.layer_info(node.id).outputs.get("out")
        if len(grey) != 1 or grey[0] is None or shown is None:
            continue
        if grey[0].sizes[0] == 1 != colours and shown.sizes[0] == colours:
            with document.transaction("Take colours as they are"):
                _lead_past(document, node.id, *ends)
    checker.close()


def _lead_past(document: Document, id_: str, start: tuple[str, str]) -> None:
    """Take a layer out: what came from it comes from ``start``, a layer and its port."""
    onward = document.network.out_of(id_)
    document.remove(id_)
    for wire in onward:
        document.connect(Connection(*start, wire.target, wire.target_port))


def _repair(document: Document, info: DatasetInfo) -> None:
    checker = Checker(document, data_spec(info, document.sections.get("plan")))
    for _ in range(ROUNDS):
        errors = [problem for problem in checker.problems if problem.severity is Severity.ERROR]
        if not errors:
            return
        fixable = next((problem for problem in errors if problem.fixes), None)
        if fixable is None:
            break
        fixable.fixes[0].apply(document)
    first = next(problem for problem in checker.problems if problem.severity is Severity.ERROR)
    raise NetloomError(f"This preset cannot be fitted to {info.title}: {first.message} Choose another preset.")


def _suit_losses(document: Document, info: DatasetInfo) -> None:
    """Give outputs that name a loss, or predict marks of pixels, the loss that suits their new target."""
    with document.transaction("Suit the losses"):
        for node in list(document.network):
            if not isinstance(node.layer, Output):
                continue
            field = target_of(node.layer, info, document.sections.get("plan"))
            if field is None:
                continue
            suited = suited_loss(field, info)
            if suited != "auto" or _is_refused(node.id, node.layer.loss, field):
                document.set_layer(node.id, node.layer.changed(loss=suited))


def _is_refused(id_: str, loss: str, field: FieldInfo) -> bool:
    if loss in ("auto", "ctc"):
        return False
    try:
        check_loss(id_, field, loss)
    except NetloomError:
        return True
    return False


def _fit_vocabulary(document: Document, info: DatasetInfo) -> None:
    """Give embeddings a row for each word that the data knows."""
    words = len(info.input_field().vocabulary)
    layers: list[tuple[str, Any]] = [(node.id, node.layer) for node in document.network]
    found = {id_: layer for id_, layer in layers if layer.embeds_tokens and words}
    with document.transaction("Fit the vocabulary"):
        for id_, layer in found.items():
            document.set_layer(id_, layer.changed(vocabulary=words))


def _tell_lengths(document: Document, info: DatasetInfo, choice: DataChoice) -> None:
    """Behind the last word of a text there is only padding: recurrent layers are told where each text ends."""
    checker = Checker(document, data_spec(info))
    for _ in range(ROUNDS):
        found = next(padding_read(ProjectContext(checker, document.sections, info, choice)), None)
        if found is None:
            break
        found.fixes[0].apply(document)
    checker.close()
