"""Reading the bytecode of a kernel: constants found, and a variable for each value.

After each of such steps Numba works out anew where every variable lives, and asks whether anything
may be rewritten that no kernel holds. Only what counts references needs to know where a variable is
used last, and only in the end.
"""

from __future__ import annotations

from typing import Any

from numba.core import ir, ir_utils, postproc, ssa
from numba.core.interpreter import Interpreter, peep_hole_list_to_tuple
from numba.core.rewrites import static_binop, static_getitem, static_raise
from numba.core.typed_passes import PreLowerStripPhis

REWRITES = (
    static_getitem.RewriteConstGetitems,
    static_getitem.RewriteConstSetitems,
    static_raise.RewriteConstRaises,
    static_binop.DetectStaticBinops,
)
"""What stands in an instruction as a constant, rather than in a variable."""

MET = "met"
"""Of what is known of a function: names of variables to which branches bring values."""


class _Reader(Interpreter):  # type: ignore[misc]
    """Numba's reader, which looks for none of what came of ``with``, ``try`` or ``**``."""

    def post_process(self, _peepholes: Any, function: Any) -> Any:
        """Put together what the parts of a tuple were handed over in: ``f(*some, other)``."""
        return peep_hole_list_to_tuple(function)


def read_bytecode(state: Any) -> None:
    """Make instructions of bytecode."""
    state.func_ir = _Reader(state.func_id).interpret(state.bc)


def find_constants(state: Any) -> None:
    """Write constant indices, exponents and errors into the instructions that use them."""
    function = state.func_ir
    for kind in REWRITES:
        rewriting = kind(state)
        for label, block in list(function.blocks.items()):
            while rewriting.match(function, block, None, None):
                block = function.blocks[label] = rewriting.apply()


def divide_variables(state: Any) -> None:
    """Give each assignment a variable of its own."""
    function = ssa.reconstruct_ssa(state.func_ir)
    function._definitions = ir_utils.build_definitions(function.blocks)


def find_last_uses(state: Any) -> None:
    """Have branches that meet store what they bring, and drop references where they are counted."""
    state.metadata[MET] = {
        instruction.target.name
        for block in state.func_ir.blocks.values()
        for instruction in block.find_insts(ir.Assign)
        if isinstance(instruction.value, ir.Expr) and instruction.value.op == "phi"
    }
    function = PreLowerStripPhis()._strip_phi_nodes(state.func_ir)
    function._definitions = ir_utils.build_definitions(function.blocks)
    function.generator_info = None
    if state.flags.nrt:
        postproc.PostProcessor(function).run(emit_dels=True)
