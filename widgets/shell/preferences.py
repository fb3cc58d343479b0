"""Preferences, each declared once, and what the window remembers between starts; both are JSON files in the home.

This module is needed before the first paint and imports nothing heavy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.system.remembered import read_object, write_object
from widgets.start.recent_project import RecentProject

if TYPE_CHECKING:
    from graph.layers.settings import Setting


@dataclass(frozen=True)
class Preference:
    """One preference, with the same facts as a layer's setting, from which its field is made."""

    name: str
    type: str
    default: Any
    label: str
    help: str
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    unit: str | None = None
    remark: Callable[[], str] | None = None
    """What else is to be said of it on this machine, behind the help."""

    def accepts(self, value: object) -> bool:
        """Whether a value read from a file can be used."""
        if self.choices:
            return value in self.choices
        if isinstance(value, bool) or not isinstance(value, int | float):
            return type(value) is type(self.default)
        low = self.minimum is None or value >= self.minimum
        return self.type in ("int", "float") and low and (self.maximum is None or value <= self.maximum)


def _memory_remark() -> str:
    """How much 0 is here, or what comes before the preference."""
    import os

    from app.system.memory_budget import GIGABYTE, VARIABLE, default_budget

    budget = os.environ.get(VARIABLE, "").strip()
    if budget:
        return f"The environment variable {VARIABLE} comes before it, and says {budget}."
    return f"0: a quarter of this machine's, {default_budget() / GIGABYTE:.1f} GB."


PREFERENCES: tuple[Preference, ...] = (
    Preference(
        "theme", "choice", "system", "Look", "Light, dark, or as the system has it.", ("system", "light", "dark")
    ),
    Preference(
        "text_size", "int", 100, "Text size", "Size of all text and of the wires.", minimum=80, maximum=200, unit="%"
    ),
    Preference("projector", "bool", False, "Projector", "Larger text and wires for the back row; F9 switches it."),
    Preference(
        "smoothing",
        "float",
        0.6,
        "Smoothing of plots",
        "How strongly noisy curves are averaged: 0 shows them as they are.",
        minimum=0.0,
        maximum=0.99,
    ),
    Preference("device", "text", "auto", "Device", "Where new projects train: auto, cpu, cuda or cuda:1."),
    Preference(
        "memory",
        "float",
        0.0,
        "Memory for data",
        "How much memory the samples of a data set may take at most.",
        minimum=0.0,
        maximum=100_000.0,
        unit="GB",
        remark=_memory_remark,
    ),
    Preference(
        "tensorboard",
        "bool",
        False,
        "TensorBoard log",
        "Trainings that begin write event files for TensorBoard too, in their run folder.",
    ),
    Preference(
        "live_cards",
        "bool",
        True,
        "Live cards",
        "While training, cards show filters and activations, and a mark where a layer learns badly.",
    ),
    Preference("hints", "bool", True, "Hints", "Say where a network departs from good habits, and offer the change."),
    Preference(
        "hidden_hints",
        "text",
        "",
        "Hints never shown",
        "“Never show” beside a hint puts its name here, such as no_activation; delete a name to see such hints again.",
    ),
    Preference("start_page", "bool", True, "Start page", "Show the start page when Netloom opens without a file."),
    Preference("offer_tour", "bool", True, "Offer the tour", "Offer the tour of one minute on the start page."),
)
"""Every preference, in the order of the dialog."""


def as_settings() -> tuple[Setting, ...]:
    """The preferences as settings, for a form."""
    from graph.layers.settings import Setting

    return tuple(
        Setting(
            name=preference.name,
            type=preference.type,
            default=preference.default,
            help=f"{preference.help} {preference.remark()}" if preference.remark is not None else preference.help,
            minimum=preference.minimum,
            maximum=preference.maximum,
            choices=preference.choices,
            unit=preference.unit,
            label=preference.label,
        )
        for preference in PREFERENCES
    )


