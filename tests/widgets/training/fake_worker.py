"""A worker without torch that speaks the protocol: for tests of the window against crashes, garbage and silence.

``python fake_worker.py MODE`` where MODE says how it misbehaves: ``good`` does not; ``crash`` kills itself after a few
points; ``garbage`` answers training with noise; ``refuse`` answers every request with an error; ``dead`` ends at once;
``fail`` ends training with a loss that is not a number; ``deaf`` ignores that its input closes; ``slow`` has to be
asked `PIECES` times more before it trains, or answers; ``endless`` never does; ``restless`` never stops.

What takes long to import is imported when it is first used: dozens of tests start one each, and many never train.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from app.protocol.events import Epoch, Finished, Paused, Points, Resumed, Snapshot, Started, Status
from app.protocol.events import TrainingProgress as Progress
from app.protocol.framing import Decoder, encode
from app.protocol.messages import DeviceInfo, Envelope, Forget, Message, Ping, Pong, Ready, Refused, Request, Unfinished
from app.protocol.training_messages import Go, Pause, Resume, Step, Stop, Train, TrainingBegun
from app.protocol.views import NetworkViews
from app.protocol.watch import Watch
from tests.widgets.training.echo import Die, Echo, Echoed, ForgottenRequests, Shout, Shouted, WhatWasForgotten

if TYPE_CHECKING:
    from app.training.runs import Log

STEPS = 10
EPOCHS = 4
PIECES = 4


class FakeWorker:
    """Trains nothing, slowly: a loss that falls like 1 / step."""

    def __init__(self, mode: str) -> None:
        self.mode = mode
        self.inbox: queue.Queue[Envelope | None] = queue.Queue()
        self.saying = threading.Lock()
        self.log: Log | None = None
        self.training = False
        self.paused = False
        self.step = 0
        self.run = ""
        self.watched = Watch()
        self.done = 0
        self.forgotten: list[int] = []

    def say(self, message: Message, id: int | None = None) -> None:
        """Send a message, and log it as training does."""
        with self.saying:
            os.write(1, encode(message, id))
        if self.log is not None and isinstance(message, Started | Points | Epoch | Finished):
            self.log.add(message.to_json())

    def serve(self) -> None:
        """Answer until the input closes."""
        if self.mode == "dead":
            sys.exit("no torch here.")
        threading.Thread(target=self.listen, daemon=True).start()
        self.say(Ready(devices=(DeviceInfo(id="cpu", title="CPU, 2 cores"),), torch="0"))
        while True:
            busy = self.training and not self.paused
            try:
                envelope = self.inbox.get(timeout=0.002 if busy else 60)
            except queue.Empty:
                self.advance()
                continue
            if envelope is None:
                return
            self.answer(envelope.message, envelope.id)

    def listen(self) -> None:
        """Read the input into the inbox."""
        decoder = Decoder()
        while data := os.read(0, 65536):
            for envelope in decoder.feed(data):
                if isinstance(envelope.message, Ping):
                    self.say(Pong())
                else:
                    self.inbox.put(envelope)
        if self.mode == "deaf":
            time.sleep(600)
        self.inbox.put(None)

    def answer(self, message: Message, id: int | None) -> None:
        """Do what one message asks."""
        if self.mode == "refuse" and id is not None:
            self.say(Refused(reason="The fake refuses."), id)
            return
        if self.mode in ("slow", "endless") and isinstance(message, Train | Echo) and self.done < PIECES:
            self.done += self.mode == "slow" or self.done < PIECES - 1
            sentence = f"Decoding pictures {self.done} of {PIECES}"
            progress = Unfinished(what="Decoding pictures", done=self.done, whole=PIECES, kept=True, sentence=sentence)
            self.say(progress, id)
        elif isinstance(message, Request):
            self.reply(message, id)
        else:
            self.obey(message)

    def reply(self, message: Message, id: int | None) -> None:
        """Answer a request."""
        match message:
            case Train():
                from app.training.runs import Run

                assert message.out is not None
                about = {"created": time.strftime("%Y-%m-%dT%H:%M:%S"), "base": message.base and str(message.base)}
                Run.create(message.out, dict(message.project), about)
                self.say(TrainingBegun(), id)
                self.begin(message.out, 0, message.paused)
            case Resume():
                self.say(TrainingBegun(), id)
                self.begin(message.run, 2 * STEPS, message.paused)
            case Echo():
                self.say(Echoed(word=message.word), id)
            case WhatWasForgotten():
                self.say(ForgottenRequests(numbers=tuple(self.forgotten)), id)

    def obey(self, message: Message) -> None:
        """Do what a command says."""
        match message:
            case Pause():
                self.paused = True
                self.say(Paused(self.step))
            case Go():
                self.paused = False
                self.say(Resumed(self.step))
            case Step() if self.training:
                self.advance()
                self.say(Paused(self.step))
            case Stop() if self.training and self.mode != "restless":
                self.finish("stopped")
            case Watch():
                self.watched = message
            case Shout():
                self.say(Shouted(message.word))
            case Forget():
                self.forgotten.append(message.request)
            case Die():
                os.kill(os.getpid(), signal.SIGKILL)

    def begin(self, path: Path, step: int, paused: bool) -> None:
        from app.training.runs import Log

        self.log = Log(path / "metrics.jsonl")
        self.run, self.step, self.training, self.paused = str(path), step, True, paused
        self.say(
            Started(self.run, EPOCHS, step // STEPS + 1, step, STEPS, 42, "cpu", ("loss", "accuracy"), "validation")
        )
        if paused:
            self.say(Paused(step))

    def advance(self) -> None:
        """One step of pretended training."""
        self.step += 1
        epoch = (self.step - 1) // STEPS + 1
        loss = np.array([1 / self.step], np.float32)
        self.say(Points(np.array([self.step]), loss))
        self.say(Progress(epoch, self.step - (epoch - 1) * STEPS, STEPS, 12345.6, 7.0))
        self.misbehave()
        if self.watched.filters:
            filters = {name: np.full((4, 1, 3, 3), self.step, np.float32) for name in self.watched.filters}
            self.say(Snapshot(self.step, epoch, NetworkViews(filters=filters)))
        if self.step % STEPS == 0:
            self.end_epoch(epoch)

    def end_epoch(self, epoch: int) -> None:
        from app.training.runs import CHECKPOINT

        metrics = {"loss": 1 / self.step, "accuracy": 1 - 1 / self.step}
        (Path(self.run) / CHECKPOINT).write_bytes(b"pretended")
        self.say(Epoch(epoch, EPOCHS, self.step, metrics, metrics, 0.001, 0.1, True))
        if epoch == EPOCHS:
            self.finish("completed")

    def misbehave(self) -> None:
        if self.mode == "crash" and self.step == STEPS + 5:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.mode == "garbage" and self.step == 3:
            os.write(1, b"Segmentation fault or some such print\n" * 50)
        if self.mode == "fail" and self.step == STEPS + 3:
            from app.training.diagnosis import NOT_A_NUMBER

            self.finish("failed", f"{NOT_A_NUMBER} at step 13 (epoch 2); lower the learning rate.")

    def finish(self, status: Status, reason: str | None = None) -> None:
        self.training = False
        self.say(Finished(status, reason, {"loss": 0.1, "accuracy": 0.95}, 1, 1, self.step, 1.0, self.run))


if __name__ == "__main__":
    FakeWorker(sys.argv[1] if len(sys.argv) > 1 else "good").serve()
