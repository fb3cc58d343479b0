"""Inserting layers by a pattern: a window that stays beside the canvas, shows what it would make, and makes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPushButton

from app.system.number_format import counted
from graph.checking.check import Checker
from graph.document import Document
from graph.editing.patterns import LayerPattern, insert_pattern, start_of
from graph.errors import NetloomError
from graph.network import Network
from graph.shapes import Kind, Shape, format_sizes
from widgets.fields.forms import SettingsForm
from widgets.look.labels import set_look, text_label
from widgets.look.layouts import vbox
from widgets.look.scrolled import scrolled

if TYPE_CHECKING:
    from widgets.shell.workbench import Workbench


class PatternDialog(QDialog):
    """The numbers of a pattern, the pattern as textbooks write it, and what it comes to where it would stand.

    It follows the selection: the pattern goes on from the layer that is selected.
    """

    def __init__(self, workbench: Workbench) -> None:
        super().__init__(workbench.window())
        self.setObjectName("layerPattern")
        self.setWindowTitle("Insert a layer pattern")
        self._workbench = workbench
        self.pattern = LayerPattern()
        self.form = SettingsForm()
        self.form.setObjectName("patternForm")
        self.formula = text_label(look="heading", wrap=True, selectable=True)
        self.preview = text_label(wrap=True, selectable=True)
        self.insert = QPushButton("Insert")
        # Whatever changes the network changes several things; the preview is made once for all of them.
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.refresh)
        self._lay_out()
        self.form.edited.connect(self._set)
        self.insert.clicked.connect(self.apply)
        workbench.selection_changed.connect(self._note)
        workbench.block_navigation.changed.connect(self._note)
        self.form.show_settings(LayerPattern.settings(), self.pattern.values())

    def _lay_out(self) -> None:
        self.formula.setObjectName("patternFormula")
        self.preview.setObjectName("patternPreview")
        self.insert.setProperty("primary", True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(self.insert, QDialogButtonBox.ButtonRole.ActionRole)
        for button in buttons.buttons():
            if isinstance(button, QPushButton):
                button.setAutoDefault(False)  # Return ends the typing of a number, no more
        buttons.rejected.connect(self.close)
        area = scrolled(self.form, sideways=True, framed=True)
        vbox(self.formula, (area, 1), self.preview, buttons, parent=self, margins=(20, 12, 20, 16), spacing=10)
        self.setMinimumSize(400, 420)
        self.resize(420, 560)

    # What it is about

    def begin(self) -> None:
        """Take the number of answers from the data, and show the window."""
        expected = self._workbench.block_navigation.checker.data_spec
        wanted = expected.targets.get(expected.default_target) if expected is not None else None
        if wanted is not None and wanted.kind is Kind.VECTOR:
            self.pattern = self.pattern.changed(answers=wanted.features)
            self.form.show_settings(LayerPattern.settings(), self.pattern.values())
        self.refresh()
        self.show()
        self.raise_()
        self.activateWindow()

    def _set(self, name: str, value: object) -> None:
        try:
            self.pattern = self.pattern.changed(**{name: value})
        except NetloomError as error:
            self.form.refuse(name, str(error))
            return
        self.form.show_settings(LayerPattern.settings(), self.pattern.values())
        self.refresh()

    def _note(self) -> None:
        if self.isVisible():
            self._soon.start()

    def _start(self) -> tuple[str | None, Shape | None]:
        """The layer to go on from, and the shape that it gives."""
        checker = self._workbench.block_navigation.checker
        start = start_of(checker.network, self._workbench.selected)
        shapes = checker.layer_info(start).outputs if start is not None else {}
        return start, next(iter(shapes.values()), None)

    def refresh(self) -> None:
        """Say what the pattern would come to."""
        self.formula.setText(self.pattern.formula())
        try:
            preview, tone = self._foretold(), ""
        except NetloomError as error:
            preview, tone = str(error), "error"
        self.preview.setText(preview)
        set_look(self.preview, "tone", tone)
        self.insert.setEnabled(not tone)

    def _foretold(self) -> str:
        """Try it on a copy of the network."""
        checker = self._workbench.block_navigation.checker
        network = checker.network
        copy = Document(Network(list(network), network.connections))
        start, arriving = self._start()
        with copy.transaction("Try"):
            made = insert_pattern(copy, self.pattern, start, arriving, checker.data_spec)
        tried = Checker(copy, checker.data_spec)
        parameters = sum(tried.layer_info(id_).parameters for id_ in made)
        before = [id_ for id_ in made if not copy.network.layer(id_).is_dense and tried.layer_info(id_).receptive_field]
        outcome = (
            f"{counted(len(made), 'layer')} behind {start}" if start else f"{counted(len(made), 'layer')} and the ends"
        )
        outcome += f", {counted(parameters, 'parameter')}"
        if before:
            sees = format_sizes(tried.layer_info(before[-1]).receptive_size)
            outcome += f"; the last convolution or pool sees {sees} places"
        return f"{outcome}."

    def apply(self) -> None:
        """Insert it where the selection says; one undo takes it back."""
        self.form.commit()
        workbench = self._workbench
        document, checker = workbench.block_navigation.document, workbench.block_navigation.checker
        try:
            start, arriving = self._start()
            with document.transaction("Insert a layer pattern"):
                made = insert_pattern(document, self.pattern, start, arriving, checker.data_spec)
        except NetloomError:
            self.refresh()  # it says why
            return
        workbench.canvas.select(made)
        workbench.canvas.run("home")
        self.close()

    # Qt

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.form.setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._soon.stop()
