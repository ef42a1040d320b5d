"""The orchestra: many voices, many listeners, blocks of any length, the same bits."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sounding import PITCHED

from genmusic.names import PARTS
from genmusic.synthesis.orchestra import UNTIL_RELEASED, Orchestra, PlayedNote
from genmusic.synthesis.patches import PATCHES
from genmusic.synthesis.pools import MOST_VOICES
from genmusic.units import QUANTUM

QUANTA = 48
PATCH_OF_PART = ("soft-lead", "electric-piano", "warm-pad", "round-bass", "kit")

notes = st.lists(
    st.builds(
        lambda start, gate, part, pitch, velocity: PlayedNote(
            start, gate, part, PATCH_OF_PART[part], 36 if part == 4 else pitch, velocity, 0.2
        ),
        st.integers(0, QUANTA * QUANTUM - 1),
        st.integers(1, 4000),
        st.integers(0, 4),
        st.integers(36, 90),
        st.integers(1, 127),
    ),
    max_size=60,
).map(lambda rows: sorted(rows, key=lambda note: note.start_frame))


def render(score, lengths, listeners=1, seat=0, others=()):
    """All buses of one listener; ``others`` play beside."""
    orchestra = Orchestra(listeners)
    for listener in range(listeners):
        for note in score if listener == seat else others:
            orchestra.play(listener, note)
    out, first = [], 0
    while first < QUANTA:
        quanta = min(lengths[len(out) % len(lengths)], QUANTA - first)
        bright = np.full((listeners, quanta + 1), 0.5, np.float32)
        buses = orchestra.render(first, quanta, bright).reshape(listeners, len(PARTS), 2, -1)
        out.append(buses[seat].copy())
        first += quanta
    return np.concatenate(out, axis=2)


@settings(max_examples=15, deadline=None)
@given(score=notes, lengths=st.lists(st.integers(1, 32), min_size=1, max_size=4))
def test_blocks_of_any_length_give_the_same_bits(score, lengths):
    assert np.array_equal(render(score, [16]), render(score, lengths))


@settings(max_examples=15, deadline=None)
@given(score=notes, others=notes, seat=st.integers(0, 5))
def test_company_never_changes_a_sample(score, others, seat):
    together = render(score, [16], listeners=6, seat=seat, others=others)

    assert np.array_equal(together, render(score, [16]))


@pytest.mark.parametrize(
    ("patch", "neighbour", "keys"),
    [
        ("bright-lead", "drive-bass", (72, 36)),
        ("organ", "choir", (60, 64)),
        ("kit", "kit", (38, 49)),
    ],
)
def test_a_neighbour_that_costs_more_changes_nothing(patch, neighbour, keys):
    note = PlayedNote(0, 3000, 0, patch, keys[0], 100, 0.0)
    beside = PlayedNote(0, 3000, 3, neighbour, keys[1], 100, 0.0)

    together, alone = render([note, beside], [16]), render([note], [16])

    assert np.array_equal(together[0], alone[0])


def test_more_voices_than_a_pool_holds_all_sound():
    chord = [
        PlayedNote(0, 3000, part, "electric-piano", 30 + 2 * n, 90, 0.0)
        for n in range(20)
        for part in range(4)
    ]

    bus = render(chord, [16])

    assert np.isfinite(bus).all()
    assert all(bus[part].std() > 1e-3 for part in range(4))


def loudest_step(sound):
    """The largest second difference: what a click is made of."""
    return np.abs(np.diff(sound, 2)).max()


def test_a_stolen_voice_fades_without_a_click():
    low = [PlayedNote(64 * n, 1 << 20, 0, "round-bass", 24, 110, 0.0) for n in range(MOST_VOICES)]
    thief = PlayedNote(20 * QUANTUM, 1 << 20, 0, "round-bass", 24, 1, 0.0)

    plain, stolen = render(low, [16])[0, 0], render([*low, thief], [16])[0, 0]

    cut = slice(20 * QUANTUM, 26 * QUANTUM)
    assert np.array_equal(plain[: 20 * QUANTUM], stolen[: 20 * QUANTUM])
    assert not np.array_equal(plain, stolen)
    assert loudest_step(stolen[cut]) < loudest_step(plain) + 1e-3  # -60 dBFS


@pytest.mark.parametrize("patch", PITCHED)
def test_no_patch_clicks_when_it_is_cut(patch):
    low = [PlayedNote(64 * n, 1 << 20, 0, patch, 36 + n % 3, 100, 0.0) for n in range(MOST_VOICES)]
    thief = PlayedNote(40 * QUANTUM, 1 << 20, 0, patch, 36, 1, 0.0)

    plain, stolen = render(low, [16])[0, 0], render([*low, thief], [16])[0, 0]

    cut = slice(40 * QUANTUM, 46 * QUANTUM)
    # One of many that beat with each other is gone: what is left may be a little louder.
    assert loudest_step(stolen[cut]) < 1.1 * loudest_step(plain[cut]) + 1e-3  # -60 dBFS


@pytest.mark.parametrize("patch", ["soft-lead", "electric-piano", "choir", "nylon", "piano"])
def test_a_held_note_sounds_until_it_is_let_go(patch):
    orchestra = Orchestra(1)
    bright = np.full((1, 17), 0.5, np.float32)
    note = PlayedNote(0, UNTIL_RELEASED, 0, patch, 60, 100, 0.0)

    held = orchestra.play(0, note)
    before = orchestra.render(0, 16, bright).copy()
    orchestra.release(held, 20 * QUANTUM)
    after = [orchestra.render(first, 16, bright).copy() for first in range(16, 3_200, 16)]

    assert before.std() > 1e-4
    assert after[0].std() > 1e-4
    assert not after[-1].any()


def test_a_note_that_has_gone_is_not_let_go_again():
    orchestra = Orchestra(1)
    bright = np.full((1, 33), 0.5, np.float32)
    gone = orchestra.play(0, PlayedNote(0, 64, 0, "electric-piano", 60, 100, 0.0))
    for first in range(0, 1_600, 32):
        orchestra.render(first, 32, bright)

    orchestra.play(0, PlayedNote(1_600 * QUANTUM, 1 << 20, 0, "electric-piano", 60, 99, 0.0))
    orchestra.release(gone, 1_601 * QUANTUM)
    sound = [orchestra.render(first, 32, bright).std() for first in range(1_600, 1_920, 32)]

    assert sound[-1] > 0.2 * sound[0]


def test_silence_costs_no_call_of_an_instrument():
    orchestra = Orchestra(1)
    bright = np.full((1, 33), 0.5, np.float32)
    for patch in PITCHED:
        orchestra.play(0, PlayedNote(0, 64, 0, patch, 60, 100, 0.0))
    for first in range(0, 16_000, 32):
        orchestra.render(first, 32, bright)

    assert not orchestra._berths.taken.any()  # kinds without a voice are passed over
    assert not orchestra.render(16_000, 32, bright).any()


def test_a_part_never_sounds_more_voices_than_its_share():
    flood = [PlayedNote(QUANTUM * n, 1 << 20, 0, "soft-lead", 60, 90, 0.0) for n in range(40)]
    share = flood[-MOST_VOICES:]

    flooded, fair = render(flood, [16])[0], render(share, [16])[0]

    last = slice(46 * QUANTUM, None)
    assert flooded[:, last].std() == pytest.approx(fair[:, last].std(), rel=1e-6)


def test_a_closed_hat_chokes_the_open_one():
    hats = [
        PlayedNote(0, 1000, 4, "kit", 46, 110, 0.0),
        PlayedNote(640, 1000, 4, "kit", 42, 1, 0.0),
    ]

    rung, choked = render(hats[:1], [16])[4], render(hats, [16])[4]

    after = slice(640 + 5 * QUANTUM, None)
    assert choked[:, after].std() < 0.05 * rung[:, after].std()


@pytest.mark.parametrize(("pan", "louder"), [(-1.0, 0), (1.0, 1)])
def test_pan_moves_a_note_to_one_side(pan, louder):
    note = PlayedNote(0, 3000, 3, "round-bass", 40, 90, pan)

    bus = render([note], [16])[3]

    assert bus[louder].std() > 100 * bus[1 - louder].std()


def test_the_noise_floor_of_a_bus_lies_below_130_db(monkeypatch):
    kind, patch = PATCHES["soft-lead"]
    loud_and_quiet = []
    for below_db in (0.0, 40.0):
        level_db = patch.level_db - below_db
        monkeypatch.setitem(PATCHES, "below", (kind, replace(patch, level_db=level_db)))
        sound = render([PlayedNote(21, 3000, 0, "below", 60, 100, 0.0)], [16])[0]
        loud_and_quiet.append(sound.astype(float))

    noise = 100.0 * loud_and_quiet[1] - loud_and_quiet[0]
    assert loud_and_quiet[0].std() > 0.01
    assert 20 * np.log10(noise.std() / 100.0) < -130.0
