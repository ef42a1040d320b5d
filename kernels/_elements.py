"""Elements of arrays, read and written with as few words as it takes.

By itself Numba writes an array down in memory for each element of it that is asked for, reads all
that it knows of the array from there, and multiplies for dimensions that it has not.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import types

_DATA, _SHAPE = 4, 5  # fields of an array (`numba.core.datamodel.models.ArrayModel`)


def data_of(builder: Any, array: Any) -> Any:
    """Where the elements of an array begin."""
    return builder.extract_value(array, _DATA)


def is_plain(array: Any, index: Any) -> bool:
    """Whether these are the types of an array of numbers without gaps, and of one of its places."""
    return (
        isinstance(array, types.Array)
        and array.layout == "C"
        and array.aligned
        and isinstance(array.dtype, types.Integer | types.Float)
        and len(_places(index)) == array.ndim
        and all(isinstance(one, types.Integer) for one in _places(index))
    )


def place_of(context: Any, builder: Any, kinds: Any, array: Any, index: Any) -> Any:
    """The place in memory of an element; an index below zero counts from the end."""
    places = _places(kinds[1])
    values = [index] if places == (kinds[1],) else [
        builder.extract_value(index, axis) for axis in range(len(places))
    ]  # fmt: skip
    whole = None
    for axis, (kind, value) in enumerate(zip(places, values, strict=True)):
        wide = context.cast(builder, value, kind, types.intp if kind.signed else types.uintp)
        if not kind.signed or (isinstance(wide, ir.Constant) and wide.constant >= 0):
            step = wide
        else:
            length = builder.extract_value(array, [_SHAPE, axis])
            below = builder.icmp_signed("<", wide, wide.type(0))
            step = builder.select(below, builder.add(wide, length), wide)
        if whole is None:
            whole = step
        else:
            length = builder.extract_value(array, [_SHAPE, axis])
            whole = builder.add(builder.mul(whole, length), step)
    return builder.gep(data_of(builder, array), [whole])


def _places(index: Any) -> tuple[Any, ...]:
    several = isinstance(index, types.BaseTuple)  # type: ignore[attr-defined]
    return tuple(index.types) if several else (index,)
