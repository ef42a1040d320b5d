"""The drum voice: a swept tone, a second tone, and noise and metal through a filter.

Its parts die one after the other, and what has died costs nothing: voices with the same parts
left share lanes.
"""

from __future__ import annotations

from numba import float32 as f32

from kernels._jit import fragment, kernel
from kernels._types import Desk, Floats, Held, Ints, IntVector, Lanes, Ramps, Roll, Vector
from kernels.filters import svf_coefficients, svf_step
from kernels.lanes import (
    ALIVE,
    BRIGHT,
    CONTROL_FRAMES,
    LANES,
    QUANTUM,
    lanes_player,
    rows_of,
    sizes_of,
)
from kernels.oscillators import next_noise, white
from kernels.polynomials import PHASE_TO_HALF_TURNS, exp2, sine
from kernels.simd import (
    fma,
    fnma,
    greater_of,
    load,
    load_int,
    magnitude,
    shift_left,
    splat,
    store,
    store_int,
    to_float,
    to_int,
    where_less,
)

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
VARIED = (
    ("seed",),
    ("cutoff_octaves",),
    ("increment", "second_increment"),
    *((f"plate_phase_{number}",) for number in range(1, 2 * PLATES + 1)),
    tuple(f"plate_increment_{number}" for number in range(1, 2 * PLATES + 1)),
)
STATES, COUNTERS = 10, 3 + 2 * PLATES
SIZES = sizes_of(SETTINGS, WHOLE_SETTINGS, (STATES, COUNTERS), VARIED)

(TONE, SECOND, NOISE, METAL, SWEEP, INTEGRATOR_1, INTEGRATOR_2, RISE, BURSTS, WAIT, TONE_DECAY,
 SECOND_DECAY, NOISE_DECAY, METAL_DECAY, SWEEP_DECAY, BURST_DECAY, BURST_LEVEL, BURST_WAIT,
 RISE_RATE, INDEX, CUTOFF, BRIGHTNESS, DAMPING, LOW, BAND, HIGH) = rows_of(SETTINGS)  # fmt: skip
PHASE, SECOND_PHASE, SEED, PLATE_PHASES = 0, LANES, 2 * LANES, 3 * LANES
INCREMENT = PLATE_PHASES + 2 * PLATES * LANES
SECOND_INCREMENT, PLATE_INCREMENTS = INCREMENT + LANES, INCREMENT + 2 * LANES
INDEX_SCALE = 2.0**27  # shifted left by four bits: an index of 1 is half a turn
SILENT = 1e-5  # -100 dB: what has fallen below it is over


@fragment
def _any_above_zero(x: Vector, tile: Floats) -> bool:
    """Whether any lane is; the tile holds nothing yet."""
    store(tile, 0, x)
    above = False
    for lane in range(LANES):
        above |= tile[lane] > f32(0.0)
    return above


@fragment
def _audible(x: Vector) -> Vector:
    """An envelope, or nothing where it has died."""
    return where_less(magnitude(x), splat(f32(SILENT)), splat(f32(0.0)), x)


@fragment
def _tones(lanes: Lanes, tone: Vector, second: Vector) -> None:
    """The two tones of a quantum into the tile."""
    settings, whole_settings, state, counters, facts, tile, _ = lanes
    x1, x2 = load_int(counters, PHASE), load_int(counters, SECOND_PHASE)
    sweep, alive = load(state, SWEEP), load(facts, ALIVE)
    rest = to_float(load_int(whole_settings, INCREMENT))
    step_2 = load_int(whole_settings, SECOND_INCREMENT)
    decay_1, decay_2 = load(settings, TONE_DECAY), load(settings, SECOND_DECAY)
    pace = rest * exp2(sweep)
    for t0 in range(0, QUANTUM, CONTROL_FRAMES):
        sweep = sweep * load(settings, SWEEP_DECAY)
        ahead = rest * exp2(sweep)
        slope = (ahead - pace) * splat(f32(1.0 / CONTROL_FRAMES))
        for t in range(t0, t0 + CONTROL_FRAMES):
            x1 = x1 + to_int(pace)
            x2 = x2 + step_2
            pace = pace + slope
            store(tile, t * LANES, fma(sine(x1), tone, sine(x2) * second) * alive)
            tone = tone * decay_1
            second = second * decay_2
        pace = ahead
    for row, value in ((TONE, tone), (SECOND, second), (SWEEP, sweep)):
        store(state, row, value)
    store_int(counters, PHASE, x1)
    store_int(counters, SECOND_PHASE, x2)


