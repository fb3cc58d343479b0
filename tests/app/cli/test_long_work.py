"""Long work on the command line: a bar on stderr, silence with --json, and Ctrl+C."""

from __future__ import annotations

import io
import signal
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from app.cli import long_work
from app.cli.long_work import waiting as runner_for
from app.data.readers import decoded_pictures
from app.system.progress import Progress, Steps, Work
from graph.errors import NetloomError
from tests.app.cli.calling import Caller


def counting(to: int, kept: bool = True) -> Steps[str]:
    for count in range(1, to + 1):
        if count == 5:
            signal.raise_signal(signal.SIGINT)
        yield Progress("Decoding pictures", count, to, kept=kept)
    return "counted"


def test_a_bar_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_work, "PIECE", 0.0)
    text = io.StringIO()
    work = Work(counting(4))
    work.advance(0)
    long_work._show(work, Console(file=text, force_terminal=True, width=100))
    assert "Decoding pictures 4 of 4" in text.getvalue()
    assert work.result == "counted"
    plain = io.StringIO()
    long_work._show(Work(counting(4)), Console(file=plain, force_terminal=False))
    assert plain.getvalue().strip() == ""


@pytest.mark.parametrize("arguments", [["train", "a"], ["train", "a", "--json"]])
def test_ctrl_c_stops_the_work_and_says_what_is_kept(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(long_work, "PIECE", 0.0)
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(NetloomError, match=r"^Decoding pictures was stopped at 4 of 9; what is done is kept, and the"):
        runner_for(arguments)(Work(counting(9)))
    with pytest.raises(NetloomError, match=r"^Decoding pictures was stopped at 4 of 9\.$"):
        runner_for(arguments)(Work(counting(9, kept=False)))
    assert signal.getsignal(signal.SIGINT) is before
    assert capsys.readouterr().out == ""


def test_a_verb_is_interrupted_while_pictures_are_decoded(
    tmp_path: Path, call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoded_pictures, "SMALL", 0)
    for number in range(8):
        path = tmp_path / "pets" / ("cat", "dog")[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((6, 5), 20 * number, np.uint8)).save(path)
    plain = decoded_pictures.DecodedPictures._batch

    def stopped(self: decoded_pictures.DecodedPictures, *given: object) -> object:
        for count in plain(self, *given):  # type: ignore[arg-type]
            yield count
            if count == 3:
                signal.raise_signal(signal.SIGINT)

    with monkeypatch.context() as context:
        context.setattr(decoded_pictures.DecodedPictures, "_batch", stopped)
        said = call.refused("data", tmp_path / "pets", "--json")
    assert said.startswith("Decoding pictures was stopped at 3 of 8; what is done is kept")
    assert call("data", tmp_path / "pets", "--json").json["samples"] == 8
