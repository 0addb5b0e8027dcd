"""Words that go to helpers: whole texts in each language.

An offer names category and municipality only. Name, number and address stand in the details alone, which are
sent after the helper's yes.
"""

from __future__ import annotations

from collections.abc import Mapping

from intake.models import Request
from intake.phone_numbers import display
from intake.profile import Profile
from matching.models import Mission

#: The offer by text. It fits into two segments, and says how to answer and how to be left alone. A letter
#: outside GSM 03.38 (Turkish, Polish, Cyrillic and Arabic ones) makes the whole text UCS-2, with 67 signs
#: to a segment instead of 153: those offers are the shortest.
OFFER: Mapping[str, str] = {
    "de": "{hotline} {district}: Können Sie in {place} helfen? {need}. Antworten Sie JA oder NEIN, oder "
    "rufen Sie hier an: Taste 3, dann {number}. Keine Nachrichten mehr: STOPP",
    "en": "{hotline} {district}: Could you help in {place}? {need}. Please answer YES or NO, or ring here: "
    "key 3, then {number}. No more messages: STOP",
    "tr": "{hotline}, {number}: {place}, {need}. Yardım eder misiniz? EVET ya da HAYIR. Mesajlara son: DUR",
    "ru": "{hotline}, {number}: {place}, {need}. Поможете? Ответьте ДА или НЕТ. Больше не писать: СТОП",
    "uk": "{hotline}, {number}: {place}, {need}. Допоможете? Напишіть ТАК або НІ. Більше не писати: СТОП",
    "pl": "{hotline}, {number}: {place}, {need}. Mogą Państwo pomóc? TAK albo NIE. Bez wiadomości: STOP",
    "ar": "{hotline}، {number}: {place}، {need}. هل تستطيعون المساعدة؟ نعم أو لا. لوقف الرسائل: قف",
}

#: Once, some hours before the offer ends.
REMINDER: Mapping[str, str] = {
    "de": "{hotline}: Dürfen wir noch einmal fragen? {need} in {place}, Nummer {number}. Antworten Sie JA "
    "oder NEIN. Ein Nein ist völlig in Ordnung.",
    "en": "{hotline}: May we ask once more? {need} in {place}, number {number}. Please answer YES or NO. "
    "A no is perfectly fine.",
    "tr": "{hotline}, {number}: {place}, {need}. Bir kez daha soruyoruz: EVET ya da HAYIR?",
    "ru": "{hotline}, {number}: {place}, {need}. Спрашиваем ещё раз: ДА или НЕТ?",
    "uk": "{hotline}, {number}: {place}, {need}. Питаємо ще раз: ТАК або НІ?",
    "pl": "{hotline}, {number}: {place}, {need}. Pytamy jeszcze raz: TAK albo NIE?",
    "ar": "{hotline}، {number}: {place}، {need}. نسأل مرة أخرى: نعم أو لا؟",
}

#: To whoever was asked as well, or asked in vain: somebody was first, or nothing is needed any more.
THANKS: Mapping[str, str] = {
    "de": "{hotline}: Unsere Frage an Sie hat sich erledigt. Sie brauchen nichts zu tun. Vielen Dank!",
    "en": "{hotline}: What we asked you has been settled. You need not do anything. Thank you very much!",
    "tr": "{hotline}: Sorumuz çözüldü, bir şey yapmanız gerekmiyor. Çok teşekkürler!",
    "ru": "{hotline}: Наш вопрос решён, вам ничего не нужно делать. Большое спасибо!",
    "uk": "{hotline}: Наше питання вирішено, вам нічого не треба робити. Щиро дякуємо!",
    "pl": "{hotline}: Nasze pytanie jest już nieaktualne. Nic nie trzeba robić. Bardzo dziękujemy!",
    "ar": "{hotline}: سؤالنا لكم لم يعد قائما، ولا حاجة لفعل شيء. شكرا جزيلا!",
}

#: After the yes: whom the helper helps and where, how both know that it is she, how she rings there without
#: showing her own number (by the hotline), and what she answers when it is done, or cannot be.
DETAILS: Mapping[str, str] = {
    "de": "Einsatz {number}: {need} für {name}, {address}, {place}, Tel. {phone}. Bitte rufen Sie vorher an, "
    "mit verborgener Nummer über uns: Taste 3, dann {number}. Codewort an der Tür: {code_word}. Nie Karte "
    "oder Geheimzahl annehmen. Danach antworten Sie ERLEDIGT, können Sie nicht: ABSAGE. Danke!",
    "en": "Mission {number}: {need} for {name}, {address}, {place}, telephone {phone}. Please ring there "
    "first; with your number hidden through us: key 3, then {number}. Code word at the door: {code_word}. "
    "Never take a card or PIN. Afterwards please answer DONE, if you cannot come: CANNOT. Thank you!",
    "tr": "Görev {number}: {need}, {name}, {address}, {place}, telefon {phone}. Önce orayı arayın; numaranız "
    "gizli kalsın isterseniz bizi arayın: 3, sonra {number}. Kapıdaki parola: {code_word}. Asla kart ya da "
    "şifre almayın. Sonra BİTTİ, olmazsa GELEMEM yazın. Teşekkürler!",
    "ru": "Задание {number}: {need}, {name}, {address}, {place}, телефон {phone}. Сначала позвоните туда; со "
    "скрытым номером через нас: 3, затем {number}. Пароль у двери: {code_word}. Не берите карту или "
    "ПИН-код. Потом ответьте ГОТОВО, не получается: НЕ МОГУ. Спасибо!",
    "uk": "Завдання {number}: {need}, {name}, {address}, {place}, телефон {phone}. Спершу зателефонуйте "
    "туди; з прихованим номером через нас: 3, потім {number}. Пароль біля дверей: {code_word}. Не беріть "
    "картку чи ПІН-код. Потім напишіть ГОТОВО, не виходить: НЕ МОЖУ. Дякуємо!",
    "pl": "Zadanie {number}: {need}, {name}, {address}, {place}, telefon {phone}. Prosimy najpierw tam "
    "zadzwonić; z ukrytym numerem przez nas: 3, potem {number}. Hasło przy drzwiach: {code_word}. Nigdy nie "
    "brać karty ani PIN-u. Potem ZROBIONE, nie da się: NIE MOGĘ. Dziękujemy!",
    "ar": "المهمة {number}: {need}، {name}، {address}، {place}، هاتف {phone}. نرجو الاتصال هناك أولا؛ "
    "ولإخفاء رقمكم اتصلوا بنا: 3 ثم {number}. كلمة السر عند الباب: {code_word}. لا تأخذوا بطاقة أو رقما "
    "سريا. بعدها أرسلوا: تم، وإن تعذر: أعتذر. شكرا!",
}

