"""A reply as the carrier's markup (TwiML). Voice and language are always both set: a wrong pair is silent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from intake.profile import Profile
from voice import speech
from voice.nodes import ACCEPT_SECONDS, RING_SECONDS
from voice.prompts import Prompts
from voice.state import Listen, Record, Reply, Ring, Saying
from voice.wording import SLOWLY

#: Where the answer to a turn is sent. Relative, so that the carrier stays at the address it was given.
TURN_PATH = "/voice/turn/{turn}"

#: What a member of the team hears before she has the caller, and where her key is sent.
WHISPER_PATH = "/voice/whisper/{turn}"
ACCEPT_PATH = "/voice/accept/{turn}"

#: Seconds of silence that end a spoken answer; between the groups of a long number people breathe.
SPEECH_PAUSE = 1
NUMBER_PAUSE = 3

#: For how long the telephone of a citizen rings: an old person has to get up and find it.
ANSWER_SECONDS = 45

#: Where the carrier tells that a message can be fetched; and the silence in seconds that ends one.
RECORDED_PATH = "/voice/recorded"
RECORDING_PAUSE = 5

#: Where a recorded prompt is fetched.
RECORDING_PATH = "/voice/audio/{name}"


@dataclass(frozen=True)
class Telephones:
    """The numbers to ring, the team's own or a seeker's, and the hotline's, which they see. E.164."""

    ours: str
    theirs: tuple[str, ...]


NO_TELEPHONES = Telephones("", ())


def render(
    reply: Reply,
    prompts: Prompts,
    district: Profile,
    telephones: Telephones = NO_TELEPHONES,
    turn_path: str = TURN_PATH,
) -> str:
    """The markup of a reply: what cannot be cut short, then the question, the ringing, or the call's end.

    ``turn_path`` is where the answer to a question is sent, with a place for the turn.
    """
    response = VoiceResponse()
    _say(response, reply.first, prompts, district)
    if reply.ring is not None:
        _ring(response, reply.ring, telephones)
    elif reply.record is not None:
        _record(response, reply.record)
    elif reply.listen is None:
        _say(response, reply.says, prompts, district)
        if reply.goes_on:
            response.redirect(reply.goes_on, method="POST")
        else:
            response.hangup()
    else:
        gather = _gather(reply.listen, district, turn_path)
        _say(gather, reply.says, prompts, district)
        response.append(gather)
    return str(response)


def render_whisper(turn: int, prompts: Prompts, district: Profile) -> str:
    """What the member of the team hears alone who is rung for a caller."""
    words = (Saying("whisper", district.languages[0], {"hotline": district.hotline_name}),)
    return render_key_question(words, ACCEPT_PATH.format(turn=turn), prompts, district)


def render_key_question(says: tuple[Saying, ...], action: str, prompts: Prompts, district: Profile) -> str:
    """Words at a telephone that we ring; only a key leads on, to ``action``: a voicemail presses none."""
    response = VoiceResponse()
    gather = Gather(input="dtmf", action=action, method="POST", num_digits=1, timeout=ACCEPT_SECONDS)
    _say(gather, says, prompts, district)
    response.append(gather)
    response.hangup()
    return str(response)


@dataclass(frozen=True)
class Connection:
    """Whom to connect a call with, for how it ends to be told at ``action``; the numbers are E.164.

    ``theirs`` is rung for a long while, because old people need time, and sees ``ours``. Each of its steps is
    told at ``report``, if there is such an address.
    """

    theirs: str
    ours: str
    action: str
    report: str = ""


def render_connection(to: Connection) -> str:
    """Connect the call with another telephone. Whoever picks up there hears no machine."""
    response = VoiceResponse()
    response.append(_dial(to))
    return str(response)


def _dial(to: Connection) -> Dial:
    dial = Dial(action=to.action, method="POST", timeout=ANSWER_SECONDS, caller_id=to.ours)
    report = {
        "status_callback": to.report,
        "status_callback_method": "POST",
        "status_callback_event": "initiated ringing answered completed",
    }
    dial.number(to.theirs, **(report if to.report else {}))
    return dial


def render_accepted() -> str:
    """Nothing more to say to the member of the team: the carrier connects her with the caller."""
    return str(VoiceResponse())


def render_declined(prompts: Prompts, district: Profile, is_late: bool) -> str:
    """The member of the team does not get the caller; ``is_late``: she wanted him, but he is gone."""
    response = VoiceResponse()
    if is_late:
        _say(response, (Saying("whisper_late", district.languages[0]),), prompts, district)
    response.hangup()
    return str(response)


def _ring(response: VoiceResponse, ring: Ring, telephones: Telephones) -> None:
    """Ring the team all at once; whoever presses the key first has the caller. A seeker is connected at once.

    Where a number was taken back since, nobody is rung, and the call goes on as if nobody had answered.
    """
    action = TURN_PATH.format(turn=ring.turn)
    if not telephones.theirs:
        response.redirect(action, method="POST")
        return
    if ring.mission is not None:
        response.append(_dial(Connection(telephones.theirs[0], telephones.ours, action)))
        return
    dial = Dial(action=action, method="POST", timeout=RING_SECONDS, caller_id=telephones.ours)
    for number in telephones.theirs:
        dial.number(number, url=WHISPER_PATH.format(turn=ring.turn), method="POST")
    response.append(dial)


def _record(response: VoiceResponse, record: Record) -> None:
    """A message after a tone. Where nothing was said the carrier goes on to the next verb, and so to us."""
    action = TURN_PATH.format(turn=record.turn)
    response.record(
        action=action,
        method="POST",
        max_length=record.seconds,
        timeout=RECORDING_PAUSE,
        play_beep=True,
        recording_status_callback=RECORDED_PATH,
        recording_status_callback_method="POST",
        recording_status_callback_event="completed",
    )
    response.redirect(action, method="POST")


def _gather(listen: Listen, district: Profile, turn_path: str) -> Gather:
    """Keys with one timer for all waits; silence must reach the program, hence ``actionOnEmptyResult``.

    Where one key is the answer, a ``#`` is told like a key, so that it is not taken for silence.
    """
    fixed: dict[str, Any] = {} if listen.keys is None else {"num_digits": listen.keys}
    if listen.speech is not None:
        fixed |= {
            "language": district.voices[listen.speech].locale,
            "hints": speech.hints(listen.speech, listen.keys, district),
            "speech_timeout": SPEECH_PAUSE if listen.keys == 1 else NUMBER_PAUSE,
        }
    return Gather(
        input="dtmf" if listen.speech is None else "dtmf speech",
        action=turn_path.format(turn=listen.turn),
        method="POST",
        timeout=listen.wait,
        finish_on_key="" if listen.keys == 1 else "#",
        action_on_empty_result=True,
        **fixed,
    )


def _say(
    parent: VoiceResponse | Gather, sayings: tuple[Saying, ...], prompts: Prompts, district: Profile
) -> None:
    for saying in sayings:
        recording = prompts.recording(saying)
        if recording:
            parent.play(RECORDING_PATH.format(name=recording))
            continue
        voice = district.voices[saying.language]
        speed = SLOWLY.get(saying.key)
        if speed is None:
            parent.say(prompts.text(saying), voice=voice.voice, language=voice.locale)
        else:
            slow = parent.say("", voice=voice.voice, language=voice.locale)
            slow.prosody(prompts.text(saying), rate=f"{speed:.0%}")
