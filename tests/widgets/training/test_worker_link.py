"""The window's end of the worker."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.protocol.messages import Message, PutOff, Unfinished
from app.protocol.training_messages import Train
from tests.widgets.training.echo import Die, Echo, Echoed, ForgottenRequests, Shout, Unanswered, WhatWasForgotten
from widgets.training.busy_covers import BusyCovers
from widgets.training.worker_link import WorkerLink, end_sentence

MakeLink = Callable[[str], WorkerLink]


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_nothing_starts_before_it_is_asked(make_link: MakeLink) -> None:
    assert not make_link("good").running


def test_a_request_gets_its_own_answer(make_link: MakeLink, qtbot: QtBot) -> None:
    link, answers = make_link("good"), dict[str, str]()
    for word in ("one", "two", "three"):
        link.request(Echo(word=word), lambda reply: answers.__setitem__(reply.word, reply.word))
    qtbot.waitUntil(lambda: len(answers) == 3)
    assert answers == {"one": "one", "two": "two", "three": "three"}
    assert link.is_ready


def test_a_refusal_goes_to_who_asked(make_link: MakeLink, qtbot: QtBot) -> None:
    link, refusals = make_link("refuse"), list[str]()
    link.request(Echo(), lambda _: pytest.fail("answered"), refusals.append)
    qtbot.waitUntil(lambda: bool(refusals))
    assert refusals == ["The fake refuses."]


def test_an_answer_that_was_forgotten_disturbs_nobody(make_link: MakeLink, qtbot: QtBot) -> None:
    link, answers, others = make_link("good"), list[Echoed](), list[object]()
    link.training_event.connect(others.append)
    link.forget(link.request(Echo(), answers.append))
    link.request(Echo(word="second"), answers.append)
    qtbot.waitUntil(lambda: bool(answers))
    assert [reply.word for reply in answers] == ["second"]
    assert others == []


def test_what_holds_for_every_worker_is_told_to_the_next_one_too(make_link: MakeLink, qtbot: QtBot) -> None:
    link, heard = make_link("good"), list[str]()
    link.training_event.connect(lambda event: heard.append(event.word))
    link.settle(Shout(word="before"))
    link.start()
    qtbot.waitUntil(lambda: heard == ["before"])
    link.settle(Shout(word="now"))
    qtbot.waitUntil(lambda: heard[1:] == ["now"])
    with qtbot.waitSignal(link.lost):
        link.send(Die())
    qtbot.waitUntil(lambda: heard[2:] == ["now"])


def test_a_request_that_has_to_wait_is_sent_until_it_is_answered(make_link: MakeLink, qtbot: QtBot) -> None:
    link, answers, told = make_link("slow"), list[Echoed](), list[tuple[int, int]]()
    link.waits.connect(lambda number, message: told.append((number, message.done)))
    number = link.request(Echo(word="one"), answers.append)
    qtbot.waitUntil(lambda: bool(answers), timeout=20_000)
    assert answers[0].word == "one"
    assert told == [(number, done) for done in (1, 2, 3, 4)]


def test_a_request_that_waits_is_forgotten_by_the_worker_too(make_link: MakeLink, qtbot: QtBot) -> None:
    link, told, forgotten = make_link("endless"), list[object](), list[ForgottenRequests]()
    link.waits.connect(lambda *said: told.append(said))
    number = link.request(Echo(), lambda _: pytest.fail("answered"))
    qtbot.waitUntil(lambda: len(told) > 2, timeout=20_000)
    link.forget(number)
    link.request(WhatWasForgotten(), forgotten.append)
    qtbot.waitUntil(lambda: bool(forgotten), timeout=20_000)
    assert number in forgotten[0].numbers


class Asker(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []

    def take(self, reply: Echoed) -> None:
        self.heard.append(reply.word)


def test_what_nobody_sees_is_put_off_for_what_somebody_waits_for(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    link, hidden, seen = WorkerLink(), Asker(), Asker()
    for asker in (hidden, seen):
        qtbot.addWidget(asker)
    sent: list[Message] = []
    monkeypatch.setattr(link, "_process", object())
    monkeypatch.setattr(link, "_write", lambda message, number=None: sent.append(message))
    seen.show()
    link.request(Echo(word="background"), lambda _: None)
    first = link.request(Echo(), hidden.take)
    link.request(Echo(), partial(seen.take))
    assert [command.requests for command in sent if isinstance(command, PutOff)] == [(first,)]
    assert isinstance(sent[-1], Echo), "the worker was to be told before the request comes"
    hidden.show()
    seen.hide()
    last = link.request(Echo(), seen.take)
    put_off = next(command for command in reversed(sent) if isinstance(command, PutOff))
    assert first not in put_off.requests and last in put_off.requests


def test_long_work_that_nobody_sees_halts_while_somebody_waits(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    link, hidden, seen, sent = WorkerLink(), Asker(), Asker(), list[int | None]()
    for asker in (hidden, seen):
        qtbot.addWidget(asker)
    monkeypatch.setattr(link, "_write", lambda _message, number=None: sent.append(number))
    seen.show()
    long, short = link.request(Echo(), hidden.take), link.request(Echo(), seen.take)
    sent.clear()
    link._dispatch(Unfinished(), long)
    assert sent == []
    link._dispatch(Unfinished(), short)
    assert sent == [short]
    link._dispatch(Echoed(word="done"), short)
    assert sent == [short, long]
    link.request(Echo(), seen.take)
    sent.clear()
    link._dispatch(Unfinished(), long)
    assert sent == []
    hidden.show()
    link.put_in_order()
    assert sent == [long]


def test_a_view_that_comes_back_is_in_sight_at_once(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    link, asker, calls = WorkerLink(), Asker(), list[bool]()
    qtbot.addWidget(asker)
    covers = BusyCovers(link, asker)
    monkeypatch.setattr(link, "put_in_order", lambda: calls.append(asker.isVisible()))
    asker.show()
    assert covers.covered == [] and calls == [True]


def test_answers_for_deleted_widgets_are_dropped(make_link: MakeLink, qtbot: QtBot) -> None:
    class Asker(QObject):
        heard: list[object] = []  # noqa: RUF012

        def take(self, message: object) -> None:
            self.heard.append(message)

    import shiboken6

    link, asker, answers = make_link("good"), Asker(), list[Echoed]()
    link.request(Echo(), asker.take)
    shiboken6.delete(asker)
    link.request(Echo(), answers.append)
    qtbot.waitUntil(lambda: bool(answers))
    assert Asker.heard == []


def test_a_killed_worker_is_told_of_and_replaced(make_link: MakeLink, qtbot: QtBot) -> None:
    link, refusals = make_link("good"), list[str]()
    with qtbot.waitSignal(link.ready):
        link.start()
    first = link.process_id
    link.request(Unanswered(), lambda _: None, refusals.append)
    with qtbot.waitSignal(link.lost) as lost:
        os.kill(first, signal.SIGKILL)
    assert "was killed" in lost.args[0]
    assert refusals == lost.args
    with qtbot.waitSignal(link.ready):
        pass
    assert link.process_id != first


def test_a_stopped_worker_is_told_of_until_it_answers_again(
    make_link: MakeLink, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("widgets.training.heartbeat.EVERY_MS", 300)
    link = make_link("good")
    with qtbot.waitSignal(link.ready):
        link.start()
    link.request(Unanswered(), lambda _: None)
    qtbot.wait(1000)
    assert not link.heartbeat.silent  # it is busy for long, but answers
    with qtbot.waitSignal(link.heartbeat.silent_changed):
        os.kill(link.process_id, signal.SIGSTOP)
    assert link.heartbeat.silent
    with qtbot.waitSignal(link.heartbeat.silent_changed):
        os.kill(link.process_id, signal.SIGCONT)
    assert not link.heartbeat.silent


def test_a_stopped_worker_is_restarted(make_link: MakeLink, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("widgets.training.heartbeat.EVERY_MS", 300)
    link, refusals, answers = make_link("good"), list[str](), list[Echoed]()
    with qtbot.waitSignal(link.ready):
        link.start()
    first = link.process_id
    link.request(Unanswered(), lambda _: None, refusals.append)
    with qtbot.waitSignal(link.heartbeat.silent_changed):
        os.kill(first, signal.SIGSTOP)
    link.restart("It was ended.")
    assert refusals == ["It was ended."]
    assert not link.heartbeat.silent
    link.request(Echo(word="new"), answers.append)
    qtbot.waitUntil(lambda: bool(answers))
    qtbot.waitUntil(lambda: not alive(first))
    assert link.process_id != first


def test_an_idle_worker_is_not_pinged(make_link: MakeLink, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("widgets.training.heartbeat.EVERY_MS", 10)
    link, answers = make_link("good"), list[Echoed]()
    link.request(Echo(), answers.append)
    qtbot.waitUntil(lambda: bool(answers))
    qtbot.wait(50)
    assert not link.heartbeat.running


def test_garbage_ends_the_worker(make_link: MakeLink, qtbot: QtBot, tmp_path: Path) -> None:
    link = make_link("garbage")
    with qtbot.waitSignal(link.ready):
        link.start()
    first = link.process_id
    with qtbot.waitSignal(link.lost) as lost:
        link.request(Train(project={"netloom": 1}, out=tmp_path / "run"), lambda _: None)
    assert "message" in lost.args[0]
    qtbot.waitUntil(lambda: not alive(first))


def test_a_worker_that_never_comes_up_is_not_tried_again_and_again(make_link: MakeLink, qtbot: QtBot) -> None:
    link = make_link("dead")
    with qtbot.waitSignal(link.lost) as lost:
        link.start()
    assert "no torch here" in lost.args[0]
    assert not link.running


def test_a_program_that_is_not_there(qtbot: QtBot) -> None:
    link, refusals = WorkerLink(["/nowhere/python"]), list[str]()
    with qtbot.waitSignal(link.lost) as lost:
        link.request(Echo(), lambda _: None, refusals.append)
    assert "/nowhere/python" in lost.args[0]
    assert refusals == lost.args


@pytest.mark.parametrize("mode", ["good", "deaf"])
def test_closing_leaves_no_orphan(mode: str, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("widgets.training.worker_link.GRACE_MS", 1000)
    fake = str(Path(__file__).with_name("fake_worker.py"))
    link = WorkerLink([sys.executable, fake, mode])
    with qtbot.waitSignal(link.ready):
        link.start()
    process = link.process_id
    link.close(saving=True)
    assert not link.running
    assert not alive(process)


def test_a_worker_with_nothing_to_save_is_not_waited_for(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("widgets.training.worker_link.GRACE_MS", 600_000)
    link = WorkerLink([sys.executable, str(Path(__file__).with_name("fake_worker.py")), "deaf"])
    with qtbot.waitSignal(link.ready):
        link.start()
    process = link.process_id
    link.close()
    assert not alive(process)


def test_closing_twice_or_unstarted_is_harmless(make_link: MakeLink) -> None:
    link = make_link("good")
    link.close()
    link.close()


@pytest.mark.parametrize(
    ("code", "crashed", "tail", "words"),
    [(9, True, "", "killed"), (11, True, "", "signal 11"), (3, False, "a\nImportError: no torch.\n", "no torch.")],
)
def test_why_a_worker_ended(code: int, crashed: bool, tail: str, words: str) -> None:
    assert words in end_sentence(code, crashed, tail)


def test_what_is_asked_of_a_closed_link_starts_no_worker(make_link: MakeLink) -> None:
    link = make_link("good")
    link.start()
    link.close()
    link.request(Echo(), lambda _: pytest.fail("answered"))
    link.start()
    assert not link.running
