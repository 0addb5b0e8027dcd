"""The rules: each filter bars for its own reason, each part earns its points, and says so in words."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings

from matching.facts import Need, Offer, Weights, about_km
from matching.reasons import Reason, languages, sentence, wording
from matching.rules import filters, penalty, score, slot_costs

from .strategies import DAYS, PLACES, WEIGHTS, needs, offers, open_needs, open_offers
from .truths import is_true

WOLFHAGEN, WOLFHAGEN_TOO, ZIERENBERG, HOFGEISMAR, MUNICH = PLACES

NEED = Need(1, "anna", "shopping", WOLFHAGEN, languages=frozenset({"de"}))
OFFER = Offer(
    7,
    ZIERENBERG,
    20,
    categories=frozenset({"shopping"}),
    vetted=frozenset({"shopping"}),
    half_days=frozenset({(0, "morning"), (1, "morning"), (2, "afternoon"), (3, "afternoon")}),
    languages=frozenset({"de", "en"}),
)


def codes(need: Need, offer: Offer) -> list[str]:
    return [reason.code for reason in filters(need, offer)]


def part(name: str, need: Need, offer: Offer) -> tuple[int, str]:
    """The points of one part and its sentence in English."""
    found = {part.name: part for part in score(need, offer, WEIGHTS).parts}[name]
    return found.points, sentence(found.reason, "en")


def test_a_fitting_helper_is_barred_by_nothing() -> None:
    assert codes(NEED, OFFER) == []


@pytest.mark.parametrize(
    ("need", "offer", "code"),
    [
        (NEED, replace(OFFER, active=False), "not_active"),
        (NEED, replace(OFFER, categories=frozenset()), "category_not_offered"),
        (NEED, replace(OFFER, vetted=frozenset()), "not_vetted"),
        (replace(NEED, half_days=frozenset({(6, "morning")})), OFFER, "no_time"),
        (replace(NEED, dates=frozenset({(date(2026, 12, 5), "morning")})), OFFER, "no_time"),
        (NEED, replace(OFFER, capacity=2, used=2), "no_capacity"),
        (NEED, replace(OFFER, capacity=0), "no_capacity"),
        (NEED, replace(OFFER, languages=frozenset({"tr"})), "no_common_language"),
        (replace(NEED, car_needed=True), OFFER, "no_car"),
        (replace(NEED, wishes=frozenset({"woman"})), OFFER, "wish_unmet"),
        (replace(NEED, excluded=frozenset({7})), OFFER, "excluded_by_seeker"),
        (replace(NEED, tried=frozenset({7})), OFFER, "tried"),
        (
            replace(NEED, circumstances=frozenset({"dog"})),
            replace(OFFER, avoids=frozenset({"dog"})),
            "avoids",
        ),
        (NEED, replace(OFFER, away_until=date(2026, 12, 20)), "away"),
        (NEED, replace(OFFER, refused=frozenset({"anna"})), "refused_by_helper"),
        (NEED, replace(OFFER, place=MUNICH), "too_far"),
        (replace(NEED, place=None), OFFER, "need_without_place"),
        (NEED, replace(OFFER, place=None), "helper_without_place"),
    ],
)
def test_each_filter_bars_with_its_own_reason(need: Need, offer: Offer, code: str) -> None:
    assert codes(need, offer) == [code]


def test_every_failing_filter_is_named_at_once() -> None:
    offer = replace(OFFER, active=False, languages=frozenset(), capacity=0)
    assert codes(NEED, offer) == ["not_active", "no_capacity", "no_common_language"]


def test_a_helper_who_has_not_said_when_is_not_barred_by_time() -> None:
    need = replace(NEED, half_days=frozenset({(6, "morning")}))
    assert codes(need, replace(OFFER, half_days=frozenset())) == []


def test_a_date_counts_unless_she_is_away() -> None:
    need = replace(NEED, dates=frozenset({(date(2026, 12, 1), "morning")}))  # a Tuesday
    assert codes(need, OFFER) == []
    away = replace(OFFER, away=frozenset({(date(2026, 11, 30), date(2026, 12, 2))}))
    assert codes(need, away) == ["no_time"]


def test_who_is_away_for_the_week_may_still_have_a_date_after_it() -> None:
    away = replace(
        OFFER,
        away=frozenset({(date(2026, 11, 20), date(2026, 11, 30))}),
        away_until=date(2026, 11, 30),
    )
    later = replace(NEED, dates=frozenset({(date(2026, 12, 1), "morning")}))
    assert codes(later, away) == []
    assert part("time_fit", later, away) == (20, "Has time when it is wanted: 01/12/2026 in the morning.")
    assert [sentence(reason, "en") for reason in filters(NEED, away)] == ["Is away until 30/11/2026."]


def test_a_weekly_need_has_no_dates() -> None:
    need = replace(NEED, recurring=True, dates=frozenset({(date(2026, 12, 5), "morning")}))
    assert codes(need, OFFER) == []


def test_distance_falls_evenly_and_is_told_about_as_exactly_as_it_is_known() -> None:
    assert about_km(WOLFHAGEN, ZIERENBERG) == 10
    assert part("distance", NEED, OFFER) == (24, "Lives about 10 km away.")
    assert part("distance", NEED, replace(OFFER, place=WOLFHAGEN)) == (40, "Lives in the same municipality.")
    assert part("distance", NEED, replace(OFFER, place=HOFGEISMAR)) == (3, "Lives about 23 km away.")
    assert part("distance", NEED, replace(OFFER, place=MUNICH))[0] == 0


def test_neighbouring_municipalities_are_never_no_kilometres_apart() -> None:
    assert about_km(WOLFHAGEN, replace(WOLFHAGEN, ags="06633099")) == 1
    assert about_km(WOLFHAGEN, WOLFHAGEN) == 0


def test_time_is_worth_what_it_leaves_to_choose_from() -> None:
    monday, sunday = (0, "morning"), (6, "morning")
    assert part("time_fit", NEED, OFFER) == (20, "Has time on 4 half-days a week.")
    assert part("time_fit", NEED, replace(OFFER, half_days=frozenset({monday}))) == (
        7,
        "Has time on one half-day a week.",
    )
    need = replace(NEED, half_days=frozenset({monday, sunday}))
    assert part("time_fit", need, OFFER) == (10, "Has time when it is wanted: Monday morning.")


def test_unsaid_times_earn_half_and_nothing_for_a_weekly_need() -> None:
    unsaid = replace(OFFER, half_days=frozenset())
    assert part("time_fit", NEED, unsaid) == (10, "Has not said when; please ask.")
    assert part("time_fit", replace(NEED, recurring=True), unsaid)[0] == 0


def test_the_same_helper_again_where_it_went_well() -> None:
    known = replace(OFFER, helped_well=frozenset({"anna"}))
    assert part("continuity", NEED, known) == (15, "Has helped this person well before.")
    assert part("continuity", NEED, OFFER)[0] == 0


def test_who_helped_recently_steps_back_and_who_never_did_steps_forward() -> None:
    never = part("fair_load", NEED, replace(OFFER, never_helped=True))
    rested, one, many = (part("fair_load", NEED, replace(OFFER, recent=n)) for n in (0, 1, 9))
    assert never == (10, "Has never been given a task and is next in turn.")
    assert [rested[0], one[0], many[0]] == [8, 6, 0]
    assert one[1] == "Had one mission in the last weeks."


def test_interests_and_groups_in_common() -> None:
    need = replace(NEED, interests=frozenset({"chess", "garden"}), groups=frozenset({"choir"}))
    offer = replace(OFFER, interests=frozenset({"chess"}), groups=frozenset({"choir"}))
    assert part("interests", need, offer) == (5, "Shares interests: chess.")
    liked = replace(need, preferences=frozenset({"woman", "carries"}))
    assert part("interests", liked, OFFER)[0] == 0
    assert part("interests", liked, replace(OFFER, traits=frozenset({"woman"}))) == (
        5,
        "Is what would be liked: woman.",
    )
    assert part("interests", liked, replace(offer, traits=frozenset({"woman"}))) == (
        10,
        "Shares interests (chess) and is what would be liked (woman).",
    )
    assert part("same_place", need, offer) == (
        5,
        "Belongs to a group that has helped well here before: choir.",
    )
    assert part("same_place", NEED, OFFER)[0] == 0
    assert part("same_place", NEED, replace(OFFER, place=WOLFHAGEN_TOO))[0] == 5


def test_urgency_and_waiting_weigh_and_each_further_task_costs_more() -> None:
    urgent = replace(NEED, urgency=2)
    waiting = replace(NEED, waiting_hours=49)
    assert [penalty(need, WEIGHTS) for need in (NEED, urgent, waiting)] == [200, 400, 220]
    assert penalty(replace(NEED, waiting_hours=10_000), WEIGHTS) == 400
    assert slot_costs(replace(OFFER, capacity=4, used=1), WEIGHTS) == (3, 6, 9)
    assert slot_costs(replace(OFFER, capacity=1, used=3), WEIGHTS) == ()


def test_weights_must_add_up_to_a_hundred() -> None:
    with pytest.raises(ValueError, match="add up to 95"):
        Weights(distance=35)


@settings(deadline=None)
@given(needs(3) | open_needs(3), offers(4) | open_offers(4))
def test_every_reason_is_true_of_its_pair(few: list[Need], some: list[Offer]) -> None:
    for need in few:
        for offer in some:
            barred = filters(need, offer)
            assert all(is_true(reason, need, offer) for reason in barred)
            assert len({(reason.code, str(reason.params)) for reason in barred}) == len(barred)
            if barred:
                continue
            found = score(need, offer, WEIGHTS)
            assert all(is_true(part.reason, need, offer) for part in found.parts)
            assert all(0 <= part.points <= part.maximum for part in found.parts)
            assert found.total == sum(part.points for part in found.parts) <= 100
            assert sum(part.maximum for part in found.parts) == 100


@settings(deadline=None, max_examples=50)
@given(needs(2) | open_needs(2), offers(3) | open_offers(3))
def test_every_reason_is_a_sentence_in_every_language_and_survives_storage(
    few: list[Need], some: list[Offer]
) -> None:
    for need in few:
        for offer in some:
            reasons = list(filters(need, offer))
            if not reasons:
                reasons = [part.reason for part in score(need, offer, WEIGHTS).parts]
            for reason in reasons:
                assert Reason.from_json(json.loads(json.dumps(reason.to_json()))) == reason
                for language in languages():
                    assert re.fullmatch(r"[A-ZÄÖÜ][^{}]*\.", sentence(reason, language))


def test_every_language_has_the_same_sentences_words_and_blanks() -> None:
    german = wording("de")
    assert languages() == ("de", "en")
    for language in languages():
        other = wording(language)
        assert other.words.keys() == german.words.keys()
        assert other.sentences.keys() == german.sentences.keys()
        for code, text in german.sentences.items():
            assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", other.sentences[code]))


def test_the_district_names_its_own_categories() -> None:
    reason = Reason("not_vetted", {"category": "shopping"})
    assert sentence(reason, "de", {"shopping": "Einkaufen"}) == "Ist für „Einkaufen“ noch nicht geprüft."


def test_dates_are_told_in_the_language() -> None:
    reason = Reason("no_time", {"wanted": (f"{DAYS[0]}-morning", "2-afternoon")})
    assert (
        sentence(reason, "de")
        == "Kann zur gewünschten Zeit nicht (01.12.2026 vormittags, Mittwochnachmittag)."
    )


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="'fr'"):
        sentence(Reason("not_active"), "fr")
