"""What a network wrote, where it is a melody: as a piano roll that grows, as sound, and as a WAV file."""

from __future__ import annotations

from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QPushButton, QWidget

from app.numerics.melody import is_melody, samples_of, wav_bytes
from graph.atomic_write import write_atomically
from graph.errors import NetloomError
from widgets.charts.piano_roll import PianoRoll
from widgets.look import file_dialogs
from widgets.look.layouts import Stretch, hbox, vbox
from widgets.look.plain_text import plain_tip
from widgets.look.theme import ThemeSource
from widgets.understand.melody_player import MelodyPlayer, multimedia
from widgets.understand.subject import Subject

AHEAD = 8
"""Steps that are to come for which there is room already, at most."""


class MelodyPane(QWidget):
    """A piano roll, and buttons that play it and save it as sound; hidden where tokens are no notes.

    Without Qt Multimedia, or a device that it could play on, there is no button that plays.
    """

    def __init__(self, source: ThemeSource, subject: Subject, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._subject = subject
        self.tokens: tuple[str, ...] = ()
        self.roll = PianoRoll(source, self)
        self.save = QPushButton("Save as WAV…", self)
        self.save.setToolTip(plain_tip("Save how the melody sounds as a WAV file, which any player plays"))
        self.save.clicked.connect(self._save)
        self.player: MelodyPlayer | None = None
        self._looked_for_sound = False
        self.play = QPushButton("Play", self)
        self.play.hide()
        self.play.setToolTip(plain_tip("Hear the melody as far as it is written"))
        self.play.clicked.connect(self._play_or_stop)
        row = hbox(Stretch(1), self.play, self.save, margins=(0, 0, 4, 0))
        vbox((self.roll, 1), row, parent=self, spacing=4)
        self.hide()

    def show_tokens(self, tokens: tuple[str, ...], given: int, most: int) -> None:
        """Show tokens, of which the first ``given`` are a beginning, if all are notes; there is room for ``most``."""
        self.tokens = tokens
        melodious = is_melody(tokens)
        self.setVisible(melodious)
        if melodious:
            self.roll.show_tokens(tokens, given, min(most, len(tokens) + AHEAD))

    def showEvent(self, event: QShowEvent) -> None:
        """The first melody asks what it could be played on: most texts are none, and to ask takes long."""
        if not self._looked_for_sound:
            self._looked_for_sound = True
            self._look_for_sound()
        super().showEvent(event)

    def _look_for_sound(self) -> None:
        found = multimedia()
        if found is not None:
            self.player = MelodyPlayer(found, self)
            self.player.stopped.connect(lambda: self.play.setText("Play"))
            self.play.show()

    def hideEvent(self, event: QHideEvent) -> None:
        """What is out of sight is not heard."""
        if self.player is not None:
            self.player.stop()
        super().hideEvent(event)

    def _play_or_stop(self) -> None:
        if self.player is None:
            return
        if self.player.playing:
            self.player.stop()
        else:
            self.player.play(samples_of(self.tokens))
            self.play.setText("Stop")

    def _save(self) -> None:
        """Ask for a file, and write the sound into it."""
        path = file_dialogs.ask_path(self, "Save the melody", "melody.wav", "WAV sound (*.wav)", ".wav")
        if path is None:
            return
        try:
            write_atomically(path, wav_bytes(self.tokens))
        except NetloomError as error:
            self._subject.failed.emit(str(error))