class Preferences:
    """The values in force. Setting one writes the file and tells the listeners its name."""

    def __init__(self, file: Path) -> None:
        self._file = file
        stored = read_object(file)
        self._values = {
            preference.name: stored[preference.name]
            if preference.name in stored and preference.accepts(stored[preference.name])
            else preference.default
            for preference in PREFERENCES
        }
        self._listeners: list[Callable[[str], None]] = []
        self.refusal = ""
        """Why the last change was not written, in a sentence; it holds until Netloom ends."""

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    @property
    def values(self) -> Mapping[str, Any]:
        """All values by name."""
        return dict(self._values)

    def set(self, name: str, value: object) -> None:
        """Change one preference."""
        if self._values[name] == value:
            return
        self._values[name] = value
        self.refusal = write_object(self._file, self._values)
        for listener in tuple(self._listeners):
            listener(name)

    def subscribe(self, listener: Callable[[str], None]) -> Callable[[], None]:
        """Call ``listener`` with the name of each preference that changes; returns how to stop it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)


class Memory:
    """What the window remembers by itself: its size, its dividers, the last files.

    What another window has remembered since is taken over, so that neither forgets what the other knows.
    """

    RECENT = 12
    """Saved projects that are remembered; those that were never saved are all, until they are saved or thrown away."""
    GONE = 100
    """Of projects that were never saved and whose run is gone so many are remembered: a run may be put back."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read = _stamp(file)
        self._known = read_object(file)

    @property
    def _values(self) -> dict[str, Any]:
        stamp = _stamp(self._file)
        if stamp != self._read and stamp is not None:
            self._read, self._known = stamp, read_object(self._file) or self._known
        return self._known

    def get(self, name: str, default: Any = None) -> Any:
        """What was remembered as ``name``."""
        return self._values.get(name, default)

    def put(self, **values: Any) -> None:
        """Remember JSON values."""
        known = self._values
        if any(known.get(name) != value for name, value in values.items()):
            known.update(values)
            write_object(self._file, known)
            self._read = _stamp(self._file)

    @property
    def _names(self) -> list[str]:
        """Files opened or saved lately, the latest first, be they there or not."""
        listed = self._values.get("recent")
        return [name for name in listed if isinstance(name, str)] if isinstance(listed, list) else []

    @property
    def recent(self) -> list[Path]:
        """Files opened or saved lately that still exist, the latest first."""
        return [Path(name) for name in self._names if Path(name).is_file()]

    @property
    def scores(self) -> dict[str, str]:
        """What came of the last runs of projects, in words, by their files."""
        kept = self._values.get("scores")
        return {name: words for name, words in kept.items() if isinstance(words, str)} if isinstance(kept, dict) else {}

    @property
    def unsaved(self) -> dict[str, tuple[str, str]]:
        """Projects that were trained and never saved: id and name of each, by the project file of its last run."""
        kept = self._values.get("unsaved")
        pairs = kept.items() if isinstance(kept, dict) else ()
        return {
            file: (pair[0], pair[1])
            for file, pair in pairs
            if isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair)
        }

    def is_unsaved(self, id_: str) -> bool:
        """Whether a project was trained, never saved, and left, and its run is still there."""
        return any(id_ == known and Path(file).is_file() for file, (known, _) in self.unsaved.items())

    def continued(self, open_id: str = "", open_file: Path | None = None) -> list[RecentProject]:
        """What to continue with, the latest first, without the open project: ``open_id`` with ``open_file``, if any."""
        unsaved, scores = self.unsaved, self.scores
        listed = []
        for path in self.recent:
            id_, name = unsaved.get(str(path), ("", path.stem))
            if path != open_file and (not id_ or id_ != open_id):
                listed.append(RecentProject(path, name, scores.get(str(path), ""), unsaved=bool(id_)))
        return listed

    def keep_score(self, path: Path, words: str) -> None:
        """Remember what came of the last run of the project in ``path``."""
        recent = {str(file) for file in self.recent}
        kept = {name: score for name, score in self.scores.items() if name in recent}
        self.put(scores={**kept, str(path): words})

    def keep_unsaved(self, id_: str, name: str, path: Path | None) -> None:
        """Remember a project without a file by that of its last run; None once it has a file of its own."""
        before = self.unsaved
        kept = {file: list(pair) for file, pair in before.items() if pair[0] != id_}
        for file in [file for file in kept if not Path(file).is_file()][: -self.GONE]:
            del kept[file]
        left = before.keys() - kept.keys() - {str(path)}
        names = [name for name in self._names if name not in left]
        self.put(recent=names, unsaved={**kept, str(path): [id_, name]} if path is not None else kept)
        if path is not None:
            self.opened(path)

    def opened(self, path: Path) -> None:
        """Put ``path`` first among the recent files."""
        unsaved, first = self.unsaved, str(path)
        others = [name for name in self._names if name != first]
        saved = [name for name in others if name not in unsaved and Path(name).is_file()]
        room = self.RECENT - (first not in unsaved)
        kept = {*saved[:room], *unsaved}
        self.put(recent=[first, *(name for name in others if name in kept)])

    def forget(self, path: Path) -> Callable[[], None]:
        """Continue with a project no more; returns how that is taken back."""
        name, names, unsaved = str(path), self._names, self.unsaved
        place = names.index(name) if name in names else 0
        own = unsaved.pop(name, None)
        self.put(
            recent=[each for each in names if each != name], unsaved={file: [*pair] for file, pair in unsaved.items()}
        )

        def take_back() -> None:
            listed = [each for each in self._names if each != name]
            known = {file: [*pair] for file, pair in self.unsaved.items()}
            both = {**known, name: [*own]} if own is not None else known
            self.put(recent=[*listed[:place], name, *listed[place:]], unsaved=both)

        return take_back


def _stamp(file: Path) -> tuple[int, int, int] | None:
    """A cheap sign that a file is another than it was; None where there is none."""
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size
