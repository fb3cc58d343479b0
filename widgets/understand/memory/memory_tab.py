"""The memory of a Hopfield network: a noisy picture sinks into a stored one, and how many such a memory holds."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QPushButton, QSizePolicy, QSlider, QWidget

from app.numerics.associative_memory import CAPACITY, Numbers, capacity_curve
from app.system.number_format import format_percent
from graph.layers.stored_pictures import StoredPictures
from graph.network import Network
from widgets.charts.capacity_plot import CapacityPlot
from widgets.charts.energy_plot import EnergyPlot
from widgets.charts.stored_tiles import StoredTiles
from widgets.charts.titled_image import PicturePane
from widgets.look.labels import text_label
from widgets.look.layouts import boxed, hbox, hsplit, vbox
from widgets.look.plain_text import plain_tip
from widgets.look.tall_pane import TallPane
from widgets.look.theme import ThemeSource
from widgets.training.sliced_work import SlicedWork
from widgets.understand.by_hand.player import SPEEDS, Player
from widgets.understand.memory.recall import Recall
from widgets.understand.name_picker import NamePicker
from widgets.understand.subject import Subject
from widgets.understand.understand_tab import Group, Tab

NO_MEMORY = "This is about a memory that is called up by a part of it: a Hopfield layer, which this network has not."
USUAL_NOISE, MOST_NOISE = 20, 50
"""Per cent of the pixels that are turned over."""
TILES = 104
"""Height of the row of stored pictures, in pixels."""
UNITS, SEEDS = 200, 3
"""Units of the random memories of the curve, and how many are averaged at each load."""
LOADS = (0.02, 0.05, 0.08, 0.1, 0.12, 0.14, 0.16, 0.18, 0.2, 0.25, 0.3)
"""Random states for each unit."""


class MemoryTab(Tab):
    """Stored pictures, a disturbed one and what becomes of it, update by update; the energy, and the capacity.

    Nothing here needs a run: the weights are set by what is stored.
    """

    title = "Memory"
    place = 9
    sentence = "A noisy picture sinks into a stored one; its energy falls"
    group = Group.TIME
    shows_layers = "memories are shown here"

    def __init__(self, source: ThemeSource, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(subject, parent)
        self.setObjectName("memory")
        self._source = source
        self._scale = (-1.0, 1.0)
        self._held: StoredPictures | None = None
        self._recall: Recall | None = None
        self._at = self._seed = 0
        self.layers = NamePicker("Memory", self, least=2)
        self.stored, self.energy = StoredTiles(source, self), EnergyPlot(source, self)
        self.start, self.now = PicturePane(source, "Start"), PicturePane(source, "Now")
        self.capacity = CapacityPlot(source, CAPACITY, self)
        self.noise, self.noise_says = QSlider(Qt.Orientation.Horizontal, self), text_label("", self)
        self.hidden, self.again = QCheckBox("Lower half hidden", self), QPushButton("Other noise", self)
        self.player = Player(source, self)
        self.says = text_label("", self, wrap=True, selectable=True)
        self._work = SlicedWork(self)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.noise.setRange(0, MOST_NOISE)
        self.noise.setValue(USUAL_NOISE)
        self.noise.setAccessibleName("Noise, in per cent of the pixels")
        self.noise.setMaximumWidth(180)
        self.noise.setMinimumWidth(90)
        self.noise.setToolTip(plain_tip("How many pixels of the start are turned over"))
        self.again.setToolTip(plain_tip("Turn over as many pixels, but other ones"))
        self.player.speed.setCurrentIndex(len(SPEEDS) - 1)
        self.player.place.hide()  # the sentence says which update it is
        caption = text_label("Noise", self, look="faint", buddy=self.noise)
        bar: tuple[QWidget, ...] = (self.layers, caption, self.noise, self.noise_says, self.hidden, self.again)
        for widget in (*bar, self.player):
            self.bar.addWidget(widget)
        self.bar.addStretch(1)
        for pane in (self.start, self.now):
            pane.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        pictures = boxed(hbox((self.start, 1), (self.now, 1), spacing=4))
        holds = text_label(f"Random pictures on {UNITS} units", self, look="heading", wrap=True, indent=8)
        falls = text_label("Energy", self, look="heading", indent=8)
        panes = (
            (pictures, 4),
            (boxed(vbox(falls, (self.energy, 1), spacing=0)), 3),
            (TallPane(vbox(holds, (self.capacity, 1), spacing=0)), 3),
        )
        self.column.addLayout(hbox((self.stored, 3), (self.says, 2), margins=(0, 0, 12, 0), spacing=12))
        self.column.addWidget(hsplit(*panes, sizes=(520, 390, 390), least=(200, 180, 180)), 1)
        self._fit()

    def _fit(self) -> None:
        """The stored pictures stand in one row."""
        theme = self._source.theme
        self.stored.setFixedHeight(theme.px(TILES))
        self._scale = (-1.0, 1.0) if theme.name == "dark" else (1.0, -1.0)

    def _on_theme(self) -> None:
        self._fit()
        self._show_start()
        self.go_to(self._at)

    def _connect(self) -> None:
        self._source.changed.connect(self._on_theme)
        self.layers.picked.connect(lambda _: self._offer())
        self.stored.picked.connect(lambda _: self._disturb())
        self.noise.valueChanged.connect(lambda _: self._disturb())
        self.hidden.toggled.connect(lambda _: self._disturb())
        self.again.clicked.connect(self._other_noise)
        self.energy.picked.connect(self.go_to)
        self.player.stepped.connect(self._step)
        self.player.ended.connect(lambda way: self.go_to(0 if way < 0 else self._last))
        self._work.done.connect(self._on_capacity)
        self.subject.edited.connect(self._offer_if_seen)

    # What there is to see

    @classmethod
    def reason_against(cls, subject: Subject) -> str:
        """Only a memory can be asked."""
        drawn = subject.drawn
        return "" if drawn is None or _memories(drawn) else NO_MEMORY

    def layer_picker(self) -> NamePicker:
        """The memory that is looked at."""
        return self.layers

    def on_subject(self) -> None:
        """Another network is looked at."""
        self._offer_if_seen()

    def on_shown(self) -> None:
        """Show the memory, and begin to fill others with random pictures."""
        self._offer()
        if self.capacity.is_empty() and not self._work.busy:
            self._work.begin(capacity_curve(UNITS, LOADS, SEEDS))

    def _offer_if_seen(self) -> None:
        if self.isVisible():
            self._offer()

    def _offer(self) -> None:
        """Take what the memory stores now; where that is as before, all stays."""
        drawn = self.subject.drawn
        held = _memories(drawn) if drawn is not None else {}
        self.layers.fill(list(held), self.layers.chosen if self.layers.chosen in held else "")
        chosen = held.get(self.layers.chosen)
        if chosen is None or chosen == self._held:
            return
        self._held = chosen
        self.stored.current = min(self.stored.current or 0, len(chosen.pictures) - 1)
        self._disturb()
        assert self._recall is not None  # as has just been made
        self.stored.set_pictures(self._recall.states.reshape(-1, chosen.rows, chosen.columns), chosen.names)
        self.capacity.set_here(len(chosen.pictures) / (chosen.rows * chosen.columns))
        self.go_to(0)

    # Disturbing and recalling

    def _other_noise(self) -> None:
        self._seed += 1
        self._disturb()

    def _disturb(self) -> None:
        """Begin anew with the picture, the noise and the half that are chosen."""
        self.noise_says.setText(format_percent(self.noise.value() / 100, 0))
        if self._held is None:
            return
        letter, noise = self.stored.current or 0, self.noise.value() / 100
        self._recall = Recall.of(self._held, letter, noise, self.hidden.isChecked(), self._seed)
        self.energy.set_energies(self._recall.walk.energies)
        self._show_start()
        self.go_to(0)

    def _show_start(self) -> None:
        recall = self._recall
        if recall is not None:
            name = recall.held.names[recall.letter]
            self.start.set_values(recall.picture(0), scale=self._scale, note=f"{name}, disturbed")

    @property
    def _last(self) -> int:
        return self._recall.steps - 1 if self._recall is not None else 0

    def _step(self, by: int) -> None:
        """Go on; what has come to rest stays, and playing ends there."""
        recall = self._recall
        self.go_to(self._at + by)
        if recall is not None and self._at >= min(max(recall.walk.rests_after, 1), self._last) and self.player.running:
            self.player.halt()

    def go_to(self, at: int) -> None:
        """Show the state after so many updates."""
        recall = self._recall
        if recall is None:
            return
        self._at = min(max(at, 0), self._last)
        self.now.set_values(recall.picture(self._at), scale=self._scale, note=f"after {self._at:,} updates")
        self.stored.set_overlaps(recall.overlaps(self._at))
        self.energy.go_to(self._at)
        self.player.show_place(self._at, recall.steps)
        self.says.setText(recall.words(self._at))

    def _on_capacity(self, curve: Numbers) -> None:
        self.capacity.set_curve(curve)


def _memories(network: Network) -> dict[str, StoredPictures]:
    """The memories among the layers of a network, by id."""
    found = {node.id: node.layer.memory() for node in network}
    return {id_: held for id_, held in found.items() if held is not None}
