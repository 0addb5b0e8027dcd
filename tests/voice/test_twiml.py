"""Replies as markup: the exact words beside the case."""

from __future__ import annotations

from intake.profile import Profile
from voice.prompts import Prompts
from voice.state import Listen, Reply, Saying
from voice.twiml import render

from .conftest import Conversation


def body(markup: str) -> str:
    head, _, rest = markup.partition("?>")
    assert head.startswith('<?xml version="1.0" encoding="UTF-8"')
    return rest


def test_what_must_be_heard_stands_before_the_question(phone: Conversation, profile: Profile) -> None:
    de = '<Say language="de-DE" voice="Polly.Vicki-Neural">'
    en = '<Say language="en-GB" voice="Polly.Amy-Neural">'
    assert body(render(phone.dial().reply, phone.prompts, profile)) == (
        "<Response>"
        f"{de}Guten Tag, hier ist das Bürgertelefon, Landkreis Kassel.</Say>"
        f"{de}Im Notfall wählen Sie 112.</Say>"
        '<Gather action="/voice/turn/1" actionOnEmptyResult="true" finishOnKey="#" input="dtmf" '
        'method="POST" numDigits="1" timeout="10">'
        f"{de}Sie brauchen Hilfe: die Eins. Sie möchten helfen: die Zwei. "
        "Sie haben schon angerufen: die Drei. Einen Menschen sprechen: die Null.</Say>"
        f"{en}For English, press nine.</Say>"
        "</Gather></Response>"
    )


def test_a_number_of_any_length_ends_by_silence_or_hash(profile: Profile, prompts: Prompts) -> None:
    reply = Reply(says=(Saying("number_type", "de"),), listen=Listen(3, None, 10))
    markup = render(reply, prompts, profile)
    assert "numDigits" not in markup
    assert 'timeout="10"' in markup
    assert 'action="/voice/turn/3"' in markup


def test_the_last_words_are_followed_by_hanging_up(profile: Profile, prompts: Prompts) -> None:
    reply = Reply(says=(Saying("close_noted", "en"),))
    assert body(render(reply, prompts, profile)) == (
        '<Response><Say language="en-GB" voice="Polly.Amy-Neural">Thank you. Goodbye.</Say>'
        "<Hangup /></Response>"
    )


def test_a_name_that_looks_like_markup_stays_text(profile: Profile, prompts: Prompts) -> None:
    reply = Reply(says=(Saying("need_1", "de", {"need": "<Hangup/> & Co"}),))
    assert "&lt;Hangup/&gt; &amp; Co: die Eins." in render(reply, prompts, profile)
