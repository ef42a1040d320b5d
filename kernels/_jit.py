"""The decorators: ``@kernel`` for what Python calls, ``@fragment`` for what kernels share.

No fast-math anywhere: the same receipt must give the same bits on every machine.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, TypeVar

import numba
from numba import njit

import kernels  # noqa: F401 - names the cache folder before anything is compiled

F = TypeVar("F", bound=Callable[..., Any])

KERNELS: dict[str, Any] = {}
"""Every kernel by ``module.name``; the contract test walks this table."""

TESTED = (0, 65), (0, 69)
"""The first Numba whose inner workings are known, and the first that is not (`pyproject.toml`)."""

_OPTIONS = {"nogil": True, "error_model": "numpy", "boundscheck": None}
_OUTSIDE: dict[str, Any] = {"no_cfunc_wrapper": True}  # Python calls kernels, C nobody
_INSIDE: dict[str, Any] = {
    # Nobody but kernels calls a fragment: it needs no wrappers, which take longer to compile than
    # it does, and counts no references, which may cost more than the sound of a plucked string.
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
    "_nrt": False,
    "forceinline": True,
}


def _take_shortcuts() -> str:
    """Shorten compiling by what is known of Numba's inner workings; or why that is not done."""
    release = tuple(int(number) for number in numba.__version__.split(".")[:2])
    if not TESTED[0] <= release < TESTED[1]:
        newest = ".".join(map(str, TESTED[1]))
        return f"Numba {numba.__version__} is not known; run: pip install 'numba<{newest}'"
    try:
        from kernels._first import choose_without_a_call, try_numbers_and_arrays_first
        from kernels._kept import KernelCache  # noqa: F401 - `_with_cache` uses it
        from kernels._once import ask_once
        from kernels._pieces import translate_in_few_words
        from kernels._signatures import keep_signatures
        from kernels._steps import KernelCompiler, PieceCompiler

        try_numbers_and_arrays_first()
        choose_without_a_call()
        ask_once()
        keep_signatures()
        translate_in_few_words()
    except (ImportError, AttributeError) as error:
        return f"Numba {numba.__version__} is not as expected ({error}); install another"
    _OUTSIDE["pipeline_class"] = KernelCompiler
    _INSIDE["pipeline_class"] = PieceCompiler
    return ""


SLOW = _take_shortcuts()
"""Why kernels are compiled the plain way, which takes longer; empty if they are not."""

if SLOW:
    warnings.warn(f"{SLOW}; until then first starts are slow", stacklevel=1)


def kernel(function: F) -> F:
    """Compile a kernel: releases the GIL, is cached, never raises for arithmetic."""
    compiled = _with_plain_numbers(_with_cache(njit(**_OPTIONS, **_OUTSIDE)(function)))
    module = function.__module__.removeprefix("kernels.")
    KERNELS[f"{module}.{function.__name__}"] = compiled
    return compiled  # type: ignore[no-any-return]


def _with_cache(compiled: Any) -> Any:  # noqa: ANN401 - numba's, untyped
    """Have its machine code kept for the next start."""
    if SLOW:
        compiled.enable_caching()
    else:
        from kernels._kept import KernelCache

        compiled._cache = KernelCache(compiled.py_func)
    return compiled


def _with_plain_numbers(compiled: Any) -> Any:  # noqa: ANN401 - numba's, untyped
    """Have it compiled once for all numbers that are written in calls of it."""
    if SLOW:
        return compiled
    from kernels._signatures import take_plain_numbers

    return take_plain_numbers(compiled)


def fragment(function: F) -> F:
    """Compile a piece that only kernels call, usually on vectors; it is inlined into them."""
    piece = _with_plain_numbers(njit(**_OPTIONS, **_INSIDE)(function))
    return piece  # type: ignore[no-any-return]


def viewer(function: F) -> F:
    """As `fragment`, for a piece that returns parts of arrays and so must count references."""
    options = _INSIDE | {"_nrt": True, "forceinline": False}
    piece = _with_plain_numbers(njit(**_OPTIONS, **options)(function))
    return piece  # type: ignore[no-any-return]
