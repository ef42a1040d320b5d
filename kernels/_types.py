"""Names for what kernels pass around; Numba does not read them, people and mypy do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Vector: TypeAlias = Any
"""Sixteen float32 lanes (`kernels.simd.f32x16`)."""
IntVector: TypeAlias = Any
"""Sixteen int32 lanes (`kernels.simd.i32x16`)."""
Float: TypeAlias = Any
"""One float32."""
Floats: TypeAlias = NDArray[np.float32]
Ints: TypeAlias = NDArray[np.int32]
Longs: TypeAlias = NDArray[np.int64]
Doubles: TypeAlias = NDArray[np.float64]
Notes: TypeAlias = NDArray[np.void]
"""Of the fields of a note."""
Roll: TypeAlias = tuple[Longs, Ints, Longs, Longs, Floats]
"""Timing, places, seeds, numbers and pans of voices (`kernels.voices`)."""
Book: TypeAlias = tuple[Floats, Ints, Ints, Floats, Ints]
"""Recipes of a kind of instrument (`kernels.voices.start_voices`)."""
Held: TypeAlias = tuple[Floats, Ints, Floats, Ints]
"""Settings, whole settings, state and counters of every slot of a pool (`kernels.lanes`)."""
Ramps: TypeAlias = tuple[Floats, Floats]
"""Brightness of each listener and bend of each bus, at the borders of quanta."""
Lanes: TypeAlias = tuple[Floats, Ints, Floats, Ints, Floats, Floats, Floats]
"""What one quantum of sixteen voices works on (`kernels.lanes`)."""
Desk: TypeAlias = tuple[Ints, Ints, Ints, Lanes, Floats]
"""Scratch of a pool (`kernels.lanes`)."""
Fragment: TypeAlias = Callable[..., Any]
"""A compiled piece that is handed to another."""
LiveBlock: TypeAlias = tuple[Longs, Ints, Floats]
"""One block of memory, as three kinds of numbers (`kernels.live`)."""
