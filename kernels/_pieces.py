"""Compiling the pieces that only kernels use no further than kernels need them.

By itself Numba optimises every function, and translates it for the processor, before another may
call it; what calls it then takes it in and does both once more. For a piece that nobody else calls
the first time is in vain: a quarter of all the time that a first start compiles.
"""

from __future__ import annotations

from typing import Any

from numba import _dynfunc
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import register_pass
from numba.core.typed_passes import NativeLowering


class _Draft(JITCodeLibrary):
    """The code of a piece, to be linked into kernels and optimised there."""

    def _optimize_final_module(self) -> None:
        """Leave that to the kernel."""

    def _finalize_final_module(self) -> None:
        """Close the module, and keep it from the processor."""
        self._finalize_dynamic_globals()
        self._finalized = True


def _stand_in(state: Any, lowered: Any) -> Any:
    """Enter the piece in Numba's tables, by an object that nobody may call: it has no address."""
    names = (lowered.fndesc.lookup_module(), lowered.fndesc.qualname, "a piece of kernels")
    key = _dynfunc.make_function(*names, 0, lowered.env, (state.library,))
    state.targetctx.insert_user_function(key, lowered.fndesc, [state.library])
    return lowered._replace(cfunc=key)


@register_pass(mutates_CFG=True, analysis_only=False)
class _DraftLowering(NativeLowering):
    _name = "draft_lowering"

    def run_pass(self, state: Any) -> bool:
        """Translate a piece, and let others call it."""
        codegen = state.targetctx.codegen()
        state.library = _Draft(codegen, state.func_id.func_qualname)
        state.library.enable_object_caching()
        state.flags.no_compile = True
        super().run_pass(state)
        state["cr"] = _stand_in(state, state["cr"])
        return True


class PieceCompiler(CompilerBase):
    """Numba's compiler, with the last step but one changed."""

    def define_pipelines(self) -> list[Any]:
        """As usual, up to the lowering."""
        passes = DefaultPassBuilder.define_nopython_pipeline(self.state)
        swapped = [(_DraftLowering, why) if step is NativeLowering else (step, why)
                   for step, why in passes.passes]  # fmt: skip
        passes.passes[:] = swapped
        passes.finalize()
        return [passes]
