"""How much published counts tell someone who holds the open votes about who belongs where.

Every published count is an equation: so many of those who voted like this belong to that member.
With enough equations they can be solved, however large the cells are (Dinur, I. and Nissim, K.
(2003), "Revealing information while preserving privacy", Principles of Database Systems, 202-210).
What they tell is measured in bits, under the assumption that the one who solves them knows the
votes and the size of each category, and nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Iterable


def membership_bits(sizes: Iterable[int], n_people: int) -> float:
    """Return the bits it takes to say who belongs to which category, sizes being known.

    Parameters
    ----------
    sizes : iterable of int
        People in each category whose size is known; the others are one more category.
    n_people : int
        People in all.

    Notes
    -----
    Base-2 logarithm of the number of ways to deal n people to categories of these sizes, the
    multinomial coefficient. Where published sizes of different moments add up to more than there
    are people, 0.
    """
    known = list(sizes)
    rest = n_people - sum(known)
    if rest < 0:
        return 0.0
    ways = math.lgamma(n_people + 1) - sum(math.lgamma(size + 1) for size in (*known, rest))
    return max(ways, 0.0) / math.log(2)


def count_bits(n_kind: int, n_category: int, n_people: int) -> float:
    """Return the most bits that it tells how many people of a category gave a kind of vote.

    Parameters
    ----------
    n_kind, n_category, n_people : int
        People who gave it, in the category, and in all.

    Notes
    -----
    If nothing is known but the sizes, the count is hypergeometric with variance ``v = n_category p
    (1 - p) (n_people - n_category) / (n_people - 1)``, p = n_kind / n_people; and the entropy of a
    whole number of variance v is at most ``log2(2 pi e (v + 1/12)) / 2`` (Cover, T. M. and Thomas, J.
    A. (2006), *Elements of Information Theory*, 2nd ed., Wiley, problem 8.7).
    """
    if n_people < 2:
        return 0.0
    share = min(n_kind / n_people, 1.0)
    outside = max(n_people - n_category, 0)
    variance = n_category * share * (1 - share) * outside / (n_people - 1)
    return 0.5 * math.log2(2 * math.pi * math.e * (variance + 1 / 12)) if variance else 0.0
