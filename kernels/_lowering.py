"""Writing kernels down for LLVM, and no more of them than what they do.

For each instruction Numba makes a text to tell of it, which nobody reads; and for each variable
that more than one block uses it empties its place when it is done with, and reads what a store is
about to replace, lest a reference to an array be counted twice. Numbers have no references, nor
has anything in a piece that counts none.
"""

from __future__ import annotations

from typing import Any

from numba.core import errors, ir
from numba.core.lowering import Lower


class KernelLower(Lower):
    """Numba's translator, of whose words for those who look for its faults nothing is made."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._counted: dict[Any, bool] = {}

    def lower_block(self, block: Any) -> None:
        """Translate a block; what fails says where."""
        self.pre_block(block)
        try:
            for instruction in block.body:
                self.loc = instruction.loc
                self.lower_inst(instruction)
        except Exception as error:
            raise errors.LoweringError(f"{error}", loc=self.loc) from error
        self.post_block(block)

    def lower_inst(self, instruction: Any) -> None:
        """Translate an instruction; most give a value to a variable."""
        if isinstance(instruction, ir.Assign):
            target = instruction.target.name
            self.storevar(self.lower_assign(self.typeof(target), instruction), target)
        elif isinstance(instruction, ir.Del):
            self.delvar(instruction.value)
        else:
            super().lower_inst(instruction)

    def storevar(self, value: Any, name: str, argidx: int | None = None) -> None:
        """Give a variable its value."""
        if name in self._singly_assigned_vars or self._counts(name):
            super().storevar(value, name, argidx)
        else:
            self._alloca_var(name, self.typeof(name))
            self.builder.store(value, self.getvar(name))

    def delvar(self, name: str) -> None:
        """Be done with a variable."""
        if self._counts(name):
            super().delvar(name)

    def _counts(self, name: str) -> bool:
        """Whether a variable holds references that are counted."""
        kind = self.typeof(name)
        if kind not in self._counted:
            model = self.context.data_model_manager[kind]
            self._counted[kind] = self.context.enable_nrt and model.contains_nrt_meminfo()
        return self._counted[kind]