@fragment
def _arch(phase: IntVector) -> Vector:
    """Two parabolas for a sine: a cymbal does not miss what is 30 dB below, and it costs half."""
    s = to_float(phase) * splat(f32(PHASE_TO_HALF_TURNS))
    return fnma(s, magnitude(s), s) * splat(f32(4.0))


@fragment
def _plates(x: tuple[IntVector, ...], index: Vector) -> Vector:
    """Three inharmonic pairs: a spectrum as dense as that of a cymbal."""
    bend_1 = shift_left(to_int(_arch(x[1]) * index), 4)
    bend_2 = shift_left(to_int(_arch(x[3]) * index), 4)
    bend_3 = shift_left(to_int(_arch(x[5]) * index), 4)
    return (_arch(x[0] + bend_1) + _arch(x[2] + bend_2)) + _arch(x[4] + bend_3)


@fragment
def _ring(lanes: Lanes, metal: Vector, hiss: Floats) -> None:
    """Metal of a quantum, added to what goes into the filter."""
    settings, whole_settings, state, counters, _, _, _ = lanes
    p1, p2 = load_int(counters, PLATE_PHASES), load_int(counters, PLATE_PHASES + LANES)
    p3, p4 = (
        load_int(counters, PLATE_PHASES + 2 * LANES),
        load_int(counters, PLATE_PHASES + 3 * LANES),
    )
    p5, p6 = (
        load_int(counters, PLATE_PHASES + 4 * LANES),
        load_int(counters, PLATE_PHASES + 5 * LANES),
    )
    index, decay = load(settings, INDEX) * splat(f32(INDEX_SCALE)), load(settings, METAL_DECAY)
    for t in range(QUANTUM):
        p1 = p1 + load_int(whole_settings, PLATE_INCREMENTS)
        p2 = p2 + load_int(whole_settings, PLATE_INCREMENTS + LANES)
        p3 = p3 + load_int(whole_settings, PLATE_INCREMENTS + 2 * LANES)
        p4 = p4 + load_int(whole_settings, PLATE_INCREMENTS + 3 * LANES)
        p5 = p5 + load_int(whole_settings, PLATE_INCREMENTS + 4 * LANES)
        p6 = p6 + load_int(whole_settings, PLATE_INCREMENTS + 5 * LANES)
        x = fma(_plates((p1, p2, p3, p4, p5, p6), index), metal, load(hiss, t * LANES))
        store(hiss, t * LANES, x)
        metal = metal * decay
    store(state, METAL, metal)
    for row, phase in enumerate((p1, p2, p3, p4, p5, p6)):
        store_int(counters, PLATE_PHASES + row * LANES, phase)


@fragment
def _hiss(lanes: Lanes, noise: Vector, decay: Vector, hiss: Floats) -> None:
    """Noise of a quantum into what goes into the filter."""
    settings, _, state, counters, _, _, _ = lanes
    seed, rise = load_int(counters, SEED), load(state, RISE)
    rate, one = load(settings, RISE_RATE), splat(f32(1.0))
    for t in range(QUANTUM):
        seed = next_noise(seed)
        rise = fma(one - rise, rate, rise)
        store(hiss, t * LANES, white(seed) * (noise * rise))
        noise = noise * decay
    store(state, NOISE, noise)
    store(state, RISE, rise)
    store_int(counters, SEED, seed)


@fragment
def _filtered(lanes: Lanes, hiss: Floats) -> None:
    """Add noise and metal to the tile, through the filter.

    The high-pass is what low-pass and damped band-pass leave of the input: its gain goes to them.
    """
    settings, _, state, _, facts, tile, _ = lanes
    swing = (load(facts, BRIGHT) - splat(f32(0.5))) * splat(f32(2.0))
    cutoff = exp2(fma(load(settings, BRIGHTNESS), swing, load(settings, CUTOFF)))
    damping, alive = load(settings, DAMPING), load(facts, ALIVE)
    a1, a2, a3 = svf_coefficients(cutoff, damping)
    half = splat(f32(0.5)) * alive
    high_gain = load(settings, HIGH) * alive
    low_gain = fnma(load(settings, HIGH), half, load(settings, LOW) * half)
    band_gain = fnma(load(settings, HIGH) * damping, half, load(settings, BAND) * half)
    s1, s2 = load(state, INTEGRATOR_1), load(state, INTEGRATOR_2)
    for t in range(QUANTUM):
        n = load(hiss, t * LANES)
        n1, n2 = svf_step(n, s1, s2, a1, a2, a3)
        out = fma(s2 + n2, low_gain, fma(s1 + n1, band_gain, n * high_gain))
        store(tile, t * LANES, load(tile, t * LANES) + out)
        s1, s2 = n1, n2
    store(state, INTEGRATOR_1, s1)
    store(state, INTEGRATOR_2, s2)


