"""The plan as a form: how to train, in groups; every edit goes to the document, so that undo covers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from app.training.plan import Plan
from app.training.usual_rates import high_rate_warning
from graph.document import Commit, Document
from graph.errors import NetloomError
from graph.layers.settings import Setting
from widgets.fields.field import FormField
from widgets.fields.form_grid import FormColumns
from widgets.fields.forms import SettingsForm
from widgets.look.form_area import FormArea
from widgets.look.labels import text_label
from widgets.look.layouts import vbox
from widgets.training.start_note import StartNote

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Training",
        ("epochs", "batch_size", "learning_rate", "optimiser"),
    ),
    (
        "Objective",
        ("objective", "teacher_forcing", "beams", "loss", "label_beams", "huber_delta"),
    ),
    ("Classes", ("label_smoothing", "class_weights", "own_weights", "threshold_by", "threshold")),
    ("Two rivals", ("adversarial_loss", "discriminator_steps", "discriminator_rate")),
    (
        "Optimiser",
        ("momentum", "nesterov", "beta1", "beta2", "alpha", "weight_decay", "clip"),
    ),
    ("Schedule", ("schedule", "step_epochs", "plateau_patience", "factor", "final_rate", "warm_up", "warm_up_epochs")),
    ("When to stop", ("patience", "keep_best", "ema")),
    ("Machine", ("device", "precision", "threads", "accumulate", "seed", "keep_every")),
)
"""The settings of a plan under headings; what stands in none of them comes under the last."""
FINDS = "Find a learning rate: try growing ones for some 200 steps, and see where the loss falls fastest"


class PlanForm(FormArea):
    """Shows the plan of a document and edits it. `rate_wanted` asks for a learning rate to be found."""

    rate_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("planForm")
        self.setAccessibleName("Training settings")
        self._document: Document | None = None
        self._stop: Callable[[], None] = _nothing
        self._devices: tuple[str, ...] = ()
        self._plan = Plan()
        self._warnings: Mapping[str, str] = {}
        self._fault = text_label("", self, wrap=True, look="error", hidden=True)
        self._fault.setProperty("docked", True)
        self._fault.setContentsMargins(12, 6, 12, 6)
        self.forms: dict[str, SettingsForm] = {}
        self._headings: dict[str, QLabel] = {}
        self._lay_out()
        self.setEnabled(False)

    def _lay_out(self) -> None:
        inside = QWidget(self)
        column = vbox(parent=inside, margins=(12, 4, 12, 12), spacing=8)
        self.dock(self._fault)
        self.start = StartNote(inside)
        column.addWidget(self.start)
        columns = FormColumns()
        for title, _ in GROUPS:
            heading = text_label(title, inside, look="heading")
            form = SettingsForm(inside, columns)
            form.setAccessibleName(title)
            form.edited.connect(self._edit)
            self.forms[title], self._headings[title] = form, heading
            column.addWidget(heading)
            column.addWidget(form)
        rates = self._form_of("learning_rate")
        rates.offer_help("learning_rate", "Find…", FINDS)
        rates.helped.connect(lambda _: self.rate_wanted.emit())
        column.addStretch(1)
        self.setWidget(inside)

    def set_document(self, document: Document) -> None:
        """Show the plan of another document."""
        self._stop()
        for form in self.forms.values():
            form.forget()
        self._document = document
        self._stop = document.subscribe(self._on_commit)
        self.start.set_document(document)
        self.setEnabled(True)
        self._show()
        self.verticalScrollBar().setValue(0)  # what was scrolled to belongs to the project before

    def set_devices(self, ids: Sequence[str]) -> None:
        """Offer the devices that there are."""
        self._devices = tuple(ids)
        if self._document is not None:  # before there is one, fields would be made twice
            self._show()

    def main_part(self) -> QWidget | None:
        """The first setting."""
        return next((first for form in self.forms.values() if (first := form.first()) is not None), None)

    def close_document(self) -> None:
        """Stop listening to the document."""
        self._stop()
        self._stop = _nothing
        self._document = None
        self.start.set_document(None)
        self.setEnabled(False)

    @property
    def plan(self) -> Plan:
        """The plan that is shown."""
        return self._plan

    def field_of(self, name: str) -> FormField:
        """The field of a setting."""
        return self._form_of(name).field(name)

    def bring_into_view(self, name: str) -> FormField:
        """Scroll to the field of a setting, unless somebody is at this form, under whose hand nothing moves."""
        field, focus = self.field_of(name), QApplication.focusWidget()
        busy = self.underMouse() or (focus is not None and self.isAncestorOf(focus))
        if not busy and field.isVisible():
            self.ensureWidgetVisible(field, 0, field.height())
        return field

    def show_warnings(self, sentences: Mapping[str, str]) -> None:
        """Mark the settings that ``sentences`` names, beside those whose value is doubtful by itself."""
        self._warnings = sentences
        self._warn()

    def _warn(self) -> None:
        own = {"learning_rate": high_rate_warning(self._plan)}
        for form in self.forms.values():
            form.warn({name: sentence for name, sentence in {**own, **self._warnings}.items() if sentence})

    def _on_commit(self, commit: Commit) -> None:
        if commit.sets("plan"):
            self._show()

    def _show(self) -> None:
        section = self._document.sections.get("plan") if self._document is not None else None
        try:
            self._plan = Plan.parse(section if section is not None else {})  # type: ignore[arg-type]
            self._fault.hide()
        except NetloomError as error:
            self._fault.setText(f"{error} Until it is corrected, the defaults are shown.")
            self._fault.show()
            self._plan = Plan()
        values = {spec.name: getattr(self._plan, spec.name) for spec in Plan.settings()}
        for title, specs in grouped(Plan.settings()):
            self.forms[title].show_settings([self._offered(spec) for spec in specs], values)
            for widget in (self._headings[title], self.forms[title]):
                widget.setVisible(any(spec.applies(values) for spec in specs))

        self._warn()

    def _offered(self, spec: Setting) -> Setting:
        """The device is chosen from those that there are."""
        if spec.name != "device" or not self._devices:
            return spec
        choices = tuple(dict.fromkeys(("auto", *self._devices, self._plan.device)))
        return replace(spec, type="choice", choices=choices)

    def _edit(self, name: str, value: object) -> None:
        if self._document is None:
            return
        try:
            plan = self._plan.changed(**{name: value})
        except NetloomError as error:
            self._form_of(name).refuse(name, str(error))
            return
        label = next(spec.label for spec in Plan.settings() if spec.name == name)
        with self._document.transaction(f"Set {label}", merge=f"plan.{name}"):
            self._document.set_section("plan", plan.to_json())

    def _form_of(self, name: str) -> SettingsForm:
        return self.forms[next(title for title, specs in grouped(Plan.settings()) if name in {s.name for s in specs})]


def _nothing() -> None:
    """What there is to stop before a document is shown."""


def grouped(settings: Sequence[Setting]) -> list[tuple[str, list[Setting]]]:
    """The settings under the headings of `GROUPS`."""
    by_name = {spec.name: spec for spec in settings}
    groups = [(title, [by_name.pop(name) for name in names if name in by_name]) for title, names in GROUPS]
    groups[-1][1].extend(by_name.values())
    return groups
