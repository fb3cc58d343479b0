"""First data of a project: an imported network, or one that was drawn without any, gets a file to learn from."""

from __future__ import annotations

from pathlib import Path

from app.data.dataset import DatasetInfo
from app.data.inspect import suggest
from app.training.data_spec import data_spec
from graph.checking.check import Checker
from graph.checking.layer_info import Severity
from graph.document import Document
from graph.errors import NetloomError
from graph.layers.io import Input
from graph.project import Project


def with_first_data(project: Project, path: Path, base: Path | None, target: str | None = None) -> Project:
    """``project`` with the file or folder at ``path`` as its data, each input reading the field of its shape.

    ``target`` is the column to predict, None for the likeliest. The network stays as it is.

    Raises
    ------
    NetloomError
        if the data cannot be read or does not fit the network; the sentence says what does not.
    """
    choice = suggest(path, target=target, base=base)
    info = choice.info(base)
    document = Document(project.network, {**project.sections, "data": choice.to_json()})
    with document.transaction("Read the data"):
        _choose_fields(document, info)
    checker = Checker(document, data_spec(info, document.sections.get("plan")))
    wrong = next((problem for problem in checker.problems if problem.severity is Severity.ERROR), None)
    checker.close()
    if wrong is not None:
        raise NetloomError(f"{path.name} does not fit this network: {wrong.message}")
    return Project(document.network, dict(document.sections), project.id)


def _choose_fields(document: Document, info: DatasetInfo) -> None:
    """Have each input read a field of its own shape, where there is one that no other reads."""
    fields = data_spec(info, document.sections.get("plan")).inputs
    taken: set[str] = set()
    for node in list(document.network):
        if not isinstance(node.layer, Input):
            continue
        wanted = node.layer.field or info.inputs[0]
        own = [name for name, shape in fields.items() if shape == node.layer.shape and name not in taken]
        name = wanted if wanted in own or not own else own[0]
        taken.add(name)
        field = "" if name == info.inputs[0] else name
        if name in own and field != node.layer.field:
            document.set_layer(node.id, node.layer.changed(field=field))
