"""Loading compiled kernels without what compiling needs.

Before it looks into its cache Numba reads all that it knows of Python and NumPy, to be ready to
compile: a tenth of a warm start. What compiles reads it as well.
"""

from __future__ import annotations

from typing import Any

from numba.core.caching import FunctionCache
from numba.core.runtime import rtsys


class KernelCache(FunctionCache):
    """The kept machine code of a kernel."""

    def load_overload(self, signature: Any, target: Any) -> Any:
        """What was compiled for a signature, or None."""
        rtsys.initialize(target)  # machine code calls it by addresses
        with self._guard_against_spurious_io_errors():
            return self._load_overload(signature, target)
