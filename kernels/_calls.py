"""How kernels call their pieces: values in, one value out.

By itself Numba has every function return whether it succeeded, looks at that after every call, and
takes arrays and tuples to bits to pass them and together again: fifty instructions and five
branches for each call, of which nothing is left when the piece has been taken in. Nothing that only
kernels call can fail, so a piece returns what it returns.
"""

from __future__ import annotations

import copy
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.callconv import CPUCallConv
from numba.core.cpu import CPUContext

TRAP = ir.FunctionType(ir.VoidType(), [])


class _Unfailing(CPUCallConv):  # type: ignore[misc]
    """How a piece calls what Numba brings: as Numba does, but what fails there ends the process."""

    def _return_errcode_raw(self, builder: Any, _code: Any) -> None:
        trap = cgutils.get_or_insert_function(builder.module, TRAP, "llvm.trap")
        builder.call(trap, [])
        builder.unreachable()

    def return_user_exc(self, builder: Any, *_what: Any, **_where: Any) -> None:
        """End, where Numba raises: an index outside of a tuple, a range in steps of nothing."""
        self._return_errcode_raw(builder, None)

    def return_status_propagate(self, builder: Any, _status: Any) -> None:
        """End, where Numba hands a failure on."""
        self._return_errcode_raw(builder, None)


class _PieceContext(CPUContext):  # type: ignore[misc]
    """What Numba knows of the processor, as a piece sees it."""

    @property
    def call_conv(self) -> Any:
        """How a piece calls what Numba brings."""
        return _Unfailing(self)

    def compile_subroutine(self, *given: Any, **named: Any) -> Any:
        """Compile what Numba brings as it is compiled for everybody."""
        plain = copy.copy(self)
        plain.__class__ = CPUContext
        return plain.compile_subroutine(*given, **named)


def within_piece(context: Any) -> Any:
    """The context of what only kernels call."""
    changed = copy.copy(context)
    changed.__class__ = _PieceContext
    return changed


def _is_given(kind: Any) -> bool:
    return not isinstance(kind, types.Omitted)  # type: ignore[attr-defined]


def declare(context: Any, module: Any, piece: Any) -> Any:
    """Mention a piece in a module."""
    found = module.globals.get(piece.mangled_name)
    if found is None:
        given = [context.get_value_type(kind) for kind in piece.argtypes if _is_given(kind)]
        kind = ir.FunctionType(context.get_value_type(piece.restype), given)
        found = ir.Function(module, kind, piece.mangled_name)
        if piece.inline:
            found.attributes.add("alwaysinline")
    return found


def arguments(function: Any, piece: Any) -> list[Any]:
    """What a piece was called with; None stands for what was left out."""
    given = iter(function.args)
    return [next(given) if _is_given(kind) else None for kind in piece.argtypes]


def caller(piece: Any, library: Any) -> Any:
    """What writes a call of a piece down, as Numba's tables hold it."""

    def call(context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        pairs = zip(values, piece.argtypes, strict=True)
        given = [value for value, kind in pairs if _is_given(kind)]
        return builder.call(declare(context, builder.module, piece), given)

    written: Any = call
    written.signature, written.libs = piece.argtypes, (library,)
    return written
