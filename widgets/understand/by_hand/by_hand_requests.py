"""Whose layer is worked out: a run's, or the open project's; and what is asked of the worker about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from app.protocol.data_messages import DataPreviewed, PreviewData
from app.protocol.messages import OpenProject
from app.protocol.window_messages import FollowedLayer, FollowLayer
from graph.changes import AnnotationSet, LayerMoved
from graph.document import Commit, Document
from graph.layers.base import Layer
from graph.network import Network
from graph.project import Project, project_json
from graph.structure.blocks import Block, Timed
from widgets.training.pending_request import Refusal
from widgets.understand.subject import Subject

DEBOUNCE_MS = 150
"""A burst of edits is answered once."""
PAUSE_MS = 700
"""Two looks into a run in progress are this far apart at least: each costs training some milliseconds."""


class Asker(QObject):
    """Asks for one layer and one sample at a time, and again whenever the answer may have changed.

    Only the last request is answered. ``wanted`` is on while anybody looks; nothing is asked before. `changed` says
    that there are other layers, or another choice of weights; `followed` carries a `FollowedLayer`, `refused` a
    sentence.
    """

    changed = Signal()
    followed = Signal(object)
    refused = Signal(str)

    def __init__(self, subject: Subject, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._subject = subject
        self._document: Document | None = None
        self._base: Path | None = None
        self._stop: Callable[[], None] | None = None
        self._preferred: bool | None = None
        self._fitted: object = None
        self._current: tuple[str, int] | None = None
        self._busy: tuple[object, ...] | None = None
        self._stale = False
        self._unread = False
        self.wanted = False
        self._soon = QTimer(self, singleShot=True, interval=DEBOUNCE_MS)
        self._soon.timeout.connect(self._ask)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._go_on)
        subject.epoch_ended.connect(self._on_epoch)

    # Whose

    def set_document(self, document: Document, base: Path | None) -> None:
        """Look at another project; ``base`` is where its relative paths start."""
        self.close_document()
        self._document, self._base = document, base
        self._stop = document.subscribe(self._on_commit)
        self._refit()

    def set_base(self, base: Path | None) -> None:
        """The project is in another folder now."""
        self._base = base

    def close_document(self) -> None:
        """Stop listening to the project."""
        if self._stop is not None:
            self._stop()
        self._stop, self._document = None, None

    def on_subject(self) -> None:
        """Another run is looked at, or it has ended."""
        self._refit()
        self._again()

    @property
    def document(self) -> Document | None:
        """The open project."""
        return self._document

    @property
    def sources(self) -> tuple[bool, ...]:
        """Whether there are trained weights (True) and weights before training (False) to choose among."""
        run = self._subject.run
        held = run is not None and (self._subject.live or run.weights.is_file())
        return (*((True,) if held else ()), *((False,) if self._document is not None else ()))

    @property
    def trained(self) -> bool:
        """Whether the weights are those of a run."""
        return self._preferred if self._preferred in self.sources else True in self.sources

    def prefer(self, trained: bool) -> None:
        """Take the weights of the run, or those before training."""
        if trained != self.trained:
            self._preferred = trained
            self.changed.emit()
            self._again()

    @property
    def network(self) -> Network | None:
        """The network whose layers are worked out."""
        if self.trained:
            return self._subject.network
        return self._document.network if self._document is not None else None

    def layers(self) -> list[str]:
        """Paths of the layers that can be worked out, from inputs to outputs."""
        return followable(self.network) if self.network is not None else []

    def seek(self, layer: str) -> bool:
        """Whether there is such a layer; one that only the open project has makes it the one looked at."""
        if layer in self.layers():
            return True
        drawn = self._document is not None and layer in followable(self._document.network)
        if drawn:
            self.prefer(False)
        return drawn

    def _refit(self) -> None:
        """Weights of a run are shown first while its network is the one that is open."""
        run, document = self._subject.run, self._document
        fits = run is not None and (document is None or same_networks(run.project.network, document.network))
        state = (fits, run.path if run is not None else None, id(document))
        if state != self._fitted:
            self._fitted, self._preferred = state, fits
        self._unread = False
        self.changed.emit()

    # Asking

    def ask(self, layer: str, sample: int) -> None:
        """Work out this layer for this sample of the data set."""
        self._current = (layer, sample) if layer else None
        self._ask()

    def refresh(self) -> None:
        """Catch up on what changed while nobody looked."""
        if self._unread:
            self._refit()
        if self._stale:
            self._ask()

    def _again(self) -> None:
        self._stale = True
        if self.wanted and self._current is not None:
            self._soon.start()

    def _ask(self) -> None:
        self._soon.stop()
        self._stale = True
        if not self.wanted or self._current is None or self._busy is not None:
            return
        self._stale = False
        layer, sample = self._current
        self._busy = (self.trained, layer, sample)
        request = FollowLayer(layer=layer, sample=sample)
        if self.trained:
            self._subject.request(request, self._on_layer, self._on_refusal)
        else:
            request = replace(request, project=self._project())
            self._subject.request_worker(request, self._on_layer, self._on_refusal)

    def ask_about_samples(self, on_reply: Callable[[DataPreviewed], None], on_refused: Refusal, limit: int) -> None:
        """Ask for a preview of the data whose samples are worked out."""
        if self.trained:
            self._subject.preview_data(on_reply, on_refused, limit)
            return
        section = self._document.sections.get("data") if self._document is not None else None
        if not isinstance(section, Mapping):
            on_refused("The project has no data; choose a data set in the Data workspace.")
            return
        request = PreviewData(data=dict(section), base=self._base, limit=limit)
        self._subject.request_worker(request, on_reply, on_refused)

    def _project(self) -> OpenProject:
        assert self._document is not None
        project = Project(self._document.network, dict(self._document.sections))
        return OpenProject(project=project_json(project), base=self._base)

    def _is_current(self) -> bool:
        """Whether the reply is about the layer and sample on show; where those changed, they are asked about next."""
        current = self._current is not None and self._busy == (self.trained, *self._current)
        self._busy = None
        if self._stale or not current:
            self._soon.start()
        return current

    def _on_layer(self, reply: FollowedLayer) -> None:
        if self._is_current():
            self.followed.emit(reply)

    def _on_refusal(self, reason: str) -> None:
        # While a run begins there may be nothing to look into yet.
        if self._is_current() and not (self.trained and self._subject.live):
            self.refused.emit(reason)

    # What may change the answer

    def _on_commit(self, commit: Commit) -> None:
        if all(isinstance(change, LayerMoved | AnnotationSet) for change in commit.changes):
            return
        self._stale = self._stale or not self.trained
        if not self.wanted:
            self._unread = True
            return
        self._refit()
        if not self.trained:
            self._again()

    def _on_epoch(self) -> None:
        if self.trained:
            self._stale = True
            if not self._pause.isActive():
                self._go_on()

    def _go_on(self) -> None:
        if self._stale and self.wanted and self.trained and self._subject.live:
            self._pause.start()
            self._ask()


def followable(network: Network, before: str = "") -> list[str]:
    """Paths of the layers that can be worked out; those inside a block are called ``block1.conv1``."""
    paths = []
    for id_ in network.ordered():
        layer = network.layer(id_)
        if layer.can_follow():
            paths.append(f"{before}{id_}")
        elif isinstance(layer, Block) and not isinstance(layer, Timed):
            paths += followable(layer.body.network, f"{before}{id_}.")
    return paths


def same_networks(network: Network, other: Network) -> bool:
    """Whether two networks are the same but for where their cards stand."""
    return network is other or (network.connections == other.connections and _bare(network) == _bare(other))


def _bare(network: Network) -> dict[str, tuple[Layer, bool, str | None]]:
    return {node.id: (node.layer, node.muted, node.tied) for node in network}
