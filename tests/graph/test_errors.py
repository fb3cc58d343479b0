"""Sentences of errors stay sentences, whatever they quote."""

from __future__ import annotations

import pickle

from graph.errors import LONGEST, LONGEST_WORD, NetloomError


def test_a_sentence_is_shown_as_it_is() -> None:
    for text in ("a.csv holds no rows.", "Größe: \U0001f600", "one\nand two", "word " * 100, ""):
        assert str(NetloomError(text)) == text


def test_an_endless_word_is_cut_and_the_remedy_stays() -> None:
    shown = str(NetloomError(f"There is no “{'x' * 5000}”; choose another."))
    assert shown.startswith("There is no “xx") and shown.endswith(" choose another.")
    assert len(shown) < LONGEST_WORD + 60


def test_an_endless_text_is_cut_in_its_middle() -> None:
    shown = str(NetloomError("Begin " + "a b " * 10_000 + "end."))
    assert len(shown) < LONGEST + 10 and shown.startswith("Begin")


def test_what_no_screen_can_show_is_replaced() -> None:
    assert str(NetloomError("a\0b\ud800c\x1b[31m")) == "a\ufffdb\ufffdc\ufffd[31m"


def test_errors_travel_between_processes() -> None:
    assert str(pickle.loads(pickle.dumps(NetloomError("a")))) == "a"
