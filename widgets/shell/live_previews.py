"""Live cards: asks the worker for what a run shows of the layers on screen, and shows it on the canvas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from app.project.network_comparison import arriving_alike, calculating_alike
from app.protocol.diagnostics import Diagnostic
from app.protocol.insight_messages import LookedInside, LookInside
from app.protocol.watch import Watch
from graph.layers.io import Output
from graph.structure.blocks import Block
from widgets.canvas.level_of_detail import PICTURES_FROM
from widgets.canvas.live_cards import LiveCards, of_run, strips_of

if TYPE_CHECKING:
    from app.protocol.events import Snapshot, Started
    from app.protocol.views import CardPicture
    from graph.network import Network
    from widgets.shell.context import Context
    from widgets.training.training_controller import TrainingController
    from widgets.understand.subject import Subject

LIVE = "live"
"""What the canvas knows the live cards by, and the preference that switches them."""

MOST = 60
"""Cards that show pictures at once, at most."""

MOST_INSIDE = 3
"""Layers inside a block that its mark tells of, at most."""


class LivePreviews(QObject):
    """Between the canvas and the run that is looked at: pictures and marks of health, live or of its saved weights.

    One rule: the cards show the run that `Subject` holds, which is the one in training once one begins. A layer that
    was changed since that run began shows nothing, nor do those behind it, for what is known is not about them. Where
    that run is not the last one, of which the rest of the window tells, its name stands in a corner of the canvas.
    """

    def __init__(self, context: Context, controller: TrainingController, subject: Subject) -> None:
        workbench, session, preferences = context.workbench, context.session, context.preferences
        super().__init__(workbench)
        self._workbench, self._session, self._preferences = workbench, session, preferences
        self._controller, self._subject = controller, subject
        self._run: Path | None = None
        self._pictures: dict[str, CardPicture] = {}
        self._diagnostics: dict[str, tuple[Diagnostic, ...]] = {}
        self._asked: set[str] | None = None
        """Paths of what was asked of saved weights; None where nothing was yet."""
        self._request: int | None = None
        self._tried_network: Network | None = None
        self._tried: Mapping[str, CardPicture] = {}
        # The view moves many times a second; what is on screen is asked for once it rests.
        self._soon = QTimer(self, singleShot=True, interval=150)
        self._soon.timeout.connect(self._ask)
        canvas = workbench.canvas
        for signal in (canvas.navigation.viewMoved, canvas.navigation.zoomChanged, workbench.workspace_changed):
            signal.connect(lambda *_: self._soon.start())
        for signal in (workbench.block_navigation.changed, session.committed, context.themes.changed):
            signal.connect(lambda *_: self._follow())
        session.replaced.connect(self._end_trying)
        controller.started.connect(self._begin)
        controller.link.snapshot.connect(self._on_snapshot)
        subject.changed.connect(self._on_subject)
        self.destroyed.connect(preferences.subscribe(self._on_preference))
        self._on_subject()

    @property
    def wanted(self) -> bool:
        """Whether the user wants live cards."""
        return bool(self._preferences["live_cards"])

    # What is known of the run

    def _begin(self, _started: Started) -> None:
        """A training begins, be it of a run that was trained before: what was known is of other weights."""
        self._pictures, self._diagnostics = {}, {}
        self._follow()

    def _on_subject(self) -> None:
        """Another run, or the same with other weights: pictures of a training stay until those of its best weights."""
        run = self._subject.run.path if self._subject.run is not None else None
        if run != self._run:
            self._run, self._pictures, self._diagnostics = run, {}, {}
        self._drop_request()
        self._asked = None
        self._follow()

    def _on_snapshot(self, snapshot: Snapshot) -> None:
        """What a training shows; cards that are out of view for a while keep their last pictures."""
        views = snapshot.views
        if views.diagnostics is not None and self._subject.live:
            self._diagnostics = dict(views.diagnostics)
            self._pictures |= views.cards
            self._show()

    def _on_saved(self, reply: LookedInside) -> None:
        """What the saved weights show; what was seen of gradients in training is all that is known of them."""
        self._request = None
        marks = {path: [one for one in known if one.kind.of_gradients] for path, known in self._diagnostics.items()}
        for path, listed in (reply.views.diagnostics or {}).items():
            marks[path] = [*listed, *marks.get(path, ())]
        self._diagnostics = {path: tuple(listed) for path, listed in marks.items() if listed}
        self._pictures |= reply.views.cards
        self._show()
        self._ask()

    def _on_refused(self, _sentence: str) -> None:
        """Data or weights are gone, which views of Understand tell in place; here nothing is shown."""
        self._request = None

    def _drop_request(self) -> None:
        if self._request is not None:
            self._subject.drop(self._request)
            self._request = None

    def _end_trying(self) -> None:
        self.show_tried(None, {})

    def show_whose(self) -> None:
        """Say whose pictures these are, by what that run is called now."""
        if self._workbench.canvas.caption.text():
            self._show()

    def show_tried(self, network: Network | None, pictures: Mapping[str, CardPicture]) -> None:
        """Show on the cards what the layers of ``network`` give for a sample that is tried; no pictures end that."""
        self._tried_network = network
        self._tried = pictures
        self._show()

    # What is on screen

    def _follow(self) -> None:
        self._show()
        self._soon.start()

    def _on_preference(self, name: str) -> None:
        if name == "live_cards":
            self._follow()

    def _ask(self) -> None:
        """Ask for the cards that can be seen and told apart, and for nothing where they show nothing."""
        canvas = self._workbench.canvas
        seen = self.wanted and self._subject.run is not None and canvas.isVisible()
        near = seen and canvas.navigation.zoom >= PICTURES_FROM
        shown = canvas.board.cards_in(canvas.navigation.visible_region()) if near else []
        alike = self._alike() if shown else set()
        drawn = [card.id for card in shown if not isinstance(card.node.layer, Output) and card.id in alike]
        paths, live = tuple(self._path(id_) for id_ in drawn[:MOST]), self._subject.live
        other = self._controller.active and not live  # one that trains while another run is looked at shows nothing
        self._controller.watch_cards(() if other else paths, health=seen and not other)
        if seen and not live and self._subject.ready and self._request is None:
            self._ask_saved(paths)

    def _ask_saved(self, paths: Sequence[str]) -> None:
        """Ask for what the saved weights show, each layer once: they do not change."""
        missing = tuple(path for path in paths if self._asked is None or path not in self._asked)
        if missing or self._asked is None:
            self._asked = {*(self._asked or ()), *missing}
            watch = Watch(cards=missing, health=True)
            self._request = self._subject.request(LookInside(watch=watch), self._on_saved, self._on_refused)

    def _show(self) -> None:
        canvas, board, theme = (
            self._workbench.canvas,
            self._workbench.canvas.board,
            self._workbench.canvas.context.theme,
        )
        named = [id_ for id_ in self._layers_known() if id_ in board.cards] if self.wanted else []
        alike = self._alike() if named else set()
        known = [id_ for id_ in named if id_ in alike]
        pictures = {id_: self._pictures[self._path(id_)] for id_ in known if self._path(id_) in self._pictures}
        strips = strips_of(pictures | self._tried_pictures(), theme)
        ailing = {id_: sentences for id_ in known if (sentences := self._sentences(self._path(id_)))}
        whose = self._whose() if strips or ailing else ""
        shown = LiveCards(board, theme, strips, ailing, whose) if strips or ailing else None
        canvas.surface.show_extra(LIVE, shown)
        canvas.caption.say(f"Pictures and marks on the cards: {whose}" if whose else "")
        told = {id_: "\n".join([*sentences, *of_run(whose)]) for id_, sentences in ailing.items()}
        self._workbench.inspector.show_health(told)

    def _whose(self) -> str:
        """The name of the run that is looked at, where it is not the one that the rest of the window tells of."""
        run, controller = self._subject.run, self._controller
        plain = run is None or (controller.own and run.path == controller.run)
        return "" if plain or run is None else self._subject.run_name(run)

    def _tried_pictures(self) -> dict[str, CardPicture]:
        """What is known of the sample that is tried, for the layers on show that are as they were trained."""
        if not self._tried or self._tried_network is None:
            return {}
        alike = self._alike(self._tried_network)
        paths = {id_: self._path(id_) for id_ in self._workbench.canvas.board.cards if id_ in alike}
        return {id_: self._tried[path] for id_, path in paths.items() if path in self._tried}

    def _layers_known(self) -> list[str]:
        """Layers of the network on show of which something is known, or of what is inside."""
        start = self._path("")
        paths = (path for path in (*self._pictures, *self._diagnostics) if path.startswith(start))
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

    def _alike(self, network: Network | None = None) -> set[str]:
        """The layers on show that give what they gave when the run began, or in ``network``: they and all before them.

        What is inside a block is so where the same arrives at the block.
        """
        before, now = network or self._subject.network, self._session.document.network
        alike = calculating_alike(before, now) if before is not None else set()
        for id_ in self._workbench.block_navigation.path:
            if before is None or not arriving_alike(before, now, id_, alike):
                return set()
            blocks = (before.layer(id_), now.layer(id_))
            if not all(isinstance(block, Block) for block in blocks):
                return set()
            before, now = (block.body.network for block in blocks if isinstance(block, Block))
            alike = calculating_alike(before, now)
        return alike
