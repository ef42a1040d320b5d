"""Compiling the pieces that only kernels use no further than kernels need them.

By itself Numba optimises every function, and translates it for the processor, before another may
call it; what calls it then takes it in and does both once more. For a piece that nobody else calls
the first time is in vain: a quarter of all the time that a first start compiles.
"""

from __future__ import annotations

from typing import Any

from numba import _dynfunc
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler_machinery import register_pass
from numba.core.typed_passes import NativeLowering


class _Kernel(JITCodeLibrary):
    """The code of a kernel."""

    def _optimize_functions(self, module: Any) -> None:
        """Simplify what is defined here; by itself Numba tries what is only mentioned as well."""
        module.data_layout = self._codegen._data_layout
        for function in module.functions:
            if not function.is_declaration:
                passes, builder = self._codegen._function_pass_manager()
                passes.run(function, builder)


class _Draft(JITCodeLibrary):
    """The code of a piece, to be linked into kernels and optimised there."""

    def _optimize_functions(self, module: Any) -> None:
        """Leave that to the kernel."""
        module.data_layout = self._codegen._data_layout

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


def _open_library(kind: type[JITCodeLibrary], state: Any) -> None:
    state.library = kind(state.targetctx.codegen(), state.func_id.func_qualname)
    state.library.enable_object_caching()


@register_pass(mutates_CFG=True, analysis_only=False)
class KernelLowering(NativeLowering):
    """Translates a kernel."""

    _name = "kernel_lowering"

    def run_pass(self, state: Any) -> bool:
        """Translate a kernel, and let Python call it."""
        _open_library(_Kernel, state)
        return bool(super().run_pass(state))


@register_pass(mutates_CFG=True, analysis_only=False)
class DraftLowering(NativeLowering):
    """Translates a piece."""

    _name = "draft_lowering"

    def run_pass(self, state: Any) -> bool:
        """Translate a piece, and let others call it."""
        _open_library(_Draft, state)
        state.flags.no_compile = True
        super().run_pass(state)
        state["cr"] = _stand_in(state, state["cr"])
        return True
