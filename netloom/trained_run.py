"""Trained runs in scripts: their curves as a table, their tests, predictions, weights and exports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from app.training.runs import Run as StoredRun
from app.training.runs import RunSummary
from app.training.runs import runs as listed_runs
from netloom.exports import export_to

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray
    from torch import nn

    from app.inference.prediction_file import FilePredictions
    from app.protocol.events import Epoch
    from app.training.trainable import Model

    NewSamples: TypeAlias = "str | Path | pd.DataFrame | NDArray[Any] | Mapping[str, NDArray[Any]]"
    """A file or folder, a sample that is written out, rows of a table, or arrays (n, *sizes) in own units."""


class Run:
    """A run: what was trained, how it went, and the weights to use, which are those of its best epoch."""

    def __init__(self, run: StoredRun) -> None:
        self.run = run
        """The run as the rooms below know it."""

    @property
    def path(self) -> Path:
        """Its folder."""
        return self.run.path

    @property
    def status(self) -> str:
        """``completed``, ``stopped``, ``failed`` or ``interrupted``."""
        return self._summary.status

    @property
    def train(self) -> Mapping[str, float]:
        """Loss and metrics on the training set in the epoch whose weights are kept."""
        return dict(self._summary.train)

    @property
    def validation(self) -> Mapping[str, float]:
        """The same on the validation set; empty where there is none."""
        return dict(self._summary.validation)

    @property
    def test(self) -> Mapping[str, float]:
        """The same on the test set; empty where it was not tested."""
        return dict(self._summary.test)

    def frame(self) -> pd.DataFrame:
        """A row for each epoch (1-based): step, seconds, learning rate, and ``train loss``, ``validation loss`` ..."""
        import pandas as pd

        from app.exchange.curve_table import curve_rows

        rows = curve_rows(self.run)
        return pd.DataFrame(rows).set_index("epoch") if rows else pd.DataFrame()

    def module(self) -> nn.Module:
        """The network with its trained weights, ready to be used (``eval``); each call gives a module of its own.

        It takes and gives standardised values; `predict` takes and gives the data's own.

        Raises
        ------
        NetloomError
            if the weights are missing or altered.
        """
        from app.training.training_session import load_model

        return load_model(self.run.place)[1].module

    def evaluate(self, part: str = "test") -> Mapping[str, float]:
        """Loss and metrics on ``train``, ``validation`` or ``test``, measured anew.

        Raises
        ------
        NetloomError
            if the part has no samples, or the data is gone.
        """
        from app.inference.evaluate import evaluate_model

        return dict(evaluate_model(self._model, part).metrics)

    def predict(
        self, samples: NewSamples, *, interval: float | None = None, threshold: float | None = None
    ) -> pd.DataFrame:
        """Predictions for new samples as a table, in the data's own units.

        Parameters
        ----------
        samples
            a file or folder as ``main.py predict`` takes it, a sample that is written out (``"5.1,3.5,1.4,0.2"``), a
            table with the columns of the training data, or an array (n, *sizes); for several inputs arrays by field.
        interval
            adds to amounts the interval in which so large a share of new samples lies, such as 0.9.
        threshold
            the probability above which a label, or the second of two classes, is predicted.

        Returns
        -------
        pandas.DataFrame
            a row for each sample. The first columns tell the rows apart, as those of the file that ``main.py predict
            -o`` writes with ``--columns unread``; then follow what is predicted, and the probability of each class.

        Raises
        ------
        NetloomError
            if the samples are not what the network reads, or a prediction is no row of a table (see `predictions`).
        """
        from app.inference.prediction_file import frame_of

        return frame_of(self._predicted(samples, interval, threshold))

    def predictions(
        self, samples: NewSamples, *, interval: float | None = None, threshold: float | None = None
    ) -> list[dict[str, Any]]:
        """As `predict`, with all that is known of each sample as a JSON object: masks, boxes and texts included."""
        return self._predicted(samples, interval, threshold).rows

    def resume(
        self,
        epochs: int | None = None,
        *,
        on_epoch: Callable[[Epoch], object] | None = None,
        progress: bool = True,
    ) -> Run:
        """Go on where it stopped, for ``epochs`` in all; bit for bit as if it had not stopped.

        Raises
        ------
        NetloomError
            if it is done, or its data changed.
        """
        from app.training.training_session import resume
        from netloom.training_loop import finish

        return Run(finish(lambda: resume(self.path, epochs), on_epoch, progress))

    def export(self, file: str | Path, *, training: bool = False) -> tuple[Path, ...]:
        """Write the trained network as .py (weights beside it), .onnx, .safetensors, .svg or .png.

        A name that ends in .csv gets the curves, a row for each epoch, .html a report and .md a model card. With .ipynb
        it is a notebook that trains the network anew as the run did, in plain PyTorch; with ``training``, .py is a
        script that does so. Its samples come to stand beside it.

        Code and ONNX are run and compared with the run before this returns.

        Raises
        ------
        NetloomError
            if the ending is another, or what was written gives other outputs.
        """
        return export_to(Path(file), self.run.project, self.run.title, self.run.base, self.run, training)

    @property
    def _summary(self) -> RunSummary:
        return self.run.summary()

    @cached_property
    def _model(self) -> Model:
        from app.training.training_session import load_model

        return load_model(self.run.place)[1]

    def _predicted(self, samples: NewSamples, interval: float | None, threshold: float | None) -> FilePredictions:
        from app.inference.input_forms import inputs_of
        from app.inference.new_inputs import Samples
        from app.inference.prediction_file import predictions_for, predictions_of

        model, base = self._model, self.run.base
        inputs = inputs_of(model, base)
        told: dict[str, Any] = {"threshold": threshold, "share": interval}
        if isinstance(samples, str | Path):
            return predictions_of(model, str(samples), inputs.fields, inputs.source, base, **told)
        if isinstance(samples, Mapping):
            arrays = {name: np.asarray(values) for name, values in samples.items()}
            return predictions_for(model, Samples(arrays), inputs.fields, inputs.source, **told)
        if isinstance(samples, np.ndarray):
            given = Samples({inputs.fields[0].name: samples})
            return predictions_for(model, given, inputs.fields, inputs.source, **told)
        with TemporaryDirectory() as folder:  # read as a file of the user's would be: by the recipe of training
            file = Path(folder) / "rows.parquet"
            samples.to_parquet(file, index=False)
            return predictions_of(model, str(file), inputs.fields, inputs.source, base, **told)

    def _repr_html_(self) -> str:
        """Status, scores and loss curves, which notebooks show."""
        from app.exchange.curve_table import curve_rows
        from app.exchange.html_parts import chart, properties, text
        from app.training.log_lines import PARTS

        epochs = curve_rows(self.run)
        losses = {part: [(float(row["epoch"]), row.get(f"{part} loss")) for row in epochs] for part in PARTS}
        curves = {
            part: [(epoch, float(loss)) for epoch, loss in points if loss is not None]
            for part, points in losses.items()
        }
        scores = {f"test {name}": f"{value:.4g}" for name, value in self.test.items()}
        drawn = chart("Loss", {name: points for name, points in curves.items() if points}) if epochs else ""
        return f"<h4>{text(self.run.title)}</h4>{properties({'status': self.status, **scores})}{drawn}"

    def __repr__(self) -> str:
        scores = ", ".join(f"{name} {value:.4g}" for name, value in self.test.items())
        return f"<Run {self.path.name}: {self.status}{scores and ', test '}{scores}>"


def open_run(folder: str | Path) -> Run:
    """The run in a folder.

    Raises
    ------
    NetloomError
        if it is none, or was altered.
    """
    return Run(StoredRun.open(Path(folder)))


def runs(folder: str | Path | None = None) -> list[Run]:
    """All usable runs in ``folder`` (None: where the window keeps them), the newest first."""
    found = listed_runs(None if folder is None else Path(folder))
    return [Run(StoredRun.open(each.path)) for each in found if each.problem is None]
