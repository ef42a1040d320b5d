"""The stages of the mixer one by one, as tests call them; the product has all of them in one."""

import numpy as np

from kernels import choruses, delays, ducks, equalisers, mixing, reverbs
from kernels._jit import kernel
from kernels.buses import STEPS, STRIDE, is_sounding, read_quantum, turn_over
from kernels.lanes import LANES, QUANTUM
from kernels.simd import splat, store


@kernel
def equalise(quanta, step, first, last, bands, desk, memories, buses, out):
    """Equalise, and take all buses, (buses * 2 * frames,); they are left silent."""
    equalisers.equalise(quanta, step, first, last, bands, desk, memories, buses)
    frames, scale = quanta * QUANTUM, splat(np.float32(1.0 / STEPS))
    for bus in range(buses.shape[0] // (2 * STRIDE)):
        for quantum in range(quanta):
            held, begin = is_sounding(buses, bus, quantum), quantum * QUANTUM
            x = read_quantum(buses, 2 * bus * STRIDE + begin, held)
            for k in range(4):
                store(out, 2 * bus * frames + begin + k * LANES, x[k] * scale)
                store(out, (2 * bus + 1) * frames + begin + k * LANES, x[4 + k] * scale)
        turn_over(quanta, buses, bus)


@kernel
def duck(*arguments):
    ducks.duck(*arguments)


@kernel
def mix_strips(*arguments):
    mixing.mix_strips(*arguments)


@kernel
def chorus(*arguments):
    choruses.chorus(*arguments)


@kernel
def echo(*arguments):
    delays.echo(*arguments)


@kernel
def reverb(*arguments):
    reverbs.reverb(*arguments)
