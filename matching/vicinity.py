"""Who lives near whom, as needs and offers come and go one by one; the rules judge each pair. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from intake.places import Place

from .facts import Need, Offer, Weights
from .lots import fine_cost
from .problem import Ints
from .reach import whole_km
from .rules import filters, score
from .tables import is_ready


class Vicinity:
    """Needs and offers by place. Offers that may be proposed to nobody are left out."""

    def __init__(self, needs: Iterable[Need], offers: Iterable[Offer], weights: Weights) -> None:
        self._weights = weights
        self._places: list[Place] = []
        self._position: dict[Place, int] = {}
        self._needs: list[dict[int, Need]] = []
        self._offers: list[dict[int, Offer]] = []
        self._furthest: list[float] = []  # how far anybody at each place has ever gone
        for offer in offers:
            self.add_offer(offer)
        for need in needs:
            self.add_need(need)

    def add_need(self, need: Need) -> None:
        """From now on the need is found by offers."""
        if need.place is not None:
            self._needs[self._at(need.place)][need.id] = need

    def drop_need(self, need: Need) -> None:
        """The need has gone."""
        if need.place is not None:
            del self._needs[self._at(need.place)][need.id]

    def add_offer(self, offer: Offer) -> None:
        """From now on the offer is found by needs."""
        if is_ready(offer) and offer.place is not None:
            at = self._at(offer.place)
            self._offers[at][offer.id] = offer
            self._furthest[at] = max(self._furthest[at], offer.radius_km)

    def drop_offer(self, offer: Offer) -> None:
        """The offer has gone."""
        if is_ready(offer) and offer.place is not None:
            del self._offers[self._at(offer.place)][offer.id]

    def costs_of_need(self, need: Need) -> dict[int, int]:
        """Every helper who passes the need's filters, with the fine cost of the pair."""
        if need.place is None:
            return {}
        near = self._km_from(need.place) <= np.array(self._furthest)
        found = (offer for at in np.flatnonzero(near).tolist() for offer in self._offers[at].values())
        return {offer.id: self._cost(need, offer) for offer in found if _fits(need, offer)}

    def costs_of_offer(self, offer: Offer) -> dict[int, int]:
        """Every need whose filters the helper passes, with the fine cost of the pair."""
        if not is_ready(offer) or offer.place is None:
            return {}
        near = self._km_from(offer.place) <= offer.radius_km
        found = (need for at in np.flatnonzero(near).tolist() for need in self._needs[at].values())
        return {need.id: self._cost(need, offer) for need in found if _fits(need, offer)}

    def _at(self, place: Place) -> int:
        if place not in self._position:
            self._position[place] = len(self._places)
            self._places.append(place)
            self._needs.append({})
            self._offers.append({})
            self._furthest.append(0.0)
        return self._position[place]

    def _km_from(self, place: Place) -> Ints:
        everywhere = np.arange(len(self._places))
        km, _ = whole_km([place], np.zeros_like(everywhere), self._places, everywhere)
        return km.astype(np.int64)

    def _cost(self, need: Need, offer: Offer) -> int:
        return fine_cost(100 - score(need, offer, self._weights).total, need.id, offer.id)


def _fits(need: Need, offer: Offer) -> bool:
    """Whether the rules let the pair through; most fail at the category, which is quickly seen."""
    able = need.category in offer.categories and need.category in offer.vetted
    return able and not filters(need, offer)
