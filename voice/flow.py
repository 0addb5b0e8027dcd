"""The conversation's engine: ``advance(state, event, district)`` gives the next state and what to say or do.

Pure: it knows no web, no clock and no database. What can happen on a call stands in the table of ``steps``;
here is only how the table is walked. An effect is carried out by whoever called, and its result goes to
``advance`` like an event; then the walk goes on where it stopped.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from intake.profile import Profile
from voice import speech
from voice.events import (
    Answered,
    Digits,
    Effect,
    Event,
    Failed,
    HashAlone,
    HungUp,
    Recorded,
    Result,
    Rung,
    Silence,
    Spoken,
    Taken,
    TimeUp,
)
from voice.nodes import TRIES, WAIT, Connection, End, Junction, Question, Recording, Way, Work
from voice.state import Listen, Record, Reply, Ring, Saying, State, Step, Turn
from voice.steps import ABOUT_SPEECH, ALWAYS, FLOW, PRIVACY, PRIVACY_KEY, PRIVACY_MORE, START
from voice.wording import say

#: Seconds kept for one last question and the close. The longest question with its wait takes some 35 s, the
#: longest close as much: what is asked later would outlast the call's cap.
LAST_QUESTION = 75

#: Seconds kept for each further key of a postcode or a reference, as slowly as an old hand may type. Those
#: of a number are not counted: it is what the call is for, and is heard out though the cap passes meanwhile.
EACH_FURTHER_KEY = 5

_ALWAYS_AT: Final = {HungUp: "hung up", Failed: "failed", TimeUp: "time up"}
_PERSON_KEY: Final = "0"
_AGAIN_KEY: Final = "*"

#: No way leads through more nodes than this before somebody speaks; a test of the table proves it.
NODES_AT_MOST = 8

Moved = tuple[State, Reply | Effect]

_OnTheLine = Digits | Spoken | HashAlone | Silence | Taken | Rung | Recorded


def begin(language: str) -> State:
    """A call that has not been picked up yet, to be greeted in that language."""
    return State(language)


def advance(state: State, event: Event | Result, district: Profile) -> Moved:
    """What the event leads to: a reply to speak, or an effect whose result is the next event.

    Never raises for anything a caller can do. A call that has ended repeats its last words, whatever comes,
    and does not change.
    """
    if state.outcome is not None:
        return state, state.log[-1].reply
    if not isinstance(event, Event):
        return _resume(state, event, district)
    state = replace(state, at=max(state.at, event.at), heard=_heard(event), work=None, words=())
    if isinstance(event, Answered):
        state = replace(state, caller_id=event.caller_id, refusal=event.refused, forwarded=event.forwarded)
        return _go(state, START, district)
    if isinstance(event, HungUp | Failed | TimeUp):
        return _go(state, ALWAYS[_ALWAYS_AT[type(event)]], district)
    return _hear(state, event, district)


def _resume(state: State, result: Result, district: Profile) -> Moved:
    """Go on with the result of the effect that is under way."""
    node = FLOW[state.work] if state.work else None
    if not isinstance(node, Work):
        raise ValueError("a result came that no effect had asked for")
    heard = node.hears(result, replace(state, work=None))
    return _go(heard.state, node.ways[heard.token], district)


def _hear(state: State, event: _OnTheLine, district: Profile) -> Moved:
    """What came while the call stands at a node that waits; before the greeting, the greeting comes first.

    What does not belong there is no answer: a key while it rings, the end of ringing at a question.
    """
    node = FLOW[state.step]
    match node:
        case Question():
            return _answered(state, node, event, district)
        case Connection():
            is_taken = isinstance(event, Taken) or (isinstance(event, Rung) and event.bridged)
            return _go(state, node.taken if is_taken else node.nobody, district)
        case Recording():
            return _go(state, node.left if isinstance(event, Recorded) else node.nothing, district)
        case _:
            return _go(state, START, district)


def _answered(state: State, node: Question, event: _OnTheLine, district: Profile) -> Moved:
    """What came at a question: keys, words where they are taken, a habitual ``#``, or no answer."""
    if isinstance(event, Digits):
        return _read(state, node, event.keys, district)
    if isinstance(event, Spoken) and _takes_words(state, node, district):
        return _listen(state, node, event, district)
    if isinstance(event, HashAlone) and _ends_the_last_answer(state):
        return _ask(state, state.step, node, (), district)
    return _try_again(state, node, node.silent, (), district)


def _takes_words(state: State, node: Question, district: Profile) -> bool:
    return node.by_voice and speech.is_understood(state.language, district)


def _listen(state: State, node: Question, event: Spoken, district: Profile) -> Moved:
    """Words at a question: read as the keys that say the same, or a try that failed."""
    keys = speech.keys_of(speech.Heard(event.words, event.confidence), node.keys, state, district)
    if keys is None:
        return _try_again(state, node, node.lost, ("not_heard",), district)
    return _read(replace(state, heard=keys), node, keys, district)


