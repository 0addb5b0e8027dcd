"""What a helper is told in return for a text. Whole texts in each language, one segment each (TWILIO.md)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum


class Answer(StrEnum):
    """What a helper is told in return. WHICH and PROMISED ask for another text."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    TAKEN = "taken"
    DONE = "done"
    CANNOT = "cannot"
    PROMISED = "promised"
    WHICH = "which"
    NOTHING_OPEN = "nothing_open"
    NOT_UNDERSTOOD = "not_understood"
    OPTED_OUT = "opted_out"
    OPTED_IN = "opted_in"


#: ``number`` is the mission's; ``choices`` are numbers with their places, ``example`` her word with one.
WORDS: Mapping[str, Mapping[Answer, str]] = {
    "de": {
        Answer.ACCEPTED: "Danke, Sie übernehmen das! Wir melden uns gleich mit den Einzelheiten.",
        Answer.DECLINED: "Danke für die Antwort. Wir fragen jemand anderen.",
        Answer.TAKEN: "Danke! Inzwischen hat schon jemand zugesagt.",
        Answer.DONE: "Vielen Dank für Ihre Hilfe! Wir fragen dort noch nach, ob alles geklappt hat.",
        Answer.CANNOT: "Danke, dass Sie Bescheid sagen. Einsatz {number} ist abgesagt, wir suchen jemand "
        "anderen. War das ein Versehen? Bitte rufen Sie uns an.",
        Answer.PROMISED: "Sie haben Einsatz {number} zugesagt. Können Sie doch nicht? "
        "Dann antworten Sie bitte ABSAGE.",
        Answer.WHICH: "Welche Nummer meinen Sie: {choices}? Bitte antworten Sie zum Beispiel: {example}",
        Answer.NOTHING_OPEN: "Danke für Ihre Nachricht. Gerade ist keine Frage an Sie offen.",
        Answer.NOT_UNDERSTOOD: "Das haben wir nicht verstanden. Bitte antworten Sie JA oder NEIN, zu einem "
        "Einsatz ERLEDIGT oder ABSAGE.",
        Answer.OPTED_OUT: "Sie bekommen keine Nachrichten mehr von uns. Danke für Ihre Hilfe. "
        "Wieder anmelden: START",
        Answer.OPTED_IN: "Schön! Sie bekommen wieder Nachrichten von uns. Abmelden: STOPP",
    },
    "en": {
        Answer.ACCEPTED: "Thank you for taking this on! We will be in touch with the details.",
        Answer.DECLINED: "Thank you for answering. We will ask somebody else.",
        Answer.TAKEN: "Thank you! Somebody else has accepted in the meantime.",
        Answer.DONE: "Thank you very much for your help! We will ask there whether all went well.",
        Answer.CANNOT: "Thank you for telling us. Mission {number} is called off, we look for somebody else. "
        "Was that a mistake? Please ring us.",
        Answer.PROMISED: "You have accepted mission {number}. You cannot come after all? "
        "Then please answer CANNOT.",
        Answer.WHICH: "Which number do you mean: {choices}? Please answer for example: {example}",
        Answer.NOTHING_OPEN: "Thank you for your message. No question to you is open just now.",
        Answer.NOT_UNDERSTOOD: "We did not understand that. Please answer YES or NO, about a mission DONE or "
        "CANNOT.",
        Answer.OPTED_OUT: "You will get no more messages from us. Thank you for your help. "
        "To get them again: START",
        Answer.OPTED_IN: "Good! You will get messages from us again. No more messages: STOP",
    },
    "tr": {
        Answer.ACCEPTED: "Üstlendiğiniz için teşekkürler! Ayrıntılar için size ulaşacağız.",
        Answer.DECLINED: "Yanıtınız için teşekkürler. Başka birine sorarız.",
        Answer.TAKEN: "Teşekkürler! Bu arada başka biri kabul etti.",
        Answer.DONE: "Yardımınız için teşekkürler! İşin yolunda gittiğini soracağız.",
        Answer.CANNOT: "{number} iptal edildi, başkasını arıyoruz. Yanlışlık mı? Bizi arayın.",
        Answer.PROMISED: "{number} için söz verdiniz. Gelemiyorsanız GELEMEM yazın.",
        Answer.WHICH: "Hangi numara: {choices}? Örneğin şöyle yazın: {example}",
        Answer.NOTHING_OPEN: "Mesajınız için teşekkürler. Şu anda size açık bir sorumuz yok.",
        Answer.NOT_UNDERSTOOD: "Anlayamadık. EVET ya da HAYIR; görev için BİTTİ ya da GELEMEM.",
        Answer.OPTED_OUT: "Artık mesaj almayacaksınız. Teşekkürler. Yeniden: BAŞLA",
        Answer.OPTED_IN: "Yeniden mesaj alacaksınız. Durdurmak için: DUR",
    },
    "ru": {
        Answer.ACCEPTED: "Спасибо, что берётесь! Мы сообщим вам подробности.",
        Answer.DECLINED: "Спасибо за ответ. Мы спросим кого-нибудь другого.",
        Answer.TAKEN: "Спасибо! Тем временем уже согласился другой человек.",
        Answer.DONE: "Большое спасибо за помощь! Мы спросим там, всё ли получилось.",
        Answer.CANNOT: "{number} отменено, мы ищем другого. Это ошибка? Позвоните нам.",
        Answer.PROMISED: "Вы обещали {number}. Не получается? Ответьте НЕ МОГУ.",
        Answer.WHICH: "Какой номер: {choices}? Ответьте, например: {example}",
        Answer.NOTHING_OPEN: "Спасибо за сообщение. Сейчас у нас нет к вам вопросов.",
        Answer.NOT_UNDERSTOOD: "Не поняли. Ответьте ДА или НЕТ, о задании: ГОТОВО или НЕ МОГУ.",
        Answer.OPTED_OUT: "Больше сообщений не будет. Спасибо за помощь. Снова: СТАРТ",
        Answer.OPTED_IN: "Вы снова будете получать сообщения. Отключить: СТОП",
    },
    "uk": {
        Answer.ACCEPTED: "Дякуємо, що беретеся! Ми повідомимо вам подробиці.",
        Answer.DECLINED: "Дякуємо за відповідь. Ми запитаємо когось іншого.",
        Answer.TAKEN: "Дякуємо! Тим часом уже погодилася інша людина.",
        Answer.DONE: "Щиро дякуємо за допомогу! Ми запитаємо там, чи все вдалося.",
        Answer.CANNOT: "{number} скасовано, шукаємо іншу людину. Помилка? Подзвоніть нам.",
        Answer.PROMISED: "Ви погодилися на {number}. Не виходить? Напишіть НЕ МОЖУ.",
        Answer.WHICH: "Який номер: {choices}? Напишіть, наприклад: {example}",
        Answer.NOTHING_OPEN: "Дякуємо за повідомлення. Зараз ми не маємо до вас запитань.",
        Answer.NOT_UNDERSTOOD: "Не зрозуміли. Напишіть ТАК чи НІ, про завдання: ГОТОВО чи НЕ МОЖУ.",
        Answer.OPTED_OUT: "Більше повідомлень не буде. Дякуємо за допомогу. Знову: СТАРТ",
        Answer.OPTED_IN: "Ви знову отримуватимете повідомлення. Вимкнути: СТОП",
    },
    "pl": {
        Answer.ACCEPTED: "Dziękujemy za podjęcie się tego! Odezwiemy się ze szczegółami.",
        Answer.DECLINED: "Dziękujemy za odpowiedź. Zapytamy kogoś innego.",
        Answer.TAKEN: "Dziękujemy! W międzyczasie zgodził się już ktoś inny.",
        Answer.DONE: "Bardzo dziękujemy za pomoc! Zapytamy tam, czy się udało.",
        Answer.CANNOT: "{number} odwołane, szukamy kogoś innego. Pomyłka? Prosimy o telefon.",
        Answer.PROMISED: "{number}: jest zgoda. Nie da się? Prosimy odpisać NIE MOGĘ.",
        Answer.WHICH: "Który numer: {choices}? Prosimy odpisać na przykład: {example}",
        Answer.NOTHING_OPEN: "Dziękujemy za wiadomość. Teraz nie czekamy na żadną odpowiedź.",
        Answer.NOT_UNDERSTOOD: "Nie rozumiemy. TAK albo NIE, o zadaniu: ZROBIONE albo NIE MOGĘ.",
        Answer.OPTED_OUT: "Nie będziemy już pisać. Dziękujemy za pomoc. Znowu: START",
        Answer.OPTED_IN: "Znowu będziemy pisać. Bez wiadomości: STOP",
    },
    "ar": {
        Answer.ACCEPTED: "شكرا لتوليكم ذلك! سنتصل بكم لإعطاء التفاصيل.",
        Answer.DECLINED: "شكرا على الرد. سنسأل شخصا آخر.",
        Answer.TAKEN: "شكرا لكم! لقد وافق شخص آخر في هذه الأثناء.",
        Answer.DONE: "شكرا جزيلا على مساعدتكم! سنسأل هناك إن سار كل شيء على ما يرام.",
        Answer.CANNOT: "ألغيت المهمة {number} ونبحث عن غيركم. هل هذا خطأ؟ اتصلوا بنا.",
        Answer.PROMISED: "لقد وافقتم على {number}. لا تستطيعون؟ أرسلوا: أعتذر",
        Answer.WHICH: "أي رقم: {choices}؟ أرسلوا مثلا: {example}",
        Answer.NOTHING_OPEN: "شكرا على رسالتكم. لا سؤال مفتوح لكم الآن.",
        Answer.NOT_UNDERSTOOD: "لم نفهم. نعم أو لا؛ وعن المهمة: تم أو أعتذر",
        Answer.OPTED_OUT: "لن تصلكم رسائل منا. شكرا على مساعدتكم. للعودة: ابدأ",
        Answer.OPTED_IN: "ستصلكم رسائلنا من جديد. لإيقافها: قف",
    },
}


def language_of(languages: Iterable[str]) -> str:
    """The first of these languages that we answer in, else German."""
    return next((code for code in languages if code in WORDS), "de")
