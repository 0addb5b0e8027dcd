"""Fine costs: points with a lot below them, so that equal pairs never tie and the optimum is one. Pure.

Places are municipality-precise, hence many pairs score the same. Were ties to fall by the lower id, the
helper who registered first would be sent for ever, and the result would hang on the order of events. So
each pair draws a lot from its two ids, always the same one. A lot weighs less than a point even summed over
every request, and random weights make the least sum unique but for a small chance (K. Mulmuley,
U. Vazirani and V. Vazirani, "Matching is as easy as matrix inversion", 1987).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

#: A point is 2**50 of fine cost and a lot is below 2**30: 2**19 requests' lots stay within half a point,
#: and 4095 points fit into 63 bits.
POINT_BITS = 50
LOT_BITS = 30

#: The helper id that stands for "nobody", so that leaving a request unserved has its lot as well.
NOBODY = 0

_MASK = (1 << 64) - 1


def fine_cost(points: int, request: int, helper: int) -> int:
    """The fine cost of a pair, or with ``NOBODY`` of leaving the request unserved."""
    return (points << POINT_BITS) + _lot(request, helper)


def fine_costs(points: NDArray[Any], requests: NDArray[Any], helpers: NDArray[Any]) -> NDArray[np.int64]:
    """``fine_cost`` of arrays that broadcast together."""
    mixed = _mix_all(_mix_all(requests.astype(np.uint64)) + helpers.astype(np.uint64))
    lots = (mixed >> np.uint64(64 - LOT_BITS)).astype(np.int64)
    costs: NDArray[np.int64] = (points.astype(np.int64) << POINT_BITS) + lots
    return costs


def points_of(fine: int) -> int:
    """A fine cost, or a difference of sums of them, in whole points."""
    return (fine + (1 << (POINT_BITS - 1))) >> POINT_BITS


def _lot(request: int, helper: int) -> int:
    return _mix((_mix(request) + helper) & _MASK) >> (64 - LOT_BITS)


def _mix(number: int) -> int:
    """Scatter 64 bits: multiply by odd constants and fold, twice."""
    number = (number + _STEP) & _MASK
    number = ((number ^ (number >> 31)) * _FACTOR) & _MASK
    number = ((number ^ (number >> 29)) * _FACTOR) & _MASK
    return number ^ (number >> 32)


def _mix_all(numbers: NDArray[Any]) -> NDArray[np.uint64]:
    """``_mix`` of each number; unsigned arithmetic wraps around as the mask does there."""
    numbers = numbers + np.uint64(_STEP)
    numbers = (numbers ^ (numbers >> np.uint64(31))) * np.uint64(_FACTOR)
    numbers = (numbers ^ (numbers >> np.uint64(29))) * np.uint64(_FACTOR)
    mixed: NDArray[np.uint64] = numbers ^ (numbers >> np.uint64(32))
    return mixed


#: Fractions of the square roots of 2 and 3 in 64 bits, made odd: no pattern of their own.
_STEP = 0x6A09E667F3BCC909
_FACTOR = 0xBB67AE8584CAA73B
