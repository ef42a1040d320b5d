"""Chorus, echo, room and hall: what comes back, when, how dense, and that it ends."""

import effects
import numpy as np
import pytest

from genmusic.mixing.rings import RingBank
from genmusic.mixing.spaces import HALL, ROOM, turns
from kernels import choruses, delays, ducks, mixing, reverbs
from kernels.lanes import QUANTUM
from kernels.rings import RESTED

RATE = 48_000
GAUSSIAN_SHARE = 0.317310507863  # of a normal distribution beyond one standard deviation


def response(space, seconds, bus=mixing.HALL, length=4):
    """Left and right of a space when both sides are struck."""
    quanta = length * RATE // QUANTUM
    fed, sends, dry = struck(quanta, bus, (2.0, 0.0))
    bank, rooms = (
        RingBank(1, space.rings, space.held),
        np.tile(turns(space, seconds), (1, quanta, 1)),
    )
    reverberate(quanta, bus, space, rooms, bank, (fed, sends, dry))
    return dry[0].astype(float)


def struck(quanta, bus, sides, fed=1):
    """Sends of one listener, one of which is struck in its first frame; a silent dry bus."""
    sends = np.zeros((mixing.SENDS, 2, quanta * QUANTUM), np.float32)
    sends[bus - 1, :, 0] = sides  # of a space the sum of both, on the left
    flags = np.full((mixing.SENDS, quanta), fed, np.int32)
    return flags, sends, np.zeros((1, 2, quanta * QUANTUM), np.float32)


def reverberate(quanta, bus, space, rooms, bank, buffers):
    """Run a space over a block, wet at full level."""
    wet, clocks = np.ones((1, quanta + 1), np.float32), np.zeros(1, np.int64)
    desk = np.zeros(reverbs.HEADS, np.int32), np.zeros(reverbs.MOVES, np.float32)
    fed, sends, dry = buffers
    effects.reverb(quanta, 0, 1, bus, clocks, space.table, rooms, wet, *bank.memory,
                   desk, True, fed, sends.reshape(-1), dry.reshape(-1))  # fmt: skip


def density(sound, at_seconds):
    """Normalised echo density (Abel, Huang 2006): 0 for sparse echoes, 1 for Gaussian noise."""
    half, middle = RATE // 100, round(at_seconds * RATE)
    part = sound[middle - half : middle + half]
    weights = np.hanning(part.size) / np.hanning(part.size).sum()
    deviation = np.sqrt((weights * part**2).sum())
    return weights[np.abs(part) > deviation].sum() / GAUSSIAN_SHARE


