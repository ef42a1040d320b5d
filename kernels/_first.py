"""Having Numba look for the meaning of an operator first where kernels find it.

Numba tries the templates of an operator in the order of their registration: whether ``a + b`` adds
lists, sets, dates or strings before whether it adds numbers, each twice, and ten before the element
of an array. That is done for every operation of every function, and nearly always in vain.
Templates that are said to be for a certain target are tried before those for any.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from numba.core import types
from numba.core.typing.arraydecl import GetItemBuffer, SetItemBuffer
from numba.core.typing.collections import GetItemSequence
from numba.core.typing.templates import (
    AbstractTemplate,
    ConcreteTemplate,
    builtin_registry,
    infer_global,
    signature,
)
from numba.cpython.builtins import do_minmax
from numba.extending import lower_builtin

FIRST = (ConcreteTemplate, GetItemBuffer, SetItemBuffer, GetItemSequence)
"""Templates of numbers, and of elements of arrays and tuples."""

TARGET = {"target": "cpu"}


def try_numbers_and_arrays_first() -> None:
    """Put those templates before all others that Numba brings."""
    for _, function in builtin_registry.globals:
        for template in getattr(function, "templates", ()):
            if issubclass(template, FIRST):
                template.metadata = TARGET


class _OneOf(AbstractTemplate):
    """The least or the greatest of two numbers."""

    metadata = TARGET

    def generic(self, args: Any, kws: Any) -> Any:
        """The type that both fit into."""
        if kws or len(args) != 2 or not all(isinstance(one, types.Number) for one in args):
            return None
        kind = self.context.unify_types(*args)
        return None if kind is None else signature(kind, *args)


class _Whole(AbstractTemplate):
    """A number without what is behind its point."""

    metadata = TARGET

    def generic(self, args: Any, kws: Any) -> Any:
        """Whole numbers keep their type."""
        if kws or len(args) != 1 or not isinstance(args[0], types.Integer | types.Float):
            return None
        whole = isinstance(args[0], types.Integer)
        kept = types.unliteral(args[0])  # type: ignore[attr-defined]
        return signature(kept if whole else types.intp, *args)


def choose_without_a_call() -> None:
    """Have `min` and `max` of two numbers, and `int` of one, written where they stand.

    By itself Numba compiles a function of its own for each of their types, optimises and translates
    it, and calls it.
    """
    infer_global(int)(_Whole)
    lower_builtin(int, types.Integer)(_cut)
    lower_builtin(int, types.Float)(_cut)
    for function, comes_first in ((min, operator.lt), (max, operator.gt)):
        infer_global(function)(type(f"_{function.__name__}", (_OneOf,), {}))
        lower_builtin(function, types.Number, types.Number)(_chooser(comes_first))


def _cut(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return context.cast(builder, args[0], sig.args[0], sig.return_type)


def _chooser(comes_first: Any) -> Callable[..., Any]:
    def choose(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return do_minmax(context, builder, sig.args, args, comes_first)

    return choose
