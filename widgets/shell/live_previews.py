"""Live cards: asks the worker for what is on screen while it trains, and shows it on the canvas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from app.protocol.diagnostics import Diagnostic
from app.training.runs import Run
from graph.errors import NetloomError
from graph.layers.base import Layer
from graph.layers.io import Output
from graph.structure.blocks import Block
from widgets.canvas.level_of_detail import Level, level_at
from widgets.canvas.live_cards import STRIP, LiveCards, Strip, strips_of

if TYPE_CHECKING:
    from app.protocol.events import Snapshot
    from app.protocol.views import CardPicture
    from graph.network import Network
    from widgets.shell.context import Context
    from widgets.training.training_controller import TrainingController

LIVE = "live"
"""What the canvas knows the live cards by, and the preference that switches them."""

MOST = 60
"""Cards that show pictures at once, at most."""

MOST_INSIDE = 3
"""Layers inside a block that its mark tells of, at most."""


class LivePreviews(QObject):
    """Between the canvas and a training: pictures and marks of health while it runs, and its last ones until the next.

    A layer that was changed since the training began shows nothing, for what is known is not about it.
    """

    def __init__(self, context: Context, controller: TrainingController) -> None:
        workbench, session, preferences = context.workbench, context.session, context.preferences
        super().__init__(workbench)
        self._workbench, self._session, self._preferences = workbench, session, preferences
        self._controller = controller
        self._trained: Network | None = None
        self._strips: dict[str, Strip] = {}
        self._diagnostics: dict[str, tuple[Diagnostic, ...]] = {}
        self._tried_network: Network | None = None
        self._tried: Mapping[str, Strip] = {}
        # The view moves many times a second; what is on screen is asked for once it rests.
        self._soon = QTimer(self, singleShot=True, interval=150)
        self._soon.timeout.connect(self._ask)
        canvas = workbench.canvas
        for signal in (canvas.navigation.viewMoved, canvas.navigation.zoomChanged, workbench.workspace_changed):
            signal.connect(lambda *_: self._soon.start())
        for signal in (workbench.block_navigation.changed, session.committed):
            signal.connect(lambda *_: self._follow())
        session.replaced.connect(self._forget)
        controller.started.connect(self._begin)
        controller.restored.connect(self._begin)
        controller.link.snapshot.connect(self._on_snapshot)
        controller.stateChanged.connect(lambda _: self._follow())
        self.destroyed.connect(preferences.subscribe(self._on_preference))

    @property
    def wanted(self) -> bool:
        """Whether the user wants live cards."""
        return bool(self._preferences["live_cards"])

    # What training says

    def _begin(self, *_: object) -> None:
        """Another training, or one that is back in view: what was known is of the one before."""
        self._forget()
        try:
            self._trained = Run.open(self._controller.run).project.network if self._controller.run else None
        except NetloomError:  # without its project nothing can be told apart, and cards stay as they are
            self._trained = None
        self._soon.start()

    def _on_snapshot(self, snapshot: Snapshot) -> None:
        views, theme = snapshot.views, self._workbench.canvas.context.theme
        if views.diagnostics is None or self._trained is None:
            return
        self._diagnostics = dict(views.diagnostics)
        self._strips = strips_of(views.cards, theme)
        self._show()

    def _forget(self) -> None:
        self._trained, self._strips, self._diagnostics = None, {}, {}
        self._tried_network, self._tried = None, {}
        self._show()

    def show_tried(self, network: Network | None, pictures: Mapping[str, CardPicture]) -> None:
        """Show on the cards what the layers of ``network`` give for a sample that is tried; no pictures end that."""
        self._tried_network = network
        self._tried = strips_of(pictures, self._workbench.canvas.context.theme)
        self._show()

    # What is on screen

    def _follow(self) -> None:
        self._show()
        self._soon.start()

    def _on_preference(self, name: str) -> None:
        if name == "live_cards":
            self._follow()

    def _ask(self) -> None:
        """Ask for the cards that can be seen and read, and for nothing where they show nothing."""
        canvas = self._workbench.canvas
        seen = self.wanted and self._trained is not None and canvas.isVisible()
        near = seen and level_at(canvas.navigation.zoom) is Level.NEAR
        shown = canvas.board.cards_in(canvas.navigation.visible_region()) if near else []
        drawn = [card.id for card in shown if not isinstance(card.node.layer, Output) and self._same(card.id)]
        self._controller.watch_cards(tuple(self._path(id_) for id_ in drawn[:MOST]), health=seen)

    def _show(self) -> None:
        canvas, board = self._workbench.canvas, self._workbench.canvas.board
        known = [id_ for id_ in self._layers_known() if id_ in board.cards and self._same(id_)] if self.wanted else []
        strips = {id_: self._strips[self._path(id_)] for id_ in known if self._path(id_) in self._strips}
        strips |= self._tried_strips() if self._tried else {}
        ailing = {id_: sentences for id_ in known if (sentences := self._sentences(self._path(id_)))}
        board.hang(strips, STRIP)
        shown = LiveCards(board, canvas.context.theme, strips, ailing) if strips or ailing else None
        canvas.surface.show_extra(LIVE, shown)
        self._workbench.inspector.show_health({id_: "\n".join(sentences) for id_, sentences in ailing.items()})

    def _tried_strips(self) -> dict[str, Strip]:
        """What is known of the sample that is tried, for the layers on show that are as they were trained."""
        return {
            id_: self._tried[path]
            for id_ in self._workbench.canvas.board.cards
            if (path := self._path(id_)) in self._tried and self._same(id_, self._tried_network)
        }

    def _layers_known(self) -> list[str]:
        """Layers of the network on show of which something is known, or of what is inside."""
        start = self._path("")
        paths = (path for path in (*self._strips, *self._diagnostics) if path.startswith(start))
        return list(dict.fromkeys(path.removeprefix(start).partition(".")[0] for path in paths))

    def _sentences(self, path: str) -> list[str]:
        """What ails a layer and, where it is a block, the layers inside."""
        sentences = [diagnostic.sentence for diagnostic in self._diagnostics.get(path, ())]
        inside = [inner for inner in self._diagnostics if inner.startswith(f"{path}.")]
        sentences += [f"{inner}: {self._diagnostics[inner][0].sentence}" for inner in inside[:MOST_INSIDE]]
        more = len(inside) - MOST_INSIDE
        return [*sentences, f"… and {more} more layers inside."] if more > 0 else sentences

    # Which layer is which

    def _path(self, id_: str) -> str:
        return ".".join((*self._workbench.block_navigation.path, id_))

    def _same(self, id_: str, network: Network | None = None) -> bool:
        """Whether a layer on show is as it was when training began, or as ``network`` has it."""
        path = (*self._workbench.block_navigation.path, id_)
        trained = _layer_at(network or self._trained, path)
        return trained is not None and trained == _layer_at(self._session.document.network, path)


def _layer_at(network: Network | None, path: Sequence[str]) -> Layer | None:
    """The layer inside blocks that ``path`` leads to, if it is there."""
    layer: Layer | None = None
    for id_ in path:
        if network is None or id_ not in network:
            return None
        layer = network.layer(id_)
        network = layer.body.network if isinstance(layer, Block) else None
    return layer
