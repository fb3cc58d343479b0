"""Class imbalance notice: says where classes are lopsided, with a button that weighs them in the training settings."""

from __future__ import annotations

from collections.abc import Mapping

from app.training.plan import ADVERSARIAL, Plan, objective_of
from graph.document import Document
from widgets.training.inline_notice import InlineNotice

WEIGH = "Weigh the classes"


class LopsidedNotice(InlineNotice):
    """Shown while the classes of the data are lopsided and count alike in the loss; dismissed, it stays away."""

    _said = ""

    def follow(self, document: Document | None, sentence: str) -> None:
        """Say ``sentence`` of the data of ``document``, unless it is empty, was said already, or weights are chosen."""
        plan = document.sections.get("plan") if document is not None else None
        settings = plan if isinstance(plan, Mapping) else {}
        met = settings.get("class_weights", "none") != "none" or objective_of(settings) in ADVERSARIAL
        if document is None or not sentence or met:
            self._said = ""
            self.clear()
        elif sentence != self._said:
            self._said = sentence
            self.say(sentence, "warning", (WEIGH, lambda: weigh(document)))


def weigh(document: Document) -> None:
    """Have classes weighed automatically in the training settings; one undo takes it back."""
    section = document.sections.get("plan")
    plan = Plan.parse(section if isinstance(section, Mapping) else {})
    with document.transaction("Weigh the classes"):
        document.set_section("plan", plan.changed(class_weights="automatic").to_json())
