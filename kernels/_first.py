"""Having Numba look for the meaning of an operator first where kernels find it.

Numba tries the templates of an operator in the order of their registration: whether ``a + b`` adds
lists, sets, dates or strings before whether it adds numbers, each twice, and ten before the element
of an array. That is done for every operation of every function, and nearly always in vain.
Templates that are said to be for a certain target are tried before those for any.
"""

from __future__ import annotations

from numba.core.typing.arraydecl import GetItemBuffer, SetItemBuffer
from numba.core.typing.collections import GetItemSequence
from numba.core.typing.templates import ConcreteTemplate, builtin_registry

FIRST = (ConcreteTemplate, GetItemBuffer, SetItemBuffer, GetItemSequence)
"""Templates of numbers, and of elements of arrays and tuples."""

TARGET = {"target": "cpu"}


def try_numbers_and_arrays_first() -> None:
    """Put those templates before all others that Numba brings."""
    for _, function in builtin_registry.globals:
        for template in getattr(function, "templates", ()):
            if issubclass(template, FIRST):
                template.metadata = TARGET
