"""For each kernel that makes sound: how to render some quanta with it, in blocks of any length.

A new kernel gets the whole contract by one entry in `CASES`.
"""

import numba
import numpy as np
from case_blocks import F32, QUANTA, Case, blocks_of, noise
from mixer_cases import (
    LISTENERS,
    render_chorus,
    render_console,
    render_duck,
    render_echo,
    render_equaliser,
    render_handing,
    render_level,
    render_limit,
    render_reverb,
    render_strips,
)
from voice_cases import (
    VOICES_USE,
    render_hit,
    render_live,
    render_recording,
    render_release,
    voice_case,
)

from kernels import (
    packets,
    packing,
    playout,
)
from kernels.lanes import QUANTUM


def render_playout(lengths, loud=1.0):
    """A ring that starts in its middle, so that it wraps."""
    source = noise(14, QUANTA * QUANTUM, 2) * F32(loud)
    capacity = (QUANTA + 3) * QUANTUM
    memory = np.zeros(4 * (playout.HEAD_FLOATS + 2 * capacity), np.uint8)
    words, floats = memory.view(np.int64)[: playout.WORDS], memory.view(F32)
    words[playout.CAPACITY], words[playout.OPEN] = capacity, 1
    ring = floats[playout.HEAD_FLOATS :].reshape(capacity, 2)
    words[playout.PLAYED] = 20 * QUANTUM
    words[playout.WRITTEN] = (20 + QUANTA) * QUANTUM
    ring[np.arange(20 * QUANTUM, (20 + QUANTA) * QUANTUM) % capacity] = source
    out = []
    for _first, quanta in blocks_of(lengths):
        block = np.full(2 * quanta * QUANTUM, 9.0, F32)
        playout.play_out(words, floats, block)
        out.append(block)
    return np.concatenate(out)


def render_packed(lengths, loud=1.0):
    """Clipped, rounded and dithered; the dither of silence is not silence."""
    sound = noise(18, 2, QUANTA * QUANTUM) * F32(loud)
    out = []
    for first, quanta in blocks_of(lengths):
        piece = np.ascontiguousarray(sound[:, first * QUANTUM : (first + quanta) * QUANTUM])
        pairs = np.empty(quanta * QUANTUM, np.int32)
        packing.pack16(77, (first + 5) * QUANTUM, 32_767, piece, pairs)
        out.append(pairs.view(np.int16).reshape(-1, 2).T / F32(32_767))
    return np.concatenate(out, axis=1)


@numba.cfunc("int32(int64, CPointer(float32), int32, CPointer(float32), int32)")
def copy_as_packet(_encoder, pairs, frames, out, most):
    """An encoder that loses nothing."""
    if most < 8 * frames:
        return -1
    for n in range(2 * frames):
        out[n] = pairs[n]
    return 8 * frames


def render_packets(lengths, loud=1.0):
    """A packet for each quantum."""
    sound = noise(19, 2, QUANTA * QUANTUM) * F32(loud)
    out = []
    for first, quanta in blocks_of(lengths):
        pairs, ends = np.empty(2 * QUANTUM, F32), np.zeros(quanta, np.int32)
        data = np.zeros((quanta, packets.HEAD_BYTES + pairs.nbytes), np.uint8)
        packets.encode_packets(
            copy_as_packet.address, 0, sound, first * QUANTUM, pairs, data.reshape(-1), ends
        )
        assert ends.tolist() == [data.shape[1] * (number + 1) for number in range(quanta)]
        assert (np.ascontiguousarray(data[:, :2]).view("<u2") == pairs.nbytes).all()
        out.append(np.ascontiguousarray(data[:, 2:]).view(F32).reshape(-1, 2).T)
    return np.concatenate(out, axis=1)


HANDING = ("buses.take_in", "buses.drain_buses", "buses.hand_over")
SCALE = (36, 48, 60, 67, 72, 84)
CASES = {
    "saws.render_saws": voice_case("soft-lead", SCALE),
    "ensembles.render_ensembles": voice_case("string-ensemble", SCALE),
    "wavetables.render_wavetables": voice_case("violin", SCALE),
    "recordings.record_group": Case(render_recording),
    "fm.render_fm": voice_case("electric-piano", SCALE),
    "hits.render_hits": voice_case("kit", (36, 38, 42, 46, 51)),
    "drums.record_drum": Case(render_hit),
    "strings.render_strings": voice_case("nylon", SCALE),
    "modes.render_modes": voice_case("piano", SCALE),
    "voices.start_beat": voice_case("soft-lead", SCALE),
    "pools.render_pools": voice_case("soft-lead", SCALE),
    "voices.release_voice": Case(render_release, uses=VOICES_USE),
    "buses.drain_buses": voice_case("soft-lead", SCALE),
    "buses.take_in": Case(render_handing, uses=HANDING, calls=2),
    "buses.hand_over": Case(render_handing, uses=HANDING, calls=2),
    "effects.mix_strips": Case(render_strips, calls=LISTENERS),
    "packets.encode_packets": Case(render_packets),
    "packing.pack16": Case(render_packed, floor=1.5 / 32_767),
    "effects.equalise": Case(render_equaliser),
    "effects.duck": Case(render_duck, calls=LISTENERS),
    "effects.chorus": Case(render_chorus, calls=LISTENERS),
    "effects.echo": Case(render_echo, calls=LISTENERS),
    "effects.reverb": Case(render_reverb, calls=LISTENERS),
    "dynamics.limit": Case(render_limit),
    "loudness.level": Case(render_level),
    "hops.play_hop": Case(render_console),
    "consoles.mix_parts": Case(render_console, uses=("hops.play_hop",)),
    "consoles.finish": Case(render_console, uses=("hops.play_hop",)),
    "playout.play_out": Case(render_playout),
    "live.play_live": Case(render_live),
}