#: To a helper who said by telephone that she cannot come: caller ID is no proof that it was she.
CALLED_OFF: Mapping[str, str] = {
    "de": "{hotline}: Einsatz {number} ist abgesagt, wir suchen jemand anderen. Waren Sie das nicht? Bitte "
    "rufen Sie uns an. Danke!",
    "en": "{hotline}: Mission {number} is called off, we look for somebody else. That was not you? Please "
    "ring us. Thank you!",
    "tr": "{hotline}: {number} iptal edildi. Siz değil miydiniz? Bizi arayın.",
    "ru": "{hotline}: {number} отменено. Это были не вы? Позвоните нам.",
    "uk": "{hotline}: {number} скасовано. Це були не ви? Подзвоніть нам.",
    "pl": "{hotline}: {number} odwołane. Pomyłka? Prosimy o telefon.",
    "ar": "{hotline}: ألغيت المهمة {number}. لم تكونوا أنتم؟ اتصلوا بنا.",
}

#: A mission that will not take place.
CANCELLED: Mapping[str, str] = {
    "de": "{hotline}: Einsatz {number} fällt aus. Bitte gehen Sie nicht hin. Danke für Ihre Bereitschaft!",
    "en": "{hotline}: Mission {number} is called off. Please do not go there. Thank you for "
    "being ready to help!",
    "tr": "{hotline}: {number} numaralı görev iptal edildi. Lütfen gitmeyin. Teşekkürler!",
    "ru": "{hotline}: Задание {number} отменяется. Пожалуйста, не приходите туда. Спасибо за готовность!",
    "uk": "{hotline}: Завдання {number} скасовано. Будь ласка, не йдіть туди. Дякуємо за готовність!",
    "pl": "{hotline}: Zadanie {number} odwołane. Prosimy tam nie iść. Dziękujemy za gotowość!",
    "ar": "{hotline}: ألغيت المهمة {number}. نرجو عدم الذهاب. شكرا على استعدادكم!",
}

#: Stands in a text for what nobody has said.
_UNSAID = "–"


def offer_text(profile: Profile, request: Request, language: str, number: str) -> str:
    """The offer for a request, without anything that tells who asks."""
    return _in(OFFER, language, profile, request, number=number)


def reminder_text(profile: Profile, request: Request, language: str, number: str) -> str:
    """The same question once more."""
    return _in(REMINDER, language, profile, request, number=number)


def thanks_text(profile: Profile, language: str) -> str:
    """Nothing is asked any more."""
    return _words(THANKS, language).format(hotline=profile.hotline_name)


def details_text(profile: Profile, request: Request, language: str, mission: Mission) -> str:
    """Whom the helper helps. Personal: only for her, and only after her yes."""
    return _in(
        DETAILS,
        language,
        profile,
        request,
        number=mission.number or _UNSAID,
        name=request.name or _UNSAID,
        address=request.address or _UNSAID,
        phone=display(request.number) if request.number else _UNSAID,
        code_word=mission.code_word or _UNSAID,
    )


def cancelled_text(profile: Profile, language: str, mission: Mission) -> str:
    """The mission will not take place."""
    return _about(CANCELLED, language, profile, mission)


def called_off_text(profile: Profile, language: str, mission: Mission) -> str:
    """The mission will not take place, as the helper herself said."""
    return _about(CALLED_OFF, language, profile, mission)


def place_and_need(profile: Profile, request: Request, language: str) -> tuple[str, str]:
    """All that a helper learns before her yes: the municipality, else the district, and the category."""
    place = profile.places.municipality(request.ags) if request.ags else None
    need = profile.category(request.category).label if request.category else {}
    return place.municipality if place else profile.name, need.get(language, "")


def _in(texts: Mapping[str, str], language: str, profile: Profile, request: Request, **more: str) -> str:
    code = language if language in texts else "de"
    place, need = place_and_need(profile, request, code)
    return texts[code].format(
        hotline=profile.hotline_name, district=profile.name, place=place, need=need, **more
    )


def _about(texts: Mapping[str, str], language: str, profile: Profile, mission: Mission) -> str:
    return _words(texts, language).format(hotline=profile.hotline_name, number=mission.number or _UNSAID)


def _words(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language, texts["de"])
