"""Kernels that call others by the addresses of their machine code.

What is called so is compiled on its own, once, and may be chosen, or left uncompiled, as long as
nobody asks for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import typeof, types
from numba.core import cgutils
from numba.extending import intrinsic


class Callee:
    """Kernels that take values of the same types as a sample, and return nothing."""

    def __init__(self, sample: tuple[Any, ...]) -> None:
        self._kinds = tuple(map(typeof, sample))
        self.call = _caller(self._kinds)
        """In a kernel: an address and a tuple of all arguments."""

    def address_of(self, kernel: Any) -> int:
        """Where the machine code of one of them begins; now it is compiled."""
        kernel.compile(self._kinds)
        compiled = kernel.overloads[self._kinds]
        address: int = compiled.library.get_pointer_to_function(compiled.fndesc.llvm_func_name)
        return address


def _caller(kinds: tuple[Any, ...]) -> Callable[[int, Any], None]:
    whole = types.Tuple(kinds)

    @intrinsic
    def call(_typing: Any, address: Any, arguments: Any) -> Any:
        """Call the kernel at an address, as Numba calls it."""

        def generate(context: Any, builder: Any, _signature: Any, values: Any) -> Any:
            at, tied = values
            kind = context.call_conv.get_function_type(types.none, kinds)
            called = builder.inttoptr(at, kind.as_pointer())
            given = [builder.extract_value(tied, place) for place in range(len(kinds))]
            status, _ = context.call_conv.call_function(builder, called, types.none, kinds, given)
            with cgutils.if_unlikely(builder, status.is_error):
                context.call_conv.return_status_propagate(builder, status)
            return context.get_dummy_value()

        return types.void(types.int64, whole), generate

    made: Callable[[int, Any], None] = call
    return made
