"""Training, testing and using runs by command line, within the test's own process."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from app.project.presets import FOLDER
from app.training.runs import runs_folder
from app.training.trainer import train
from app.training.training_session import begin
from tests.app.cli.calling import Caller
from tests.app.training.projects import chain, project
from tests.event_reader import curves_in

OLD_RUNS = Path(__file__).parent.parent.parent / "old" / "runs"


@pytest.fixture
def run(call: Caller, tmp_path: Path) -> Path:
    """A run of three epochs."""
    assert call("train", "preset:iris_mlp", "--epochs", 3, "--out", tmp_path / "run", "--json").code == 0
    return tmp_path / "run"


def test_train_tells_its_epochs_one_object_per_line(call: Caller, tmp_path: Path) -> None:
    result = call("train", "preset:iris_mlp", "--epochs", 3, "--seed", 5, "--out", tmp_path / "run", "--json")
    started, *epochs, finished = result.lines
    assert (result.code, result.err) == (0, "")
    assert (started["event"], started["epochs"]) == ("started", 3)
    assert [(one["event"], one["epoch"]) for one in epochs] == [("epoch", 1), ("epoch", 2), ("epoch", 3)]
    assert set(epochs[0]["train"]) == set(epochs[0]["validation"]) == {"loss", "accuracy"}
    assert (finished["event"], finished["status"], finished["run"]) == ("finished", "completed", str(tmp_path / "run"))
    assert set(finished["test"]) == {"loss", "accuracy"}
    assert json.loads((tmp_path / "run" / "project.netloom").read_text("utf-8"))["plan"]["seed"] == 5


def test_train_calculates_by_reference_and_like_a_run(call: Caller, tmp_path: Path) -> None:
    def trained(name: str, *options: object) -> list[dict[str, Any]]:
        arguments = ("train", "preset:iris_softmax", "--epochs", 1, "--out", tmp_path / name, *options, "--json")
        return call(*arguments).lines

    plain, like, fast = trained("a", "--reference"), trained("b", "--like", tmp_path / "a"), trained("c")
    assert [lines[0]["fast_paths"] for lines in (plain, like, fast)] == [[], [], ["dense_chain"]]
    assert like[-1]["test"] == plain[-1]["test"]
    both = call("train", "preset:iris_softmax", "--reference", "--like", tmp_path / "a")
    assert (both.code, both.out, both.err.count("\n")) == (2, "", 1)
    assert "is not a run" in call.refused("train", "preset:iris_softmax", "--like", tmp_path / "nowhere")


def test_event_files_are_written_where_they_are_wanted(call: Caller, tmp_path: Path) -> None:
    run, out = tmp_path / "run", tmp_path / "logs"
    call("train", "preset:iris_softmax", "--epochs", 1, "--out", run)
    assert not (run / "tensorboard").exists()
    call("resume", run, "--epochs", 2, "--tensorboard")
    written = curves_in(run / "tensorboard")
    assert len(written["loss/train"]) == len(written["loss/validation"]) == 2
    told = call("export", run, "--to", "tensorboard", "-o", out).out
    assert f"See it with: tensorboard --logdir {out}" in told.replace("\n", " ")
    assert curves_in(out) == written
    assert "no curves" in call.refused("export", "preset:iris_softmax", "--to", "tensorboard", "-o", out)


def test_event_files_that_cannot_be_written_are_a_note(call: Caller, tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    (run / "tensorboard").touch()
    lines = call("train", "preset:iris_softmax", "--epochs", 1, "--out", run, "--tensorboard", "--json").lines
    [note] = [line for line in lines if line["event"] == "note"]
    assert note["text"].startswith("The TensorBoard log ends after step 0: file exists.")
    assert lines[-1]["status"] == "completed"
    assert "Training goes on without it" in call("resume", run, "--epochs", 2, "--tensorboard").out.replace("\n", " ")


def test_one_run_tells_with_what_it_was_trained(call: Caller, run: Path) -> None:
    told = call("runs", run, "--json").json
    assert (told["run"], told["status"], told["epochs"]) == (str(run), "completed", 3)
    assert told["environment"]["packages"]["torch"] == torch.__version__
    words = call("runs", run).out
    assert "completed after 3 of 3 epochs" in words and "processor cores: " in words and "test: loss" in words


def test_regression_is_told_in_own_units(call: Caller, tmp_path: Path) -> None:
    out = tmp_path / "run"
    finished = call("train", "preset:diabetes_mlp", "--epochs", 2, "--out", out, "--json").lines[-1]
    assert finished["test"]["rmse"] > 20
    row = ",".join("59 2 32.1 101 157 93.2 38 4 4.8598 87".split())
    [one] = call("predict", out, row, "--json").json["predictions"]
    assert one["value"] == one["values"][0]
    assert one["value"] > 20


def test_a_run_without_a_place_goes_among_all_runs(call: Caller) -> None:
    call("train", "preset:iris_softmax", "--epochs", 1)
    [folder] = runs_folder().iterdir()
    [listed] = call("runs", "--json").json
    assert (listed["run"], listed["status"], listed["epochs"]) == (str(folder), "completed", 1)
    assert str(folder) in call("runs").out


def test_people_see_the_epochs_and_the_test(call: Caller, tmp_path: Path) -> None:
    out = call("train", "preset:iris_mlp", "--epochs", 2, "--out", tmp_path / "run").out
    assert "epoch 1/2" in out
    assert "test: loss" in out
    assert "%" in out


def test_evaluate_repeats_what_training_found(call: Caller, run: Path) -> None:
    finished = json.loads((run / "metrics.jsonl").read_text("utf-8").splitlines()[-1])
    found = call("evaluate", run, "--json").json
    assert found["metrics"] == pytest.approx(finished["test"], rel=1e-5)
    assert found["test"] == found["metrics"]
    assert len(found["confusion"]) == len(found["classes"]) == 3
    assert "versicolor" in call("evaluate", run).out


def test_predict_gives_probabilities(call: Caller, run: Path) -> None:
    found = call("predict", run, "[[5.1, 3.5, 1.4, 0.2], [7, 3, 6, 2]]", "--json").json
    assert found["samples"] == 2
    for one in found["predictions"]:
        assert sum(one["probabilities"].values()) == pytest.approx(1, abs=1e-5)
        assert one["probability"] == max(one["probabilities"].values()) == one["probabilities"][one["class"]]
    assert "%" in call("predict", run, "5.1,3.5,1.4,0.2").out


def test_resume_goes_on_as_if_nothing_had_happened(call: Caller, run: Path, tmp_path: Path) -> None:
    resumed = call("resume", run, "--epochs", 5, "--json").lines
    assert [one["epoch"] for one in resumed if one["event"] == "epoch"] == [4, 5]
    whole = call("train", "preset:iris_mlp", "--epochs", 5, "--out", tmp_path / "whole", "--json").lines
    assert resumed[-1]["test"] == whole[-1]["test"]


def test_resume_of_a_run_that_is_done(call: Caller, run: Path) -> None:
    assert "all its 3 epochs" in call.refused("resume", run)


def test_a_project_can_be_trained_from_its_own_folder(
    call: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "fruit.csv"
    rows = [f"{20 + index % 7},{5 + index % 3},{'apple' if index % 2 else 'plum'}" for index in range(60)]
    table.write_text("\n".join(["weight,length,fruit", *rows]), "utf-8")
    call("new", tmp_path / "fruit.netloom", "--data", table, "--target", "fruit")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert call("train", "../fruit.netloom", "--epochs", 2, "--out", "run", "--json").code == 0
    table.with_name("new.csv").write_text("length,weight\n5,21\n6,25\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    found = call("predict", "elsewhere/run", "new.csv", "--json").json["predictions"]
    assert [set(one["probabilities"]) for one in found] == [{"apple", "plum"}] * 2


def test_predictions_are_written_beside_the_columns_that_were_given(call: Caller, tmp_path: Path) -> None:
    """What the network does not read comes first: an id with its zeros, and the truth where it is known."""
    table, run, out = tmp_path / "rent.csv", tmp_path / "run", tmp_path / "said.csv"
    rows = [f"{index:04},{20 + index % 37},{30 + 2 * (index % 37)}" for index in range(120)]
    table.write_text("\n".join(["id,size,rent", *rows]), "utf-8")
    call("new", tmp_path / "rent.netloom", "--data", table, "--target", "rent")
    assert call("train", tmp_path / "rent.netloom", "--epochs", 2, "--out", run).code == 0
    (tmp_path / "new.csv").write_text("size,id\n21,0007\n50,0008\n", "utf-8")
    told = call("predict", run, tmp_path / "new.csv", "-o", out, "--interval", 80).out
    assert told.startswith(f"Written: {out}, predictions for 2 samples") and "80.0 % of new samples" in told
    first, *others = csv.DictReader(out.read_text("utf-8").splitlines())
    assert list(first) == ["id", "size", "predicted rent", "rent at least", "rent at most"]
    assert [(row["id"], row["size"]) for row in (first, *others)] == [("0007", "21"), ("0008", "50")]
    few = tmp_path / "few.csv"
    call("predict", run, tmp_path / "new.csv", "-o", few, "--columns", "unread")
    assert list(csv.DictReader(few.read_text("utf-8").splitlines()).fieldnames or ()) == ["id", "predicted rent"]
    assert float(first["rent at least"]) < float(first["predicted rent"]) < float(first["rent at most"])
    [one, _] = call("predict", run, tmp_path / "new.csv", "--interval", 80, "--json").json["predictions"]
    assert f"{one['value']:.7g}" == first["predicted rent"]
    assert one["interval"]["low"][0] == pytest.approx(float(first["rent at least"]), rel=1e-5)
    assert " to " in call("predict", run, tmp_path / "new.csv", "--interval", 80).out.splitlines()[0]
    assert "no interval" in call("predict", run, tmp_path / "new.csv", "--interval", 99.5).out
    assert "CSV or JSON" in call.refused("predict", run, tmp_path / "new.csv", "-o", tmp_path / "said.png")


def test_a_class_for_every_pixel_is_predicted(call: Caller, tmp_path: Path) -> None:
    """It ended in an internal error once: the rows of a mask were taken for outputs."""
    run, one, two = tmp_path / "run", tmp_path / "one.npy", tmp_path / "said.json"
    network = chain(
        ("input1", "input", {"shape": {"kind": "image", "sizes": [3, 24, 24]}}),
        ("conv1", "conv2d", {"filters": 4, "padding": "same"}),
        ("output1", "output", {"loss": "cross_entropy"}),
    )
    scenes = {"source": "segmented_scenes", "options": {"samples": 20}}
    list(train(begin(project(network, scenes, epochs=1), None, run)))
    np.save(one, np.zeros((1, 3, 24, 24), np.float32))
    assert "of the pixels" in call("predict", run, one).out
    [found] = call("predict", run, one, "--json").json["predictions"]
    assert call("predict", run, one, "-o", two).code == 0
    assert json.loads(two.read_text("utf-8"))["predictions"] == [found]
    assert "no row of a table" in call.refused("predict", run, one, "-o", tmp_path / "said.csv")


def test_a_loss_that_is_no_number_ends_the_training_with_a_sentence(call: Caller, tmp_path: Path) -> None:
    file = tmp_path / "wild.netloom"
    call("new", file, "--preset", "diabetes_mlp")
    project = json.loads(file.read_text("utf-8"))
    project["plan"] = {"learning_rate": 1000.0, "optimiser": "sgd", "epochs": 20}
    file.write_text(json.dumps(project), "utf-8")
    result = call("train", file, "--out", tmp_path / "run", "--json")
    finished = result.lines[-1]
    assert (result.code, finished["event"], finished["status"]) == (1, "finished", "failed")
    assert "learning rate" in result.err
    assert result.err.count("\n") == 1
    [listed] = call("runs", tmp_path, "--json").json
    assert listed["status"] == "failed"
    assert np.isfinite(weights(tmp_path / "run")).all()


def weights(run: Path) -> np.ndarray:
    """All weights of a run."""
    from safetensors.numpy import load_file

    return np.concatenate([array.reshape(-1) for array in load_file(run / "weights.safetensors").values()])


CASES = Path(__file__).resolve().parents[2] / "cases"


@pytest.fixture
def labelled(call: Caller, tmp_path: Path) -> Path:
    """A run that gives several labels."""
    project, run = tmp_path / "tags.netloom", tmp_path / "tags"
    assert call("new", project, "--data", CASES / "tags.csv", "--target", "tags").code == 0
    assert call("train", project, "--epochs", 30, "--out", run, "--json").code == 0
    return run


def test_labels_are_tested_and_predicted(call: Caller, labelled: Path, tmp_path: Path) -> None:
    tested = call("evaluate", labelled, "--json").json
    assert (tested["task"], tested["classes"]) == ("labels", ["rare", "red", "sharp"])
    assert set(tested["test"]) == {"loss", "accuracy", "exact_match", "f1_micro", "f1_macro"}
    assert [entry["name"] for entry in tested["scores"]["classes"]] == tested["classes"]
    assert [baseline["name"] for baseline in tested["baselines"]] == ["each label as most have it"]
    (tmp_path / "new.csv").write_text("width,height\n2,2\n-2,-2\n")
    first, last = call("predict", labelled, tmp_path / "new.csv", "--json").json["predictions"]
    assert {"red", "sharp"} <= set(first["labels"]) and last["labels"] == []
    assert "2: no label (" in call("predict", labelled, tmp_path / "new.csv").out
    everything = call("predict", labelled, tmp_path / "new.csv", "--threshold", 0, "--json").json["predictions"]
    assert everything[0]["labels"] == ["rare", "red", "sharp"] and everything[0]["threshold"] == 0


def test_a_threshold_moves_what_is_predicted_and_is_told(call: Caller, labelled: Path) -> None:
    recalls = [
        call("evaluate", labelled, "--threshold", threshold, "--json").json["scores"]["averages"]["recall_micro"]
        for threshold in (0.001, 0.999)
    ]
    assert recalls[0] > recalls[1]
    shown = call("evaluate", labelled, "--threshold", 0.3).out
    assert "threshold 0.3; the best F1 would be at" in shown and "mean, macro" in shown
    assert call("evaluate", labelled, "--threshold", 2).code == 2


def test_lopsided_classes_are_told_before_training_and_can_be_weighed(call: Caller, tmp_path: Path) -> None:
    project = tmp_path / "p.netloom"
    assert call("new", project, "--data", CASES / "lopsided.csv", "--target", "ill").code == 0
    told = "always “no” would be right for 95 %"
    assert told in call("data", CASES / "lopsided.csv").out and told in call("check", project).out
    assert told in call("train", project, "--epochs", 1, "--out", tmp_path / "plain").out
    weighed = call("train", project, "--epochs", 1, "--class-weights", "automatic", "--out", tmp_path / "weighed")
    assert weighed.code == 0 and told not in weighed.out
    scores = call("evaluate", tmp_path / "weighed", "--json").json["scores"]
    assert set(scores) == {"averages", "classes", "calibration", "threshold", "best_threshold"}
    assert [entry["name"] for entry in scores["classes"]] == ["no", "yes"]
    assert "balanced accuracy" in call("evaluate", tmp_path / "weighed").out


@pytest.mark.parametrize("threshold", [0.5, 0.9])
def test_exported_code_of_labels_says_what_predict_says(
    call: Caller, labelled: Path, tmp_path: Path, threshold: float
) -> None:
    project = json.loads((labelled / "project.netloom").read_text())
    project["plan"] = {**project.get("plan", {}), "threshold": threshold, "epochs": 20}
    (tmp_path / "again.netloom").write_text(json.dumps(project))
    run, code = tmp_path / "again", tmp_path / "code.py"
    assert call("train", tmp_path / "again.netloom", "--out", run, "--json").code == 0
    assert call("export", run, "--to", "code", "-o", code).code == 0
    (tmp_path / "new.csv").write_text("width,height\n2,2\n0.1,-0.1\n-2,-2\n")
    names: dict[str, object] = {"__name__": "code"}
    exec(compile(code.read_text(), str(code), "exec"), names)
    network, predict = names["load"](str(code.with_suffix(".safetensors"))), names["predict"]  # type: ignore[operator]
    rows = torch.tensor([[2, 2], [0.1, -0.1], [-2, -2]], dtype=torch.float64)
    (answers,) = predict(network, rows)  # type: ignore[operator]
    wanted = call("predict", run, tmp_path / "new.csv", "--json").json["predictions"]
    assert [answer["labels"] for answer in answers] == [prediction["labels"] for prediction in wanted]
    for answer, prediction in zip(answers, wanted, strict=True):
        assert answer["probabilities"] == pytest.approx(prediction["probabilities"], abs=1e-5)


def test_the_report_holds_the_scores(call: Caller, labelled: Path, tmp_path: Path) -> None:
    assert call("export", labelled, "--to", "report", "-o", tmp_path / "r.html").code == 0
    page = (tmp_path / "r.html").read_text()
    assert all(words in page for words in ("ROC AUC", "mean, macro", "calibration error", "threshold", "rare"))


def hot_project(call: Caller, folder: Path) -> Path:
    """A preset with a learning rate at which nothing is learned."""
    path = folder / "hot.netloom"
    project = json.loads((FOLDER / "digits_mlp.netloom").read_bytes())
    project["plan"] |= {"learning_rate": 10.0, "epochs": 3}
    path.write_text(json.dumps(project), "utf-8")
    return path


def test_a_training_that_learns_nothing_says_so_with_evidence_and_remedy(call: Caller, tmp_path: Path) -> None:
    lines = call("train", hot_project(call, tmp_path), "--out", tmp_path / "run", "--json").lines
    assert lines[-1]["event"] == "finished"
    (diagnosis,) = [line for line in lines if line["event"] == "diagnosis"]
    assert set(diagnosis) == {"event", "kind", "sentence", "evidence", "setting", "epoch", "remedies"}
    assert (diagnosis["kind"], diagnosis["setting"], diagnosis["epoch"]) == ("chance", "learning_rate", 2)
    assert diagnosis["remedies"] == ["Use learning rate 0.003"]


def test_people_read_what_is_wrong_and_what_may_help(call: Caller, tmp_path: Path) -> None:
    told = call("train", hot_project(call, tmp_path), "--out", tmp_path / "run").out
    assert "The network learns nothing." in " ".join(told.split())
    assert "What may help: use learning rate 0.003." in " ".join(told.split())
    checked = call("check", tmp_path / "hot.netloom", "--json").json
    assert [problem["severity"] for problem in checked["problems"]] == ["warning"]
    assert checked["ok"]


def test_a_text_may_begin_as_json_or_as_noise_does(call: Caller, tmp_path: Path) -> None:
    assert call("train", "preset:reviews_lstm", "--epochs", 1, "--out", tmp_path / "run").code == 0
    for text in ("noise: a dull film", "[fine]", "[", "9" * 400):
        [found] = call("predict", tmp_path / "run", text, "--json").json["predictions"]
        assert found["class"] in ("glad", "sorry")


def test_a_number_beyond_float32_is_refused_in_one_sentence(call: Caller, run: Path) -> None:
    for number in ("9" * 400, "1e39"):
        assert "larger than float32 can hold" in call.refused("predict", run, f"{number},1,1,1")
    assert "Only a GAN" in call.refused("predict", run, "noise:16")


def test_each_task_is_evaluated_by_its_own_measures(call: Caller, tmp_path: Path) -> None:
    assert call("train", "preset:addition_mlp", "--epochs", 1, "--out", tmp_path / "bits").code == 0
    found = call("evaluate", tmp_path / "bits", "--json").json
    assert set(found["test"]) == {"loss", "accuracy"}
    assert [set(baseline) for baseline in found["baselines"]] == [{"name", "accuracy"}] * 2
    assert "rmse" not in call("evaluate", tmp_path / "bits").out


@pytest.mark.parametrize("name", ["gan", "reconstruction"])
def test_no_baseline_of_another_task_stands_beside_a_network(call: Caller, name: str, tmp_path: Path) -> None:
    run = tmp_path / name
    shutil.copytree(OLD_RUNS / name, run)
    assert call("evaluate", run, "--json").json["baselines"] == []
    assert "without a network" not in call("evaluate", run).out
