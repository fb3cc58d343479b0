"""Long work in pieces: shown, stopped, gone on with, and shared by all who wait for it."""

from __future__ import annotations

import numpy as np
import pytest

from app.system.progress import Progress, Steps, UnfinishedError, Work, done, for_now, run_by


def counting(to: int, closed: list[int] | None = None) -> Steps[str]:
    count = 0
    try:
        for count in range(1, to + 1):
            yield Progress("Counting", count, to)
    finally:
        if closed is not None:
            closed.append(count)
    return "counted"


def test_work_goes_on_where_it_stood() -> None:
    work = Work(counting(3))
    seen = []
    while not work.advance(0):
        assert work.progress is not None
        seen.append(work.progress.done)
    assert (seen, work.result) == ([1, 2, 3], "counted")
    assert work.advance(0)


def test_progress_is_a_sentence_and_a_share() -> None:
    progress = Progress("Decoding pictures", 3200, 20000)
    assert progress.sentence == "Decoding pictures 3,200 of 20,000"
    assert progress.share == 0.16
    assert Progress("Reading", 1, 0, "MB").sentence == "Reading 1 of 0 MB"
    assert progress.to_json()["sentence"] == progress.sentence and progress.to_json()["kept"]


def test_work_is_run_at_once_unless_somebody_runs_it_otherwise() -> None:
    assert done("a", lambda: counting(5)) == "counted"
    with run_by(for_now(0)), pytest.raises(UnfinishedError, match="Counting 1 of 5") as caught:
        done("a", lambda: counting(5))
    work = caught.value.work
    while not work.advance(0):
        pass
    with run_by(for_now(0)):
        assert done("a", lambda: pytest.fail("begun anew")) == "counted"
    assert done("a", lambda: counting(1)) == "counted"


def test_all_who_wait_share_the_work() -> None:
    with run_by(for_now(0)):
        with pytest.raises(UnfinishedError) as first:
            done("b", lambda: counting(9))
        with pytest.raises(UnfinishedError, match="2 of 9") as second:
            done("b", lambda: pytest.fail("begun anew"))
    assert first.value.work is second.value.work


def test_stopped_work_puts_its_things_away() -> None:
    closed: list[int] = []
    work = Work(counting(9, closed))
    work.advance(0)
    work.close()
    assert closed == [1]


def test_work_that_failed_is_begun_anew() -> None:
    def failing() -> Steps[np.ndarray]:
        yield Progress("Failing", 0, 1)
        raise OSError("full")

    with run_by(for_now(0)), pytest.raises(UnfinishedError) as caught:
        done("c", failing)
    work = caught.value.work
    for _ in range(2):
        with pytest.raises(OSError, match="full"):
            work.advance()
    assert done("c", lambda: counting(2)) == "counted"
