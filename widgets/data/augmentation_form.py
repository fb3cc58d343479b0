"""How training samples are altered at random, as a form of what suits the kind of data."""

from __future__ import annotations

from pydantic import ValidationError
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.data.augment import Augment
from graph.layers.settings import describe, sentence
from graph.shapes import Kind
from widgets.fields.form_grid import FormColumns
from widgets.fields.forms import SettingsForm

PICTURES = (
    "flip", "flip_vertical", "shift", "rotate", "zoom", "crop", "brightness", "noise", "cutout", "mixup",
)  # fmt: skip
SERIES = ("jitter", "scale", "window_shift", "mixup")
SUITED = {Kind.IMAGE: PICTURES, Kind.SEQUENCE: SERIES, Kind.VECTOR: ("mixup",), Kind.VIDEO: ("mixup",)}
"""The settings that do something to each kind of data; tokens are never altered."""


class AugmentForm(SettingsForm):
    """`chosen(augment, what)` carries the new settings and the name of the one that was changed."""

    chosen = Signal(object, str)

    def __init__(self, parent: QWidget | None = None, columns: FormColumns | None = None) -> None:
        super().__init__(parent, columns)
        self._augment = Augment()
        self.edited.connect(self._on_setting)

    def show_augment(self, augment: Augment, kind: Kind | None) -> bool:
        """Show what suits data of a kind, and what is set all the same; False where there is nothing to show."""
        self._augment = augment
        suited = SUITED.get(kind, ()) if kind is not None else ()
        set_ = augment.model_dump(exclude_defaults=True)
        shown = tuple(spec for spec in describe(Augment) if spec.name in suited or spec.name in set_)
        self.show_settings(shown, {spec.name: getattr(augment, spec.name) for spec in shown})
        return bool(shown)

    def _on_setting(self, name: str, value: object) -> None:
        try:
            augment = Augment.model_validate(self._augment.model_dump() | {name: value})
        except ValidationError as error:
            self.refuse(name, str(sentence(error, "Augmentation")))
            return
        self.chosen.emit(augment, name)
