"""What a pack takes along: a small window with a choice for the data and one for the runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QPushButton, QWidget

from app.system.number_format import counted, scaled
from app.training.run_labels import size_on_disk
from widgets.look.labels import text_label
from widgets.look.layouts import vbox

ALL, USED, NONE = "all", "used", "none"
DATA = (
    (ALL, "All files of the data"),
    (USED, "Only the files that were read"),
    (NONE, "No data: whoever opens it points to their own"),
)
SHIPPED = "The data ships with Netloom, so it need not be packed."
NO_DATA = "The project has no data yet."
NO_RUNS = "The project has no run with weights yet: not trained."


class PackDialog(QDialog):
    """Asks what of the data and which of the ``runs``, the latest first, go into the pack of the project ``title``.

    ``own_data`` says that the data lies in files of the user's; ``has_data`` that there is any. ``without_weights``
    are runs that cannot go along, which the list of runs shows as well.
    """

    def __init__(
        self,
        title: str,
        runs: Sequence[Path],
        *,
        has_data: bool,
        own_data: bool,
        without_weights: int = 0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("packDialog")
        self.setWindowTitle("Pack the project")
        self._runs = tuple(runs)
        self.data, self.which = QComboBox(), QComboBox()
        for value, words in DATA if own_data else ():
            self.data.addItem(words, value)
        for count, words in self._run_choices():
            self.which.addItem(words, count)
        intro = f"One .zip file to hand on: {title} opens from it on any machine, and predicts the same."
        self.choose = QPushButton("Choose a file…")
        self.choose.setProperty("primary", True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.addButton(self.choose, QDialogButtonBox.ButtonRole.AcceptRole)
        self.choose.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        vbox(
            text_label(intro, wrap=True),
            *_titled("Data", self.data, "" if own_data else SHIPPED if has_data else NO_DATA),
            *_titled("Runs", self.which, "" if self._runs else NO_RUNS),
            *(
                [text_label(_staying(without_weights), wrap=True, look="faint")]
                if self._runs and without_weights
                else []
            ),
            buttons,
            parent=self,
            margins=(20, 16, 20, 16),
            spacing=10,
        )
        self.setMinimumWidth(420)

    def _run_choices(self) -> list[tuple[int, str]]:
        if not self._runs:
            return []
        sizes = [size_on_disk(run) for run in self._runs]
        whole = f"All {len(sizes)} runs with weights ({scaled(sum(sizes), 'B')})"
        choices = [(1, f"The last run ({scaled(sizes[0], 'B')})"), (0, "No runs")]
        return [(len(sizes), whole), *choices] if len(sizes) > 1 else choices

    @property
    def extent(self) -> str:
        """What of the data goes along: ``all``, ``used`` or ``none``."""
        return str(self.data.currentData() or ALL)

    @property
    def chosen_runs(self) -> tuple[Path, ...]:
        """The runs that go along."""
        return self._runs[: int(self.which.currentData() or 0)]


def _staying(runs: int) -> str:
    """Why some runs do not go along."""
    return f"{counted(runs, 'run')} ended before any weights were written, and {'stays' if runs == 1 else 'stay'} here."


def _titled(title: str, box: QComboBox, instead: str) -> tuple[QWidget, QWidget]:
    """A choice below its title, or a sentence where there is nothing to choose."""
    box.setAccessibleName(title)
    return text_label(title, look="heading"), text_label(instead, wrap=True, look="faint") if instead else box
