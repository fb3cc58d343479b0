"""How the chosen data is read, divided and standardised, as forms."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.data.choice import DataChoice
from app.data.split import Split
from graph.errors import NetloomError
from graph.layers.settings import describe, sentence
from widgets.forms import SettingsForm

SHARES = ("train", "validation", "test")


class ChoiceForm(QWidget):
    """Edits a `DataChoice`. `edited(choice, what)` carries the new one and the label of what was changed."""

    edited = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choice: DataChoice | None = None
        self._headings: dict[str, QLabel] = {}
        self.options, self.split, self.scaling = SettingsForm(self), SettingsForm(self), SettingsForm(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for title, form in (("Data", self.options), ("Split", self.split), ("Transforms", self.scaling)):
            heading = QLabel(title, self)
            heading.setProperty("heading", True)
            form.setAccessibleName(title)
            self._headings[title] = heading
            column.addWidget(heading)
            column.addWidget(form)
        self.options.edited.connect(self._edit_option)
        self.split.edited.connect(self._edit_split)
        self.scaling.edited.connect(self._edit_scaling)

    def show_choice(self, choice: DataChoice) -> None:
        """Show a choice."""
        self._choice = choice
        source = choice.source
        settings = source.settings()
        self.options.show_settings(settings, {spec.name: getattr(source, spec.name) for spec in settings})
        self._headings["Data"].setVisible(bool(settings))
        self.options.setVisible(bool(settings))
        parts = describe(Split)
        self.split.show_settings(parts, {spec.name: getattr(choice.split, spec.name) for spec in parts})
        own = describe(DataChoice)
        self.scaling.show_settings(own, {spec.name: getattr(choice, spec.name) for spec in own})

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
        others = [one for one in SHARES if one != name]
        held = sum(values[one] for one in others)
        for one in others:
            share = values[one] / held if held > 0 else 1 / len(others)
            values[one] = round(max(1.0 - value, 0.0) * share, 4)
        values[others[0]] = round(1.0 - value - values[others[1]], 10)
    try:
        return Split.model_validate(values)
    except ValidationError as error:
        raise sentence(error, "Split") from None
