"""The flow: ``advance(state, event, district)`` walks along the table of ``steps``. Pure.

An event moves the call to its next reply, or to an effect that the record has to carry out; the effect's
result is then given to ``advance`` like an event. A call that has ended is moved by nothing any more.
"""

from __future__ import annotations

from dataclasses import replace

from intake.profile import Profile
from voice.events import Answered, Digits, Effect, Event, Failed, HungUp, Result, Silence
from voice.nodes import AGAIN, TRIES, WAIT, End, Heard, Junction, Question, Way, Work
from voice.state import Listen, Reply, Saying, State, Step, Turn
from voice.steps import STEPS, TO_PERSON
from voice.wording import say

REPEAT, PERSON, PRIVACY = "*", "0", "8"

#: How the log names what is not keys.
ANSWERED, SILENCE, HUNG_UP, FAILED = "answered", "silence", "hung_up", "failed"

_TIME_UP = Way(Step.TIME_UP, "the call has lasted long enough")
_GONE = Way(Step.GONE, "hung up")
_BROKEN = Way(Step.BROKEN, "something broke")

Moved = tuple[State, Reply | Effect]


def begin(language: str) -> State:
    """The state of a call that was just picked up."""
    return State(language)


def advance(state: State, event: Event | Result, district: Profile) -> Moved:
    """The state after ``event`` and what comes of it: a reply, or an effect to carry out first.

    Never raises for anything a caller can do. Once the call has an outcome, every event gets the last reply
    again and changes nothing.
    """
    if state.outcome is not None:
        return state, last_reply(state)
    if isinstance(event, Answered):
        arrived = replace(
            state, caller_id=event.caller_id, refusal=event.refused, heard=ANSWERED, at=event.at
        )
        return _enter(arrived, Step.PICK_UP, district)
    if isinstance(event, HungUp):
        return _go(replace(state, heard=HUNG_UP, at=event.at), _GONE, district)
    if isinstance(event, Failed):
        return _go(replace(state, heard=FAILED, at=event.at, work=None), _BROKEN, district)
    if isinstance(event, Digits | Silence):
        return _hear(state, event, district)
    return _resume(state, event, district)


def last_reply(state: State) -> Reply:
    """The last reply that was given; nothing at all where there was none yet."""
    return state.log[-1].reply if state.log else Reply()


def is_lasting_too_long(state: State, at: int, district: Profile) -> bool:
    """Whether the call has used up its minutes or turns; then it is filed and ends."""
    limits = district.limits
    return at >= limits.max_minutes * 60 or state.turn + 1 >= limits.max_turns


def _hear(state: State, event: Digits | Silence, district: Profile) -> Moved:
    """Keys or silence at the question that is open."""
    keys = event.keys if isinstance(event, Digits) else ""
    state = replace(state, heard=keys or SILENCE, at=event.at)
    question = STEPS[state.step]
    if is_lasting_too_long(state, event.at, district) or not isinstance(question, Question):
        return _go(state, _TIME_UP, district)
    if not keys:
        return _try_again(state, question, district)
    if REPEAT in keys:
        keys = keys.rpartition(REPEAT)[2]
        if not keys or question.keys is not None:
            cleared = ("cleared",) if question.keys != 1 and len(event.keys) > 1 else ()  # type: ignore[union-attr]  # keys came from Digits
            return _ask(_saying(state, cleared, district), question, district)
    if keys == PERSON:
        return _go(state, TO_PERSON, district)
    if keys == PRIVACY and question.keys == 1 and state.privacy_told:
        return _ask(_saying(state, ("privacy_more",), district), question, district)
    return _follow(question.reads(keys, state, district), question, district)


def _follow(heard: Heard, node: Question | Work, district: Profile) -> Moved:
    """Go the way that was heard, or ask again where it leads nowhere."""
    state = heard.state
    if heard.token == AGAIN:
        assert isinstance(node, Question)
        return _try_again(state, node, district, heard.says)
    return _go(_saying(state, heard.says, district), node.ways[heard.token], district)


def _try_again(state: State, question: Question, district: Profile, says: tuple[str, ...] = ()) -> Moved:
    """Put the question once more in other words, or take the way out when the tries are used up."""
    if state.tries + 1 >= TRIES:
        return _go(state, question.out, district)
    return _ask(_saying(replace(state, tries=state.tries + 1), says, district), question, district)


def _resume(state: State, result: Result, district: Profile) -> Moved:
    """Go on with the result of the effect that the call has waited for."""
    assert state.work is not None, "a result came that no effect had asked for"
    work = STEPS[state.work]
    assert isinstance(work, Work)
    return _follow(work.hears(result, replace(state, work=None)), work, district)


def _go(state: State, way: Way, district: Profile) -> Moved:
    """Take a way: remember, say, and enter the next node."""
    state = way.keep(state, district)
    state = replace(state, first=state.first + tuple(say(key, state, district) for key in way.first))
    if "privacy" in way.first:
        state = replace(state, privacy_told=True)
    return _enter(_saying(state, way.says, district), way.to, district)


def _enter(state: State, step: Step, district: Profile) -> Moved:
    node = STEPS[step]
    if isinstance(node, Junction):
        return _go(state, node.ways[node.choose(state, district)], district)
    if isinstance(node, Work):
        return replace(state, work=step), node.effect(state)
    if isinstance(node, End):
        return _end(state, step, node, district)
    asked_at = state.step
    return _ask(replace(state, step=step, tries=0), node, district, asked_at)


def _saying(state: State, keys: tuple[str, ...], district: Profile) -> State:
    """The state with these prompts waiting to be said."""
    return replace(state, words=state.words + tuple(say(key, state, district) for key in keys))


def _ask(state: State, question: Question, district: Profile, asked_at: Step | None = None) -> Moved:
    key = f"{question.ask}_short" if state.tries else question.ask
    options = question.options(state, district) if question.options else ()
    words = (*state.words, say(key, state, district), *options)
    return _reply(state, words, Listen(state.turn + 1, question.keys, WAIT), asked_at or state.step)


def _end(state: State, step: Step, end: End, district: Profile) -> Moved:
    if state.heard == HUNG_UP:
        # nobody hears a reply; the open question stays, because a lead is "hung up at STEP"
        return replace(state, outcome=end.outcome), Reply()
    words = (*state.words, *(say(key, state, district) for key in end.says))
    return _reply(replace(state, step=step, outcome=end.outcome), words, None, state.step)


def _reply(state: State, words: tuple[Saying, ...], listen: Listen | None, asked_at: Step) -> Moved:
    """Note the turn with its reply; what waited to be said is said now."""
    reply = Reply(state.first, words, listen)
    turn = Turn(state.turn, state.at, asked_at, state.heard, reply)
    state = replace(state, turn=state.turn + 1, log=(*state.log, turn), first=(), words=(), heard="")
    return state, reply
