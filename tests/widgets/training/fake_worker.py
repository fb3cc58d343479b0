"""A worker without torch that speaks the protocol: for tests of the window against crashes, garbage and silence.

``python fake_worker.py MODE`` where MODE says how it misbehaves: ``good`` does not; ``crash`` kills itself after a few
points; ``garbage`` answers training with noise; ``refuse`` answers every request with an error; ``dead`` ends at once;
``fail`` ends training with a loss that is not a number; ``deaf`` ignores that its input closes; ``slow`` has to be
asked `PIECES` times more before it trains, or answers; ``endless`` never does.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from app.protocol.framing import Decoder, Message, encode
from app.training.runs import CHECKPOINT, Log, Run

STEPS = 10
EPOCHS = 4
PIECES = 4


class FakeWorker:
    """Trains nothing, slowly: a loss that falls like 1 / step."""

    def __init__(self, mode: str) -> None:
        self.mode = mode
        self.inbox: queue.Queue[Message | None] = queue.Queue()
        self.log: Log | None = None
        self.training = False
        self.paused = False
        self.step = 0
        self.run = ""
        self.watched: dict[str, Any] = {}
        self.done = 0
        self.forgotten: list[int] = []

    def say(self, type: str, arrays: dict[str, Any] | None = None, **fields: Any) -> None:
        """Send a message, and log it as training does."""
        os.write(1, encode(Message(type, fields, arrays or {})))
        if self.log is not None and type in ("started", "points", "epoch", "finished"):
            listed = {name: array.tolist() for name, array in (arrays or {}).items()}
            self.log.add({"event": type, **fields, **listed})

    def serve(self) -> None:
        """Answer until the input closes."""
        if self.mode == "dead":
            sys.exit("no torch here.")
        threading.Thread(target=self.listen, daemon=True).start()
        self.say("ready", devices=[{"id": "cpu", "title": "CPU, 2 cores"}], torch="0")
        while True:
            busy = self.training and not self.paused
            try:
                message = self.inbox.get(timeout=0.002 if busy else 60)
            except queue.Empty:
                self.advance()
                continue
            if message is None:
                return
            self.answer(message)

    def listen(self) -> None:
        """Read the input into the inbox."""
        decoder = Decoder()
        while data := os.read(0, 65536):
            for message in decoder.feed(data):
                self.inbox.put(message)
        if self.mode == "deaf":
            time.sleep(600)
        self.inbox.put(None)

    def answer(self, message: Message) -> None:
        """Do what one message asks."""
        fields = dict(message.fields)
        if self.mode == "refuse" and "id" in fields:
            self.say("error", id=fields["id"], message="The fake refuses.")
            return
        if self.mode in ("slow", "endless") and message.type in ("train", "echo") and self.done < PIECES:
            self.done += self.mode == "slow" or self.done < PIECES - 1
            sentence = f"Decoding pictures {self.done} of {PIECES}"
            progress: dict[str, Any] = {"what": "Decoding pictures", "done": self.done, "whole": PIECES, "kept": True}
            self.say("unfinished", id=fields["id"], sentence=sentence, **progress)
            return
        getattr(self, f"on_{message.type}", lambda _: None)(fields)

    def on_train(self, fields: dict[str, Any]) -> None:
        path = Path(fields["out"])
        Run.create(path, fields["project"], {"created": time.strftime("%Y-%m-%dT%H:%M:%S"), "base": fields["base"]})
        self.begin(path, 0, fields["paused"])

    def on_resume(self, fields: dict[str, Any]) -> None:
        self.begin(Path(fields["run"]), 2 * STEPS, fields["paused"])

    def begin(self, path: Path, step: int, paused: bool) -> None:
        self.log = Log(path / "metrics.jsonl")
        self.run, self.step, self.training, self.paused = str(path), step, True, paused
        self.say(
            "started", run=self.run, epochs=EPOCHS, epoch=step // STEPS + 1, step=step, steps_per_epoch=STEPS,
            parameters=42, device="cpu", metrics=["loss", "accuracy"], monitor="validation",
        )  # fmt: skip
        if paused:
            self.say("paused", step=step)

    def on_pause(self, fields: dict[str, Any]) -> None:
        self.paused = True
        self.say("paused", step=self.step)

    def on_go(self, fields: dict[str, Any]) -> None:
        self.paused = False
        self.say("resumed", step=self.step)

    def on_step(self, fields: dict[str, Any]) -> None:
        if self.training:
            self.advance()
            self.say("paused", step=self.step)

    def on_stop(self, fields: dict[str, Any]) -> None:
        if self.training:
            self.finish("stopped")

    def on_watch(self, fields: dict[str, Any]) -> None:
        self.watched = fields

    def on_echo(self, fields: dict[str, Any]) -> None:
        self.say("echo", **fields)

    def on_forget(self, fields: dict[str, Any]) -> None:
        self.forgotten.append(fields["request"])

    def on_forgotten(self, fields: dict[str, Any]) -> None:
        self.say("forgotten", id=fields["id"], requests=self.forgotten)

    def on_die(self, fields: dict[str, Any]) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def advance(self) -> None:
        """One step of pretended training."""
        self.step += 1
        epoch = (self.step - 1) // STEPS + 1
        loss = np.array([1 / self.step], np.float32)
        self.say("points", {"step": np.array([self.step]), "loss": loss})
        place = self.step - (epoch - 1) * STEPS
        self.say("progress", epoch=epoch, step=place, steps_per_epoch=STEPS, samples_per_second=12345.6, seconds_left=7)
        self.misbehave()
        if self.watched.get("filters"):
            arrays = {
                f"filters/{name}": np.full((4, 1, 3, 3), self.step, np.float32) for name in self.watched["filters"]
            }
            self.say("snapshot", arrays, step=self.step, epoch=epoch)
        if self.step % STEPS == 0:
            self.end_epoch(epoch)

    def end_epoch(self, epoch: int) -> None:
        metrics = {"loss": 1 / self.step, "accuracy": 1 - 1 / self.step}
        (Path(self.run) / CHECKPOINT).write_bytes(b"pretended")
        self.say(
            "epoch", epoch=epoch, epochs=EPOCHS, step=self.step, train=metrics, validation=metrics,
            learning_rate=0.001, seconds=0.1, best=True,
        )  # fmt: skip
        if epoch == EPOCHS:
            self.finish("completed")

    def misbehave(self) -> None:
        if self.mode == "crash" and self.step == STEPS + 5:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.mode == "garbage" and self.step == 3:
            os.write(1, b"Segmentation fault or some such print\n" * 50)
        if self.mode == "fail" and self.step == STEPS + 3:
            self.finish("failed", "The loss became NaN at step 13; lower the learning rate.")

    def finish(self, status: str, reason: str | None = None) -> None:
        self.training = False
        self.say(
            "finished", status=status, reason=reason, test={"loss": 0.1, "accuracy": 0.95}, best_epoch=1,
            epoch=1, step=self.step, seconds=1.0, run=self.run,
        )  # fmt: skip


if __name__ == "__main__":
    FakeWorker(sys.argv[1] if len(sys.argv) > 1 else "good").serve()
