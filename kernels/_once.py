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
from llvmlite.ir import _utils as names
from numba.core import base, byteflow, ir, ssa, targetconfig, utils
from numba.core.typing import context

MOST_SIGNATURES = 4_096
PLAIN = {str, int, float, bool, type(None), ir.Loc}
"""Types of what an instruction may hold that has no variables; more are added as they are met."""


def ask_once() -> None:
    """Shorten what Numba does most often."""
    utils.pysignature = lru_cache(MOST_SIGNATURES)(utils.pysignature)
    ir.Inst._rec_list_vars = _variables_of
    base.BaseContext.refresh = _if_larger(base.BaseContext.refresh)
    context.BaseContext.refresh = _if_larger(context.BaseContext.refresh)
    ffi.lib._lock._cblist.clear()
    targetconfig.TargetConfig.values = _settings
    names.NameScope.register = _register
    byteflow.Flow._run_handle_exception = _where_handled(byteflow.Flow._run_handle_exception)
    for module in (byteflow, ssa):
        module._logger.debug = _say_nothing


def _settings(self: Any) -> dict[str, Any]:
    """The settings of a target, without a call for each of thirty."""
    given = self._values
    return {name: given.get(name, option.default) for name, option in self.options.items()}


def _register(self: Any, name: str, deduplicate: bool = False) -> str:
    """Enter a name of LLVM's, with a number if there is one like it; without five calls."""
    used, counts, free = self._useset, self._basenamemap, name
    if name in used and not deduplicate:
        raise names.DuplicatedNameError(name)
    while free in used:
        counts[name] += 1
        free = f"{name}.{counts[name]}"
    used.add(free)
    return free


def _where_handled(look: Callable[..., Any]) -> Callable[..., Any]:
    """Ask what handles an exception, instruction by instruction, only where something does."""

    def look_if_handled(self: Any, runner: Any, state: Any) -> Any:
        if self._bytecode.exception_entries:
            return look(self, runner, state)
        return state.advance_pc()

    return look_if_handled


def _say_nothing(*_words: object) -> None:
    """Take what is told to a log that nobody reads."""


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
        elif kind is list or kind is tuple:
            _gather(part, found)
        elif issubclass(kind, ir.Inst):
            found += part.list_vars()
        elif issubclass(kind, dict):
            _gather(part.values(), found)
        else:
            PLAIN.add(kind)


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
