"""Changes written as JSON, and done again from it."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from graph.change_json import change_json, parse_change
from graph.changes import Content
from graph.document import Commit, Document
from graph.errors import NetloomError
from graph.network import Annotation, AnnotationKind
from graph.project import Project, parse_project, project_json
from tests.battery.random_networks import network
from tests.graph.networks import chain, layer


def again(content: Content, commit: Commit) -> None:
    """Do a commit again on another content, from its JSON."""
    for change in commit.changes:
        parse_change(json.loads(json.dumps(change_json(change))), content).apply(content)


def test_every_kind_of_change_leads_to_the_same_project() -> None:
    document = chain([layer("input"), layer("dense"), layer("dense"), layer("relu"), layer("output")])
    start = project_json(Project(document.network, dict(document.sections)))
    copy = parse_project(start)
    content, kinds = Content(copy.network, copy.sections), set[str]()

    def follow(commit: Commit) -> None:
        again(content, commit)
        kinds.update(change_json(change)[0] for change in commit.changes)
        assert project_json(Project(content.network, content.sections)) == now()

    def now() -> dict[str, Any]:
        return project_json(Project(document.network, dict(document.sections)))

    document.subscribe(follow)
    first, second = [node.id for node in document.network if node.layer.kind == "dense"]
    note = Annotation("n1", AnnotationKind.NOTE, "Ünder “it”", (1.0, 2.0, 30.5, 40.0), 3)
    with document.transaction("All"):
        document.set_values(first, units=7)
        document.move({first: (12.0, -30.0)})
        document.tie(second, first)
        document.rename(first, "first")
        document.mute(second, True)
        document.set_annotation("n1", note)
        document.set_section("notes", "a\n“b”")
        document.set_section("about", {"title": "T"})
    with document.transaction("More"):
        document.set_annotation("n1", None)
        document.set_section("about", None)
        document.add(layer("relu"), (5.0, 6.0), "fresh")
        document.remove("first")
    document.undo()
    document.undo()
    assert now() == start
    document.redo()
    document.redo()
    assert len(kinds) == 10


@pytest.mark.parametrize("seed", range(5))
def test_any_network_is_drawn_again(seed: int) -> None:
    drawn = network(random.Random(seed), 30)
    commits: list[Commit] = []
    drawn.subscribe(commits.append)
    while drawn.undo():
        pass
    while drawn.redo():
        pass
    content = Content(Document().network)
    for commit in commits[len(commits) // 2 :]:
        again(content, commit)
    assert project_json(Project(content.network)) == project_json(Project(drawn.network))


@pytest.mark.parametrize(
    "value",
    [None, [], ["add"], ["fly", 1], ["move", "nowhere", 1, 2], ["connect", "a -> b"], ["add", {"id": "1"}], [[]]],
)
def test_what_is_no_change_is_refused(value: object) -> None:
    with pytest.raises(NetloomError):
        parse_change(value, Content(Document().network))


@pytest.mark.parametrize("left", [float("inf"), float("nan"), 10**400, True, "3", None])
def test_a_layer_is_moved_to_no_place_that_a_project_could_not_hold(left: Any) -> None:
    document = chain([layer("input"), layer("output")])
    with pytest.raises(NetloomError, match="position must be two numbers"):
        parse_change(["move", "input1", left, 0], Content(document.network))
