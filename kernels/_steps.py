"""Compiling kernels in the steps that they need, of the many that Numba takes.

By itself Numba takes 27 steps for each function, many of which look through all of it for what no
kernel has: closures to be taken in, generators, blocks of Python, branches for arguments that are
None. Half of them also work out anew where each variable lives.
"""

from __future__ import annotations

from typing import Any

from numba.core.compiler import CompilerBase
from numba.core.compiler_machinery import PassManager
from numba.core.typed_passes import NativeLowering, NoPythonBackend
from numba.core.untyped_passes import FixupArgs

from kernels._inference import KernelTypeInference
from kernels._pieces import DraftLowering, KernelLowering
from kernels._reading import divide_variables, find_constants, find_last_uses, read_bytecode

_STEPS = (
    read_bytecode,
    FixupArgs().run_pass,
    find_constants,
    divide_variables,
    KernelTypeInference().run_pass,
    find_last_uses,
)


class _Steps(PassManager):
    """Takes one step after the other, and nothing between them."""

    def __init__(self, lowering: type[NativeLowering]) -> None:
        super().__init__("kernels")
        self.passes = [*_STEPS, lowering().run_pass, NoPythonBackend().run_pass]

    def run(self, state: Any) -> None:
        """Compile what the state holds."""
        for step in self.passes:
            step(state)


class KernelCompiler(CompilerBase):
    """Numba's compiler, for what Python calls."""

    def define_pipelines(self) -> list[Any]:
        """Return the one way in which it is done."""
        return [_Steps(KernelLowering)]


class PieceCompiler(CompilerBase):
    """Numba's compiler, for what only kernels call."""

    def define_pipelines(self) -> list[Any]:
        """Return the one way in which it is done."""
        return [_Steps(DraftLowering)]
