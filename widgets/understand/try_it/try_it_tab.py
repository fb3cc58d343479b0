"""Using a trained network: a sample is drawn, typed, filled in or opened, and the prediction follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, Qt, Signal
from PySide6.QtWidgets import QComboBox, QMenu, QPushButton, QTabWidget, QToolButton, QWidget

from app.protocol.inference_messages import (
    DescribeInputs,
    InputsDescribed,
    NewSamplePredicted,
    PredictNewSample,
    ReadSample,
    SampleRead,
)
from app.protocol.inference_values import InputForm, NewSample
from app.protocol.messages import Array
from app.system.number_format import nth
from graph.layers.io import Input
from widgets.charts.sample_painting import cell_names
from widgets.look import file_dialogs
from widgets.look.current_only_stack import LeastHeightStack
from widgets.look.labels import empty_page, text_label
from widgets.look.layouts import boxed, hbox, hsplit, vbox
from widgets.look.menus import give_menu
from widgets.look.plain_text import caption, plain_tip
from widgets.look.theme import ThemeSource
from widgets.understand.errors.errors_tab import PARTS
from widgets.understand.subject import Subject
from widgets.understand.try_it.latest_request import LatestRequest
from widgets.understand.try_it.layer_strip import LayerStrip, strip_area
from widgets.understand.try_it.picture_editor import PictureEditor
from widgets.understand.try_it.prediction_view import PredictionView
from widgets.understand.try_it.prediction_words import truth_words
from widgets.understand.try_it.row_editor import RowEditor
from widgets.understand.try_it.sample_editor import SampleEditor
from widgets.understand.try_it.text_editor import TextEditor
from widgets.understand.try_it.values_editor import ValuesEditor
from widgets.understand.understand_tab import Group, Tab

NO_INPUTS = "This network reads nothing that could be entered: see what it makes under Generated samples."
LOADING = "Reading the network's inputs…"
BLANK = {"picture": "Draw something.", "text": "Type a text.", "values": "Start from a sample, or open a file."}
MOST_LAYERS = 60
"""Layers whose outputs are shown, at most."""


class EditorPlace(QWidget):
    """Where the editors stand. It counts as empty until they show a sample, so that the wait for one is told."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.filled = False
        self.column = vbox(parent=self)

    def is_empty(self) -> bool:
        """Whether no sample came yet."""
        return not self.filled


