"""What the last run says about the samples of the data view."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.protocol.loose import Loose as Message
from app.training.runs import Run
from graph.errors import NetloomError
from widgets.charts.sample_tiles import Answer
from widgets.data.preview_values import Preview, few
from widgets.training.worker_link import WorkerLink


class Answers(QObject):
    """Asks the worker what a run says about a preview, where the run was trained on the same data.

    `found` carries a list with an `Answer`, or None, for each sample; it is empty where there is nothing to say.
    """

    found = Signal(object)

    def __init__(self, link: WorkerLink, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self._run: Run | None = None
        self._preview: Preview | None = None
        self._section: Mapping[str, Any] | None = None
        self._request: int | None = None
        self._watched, self._stale = False, False

    def watch(self, watched: bool) -> None:
        """Say whether anybody looks: only then is the worker asked."""
        self._watched = watched
        if watched and self._stale:
            self._ask()

    def show_run(self, path: Path | None) -> None:
        """Take the run in ``path`` as the one that answers; one that cannot be read says nothing."""
        try:
            self._run = Run.open(path) if path is not None else None
        except NetloomError:
            self._run = None
        self._ask()

    def look_at(self, preview: Preview | None, section: Mapping[str, Any] | None) -> None:
        """Answer for the samples of a preview of the choice of data in ``section``."""
        self._preview, self._section = preview, section
        self._ask()

    def _ask(self) -> None:
        if self._request is not None:
            self._link.forget(self._request)
            self._request = None
        run, preview = self._run, self._preview
        if run is None or preview is None or self._section != run.project.sections.get("data"):
            self._stale = False
            self.found.emit([])
            return
        self._stale = not self._watched
        if self._stale:
            return
        index = preview.index.tolist()
        self._request = self._link.ask("answers", self._take, self._refuse, run=str(run.path), index=index)

    def _take(self, message: Message) -> None:
        self._request = None
        if self._preview is not None:
            self.found.emit(told(self._preview, message))

    def _refuse(self, _reason: str) -> None:
        """A run without weights has no answers; the run list says why."""
        self._request = None
        self.found.emit([])


def told(preview: Preview, message: Message) -> list[Answer | None]:
    """The answers in words, one for each sample of ``preview``, None for samples that are in no part."""
    target, arrays = message.fields["target"], message.arrays
    said: dict[int, Answer] = {}
    classes, units = target.get("classes") or (), target.get("units") or ()
    if classes:
        true = dict(zip(preview.index.tolist(), preview.values[target["name"]].tolist(), strict=True))
        for place, number, chance in zip(arrays["index"], arrays["class"], arrays["probability"], strict=True):
            said[int(place)] = Answer(
                f"says {classes[number]}", bool(true[int(place)] == number), f", {chance:.0%} sure"
            )
    elif "tokens" in arrays:
        words = preview.texts.get(target["name"], ())
        true_texts = dict(zip(preview.index.tolist(), words, strict=True)) if words else {}
        for place, text in zip(arrays["index"], message.fields["texts"], strict=True):
            said[int(place)] = Answer(f"says {text}", true_texts.get(int(place)) == text)
    elif len(target["shape"]) == 1:
        unit = units[0] if units else ""
        values = np.asarray(arrays["value"], dtype=np.float64).tolist()
        said = {
            int(place): Answer(f"says {few(numbers, unit)}", None, values=tuple(numbers))
            for place, numbers in zip(arrays["index"], values, strict=True)
        }
    return [said.get(int(place)) for place in preview.index] if said else []
