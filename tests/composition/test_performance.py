from dataclasses import replace

import numpy as np
import pytest
from composing import parameters, style
from desk import perform
from hypothesis import given
from hypothesis import strategies as st

from genmusic.composition.chance import draw_bar
from genmusic.composition.metre import metre
from genmusic.composition.plan import Plan, Span, section_rules
from genmusic.names import PARTS
from genmusic.score.harmony import Key

ROWS = st.lists(
    st.tuples(st.integers(0, 3839), st.integers(1, 3840), st.integers(36, 84), st.just(0)),
    max_size=24,
)


def plan(name: str = "evening", **controls: object) -> Plan:
    return Plan(
        chance=draw_bar(1, 2, 3),
        style=style(name),
        parameters=parameters(name, **controls),
        section="A",
        piece_bar=1,
        statement=0,
        progress=0.5,
        phrase=0,
        phrase_bar=1,
        phrase_bars=4,
        cadence="half",
        ends_section=False,
        ends_piece=False,
        metre=metre("4/4"),
        density=0.5,
        key=Key(0, "major"),
        theme="A",
        section_rules=section_rules(style(name), "A"),
        spans=(Span(0, 3840, 0, 0, "", 7),),
    )


def exact(**changes) -> Plan:
    """A bar that is played as it is written."""
    strict = replace(style().performance, strum_ticks=0.0, swing=0.0, arch=0.0, accent=0.0)
    even = replace(plan(humanize=0.0), style=replace(style(), performance=strict))
    return replace(even, **{"parameters": replace(even.parameters, gate=1.0), **changes})


@given(st.dictionaries(st.sampled_from(PARTS), ROWS), st.floats(0, 1))
def test_played_notes_stay_in_the_bar_without_overlaps(parts, humanize):
    notes = perform(plan(humanize=humanize), parts)

    ends = notes["start_tick"] + notes["duration_ticks"]
    assert ((notes["start_tick"] >= 0) & (notes["duration_ticks"] > 0) & (ends <= 3840)).all()
    for line in {(part, pitch) for part, pitch in notes[["part", "pitch"]].tolist()}:
        own = notes[(notes["part"] == line[0]) & (notes["pitch"] == line[1])]
        assert (own["start_tick"][1:] >= (own["start_tick"] + own["duration_ticks"])[:-1]).all()


def test_a_bar_without_notes_is_empty():
    assert len(perform(plan(), {"melody": []})) == 0


def test_without_looseness_notes_are_played_as_written():
    notes = perform(exact(), {"melody": [(960, 480, 60, 0)]})

    assert notes[["start_tick", "duration_ticks", "pitch"]].tolist() == [(960, 480, 60)]


def test_a_repeated_note_ends_where_the_next_begins():
    notes = perform(exact(), {"bass": [(0, 1920, 40, 0), (960, 960, 40, 0)]})

    assert notes["duration_ticks"].tolist() == [960, 960]


def test_looseness_moves_notes_by_a_few_ticks_at_most():
    rows = {"melody": [(240 * n, 240, 60, 0) for n in range(1, 16)]}
    written = np.arange(1, 16) * 240
    moved = np.abs(
        perform(replace(exact(), parameters=parameters(humanize=1.0)), rows)["start_tick"] - written
    )

    assert 0 < moved.max() <= style().performance.loose_ticks


def test_notes_that_a_part_strikes_together_are_moved_together():
    notes = perform(plan("drive", humanize=1.0), {"pad": [(960, 960, p, 0) for p in (50, 54, 57)]})

    assert len(set(notes["start_tick"].tolist())) == 1


@pytest.mark.parametrize(("written", "played"), [(0, 0), (480, 672), (240, 336), (720, 816)])
def test_swing_bends_the_beat(written, played):
    swung = replace(exact().style, performance=replace(exact().style.performance, swing=0.2))
    notes = perform(exact(style=swung), {"melody": [(written, 100, 60, 0)]})

    assert notes["start_tick"].tolist() == [played]


def test_accents_and_strong_beats_are_louder():
    loud = replace(exact().style, performance=replace(exact().style.performance, accent=10.0))
    rows = [(0, 100, 60, 0), (960, 100, 60, 0), (2880, 100, 60, 1)]
    strong, plain, accented = perform(exact(style=loud), {"melody": rows})["velocity"].tolist()

    assert plain < strong < accented


def test_a_phrase_swells_towards_its_peak():
    swelling = replace(exact().style, performance=replace(exact().style.performance, arch=20.0))
    rows = {"melody": [(0, 100, 60, 0)]}
    levels = [
        int(perform(exact(style=swelling, phrase_bar=bar), rows)["velocity"][0]) for bar in range(4)
    ]

    assert levels[0] < levels[1] < levels[2]


def test_the_gate_shortens_melody_but_not_pad():
    rows = {"melody": [(0, 960, 72, 0)], "pad": [(0, 960, 55, 0)]}
    short = replace(exact().parameters, gate=0.5)
    durations = dict(perform(exact(parameters=short), rows)[["part", "duration_ticks"]].tolist())

    assert durations == {PARTS.index("melody"): 480, PARTS.index("pad"): 960}


def test_the_last_chord_rings_out():
    short = replace(exact().parameters, gate=0.5)
    notes = perform(exact(parameters=short, ends_piece=True), {"comp": [(0, 3840, 60, 0)]})

    assert notes["duration_ticks"].tolist() == [3840]


def test_a_strummed_chord_is_played_in_the_order_in_which_it_is_struck():
    strummed = replace(
        exact().style, performance=replace(exact().style.performance, strum_ticks=20.0)
    )
    rows = [(0, 960, p, 0) for p in (60, 64, 67)] + [(960, 960, p, 0) for p in (67, 64)]
    notes = perform(exact(style=strummed), {"comp": rows})

    played = [(0, 60), (20, 64), (40, 67), (960, 67), (980, 64)]
    assert notes[["start_tick", "pitch"]].tolist() == played


def test_notes_under_the_pedal_ring_on_to_the_next_chord():
    pedalled = replace(
        exact().style, performance=replace(exact().style.performance, pedal=("comp",))
    )
    two = (Span(0, 1920, 0, 0, "", 7), Span(1920, 3840, 4, 7, "", 0))
    rows = {"comp": [(480, 240, 60, 0), (2400, 240, 62, 0)], "melody": [(480, 240, 72, 0)]}
    notes = perform(exact(style=pedalled, spans=two), rows)

    ends = {int(n["pitch"]): int(n["start_tick"] + n["duration_ticks"]) for n in notes}
    assert (ends[60], ends[62]) == (1920, 3840)
    assert ends[72] < 960


def test_a_groove_delays_its_steps_of_the_bar():
    grooving = replace(
        exact().style, performance=replace(exact().style.performance, groove=(0.0, 30.0))
    )
    notes = perform(exact(style=grooving), {"drums": [(0, 120, 36, 0), (1920, 120, 38, 0)]})

    assert notes["start_tick"].tolist() == [0, 1950]


def test_a_part_may_play_behind_the_beat():
    late = replace(exact().style.parts["bass"], late_ticks=24.0)
    behind = replace(exact().style, parts={**exact().style.parts, "bass": late})
    notes = perform(exact(style=behind), {"bass": [(0, 960, 40, 0)], "pad": [(0, 960, 60, 0)]})

    assert dict(notes[["pitch", "start_tick"]].tolist()) == {40: 24, 60: 0}
