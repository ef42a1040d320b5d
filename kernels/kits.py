"""What is known of a drum: its settings, where it is, and where each of them lies."""

from __future__ import annotations

from kernels.lanes import LANES, rows_of

SETTINGS = (
    # The state at the start of a note.
    "tone",  # envelopes, falling from their level
    "second_tone",
    "noise",
    "metal",
    "sweep",  # octaves above the resting pitch, falling
    "integrator_1",
    "integrator_2",
    "rise",  # of the noise, towards 1
    "bursts",  # of noise still to come
    "wait",  # quanta until the next of them
    # What stays.
    "tone_decay",  # factors per frame
    "second_tone_decay",
    "noise_decay",
    "metal_decay",
    "sweep_decay",  # factor per control period
    "burst_decay",  # of the noise while bursts are to come
    "burst_level",
    "burst_wait",  # quanta from one to the next
    "rise_rate",  # share of the way per frame
    "metal_index",  # modulation in half turns
    "cutoff_octaves",  # log2 of Hz of the filter of noise and metal
    "brightness_octaves",
    "damping",  # 1/Q of that filter
    "low",  # gains of the filter's three outputs
    "band",
    "high",
)
PLATES = 3  # pairs of sines, each a modulator on a carrier
WHOLE_SETTINGS = (
    "phase",
    "second_phase",
    "seed",
    *(f"plate_phase_{number}" for number in range(1, 2 * PLATES + 1)),
    "increment",
    "second_increment",
    *(f"plate_increment_{number}" for number in range(1, 2 * PLATES + 1)),
)
STATES, COUNTERS = 10, 3 + 2 * PLATES

(TONE, SECOND, NOISE, METAL, SWEEP, INTEGRATOR_1, INTEGRATOR_2, RISE, BURSTS, WAIT, TONE_DECAY,
 SECOND_DECAY, NOISE_DECAY, METAL_DECAY, SWEEP_DECAY, BURST_DECAY, BURST_LEVEL, BURST_WAIT,
 RISE_RATE, INDEX, CUTOFF, BRIGHTNESS, DAMPING, LOW, BAND, HIGH) = rows_of(SETTINGS)  # fmt: skip
PHASE, SECOND_PHASE, SEED, PLATE_PHASES = 0, LANES, 2 * LANES, 3 * LANES
INCREMENT = PLATE_PHASES + 2 * PLATES * LANES
SECOND_INCREMENT, PLATE_INCREMENTS = INCREMENT + LANES, INCREMENT + 2 * LANES
