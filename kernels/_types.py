"""Names for what kernels pass around; Numba does not read them, people and mypy do."""

from __future__ import annotations

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
Scratch: TypeAlias = tuple[Floats, Floats]
TableScratch: TypeAlias = tuple[Floats, Floats, Floats]
"""As `Scratch`, with what a kernel reads from tables."""
Pool: TypeAlias = tuple[Longs, Ints, Floats, Floats, Ints, Floats, Ints]
"""Timing, listeners, brightness, settings, whole settings, state, counters (`kernels.lanes`)."""
StringPool: TypeAlias = tuple[Longs, Ints, Floats, Floats, Ints, Floats, Ints]
"""As `Pool`, with the delay lines as state and the write positions as counters."""
