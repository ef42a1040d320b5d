"""Compiling is shortened by what is known of Numba; another Numba works as well, only slower."""

import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from llvmlite.ir import _utils as names
from numba import njit
from numba.core import errors, ir
from numba.core.runtime import _nrt_python, rtsys

from kernels import _jit, _once, _signatures

PACK = """
import warnings
import numba
numba.__version__ = {version!r}
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    from genmusic.encoding.samples import to_pcm16
    from genmusic.synthesis.cache import why_slow
import numpy as np
print(to_pcm16(np.full((2, 64), 0.3, np.float32), 7, 0).tobytes().hex())
print(why_slow())
print(*(str(one.message) for one in caught))
"""


def packed_with(version, cache):
    """Samples of a kernel compiled by a Numba that says it is of this version, and what is said."""
    return subprocess.run(
        [sys.executable, "-c", PACK.format(version=version)],
        env={"XDG_CACHE_HOME": str(cache), "PATH": ""},
        capture_output=True,
        check=True,
        text=True,
        timeout=100,
    ).stdout.splitlines()


def test_a_numba_that_is_not_known_compiles_the_same_bits_and_a_sentence_says_what_to_do(tmp_path):
    known, *_ = packed_with("0.68.1", tmp_path / "known")
    other, reason, warned = packed_with("0.99.0", tmp_path / "other")

    assert other == known
    assert reason == "Numba 0.99.0 is not known; run: pip install 'numba<0.69'"
    assert warned == f"{reason}; until then first starts are slow"


def test_this_numba_is_known():
    assert _jit.SLOW == ""


def test_a_numba_whose_parts_moved_is_not_meddled_with(monkeypatch):
    monkeypatch.setitem(sys.modules, "kernels._steps", None)  # importing it fails

    assert "not as expected" in _jit._take_shortcuts()


def test_variables_are_found_wherever_an_instruction_holds_them():
    here = ir.Loc("a file", 1)
    one, two, three, four = (ir.Var(None, name, here) for name in "1234")
    call = ir.Expr.call(one, [two], (), here)

    found = _once._variables_of(call, {"a": [call, (three, 5, None)], "b": {"c": four}, "d": "e"})

    assert found == [one, two, three, four]


def test_registries_are_read_again_only_when_they_have_grown():
    class Registry:
        functions = ()

    read, registry, loader = [], Registry(), SimpleNamespace(registry_items=("functions",))
    context = SimpleNamespace(_registries={registry: loader}, install_registry=read.append)
    refresh = _once._if_larger(lambda _context: read.append("all"))

    for functions in ((), (), ("new",), ("new",)):
        registry.functions = functions
        refresh(context)

    assert read == ["all", registry]


def test_names_that_are_taken_get_a_number():
    scope = names.NameScope()

    given = [scope.register(name, deduplicate=True) for name in ("a", "a", "a.1", "a", "")]

    assert given == ["a", "a.1", "a.1.1", "a.2", ".1"]
    with pytest.raises(names.DuplicatedNameError):
        scope.register("a.2")


def test_the_order_of_templates_is_worked_out_once():
    asked = []

    def order(_target, templates, _name=""):
        asked.append(templates)
        return sorted(templates)

    find = _signatures._kept_order(order)

    assert [find("cpu", [2, 1]), find("cpu", [2, 1]), find("cpu", [3])] == [[1, 2], [1, 2], [3]]
    assert asked == [[2, 1], [3]]


def test_what_comes_of_an_operation_depends_on_the_types_that_it_is_given():
    @compiled
    def sums(number, whole):
        return number + number, whole + whole, number + whole, (number,) + (whole,)  # noqa: RUF005

    sums(1.0, 2)

    assert str(sums.nopython_signatures[0].return_type) == (
        "Tuple(float64, int64, float64, Tuple(float64, int64))"
    )


@_jit.fragment
def first_of(one, _other):
    return one


def test_arguments_that_are_handed_over_as_a_tuple_reach_a_piece():
    @compiled
    def choose(pair):
        return first_of(*pair)

    @compiled
    def choose_of_three(single, last):
        return first_of(*single, last)

    assert choose((3.0, 4.0)) == 3.0
    assert choose_of_three((5.0,), 6.0) == 5.0


