"""Drawing a picture for a network: the board, its tools, and beside it what the network reads."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QImage, QKeyEvent, QKeySequence, QPixmap
from PySide6.QtWidgets import QCheckBox, QPushButton, QSizePolicy, QSlider, QToolButton, QWidget

from app.numerics.box_grid import SIDES
from app.protocol.inference_values import InputForm, NewSample, OutputPrediction
from app.protocol.messages import Array
from widgets.look.form_area import FormArea
from widgets.look.labels import text_label
from widgets.look.layouts import Stretch, boxed, hbox, vbox
from widgets.look.plain_text import plain_tip
from widgets.look.segments import segments
from widgets.look.swatch import swatch
from widgets.look.theme import ThemeSource
from widgets.understand.try_it.drawing_board import DrawingBoard, picture_image
from widgets.understand.try_it.sample_editor import SampleEditor

COLOURS = ("#FFFFFF", "#000000", "#E03131", "#2F9E44", "#1971C2", "#F2C037")
"""What colour pictures are drawn with."""
READ = 56
"""Side of the picture that the network reads, as it is shown, in pixels."""


class PictureEditor(SampleEditor):
    """A drawing board with its tools. Pictures are also pasted and dropped."""

    def __init__(self, source: ThemeSource, form: InputForm, parent: QWidget | None = None) -> None:
        super().__init__(form, parent)
        assert form.look is not None  # pictures have one
        self._source, self._sizes = source, form.field.shape
        self.board = DrawingBoard(source, form.look, self)
        self.board.setAcceptDrops(False)  # the editor takes what is dropped
        self.tools, self._tool_group = segments((("brush", "Brush"), ("eraser", "Eraser")), self)
        self.clear = QPushButton("Clear", self)
        self.undo = QPushButton("Undo", self)
        self.invert = QPushButton("Invert", self)
        self.paste = QPushButton("Paste", self)
        self.width_slider = QSlider(Qt.Orientation.Horizontal, self)
        self.centre = QCheckBox("Centre like the data", self)
        self.read = text_label("", self)
        self.colours = [self._colour_button(name) for name in COLOURS] if form.look.channels == 3 else []
        self._describe()
        self._lay_out()
        self._connect()
        self._show_read()

    def _describe(self) -> None:
        look = self.board.look
        self.clear.setObjectName("clearBoard")
        self.clear.setToolTip("Begin with an empty board (Delete)")
        self.undo.setToolTip("Take back the last stroke (Ctrl+Z on the board)")
        self.invert.setToolTip("Exchange light and dark, as for a picture of dark ink on white paper")
        self.paste.setToolTip("Take the picture from the clipboard (Ctrl+V on the board)")
        self.width_slider.setRange(5, max(10, round(10 * min(look.height, look.width) / 3)))
        self.width_slider.setValue(round(10 * look.stroke))
        self.width_slider.setFixedWidth(90)
        self.width_slider.setAccessibleName("Width of the brush")
        self.width_slider.setToolTip("Width of the brush; at first that of the strokes in the training set")
        self.centre.setChecked(True)
        self.centre.setVisible(look.centre is not None)
        self.centre.setToolTip("Move and scale what is drawn to where it lies in the pictures of the training set")
        self.read.setFixedSize(READ, READ)
        self.read.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.read.setAccessibleName("What the network reads")

    def _colour_button(self, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(QIcon(swatch(QColor(name), 14)))
        button.setIconSize(QSize(14, 14))
        button.setAccessibleName(f"Draw with {name}")
        button.setToolTip(plain_tip(f"Draw with {name}"))
        button.clicked.connect(lambda: self._take_colour(QColor(name)))
        return button

    def _lay_out(self) -> None:
        wide = text_label("Width", self, look="faint", buddy=self.width_slider)
        caption = text_label("The network reads", self, look="faint")
        side = vbox(
            hbox(self.tools, Stretch(1)),
            hbox(wide, self.width_slider, Stretch(1), spacing=6),
            hbox(*self.colours, Stretch(1), spacing=2),
            hbox(self.clear, self.undo, spacing=6),
            hbox(self.invert, self.paste, spacing=6),
            self.centre,
            Stretch(1),
            caption,
            self.read,
            margins=(0, 0, 8, 0),
            spacing=6,
        )
        tools = FormArea(self)  # in a low window the tools scroll, so that board and prediction are in view whole
        tools.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        tools.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Expanding)
        tools.setWidget(boxed(side))
        hbox((self.board, 1), tools, Stretch(0), parent=self, margins=(12, 4, 0, 4), spacing=12)

    def _connect(self) -> None:
        self.board.changed.connect(self._on_changed)
        self._tool_group.idClicked.connect(self._take_tool)
        self.clear.clicked.connect(self.board.clear)
        self.undo.clicked.connect(self.board.undo)
        self.invert.clicked.connect(self.board.invert)
        self.paste.clicked.connect(self.paste_image)
        self.width_slider.valueChanged.connect(self._take_width)
        self.centre.toggled.connect(self._take_centring)

    # What the tab calls

    def show_sample(self, sample: NewSample) -> None:
        """Show the picture of a sample."""
        values = np.asarray(sample.arrays[self.form.field.name])
        look = self.board.look
        self.board.show_picture(values.reshape(look.channels, look.height, look.width))
        self._show_read()

    def arrays(self) -> Mapping[str, Array]:
        """The picture as the network reads it: as an image, as rows, or as a list of pixels."""
        values = self.board.values()
        return {self.form.field.name: values.reshape([size or self.board.look.height for size in self._sizes])}

    def is_blank(self) -> bool:
        """Whether nothing is drawn."""
        return self.board.blank

    @property
    def from_scratch(self) -> bool:
        """Whether the board was cleared."""
        return self.board.from_scratch

    def show_prediction(self, outputs: tuple[OutputPrediction, ...]) -> None:
        """Draw the boxes that are predicted."""
        said = [output for output in outputs if output.kind == "boxes"]
        self.board.show_boxes(
            [box for output in said for box in output.boxes],
            [score for output in said for score in output.values.tolist()],
            [name for output in said for name in output.target.names[SIDES:]],
        )

    def paste_image(self) -> None:
        """Take the image that is on the clipboard, if there is one."""
        image = QGuiApplication.clipboard().image()
        if not image.isNull():
            self.board.show_image(QImage(image))

    # Inside

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+V on the board pastes."""
        if event.matches(QKeySequence.StandardKey.Paste):
            self.paste_image()
        else:
            super().keyPressEvent(event)

    def _on_changed(self) -> None:
        self._show_read()
        self.edited.emit()

    def _show_read(self) -> None:
        """Show the picture in its own pixels, which is what counts."""
        image = picture_image(self.board.values(), self.board.look)
        pixels = QPixmap.fromImage(image)
        mode = Qt.TransformationMode.FastTransformation
        self.read.setPixmap(pixels.scaled(READ, READ, Qt.AspectRatioMode.KeepAspectRatio, mode))

    def _take_tool(self, number: int) -> None:
        self.board.erasing = number == 1

    def _take_width(self, tenths: int) -> None:
        self.board.stroke = tenths / 10
        self.board.update()

    def _take_colour(self, colour: QColor) -> None:
        self.board.ink = colour
        self._tool_group.button(0).click()

    def _take_centring(self, on: bool) -> None:
        self.board.centring = on
        self._on_changed()
