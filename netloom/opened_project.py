"""Projects in scripts: opened or made, checked, trained, searched and exported."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from app.data.data_choice import DataChoice, named_set
from app.data.readers.file_access import relative
from app.project.presets import preset as shipped
from app.project.presets import preset_ids
from app.project.project_check import Report, check_project
from app.project.project_ids import id_of, new_id
from graph.errors import NetloomError
from graph.network import Network as LayerGraph
from graph.project import SUFFIX, read_project, write_project
from graph.project import Project as StoredProject
from netloom.built_network import Network
from netloom.exports import export_to

if TYPE_CHECKING:
    import pandas as pd
    from torch import nn

    from app.protocol.events import Epoch
    from app.training.training_session import TrainingSession
    from netloom.sweep_results import Sweep
    from netloom.trained_run import Run

Data = str | Path | Mapping[str, Any]
"""A file or folder, the id of a data set that ships, or a ``data`` section as project files have it."""


@dataclass(frozen=True, eq=False)
class Check:
    """What is known of a project before it is trained: whether it can be, and what stands in the way."""

    report: Report

    @property
    def ok(self) -> bool:
        """Whether it can be trained."""
        return self.report.ok

    @property
    def problems(self) -> tuple[str, ...]:
        """A sentence for each problem, the reason and the remedy in it."""
        return tuple(problem.message for problem in self.report.problems)

    @property
    def hints(self) -> tuple[str, ...]:
        """A sentence for each thing that may be done better."""
        return tuple(hint["message"] for hint in self.report.to_json()["hints"])

    @property
    def parameters(self) -> int:
        """How many numbers are trained."""
        return self.report.checker.parameters

    def frame(self) -> pd.DataFrame:
        """A row for each layer: kind, output shape, parameters, operations (FLOP), values, receptive field."""
        import pandas as pd

        return pd.DataFrame(self.report.to_json()["layers"]).set_index("id")

    def __repr__(self) -> str:
        told = "can be trained" if self.ok else "cannot be trained: " + " ".join(self.problems)
        return f"<Check: {self.parameters:,} parameters, {told}>"


class Project:
    """A network with its data and training settings. It is never changed: `changed` and `with_data` give another."""

    def __init__(self, content: StoredProject, path: Path | None = None, base: Path | None = None) -> None:
        self.content = content
        """The project as the rooms below know it."""
        self.path = path
        """Its file; None where it has none."""
        self.base = base
        """The folder that relative paths of its data start from."""

    @property
    def network(self) -> LayerGraph:
        """The network."""
        return self.content.network

    @property
    def data(self) -> Mapping[str, Any]:
        """The section ``data``: where samples come from, how they are divided; empty where none is chosen."""
        return _section(self.content, "data")

    @property
    def plan(self) -> Mapping[str, Any]:
        """The section ``plan``: training settings that are not at their defaults."""
        return _section(self.content, "plan")

    @property
    def title(self) -> str:
        """What the project calls itself, else the name of its file."""
        title = _section(self.content, "about").get("title")
        named = self.path.name.removesuffix(SUFFIX) if self.path is not None else "Untitled"
        return title if isinstance(title, str) and title else named

    def changed(self, **plan: Any) -> Self:
        """The same project with other training settings, such as ``learning_rate=0.01``.

        Raises
        ------
        NetloomError
            if there is no such setting, or it refuses the value.
        """
        from app.training.plan import Plan

        section = Plan.of(self.content).changed(**plan).to_json()
        return type(self)(_with(self.content, "plan", section), self.path, self.base)

    def with_data(self, data: Data, *, target: str | None = None) -> Self:
        """The same network and settings on other data.

        Raises
        ------
        NetloomError
            if the data cannot be read.
        """
        section = _choice(data, target, self.base).to_json()
        return type(self)(_with(self.content, "data", section), self.path, self.base)

    def check(self) -> Check:
        """Check network, data and settings together, as the window does."""
        return Check(check_project(self.content, self.base))

    def module(self) -> nn.Module:
        """The network as a torch module with the weights that training starts from; no random state is touched.

        Raises
        ------
        NetloomError
            if the network has errors.
        """
        import torch

        from app.training.initial_weights import InitialWeights
        from app.training.plan import Plan
        from graph.build.compile import compile_network

        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(Plan.of(self.content).seed)
            module: nn.Module = compile_network(self.network).module
        InitialWeights.of(self.content).load_into(module, self.base)
        return module

    def train(
        self,
        *,
        out: str | Path | None = None,
        on_epoch: Callable[[Epoch], object] | None = None,
        progress: bool = True,
        tensorboard: bool = False,
        **plan: Any,
    ) -> Run:
        """Train, and return the run. Ctrl+C leaves a run that `Run.resume` goes on with.

        Parameters
        ----------
        out
            the run's folder; None makes one where the window keeps its runs, so that it lists this one too.
        on_epoch
            called after each epoch with its metrics (``epoch.train``, ``epoch.validation``); True ends the training.
        progress
            whether to print epochs and a progress bar.
        tensorboard
            whether to write TensorBoard event files too, in the folder ``tensorboard`` of the run's.
        plan
            training settings for this run, as `changed` takes them.

        Raises
        ------
        NetloomError
            if the project cannot be trained as it is, or the training failed.
        """
        from app.training.training_session import begin
        from netloom.trained_run import Run
        from netloom.training_loop import finish

        project = self.changed(**plan) if plan else self
        folder = None if out is None else Path(out)

        def session() -> TrainingSession:
            begun = begin(project.content, self.base, folder)
            begun.tensorboard = tensorboard
            return begun

        return Run(finish(session, on_epoch, progress))

    def sweep(self, trials: int = 20, *, out: str | Path | None = None, **plan: Any) -> Sweep:
        """Train with settings that the section ``sweep`` varies (else learning rate, batch size, widths, dropout).

        Parameters
        ----------
        trials
            how many in all; those that the folder ``out`` holds already count.
        out
            the folder of the search; None makes one.
        plan
            training settings of all trials, such as ``epochs=10``.

        Raises
        ------
        NetloomError
            if the project cannot be trained, or the folder holds another search.
        """
        from app.protocol.control import Control
        from app.sweep.study import open_search
        from netloom.sweep_results import Sweep
        from netloom.training_loop import torch_untouched

        project = self.changed(**plan) if plan else self
        found = open_search(project.content, self.title, self.base, None if out is None else Path(out))
        with torch_untouched():
            for _ in found.run(trials, Control()):
                pass
        return Sweep(found)

    def save(self, file: str | Path) -> Self:
        """Write the project file; returns the project that is there now.

        Under another name it is a project of its own, as with Save as: the window lists its runs apart. The path of its
        data leads to the same place.

        Raises
        ------
        NetloomError
            if it cannot be written.
        """
        path = Path(file).resolve()
        same = self.path is not None and self.path.resolve() == path
        content = self.content if same else replace(_led_on(self.content, self.base, path.parent), id=new_id())
        write_project(path, content)
        return type(self)(content, path, path.parent)

    def export(self, file: str | Path, *, training: bool = False) -> tuple[Path, ...]:
        """Write the untrained network, as the file's ending says: .py, .onnx, .svg or .png.

        A name that ends in .html gets a report, .md a model card, and .ipynb a notebook that trains the network in
        plain PyTorch; with ``training``, .py is a script that does so. Its samples come to stand beside it.

        Raises
        ------
        NetloomError
            if the ending is another, or the network or its training cannot be written so.
        """
        return export_to(Path(file), self.content, self.title, self.base, training=training)

    def _repr_svg_(self) -> str:
        """The drawing of the network, which notebooks show."""
        from app.exchange.svg_out import svg

        return svg(self.network, self.title)

    def __repr__(self) -> str:
        return f"<Project “{self.title}”: {len(self.network)} layers>"


def load(file: str | Path) -> Project:
    """The project in a file.

    Raises
    ------
    NetloomError
        if it cannot be read, or is no project.
    """
    path = Path(file)
    project = read_project(path)
    return Project(replace(project, id=id_of(project, path)), path, path.resolve().parent)


def preset(id: str) -> Project:
    """The example called ``id`` (see `presets`), complete with data and settings.

    Raises
    ------
    NetloomError
        if there is none.
    """
    return Project(shipped(id).project)


def presets() -> tuple[str, ...]:
    """Ids of all examples, simple ones first."""
    return preset_ids()


def new(
    network: Network | LayerGraph | None = None,
    data: Data | None = None,
    *,
    target: str | None = None,
    fit: str | None = None,
    title: str = "Untitled",
    **plan: Any,
) -> Project:
    """A new project.

    Parameters
    ----------
    network
        the network; None takes the example ``fit`` and fits it to the data.
    data
        a file or folder of your own, the id of a data set that ships (``iris``, ``digits`` ...), or a ``data`` section.
    target
        the column to predict; None takes the one that looks most like it.
    fit
        the example to begin with where there is no ``network``; None takes one that suits the data.
    title
        what the project is called.
    plan
        training settings, such as ``epochs=30``.

    Raises
    ------
    NetloomError
        if the data cannot be read, or the example does not fit it.
    """
    base = Path.cwd()
    choice = None if data is None else _choice(data, target, base)
    if network is None:
        from app.project.fit_preset import fit_preset

        if choice is None:
            raise NetloomError("A project needs a network or data; give one of them.")
        project = Project(fit_preset(choice, base, fit, title), None, base)
    else:
        sections: dict[str, Any] = {"about": {"title": title}}
        if choice is not None:
            sections["data"] = choice.to_json()
        drawn = network.network() if isinstance(network, Network) else network
        project = Project(StoredProject(drawn, sections), None, base)
    return project.changed(**plan) if plan else project


def _choice(data: Data, target: str | None, base: Path | None) -> DataChoice:
    """The choice of data that a caller names."""
    from app.data.inspect import suggest

    if isinstance(data, Mapping):
        return DataChoice.parse(data)
    known = named_set(str(data)) if target is None and not Path(data).exists() else None
    return known or suggest(Path(data).resolve(), target=target, base=base)


def _led_on(project: StoredProject, base: Path | None, folder: Path) -> StoredProject:
    """The project for a file in ``folder``; before, paths of its data started from ``base``."""
    data = _section(project, "data")
    options = data.get("options")
    if not isinstance(options, Mapping) or not isinstance(options.get("path"), str) or base == folder:
        return project
    place = Path(os.path.normpath((base or Path()) / Path(options["path"]).expanduser()))
    return _with(project, "data", {**data, "options": {**options, "path": relative(place, folder)}})


def _section(project: StoredProject, name: str) -> Mapping[str, Any]:
    section = project.sections.get(name)
    return section if isinstance(section, Mapping) else {}


def _with(project: StoredProject, name: str, section: Mapping[str, Any]) -> StoredProject:
    return replace(project, sections={**project.sections, name: dict(section)})
