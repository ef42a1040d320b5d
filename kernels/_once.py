"""Asking once what Numba asks again and again while it compiles.

A tenth of all compiling goes into such questions: the parameters of the same functions, whether
modules are imported that are, whether there is anything new in tables that did not change, and
whether a number is a variable. Whoever enters the translator is announced, and nobody listens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from llvmlite.binding import ffi
from numba.core import base, ir, utils
from numba.core.typing import context

MOST_SIGNATURES = 4_096
PLAIN = frozenset({str, int, float, bool, type(None), ir.Loc})
"""Types of what an instruction may hold that has no variables."""


def ask_once() -> None:
    """Shorten what Numba does most often."""
    utils.pysignature = lru_cache(MOST_SIGNATURES)(utils.pysignature)
    ir.Inst._rec_list_vars = _variables_of
    base.BaseContext.refresh = _if_larger(base.BaseContext.refresh)
    context.BaseContext.refresh = _if_larger(context.BaseContext.refresh)
    ffi.lib._lock._cblist.clear()


def _variables_of(_instruction: ir.Inst, held: Any) -> list[ir.Var]:
    """Every variable in something that an instruction holds."""
    found: list[ir.Var] = []
    _gather((held,), found)
    return found


def _gather(parts: Iterable[Any], found: list[ir.Var]) -> None:
    for part in parts:
        kind = type(part)
        if kind is ir.Var:
            found.append(part)
        elif kind in PLAIN:
            continue
        elif isinstance(part, ir.Inst):
            found += part.list_vars()
        elif isinstance(part, list | tuple):
            _gather(part, found)
        elif isinstance(part, dict):
            _gather(part.values(), found)


def _if_larger(refresh: Callable[[Any], None]) -> Callable[[Any], None]:
    """Have a context read its registries only when they have grown, and import theirs only once."""
    sizes: dict[int, int] = {}

    def refresh_if_larger(self: Any) -> None:
        registries = self._registries  # by what reads each; all variants of a context share them
        size = sum(len(getattr(one, kind)) for one, loader in registries.items()
                   for kind in loader.registry_items)  # fmt: skip
        if id(registries) not in sizes:
            refresh(self)
        elif sizes[id(registries)] != size:
            for registry in tuple(registries):
                self.install_registry(registry)
        sizes[id(registries)] = size

    return refresh_if_larger
