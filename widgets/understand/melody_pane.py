"""What a network wrote, where it is a melody: as a piano roll that grows, as sound, and as a WAV file."""

from __future__ import annotations

from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QPushButton, QWidget

from app.data.readers.tokens import END, split_text
from app.numerics.melody import is_melody, samples_of, wav_bytes
from app.protocol.text_values import WrittenText
from graph.atomic_write import write_atomically
from graph.errors import NetloomError
from widgets.charts.piano_roll import PianoRoll
from widgets.look import file_dialogs
from widgets.look.layouts import Stretch, hbox, vbox
from widgets.look.plain_text import plain_tip
from widgets.look.theme import ThemeSource
from widgets.understand.melody_player import MelodyPlayer, multimedia
from widgets.understand.subject import Subject


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
        found = multimedia()
        self.player = MelodyPlayer(found, self) if found is not None else None
        self.play = QPushButton("Play", self)
        self.play.setVisible(self.player is not None)
        self.play.setToolTip(plain_tip("Hear the melody as far as it is written"))
        self.play.clicked.connect(self._play_or_stop)
        if self.player is not None:
            self.player.stopped.connect(lambda: self.play.setText("Play"))
        row = hbox(Stretch(1), self.play, self.save, margins=(0, 0, 4, 0))
        vbox((self.roll, 1), row, parent=self, spacing=4)
        self.hide()

    def show_text(self, beginning: str, text: WrittenText, steps: int) -> None:
        """Show a beginning and what was written behind it, if all of it is notes; room for so many more ``steps``."""
        given = split_text(beginning, "word")
        written = [token.text for token in text.tokens if token.text != END]
        self.tokens = (*given, *written)
        self.setVisible(is_melody(self.tokens))
        whole = len(self.tokens) if text.ended else min(len(given) + steps, len(self.tokens) + 8)
        self.roll.show_tokens(self.tokens, len(given), whole)

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
