"""Words that go to helpers: whole texts in each language, naming category and municipality only."""

from __future__ import annotations

from collections.abc import Mapping

from intake.models import Request
from intake.profile import Profile

#: The offer by text. It fits into two segments, and says how to answer and how to be left alone. A letter
#: outside GSM 03.38 (Turkish, Polish, Cyrillic and Arabic ones) makes the whole text UCS-2, with 67 signs
#: to a segment instead of 153: those offers are the shortest.
OFFER: Mapping[str, str] = {
    "de": "{hotline} {district}: Können Sie in {place} helfen? {need}. Antworten Sie JA oder NEIN. "
    "Keine Nachrichten mehr: STOPP.",
    "en": "{hotline} {district}: Could you help in {place}? {need}. Please answer YES or NO. "
    "No more messages: STOP.",
    "tr": "{hotline} {district}: {place}, {need}. Yardım eder misiniz? EVET ya da HAYIR. Mesajlara son: DUR",
    "ru": "{hotline} {district}: {place}, {need}. Поможете? Ответьте ДА или НЕТ. Больше не писать: СТОП",
    "uk": "{hotline} {district}: {place}, {need}. Допоможете? Напишіть ТАК або НІ. Більше не писати: СТОП",
    "pl": "{hotline} {district}: {place}, {need}. Mogą Państwo pomóc? TAK albo NIE. Bez wiadomości: STOP",
    "ar": "{hotline} {district}: {place}، {need}. هل تستطيعون المساعدة؟ نعم أو لا. لوقف الرسائل: قف",
}

#: How helpers say yes and no, in any of the languages; compared in capitals without full stops.
YES = frozenset({"JA", "J", "YES", "Y", "OK", "1", "EVET", "ДА", "ТАК", "TAK", "نعم"})
NO = frozenset({"NEIN", "N", "NO", "2", "HAYIR", "НЕТ", "НІ", "NIE", "لا"})

#: Only English opt-out words are built into the carrier (TWILIO.md), so we obey the others ourselves.
STOP = frozenset({"STOP", "STOPP", "ABMELDEN", "ENDE", "UNSUBSCRIBE", "DUR", "СТОП", "قف"})


def offer_text(profile: Profile, request: Request, language: str) -> str:
    """The offer for a request, without anything that tells who asks."""
    code = language if language in OFFER else "de"
    place = profile.places.municipality(request.ags) if request.ags else None
    need = profile.category(request.category).label if request.category else {}
    return OFFER[code].format(
        hotline=profile.hotline_name,
        district=profile.name,
        place=place.municipality if place else profile.name,
        need=need.get(code, ""),
    )
