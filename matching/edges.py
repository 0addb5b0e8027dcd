"""Who may go where at which cost, from either side: drawn from columns as needed, and then changed. Pure."""

from __future__ import annotations

from bisect import insort
from collections.abc import Mapping

from .problem import Columns


class Edges(dict[int, list[tuple[int, int]]]):
    """Each request's (cost, helper) by rising cost.

    What the network began with stays in its columns until somebody asks for it: of a hundred thousand
    requests a search touches few. ``changed`` are the requests whose edges differ from those columns,
    ``gone`` those of them of which the columns say nothing true any more.
    """

    def __init__(self, columns: Columns) -> None:
        super().__init__()
        self.columns = columns
        self.changed: set[int] = set()
        self.gone: set[int] = set()
        self._row = {request: row for row, request in enumerate(columns.requests.tolist())}

    def __missing__(self, request: int) -> list[tuple[int, int]]:
        if request in self.gone:
            raise KeyError(request)
        columns, row = self.columns, self._row[request]
        span = slice(columns.starts[row], columns.starts[row + 1])
        helpers = columns.helpers[columns.pair_helpers[span]].tolist()
        self[request] = edges = list(zip(columns.pair_costs[span].tolist(), helpers, strict=True))
        return edges

    def add(self, request: int, costs: Mapping[int, int]) -> None:
        """Put in a request."""
        self[request] = sorted((cost, helper) for helper, cost in costs.items())
        self.changed.add(request)
        self.gone.add(request)

    def drop(self, request: int) -> None:
        """Take out a request."""
        del self[request]
        self.changed.add(request)
        self.gone.add(request)

    def add_pair(self, request: int, helper: int, cost: int) -> None:
        """Give a request one more helper."""
        insort(self[request], (cost, helper))
        self.changed.add(request)

    def drop_pair(self, request: int, helper: int, cost: int) -> None:
        """Take one of its helpers from a request."""
        self[request].remove((cost, helper))
        self.changed.add(request)


class Wanted(dict[int, dict[int, int]]):
    """Each helper's requests with their cost, drawn from the edges' columns when first asked for."""

    def __init__(self, edges: Edges) -> None:
        super().__init__()
        self._edges = edges
        columns = edges.columns
        starts, self._by_helper = columns.by_helper
        self._starts = starts.tolist()
        self._rows = columns.pair_rows()
        self._place = {helper: place for place, helper in enumerate(columns.helpers.tolist())}

    def __missing__(self, helper: int) -> dict[int, int]:
        columns, place = self._edges.columns, self._place[helper]
        pairs = self._by_helper[self._starts[place] : self._starts[place + 1]]
        requests = columns.requests[self._rows[pairs]].tolist()
        costs = columns.pair_costs[pairs].tolist()
        gone = self._edges.gone
        self[helper] = found = {
            request: cost for request, cost in zip(requests, costs, strict=True) if request not in gone
        }
        return found