def _read(state: State, node: Question, typed: str, district: Profile) -> Moved:
    """Keys at a question: a wish that is always open, one of the question's ways, or a try that failed."""
    keys = typed.rpartition(_AGAIN_KEY)[2]  # ``*`` clears what was typed before it
    if _AGAIN_KEY in typed and (not keys or (node.keys is not None and len(keys) < node.keys)):
        cleared = _sayings(("cleared",) if node.keys != 1 and typed != _AGAIN_KEY else (), state, district)
        return _ask(replace(state, words=cleared), state.step, node, (), district)
    if keys == _PERSON_KEY:
        return _go(state, ALWAYS["person"], district)
    if keys == PRIVACY_KEY and state.privacy_told and PRIVACY_KEY not in node.ways:
        return _ask(
            replace(state, words=_sayings(PRIVACY_MORE, state, district)), state.step, node, (), district
        )
    heard = node.reads(keys, state, district)
    if heard.token in node.ways:
        return _go(heard.state, node.ways[heard.token], district)
    return _try_again(heard.state, node, node.lost, heard.says, district)


def _ends_the_last_answer(state: State) -> bool:
    """Whether ``#`` came right after keys: out of habit, too late for a question that needs none."""
    last = state.log[-1].heard
    return last[:1].isdigit() or last[:1] == _AGAIN_KEY


def _try_again(state: State, node: Question, out: Way, says: tuple[str, ...], district: Profile) -> Moved:
    """Ask once more in other words, or take the way out after the last try."""
    if state.tries + 1 >= TRIES:
        return _go(state, out, district)
    state = replace(state, tries=state.tries + 1, words=_sayings(says, state, district))
    return _ask(state, state.step, node, (), district)


def _go(state: State, way: Way, district: Profile) -> Moved:
    """Walk along a way, through junctions, until something is asked, worked or ended."""
    first: tuple[Saying, ...] = ()
    for _ in range(NODES_AT_MOST):
        state = way.keep(state, district)
        first += _sayings(_without_told(way.first, state), state, district)
        words = state.words + _sayings(way.says, state, district)
        state = replace(state, words=words, privacy_told=state.privacy_told or PRIVACY in way.first)
        node = FLOW[way.to]
        match node:
            case Junction():
                way = node.ways[node.choose(state, district)]
            case Question():
                return _ask(state, way.to, node, first, district)
            case Connection():
                return _replied(state, way.to, Reply((*first, *words), ring=_ring(node, state)))
            case Recording():
                record = Record(state.turn + 1, district.voice_message.max_seconds)
                return _replied(state, way.to, Reply((*first, *words), record=record))
            case Work():
                return replace(state, work=way.to, words=first + words), node.effect(state)
            case End():
                return _end(state, way.to, node, first, district)
    raise RuntimeError("the table of steps runs in a circle")


def _ring(node: Connection, state: State) -> Ring:
    """Whom to ring there, for the turn that comes next."""
    if node.to_seeker:
        return Ring(state.turn + 1, mission=state.mission)
    return Ring(state.turn + 1, state.there)


def _ask(state: State, step: Step, node: Question, first: tuple[Saying, ...], district: Profile) -> Moved:
    """Put a question, unless the call has no time or turns left for its answer."""
    if _is_late(state, node, district):
        return _go(state, ALWAYS["time up"], district)
    if step is not state.step:
        state = replace(state, tries=0)
    prompt = node.prompts[1] if state.tries else node.prompts[0]
    options = node.options(state, district) if node.options else ()
    words = (*state.words, say(prompt, state, district), *options)
    spoken = state.language if _takes_words(state, node, district) else None
    reply = Reply(first, words, Listen(state.turn + 1, node.keys, WAIT, spoken))
    return _replied(state, step, reply)


def _end(state: State, step: Step, node: End, first: tuple[Saying, ...], district: Profile) -> Moved:
    """Say the last words; the call's outcome stands."""
    words = (*first, *state.words, *_sayings(node.says, state, district))
    goes_on = node.goes_on.format(state.offer_call) if node.goes_on else None
    return _replied(replace(state, outcome=node.outcome), step, Reply(says=words, goes_on=goes_on))


def _replied(state: State, step: Step, reply: Reply) -> Moved:
    """Close the turn: it goes into the log, with the step at which it was heard."""
    turn = Turn(state.turn, state.at, state.step, state.heard, reply)
    return replace(
        state, step=step, turn=state.turn + 1, log=state.log.plus(turn), heard="", words=(), work=None
    ), reply


def _is_late(state: State, node: Question, district: Profile) -> bool:
    """Whether the question, its answer and the close no longer fit into the call's limits."""
    limits = district.limits
    takes = LAST_QUESTION + EACH_FURTHER_KEY * ((node.keys or 1) - 1)
    return state.turn + 2 > limits.max_turns or state.at > limits.max_minutes * 60 - takes


def _without_told(keys: tuple[str, ...], state: State) -> tuple[str, ...]:
    return tuple(key for key in keys if key != PRIVACY or not state.privacy_told)


def _sayings(keys: tuple[str, ...], state: State, district: Profile) -> tuple[Saying, ...]:
    """The prompts; what is about speaking is said only to whoever may speak."""
    by_voice = speech.is_understood(state.language, district)
    return tuple(say(key, state, district) for key in keys if by_voice or key not in ABOUT_SPEECH)


def taken_by(leg: str) -> str:
    """How the log names the call of whoever took the caller."""
    return f"taken {leg}"


def _heard(event: Event) -> str:
    """How the log names what was heard: the keys themselves, or the event."""
    match event:
        case Digits(keys=keys):
            return keys
        case Failed(code=code):
            return f"failed {code}"
        case Taken(leg=leg):
            return taken_by(leg)
        case _:
            return type(event).__name__.lower()