class TryItTab(Tab):
    """A sample that can be edited, at its right what the network predicts, below what the layers give."""

    title = "Try it"
    sentence = "Draw, type or open a sample: the prediction follows"
    group = Group.TRY
    no_run = "Train the network; then draw, type or open a sample here to see what it predicts."
    file_wanted = Signal(bool)
    """Predictions for all samples of a file, or of a folder, are to be written."""

    def __init__(self, source: ThemeSource, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(subject, parent)
        self._source = source
        self.part = QComboBox(self)
        self.before, self.after = QToolButton(self), QToolButton(self)
        self.where = text_label("", self, look="faint")
        self.open_file, self.all_of = QPushButton("Open a file…", self), QPushButton("Predict all of", self)
        self.prediction = PredictionView(source, self)
        self.layers = LayerStrip(source, self)
        self.nothing = empty_page(LOADING, self)
        self.editors: list[SampleEditor] = []
        self._holder: QWidget | None = None
        self._described: InputsDescribed | None = None
        self._run_path: Path | None = None
        self._path: Path | None = None
        self._place = 0
        self._shown: tuple[Path | None, int] = None, 0
        self._read: SampleRead | None = None
        self._changed = False
        self._requests: dict[str, int | None] = {}
        self.latest = LatestRequest(subject, self._request, self._on_predicted, self.prediction.show_none, self)
        self._describe()
        self._lay_out()
        self._connect()
        self._show_nothing(LOADING)

    def _describe(self) -> None:
        self.part.setAccessibleName("Part of the data to take samples from")
        self.part.setToolTip("Where the samples to start from are taken; a file that was opened is among them")
        for button, text, words in (
            (self.before, "◀", "The sample before"),
            (self.after, "▶", "The next sample"),
        ):
            button.setText(text)
            button.setAccessibleName(words)
            button.setToolTip(plain_tip(words))
        self.after.setObjectName("nextSample")
        self.open_file.setToolTip("Take a sample from a file, as predict does; a file can be dropped here as well")
        self.all_of.setToolTip("Predict every sample of a file or a folder, and write the predictions as a table")
        menu = QMenu(self)
        menu.addAction("A file…", lambda: self.file_wanted.emit(False))
        menu.addAction("A folder…", lambda: self.file_wanted.emit(True))
        give_menu(self.all_of, menu)

    def _lay_out(self) -> None:
        self.controls = QWidget(self)
        start_from = text_label("Start from", self, look="faint", buddy=self.part)
        first = start_from, self.part, self.before, self.where, self.after
        hbox(*first, self.open_file, self.all_of, parent=self.controls, spacing=6)
        self.bar.addWidget(self.controls)
        self.bar.addStretch(1)
        self.place_for_editor = EditorPlace(self)
        self.split = hsplit((self.place_for_editor, 3), (self.prediction, 2), sizes=(560, 380), least=(240, 210))
        self.page = boxed(vbox((self.split, 1), strip_area(self.layers, self), spacing=0))
        self.pages = LeastHeightStack(self)
        self.pages.add(self.nothing)
        self.pages.add(self.page)
        self.column.addWidget(self.pages, 1)

    def _connect(self) -> None:
        self.part.activated.connect(self._on_part)
        self.before.clicked.connect(lambda: self._step(-1))
        self.after.clicked.connect(lambda: self._step(1))
        self.open_file.clicked.connect(self._choose_file)
        self.subject.epoch_ended.connect(self._on_epoch)

    # What the panel says

    def on_subject(self) -> None:
        """Another run, or the end of one in progress: a sample that is being edited stays if it is the same run."""
        run = self.subject.run
        path = run.path if run is not None else None
        if path != self._run_path:
            self._forget()
            self._run_path = path
        if self.isVisible():
            self.on_shown()

    def on_shown(self) -> None:
        """Ask how samples are entered, or predict the one that is here."""
        if self._described is not None:
            self._show_editors()
            self._ask()
        elif self._requests.get("inputs") is None:
            self._show_nothing(LOADING)
            request = DescribeInputs(base=self.subject.base)
            self._requests["inputs"] = self.subject.request(request, self._on_described, self._on_refused)

    def hideEvent(self, event: object) -> None:
        """The cards on the canvas go dark again."""
        self.latest.drop()
        self.subject.activated.emit({})

    def _on_epoch(self) -> None:
        if self.isVisible() and self._described is not None:
            self._ask()

    # Samples to start from

    def _on_described(self, reply: InputsDescribed) -> None:
        self._requests["inputs"] = None
        self._described = reply
        self.part.clear()
        for title, name in PARTS:
            if reply.parts.get(name):
                self.part.addItem(title, name)
        self.editors = [self._editor(form) for form in reply.forms]
        if not self.editors:
            self._show_nothing(NO_INPUTS)
            return
        self._put_editors()
        self.layers.set_cell_names(self._cell_names(reply.forms))
        self._show_editors()
        self._fetch()

    def _cell_names(self, forms: Sequence[InputForm]) -> dict[str, tuple[str, ...]]:
        """What the numbers that each input layer reads are called."""
        by_field = {form.field.name: cell_names(form.field) for form in forms}
        first = cell_names(forms[0].field) if forms else ()
        network = self.subject.network or ()
        return {
            node.id: by_field.get(node.layer.field, ()) if node.layer.field else first
            for node in network
            if isinstance(node.layer, Input)
        }

    def _editor(self, form: InputForm) -> SampleEditor:
        """The editor of an input."""
        editor: SampleEditor
        match form.editor:
            case "picture":
                editor = PictureEditor(self._source, form, self)
            case "text":
                editor = TextEditor(form, self)
            case "row":
                editor = RowEditor(form, self)
            case _:
                editor = ValuesEditor(self._source, form, self)
        editor.edited.connect(self._on_edited)
        editor.file_dropped.connect(self.take_file)
        return editor

    def _put_editors(self) -> None:
        """One editor stands alone, several stand in tabs."""
        if len(self.editors) == 1:
            self._holder = self.editors[0]
        else:
            tabs = QTabWidget(self)
            tabs.setAccessibleName("Inputs of the network")
            for editor in self.editors:
                tabs.addTab(editor, caption(editor.form.field.name))
            self._holder = tabs
        self.place_for_editor.column.addWidget(self._holder)

    def _on_part(self) -> None:
        chosen = self.part.currentData()
        self._path, self._place = (chosen if isinstance(chosen, Path) else None), 0
        self._fetch()

    def _step(self, by: int) -> None:
        self._place += by
        self._fetch()

    def take_file(self, path: Path) -> None:
        """Take the first sample of a file."""
        self._path, self._place = path, 0
        self._fetch()

    def _choose_file(self) -> None:
        name, _ = file_dialogs.ask_open(self, "Open a sample")
        if name:
            self.take_file(Path(name))

    def _fetch(self) -> None:
        before = self._requests.get("sample")
        if before is not None:
            self.subject.drop(before)
        part = self.part.currentData() if self._path is None else ""
        request = ReadSample(part=str(part or "test"), place=self._place, path=self._path, base=self.subject.base)
        self._requests["sample"] = self.subject.request(request, self._on_sample, self._on_unread)

    def _on_sample(self, reply: SampleRead) -> None:
        self._requests["sample"] = None
        self._read, self._changed, self._place = reply, False, reply.place
        self._shown = self._path, reply.place
        self._list_file()
        self.place_for_editor.filled = True
        for editor in self.editors:
            editor.show_sample(reply.sample)
        self._show_where()
        self._ask()

    def _on_unread(self, reason: str) -> None:
        """A file that cannot be read leaves the sample that is here."""
        self._requests["sample"] = None
        self._path, self._place = self._shown
        self._list_file()
        self.prediction.notes.setText(reason)

    def _list_file(self) -> None:
        """Name the file of the sample among the parts of the data, where it is left for one of them and found again."""
        row = self.part.count() - 1
        if self._path is not None and self.part.itemData(row) != self._path:
            if isinstance(self.part.itemData(row), Path):
                self.part.removeItem(row)
            self.part.addItem(self._path.name, self._path)
            row = self.part.count() - 1
            self.part.setItemData(row, str(self._path), Qt.ItemDataRole.ToolTipRole)
        if self._path is not None:
            self.part.setCurrentIndex(row)
        elif isinstance(self.part.currentData(), Path):
            self.part.setCurrentIndex(0)

    # Predicting

    def _on_edited(self) -> None:
        self._changed = True
        self._show_where()
        self._ask()

    def _ask(self) -> None:
        blank = next((editor for editor in self.editors if editor.is_blank()), None)
        if blank is not None:
            self.latest.drop()
            self.prediction.show_none(BLANK.get(blank.form.editor, ""))
            self._show_cards(NewSamplePredicted(outputs=()))
        elif self.isVisible():
            self.latest.ask()

    def sample(self) -> NewSample:
        """The sample as it is now; what no editor shows is that of the sample it started from."""
        arrays: dict[str, Array] = dict(self._read.sample.arrays) if self._read is not None else {}
        texts: dict[str, str] = {}
        sample = NewSample()
        for editor in self.editors:
            arrays |= editor.arrays()
            texts |= editor.texts()
            sample = replace(sample, cells={**sample.cells, **editor.cells()})
        return replace(sample, arrays=arrays, texts=texts)

    def _request(self) -> PredictNewSample:
        layers = tuple(self.subject.layers()[:MOST_LAYERS])
        return PredictNewSample(sample=self.sample(), layers=layers, base=self.subject.base)

    def _picture(self) -> Array | None:
        """The picture that is entered, (C, H, W); None where there is none, or several."""
        drawn = [editor for editor in self.editors if editor.form.editor == "picture"]
        return drawn[0].arrays().get(drawn[0].form.field.name) if len(drawn) == 1 else None

    def _on_predicted(self, reply: NewSamplePredicted) -> None:
        self.prediction.show_outputs(reply.outputs, self._picture())
        notes = [*reply.notes, *(self._read.notes if self._read is not None and not self._changed else ())]
        self.prediction.notes.setText("\n".join(notes))
        for editor in self.editors:
            editor.show_notes(reply.column_notes.get(editor.form.field.name, {}))
            editor.show_prediction(reply.outputs)
        self._show_cards(reply)
        self._take_room()

    def _take_room(self) -> None:
        """Have the bars their least height at once: Qt asks one pane around them after the other, an event each."""
        pane: QWidget | None = self.prediction.outputs[0].bars if self.prediction.outputs else None
        while pane is not None and not pane.isWindow():
            QCoreApplication.sendPostedEvents(pane, QEvent.Type.LayoutRequest.value)
            pane = pane.parentWidget()

    def _show_cards(self, reply: NewSamplePredicted) -> None:
        self.layers.set_cards(self.subject.layers(), reply.cards)
        self.subject.activated.emit(dict(reply.cards))

    # Showing

    def _show_where(self) -> None:
        """Say which sample this is, what is true of it, and whether it was changed."""
        read = self._read
        if read is None:
            return
        truth = truth_words(read)
        part, number = self.part.currentText().lower(), self._number(read)
        name = f"{number} ({part})"
        if self._path is not None:
            name = f"{self._path.name}, {number.lower()}" if read.count > 1 else self._path.name
        name = f"{name}: {read.name}" if read.name else name
        drawn = self._changed and any(editor.from_scratch for editor in self.editors)
        self._show_number(read, "" if drawn else number, part if self._path is None else f"file {self._path.name}")
        if drawn:
            self.prediction.truth.setText("Your own drawing")
        elif self._changed:
            self.prediction.truth.setText(f"{name}, changed by you" + (f"; before: {truth}" if truth else ""))
        else:
            self.prediction.truth.setText(f"{name}" + (f"; true: {truth}" if truth else ""))

    def _show_number(self, read: SampleRead, number: str, whole: str) -> None:
        """Name the sample between the arrows, which stay where they are when it has no number."""
        self.where.setText(number)
        self.where.setToolTip(plain_tip(f"{nth(read.place)} of {read.count:,} in the {whole}" if number else ""))
        self.where.setMinimumWidth(max(self.where.minimumWidth(), self.where.sizeHint().width()))

    def _show_editors(self) -> None:
        self.pages.bring(self.page if self.editors else self.nothing)
        self.controls.setVisible(bool(self.editors))

    def _show_nothing(self, words: str) -> None:
        self.nothing.setText(words)
        self.pages.bring(self.nothing)
        self.controls.hide()

    def _on_refused(self, reason: str) -> None:
        self._requests["inputs"] = None
        self._show_nothing(reason)

    def _forget(self) -> None:
        """Let go of everything about the run before."""
        self.latest.drop()
        for request in self._requests.values():
            if request is not None:
                self.subject.drop(request)
        self._requests.clear()
        self._described = self._read = self._path = None
        self._shown = None, 0
        self._place, self._changed, self.editors = 0, False, []
        self.place_for_editor.filled = False
        self.prediction.show_none("")
        self.prediction.truth.setText("")
        if self._holder is not None:
            self.place_for_editor.column.removeWidget(self._holder)
            self._holder.hide()
            self._holder.deleteLater()
            self._holder = None
        self.part.clear()
        self.where.setText("")

    def _number(self, read: SampleRead) -> str:
        """A sample by its number in the data set, as every view of Understand has it, or by its place in a file."""
        if read.index >= 0:
            return f"Sample {nth(read.index)}"
        if self._path is None:
            return f"Sample {nth(read.place)}"
        rows = any(editor.form.editor == "row" for editor in self.editors)
        return f"{'Row' if rows else 'Sample'} {nth(read.place)} of {read.count:,}"
