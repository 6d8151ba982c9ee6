"""Names of the kinds of array that the engine's functions take and return."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Identifier = int | str

IntArray = npt.NDArray[np.int64]
IndexArray = npt.NDArray[np.int32]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
VoteArray = npt.NDArray[np.int8]
IdentifierArray = npt.NDArray[np.int64] | npt.NDArray[np.int32] | npt.NDArray[np.str_]
