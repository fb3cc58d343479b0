"""What the training panel says of a training: what is wrong with it and what repairs it, and which edits count."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.training.diagnosis import Diagnosis
from app.training.plan import Plan
from app.training.plan_problems import readable_plan
from app.training.runs import Run
from app.training.usual_rates import high_rate_warning, lower_rate_fix
from graph.changes import SectionSet
from graph.checking.fixes import Change, Fix
from graph.document import Commit, Document
from graph.errors import NetloomError
from widgets.training.inline_notice import InlineNotice, Tone
from widgets.training.settings_form import PlanForm
from widgets.training.training_controller import TrainingController
from widgets.training.training_state import State

MOST_NAMED = 3
"""Changed settings that are listed by name."""


class TrainingAdvice(QObject):
    """Fills the notice of the panel, and marks the settings concerned in the form.

    `retrain_wanted` carries a `Fix` to apply first, or None, and whether to begin from the weights reached so far;
    `more_wanted` a `Fix` to apply, after which the last run is to go on.
    """

    retrain_wanted = Signal(object, bool)
    more_wanted = Signal(object)

    def __init__(self, controller: TrainingController, notice: InlineNotice, form: PlanForm) -> None:
        super().__init__(notice)
        self._controller, self._notice, self._form = controller, notice, form
        self._document: Document | None = None
        self._stop: Callable[[], object] = lambda: None
        self._told: set[str] = set()
        self._said = self._rate_warned = ""
        self._rate_before: float | None = None
        """The learning rate from which it was raised last, by one edit or several; None where it was not."""
        self._known: tuple[Path, Plan] | None = None
        controller.health.changed.connect(self._on_health)
        controller.stateChanged.connect(self._on_state)
        controller.restored.connect(self._on_restored)
        controller.forgotten.connect(self._on_forgotten)

    def set_document(self, document: Document) -> None:
        """Watch the training settings of a document; what was said of the one before is gone."""
        self.close_document()
        self._document = document
        self._stop = document.subscribe(self._on_commit)
        self.warn_of_rate()

    def close_document(self) -> None:
        """Let go of the document, and of what is said of it."""
        self._stop()
        self._stop = lambda: None
        self._document = self._rate_before = None
        self._said = self._rate_warned = ""
        self._notice.clear()

    # What is wrong

    def _on_state(self, state: State) -> None:
        if state is State.STARTING:
            self._told.clear()
            self._said = ""
        elif state is State.FINISHED:
            self._told.clear()  # what still holds at the end is said once more, with what is known by then
            self._on_health()

    def _on_restored(self) -> None:
        """A run that is opened again keeps its marks; what was said of it is not said anew."""
        health, controller = self._controller.health, self._controller
        if not controller.active:
            health.blockSignals(True)
            health.look_at(controller.run)
            health.blockSignals(False)
        self._told = {diagnosis.kind for diagnosis in health.found}
        self._mark()

    def _on_forgotten(self) -> None:
        if not self._controller.active:
            self._controller.health.look_at(None)
        self._rate_warned = ""
        self._mark()

    def _on_health(self) -> None:
        found = self._controller.health.found
        self._mark()
        if not self._controller.own:
            return
        new = next((diagnosis for diagnosis in found if diagnosis.kind not in self._told), None)
        self._told |= {diagnosis.kind for diagnosis in found}
        if new is not None:
            self._say(new.text, *self._offers(new), setting=new.setting)
        elif not found and self._said and self._notice.text == self._said:
            self._notice.clear()

    def _say(self, sentence: str, *offers: tuple[str, Callable[[], object]], setting: str = "") -> None:
        """Say something of a training, beside the field of the ``setting`` that it is about."""
        self._said = sentence
        self._show(sentence, "warning", *offers, beside=self._field(setting))

    def _show(
        self, sentence: str, tone: Tone, *offers: tuple[str, Callable[[], object]], beside: QWidget | None = None
    ) -> None:
        """Show a notice whose offers act as long as the document is open that they are made for."""
        kept = [(title, partial(self._act, self._document, act)) for title, act in offers]
        self._notice.say(sentence, tone, *kept, beside=beside)

    def _act(self, document: Document | None, act: Callable[[], object]) -> None:
        if document is self._document:
            act()

    def _field(self, setting: str) -> QWidget | None:
        return self._form.bring_into_view(setting) if setting else None

    def _offers(self, diagnosis: Diagnosis) -> Iterator[tuple[str, Callable[[], object]]]:
        if self._controller.active and diagnosis.kind == "overfitting":
            yield "Stop here", self._controller.stop
        if (fix := self.repair(diagnosis)) is not None and diagnosis.goes_on:
            yield fix.title, partial(self.more_wanted.emit, fix)
        elif fix is not None:
            yield f"{fix.title} and train again", partial(self.retrain_wanted.emit, fix, False)

    def repair(self, diagnosis: Diagnosis) -> Fix | None:
        """The edit that repairs the last run: of a rate that was raised, back to that before; None where there is none.

        A rate that was there before, such as that of a preset, is better known to work than one that is usual.
        """
        used = self._used()
        back = self._back_below(used.learning_rate) if used and diagnosis.setting == "learning_rate" else None
        return back or next(iter(diagnosis.remedies), None)

    def _back_below(self, rate: float) -> Fix | None:
        """The edit that takes the learning rate back to what it was before it was raised, if that is below ``rate``."""
        before = self._rate_before
        if before is None or before >= rate:
            return None
        return Fix(f"Use learning rate {before:g}", (Change("plan", {"learning_rate": before}),))

    def on_failure(self, reason: str) -> None:
        """Say why a training failed; the repair comes first, and Resume after it."""
        controller, run = self._controller, self._controller.run
        if run is None or not controller.resumable or controller.refused:
            self._notice.say(reason)
            return
        self._told |= {diagnosis.kind for diagnosis in controller.health.found}
        cause = controller.health.found[:1]
        offers = [offer for diagnosis in cause for offer in self._offers(diagnosis)]
        resume = ("Resume", lambda: controller.resume(run))
        field = self._field(cause[0].setting if cause else "")
        self._show(f"{reason} Nothing of your project is lost.", "error", *offers, resume, beside=field)

    def _mark(self) -> None:
        """Mark the settings concerned, as long as they are what the run was trained with."""
        used, found = self._used(), self._controller.health.found
        same = [diagnosis for diagnosis in found if used is not None and self._unchanged(diagnosis.setting, used)]
        self._form.show_warnings({diagnosis.setting: diagnosis.text for diagnosis in same})

    def _unchanged(self, setting: str, used: Plan) -> bool:
        return bool(setting) and bool(getattr(self._form.plan, setting) == getattr(used, setting))

    def _used(self) -> Plan | None:
        """The training settings of the last run of the project."""
        run = self._controller.run
        if run is None or not self._controller.own:
            return None
        if self._known is None or self._known[0] != run:
            try:
                self._known = run, Plan.of(Run.open(run).project)
            except NetloomError:
                return None
        return self._known[1]

    # Which edits count

    def _on_commit(self, commit: Commit) -> None:
        edits = [change for change in commit.changes if isinstance(change, SectionSet) and change.section == "plan"]
        if not edits:
            return
        self._note_rate(readable_plan(edits[0].old), readable_plan(edits[-1].new))
        self._mark()
        if self._controller.active and self._controller.own:
            self._tell_changes()
        else:
            self.warn_of_rate()

    def _note_rate(self, old: Plan | None, new: Plan | None) -> None:
        """Remember from where the learning rate is raised; once it is lowered, there is nothing to go back to."""
        if old is None or new is None or new.learning_rate < old.learning_rate:
            self._rate_before = None
        elif new.learning_rate > old.learning_rate and self._rate_before is None:
            self._rate_before = old.learning_rate

    def warn_of_rate(self) -> None:
        """Before training: a learning rate that is too high, with what lowers it; gone once it is lower."""
        document = self._document
        if document is None:
            return  # the form still holds the settings of the project before
        before, warning = self._rate_warned, high_rate_warning(self._form.plan)
        self._rate_warned = warning
        if warning and warning != before:
            fix = lower_rate_fix(self._form.plan)  # that of the list of problems, which tells the same
            self._say(warning, (fix.title, partial(fix.apply, document)), setting="learning_rate")
        elif before and not warning and self._notice.text == before:
            self._notice.clear()

    def _tell_changes(self) -> None:
        used, wanted = self._used(), self._form.plan
        changed = changes(used, wanted) if used is not None else []
        if not changed:
            if self._notice.text == self._said:
                self._notice.clear()
            return
        named = ", ".join(changed[:MOST_NAMED]) + (", …" if len(changed) > MOST_NAMED else "")
        place = "the best epoch" if used is not None and used.keep_best else "here"
        self._say(
            f"Changed: {named}. This counts from the next training; the run in progress goes on as it began.",
            (f"Go on from {place}", lambda: self.retrain_wanted.emit(None, True)),
            ("Begin again with it", lambda: self.retrain_wanted.emit(None, False)),
        )


def changes(before: Plan, after: Plan) -> list[str]:
    """The settings that differ and have an effect, each with both of its values."""
    values = {spec.name: getattr(after, spec.name) for spec in Plan.settings()}
    return [
        f"{spec.label} {_text(getattr(before, spec.name))} → {_text(values[spec.name])}"
        for spec in Plan.settings()
        if spec.applies(values) and getattr(before, spec.name) != values[spec.name]
    ]


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
