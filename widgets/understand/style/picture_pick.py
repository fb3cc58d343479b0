"""The choice of a picture: a sample of the data, a made texture or a file, with the picture below it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from numpy.typing import ArrayLike
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QSizePolicy, QWidget

from app.protocol.style_messages import PictureChoice
from app.system.number_format import nth
from widgets.charts.titled_image import PicturePane
from widgets.look import file_dialogs
from widgets.look.layouts import vbox
from widgets.look.plain_text import plain_tip
from widgets.look.theme import ThemeSource

SAMPLE, FILE = "sample", "file"
KINDS = "Pictures (*.png *.jpg *.jpeg *.webp *.bmp *.tif *.tiff *.gif)"


class PicturePick(QWidget):
    """One of some made textures, the sample that is picked in the gallery, or a file.

    `changed` says that it is another picture; `sample_wanted` asks for the sample that is picked.
    """

    changed = Signal()
    sample_wanted = Signal()

    def __init__(self, source: ThemeSource, title: str, textures: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self.box = QComboBox(self)
        self.box.setAccessibleName(title)
        for name in textures:
            self.box.addItem(name.capitalize(), name)
        self.box.addItem("Sample", SAMPLE)
        self.box.addItem("File…", FILE)
        self.box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.box.setToolTip(plain_tip(f"Where the {title.lower()} comes from"))
        self.pane = PicturePane(source, title, "Nothing chosen yet.")
        self.pane.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        vbox(self.box, (self.pane, 1), parent=self, spacing=2)
        first = self.box.itemData(0)
        self.choice = PictureChoice(texture=first) if first != SAMPLE else PictureChoice()
        self._row = 0
        self.box.activated.connect(self._on_activated)

    @property
    def kind(self) -> str:
        """What is chosen: `SAMPLE`, `FILE` or the name of a texture."""
        return str(self.box.itemData(self._row))

    @property
    def words(self) -> str:
        """What is chosen, for people."""
        choice = self.choice
        if choice.sample is not None:
            return f"sample {nth(choice.sample)}"
        return choice.file.name if choice.file is not None else choice.texture

    @property
    def chosen(self) -> bool:
        """Whether there is a picture."""
        return self.choice != PictureChoice()

    def take_sample(self, position: int, values: ArrayLike) -> None:
        """Have the sample at a position of the data, drawn as ``values`` (channels, H, W)."""
        self._put(self.box.findData(SAMPLE), PictureChoice(sample=position))
        self.show_values(values)
        self.changed.emit()

    def forget_sample(self) -> None:
        """The data has no such sample any more."""
        if self.choice.sample is not None:
            self.choice = PictureChoice()
            self.pane.clear()

    def show_values(self, values: ArrayLike, scale: tuple[float, float] | None = None) -> None:
        """Draw the picture that was chosen, (channels, H, W)."""
        self.pane.set_values(values, note=self.words, scale=scale)

    def _put(self, row: int, choice: PictureChoice) -> None:
        self._row, self.choice = row, choice
        self.box.setCurrentIndex(row)

    def _on_activated(self, row: int) -> None:
        kind = self.box.itemData(row)
        if kind == SAMPLE:
            self.box.setCurrentIndex(self._row)
            self.sample_wanted.emit()
        elif kind == FILE:
            self.box.setCurrentIndex(self._row)
            name, _ = file_dialogs.ask_open(self, "Choose a picture", kinds=KINDS)
            if name:
                self._put(row, PictureChoice(file=Path(name)))
                self.pane.clear()
                self.changed.emit()
        else:
            self._put(row, PictureChoice(texture=kind))
            self.changed.emit()
