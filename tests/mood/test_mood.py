from dataclasses import astuple, replace

import pytest

from genmusic.controls.spec import defaults
from genmusic.mood.mapping import musical_parameters, sound_parameters
from genmusic.rules import load_style, shipped_styles

STEPS = [n / 4 for n in range(-4, 5)]


@pytest.fixture(scope="module", params=["evening", "drive"])
def style(request):
    return load_style(shipped_styles()[request.param])


def musical(style, **controls):
    return musical_parameters(defaults() | controls, style)


@pytest.mark.parametrize("name", ["tempo_bpm", "notes_per_second", "velocity", "density"])
def test_arousal_raises(style, name):
    values = [getattr(musical(style, arousal=step), name) for step in STEPS]

    assert values == sorted(values)
    assert values[0] < values[-1]


@pytest.mark.parametrize("name", ["major_share", "register_shift"])
def test_valence_raises(style, name):
    values = [getattr(musical(style, valence=step), name) for step in STEPS]

    assert values == sorted(values)
    assert values[0] < values[-1]


def test_tension_raises_dissonance(style):
    values = [musical(style, tension=step / 8).dissonance for step in range(9)]

    assert values == sorted(values)
    assert (values[0], values[-1] > 0.3) == (0.0, True)


def test_arousal_shortens_notes(style):
    assert musical(style, arousal=1.0).gate < musical(style, arousal=-1.0).gate


@pytest.mark.parametrize("axis", ["valence", "tension"])
def test_tempo_follows_arousal_alone(style, axis):
    assert musical(style, **{axis: 1.0}).tempo_bpm == musical(style).tempo_bpm


def test_a_set_tempo_key_and_mode_win_over_the_mood(style):
    asked = musical(style, arousal=1.0, tempo_bpm=50.0, key="Eb", mode="dorian")

    assert (asked.tempo_bpm, asked.key, asked.mode) == (50.0, 3, "dorian")


def test_what_is_not_set_is_left_to_the_composer(style):
    asked = musical(style)

    assert (asked.key, asked.mode) == (None, None)


def test_the_density_knob_halves_and_doubles_the_notes(style):
    calm, plain, dense = (
        musical(style, density=density).notes_per_second for density in (0.0, 0.5, 1.0)
    )

    assert (calm, dense) == (plain / 2, plain * 2)


def test_density_stays_a_share_however_the_knobs_add_up(style):
    assert musical(style, arousal=-1.0, density=0.0).density == 0.0
    assert musical(style, arousal=1.0, density=1.0).density == 1.0


def test_novelty_and_humanize_are_the_listeners_own(style):
    asked = musical(style, novelty=0.9, humanize=0.1)

    assert (asked.novelty, asked.humanize) == (0.9, 0.1)


def test_knobs_in_the_middle_change_nothing(style):
    plain = musical(style)

    assert plain.density == style.mood.density.at(0.0)
    assert plain.notes_per_second == style.mood.notes_per_second.at(0.0)
    assert sound_parameters(defaults(), style).brightness == style.mood.brightness.at(0.0)


def test_a_position_between_two_points_is_between_their_values(style):
    between = musical(style, arousal=0.5).tempo_bpm

    assert between == (musical(style).tempo_bpm + musical(style, arousal=1.0).tempo_bpm) / 2


def test_brightness_is_mood_and_knob_held_in_its_range(style):
    dull, bright = (
        sound_parameters(defaults() | {"brightness": knob, "arousal": knob * 2 - 1}, style)
        for knob in (0.0, 1.0)
    )

    assert dull.brightness < style.mood.brightness.at(-1.0)
    assert bright.brightness == 1.0


def test_space_is_the_listeners_own(style):
    assert sound_parameters(defaults() | {"space": 0.8}, style).space == 0.8


def test_the_parameters_are_values(style):
    assert musical(style) == musical(style)
    assert astuple(replace(musical(style), gate=0.5))[3] == 0.5
