"""The decorators: ``@kernel`` for what Python calls, ``@fragment`` for what kernels share.

No fast-math anywhere: the same receipt must give the same bits on every machine.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

import kernels  # noqa: F401 - names the cache folder before anything is compiled

F = TypeVar("F", bound=Callable[..., Any])

KERNELS: dict[str, Any] = {}
"""Every kernel by ``module.name``; the contract test walks this table."""


def kernel(function: F) -> F:
    """Compile a kernel: releases the GIL, is cached, never raises for arithmetic."""
    compiled = njit(nogil=True, cache=True, error_model="numpy", boundscheck=None)(function)
    module = function.__module__.removeprefix("kernels.")
    KERNELS[f"{module}.{function.__name__}"] = compiled
    return compiled  # type: ignore[no-any-return]


def fragment(function: F) -> F:
    """Compile a piece that only kernels call, usually on vectors; it is inlined into them."""
    return njit(nogil=True, error_model="numpy", boundscheck=None, forceinline=True)(function)  # type: ignore[no-any-return]
