"""The data view: choose data, see it, say how it is read and divided."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QPushButton,
    QSplitter,
    QWidget,
)

from app.data.data_choice import DataChoice
from app.data.sources.file_source import CHANGED
from app.data.sources.source import Source
from app.protocol.data_messages import DataInspected, DataPreviewed, InspectData, PreviewData
from app.protocol.data_values import BatchPreview, Column, DataPreview, TablePreview
from app.system.told_notes import as_sentences
from graph.checking.check import Checker
from graph.document import Commit, Document
from graph.errors import NetloomError
from graph.shapes import Kind
from widgets.charts.sample_tiles import Answer
from widgets.data.balance import BalanceBars
from widgets.data.batch_view import BatchView
from widgets.data.choice_form import ChoiceForm
from widgets.data.chosen_file import kept_data, path_in, title_before_reading
from widgets.data.data_details import Details
from widgets.data.data_facts import DataFacts
from widgets.data.decoding_progress import Waiting
from widgets.data.fit_network import OUTPUTS, TITLE, add_outputs, expected_of, fit, lacking, misfits
from widgets.data.last_predictions import LastPredictions
from widgets.data.lopsided_notice import LopsidedNotice
from widgets.data.moved_data import Repointer
from widgets.data.preview_values import dataset_summary
from widgets.data.reading_panel import ReadingPanel
from widgets.data.recipe_control import RecipeControl
from widgets.data.row_table import RowTable
from widgets.data.sample_views import SampleBrowser
from widgets.data.source_list import SourceList
from widgets.data.steps_bar import Pipeline
from widgets.data.time_order_notice import TimeOrderNotice
from widgets.data.which_network import Guide, fits_or_reason
from widgets.look.elided_label import ElidedLabel
from widgets.look.floating import float_over
from widgets.look.form_area import FormArea
from widgets.look.labels import text_label
from widgets.look.layouts import Stretch, hbox, vbox
from widgets.look.theme import ThemeSource
from widgets.training.busy_covers import BusyCovers
from widgets.training.inline_notice import InlineNotice
from widgets.training.worker_link import WorkerLink

ROWS, READING, BATCH = "Rows", "Reading", "One batch"
LIMIT = 240
"""Samples that are previewed."""
TYPING_MS = 150
"""Edits that follow each other faster than this ask for one preview."""


class DataView(QWidget):
    """Shows and edits the ``data`` section of a document; samples come from the worker.

    `previewed` carries a `DataPreview` whenever another one is shown.
    """

    previewed = Signal(object)

    def __init__(self, source: ThemeSource, link: WorkerLink, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("datasetView")
        self.setAccessibleName("Data")
        self._link = link
        self._document: Document | None = None
        self._checker: Checker | None = None
        self._base: Path | None = None
        self._stop: list[Callable[[], None]] = []
        self._request: int | None = None
        self._looking: int | None = None
        self._again: Callable[[], None] = lambda: None
        self._looked_at = Path()
        self._stale = True
        self._batch_stale = True
        self._refused = False
        self._problems: tuple[Source, Sequence[str]] | None = None
        self._shown: DataPreview | None = None
        self._predicting = ""
        self._shown_of: Mapping[str, Any] | None = None
        self.details, self.moved = Details(link, self), Repointer(link, self)
        self.predictions = LastPredictions(link, self)
        self._make_panes()
        self.title = ElidedLabel(self, look="heading")
        self.facts = text_label(parent=self, look="faint", wrap=True)
        self.notes = text_label(parent=self, look="faint", wrap=True, hidden=True)
        self.notice, self.offer, self.waiting = InlineNotice(self), InlineNotice(self), Waiting(link, self)
        self.lopsided, self.undated = LopsidedNotice(self), TimeOrderNotice(self)
        self._columns: Sequence[Column] = ()
        self.samples = SampleBrowser(source, self._middle)
        self.pipeline = Pipeline(self)
        self.asking = InlineNotice(self)
        self.guide_button = QPushButton("Find a network…", self)
        self.guide_button.setToolTip("Which network should I use? Three questions lead to one that fits the data")
        self.form = ChoiceForm(self._side)
        self.balance = BalanceBars(source, self._side)
        self.rows, self.reading = RowTable(self.samples), ReadingPanel(source, self.samples)
        self.batch = BatchView(source, self.samples)
        self.recipes = RecipeControl(link, self.reading, self.asking, self)
        self._ask_soon = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._ask_soon.timeout.connect(self._ask)
        self._lay_out()
        self.busy = BusyCovers(link, self)
        self.sources.chosen.connect(self._choose)
        self.sources.file_chosen.connect(self.open_path)
        self.form.edited.connect(self._edit)
        self.form.picked.connect(self._set_choice)
        self.form.kind_wanted.connect(self._read_as)
        self.form.targets_shown.connect(self.rows.mark_targets)
        self._connect_details()

    def _connect_details(self) -> None:
        self.details.columns_found.connect(self._on_table)
        self.details.columns_refused.connect(self.recipes.offer_again)
        self.details.rows_found.connect(self.rows.put_rows)
        self.rows.wanted.connect(self._ask_rows)
        self.details.batch_found.connect(self._on_batch)
        self.predictions.found.connect(self._on_predictions)
        self.moved.repointed.connect(self._set_choice)
        self.moved.failed.connect(self.notice.say)
        self.waiting.stopped.connect(self._say_stopped)
        self.guide_button.clicked.connect(self.ask_for_network)
        self.samples.tabs.currentChanged.connect(lambda _: self._on_side())
        self.recipes.committed.connect(self._set_choice)
        self.recipes.open_wanted.connect(self.open_path)
        self.recipes.shown.connect(lambda wanted: self.samples.show_side(READING, wanted))
        self.recipes.told.connect(self._on_told)
        self.reading.again_wanted.connect(self._try_again)
        self.recipes.called.connect(lambda: self.samples.show_first(READING))

    # Layout

    def _make_panes(self) -> None:
        """What is polished and then given another parent is polished again, so all is made in the pane it stands in."""
        self._panes = QSplitter(Qt.Orientation.Horizontal, self)
        self.sources = SourceList(self._panes)
        self._middle, self._area = QWidget(self._panes), FormArea(self._panes)
        self._side = QWidget(self._area)
        self._area.setWidget(self._side)

    def _lay_out(self) -> None:
        self._fill_middle()
        self._fill_side()
        panes = self._panes
        for widget, width in ((self.sources, 240), (self._middle, 700), (self._area, 310)):  # which stand in it already
            panes.setStretchFactor(panes.indexOf(widget), int(widget is self._middle))
            widget.resize(width, widget.height())
        panes.setSizes([240, 700, 310])
        panes.setChildrenCollapsible(False)
        vbox(panes, parent=self)

    def _fill_middle(self) -> None:
        self.samples.add_side(ROWS, self.rows, first=True)
        self.samples.add_side(READING, self.reading, first=True)
        self.samples.add_side(BATCH, self.batch)
        head = hbox((self.title, 1), self.guide_button)
        self.about = DataFacts(self.facts, self.pipeline, self.notes)
        vbox(head, self.about, (self.samples, 1), parent=self._middle, margins=(12, 8, 12, 8), spacing=4)
        float_over(self._middle, *self.notices)

    @property
    def notices(self) -> Sequence[QWidget]:
        """What floats over the samples."""
        return (self.waiting, self.notice, self.asking, self.offer, self.lopsided, self.undated)

    def main_part(self) -> QWidget:
        """The list of data sets."""
        return self.sources.list

    def body(self) -> QWidget:
        """What is shown of the data, below what is said of it."""
        return self.samples.sides

    def _fill_side(self) -> None:
        heading = text_label("Samples by part of the split", self._side, look="heading")
        items = (self.form, heading, self.balance, Stretch(1))
        vbox(*items, parent=self._side, margins=(12, 8, 12, 12), spacing=12)

    # The document

    def set_document(self, document: Document, base: Path | None = None, checker: Checker | None = None) -> None:
        """Show the data of a document whose file is in the folder ``base``; ``checker`` is told what data brings."""
        self.close_document()
        self._document, self._base, self._checker = document, base, checker
        self._begin_anew()
        self.recipes.begin()
        self._stop = [document.subscribe(self._on_commit)]
        if checker is not None:
            self._stop.append(checker.subscribe(lambda _: self._refresh_offer()))
        self._show()

    def _begin_anew(self) -> None:
        """Show nothing of the project before."""
        self._problems, self._refused, self._stale = None, False, True
        self._shown, self._shown_of = None, None
        self._display(None)
        self.form.forget()
        self.details.forget()
        self._on_table(TablePreview())
        for notice in (self.notice, self.offer, self.asking):
            notice.clear()
        self.lopsided.follow(None, "")

    def set_base(self, base: Path | None) -> None:
        """The project was saved into another folder."""
        self._base = base

    def close_document(self) -> None:
        """Let go of the document."""
        for stop in self._stop:
            stop()
        self._stop, self._document, self._checker = [], None, None
        self._forget_request()
        self._forget_looking()
        self.details.forget()
        self.moved.forget()

    @property
    def section(self) -> Mapping[str, Any] | None:
        """The ``data`` section of the document, None where no data is chosen."""
        value = self._document.sections.get("data") if self._document is not None else None
        return value if isinstance(value, Mapping) else None

    @property
    def preview(self) -> DataPreview | None:
        """What is known of the data that is chosen: None while that which is on show is of another choice."""
        return self._shown if self._shown_of is not None and self._shown_of == self.section else None

    def _on_commit(self, commit: Commit) -> None:
        if commit.sets("data"):
            self._show()
        elif commit.sets("plan"):
            self._expect()
            self._refresh_offer()

    def _set_choice(self, choice: DataChoice, what: str, merge: str | None = None) -> None:
        if self._document is not None:
            with self._document.transaction(what, merge=merge):
                self._document.set_section("data", choice.to_json())

    def _choose(self, kind: str) -> None:
        """Take the data set called ``kind``; the split stays as it is."""
        if self.section is not None and self.section.get("source") == kind:
            return
        choice = DataChoice.usual(kind)
        try:
            kept = DataChoice.parse(self.section) if self.section is not None else choice
        except NetloomError:
            kept = choice
        choice = choice.model_copy(update={"split": kept.split, "standardise": kept.standardise})
        self._set_choice(choice, f"Choose {choice.source.title}")

    def _edit(self, choice: DataChoice, what: str) -> None:
        if not self.recipes.edits(choice, f"Set {what} of the data"):
            self._set_choice(choice, f"Set {what} of the data", merge=f"data.{what}")

    def _read_as(self, kind: str) -> None:
        """Have the file that is chosen read as another kind of data."""
        if self.section is not None:
            path = Path(str(self.section["options"]["path"])).expanduser()
            self.open_path((self._base or Path()) / path, kind)

    def open_path(self, path: Path, kind: str | None = None, options: Mapping[str, Any] | None = None) -> None:
        """Have the worker look at a file or folder of the user's, as ``kind`` if that is known, and choose it.

        ``options`` are settings that say how it is written, as far as these are known.
        """
        said = dict(options or {})
        self.notice.clear()
        self._looked_at = path
        self.facts.setText(f"Looking at {path.name}…")
        self._forget_looking()
        self._again = lambda: self.open_path(path, kind, said)
        request = InspectData(path=path, kind=kind, base=self._base, options=said)

        def refuse(reason: str) -> None:
            self.recipes.offer(path, kind, said, reason)
            self._refuse_path(reason)

        self._looking = self._link.request(request, self._on_inspected, refuse)
        self.waiting.watch(self._looking, self._again)

    def _forget_looking(self) -> None:
        if self._looking is not None:
            self._link.forget(self._looking)
            self._looking = None
            self.waiting.clear()

    def _on_inspected(self, reply: DataInspected) -> None:
        self._looking = None
        self.waiting.clear()
        try:
            choice = DataChoice.parse(reply.choice)
        except NetloomError as error:
            self._refuse_path(str(error))
            return
        self._problems = (choice.source, reply.problems)
        if choice.to_json() == self.section:
            self._show_facts()
            self._show()  # no edit comes that would
        else:
            self._set_choice(choice, f"Choose {reply.title}")
        self.samples.show_first(ROWS)

    def _say_stopped(self, sentence: str, again: Callable[[], None]) -> None:
        """The person did not want to wait for a file to be looked at, or for a preview."""
        self._request = self._looking = None
        self._show_preview(None)
        self.notice.say(sentence, "warning", ("Go on", again))

    def _refuse_path(self, reason: str) -> None:
        self._looking = None
        self.waiting.clear()
        kept = kept_data(self.section, self._base)
        self._say_refused(reason, ("Try again", self._again), kept=kept)
        self._show_facts()

    @property
    def unread(self) -> str:
        """The name of a file that was chosen and refused last, while that is said; the project keeps its data then."""
        kept = kept_data(self.section, self._base)
        return self.recipes.unread or (self._looked_at.name if kept and self.notice.text.endswith(kept) else "")

    def _say_refused(self, reason: str, *offers: tuple[str, Callable[[], object]], kept: str = "") -> None:
        """Say why data cannot be read, unless the reading panel says it with what can be done; ``kept`` is used."""
        if self.recipes.refused != reason:
            self.notice.say(f"{reason} {kept}".strip(), "error", *offers)

    def _try_again(self) -> None:
        """Read what was refused once more, as it is now."""
        self._again()

    def _on_told(self, reason: str) -> None:
        if self.notice.text == reason:
            self.notice.clear()

    # The network

    @property
    def document(self) -> Document | None:
        """The document whose data is shown."""
        return self._document

    def ask_for_network(self) -> None:
        """Open the guide “Which network should I use?”, its questions answered for the data that is chosen."""
        document = self._document
        if document is None:
            return
        guide = Guide(self.preview.info if self.preview is not None else None, self)
        guide.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

        def take(id_: str) -> None:
            reason = fits_or_reason(document, id_, self._base)
            if reason:
                guide.notice.say(reason)
            else:
                guide.accept()

        guide.taken.connect(take)
        guide.open()

    # Showing

    def _show(self) -> None:
        section = self.section
        self.sources.show_choice(section)
        self.notice.clear()
        self.form.setVisible(section is not None)
        if section is None:
            self.recipes.follow(None, self._base)
            self._show_preview(None)
            self.details.forget()
            self._on_table(TablePreview())
            return
        self.moved.follow(section, self._base)
        try:
            choice = DataChoice.parse(section)
        except NetloomError as error:
            self.recipes.follow(None, self._base)
            self.notice.say(str(error))
            self._show_preview(None)
            self.form.hide()
            return
        self.form.show_choice(choice)
        self.recipes.follow(choice, self._base)
        self._stale = True
        if not self._shows_source():
            self._shown, self._shown_of = None, None  # what is on show is of other data
            self._display(None)
        if self.isVisible() or self._checker is not None:
            self._ask_soon.start()

    def _ask(self) -> None:
        self._forget_request()
        if self.section is None:
            return
        self._stale = False
        self._batch_stale = True
        self.details.look(self.section, self._base)
        request = PreviewData(data=dict(self.section), base=self._base, limit=LIMIT)
        self._request = self._link.request(request, self._on_preview, self._refuse_preview)
        self.waiting.watch(self._request, self._ask)

    def look_again(self) -> None:
        """Ask anew for data that was refused: a file that was missing is there again."""
        if self._refused:
            self.details.forget()
            self._show()

    def _forget_request(self) -> None:
        self._ask_soon.stop()
        if self._request is not None:
            self._link.forget(self._request)
            self._request = None
            self.waiting.clear()

    def _on_preview(self, reply: DataPreviewed) -> None:
        self._request = None
        self.waiting.clear()
        preview = reply.preview
        self.recipes.show_questions(preview.questions)
        self._show_preview(preview)
        change, offers = self.moved.offers_where_changed(preview.notes)
        warnings = as_sentences([change, *preview.leaks])
        if self._refused:  # what was said then is no longer so
            self.notice.clear()
            self._refused = False
        if warnings:
            self.notice.say(warnings, "warning", *offers)
        self._ask_batch()

    def _on_table(self, table: TablePreview) -> None:
        self.rows.show_rows(table.columns, table.rows, table.count)
        self.form.show_columns(table.columns, table.more)
        self._columns = table.columns
        self._tell_order()
        self.recipes.show_columns(table.columns)
        self.samples.show_side(ROWS, bool(table.rows))

    def _tell_order(self) -> None:
        """Say where rows have dates by which they are not ordered, once the data is known."""
        source = self._source() if self.preview is not None else None
        choice = DataChoice.parse(self.section) if source is not None else None
        self.undated.follow(choice, self._columns, self._set_choice)

    def _ask_rows(self, start: int) -> None:
        if self.section is not None:
            self.details.rows(self.section, self._base, start)

    def _on_side(self) -> None:
        if self.samples.tabs.currentWidget() is self.reading:
            self.recipes.look_now()
        self._ask_batch()

    def _ask_batch(self) -> None:
        """Ask for one batch where it is looked at and may be another than the one that is shown."""
        if self.section is None or self.preview is None or not self._batch_stale:
            return
        if self.samples.tabs.currentWidget() is self.batch:
            self._batch_stale = False
            plan = self._document.sections.get("plan") if self._document is not None else None
            seed = plan.get("seed", 0) if isinstance(plan, Mapping) else 0
            self.details.batch(self.section, self._base, seed if isinstance(seed, int) else 0)

    def _on_batch(self, batch: BatchPreview) -> None:
        if self.preview is not None:
            self.batch.show_batch(batch)

    def _refuse_preview(self, reason: str) -> None:
        self._request = None
        self.waiting.clear()
        self._refused = True
        self._show_preview(None)
        self._again = self._ask
        self._say_refused(reason, *self.moved.offers_where_missing(), ("Try again", self._ask))

    def _show_preview(self, preview: DataPreview | None) -> None:
        self._shown, self._shown_of = preview, dict(self.section) if self.section is not None else None
        self._display(preview)
        self._expect()
        self._refresh_offer()
        if preview is not None:
            self.previewed.emit(preview)

    def _display(self, preview: DataPreview | None) -> None:
        self.samples.set_preview(preview, self._source() if preview is not None else None)
        self.pipeline.show_stages(preview.pipeline if preview is not None else ())
        self.samples.show_side(BATCH, preview is not None and preview.inputs.dtype.kind == "f")
        self.form.show_kind(Kind(preview.info.input_field.kind) if preview is not None else None)
        self._show_facts()
        if preview is None:
            self.balance.set_balance({}, None)
        else:
            self.balance.set_balance(preview.parts, preview.balance)
        self.predictions.look_at(preview, self.section)

    def _source(self) -> Source | None:
        """The data that is chosen, None where the project's section cannot be read."""
        try:
            return DataChoice.parse(self.section).source if self.section is not None else None
        except NetloomError:
            return None

    def _expect(self) -> None:
        """Hold the network against the data and the plan as they are now, once the data is known."""
        if self._checker is not None and self._document is not None and self._shown_of == self.section:
            plan, preview = self._document.sections.get("plan"), self._shown
            self._checker.set_data_spec(expected_of(preview.info, plan) if preview is not None else None)

    def _on_predictions(self, answers: Sequence[Answer | None]) -> None:
        """Show what a run says of the samples, and which one."""
        self.samples.show_answers(answers)
        self._predicting = self.predictions.whose if answers else ""
        self._show_facts()

    def _show_facts(self) -> None:
        preview = self._shown
        self.title.setText(preview.info.title if preview else title_before_reading(self.section))
        waits = self.section is not None and self._shown_of is None
        without = "Reading the data…" if waits else "Choose a data set on the left, or open a file of your own."
        whose = f"\nPredictions beside the samples: {self._predicting}" if self._predicting else ""
        self.facts.setText(dataset_summary(preview.info) + whose if preview else without)
        self.about.show_notes(self._notes(preview) if preview else ())

    def _shows_source(self) -> bool:
        """Whether what is on show came from the file or data set that is chosen, be it with other settings."""
        section, shown = self.section or {}, self._shown_of or {}
        same = section.get("source") == shown.get("source") and path_in(section) == path_in(shown)
        return self._shown is not None and same

    def _notes(self, preview: DataPreview) -> list[str]:
        """What was done to the data, and what was found when its file was opened as long as it is read so."""
        remarks = [note for note in preview.notes if note not in preview.leaks and not note.endswith(CHANGED)]
        section = self.section
        if self._problems is not None and section is not None:
            source, problems = self._problems
            if section.get("options") == source.values():
                remarks = [
                    problem for problem in problems if problem not in (*remarks, *preview.leaks, preview.lopsided)
                ] + remarks
        questions = self.reading.questions
        told = {question.note for question in questions if not question.column}
        asked = tuple(f"Column “{question.column}”: " for question in questions if question.column)
        return [remark for remark in remarks if remark not in told and not (asked and remark.startswith(asked))]

    def _refresh_offer(self) -> None:
        """Offer to fit the network where the data and its ends do not match, and to weigh lopsided classes."""
        document, checker = self._document, self._checker
        self.lopsided.follow(document, self.preview.lopsided if self.preview is not None else "")
        self._tell_order()
        if document is None or checker is None:
            return
        info = self.preview.info if self.preview is not None else None
        waiting = misfits(document, checker) if info is not None else []
        if waiting:
            self._offer(waiting[0].message, TITLE, lambda: fit(document, checker))
        elif info is not None and (lacked := lacking(document, info)):
            self._offer(lacked, OUTPUTS, lambda: add_outputs(document, info))
        else:
            self.offer.clear()

    def _offer(self, sentence: str, title: str, repair: Callable[[], object]) -> None:
        """Offer a repair of the network, unless that is done already or was dismissed."""
        if sentence not in (self.offer.text, self.offer.dismissed):
            self.offer.say(sentence, "warning", (title, repair))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.predictions.watch(True)
        if self._stale and self.section is not None and self._request is None:
            self._ask_soon.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.predictions.watch(False)
