"""What the understand panel looks at: the run in progress, one that was saved, or the project that is open."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from app.data.dataset import DatasetInfo
from app.data.same_data import info_of_data, same_data, title_of_data
from app.insight.embedding_layers import facts_of
from app.protocol.data_messages import DataPreviewed, PreviewData
from app.protocol.events import Epoch, Snapshot, Started
from app.protocol.insight_messages import LookedInside, LookInside
from app.protocol.messages import RR, ModelRequest, OpenProject, R, Request, RunRequest
from app.protocol.watch import Watch
from app.training.losses import trained_by_scores
from app.training.runs import Run
from graph.document import Document
from graph.errors import NetloomError
from graph.layers.base import Layer
from graph.layers.io import Input, InputLike, Output
from graph.network import Network
from graph.project import Project, project_json
from graph.structure.blocks import Block, Loop
from widgets.training.pending_request import Refusal
from widgets.training.training_controller import TrainingController
from widgets.training.training_state import State

Inside: TypeAlias = Snapshot | LookedInside
"""What a network looks like inside: at one moment of its training, or as it was saved."""
OnInside: TypeAlias = Callable[[Inside], None]


@dataclass(frozen=True, eq=False)
class ChosenSample:
    """A sample that was chosen in one view, for all: its ``position`` in the data set ``data`` (0-based).

    ``values`` are what is drawn of it, as `drawable_values` gives them; None where only its position is known.
    """

    position: int
    values: NDArray[np.float64] | None = None
    label: str = ""
    text: str = ""
    data: object = None


class Subject(QObject):
    """One run under the glass; without one, what can be seen of the open project before it is trained.

    `changed` says that it is another run, `edited` that there is none and the open project is not what it was,
    `epoch_ended` that a live run has new weights on disk, `failed` carries a sentence. `activated` carries what the
    layers of the run's network give for a sample that is tried, a `CardPicture` by id; nothing once it is not any more.
    `view_wanted` carries the title of a view to bring forward.
    """

    changed = Signal()
    edited = Signal()
    epoch_ended = Signal()
    failed = Signal(str)
    activated = Signal(object)
    view_wanted = Signal(str)

    def __init__(self, controller: TrainingController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._run: Run | None = None
        self._document: Document | None = None
        self._base: Path | None = None
        self._watch = Watch()
        self._on_inside: OnInside = _ignore
        self._listens: OnInside | None = None
        self._request: int | None = None
        self._sample: ChosenSample | None = None
        self._restoring = controller.restoring
        controller.started.connect(self._on_start)
        controller.stateChanged.connect(self._on_state)
        controller.epoch_ended.connect(self._on_epoch)
        controller.forgotten.connect(self.forget)

    # Reading

    @property
    def run(self) -> Run | None:
        """The run that is looked at, None where there is none."""
        return self._run

    def run_name(self, run: Run) -> str:
        """What a run is called: after the open project if it is its own."""
        return self._controller.run_name(run.path)

    @property
    def base(self) -> Path | None:
        """The folder where the paths of the run's data start, or those of the open project where there is no run."""
        return self._run.base if self._run is not None else self._base

    @property
    def live(self) -> bool:
        """Whether that run is in progress."""
        return self._run is not None and self._controller.active and self._controller.run == self._run.path

    @property
    def busy(self) -> bool:
        """Whether the worker trains meanwhile, this run or another."""
        return self._controller.active

    @property
    def ready(self) -> bool:
        """Whether there are weights to ask about: those in training, or saved ones."""
        return self._run is not None and (self.live or self._run.weights.is_file())

    @property
    def network(self) -> Network | None:
        """The network that was trained."""
        return self._run.project.network if self._run is not None else None

    @property
    def outdated(self) -> bool:
        """Whether the network of the run is another than the one that is drawn in the open project."""
        network, document = self.network, self._document
        return network is not None and document is not None and not network.computes_as(document.network)

    @property
    def other_data(self) -> bool:
        """Whether the run was trained on other data than the open project chooses now."""
        document, run = self._document, self._run
        if run is None or document is None:
            return False
        return not same_data(run.project.sections.get("data"), run.base, document.sections.get("data"), self._base)

    @property
    def data_title(self) -> str:
        """What the data of the run is called, empty where that is not known."""
        return title_of_data(self.data, self.base)

    @property
    def data_info(self) -> DatasetInfo | None:
        """What that data offers, as far as it is known without reading a file."""
        return info_of_data(self.data, self.base)

    @property
    def drawn(self) -> Network | None:
        """The network that was trained, or that of the open project where there is no run."""
        return self._document.network if self._run is None and self._document is not None else self.network

    @property
    def data(self) -> Mapping[str, Any] | None:
        """The choice of data of the run, or of the open project where there is no run; None where none is made."""
        project = self._run.project if self._run is not None else self._document
        section = project.sections.get("data") if project is not None else None
        return section if isinstance(section, Mapping) else None

    @property
    def plan(self) -> Mapping[str, Any]:
        """The plan of the run, or of the open project where there is no run; empty where none is made."""
        project = self._run.project if self._run is not None else self._document
        section = project.sections.get("plan") if project is not None else None
        return section if isinstance(section, Mapping) else {}

    @property
    def by_scores(self) -> bool:
        """Whether what is `drawn` gives scores of classes, which are no probabilities."""
        drawn = self.drawn
        if drawn is None or not trained_by_scores(drawn, str(self.plan.get("loss", "auto"))):
            return False
        info = self.data_info  # asked last, for it reads the data section
        return info is not None and bool(info.target_field().classes)

    def inputs(self) -> list[Input]:
        """The input layers of what is `drawn`."""
        drawn = self.drawn
        return [node.layer for node in drawn if isinstance(node.layer, Input)] if drawn is not None else []

    def convolutions(self) -> list[str]:
        """Ids of the layers of the run that have filters, in the network's order."""
        return having_filters(self.network) if self.network is not None else []

    def layers(self) -> list[str]:
        """Ids of the layers that make something of a sample, in the network's order."""
        network = self.network
        if network is None:
            return []
        return [id_ for id_ in network.ordered() if not isinstance(network.layer(id_), Output)]

    def first_learned(self) -> str:
        """Id of the first layer of the run that has weights, a convolution where there is one; empty where none has."""
        network = self.network
        if network is None:
            return ""
        learned = (id_ for id_, facts in facts_of(network).items() if facts.parameters)
        return next(iter([*self.convolutions(), *learned]), "")

    def layers_within(self) -> list[str]:
        """As `layers`, each block that runs once or on every frame followed by the layers inside: ``block1.conv1``."""
        return [path for path, _ in _within(self.network)]

    def convolutions_within(self) -> list[str]:
        """As `convolutions`, with those inside such blocks."""
        return [path for path, layer in _within(self.network) if layer.has_filters]

    @property
    def work(self) -> str:
        """What is done before there is a run to look at, in words; empty where nothing is."""
        if self._run is not None:
            return ""
        if self._controller.restoring:
            return "Loading the last run…"
        return "The training starts…" if self._controller.state is State.STARTING and self._controller.own else ""

    # Choosing

    def follow(self, document: Document, base: Path | None) -> None:
        """Take note of the project that is open, and of the folder where its relative paths start."""
        self._document, self._base = document, base
        if self._run is None:
            self.edited.emit()

    def show_run(self, path: Path) -> None:
        """Look at the run in ``path``, or if it has not begun as soon as it has; `work` says so until then."""
        if self._controller.has_not_begun(path):
            return
        try:
            run = Run.open(path)
        except NetloomError as error:
            self.failed.emit(str(error))
            return
        self._run = run
        self.changed.emit()
        self._look()

    def forget(self) -> None:
        """Look at nothing, and hear nothing of a run that goes on."""
        self._run, self._restoring = None, self._controller.restoring
        self.changed.emit()
        self._look()

    def look_again(self) -> None:
        """Data that was missing is there again: what was refused without it is asked for once more."""
        self.changed.emit()
        self._look()

    @property
    def sample(self) -> ChosenSample | None:
        """The sample that was chosen last in any view; None where none was, or of other data."""
        chosen = self._sample
        return chosen if chosen is not None and chosen.data == self.data else None

    def choose_sample(self, sample: ChosenSample) -> None:
        """Have other views show this sample too, once they are seen."""
        self._sample = replace(sample, data=self.data)

    def watch(self, watch: Watch, on_inside: OnInside) -> None:
        """Have ``on_inside`` called with what is on screen, now and as it changes: only that is made and sent."""
        if (watch, on_inside) != (self._watch, self._on_inside):
            self._watch, self._on_inside = watch, on_inside
            self._look()

    def watch_nothing(self) -> None:
        """Have nothing made and sent: nobody looks."""
        self.watch(Watch(), _ignore)

    def request(self, request: RunRequest[RR], on_reply: Callable[[RR], None], on_refused: Refusal) -> int | None:
        """Ask the worker about the run, whose folder is filled in here; None where there is no run."""
        if self._run is None:
            return None
        return self._controller.link.request(replace(request, run=self._run.path), on_reply, on_refused)

    def request_model(
        self, request: ModelRequest[RR], on_reply: Callable[[RR], None], on_refused: Refusal
    ) -> int | None:
        """Ask about the run, or before there are weights about the open project with those that training starts from.

        None where there is neither, or the open project has no data.
        """
        if self.ready:
            return self.request(request, on_reply, on_refused)
        opened = self.open_project()
        if opened is None or self.data is None:
            return None
        project, base = opened
        subject = OpenProject(project=project_json(project), base=base)
        return self.request_worker(replace(request, project=subject), on_reply, on_refused)

    def request_worker(self, request: Request[R], on_reply: Callable[[R], None], on_refused: Refusal) -> int:
        """Ask the worker something that no run is needed for."""
        return self._controller.link.request(request, on_reply, on_refused)

    def drop(self, request: int) -> None:
        """Wait for the answer to a request no longer."""
        self._controller.link.forget(request)

    def open_project(self) -> tuple[Project, Path | None] | None:
        """The project that is open, as it is now, and its folder; None where none is."""
        if self._document is None:
            return None
        return Project(self._document.network, dict(self._document.sections)), self._base

    def preview_data(self, on_reply: Callable[[DataPreviewed], None], on_refused: Refusal, limit: int) -> int | None:
        """Ask the worker for ``limit`` samples of `data` at most; None where there is none."""
        section = self.data
        if section is None:
            return None
        return self.request_worker(PreviewData(data=dict(section), base=self.base, limit=limit), on_reply, on_refused)

    # Inside

    def _look(self) -> None:
        if self._request is not None:
            self._controller.link.forget(self._request)
            self._request = None
        if self._listens is not None:
            self._controller.link.snapshot.disconnect(self._listens)
            self._listens = None
        if self.live:
            self._listens = self._on_inside
            self._controller.link.snapshot.connect(self._listens)
            self._controller.watch(self._watch)
            return
        self._controller.watch(Watch())
        if self._run is not None and not self._watch.empty and self._run.weights.is_file():
            self._request = self.request(LookInside(watch=self._watch), self._on_inside, self.failed.emit)

    def _on_start(self, _event: Started) -> None:
        if self._controller.run is not None:
            self.show_run(self._controller.run)

    def _on_epoch(self, _event: Epoch) -> None:
        if self.live:
            self.epoch_ended.emit()

    def _on_state(self, state: State) -> None:
        """What was live becomes a saved run; its best weights are those to look at. A run that is gone is none."""
        gone = self._restoring and not self._controller.restoring and self._controller.run is None
        self._restoring = self._controller.restoring
        if gone and self._run is None:
            self.changed.emit()
        ended = state in (State.FINISHED, State.FAILED)
        if ended and self._run is not None and self._run.path == self._controller.run:
            self.changed.emit()
            self._look()


def _ignore(_inside: Inside) -> None:
    """Nobody looks yet."""


def having_filters(network: Network) -> list[str]:
    """Ids of the layers that have filters, in the network's order."""
    return [id_ for id_ in network.ordered() if network.layer(id_).has_filters]


def _within(network: Network | None, before: str = "") -> Iterator[tuple[str, Layer]]:
    """Paths and layers in the network's order, without its outputs and the ends of blocks."""
    if network is None:
        return
    for id_ in network.ordered():
        layer = network.layer(id_)
        if isinstance(layer, Output) or (before and isinstance(layer, InputLike)):
            continue
        yield f"{before}{id_}", layer
        if isinstance(layer, Block) and not isinstance(layer, Loop) and layer.repeat == 1:
            yield from _within(layer.body.network, f"{before}{id_}.")
