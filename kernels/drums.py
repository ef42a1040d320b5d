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
from kernels.polynomials import exp2, sine
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
SILENT = 3e-5  # -90 dB of full scale: what has fallen below it is over
RISEN = 1.0 - 1e-6
SLOPE, SQUARE = 4.0 * 2.0**-31, 4.0 * 2.0**-62  # of a parabola over a phase


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
def _first_tone(lanes: Lanes, tone: Vector) -> None:
    """The swept tone of a quantum into the tile."""
    settings, whole_settings, state, counters, facts, tile, _ = lanes
    phase, sweep, tone = load_int(counters, PHASE), load(state, SWEEP), tone * load(facts, ALIVE)
    rest = to_float(load_int(whole_settings, INCREMENT))
    decay, sweep_decay = load(settings, TONE_DECAY), load(settings, SWEEP_DECAY)
    pace = rest * exp2(sweep)
    for t0 in range(0, QUANTUM, CONTROL_FRAMES):
        sweep = sweep * sweep_decay
        ahead = rest * exp2(sweep)
        slope = (ahead - pace) * splat(f32(1.0 / CONTROL_FRAMES))
        for t in range(t0, t0 + CONTROL_FRAMES):
            phase = phase + to_int(pace)
            pace = pace + slope
            store(tile, t * LANES, sine(phase) * tone)
            tone = tone * decay
        pace = ahead
    store(state, TONE, tone)
    store(state, SWEEP, sweep)
    store_int(counters, PHASE, phase)


@fragment
def _second_tone(lanes: Lanes, tone: Vector) -> None:
    """Add the steady tone of a quantum to the tile."""
    settings, whole_settings, state, counters, facts, tile, _ = lanes
    phase, tone = load_int(counters, SECOND_PHASE), tone * load(facts, ALIVE)
    step, decay = load_int(whole_settings, SECOND_INCREMENT), load(settings, SECOND_DECAY)
    for t in range(QUANTUM):
        phase = phase + step
        store(tile, t * LANES, fma(sine(phase), tone, load(tile, t * LANES)))
        tone = tone * decay
    store(state, SECOND, tone)
    store_int(counters, SECOND_PHASE, phase)


@fragment
def _arch(phase: IntVector, slope: Vector, square: Vector) -> Vector:
    """Two parabolas for a sine: a cymbal does not miss what is 30 dB below, and it costs half."""
    x = to_float(phase)
    return x * fnma(magnitude(x), square, slope)


@fragment
def _plate(carrier: IntVector, modulator: IntVector, bends: tuple[Vector, Vector]) -> Vector:
    """An inharmonic pair; three of them have a spectrum as dense as that of a cymbal."""
    bend = shift_left(to_int(_arch(modulator, bends[0], bends[1])), 4)
    return _arch(carrier + bend, splat(f32(SLOPE)), splat(f32(SQUARE)))


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
    steps = PLATE_INCREMENTS
    s1, s2 = load_int(whole_settings, steps), load_int(whole_settings, steps + LANES)
    s3, s4 = (
        load_int(whole_settings, steps + 2 * LANES),
        load_int(whole_settings, steps + 3 * LANES),
    )
    s5, s6 = (
        load_int(whole_settings, steps + 4 * LANES),
        load_int(whole_settings, steps + 5 * LANES),
    )
    index, decay = load(settings, INDEX), load(settings, METAL_DECAY)
    bends = index * splat(f32(INDEX_SCALE * SLOPE)), index * splat(f32(INDEX_SCALE * SQUARE))
    for t in range(QUANTUM):
        p1, p2, p3, p4, p5, p6 = p1 + s1, p2 + s2, p3 + s3, p4 + s4, p5 + s5, p6 + s6
        plates = (_plate(p1, p2, bends) + _plate(p3, p4, bends)) + _plate(p5, p6, bends)
        store(hiss, t * LANES, fma(plates, metal, load(hiss, t * LANES)))
        metal = metal * decay
    store(state, METAL, metal)
    for row, phase in enumerate((p1, p2, p3, p4, p5, p6)):
        store_int(counters, PLATE_PHASES + row * LANES, phase)


@fragment
def _hiss(lanes: Lanes, noise: Vector, decay: Vector, hiss: Floats) -> None:
    """Noise of a quantum into what goes into the filter."""
    state, counters = lanes[2], lanes[3]
    seed = load_int(counters, SEED)
    for t in range(QUANTUM):
        seed = next_noise(seed)
        store(hiss, t * LANES, white(seed) * noise)
        noise = noise * decay
    store(state, NOISE, noise)
    store_int(counters, SEED, seed)


@fragment
def _raise(lanes: Lanes, hiss: Floats) -> None:
    """Let noise rise from nothing."""
    state, rate, one = lanes[2], load(lanes[0], RISE_RATE), splat(f32(1.0))
    rise = load(state, RISE)
    for t in range(QUANTUM):
        rise = fma(one - rise, rate, rise)
        store(hiss, t * LANES, load(hiss, t * LANES) * rise)
    store(state, RISE, where_less(rise, splat(f32(RISEN)), rise, one))


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
    zero = splat(f32(0.0))
    tonal, doubled = (
        _any_above_zero(magnitude(tone), tile),
        _any_above_zero(magnitude(second), tile),
    )
    low = splat(f32(1.0)) - load(state, RISE)
    rising = _any_above_zero(where_less(zero, hissing, low, zero), tile)
    metallic, noisy = _any_above_zero(magnitude(metal), tile), _any_above_zero(hissing, tile)
    filtering = _any_above_zero(filtered, tile)
    if tonal:
        _first_tone(lanes, tone)
    else:
        for t in range(QUANTUM):
            store(tile, t * LANES, zero)
    if doubled:
        _second_tone(lanes, second)
    if noisy:
        _hiss(lanes, noise, decay, hiss)
        if rising:
            _raise(lanes, hiss)
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
