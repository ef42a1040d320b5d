"""Writing kernels down for LLVM, and no more of them than what they do.

For each instruction Numba makes a text to tell of it, which nobody reads; and for each variable
that more than one block uses it empties its place when it is done with, and reads what a store is
about to replace, lest a reference to an array be counted twice. Numbers have no references, nor
has anything in a piece that counts none; and what is given a value once needs no place for it.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from llvmlite.ir import IRBuilder
from numba.core import errors, ir, types
from numba.core.lowering import Lower

from kernels._calls import arguments, declare, within_piece
from kernels._elements import is_plain, place_of
from kernels._reading import MET


class KernelLower(Lower):
    """Numba's translator, of whose words for those who look for its faults nothing is made."""

    def init(self) -> None:
        """Get ready."""
        self._counted: dict[Any, bool] = {}
        super().init()

    def _find_singly_assigned_variable(self) -> None:
        """Find the variables that need no place of their own, since they get one value.

        What branches bring where they meet has several, though all but one may be missing. What
        counts references has a place unless only one block knows it.
        """
        if self.context.enable_nrt:
            super()._find_singly_assigned_variable()
        else:
            self._singly_assigned_vars: set[str] = set()
            self._blk_local_varmap: dict[str, Any] = {}
        assigned = Counter(
            instruction.target.name
            for block in self.blocks.values()
            for instruction in block.body
            if isinstance(instruction, ir.Assign)
        )
        self._singly_assigned_vars |= {
            name
            for name, times in assigned.items()
            if times == 1 and name not in self.metadata[MET] and not self._counts(name)
        }

    def pre_block(self, block: Any) -> None:
        """Begin a block; kernels try nothing that may fail."""
        self._cur_ir_block = block

    def post_block(self, block: Any) -> None:
        """End a block."""

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

    def lower_assign(self, kind: Any, instruction: Any) -> Any:
        """Find a value; functions are known by their types, and need none."""
        if isinstance(kind, types.Dispatcher):
            return self.context.get_dummy_value()
        value = instruction.value
        if isinstance(value, ir.Expr) and value.op == "static_getitem" and self._is_plain(value):
            return self.lower_getitem(kind, value, value.value, value.index_var, None)
        return super().lower_assign(kind, instruction)

    def _is_plain(self, instruction: Any) -> bool:
        """Whether a constant index is that of an element of an array of numbers."""
        index = instruction.index_var
        return index is not None and is_plain(
            self.typeof(instruction.value.name), self.typeof(index.name)
        )

    def lower_getitem(
        self, kind: Any, instruction: Any, array: Any, index: Any, signature: Any
    ) -> Any:
        """Read an element."""
        kinds = self.typeof(array.name), self.typeof(index.name)
        if not is_plain(*kinds):
            return super().lower_getitem(kind, instruction, array, index, signature)
        values = self.loadvar(array.name), self.loadvar(index.name)
        element = self.builder.load(place_of(self.context, self.builder, kinds, *values))
        return self.context.cast(self.builder, element, kinds[0].dtype, kind)

    def lower_setitem(self, array: Any, index: Any, value: Any, signature: Any) -> Any:
        """Write an element."""
        kinds = self.typeof(array.name), self.typeof(index.name)
        given = self.typeof(value.name)
        if not is_plain(*kinds) or not isinstance(given, types.Number | types.Boolean):
            return super().lower_setitem(array, index, value, signature)
        values = self.loadvar(array.name), self.loadvar(index.name)
        element = self.context.cast(self.builder, self.loadvar(value.name), given, kinds[0].dtype)
        self.builder.store(element, place_of(self.context, self.builder, kinds, *values))
        return None

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


class PieceLower(KernelLower):
    """The same for what only kernels call."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.context: Any = within_piece(self.context)

    def setup_function(self, piece: Any) -> None:
        """Begin the piece."""
        self.function = declare(self.context, self.module, piece)
        self.entry_block = self.function.append_basic_block("entry")
        self.builder = IRBuilder(self.entry_block)
        self.call_helper = self.call_conv.init_call_helper(self.builder)

    def extract_function_arguments(self) -> Any:
        """What it was called with."""
        self.fnargs = arguments(self.function, self.fndesc)
        return self.fnargs

    def lower_inst(self, instruction: Any) -> None:
        """Translate an instruction; the last gives a value back."""
        if isinstance(instruction, ir.Return):
            name, kind = instruction.value.name, self.fndesc.restype
            value = self.loadvar(name)
            self.builder.ret(self.context.cast(self.builder, value, self.typeof(name), kind))
        elif isinstance(instruction, ir.StaticRaise | ir.DynamicRaise):
            raise errors.LoweringError("what only kernels call cannot raise")
        else:
            super().lower_inst(instruction)
