"""Presets fitted to other data: those that copy a grey channel take colours as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.data.data_choice import DataChoice
from app.data.inspect import suggest
from app.project.fit_preset import fit_preset
from app.project.presets import parameters, preset
from app.project.project_check import check_project
from graph.checking.layer_info import Severity
from graph.network import Network

LIANG_AND_HU = {
    "maxout_network": 27_767_830,
    "probout_network": 27_767_830,
    "network_in_network": 966_986,
    "recurrent_cnn": 672_202,
    "recurrent_cnn_128": 1_191_178,
    "recurrent_cnn_160": 1_857_610,
    "recurrent_cnn_no_dropout": 672_202,
}
"""The networks of their table with the parameters that they have on CIFAR-10."""


def kinds(network: Network) -> list[str]:
    return [node.layer.kind for node in network]


@pytest.mark.parametrize("id_", LIANG_AND_HU)
def test_networks_of_the_table_of_liang_and_hu_read_the_colours_of_cifar_10(id_: str) -> None:
    network = fit_preset(DataChoice.of("cifar10"), None, id_, "cifar").network
    assert parameters(network) == LIANG_AND_HU[id_]
    assert "concatenate" in kinds(preset(id_).project.network)
    assert "concatenate" not in kinds(network)
    assert "S54" in preset(id_).textbook


def test_grey_pictures_are_copied_as_before() -> None:
    network = fit_preset(DataChoice.of("mnist"), None, "recurrent_cnn", "mnist").network
    assert kinds(network).count("concatenate") == 1
    assert parameters(network) == LIANG_AND_HU["recurrent_cnn"]


def test_two_branches_that_are_joined_stay() -> None:
    network = fit_preset(DataChoice.of("cifar10"), None, "two_branch_cnn", "cifar").network
    assert "concatenate" in kinds(network)


def test_a_long_text_is_read_by_a_language_model_that_trains(tmp_path: Path) -> None:
    book = tmp_path / "book.txt"
    book.write_text(
        "Once there were three bears who lived in a wood.\nThey had soup, bread and milk for dinner.\n" * 60, "utf-8"
    )
    project = fit_preset(suggest(book), None, None, "book")
    assert kinds(project.network) == ["input", "embedding", "lstm", "time_distributed_dense", "output"]
    assert [node.layer.values()["loss"] for node in project.network if node.layer.kind == "output"] == ["auto"]
    assert [each.message for each in check_project(project, None).problems if each.severity is Severity.ERROR] == []
