"""A player who has the tune is accompanied, and given room."""

import numpy as np
import pytest
from composing import composer, notes_of, parameters, style

from genmusic.composition.clearing import cleared
from genmusic.rules import shipped_styles

PITCHED = ("counter", "comp", "pad", "bass")
REGISTERS = ((60, 79), (67, 84), (55, 70), (48, 60))


def accompanied(name: str, low: int | None, high: int | None, bars: int = 24, **controls) -> list:
    writer = composer(4, name)
    asked = parameters(name, tune_low=low, tune_high=high, arousal=0.4, density=0.8, **controls)
    return [writer.compose_bar(asked, style(name)) for _ in range(bars)]


@pytest.mark.parametrize("name", shipped_styles())
@pytest.mark.parametrize("register", REGISTERS, ids=str)
def test_no_other_part_plays_in_the_register_of_the_tune(name, register):
    low, high = register
    bars = accompanied(name, low, high)

    for part in PITCHED:
        pitches = np.concatenate([notes_of(bar, part)["pitch"] for bar in bars])
        inside = pitches[(pitches >= low) & (pitches <= high)]
        assert not len(inside), f"{part}: {sorted(set(inside.tolist()))}"


@pytest.mark.parametrize("name", shipped_styles())
def test_the_melody_rests_and_somebody_accompanies_in_every_bar(name):
    bars = accompanied(name, 60, 79)

    assert not any(len(notes_of(bar, "melody")) for bar in bars)
    idle = [bar for bar in bars if not any(len(notes_of(bar, p)) for p in ("comp", "pad", "bass"))]
    assert len(idle) <= len(bars) // 12, "but for breaks that the style wants"


def test_without_a_player_the_parts_are_where_they_were():
    plain, asked = composer(4), parameters()
    bars = [plain.compose_bar(asked, style()) for _ in range(24)]

    comp = np.concatenate([notes_of(bar, "comp")["pitch"] for bar in bars])
    assert ((comp >= 60) & (comp <= 79)).any()
    assert any(len(notes_of(bar, "melody")) for bar in bars)


def test_a_player_who_covers_everything_is_still_accompanied():
    bars = accompanied("evening", 0, 127, 16)

    assert any(len(notes_of(bar, "comp")) for bar in bars)


def test_when_the_player_gives_the_tune_back_the_melody_goes_on():
    writer = composer(4)
    led, free = parameters(tune_low=60, tune_high=79), parameters()
    for _ in range(12):
        writer.compose_bar(led, style())

    bars = [writer.compose_bar(free, style()) for _ in range(12)]

    assert any(len(notes_of(bar, "melody")) for bar in bars)


def test_dynamics_move_how_hard_every_part_is_struck():
    soft, loud = (
        np.concatenate([bar.notes["velocity"] for bar in accompanied("evening", 60, 79, 16,
                                                                     dynamics=d)])
        for d in (0.2, 0.8)
    )  # fmt: skip

    assert loud.mean() > soft.mean() + 20


def test_what_is_worked_out_of_a_cleared_style_is_found_again():
    evening = style("evening")

    assert cleared(evening, 60, 79) is cleared(evening, 60, 79)
    assert cleared(evening, 60, 79) != cleared(evening, 48, 60)
