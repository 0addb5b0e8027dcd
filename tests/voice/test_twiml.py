"""Replies as markup: the exact words beside the case."""

from __future__ import annotations

from intake.profile import Profile
from voice.prompts import Prompts
from voice.state import Listen, Reply, Ring, Saying
from voice.twiml import Connection, Telephones, render, render_connection, render_whisper

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
        f"{de}Guten Tag, Bürgertelefon Landkreis Kassel.</Say>"
        f"{de}Im Notfall wählen Sie 112.</Say>"
        '<Gather action="/voice/turn/1" actionOnEmptyResult="true" finishOnKey="" input="dtmf" '
        'method="POST" numDigits="1" timeout="10">'
        f"{de}Hilfe bekommen: die Eins. Mithelfen: die Zwei. "
        "Früherer Anruf: die Drei. Ein Mensch: die Null.</Say>"
        f"{en}Languages: nine.</Say>"
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


def test_the_team_is_rung_all_at_once_with_a_whisper_for_each(profile: Profile, prompts: Prompts) -> None:
    reply = Reply((Saying("connecting", "de"),), ring=Ring(2, (3, 5)))
    ours, theirs = "+4956110031177", ("+4915112345678", "+4956925551234")
    assert body(render(reply, prompts, profile, Telephones(ours, theirs))) == (
        '<Response><Say language="de-DE" voice="Polly.Vicki-Neural">'
        "Ich verbinde Sie. Bitte bleiben Sie am Apparat.</Say>"
        '<Dial action="/voice/turn/2" callerId="+4956110031177" method="POST" timeout="20">'
        '<Number method="POST" url="/voice/whisper/2">+4915112345678</Number>'
        '<Number method="POST" url="/voice/whisper/2">+4956925551234</Number>'
        "</Dial></Response>"
    )


def test_where_no_number_is_left_to_ring_the_call_goes_on(profile: Profile, prompts: Prompts) -> None:
    markup = render(Reply(ring=Ring(2, (3,))), prompts, profile)
    assert body(markup) == '<Response><Redirect method="POST">/voice/turn/2</Redirect></Response>'


def test_the_whisper_connects_by_a_key_only(profile: Profile, prompts: Prompts) -> None:
    assert body(render_whisper(2, prompts, profile)) == (
        '<Response><Gather action="/voice/accept/2" input="dtmf" method="POST" numDigits="1" timeout="10">'
        '<Say language="de-DE" voice="Polly.Vicki-Neural">'
        "Anruf vom Bürgertelefon. Annehmen: die Eins.</Say></Gather><Hangup /></Response>"
    )


def test_a_name_that_looks_like_markup_stays_text(profile: Profile, prompts: Prompts) -> None:
    reply = Reply(says=(Saying("need_1", "de", {"need": "<Hangup/> & Co"}),))
    assert "&lt;Hangup/&gt; &amp; Co: die Eins." in render(reply, prompts, profile)


def test_a_connection_rings_long_and_tells_each_of_its_steps() -> None:
    to = Connection("+4956925551234", "+4956110031177", "/voice/bridge/7/over", "/voice/bridge/7/citizen")
    assert body(render_connection(to)) == (
        '<Response><Dial action="/voice/bridge/7/over" callerId="+4956110031177" method="POST" timeout="45">'
        '<Number statusCallback="/voice/bridge/7/citizen" '
        'statusCallbackEvent="initiated ringing answered completed" statusCallbackMethod="POST">'
        "+4956925551234</Number></Dial></Response>"
    )
