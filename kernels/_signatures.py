"""Working out once what comes of an operation on some types.

For each operation of each function Numba puts what the operation can mean in order, tries one
meaning after the other, and for each of them all types that it is known for. Nearly every operation
has been asked about before.

And it compiles a function anew for each number that stands in a call of it, which is a type of its
own: one in five of the pieces that all kernels took.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from numba.core import utils
from numba.core.types import BaseFunction
from numba.core.types.misc import unliteral
from numba.core.typing import context

MOST_ORDERS = 4_096
F = TypeVar("F", bound=Any)


def keep_signatures() -> None:
    """Have Numba keep what it finds."""
    order = _kept_order(utils.order_by_target_specificity)
    utils.order_by_target_specificity = order
    context.order_by_target_specificity = order
    BaseFunction.get_call_type = _kept_signature(BaseFunction.get_call_type)  # type: ignore[method-assign]


def take_plain_numbers(compiled: F) -> F:
    """Have a function compiled once for all numbers of a type, written down or not.

    What is taken in where it is called loses nothing by that: LLVM sees the number there.
    """
    find: Callable[..., Any] = compiled.get_call_template

    def find_of_plain(args: Sequence[Any], kws: Mapping[str, Any]) -> Any:
        plain = {name: unliteral(kind) for name, kind in kws.items()}
        return find(tuple([unliteral(kind) for kind in args]), plain)

    compiled.get_call_template = find_of_plain
    return compiled


def _kept_order(order: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
    """Have templates put in order once; the name is for a message to those who have none."""

    @lru_cache(MOST_ORDERS)
    def of_templates(target: Any, templates: tuple[Any, ...]) -> list[Any]:
        return order(target, list(templates))

    def find_order(target: Any, templates: Sequence[Any], fnkey: Any = "") -> list[Any]:
        return of_templates(target, tuple(templates)) if templates else order(target, [], fnkey)

    return find_order


def _kept_signature(find: Callable[..., Any]) -> Callable[..., Any]:
    """Keep the signatures of operations that Numba has built in: they follow from types alone.

    What is written in Python is compiled for who calls it, and asked for again.
    """
    known: dict[Any, Any] = {}

    def get_call_type(self: Any, using: Any, args: Any, kws: Mapping[str, Any]) -> Any:
        asked = self, using, tuple(args)
        signature = None if kws else known.get(asked)
        if signature is None:
            signature = find(self, using, args, kws)
            if not kws and self._impl_keys.get(signature.args) is self.typing_key:
                known[asked] = signature
        return signature

    return get_call_type
