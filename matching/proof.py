"""The proof that an assignment is an optimum, by the prices at which everybody is content. Pure.

Nothing that the searches remember is trusted: costs and values are taken from the pairs anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .network import Network, Prices


@dataclass(frozen=True)
class Certificate:
    """The proof of an optimum: no faults, and the cost meets its lower bound."""

    cost: int
    bound: int
    faults: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether the optimum is proven."""
        return not self.faults and self.cost == self.bound


def prove(net: Network, price: Prices) -> Certificate:
    """Check every condition of the optimum at these prices, and compare the cost with its lower bound.

    The bound is the dual's value: sum of u - sum over every place of max(0, price - slot cost).
    """
    faults = list(_helper_faults(net, price))
    costs, values = _costs_and_values(net, price)
    for request, helper in net.at.items():
        if helper is not None and request not in net.served[helper]:
            faults.append(f"request {request} is not among the tasks of helper {helper}")
        paid = costs[request] + (0 if helper is None else price[helper])
        if paid != values[request] or costs[request] != net.paid[request]:
            faults.append(f"request {request} has something cheaper")
    cost, bound = sum(costs.values()), sum(values.values())
    for helper, slots in net.slots.items():
        cost += sum(slots[: len(net.served[helper])])
        bound -= sum(max(0, price[helper] - slot) for slot in slots)
    return Certificate(cost, bound, tuple(faults))


def _costs_and_values(net: Network, price: Prices) -> tuple[dict[int, int], dict[int, int]]:
    """What each request costs where it is, and its ``u``: whole columns at once where nothing changed."""
    columns, changed = net.edges.columns, net.edges.changed
    ids = columns.requests.tolist()
    place = {helper: place for place, helper in enumerate(columns.helpers.tolist())}
    # a helper who has left is named by changed requests alone, which are looked at one by one
    prices = np.array([price.get(helper, 0) for helper in place], dtype=np.int64)
    where = [-1 if request in changed else place.get(net.at.get(request) or 0, -1) for request in ids]
    costs = columns.paid(np.array(where, dtype=np.int64))
    both = zip(ids, costs.tolist(), columns.least(prices).tolist(), strict=True)
    whole = {r: (cost, value) for r, cost, value in both if r in net.at and r not in changed}
    for request, helper in net.at.items():
        if request not in whole:
            cost = net.penalty[request] if helper is None else net.cost(request, helper)
            whole[request] = (cost, net.value(request, price))
    return {r: cost for r, (cost, _) in whole.items()}, {r: value for r, (_, value) in whole.items()}


def _helper_faults(net: Network, price: Prices) -> Iterator[str]:
    for helper, slots in net.slots.items():
        worth, used = price[helper], len(net.served[helper])
        if worth < 0 or any(net.at[request] != helper for request in net.served[helper]):
            yield f"helper {helper} has a negative price or a task of somebody else's"
        if (
            used > len(slots)
            or (used and worth < slots[used - 1])
            or (used < len(slots) and worth > slots[used])
        ):
            yield f"helper {helper} has too many tasks, or her price does not fit them"
