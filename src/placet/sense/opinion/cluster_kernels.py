"""Inner loops of the k-means in the plane.

The nearest of k centres is found by a grid: for each cell, only those centres are compared that
can be nearest to some point of the cell. The answer is that of comparing all, the first of equals.
Points stand in the order of their cells, so that what belongs to a cell is at hand.
"""

from __future__ import annotations

import numpy as np

from placet.sense.votes.arrays import FloatArray, IndexArray, IntArray
from placet.sense.votes.compiled import kernel

THINNED = 128  # cells along each side to which many points are thinned out
MAX_GRID = 64
TILE = 4  # cells along each side that are looked at together first
POINTS = 65_536  # points whose sums are taken together; fixed, so that rounding is too
SLACK = 1e-9  # rounding may not drop a centre that is as near as another


@kernel
def make_grid(
    low: FloatArray, high: FloatArray, n: int, centres: FloatArray, nearest: IndexArray
) -> IntArray:
    """Write for each of n × n cells the centres that may be nearest, and return where each begins."""
    k = centres.shape[0]
    starts = np.zeros(n * n + 1, np.int64)
    width, height = (high[0] - low[0]) / n, (high[1] - low[1]) / n
    everyone = np.arange(k).astype(np.int32)
    of_tile, least = np.empty(k, np.int32), np.empty(k)
    n_tiles = (n + TILE - 1) // TILE
    counts = np.zeros(n * n, np.int64)
    for tile in range(n_tiles * n_tiles):  # what cannot be nearest in a tile is not in its cells
        first_row, first_column = (tile // n_tiles) * TILE, (tile % n_tiles) * TILE
        last_row, last_column = min(first_row + TILE, n), min(first_column + TILE, n)
        left, right = low[0] + first_column * width, low[0] + last_column * width
        bottom, top = low[1] + first_row * height, low[1] + last_row * height
        n_tile = _keep_near(centres, everyone, k, left, right, bottom, top, least, of_tile)
        for row in range(first_row, last_row):
            for column in range(first_column, last_column):
                left, right = low[0] + column * width, low[0] + (column + 1) * width
                bottom, top = low[1] + row * height, low[1] + (row + 1) * height
                cell = row * n + column
                kept = nearest[cell * k : (cell + 1) * k]
                counts[cell] = _keep_near(centres, of_tile, n_tile, left, right, bottom, top, least, kept)
    for cell in range(n * n):  # close the gaps
        end = starts[cell]
        for c in range(counts[cell]):
            nearest[end + c] = nearest[cell * k + c]
        starts[cell + 1] = end + counts[cell]
    return starts


@kernel
def _keep_near(
    centres: FloatArray,
    given: IndexArray,
    n_given: int,
    left: float,
    right: float,
    bottom: float,
    top: float,
    least: FloatArray,
    kept: IndexArray,
) -> int:
    """Write those of the centres given that may be nearest to a point of a box; return how many."""
    bound = np.inf
    for g in range(n_given):
        x, y = centres[given[g], 0], centres[given[g], 1]
        dx, dy = max(left - x, 0.0, x - right), max(bottom - y, 0.0, y - top)
        least[g] = dx * dx + dy * dy
        dx, dy = max(x - left, right - x), max(y - bottom, top - y)
        bound = min(bound, dx * dx + dy * dy)
    n_kept = 0
    for g in range(n_given):
        if least[g] <= bound * (1 + SLACK):
            kept[n_kept] = given[g]
            n_kept += 1
    return n_kept


@kernel
def sort_by_cell(points: FloatArray, low: FloatArray, high: FloatArray, n: int, order: IntArray) -> IntArray:
    """Write the points' positions cell by cell, and return where each cell begins."""
    across = n / (high[0] - low[0]) if high[0] > low[0] else 0.0
    up = n / (high[1] - low[1]) if high[1] > low[1] else 0.0
    cells = np.empty(points.shape[0], np.int32)
    starts = np.zeros(n * n + 1, np.int64)
    for i in range(points.shape[0]):
        column = min(int((points[i, 0] - low[0]) * across), n - 1)
        row = min(int((points[i, 1] - low[1]) * up), n - 1)
        cells[i] = row * n + column
        starts[cells[i] + 1] += 1
    for cell in range(n * n):
        starts[cell + 1] += starts[cell]
    heads = starts[:-1].copy()
    for i in range(points.shape[0]):
        order[heads[cells[i]]] = i
        heads[cells[i]] += 1
    return starts


@kernel
def assign_points(
    points: FloatArray,
    weights: FloatArray,
    cell_starts: IntArray,
    centres: FloatArray,
    grid_starts: IntArray,
    grid_nearest: IndexArray,
    first: int,
    last: int,
    labels: IndexArray,
    sums: FloatArray,
) -> int:
    """Label the points of some cells, add them to their centre's sums (weight, x, y), count changes."""
    n_changed = 0
    for cell in range(first, last):
        start, end = grid_starts[cell], grid_starts[cell + 1]
        for i in range(cell_starts[cell], cell_starts[cell + 1]):
            x, y = points[i, 0], points[i, 1]
            label = grid_nearest[start]
            if end > start + 1:
                best = np.inf
                for g in range(start, end):
                    c = grid_nearest[g]
                    dx, dy = x - centres[c, 0], y - centres[c, 1]
                    distance = dx * dx + dy * dy
                    if distance < best:
                        best, label = distance, c
            if labels[i] != label:
                labels[i] = label
                n_changed += 1
            sums[label, 0] += weights[i]
            sums[label, 1] += weights[i] * x
            sums[label, 2] += weights[i] * y
    return n_changed


@kernel
def thin_out(
    points: FloatArray, weights: FloatArray, low: FloatArray, high: FloatArray, n: int
) -> tuple[FloatArray, FloatArray]:
    """Return the mean point and the weight of each of n × n cells that holds a point."""
    across = n / (high[0] - low[0]) if high[0] > low[0] else 0.0
    up = n / (high[1] - low[1]) if high[1] > low[1] else 0.0
    sums = np.zeros((n * n, 3))
    for i in range(points.shape[0]):
        column = min(int((points[i, 0] - low[0]) * across), n - 1)
        row = min(int((points[i, 1] - low[1]) * up), n - 1)
        cell = sums[row * n + column]
        cell[0] += weights[i]
        cell[1] += weights[i] * points[i, 0]
        cell[2] += weights[i] * points[i, 1]
    sums = sums[sums[:, 0] > 0.0]
    return sums[:, 1:] / sums[:, :1], sums[:, 0].copy()


@kernel
def draw_centres(points: FloatArray, weights: FloatArray, draws: FloatArray, chosen: IntArray) -> int:
    """Draw distinct points by k-means++; return how many there are, fewer if points coincide."""
    n = points.shape[0]
    squared = np.full(n, np.inf)
    share = weights.copy()
    for c in range(draws.size):
        total = share.sum()
        if not total > 0.0:
            return c
        threshold = draws[c] * total
        passed, pick = 0.0, -1
        for i in range(n):
            if share[i] > 0.0:
                pick = i
                passed += share[i]
                if passed > threshold:
                    break
        chosen[c] = pick
        for i in range(n):
            dx, dy = points[i, 0] - points[pick, 0], points[i, 1] - points[pick, 1]
            squared[i] = min(squared[i], dx * dx + dy * dy)
            share[i] = weights[i] * squared[i]
    return draws.size


@kernel
def run_lloyd(
    points: FloatArray,
    weights: FloatArray,
    cell_starts: IntArray,
    centres: FloatArray,
    low: FloatArray,
    high: FloatArray,
    n: int,
    max_iterations: int,
    labels: IndexArray,
) -> int:
    """Move centres to the means of their points until no label changes; return the steps taken."""
    k = centres.shape[0]
    nearest = np.empty(n * n * k, np.int32)
    sums = np.empty((k, 3))
    for step in range(max_iterations):
        starts = make_grid(low, high, n, centres, nearest)
        sums[:] = 0.0
        n_changed = assign_points(
            points, weights, cell_starts, centres, starts, nearest, 0, n * n, labels, sums
        )
        n_changed += fill_empty(points, weights, centres, labels, sums)
        if n_changed == 0:
            return step
        for c in range(k):
            centres[c, 0] = sums[c, 1] / sums[c, 0]
            centres[c, 1] = sums[c, 2] / sums[c, 0]
    return max_iterations


@kernel
def fill_empty(
    points: FloatArray, weights: FloatArray, centres: FloatArray, labels: IndexArray, sums: FloatArray
) -> int:
    """Give each cluster that lost its members the point farthest from its own centre."""
    k, n_moved = centres.shape[0], 0
    for c in range(k):
        if sums[c, 0] > 0.0:
            continue
        sizes = np.zeros(k, np.int64)
        for i in range(labels.size):
            sizes[labels[i]] += 1
        farthest, point = -1.0, -1
        for i in range(labels.size):
            own = labels[i]
            dx, dy = points[i, 0] - centres[own, 0], points[i, 1] - centres[own, 1]
            if sizes[own] > 1 and dx * dx + dy * dy > farthest:
                farthest, point = dx * dx + dy * dy, i
        own = labels[point]
        moved = np.array([1.0, points[point, 0], points[point, 1]]) * weights[point]
        sums[own] -= moved
        sums[c] = moved
        labels[point] = c
        centres[c, 0], centres[c, 1] = points[point, 0], points[point, 1]
        n_moved += 1
    return n_moved


@kernel
def measure_inertia(
    points: FloatArray, weights: FloatArray, centres: FloatArray, labels: IndexArray
) -> float:
    """Return the weighted sum of squared distances from the points' centres."""
    inertia = 0.0
    for i in range(labels.size):
        dx, dy = points[i, 0] - centres[labels[i], 0], points[i, 1] - centres[labels[i], 1]
        inertia += weights[i] * (dx * dx + dy * dy)
    return inertia


@kernel
def find_best_start(
    points: FloatArray,
    weights: FloatArray,
    cell_starts: IntArray,
    draws: FloatArray,
    low: FloatArray,
    high: FloatArray,
    n: int,
    max_iterations: int,
    best_labels: IndexArray,
) -> tuple[FloatArray, float]:
    """Run Lloyd's algorithm from each row of draws; return the centres and inertia of the first best."""
    best, best_centres = np.inf, np.empty((0, 2))
    for start in range(draws.shape[0]):
        chosen = np.empty(draws.shape[1], np.int64)
        n_chosen = draw_centres(points, weights, draws[start], chosen)
        centres = points[chosen[:n_chosen]]
        labels = np.full(points.shape[0], -1, np.int32)
        run_lloyd(points, weights, cell_starts, centres, low, high, n, max_iterations, labels)
        inertia = measure_inertia(points, weights, centres, labels)
        if inertia < best:
            best, best_centres = inertia, centres
            best_labels[:] = labels
    return best_centres, best
