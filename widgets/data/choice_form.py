"""How the chosen data is read, divided and standardised, as forms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from pydantic import ValidationError
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QWidget

from app.data.augment import Augment
from app.data.data_choice import DataChoice
from app.data.sources.source import Source
from app.data.split import Split
from app.protocol.data_values import Column, ColumnType
from graph.errors import NetloomError
from graph.layers.settings import describe, sentence
from graph.shapes import Kind
from widgets.data.augmentation_form import AugmentForm
from widgets.data.column_list import ColumnList
from widgets.data.column_roles import ROLES, aim, picks, targets_of, use
from widgets.data.read_as import ReadAs
from widgets.data.recipe_requests import WRITING
from widgets.fields.form_grid import FormColumns
from widgets.fields.forms import SettingsForm
from widgets.look.labels import text_label
from widgets.look.layouts import vbox
from widgets.look.plain_text import plain_tip
from widgets.look.terms import definition

SHARES = ("train", "validation", "test")
LEAST = 0.01
"""The smallest share that the training set may have."""


class ChoiceForm(QWidget):
    """Edits a `DataChoice`. `edited(choice, what)` carries the new one and the label of what was changed.

    `picked(choice, what)` is the same for a click on a column, which is an edit of its own and joins no other.
    `kind_wanted(kind)` says that a table is to be read as another kind of data. `targets_shown(names)` carries the
    columns that are predicted.
    """

    edited = Signal(object, str)
    picked = Signal(object, str)
    kind_wanted = Signal(str)
    targets_shown = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choice: DataChoice | None = None
        self._kind: Kind | None = None
        self._more = 0
        self._headings: dict[str, QLabel] = {}
        shared = FormColumns()
        self.options, self.split, self.scaling = (SettingsForm(self, shared) for _ in range(3))
        self.options.explain(ROLES)
        self.columns, self.altering = ColumnList(self), AugmentForm(self, shared)
        self._columns: Sequence[Column] = ()
        self.read_as = ReadAs(self, shared)
        self.read_as.wanted.connect(self.kind_wanted)
        column = vbox(parent=self, spacing=8)
        forms: tuple[tuple[str, QWidget], ...] = (
            ("Columns", self.columns),
            ("Data", self.options),
            ("Split", self.split),
            ("Transforms", self.scaling),
            ("Augmentation", self.altering),
        )
        for title, form in forms:
            form.setAccessibleName(title)
            self._headings[title] = text_label(title, self, look="heading")
            self._headings[title].setToolTip(plain_tip(definition(title)))
            column.addWidget(self._headings[title])
            if form is self.options:
                column.addWidget(self.read_as)
            column.addWidget(form)
        self.options.edited.connect(self._edit_option)
        self.split.edited.connect(self._edit_split)
        self.scaling.edited.connect(self._edit_scaling)
        self.columns.ticked.connect(self._tick)
        self.columns.starred.connect(self._star)
        self.altering.chosen.connect(self._alter)
        self.show_columns((), 0)

    def show_choice(self, choice: DataChoice) -> None:
        """Show a choice."""
        self._choice = choice
        self.read_as.show_source(choice.source)
        self._show_options(choice.source)
        parts = describe(Split)
        self.split.show_settings(parts, {spec.name: getattr(choice.split, spec.name) for spec in parts})
        own = describe(DataChoice)
        self.scaling.show_settings(own, {spec.name: getattr(choice, spec.name) for spec in own})
        self._show_picks()
        self.show_kind(self._kind)

    def _show_options(self, source: Source) -> None:
        """Show how the data is read; what names a column of the table can be picked from those that it has."""
        names = tuple(column.name for column in self._columns if column.type is not ColumnType.EMPTY)
        settings = [
            replace(spec, choices=names) if spec.columns else spec
            for spec in source.shown()
            if spec.name not in WRITING
        ]
        self.options.show_settings(settings, {spec.name: getattr(source, spec.name) for spec in settings})
        self._headings["Data"].setVisible(bool(settings))
        self.options.setVisible(bool(settings))

    def forget(self) -> None:
        """Give up what is typed and was refused: the data of another project is shown from now on."""
        for form in (self.options, self.split, self.scaling, self.altering):
            form.forget()

    def show_columns(self, columns: Sequence[Column], more: int) -> None:
        """Show the columns of the table that the choice reads, none where it is no table."""
        known = [column.name for column in self._columns]
        self._columns, self._more = columns, more
        if self._choice is not None and [column.name for column in columns] != known:
            self._show_options(self._choice.source)
        self.columns.setVisible(bool(columns))
        self._headings["Columns"].setVisible(bool(columns))
        self._show_picks()

    def show_kind(self, kind: Kind | None) -> None:
        """Say what kind of input the data turned out to be, so that what can be done to it is offered."""
        self._kind = kind
        augment = self._choice.augment if self._choice is not None else Augment()
        shown = self.altering.show_augment(augment, kind)
        self.altering.setVisible(shown)
        self._headings["Augmentation"].setVisible(shown)

    def _show_picks(self) -> None:
        if self._choice is not None:
            source = self._choice.source
            shown = picks(source, self._columns)
            if self._columns and not getattr(source, "target", "named"):
                self.options.show_automatic("target", ", ".join(targets_of(source, self._columns)))
            self.columns.show_picks(shown, self._more)
            self.targets_shown.emit([pick.column.name for pick in shown if pick.target])

    def _tick(self, name: str, wanted: bool) -> None:
        self._change_source(lambda source: use(source, self._columns, name, wanted), f"use of {name}")

    def _star(self, name: str, several: bool) -> None:
        self._change_source(lambda source: aim(source, self._columns, name, several), "target")

    def _change_source(self, change: Callable[[Source], Source], what: str) -> None:
        if self._choice is None:
            return
        source = change(self._choice.source)
        if source == self._choice.source:
            self._show_picks()  # a mark that was clicked away comes back
            return
        self.picked.emit(self._choice.model_copy(update={"source": source}), f"Set {what}")

    def _alter(self, augment: Augment, what: str) -> None:
        if self._choice is not None:
            self._say(self._choice.model_copy(update={"augment": augment}), what)

    def _edit_option(self, name: str, value: object) -> None:
        if self._choice is None:
            return
        try:
            source = self._choice.source.changed(**{name: value})
        except NetloomError as error:
            self.options.refuse(name, str(error))
            return
        self._say(self._choice.model_copy(update={"source": source}), name)

    def _edit_split(self, name: str, value: object) -> None:
        if self._choice is None:
            return
        try:
            split = changed_split(self._choice.split, name, value)
        except NetloomError as error:
            self.split.refuse(name, str(error))
            return
        self._say(self._choice.model_copy(update={"split": split}), name)

    def _edit_scaling(self, name: str, value: object) -> None:
        if self._choice is not None:
            self._say(self._choice.model_copy(update={name: value}), name)

    def _say(self, choice: DataChoice, name: str) -> None:
        self.edited.emit(choice, name.replace("_", " "))


def changed_split(split: Split, name: str, value: object) -> Split:
    """``split`` with one setting changed; the other shares give way, so that they still add up to 1.

    Raises
    ------
    NetloomError
        if the value is refused.
    """
    values: dict[str, Any] = split.model_dump()
    values[name] = value
    if name in SHARES and isinstance(value, float | int):
        first, second = (part for part in SHARES if part != name)
        held, left = values[first] + values[second], max(1.0 - value, 0.0)
        values[second] = round(left * (values[second] / held if held > 0 else 0.5), 4)
        if first == "train":  # which may become small, but never nothing
            values[second] = max(0.0, min(values[second], round(left - LEAST, 10)))
        values[first] = round(1.0 - value - values[second], 10)
    try:
        return Split.model_validate(values)
    except ValidationError as error:
        raise sentence(error, "Split") from None
