"""How tests play a note, and what they measure of it."""

from dataclasses import fields, replace

import numpy as np

from genmusic.names import PARTS
from genmusic.synthesis.orchestra import Orchestra, PlayedNote
from genmusic.synthesis.patches import PATCHES
from genmusic.synthesis.pools import MAX_BLOCK_QUANTA
from genmusic.units import QUANTUM, SAMPLE_RATE

KITS = sorted(name for name, (kind, _) in PATCHES.items() if kind == "drums")
PITCHED = sorted(set(PATCHES) - set(KITS))
BASSES = {name for name in PITCHED if name.endswith("-bass")}
DRUMS = PARTS.index("drums")
STILL = {
    "breath": 0.0,
    "onset": 0.0,
    "vibrato_cents": 0.0,
    "tremolo": 0.0,
    "tremolo_db": 0.0,
    "detune_cents": 0.0,
    "drift_cents": 0.0,
}


def part_of(patch):
    return DRUMS if patch in KITS else 0


def play(
    patch, pitch, seconds=1.5, gate_seconds=1.2, start_frame=0, velocity=96, cents=0.0, bend=0.0
):
    """The sound of one note, (2, frames); ``bend`` in octaves."""
    orchestra, part = Orchestra(1), part_of(patch)
    gate = round(gate_seconds * SAMPLE_RATE)
    orchestra.play(0, PlayedNote(start_frame, gate, part, patch, pitch, velocity, 0.0, cents))
    bends = np.full((len(PARTS), MAX_BLOCK_QUANTA + 1), bend, np.float32)
    brightness = np.full((1, MAX_BLOCK_QUANTA + 1), 0.5, np.float32)
    blocks = []
    for first in range(0, round(seconds * SAMPLE_RATE) // QUANTUM, MAX_BLOCK_QUANTA):
        buses = orchestra.render(first, MAX_BLOCK_QUANTA, brightness, bends)
        blocks.append(buses.reshape(-1, 2, MAX_BLOCK_QUANTA * QUANTUM)[part].copy())
    return np.concatenate(blocks, axis=1).astype(np.float64)


def still(patch):
    """A patch without anything that blurs its partials: no noise, vibrato, detuning or decay."""
    names = {field.name for field in fields(patch)}
    steady = {"attack_seconds": 0.01, "decay_seconds": 0.05} if "sustain" in names else {}
    changed = replace(patch, **{n: v for n, v in (STILL | steady).items() if n in names})
    if "pairs" in names:
        steady = {"detune_cents": 0.0, "carrier_seconds": 60.0, "modulator_seconds": 60.0}
        pairs = tuple(replace(pair, **steady) for pair in patch.pairs)
        changed = replace(changed, pairs=pairs, decay_follows=0.0)
    return changed


def spectrum_db(sound):
    window = np.blackman(sound.size)
    return 20 * np.log10(np.abs(np.fft.rfft(sound * window)) + 1e-12)


def frequency_near(sound, expected_hz):
    """The centre of the power within half a semitone: detuned pairs and vibrato are symmetric."""
    power = np.abs(np.fft.rfft(sound * np.blackman(sound.size))) ** 2
    bins = np.arange(power.size) * SAMPLE_RATE / sound.size
    near = (bins > expected_hz * 0.9715) & (bins < expected_hz * 1.0293)
    return np.average(bins[near], weights=power[near])


def momentary_lufs(sound):
    """The loudest 400 ms, K-weighted (ITU-R BS.1770)."""
    z = np.exp(-2j * np.pi * np.fft.rfftfreq(sound.shape[1]))
    shelf = (1.53512485958697 - 2.69169618940638 * z + 1.19839281085285 * z**2) / (
        1.0 - 1.69065929318241 * z + 0.73248077421585 * z**2
    )
    high_pass = (1.0 - z) ** 2 / (1.0 - 1.99004745483398 * z + 0.99007225036621 * z**2)
    weighted = np.fft.irfft(np.fft.rfft(sound, axis=1) * shelf * high_pass, axis=1)
    energy = np.cumsum((weighted**2).sum(axis=0))
    window = round(0.4 * SAMPLE_RATE)
    return -0.691 + 10 * np.log10((energy[window:] - energy[:-window]).max() / window)
