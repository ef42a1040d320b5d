"""The decorators: ``@kernel`` for what Python calls, ``@fragment`` for what kernels share.

No fast-math anywhere: the same receipt must give the same bits on every machine.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

import kernels  # noqa: F401 - names the cache folder before anything is compiled
from kernels._pieces import PieceCompiler

F = TypeVar("F", bound=Callable[..., Any])

KERNELS: dict[str, Any] = {}
"""Every kernel by ``module.name``; the contract test walks this table."""


_OPTIONS = {"nogil": True, "error_model": "numpy", "boundscheck": None}
_INSIDE = {
    # Nobody but kernels calls a fragment: it needs no wrappers, which take longer to compile than
    # it does, and counts no references, which may cost more than the sound of a plucked string.
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
    "_nrt": False,
    "forceinline": True,
}


def kernel(function: F) -> F:
    """Compile a kernel: releases the GIL, is cached, never raises for arithmetic."""
    compiled = njit(cache=True, **_OPTIONS)(function)
    module = function.__module__.removeprefix("kernels.")
    KERNELS[f"{module}.{function.__name__}"] = compiled
    return compiled  # type: ignore[no-any-return]


def fragment(function: F) -> F:
    """Compile a piece that only kernels call, usually on vectors; it is inlined into them."""
    return njit(**_OPTIONS, **_INSIDE, pipeline_class=PieceCompiler)(function)  # type: ignore[no-any-return]


def viewer(function: F) -> F:
    """As `fragment`, for a piece that returns parts of arrays and so must count references."""
    return njit(**_OPTIONS, no_cpython_wrapper=True)(function)  # type: ignore[no-any-return]
