"""Compiling is shortened by what is known of Numba; another Numba works as well, only slower."""

import subprocess
import sys
from types import SimpleNamespace

from numba.core import ir

from kernels import _jit, _once

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