def decay_seconds(sound, low_hz, high_hz):
    """To -60 dB in a band: the slope of its short-time power from 5 to 35 dB below the loudest."""
    frames = sound[: sound.size // 512 * 512].reshape(-1, 512)
    power = np.abs(np.fft.rfft(frames * np.hanning(512), axis=1)) ** 2
    hz = np.fft.rfftfreq(512, 1 / RATE)
    levels = 10 * np.log10(power[:, (hz >= low_hz) & (hz <= high_hz)].sum(axis=1) + 1e-20)
    fading = levels - levels.max()
    tail = slice(np.flatnonzero(fading > -5)[-1], np.flatnonzero(fading > -35)[-1])
    slope = np.polyfit(np.arange(fading.size)[tail] * 512 / RATE, fading[tail], 1)[0]
    return -60 / slope


def test_the_hall_is_dense_after_a_tenth_of_a_second_and_the_room_at_once():
    hall, room = response(HALL, 2.8)[0], response(ROOM, 0.5)[0]

    assert density(hall, 0.05) > 0.45
    assert density(hall, 0.1) > 0.85
    assert density(hall, 0.2) > 0.9
    assert density(room, 0.04) > 0.85


@pytest.mark.parametrize(("space", "seconds"), [(HALL, 1.5), (HALL, 3.0), (ROOM, 0.4), (ROOM, 0.8)])
def test_it_dies_away_in_its_time_and_the_highs_before(space, seconds):
    sound = response(space, seconds, length=8)[0]

    assert decay_seconds(sound, 100, 1_000) == pytest.approx(seconds, rel=0.15)
    assert decay_seconds(sound, 6_000, 10_000) < 0.75 * decay_seconds(sound, 100, 1_000)


def test_left_and_right_of_a_space_are_strangers():
    left, right = response(HALL, 2.8)

    assert abs(np.corrcoef(left, right)[0, 1]) < 0.1


def test_a_tail_ends_and_costs_nothing_then():
    quanta = 30 * RATE // QUANTUM
    fed, sends, dry = struck(quanta, mixing.ROOM, (2.0, 0.0), fed=0)
    fed[mixing.ROOM - 1, 0] = 1
    bank, rooms = RingBank(1, ROOM.rings, ROOM.held), np.tile(turns(ROOM, 0.5), (1, quanta, 1))

    reverberate(quanta, mixing.ROOM, ROOM, rooms, bank, (fed, sends, dry))

    ran = fed[mixing.ROOM - 1].sum() * QUANTUM / RATE
    assert 1.5 < ran < 5.0  # five times -60 dB and what the lines are long
    assert bank.places[0, RESTED] >= max(ROOM.rings)
    assert len(bank.take(0)[0]) == 0


def echoed(delay, quanta=1_100, **levels):
    """Sends and dry bus of an echo whose left side is struck once."""
    fed, sends, dry = struck(quanta, mixing.ECHO, (0.0, 0.0))
    sends[mixing.ECHO - 1, 0, 5] = 1.0
    rows = np.zeros((1, delays.ECHO_ROWS, quanta + 1), np.float32)
    rows[0, delays.SHARE], rows[0, delays.FEEDBACK] = 1.0, levels.get("feedback", 0.5)
    rows[0, delays.TO_HALL] = levels.get("to_hall", 0.0)
    bank, pair = RingBank(1, (delays.RING,), (delays.RING,)), np.full((1, 2), delay, np.int32)
    effects.echo(
        quanta, 0, 1, pair, rows, *bank.memory, True, fed, sends.reshape(-1), dry.reshape(-1)
    )  # fmt: skip
    return sends, dry[0]


@pytest.mark.parametrize("delay", [delays.SHORTEST_FRAMES, 9_001, delays.LONGEST_FRAMES])
def test_an_echo_comes_when_it_shall_from_side_to_side(delay):
    _, dry = echoed(delay)

    assert np.flatnonzero(dry[0])[:2].tolist() == [5 + delay, 6 + delay]  # two: darker
    assert np.flatnonzero(dry[1])[:3].tolist() == [5 + 2 * delay + k for k in range(3)]
    assert dry[1, 5 + 2 * delay :][:3].sum() == pytest.approx(0.5)


def test_the_echo_goes_on_into_the_hall():
    sends, _ = echoed(9_000, to_hall=0.25)

    both = sends[mixing.ECHO - 1].sum(axis=0)
    assert np.allclose(sends[mixing.HALL - 1, 0], 0.25 * both, atol=1e-7)


def test_the_chorus_widens_without_a_change_of_level():
    quanta = 4 * RATE // QUANTUM
    mono = np.random.default_rng(3).normal(0, 0.1, quanta * QUANTUM).astype(np.float32)
    fed, sends, dry = struck(quanta, mixing.CHORUS, (0.0, 0.0))
    sends[mixing.CHORUS - 1] = mono
    bank = RingBank(1, (choruses.RING,) * 2, (choruses.HELD,) * 2)
    clocks = np.zeros(1, np.int64)

    moves = np.zeros(choruses.MOVES, np.float32)
    buffers = fed, sends.reshape(-1), dry.reshape(-1)
    effects.chorus(quanta, 0, clocks, *bank.memory, moves, True, *buffers)

    left, right = dry[0, :, RATE:]
    assert abs(np.corrcoef(left, right)[0, 1]) < 0.1
    # Noise of all frequencies loses a third of its power between two frames.
    assert left.std() == pytest.approx(mono.std() * (2 / 3) ** 0.5, rel=0.05)


def dips(kicks, quanta, release_frames=4_800.0):
    places = np.full((1, quanta), ducks.NO_KICK, np.int32)
    for frame in kicks:
        places[0, frame // QUANTUM] = frame % QUANTUM
    memory = np.array([[ducks.LONGEST_FRAMES, 0.0]], np.float32)
    out = np.zeros(quanta * QUANTUM, np.float32)
    releases = np.full((1, quanta + 1), release_frames, np.float32)
    effects.duck(quanta, 0, 1, True, places, releases, memory, out)
    return out


@pytest.mark.parametrize("frame", [0, 1_000, 1_037])
def test_a_dip_begins_on_the_frame_of_the_kick_and_gives_way(frame):
    out = dips([frame], 200)

    assert not out[: frame + 1].any()
    assert out[frame + 1] > 0
    assert out[frame + ducks.ATTACK_FRAMES] == pytest.approx(1.0, abs=0.01)
    assert out[frame + ducks.ATTACK_FRAMES + 2_400] == pytest.approx(0.25, abs=0.01)
    assert not out[frame + ducks.ATTACK_FRAMES + 4_800 :].any()


def test_a_kick_in_a_dip_does_not_jump():
    out = dips([1_000, 2_500, 2_570, 6_001], 200)

    assert np.abs(np.diff(out)).max() <= 1.001 / ducks.ATTACK_FRAMES
