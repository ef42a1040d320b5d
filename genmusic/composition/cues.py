"""Cues: what a conductor asks of the form, from the next bar line on.

A cue is in force until it is done: the next section has begun, the build has led into it, a break
has come to the end of its section. A hold lasts until it is lifted, an ending until the music is
asked to go on.
"""

from __future__ import annotations

from dataclasses import replace

from genmusic.composition import form
from genmusic.composition.state import State
from genmusic.mood.mapping import MusicalParameters
from genmusic.rules import Style

NEXT_SECTION, BUILD, BREAK, ENDING = "next_section", "build", "break", "ending"
BUILD_BARS = 4
ENDING_BARS = 2  # one to lead home, and one to be there
GROUND = frozenset({"bass", "drums"})  # falls silent in a break, and drives a build
BUILD_VELOCITY = 18.0  # gained over a build
BUILD_DENSITY = 0.5  # of what is left to the densest
BUILD_NOTES = 0.35  # more notes of melody, as a share


def ask(state: State, cue: str) -> None:
    """Let a cue be in force from the next bar on; empty: none any more."""
    if state.closes_at and cue != ENDING:
        state.closes_at = 0
        if state.labels:
            form.end_piece(state)
    state.cue, state.cue_bars = cue, 0


def leave_section(state: State) -> None:
    """Before the next bar is begun: go on to the next section, if that is the cue."""
    if state.cue == NEXT_SECTION and state.labels and (state.phrase or state.phrase_bar):
        form.begin_next_section(state)


def close_section(state: State) -> None:
    """Once the next bar is begun: let it begin the last phrase of its section, if that is asked."""
    if state.cue_bars or state.cue not in (BUILD, ENDING):
        return
    if state.cue == BUILD:
        form.close_section(state, BUILD_BARS, "half")
        form.add_section(state)
        return
    form.close_section(state, ENDING_BARS, "authentic")
    state.labels = state.labels[: state.section + 1]
    state.closes_at = state.bar + ENDING_BARS


def end_bar(state: State) -> None:
    """After a bar: what was to last until the section ends is over with it."""
    state.cue_bars += 1
    begins = state.phrase == state.phrase_bar == 0
    if state.cue == NEXT_SECTION or (state.cue in (BUILD, BREAK) and begins):
        state.cue = ""


def heeding(parameters: MusicalParameters, state: State) -> MusicalParameters:
    """What the mood asks of a bar, as the cue changes it."""
    if state.closes_at:
        return replace(parameters, length_bars=state.closes_at)
    share = rise(state)
    if not share:
        return parameters
    return replace(
        parameters,
        density=parameters.density + share * BUILD_DENSITY * (1.0 - parameters.density),
        velocity=min(127.0, parameters.velocity + share * BUILD_VELOCITY),
        notes_per_second=parameters.notes_per_second * (1.0 + share * BUILD_NOTES),
    )


def rise(state: State) -> float:
    """How far a build has come in the bar that is next, up to 1; 0 when nothing builds."""
    return min(1.0, (state.cue_bars + 1) / BUILD_BARS) if state.cue == BUILD else 0.0


def playing(state: State, style: Style, parts: frozenset[str]) -> frozenset[str]:
    """The parts that play, as the cue changes them."""
    if state.cue == BREAK:
        return parts - GROUND or parts
    if state.cue == BUILD:
        return parts | (GROUND & style.parts.keys())
    return parts