@fragment
def _next_burst(lanes: Lanes) -> tuple[Vector, Vector]:
    """Begin another burst of noise where one is due; the noise's level and decay."""
    settings, _, state, _, _, _, _ = lanes
    one, half, zero = splat(f32(1.0)), splat(f32(0.5)), splat(f32(0.0))
    bursts, wait = load(state, BURSTS), load(state, WAIT) - one
    due = where_less(wait, half, where_less(half, bursts, one, zero), zero)
    noise = where_less(half, due, load(settings, BURST_LEVEL), _audible(load(state, NOISE)))
    bursts = bursts - due
    store(state, BURSTS, bursts)
    store(state, WAIT, where_less(half, due, load(settings, BURST_WAIT), wait))
    return noise, where_less(half, bursts, load(settings, BURST_DECAY), load(settings, NOISE_DECAY))


@fragment
def _settle(state: Floats, driven: Vector) -> Vector:
    """Let the filter rest in lanes where it has rung out; 1 where it has not."""
    s1, s2 = load(state, INTEGRATOR_1), load(state, INTEGRATOR_2)
    loud = greater_of(greater_of(magnitude(s1), magnitude(s2)), driven)
    silent, zero = splat(f32(SILENT)), splat(f32(0.0))
    store(state, INTEGRATOR_1, where_less(loud, silent, zero, s1))
    store(state, INTEGRATOR_2, where_less(loud, silent, zero, s2))
    return where_less(loud, silent, zero, splat(f32(1.0)))


@fragment
def _weigh(slot: int, sizes: tuple[int, ...], held: Held) -> int:
    """Which parts are left: voices with the same share lanes."""
    at, state = slot * sizes[2], held[2]
    silent = f32(SILENT)
    metal = 4 if abs(state[at + METAL // LANES]) >= silent else 0
    bursts = state[at + BURSTS // LANES] > f32(0.0)
    noise = 2 if bursts or abs(state[at + NOISE // LANES]) >= silent else 0
    tone = max(abs(state[at + TONE // LANES]), abs(state[at + SECOND // LANES]))
    return metal + noise + (1 if tone >= silent else 0)


@fragment
def _quantum(lanes: Lanes) -> None:
    """One quantum of sixteen voices into the tile."""
    _, _, state, _, _, tile, hiss = lanes
    tone, second = _audible(load(state, TONE)), _audible(load(state, SECOND))
    metal = _audible(load(state, METAL))
    noise, decay = _next_burst(lanes)
    hissing = greater_of(magnitude(noise), load(state, BURSTS))
    filtered = _settle(state, greater_of(hissing, magnitude(metal)))
    tonal = _any_above_zero(greater_of(magnitude(tone), magnitude(second)), tile)
    metallic, noisy = _any_above_zero(magnitude(metal), tile), _any_above_zero(hissing, tile)
    filtering = _any_above_zero(filtered, tile)
    zero = splat(f32(0.0))
    if tonal:
        _tones(lanes, tone, second)
    else:
        for t in range(QUANTUM):
            store(tile, t * LANES, zero)
    if noisy:
        _hiss(lanes, noise, decay, hiss)
    elif filtering:
        for t in range(QUANTUM):
            store(hiss, t * LANES, zero)
    if metallic:
        _ring(lanes, metal, hiss)
    if filtering:
        _filtered(lanes, hiss)


_play = lanes_player(_quantum, _weigh, SIZES)


@kernel
def render_drums(
    first: int,
    quanta: int,
    roll: Roll,
    held: Held,
    varied: Ints,
    ramps: Ramps,
    desk: Desk,
    buses: Ints,
) -> None:
    """Render all drum voices of a pool for a block, and add them to their buses.

    Parameters
    ----------
    first, quanta, roll, held, varied, ramps, desk, buses
        As in `kernels.saws.render_saws`; a seed must not be zero.
    """
    _play((first, quanta), roll, held, varied, ramps, desk, buses)
