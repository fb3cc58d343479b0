"""Whatever crashes, and whoever writes the file meanwhile: nothing is written over, and no kept work is lost."""

from __future__ import annotations

import random
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from app.project.recovery import unsaved
from graph.project import project_json, read_project
from graph.steps import finished
from tests.battery.editing import edits, large_project
from tests.battery.promise import Promise, Round
from widgets.shell.overtaken import OvertakenError
from widgets.shell.project_session import ProjectSession, opening

CASES = 20
"""In one round."""
STEPS = 12


def play(round: Round) -> int:
    """Sessions that open, edit, crash, recover and save, with others who write the file in between."""
    app = QCoreApplication.instance() or QCoreApplication([])
    for number in range(CASES):
        place = round.place / str(number)
        place.mkdir()
        story = _Story(place, round.chance)
        try:
            for _ in range(STEPS):
                story.go_on()
                app.processEvents()
        except AssertionError as error:
            error.add_note(" -> ".join(story.told))
            raise
        finally:
            story.crash()
    return CASES


class _Story:
    """One file, the session that has it open, if any, and what the file must hold."""

    def __init__(self, place: Path, chance: random.Random) -> None:
        self.place, self.chance, self.told = place, chance, list[str]()
        self.path = place / "a.netloom"
        large_project(self.path, 30)
        self.session: ProjectSession | None = None
        self.unseen = False
        """Whether somebody has written the file, and the session does not know of it."""
        self.versions = 0
        self.kept: dict[str, object] | None = None

    def go_on(self) -> None:
        """Something that can happen now."""
        own = (self.edit, self.edit, self.save, self.crash) if self.session else (self.open,)
        act = self.chance.choice((self.write_elsewhere, *own))
        self.told.append(act.__name__)
        act()

    def write_elsewhere(self) -> None:
        """Somebody else saves something into the file."""
        self.versions += 1
        large_project(self.path, 3 + self.versions)
        self.unseen = True

    def open(self) -> None:
        """A new session takes over what is left of the last one, else the file, which may change while it is read."""
        self.session = ProjectSession(self.place / "recovery", self.place / "locks")
        (self.place / "recovery").mkdir(exist_ok=True)
        (self.place / "locks").mkdir(exist_ok=True)
        entries = unsaved(self.place / "recovery")
        assert len(entries) == (self.kept is not None)
        if entries:
            self.session.recover(entries[0])
            assert project_json(self.session.project) == self.kept, "what is recovered is not what there was"
            return
        opened = finished(opening(self.path))
        self.unseen = False
        if self.chance.random() < 0.2:
            self.write_elsewhere()
        self.session.take_over(opened)

    def edit(self) -> None:
        """A few edits."""
        assert self.session is not None
        for number in edits(self.session.document, self.chance.getrandbits(31)):
            if number == 3:
                break

    def save(self) -> None:
        """Save, over another's work only when this is wanted."""
        assert self.session is not None
        before = self.path.read_bytes()
        try:
            self.session.save()
            assert not self.unseen, "somebody else's work was written over"
        except OvertakenError:
            assert self.unseen and self.path.read_bytes() == before
            if self.chance.random() < 0.5:
                return
            self.session.keep_mine()
            self.session.save()
        self.unseen = False
        assert project_json(read_project(self.path)) == project_json(self.session.project)

    def crash(self) -> None:
        """The process ends."""
        if self.session is None:
            return
        self.kept = project_json(self.session.project) if self.session.modified else None
        self.session._journal._journal.abandon()
        self.session.close()
        self.session = None


PROMISE = Promise("work that is recovered never takes the place of somebody else's, and none is lost", 100_000, play)
