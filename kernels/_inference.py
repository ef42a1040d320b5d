"""Working out the types of a kernel's variables without asking again what is settled.

Numba goes over all instructions of a function until no type changes any more: at least twice, and
each time it asks anew what comes of each operation and call. That of one whose variables have the
types that they had is what it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from numba.core import errors, ir
from numba.core.compiler_machinery import register_pass
from numba.core.typed_passes import NopythonTypeInference
from numba.core.typeinfer import ConstraintNetwork, TypeInferer


class _Settled:
    """The types of all variables of an instruction, right after it was asked for them."""

    __slots__ = ("types", "variables")

    def __init__(self, variables: list[Any]) -> None:
        self.variables = variables
        self.types = [one.type for one in variables]

    def holds(self) -> bool:
        """Whether none was open, and none has changed since."""
        pairs = zip(self.variables, self.types, strict=True)
        return all(then is not None and now.type is then for now, then in pairs)


class _Demands(ConstraintNetwork):
    """What instructions demand of types, asked as long as that may bring something new."""

    def __init__(self) -> None:
        super().__init__()
        self._settled: dict[int, _Settled] = {}

    def propagate(self, inferer: TypeInferer) -> list[Any]:
        """Ask all that are not settled; what fails may succeed when more is known."""
        known, failed = inferer.typevars, ConstraintNetwork()
        with inferer.warnings.catch_warnings(inferer.func_id.filename, 0):
            for number, demand in enumerate(self.constraints):
                if number in self._settled and self._settled[number].holds():
                    continue
                try:
                    demand(inferer)
                except errors.NumbaError:
                    failed.append(demand)
                else:
                    names = _names(vars(demand).values())
                    self._settled[number] = _Settled([known[one] for one in names if one in known])
        failures: list[Any] = failed.propagate(inferer)  # once more, to tell where it failed
        return failures


def _names(parts: Iterable[Any]) -> Iterator[str]:
    """The names of the variables in what a demand holds, and words that may be such."""
    for part in parts:
        if isinstance(part, ir.Var):
            yield part.name
        elif isinstance(part, str):
            yield part
        elif isinstance(part, list | tuple):
            yield from _names(part)
        elif isinstance(part, dict):
            yield from _names(part.values())


@register_pass(mutates_CFG=True, analysis_only=False)
class KernelTypeInference(NopythonTypeInference):
    """Finds the types of all variables."""

    _name = "kernel_type_inference"

    def run_pass(self, state: Any) -> bool:
        """Find them from those of the parameters."""
        function, context = state.func_ir, state.typingctx
        warnings = errors.WarningsFixer(errors.NumbaWarning)  # type: ignore[attr-defined]
        inferer = TypeInferer(context, function, warnings)
        inferer.constraints = _Demands()
        call = state.targetctx.target, inferer, function.func_id, state.args
        with context.callstack.register(*call), warnings:
            for number, name in enumerate(function.arg_names):
                inferer.seed_argument(name, number, state.args[number])
            inferer.build_constraint()
            state.typing_errors = inferer.propagate()
            state.typemap, state.return_type, state.calltypes = inferer.unify()
        return True
