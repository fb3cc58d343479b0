"""Validation of a lesson file beyond its schema: names that do not exist, links that lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from app.lessons.goals import setting_of
from app.lessons.lesson_files import lesson_ids
from app.lessons.schema import LayerGoal, Lesson, LessonStep, NoHintsGoal, SettingGoal, WithoutGoal
from app.project.description_links import COMMANDS, WORKSPACES, Link, Place, links, read_link
from app.project.presets import PREFIX, preset_ids
from app.project.project_hints import TITLES
from graph.layers.catalogue import catalogue


def faults(lesson: Lesson) -> list[str]:
    """What would go wrong in a lesson that can be read, one sentence each."""
    sentences = list[str]()
    if lesson.start.startswith(PREFIX) and lesson.start.removeprefix(PREFIX) not in preset_ids():
        sentences.append(f"start: there is no preset “{lesson.start.removeprefix(PREFIX)}”.")
    for number, step in enumerate(lesson.steps, 1):
        sentences += [f"step {number}: {fault}" for fault in (*_goal_faults(step), *_link_faults(step))]
    return sentences


def _goal_faults(step: LessonStep) -> Iterator[str]:
    kinds = catalogue()
    for goal in step.goals:
        if isinstance(goal, LayerGoal | WithoutGoal):
            yield from (f"there is no kind of layer “{kind}”." for kind in goal.of if kind not in kinds)
        if isinstance(goal, LayerGoal):
            known = {name for kind in goal.of if kind in kinds for name in kinds[kind]().values()}
            yield from (f"no such layer has a setting “{name}”." for name in goal.settings if name not in known)
        if isinstance(goal, NoHintsGoal):
            yield from (f"there is no rule of hints “{rule}”." for rule in goal.rules if rule not in TITLES)
        if isinstance(goal, SettingGoal):
            example = {"data": {"source": "digits"}}
            if setting_of(goal.section, goal.name, example) is None:
                yield f"the {goal.section} has no setting “{goal.name}”."


def _link_faults(step: LessonStep) -> Iterator[str]:
    for url in links("\n".join((step.text, step.hint, step.done))):
        link = read_link(url)
        if link is None or not _leads(link):
            yield f"the link {url} leads nowhere."


def _leads(link: Link) -> bool:
    """Whether a link may lead somewhere; layers and tabs depend on the project that is open."""
    known = {
        Place.WORKSPACE: WORKSPACES,
        Place.COMMAND: COMMANDS,
        Place.PRESET: preset_ids(),
        Place.LESSON: lesson_ids(),
    }
    return link.place not in known or link.target in known[link.place]
