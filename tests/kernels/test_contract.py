"""What every kernel must keep; a new one gets these tests by its entry in `kernel_cases`."""

import importlib
import pkgutil

import numpy as np
import pytest
from case_blocks import QUANTA
from kernel_cases import CASES
from numba import types
from numba.core.runtime import _nrt_python as nrt
from numba.core.runtime import rtsys
from voice_cases import CALLED_INSIDE

import kernels
from kernels._jit import KERNELS

for module in pkgutil.iter_modules(kernels.__path__):
    importlib.import_module(f"kernels.{module.name}")

SILENT = (
    "writing",
    "sampling",
    "outlooks",
    "melodies",
    "copying",
    "drawing",
    "looking",
    "accompaniment",
    "rhythms",
    "harmonies",
    "readings",
    "agendas",
    "remembering",
)
NOT_SOUND = {name for name in KERNELS if name.split(".")[0] in SILENT}
sounding = pytest.mark.parametrize("name", sorted(CASES))


def test_every_kernel_that_makes_sound_is_under_contract():
    assert set(KERNELS) - NOT_SOUND == set(CASES)


def test_the_package_is_ours_and_not_another_of_that_name():
    assert hasattr(kernels, "CACHE_FOLDER")


@sounding
def test_the_result_does_not_depend_on_the_length_of_blocks(name):
    whole = CASES[name].render([QUANTA], 1.0)

    assert np.array_equal(whole, CASES[name].render([1], 1.0))
    assert np.array_equal(whole, CASES[name].render([5, 2, 8], 1.0))


@sounding
def test_silence_stays_silent(name):
    out = CASES[name].render([QUANTA], 0.0)

    assert np.abs(out).max() <= CASES[name].floor


@sounding
def test_sound_comes_out_and_stays_finite(name):
    out = CASES[name].render([QUANTA], 1.0)

    assert np.isfinite(out).all()
    assert 1e-4 < np.abs(out).max() < 20.0


@sounding
def test_it_is_compiled_for_one_signature_only(name):
    CASES[name].render([3], 1.0)
    CASES[name].render([QUANTA], 1.0)

    assert len(KERNELS[name].signatures) == 1


def arrays_in(kind):
    """How many arrays an argument type holds; Numba wraps each of them once a call."""
    if isinstance(kind, types.BaseTuple):
        return sum(arrays_in(member) for member in kind)
    return int(isinstance(kind, types.Array))


@sounding
def test_it_allocates_nothing(name):
    CASES[name].render([QUANTA], 1.0)
    used = {name, *CASES[name].uses} - CALLED_INSIDE
    handed_in = sum(arrays_in(kind) for k in used for kind in KERNELS[k].signatures[0])
    nrt.memsys_enable_stats()
    before = rtsys.get_allocation_stats().mi_alloc

    CASES[name].render([QUANTA], 1.0)

    assert rtsys.get_allocation_stats().mi_alloc - before == handed_in * CASES[name].calls


@pytest.mark.parametrize("name", [name for name in sorted(CASES) if ".render_" in name])
@pytest.mark.parametrize("slot", [0, 9, 21])
def test_a_voice_sounds_the_same_in_any_company(name, slot):
    together = CASES[name].render([QUANTA], 1.0)

    alone = CASES[name].render([QUANTA], 1.0, only=[slot])

    assert np.array_equal(together[slot], alone[slot])


def test_two_renderings_are_the_same_bits():
    for case in CASES.values():
        assert np.array_equal(case.render([QUANTA], 1.0), case.render([QUANTA], 1.0))