def compiled(function):
    """A function compiled as kernels are, and kept nowhere."""
    return njit(**_jit._OPTIONS, **_jit._OUTSIDE)(function)


@_jit.fragment
def half(number):
    return number * 0.5


@_jit.fragment
def raised(number, by=2, wanted=True):
    if wanted:
        number = number + by
    return number, wanted


def test_a_piece_takes_what_is_left_out_and_gives_back_whatever_branches_bring():
    @compiled
    def raise_all(one):
        (plain, _), (more, _), (same, told) = raised(one), raised(one, 5), raised(one, 5, False)
        return plain, more, same, told

    assert raise_all(1) == (3, 6, 1, False)


def test_the_least_the_greatest_and_the_whole_are_those_of_python():
    @compiled
    def choose(one, other, small):
        return (
            min(one, other),
            max(one, other),
            max(other, one),
            min(small, 7),
            int(one),
            int(small),
        )

    for one in (1.5, -1.5, 0.25):
        chosen = choose(one, 1.25, np.int16(9))
        assert chosen == (min(one, 1.25), max(one, 1.25), max(1.25, one), 7, int(one), 9)
    assert choose(np.inf, np.nan, np.int16(9))[:2] == (np.inf, np.inf)  # as Python: the first
    assert [str(kind) for kind in choose.nopython_signatures[0].return_type][3:] == [
        "int64", "int64", "int16",
    ]  # fmt: skip


def test_a_variable_may_be_known_on_one_branch_alone():
    @compiled
    def last_of(count):
        for number in range(count):
            last = number * 2
        return last if count > 0 else -1

    assert (last_of(3), last_of(0)) == (4, -1)


def test_elements_are_counted_from_the_end_below_zero():
    @compiled
    def move(table, row, column, unsigned):
        table[row, column] = table[-1, unsigned] + table[0][1]
        return table[row][column]

    table = np.arange(6.0).reshape(2, 3)

    assert move(table, -2, -1, np.uint8(1)) == 5.0
    assert table.tolist() == [[0.0, 1.0, 5.0], [3.0, 4.0, 5.0]]


@_jit.fragment
def refuse(number):
    if number < 0:
        raise ValueError
    return number


def test_what_only_kernels_call_cannot_raise():
    @compiled
    def call(number):
        return refuse(number)

    with pytest.raises(errors.LoweringError, match=r"(?s)cannot raise.*test_shortcuts.py"):
        call(1)


def test_a_type_that_grows_in_a_loop_is_found():
    @compiled
    def add_halves(count):
        total = 0
        for number in range(count):
            total = total + half(number)  # a whole number, and then no more
        return total

    assert add_halves(4) == 3.0
    assert str(add_halves.nopython_signatures[0].return_type) == "float64"


@_jit.fragment
def twice(number):
    return number + number


def test_a_piece_is_compiled_once_whatever_numbers_stand_in_its_calls():
    @compiled
    def add_up(number):
        return twice(1) + twice(number) + twice(2) + twice(3)

    assert add_up(4) == 20
    assert [str(one) for one in twice.nopython_signatures] == ["(int64,) -> int64"]


@pytest.fixture
def counted_memory():
    """Numba counts what compiled code takes and gives back."""
    _nrt_python.memsys_enable_stats()
    yield rtsys.get_allocation_stats
    _nrt_python.memsys_disable_stats()


def test_arrays_that_a_kernel_makes_and_drops_are_freed(counted_memory):
    @compiled
    def sum_of_ones(count):
        ones = np.ones(1)
        for size in range(1, count):
            ones = np.ones(size)
        return ones.sum()

    sum_of_ones(2)
    before = counted_memory()
    total = sum_of_ones(50)
    after = counted_memory()

    assert total == 49.0
    assert after.alloc - before.alloc == after.free - before.free > 0


def test_a_fault_in_a_kernel_is_told_with_its_line():
    @compiled
    def ask_for_nothing(number):
        return number.nothing

    with pytest.raises(errors.TypingError, match=r"(?s)nothing.*test_shortcuts.py"):
        ask_for_nothing(1)
