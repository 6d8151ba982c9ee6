"""Where themes and texts lie on the map of ideas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from placet.sense.text.embedding import VectorArray
from placet.sense.text.embedding.protocol import unit_rows
from placet.sense.votes.arrays import FloatArray, IntArray

GAP = 0.06  # between two themes, of the map's radius before it is scaled
MAX_ROUNDS = 500
GOLDEN_ANGLE = np.pi * (3 - np.sqrt(5))


@dataclass(frozen=True, eq=False)
class Layout:
    """Places on the map.

    Attributes
    ----------
    centres : (n_themes, 2) float64
    radii : (n_themes,) float64
        A disc's area grows with the number of texts; discs do not overlap.
    places : (n_texts, 2) float64
        NaN for a text without a theme.
    """

    centres: FloatArray
    radii: FloatArray
    places: FloatArray


def lay_out(vectors: VectorArray, members: Sequence[IntArray]) -> Layout:
    """Place each theme's texts in a disc of their own, like themes near one another as far as they fit.

    Parameters
    ----------
    vectors : (n_texts, n_dimensions) float32
    members : sequence of int64 arrays
        Indices of the texts of each theme; no text is in two.

    Returns
    -------
    Layout

    Notes
    -----
    The discs' centres come from classical scaling of the themes' mean vectors (Torgerson, W. S. (1952),
    Psychometrika 17, 401-419), then discs that overlap are pushed apart. Inside a disc the direction of a
    text is that of its first two principal components, and its distance from the centre its rank by
    them. Two dimensions cannot hold what hundreds say: near on the map is a hint, no measure.
    """
    places = np.full((len(vectors), 2), np.nan)
    if not members:
        return Layout(np.zeros((0, 2)), np.zeros(0), places)
    sizes = np.array([found.size for found in members], dtype=np.float64)
    radii = np.sqrt(sizes / sizes.sum())
    means = unit_rows(np.stack([vectors[found].mean(axis=0) for found in members]))
    centres = _push_apart(_scale(means), radii)
    for centre, radius, found in zip(centres, radii, members, strict=True):
        places[found] = centre + 0.92 * radius * _fill_disc(vectors[found])
    return Layout(centres, radii, places)


def _scale(means: VectorArray) -> FloatArray:
    """Classical scaling to two dimensions, spread so that neighbours nearly touch."""
    spread = _principal(means)
    extent = float(np.abs(spread).max()) or 1.0
    # Themes at one place, if need be, start on a small spiral.
    turn = np.arange(len(means)) * GOLDEN_ANGLE
    spiral = np.stack((np.cos(turn), np.sin(turn)), axis=1) * np.sqrt(np.arange(len(means)))[:, None]
    placed: FloatArray = spread / extent + 1e-3 * spiral
    return placed


def _push_apart(centres: FloatArray, radii: FloatArray) -> FloatArray:
    """Move overlapping discs apart, each as far as the other, until none overlap."""
    placed = centres.copy()
    needed = radii[:, None] + radii + GAP
    for _ in range(MAX_ROUNDS):
        apart = placed[:, None] - placed
        distance = np.sqrt((apart**2).sum(axis=2))
        missing = np.where(np.eye(len(radii), dtype=bool), 0.0, np.maximum(needed - distance, 0.0))
        if missing.max() < 1e-6:
            break
        direction = apart / np.maximum(distance, 1e-12)[:, :, None]
        placed += 0.5 * (direction * missing[:, :, None]).sum(axis=1) * 0.8
    placed -= placed.mean(axis=0)
    return placed


def _fill_disc(vectors: VectorArray) -> FloatArray:
    """Places in the disc of radius 1, evenly filled."""
    if len(vectors) == 1:
        return np.zeros((1, 2))
    flat = _principal(vectors)
    lengths = np.sqrt((flat**2).sum(axis=1))
    rank = np.empty(len(flat))
    rank[np.argsort(lengths, kind="stable")] = np.arange(len(flat))
    angle = np.arctan2(flat[:, 1], flat[:, 0]) + np.where(lengths == 0, rank * GOLDEN_ANGLE, 0.0)
    radius = np.sqrt((rank + 0.5) / len(flat))
    return np.stack((np.cos(angle), np.sin(angle)), axis=1) * radius[:, None]


def _principal(vectors: VectorArray) -> FloatArray:
    """The first two principal components; the sign is such that the largest entry is positive."""
    centred = vectors.astype(np.float64) - vectors.mean(axis=0, dtype=np.float64)
    if len(centred) <= centred.shape[1]:
        values, left = np.linalg.eigh(centred @ centred.T)
        scores = left * np.sqrt(np.maximum(values, 0.0))
    else:
        scores = centred @ np.linalg.eigh(centred.T @ centred)[1]
    found = np.zeros((len(vectors), 2))
    n_found = min(2, scores.shape[1])
    found[:, :n_found] = scores[:, ::-1][:, :n_found]
    largest = np.take_along_axis(found, np.abs(found).argmax(axis=0)[None], axis=0)
    signed: FloatArray = np.where(np.abs(found) > 1e-9, found * np.where(largest < 0, -1.0, 1.0), 0.0)
    return signed
