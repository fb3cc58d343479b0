"""The training loop, as a generator of events: between two steps it can be paused, watched, saved and stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import nullcontext
from typing import Any

import numpy as np
import torch

from app.protocol.events import (
    Epoch,
    EpochConfusion,
    EvaluationProgress,
    Event,
    Finished,
    Paused,
    Points,
    Resumed,
    Snapshot,
    Started,
    Status,
    TrainingNote,
    TrainingProgress,
)
from app.protocol.views import NetworkViews
from app.system.locks import FileLock, try_lock
from app.system.memory_budget import taken
from app.training.batches import Batch
from app.training.confusion import ConfusionCount
from app.training.devices import Crowding, set_random_state
from app.training.diagnosis import NOT_A_NUMBER
from app.training.event_files import EventLog
from app.training.gan.sampling import sample_snapshots
from app.training.gan.snapshots import SampleSnapshots
from app.training.ranks import Asked
from app.training.runs import LOCK, METRICS, Log
from app.training.training_session import TrainingSession
from graph.errors import NetloomError

POINTS_EVERY = 0.05
"""Seconds between two events with loss points; also the longest that a request to pause or stop waits."""
PROGRESS_EVERY = 0.1
SAVE_EVERY = 5.0
"""Seconds between two checkpoints, at least; and saving takes at most a twentieth of the time."""

CONFUSION_EVERY = 0.5
"""Seconds between two confusion matrices, at least; the last epoch has one too."""

CARDS_EVERY = 0.8
"""Seconds between two looks at what cards show, at least."""

End = tuple[Status, str | None]
"""How training ended, and why."""


Inspect = Callable[[TrainingSession, bool], NetworkViews]
"""What is watched of a session as it stands; the flag says whether to look at what the cards show as well."""


def train(session: TrainingSession, inspect: Inspect | None = None) -> Generator[Event]:
    """Train ``session`` to its end; the last event is always `Finished`.

    Whoever iterates may do anything between two events, such as calling methods of ``session.control``. Closing the
    generator early saves a checkpoint. ``inspect`` fills the snapshots; without it there are none.
    """
    return _Training(session, inspect).events()


def take_snapshot(session: TrainingSession, inspect: Inspect, *, cards: bool = True) -> Snapshot:
    """What is watched of a session as it stands; ``cards`` is whether what the cards show is among it."""
    return Snapshot(session.position.steps, session.position.epochs + 1, inspect(session, cards))


class _Training:
    """The state that belongs to one call of `train`, beside the session's own."""

    def __init__(self, session: TrainingSession, inspect: Inspect | None) -> None:
        self.session, self.inspect, self.ranks = session, inspect, session.ranks
        self.stepper = session.stepper()
        self.samples_over_time: SampleSnapshots | None = None
        self.sizes: list[int] = []
        now = time.perf_counter()
        self.begun = self.epoch_begun = self.saved = self.shown = self.progressed = now
        self.due = self.ranks.due(now + POINTS_EVERY)
        self.log: Log | None = None
        self.event_log: EventLog | None = None
        self.asking: Asked = session.control
        self.cards_due = self.confusion_due = now
        self.cards_seen = False
        self.confusion: EpochConfusion | None = None
        self.saving = 0.0
        self.samples = 0
        self.samples_per_second: float | None = None
        self.epoch_seconds: float | None = None  # of the last epoch that was trained from its start
        self.from_start = True
        self.memory = 0  # the most that the process was seen to take
        several = session.model.device.type == "cpu" and torch.get_num_threads() > 1
        several = several and self.ranks.count == 1  # among several processes each would decide for itself
        self.crowding = Crowding(session.model.operations) if several else None

    def events(self) -> Generator[Event]:
        """Everything that happens, in order."""
        session = self.session
        lock = self.ranks.at_first(self._open)
        self.ranks.same(session.weights.tensors)
        if session.average is not None:
            self.ranks.same(session.average.saved[0])
        set_random_state(session.random, session.model.device)
        session.model.module.train()
        self.asking = self.ranks.listen(session.control)
        whole = False
        try:
            started = self._logged(self._started())  # from where on the log counts, which the event files go on from
            if self.ranks.first:
                self.event_log = EventLog.of(session.run, session.position.steps, wanted=session.tensorboard)
            yield started
            self.samples_over_time = sample_snapshots(session)
            if self.ranks.by_first(lambda: not session.run.checkpoint.exists()):
                self._save()  # whatever happens from now on, the run can be resumed
            end = yield from self._guarded()
            whole = True  # what follows saves first
            yield from self._finish(*end)
        except NetloomError as error:  # the disk is full, or the folder is gone
            whole = True
            if not self.ranks.first:
                raise
            yield self._finished("failed", str(error), {})
        finally:
            if not whole and self.ranks.count == 1:  # of several, the others are not there to save what is theirs
                self._collect()
                self._save()
            if self.log is not None:
                self.log.close()
            if self.event_log is not None:
                self.event_log.close()
            if lock is not None:
                lock.release(remove=True)

    def _open(self) -> FileLock:
        """Open the run for writing, which nobody else does meanwhile."""
        path = self.session.run.path
        lock = try_lock(path / LOCK)
        if lock is None:
            raise NetloomError(f"The run {path} is being trained by another Netloom, or cannot be written.")
        self.log = Log(path / METRICS)
        return lock

    def _guarded(self) -> Generator[Event, None, End]:
        """The epochs; running out of memory ends them with a remedy."""
        try:
            return (yield from self._epochs())
        except (MemoryError, torch.OutOfMemoryError):
            pass
        except RuntimeError as error:
            if "can't allocate memory" not in str(error):
                raise
        yield from self._flush()
        size = self.session.model.plan.batch_size
        return "failed", f"There is not enough memory for batches of {size} samples; choose a smaller batch size."

    def _epochs(self) -> Generator[Event, None, End]:
        session, plan = self.session, self.session.model.plan
        while session.position.epochs < session.epochs:
            end = yield from self._epoch()
            if end is not None:
                return end
            yield from self._epoch_done()
            # Short epochs may never be interrupted between two steps.
            self._save_if_due()
            yield from self._show_if_due()
            if plan.patience and session.best.waited >= plan.patience:
                return "completed", (
                    f"Stopped early: no better {session.monitor} loss for {plan.patience} epochs; "
                    f"the best was epoch {session.best.epoch}."
                )
        return "completed", None

    def _epoch(self) -> Generator[Event, None, End | None]:
        session, position, plan, asking = self.session, self.session.position, self.session.model.plan, self.asking
        self.epoch_begun, self.from_start = time.perf_counter(), position.batches == 0
        where = plan.seed, position.epochs, plan.batch_size, position.batches
        for batch in session.train.epoch(*where, self.ranks.stretch):
            if asking.asked or time.perf_counter() >= self.due:
                end = yield from self._between()
                if end is not None:
                    return end
            outputs = self._step(batch)
            if outputs is None:
                break
            session.meter.add(outputs, batch.targets)
            self.sizes.append(batch.counted)
            position.batches += 1
            position.steps += 1
            if session.average is not None:
                session.average.after(position.steps)
            if self.samples_over_time is not None:
                self.samples_over_time.after(position.steps)
        return (yield from self._flush())

    def _step(self, batch: Batch) -> Any:
        """One step; where several threads are in each other's way, training goes on with one."""
        lr = self.session.schedule.lr(self.session.position.steps)
        if self.crowding is None:
            return self.stepper.step(batch, lr)
        begun = time.perf_counter()
        outputs = self.stepper.step(batch, lr)
        if self.crowding.took(time.perf_counter() - begun):
            torch.set_num_threads(1)
            self.crowding = None
        return outputs

    def _between(self) -> Generator[Event, None, End | None]:
        """Between two steps: say what happened, and do what was asked."""
        control = self.session.control
        end = yield from self._flush()
        if end is not None:
            return end
        self._save_if_due()
        if self.ranks.by_first(lambda: control.paused and not control.stopping and not control.take_step()):
            yield from self._pause()
            control.take_step()
        if self.ranks.any(control.stopping):
            return "stopped", None
        yield from self._show_if_due()
        return None

    def _show_if_due(self) -> Generator[Event]:
        watch = self.session.control.watch
        if self.inspect is None or watch.empty:
            return
        # Cards wait for nothing at first: a training may be over before a look would be due.
        first = watch.live and not self.cards_seen
        if first or time.perf_counter() - self.shown >= watch.every:
            yield self._snapshot(self.inspect)

    def _pause(self) -> Generator[Event]:
        control, position = self.session.control, self.session.position
        begun = time.perf_counter()
        if self.inspect is not None and not control.watch.empty:
            yield self._snapshot(self.inspect)
        yield Paused(position.steps)
        self.ranks.wait(control)
        self._forget_time(time.perf_counter() - begun)
        if not control.paused:
            control.asked = control.stopping
            yield Resumed(position.steps)

    def _forget_time(self, seconds: float) -> None:
        """Time spent waiting counts for no speed and no duration."""
        self.begun += seconds
        self.epoch_begun += seconds
        self.progressed += seconds

    def _flush(self) -> Generator[Event, None, End | None]:
        """Hand out the losses since the last time, and how fast it goes."""
        points = self._collect()
        self.due = self.ranks.due(time.perf_counter() + POINTS_EVERY)
        self.memory = max(self.memory, taken())
        if points is not None:
            yield points
            progress = self._progress()
            if progress is not None:
                yield progress
        yield from self._notes()
        return self._diverged() if self.stepper.diverged else None

    def _notes(self) -> Generator[Event]:
        """What became of the TensorBoard log, once, where it could not be written."""
        if self.event_log is not None and self.event_log.fault:
            yield TrainingNote(self.event_log.fault)
            self.event_log = None

    def _collect(self) -> Event | None:
        """Take note of the losses since the last time; steps that turned out bad are taken back."""
        position, losses = self.session.position, self.stepper.collect()
        lost = len(self.sizes) - len(losses)
        position.steps -= lost
        position.batches -= lost
        for loss, size in zip(losses, self.sizes, strict=False):
            self.session.meter.add_loss(loss, size)
            self.samples += size
        self.sizes.clear()
        if not losses:
            return None
        steps = np.arange(position.steps - len(losses) + 1, position.steps + 1, dtype=np.int64)
        others = {name: np.array(values, np.float32) for name, values in self.stepper.other_losses.items()}
        return self._logged(Points(steps, np.array(losses, np.float32), others))

    def _diverged(self) -> End:
        position, plan = self.session.position, self.session.model.plan
        lr = self.session.schedule.lr(position.steps)
        remedy = f"Lower the learning rate (it was {lr:g})"
        remedy += "" if plan.clip else ", or switch gradient clipping on"
        return "failed", (
            f"{NOT_A_NUMBER} at step {position.steps + 1} (epoch {position.epochs + 1}); "
            f"the last good weights are kept. {remedy}."
        )

    def _epoch_done(self) -> Generator[Event]:
        """Measure, remember the best, and step on to the next epoch."""
        session, position = self.session, self.session.position
        lr = session.schedule.lr(position.steps - 1)
        train = self._measured()
        confusion = self._confusion()
        with session.average.in_use() if session.average is not None else nullcontext():
            validation = self.ranks.by_first(lambda: session.model.measure(session.validation, confusion))
            loss = (validation or train)["loss"]
            better = self._judge(loss)
            self.ranks.at_first(session.keep_epoch)
        session.schedule.epoch_done(loss)
        session.meter = session.model.meter()
        position.epochs += 1
        position.batches = 0
        seconds = time.perf_counter() - self.epoch_begun
        self.epoch_seconds = seconds if self.from_start else self.epoch_seconds
        done = position.epochs, session.epochs, position.steps
        event = self._logged(Epoch(*done, train, validation, lr, seconds, better))
        self._save_if_due()
        yield event
        if confusion is not None:
            self.confusion = EpochConfusion(position.epochs, confusion.classes, confusion.counts())
            yield self.confusion

    def _measured(self) -> dict[str, float]:
        """Loss and metrics on the training set in this epoch, of the samples of all processes.

        Running means of batch normalisation are those of the first process, which alone validates and saves.
        """
        meter, buffers = self.session.meter, self.session.weights.buffers
        for totals in self.ranks.others(meter.totals):
            meter.join(totals)
        self.ranks.same([] if buffers is None else [buffers])
        return self.ranks.by_first(meter.result)

    def _judge(self, loss: float) -> bool:
        """Whether an epoch with this loss is the best so far, whose weights are then kept."""
        session = self.session
        judged = session.model.objective.chosen_by_loss
        better = judged and loss < session.best.loss
        if better:
            session.best.loss, session.best.epoch, session.best.waited = loss, session.position.epochs + 1, 0
            session.best.saved = session.weights.copy() if session.model.plan.keep_best else None
        elif judged:
            session.best.waited += 1
        return better

    def _confusion(self) -> ConfusionCount | None:
        """What counts the classes of the validation set now and then, where there is one and classes are predicted."""
        session, now = self.session, time.perf_counter()
        due = now >= self.confusion_due or session.position.epochs + 1 == session.epochs
        if not (due and session.validation.samples and session.model.plan.objective == "supervised"):
            return None
        self.confusion_due = now + CONFUSION_EVERY
        return ConfusionCount.of(session.model.objective.heads)

    def _finish(self, status: Status, reason: str | None) -> Generator[Event]:
        """Save, keep the last confusion matrix, put the best weights into use, and test them."""
        session = self.session
        self._save()
        yield from self._notes()
        if self.samples_over_time is not None:
            self.samples_over_time.keep(session.position.steps)
        averaged = session.average.saved if session.average is not None else None
        kept = session.best.saved or averaged
        if kept is not None:
            session.weights.restore(kept)
        self.ranks.at_first(session.save_weights)
        if self.confusion is not None and self.confusion.counts.any():
            self._logged(self.confusion)
        try:
            test = {} if status == "failed" or not self.ranks.first else (yield from self._test())
        except GeneratorExit:
            self._logged(self._finished(status, reason, {}))
            raise
        yield self._logged(self._finished(status, reason, test))

    def _test(self) -> Generator[Event, None, dict[str, float]]:
        """Test the weights that are in use; how far that is is said where it takes more than a batch."""
        model = self.session.model
        feed = model.feed(model.prepared.test)
        steps, due = model.measure_steps(feed), time.perf_counter()
        if feed.samples > model.evaluation_size:
            yield EvaluationProgress(0, feed.samples)
        while True:
            try:
                share = next(steps)
            except StopIteration as last:
                measured: dict[str, float] = last.value
                return measured
            if share < 1 and time.perf_counter() >= due:
                due = time.perf_counter() + PROGRESS_EVERY
                yield EvaluationProgress(round(share * feed.samples), feed.samples)

    def _finished(self, status: Status, reason: str | None, test: dict[str, float]) -> Event:
        session, position = self.session, self.session.position
        best = session.best.epoch or None
        where = position.epochs, position.steps, self._seconds()
        self.memory = max(self.memory, taken())
        known = session.memory_before and self.memory
        used = max(0, self.memory - session.memory_before) if known else None
        return Finished(status, reason, test, best, *where, str(session.run.path), used)

    def _started(self) -> Event:
        session, position = self.session, self.session.position
        return Started(
            run=str(session.run.path),
            epochs=session.epochs,
            epoch=position.epochs + 1,
            step=position.steps,
            steps_per_epoch=session.steps_per_epoch,
            parameters=session.weights.count,
            device=str(session.model.device),
            metrics=session.meter.names(),
            monitor=session.monitor,
            fast_paths=session.model.fast_paths,
            processes=session.ranks.count,
        )

    def _progress(self) -> Event | None:
        now, session, position = time.perf_counter(), self.session, self.session.position
        spent = now - self.progressed
        if spent < PROGRESS_EVERY:
            return None
        fresh = self.samples / spent
        before = self.samples_per_second
        self.samples_per_second = fresh if before is None else 0.7 * before + 0.3 * fresh
        self.samples, self.progressed = 0, now
        left = session.epochs * session.train.samples - position.epochs * session.train.samples
        left -= position.batches * session.model.plan.batch_size
        speed = session.train.samples / self.epoch_seconds if self.epoch_seconds else self.samples_per_second
        seconds = max(0.0, left / speed) if speed else None
        return TrainingProgress(position.epochs + 1, position.batches, session.steps_per_epoch, fresh, seconds)

    def _snapshot(self, inspect: Inspect) -> Event:
        """What is on screen; for cards alone it takes at most a thirtieth of the time."""
        self.shown = begun = time.perf_counter()
        cards = self.session.control.watch.live and begun >= self.cards_due
        event = take_snapshot(self.session, inspect, cards=cards)
        if cards:
            self.cards_seen = True
            self.cards_due = time.perf_counter() + max(CARDS_EVERY, 30 * (time.perf_counter() - begun))
        return event

    def _save_if_due(self) -> None:
        if self.ranks.by_first(lambda: time.perf_counter() - self.saved > max(SAVE_EVERY, 20 * self.saving)):
            self._save()

    def _save(self) -> None:
        begun = time.perf_counter()
        position = self.session.position
        before, position.seconds = position.seconds, self._seconds()
        self.session.save()
        position.seconds = before
        self.saved = time.perf_counter()
        self.saving = self.saved - begun

    def _seconds(self) -> float:
        """Seconds of training in all, those before an interruption included."""
        return self.session.position.seconds + time.perf_counter() - self.begun

    def _logged(self, event: Event) -> Event:
        line = event.to_json()
        if self.log is not None:
            self.log.add(line)
        if self.event_log is not None:
            self.event_log.add(line)
        return event
