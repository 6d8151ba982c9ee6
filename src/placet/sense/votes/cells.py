"""Cells of a CSV file as spans of its bytes: a column is read as a whole, not cell by cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from placet.sense.votes.arrays import BoolArray, IntArray

ByteArray = npt.NDArray[np.uint8]

MAX_DIGITS = 18  # what fits 64 bits
MAX_KEY_BYTES = 7


@dataclass(frozen=True, eq=False)
class Cells:
    """Some cells of a file.

    Attributes
    ----------
    data : bytes
        UTF-8 text.
    starts, lengths : (n_cells,) int64
        Which bytes each cell consists of.
    """

    data: bytes
    starts: IntArray
    lengths: IntArray

    def take(self, positions: IntArray) -> Cells:
        """Return some of the cells."""
        return Cells(self.data, self.starts[positions], self.lengths[positions])

    def texts(self) -> list[str]:
        """Return each cell as text."""
        spans = zip(self.starts.tolist(), (self.starts + self.lengths).tolist(), strict=True)
        return [self.data[start:end].decode() for start, end in spans]

    def whole_numbers(self) -> tuple[IntArray, BoolArray]:
        """Return the numbers, and which cells are numbers at all: of 1 to 18 digits and nothing else."""
        numbers = np.zeros(self.starts.size, dtype=np.int64)
        is_number = (self.lengths > 0) & (self.lengths <= MAX_DIGITS)
        for place in range(self._longest(MAX_DIGITS)):
            is_inside = place < self.lengths
            digits = self._bytes(place) - np.uint8(ord("0"))  # what is less becomes large
            is_number &= (digits < 10) | ~is_inside
            np.copyto(numbers, numbers * 10 + digits, where=is_inside)
        return numbers, is_number

    def values(self, known: Mapping[str, int]) -> tuple[npt.NDArray[np.int8], BoolArray]:
        """Return what each cell stands for, and which stand for anything.

        Parameters
        ----------
        known : mapping of str to int
            Texts of at most 7 bytes, and the values from -128 to 127 that they stand for.
        """
        keys = np.array([_key(text) for text in known], dtype=np.uint64)
        values = np.array(list(known.values()), dtype=np.int8)
        order = np.argsort(keys)
        found = self._keys()
        at = np.minimum(np.searchsorted(keys[order], found), keys.size - 1)
        return values[order][at], keys[order][at] == found

    def _keys(self) -> npt.NDArray[np.uint64]:
        """Numbers that tell cells of at most 7 bytes apart; all longer ones have another in common."""
        keys = np.minimum(self.lengths, MAX_KEY_BYTES + 1).astype(np.uint64)
        for place in range(self._longest(MAX_KEY_BYTES)):
            keys <<= np.uint64(8)
            keys |= np.where(place < self.lengths, self._bytes(place), 0).astype(np.uint64)
        keys <<= np.uint64(8 * (MAX_KEY_BYTES - self._longest(MAX_KEY_BYTES)))
        return keys

    def _bytes(self, place: int) -> ByteArray:
        """The byte at a place of each cell; anything where the cell is shorter."""
        data = np.frombuffer(self.data, dtype=np.uint8)
        return data[np.minimum(self.starts + place, data.size - 1)]

    def _longest(self, limit: int) -> int:
        return int(min(self.lengths.max(initial=0), limit))


def _key(text: str) -> int:
    encoded = text.encode()
    return int.from_bytes(bytes([len(encoded)]) + encoded.ljust(MAX_KEY_BYTES, b"\0"), "big")
