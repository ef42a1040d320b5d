"""Compiling the pieces that only kernels use no further than kernels need them.

By itself Numba optimises every function, and translates it for the processor, before another may
call it; what calls it then takes it in, with all that it has taken in itself, and does both once
more. For a piece that nobody else calls this is in vain: it stays a text until a kernel links it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import llvmlite.binding as llvm
from numba import _dynfunc
from numba.core import cgutils
from numba.core.codegen import CodeLibrary, JITCodeLibrary
from numba.core.compiler_machinery import register_pass
from numba.core.typed_passes import NativeLowering

from kernels._calls import caller
from kernels._lowering import KernelLower, PieceLower

SHARED = "linkonce_odr"
"""Linkage of what may be defined several times, and goes when all have taken it in."""

FEW_WORDS = "-unroll-runtime=false", "-disable-lsr"
"""What LLVM leaves: writing loops of unknown length eight times, and working out anew how each
steps through memory. Sound and bars cost the same without, and translating a third less."""


def translate_in_few_words() -> None:
    """Tell LLVM, which has one set of options for a process."""
    for option in FEW_WORDS:
        llvm.set_option("kernels", option)


class _Kernel(JITCodeLibrary):
    """The code of a kernel."""

    def _optimize_functions(self, module: Any) -> None:
        """Simplify nothing yet: before a kernel has its pieces, all of them seem to cost nothing.

        LLVM would write loops and branches down several times that are long.
        """
        module.data_layout = self._codegen._data_layout

    def finalize(self) -> None:
        """Link each piece once, whoever calls it, and translate all for the processor."""
        self._raise_if_finalized()
        for module in _modules(self._linking_libraries, set()):
            self._final_module.link_in(module, preserve=True)
        self._optimize_final_module()
        self._final_module.verify()
        self._finalize_final_module()

    def _optimize_final_module(self) -> None:
        """Optimise; by itself Numba prepares that for what counts references, which is in vain.

        What is worth sixteen lanes says so itself: loops that are left have few turns, and LLVM
        would write each of them three times.
        """
        passes, builder = self._codegen._module_pass_manager(loop_vectorize=False)
        passes.run(self._final_module, builder)


def _modules(libraries: list[Any], seen: set[Any]) -> Iterator[Any]:
    """The modules of libraries, and of what pieces among them call."""
    for library in libraries:
        if library in seen:
            continue
        seen.add(library)
        if isinstance(library, _Draft):
            yield library.module()
            yield from _modules(library._linking_libraries, seen)
        else:
            yield library._get_module_for_linking()


class _Draft(JITCodeLibrary):
    """The code of a piece, to be linked into kernels and optimised there."""

    def __init__(self, codegen: Any, name: str) -> None:
        CodeLibrary.__init__(self, codegen, name)  # what follows makes an empty module for it
        self._linking_libraries: list[Any] = []
        self._text = ""
        self._module: Any = None

    def add_ir_module(self, ir_module: Any) -> None:
        """Keep the text of a module, of which there is one in a piece."""
        for function in ir_module.functions:
            if not function.is_declaration and not function.linkage:
                function.linkage = SHARED
        self._text = cgutils.normalize_ir_text(str(ir_module))

    def finalize(self) -> None:
        """Close the module, and keep it from the processor."""
        self._finalized = True

    def module(self) -> Any:
        """What kernels link."""
        if self._module is None:
            self._module = llvm.parse_assembly(self._text)
            self._module.data_layout = self._codegen._data_layout
        return self._module

    def _get_module_for_linking(self) -> Any:
        """What a function links that is no kernel: the piece, and all that it calls."""
        whole = self.module().clone()
        for module in _modules(self._linking_libraries, {self}):
            whole.link_in(module, preserve=True)
        return whole


def _stand_in(state: Any, lowered: Any) -> Any:
    """Enter the piece in Numba's tables, by an object that nobody may call: it has no address."""
    names = (lowered.fndesc.lookup_module(), lowered.fndesc.qualname, "a piece of kernels")
    key = _dynfunc.make_function(*names, 0, lowered.env, (state.library,))
    call = caller(lowered.fndesc, state.library)
    state.targetctx.insert_func_defn([(call, key, call.signature)])
    return lowered._replace(cfunc=key)


def _open_library(kind: type[JITCodeLibrary], state: Any) -> None:
    state.library = kind(state.targetctx.codegen(), state.func_id.func_qualname)
    state.library.enable_object_caching()


@register_pass(mutates_CFG=True, analysis_only=False)
class KernelLowering(NativeLowering):
    """Translates a kernel."""

    _name = "kernel_lowering"
    lowering_class = KernelLower

    def run_pass(self, state: Any) -> bool:
        """Translate a kernel, and let Python call it."""
        _open_library(_Kernel, state)
        return bool(super().run_pass(state))


@register_pass(mutates_CFG=True, analysis_only=False)
class DraftLowering(NativeLowering):
    """Translates a piece."""

    _name = "draft_lowering"
    lowering_class = PieceLower

    def run_pass(self, state: Any) -> bool:
        """Translate a piece, and let others call it."""
        _open_library(_Draft, state)
        state.flags.no_compile = True
        super().run_pass(state)
        state["cr"] = _stand_in(state, state["cr"])
        return True
