"""A reply as the carrier's markup (TwiML). Voice and language are always both set: a wrong pair is silent."""

from __future__ import annotations

from twilio.twiml.voice_response import Gather, VoiceResponse

from intake.profile import Profile
from voice.prompts import Prompts
from voice.state import Listen, Reply, Saying

#: Where the answer to a turn is sent. Relative, so that the carrier stays at the address it was given.
TURN_PATH = "/voice/turn/{turn}"


def render(reply: Reply, prompts: Prompts, district: Profile) -> str:
    """The markup of a reply: what cannot be cut short, then the question, or the end of the call."""
    response = VoiceResponse()
    _say(response, reply.first, prompts, district)
    if reply.listen is None:
        _say(response, reply.says, prompts, district)
        response.hangup()
    else:
        gather = _gather(reply.listen)
        _say(gather, reply.says, prompts, district)
        response.append(gather)
    return str(response)


def render_nothing() -> str:
    """The markup for a caller who is gone: nothing is left to say."""
    response = VoiceResponse()
    response.hangup()
    return str(response)


def _gather(listen: Listen) -> Gather:
    """Keys with one timer for all waits; silence must reach the program, hence ``actionOnEmptyResult``."""
    fixed = {} if listen.keys is None else {"num_digits": listen.keys}
    return Gather(
        input="dtmf",
        action=TURN_PATH.format(turn=listen.turn),
        method="POST",
        timeout=listen.wait,
        finish_on_key="#",
        action_on_empty_result=True,
        **fixed,
    )


def _say(
    parent: VoiceResponse | Gather, sayings: tuple[Saying, ...], prompts: Prompts, district: Profile
) -> None:
    for saying in sayings:
        voice = district.voices[saying.language]
        parent.say(prompts.text(saying), voice=voice.voice, language=voice.locale)
