"""Clips with a label for every frame: the label is what moved, and no frame alone tells it."""

from __future__ import annotations

import numpy as np
import pytest

from app.data.sources.synthetic.frame_events import EVENTS, FrameEvents
from graph.shapes import sequence, tokens, video


def test_each_frame_has_a_word_of_its_own() -> None:
    dataset = FrameEvents(samples=20, frames=5).load()
    assert dataset.input_field().shape == video(5, 1, 16, 16)
    assert dataset.target_field().shape == tokens(5)
    assert dataset.target_field().answer == sequence(5, 4)
    assert np.asarray(dataset.target_field().values).shape == (20, 5)


def test_the_word_says_what_happened_since_the_frame_before() -> None:
    """The centre goes 3/16 of the frame to the side that is said; a bar that stands is the same picture again."""
    dataset = FrameEvents(samples=200, noise=0.0, size=32).load()
    clips, events = np.asarray(dataset.input_field().values)[:, :, 0], np.asarray(dataset.target_field().values)
    turn = np.exp(2j * np.pi * (np.arange(32) + 0.5) / 32)
    places = clips.sum(axis=2) @ turn
    across = np.angle(places[:, 1:] * np.conj(places[:, :-1])) / (2 * np.pi)
    same = (clips[:, 1:] == clips[:, :-1]).all(axis=(2, 3))
    said = np.array(EVENTS)[events[:, 1:]]
    assert (events[:, 0] == EVENTS.index("stands")).all()
    assert same[said == "stands"].all() and not same[said != "stands"].any()
    assert across[said == "left"] == pytest.approx(-0.1875, abs=0.01)
    assert across[said == "right"] == pytest.approx(0.1875, abs=0.01)
    assert np.abs(across[said == "turns"]).max() < 0.08


def test_every_frame_alone_is_as_likely_for_each_word() -> None:
    dataset = FrameEvents(samples=6000, noise=0.0).load()
    clips, events = np.asarray(dataset.input_field().values)[:, :, 0], np.asarray(dataset.target_field().values)
    for frame in (1, 4, 7):
        shares = np.array([clips[events[:, frame] == event, frame].mean(axis=0) for event in range(len(EVENTS))])
        assert np.ptp(shares, axis=0).max() < 0.08
