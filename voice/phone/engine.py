"""The exchange: moves every call on as keys, answers and time arrive.

One thread owns the exchange and calls :meth:`Exchange.run_due`. Everybody else (page requests, the REST
side, threads that asked the hotline) only leaves actions in its inbox with :meth:`Exchange.post`. Web
requests are made outside the lock: by the owner itself (tests, the terminal: one thing after the other)
or by a pool of threads (the browser telephone: a slow answer holds nobody up).
"""

import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from email.utils import format_datetime

from voice.phone.call import (
    FINAL,
    CallOverError,
    Event,
    Fetch,
    Fetched,
    HungUpError,
    Key,
    PhoneCall,
    PickedUp,
    Script,
    Spoke,
    Step,
    TimeUp,
)
from voice.phone.carrier import Carrier, Line, Recording, default_line
from voice.phone.chaos import Chaos
from voice.phone.clock import Clock
from voice.phone.http import WebFailure, WebReply, WebRequest, Wire, new_session

Action = Callable[[], None]
Job = Callable[[], Action]
"""Work done without the lock (a web request); the action that it returns is done with it."""
Watcher = Callable[[PhoneCall], None]

REMEMBERED_CALLS = 1000
"""Finished calls beyond this are forgotten, oldest first, so a long demonstration does not grow."""

log = logging.getLogger(__name__)


class Exchange:
    """All calls of one simulated carrier, moved by one clock."""

    def __init__(
        self,
        carrier: Carrier,
        clock: Clock,
        pool: ThreadPoolExecutor | None = None,
        lodge: Callable[[Recording], None] | None = None,
    ) -> None:
        """``lodge`` takes recordings elsewhere, if they are not fetched here; it may ask the network."""
        self.carrier = carrier
        self.clock = clock
        self.wire = Wire(carrier.auth_token)
        self.chaos = Chaos(self.wire)
        self.calls: dict[str, PhoneCall] = {}
        self.lines: dict[str, Line] = {}
        self.recordings: dict[str, Recording] = {}
        self.watchers: list[Watcher] = []
        self.lock = threading.RLock()
        self.stirred = threading.Event()
        self._pool = pool
        self._lodge = lodge
        self._inbox: deque[Action] = deque()
        self._jobs: deque[Job] = deque()
        self._timers: list[tuple[float, Action]] = []

    # From any thread.

    def post(self, action: Action) -> None:
        """Leave an action for the owner, who is woken."""
        self._inbox.append(action)
        self.stirred.set()

    def press(self, call: PhoneCall, key: str) -> None:
        """A key (0-9, * or #) of the call's telephone. One that nobody waits for is lost, as in life."""
        self.post(lambda: self._press(call, key))

    def speak(self, call: PhoneCall, words: str, confidence: float) -> None:
        """Words of the call's owner. Where the hotline waits for keys alone nobody understands them."""
        self.post(lambda: self._speak(call, Spoke(words, confidence)))

    def hang_up(self, call: PhoneCall) -> None:
        """The telephone's owner hangs up, or declines while it rings; harmless when the call is over."""
        if call.ringing:
            self.pick_up(call, accepted=False)
        else:
            self.post(lambda: self.interrupt(call, HungUpError()))

    def pick_up(self, call: PhoneCall, accepted: bool = True) -> None:
        """The ringing telephone is answered, or declined (the carrier reports busy)."""
        self.post(lambda: self.resume(call, PickedUp(accepted)) if call.ringing else None)

    def heard(self, call: PhoneCall, prompt: int) -> None:
        """The listener's own loudspeaker has finished this prompt (see ``paced_by_listener``)."""
        self.post(lambda: self.resume(call, TimeUp()) if call.hearing == prompt else None)

    def line(self, number: str) -> Line:
        """How the telephone with this number behaves."""
        return self.lines.get(number) or default_line(number)

    # For the owner, and for scripts.

    def run_due(self) -> None:
        """Do everything that can be done at this moment of the clock."""
        while True:
            with self.lock:
                busy = self._take_inbox() or self._take_timers()
            if self._jobs:
                self._work(self._jobs.popleft())
            elif not busy:
                return

    def next_due(self) -> float | None:
        """When the next timer runs out, by the clock; None when only outside events can move anything."""
        with self.lock:
            due = [call.deadline for call in self.calls.values() if call.deadline is not None]
            due += [at for at, _action in self._timers]
        return min(due, default=None)

    def after(self, seconds: float, action: Action) -> None:
        """Do something later."""
        self._timers.append((self.clock.now() + seconds, action))
        self.stirred.set()

    def begin(self, call: PhoneCall, script: Script) -> None:
        """Start a call's script."""
        self.enter(call)
        if not call.ended:  # else it was cancelled while it stood in the queue
            self._follow(call, script)

    def enter(self, call: PhoneCall) -> None:
        """Make a call known; from any thread."""
        with self.lock:
            call.began_at = self.clock.now()
            self.calls[call.sid] = call
            if len(self.calls) > REMEMBERED_CALLS:
                over = [sid for sid, old in self.calls.items() if old.ended]
                for sid in over[: REMEMBERED_CALLS // 2]:
                    del self.calls[sid]

    def replace_script(self, call: PhoneCall, script: Script) -> None:
        """Let a call go on with something else (REST: new TwiML for a live call)."""
        if call.ended:
            return
        if call.script is not None:
            call.script.close()
        self._follow(call, script)

    def resume(self, call: PhoneCall, event: Event) -> None:
        """Tell a call's script what happened; while it waits for the hotline only the answer matters."""
        script = call.script
        if script is not None and (call.asking is None or isinstance(event, Fetched)):
            self._advance(call, lambda: script.send(event))

    def interrupt(self, call: PhoneCall, reason: HungUpError | CallOverError) -> None:
        """Break into a call's script: its owner hung up, or the call is ended from outside."""
        script = call.script
        if script is not None and not call.ended:
            self._advance(call, lambda: script.throw(reason))

    def keep(self, recording: Recording) -> None:
        """Keep a recording until it is fetched and deleted."""
        self.recordings[recording.sid] = recording
        if (lodge := self._lodge) is not None:

            def job() -> Action:
                lodge(recording)
                return lambda: None

            self._jobs.append(job)

    def tell(self, request: WebRequest, call: PhoneCall | None = None) -> None:
        """Post something whose answer does not matter (a status callback, a last action)."""
        session = call.session if call is not None else new_session()

        def job() -> Action:
            outcome = self.wire.fetch(request, session)
            return lambda: self._note_failure(call, outcome)

        if not self.chaos.lets_pass(request):
            return
        if self.chaos.delay:
            self.after(self.chaos.delay, lambda: self._jobs.append(job))
        else:
            self._jobs.append(job)

    def ask(self, request: WebRequest, then: Callable[[WebReply], None]) -> None:
        """Post something outside of any call; ``then`` gets a good answer, a failure is dropped."""

        def job() -> Action:
            outcome = self.wire.fetch(request, new_session())
            return lambda: then(outcome) if isinstance(outcome, WebReply) else None

        self.post(lambda: self._jobs.append(job))

    def report(self, call: PhoneCall, event: str, status: str | None = None) -> None:
        """Send a status callback, if this event was asked for."""
        reporting = call.reporting
        if not reporting.url or event not in reporting.events:
            return
        params = call.parameters() | {
            "CallStatus": status or call.status,
            "CallbackSource": "call-progress-events",
            "SequenceNumber": str(reporting.sequence),
            "Timestamp": format_datetime(self.clock.at(self.clock.now())),
        }
        if event == "completed":
            params |= {"CallDuration": str(call.duration()), "Duration": str(-(-call.duration() // 60))}
        reporting.sequence += 1
        self.tell(WebRequest(reporting.url, params, reporting.method), call)

    # Its own business.

    def _take_inbox(self) -> bool:
        busy = bool(self._inbox)
        while self._inbox:
            self._inbox.popleft()()
        return busy

    def _take_timers(self) -> bool:
        now = self.clock.now()
        due = [timer for timer in self._timers if timer[0] <= now]
        self._timers = [timer for timer in self._timers if timer[0] > now]
        for _at, action in sorted(due, key=lambda timer: timer[0]):
            action()
        calls = [call for call in self.calls.values() if call.deadline is not None and call.deadline <= now]
        for call in calls:
            self.resume(call, TimeUp())
        return bool(due or calls)

    def _work(self, job: Job) -> None:
        if self._pool is None:
            action = job()
            with self.lock:
                action()
            return
        self._pool.submit(job).add_done_callback(self._job_done)

    def _job_done(self, future: Future[Action]) -> None:
        fault = future.exception()
        if fault is None:
            self.post(future.result())
        else:
            log.error("a job of the telephone simulator failed", exc_info=fault)

    def _press(self, call: PhoneCall, key: str) -> None:
        if not call.ended:
            call.note("keys", key)
            self.resume(call, Key(key))

    def _speak(self, call: PhoneCall, spoke: Spoke) -> None:
        if not call.ended:
            call.note("spoke", spoke.words)
            self.resume(call, spoke)

    def _follow(self, call: PhoneCall, script: Script) -> None:
        call.script = script
        self._advance(call, lambda: next(script))

    def _advance(self, call: PhoneCall, move: Callable[[], Step]) -> None:
        """Move a script on to its next wait, or to the end of the call."""
        call.deadline = call.hearing = call.asking = None
        try:
            step = move()
        except StopIteration:
            self._finish(call, "completed")
        except HungUpError:
            call.note("line", "hung up")
            self._finish(call, "completed" if call.answered_at is not None else "no-answer")
        except CallOverError as over:
            self._finish(call, over.status)
        else:
            if isinstance(step, Fetch):
                self._ask(call, step.request)
            else:
                call.deadline, call.hearing = step.until, step.prompt
        for watcher in self.watchers:
            watcher(call)

    def _ask(self, call: PhoneCall, request: WebRequest) -> None:
        mark = object()
        call.asking = mark

        def job() -> Action:
            outcome = self.wire.fetch(request, call.session)
            return lambda: self._answered(call, mark, outcome)

        self._jobs.append(job)

    def _answered(self, call: PhoneCall, mark: object, outcome: WebReply | WebFailure) -> None:
        if call.asking is mark:  # else the caller hung up meanwhile: nobody is there to hear it
            self.resume(call, Fetched(outcome))

    def _note_failure(self, call: PhoneCall | None, outcome: WebReply | WebFailure) -> None:
        if call is not None and isinstance(outcome, WebFailure):
            call.failures.append(outcome)

    def _finish(self, call: PhoneCall, status: str) -> None:
        if call.status in FINAL:
            return
        call.script = None
        call.status = status
        call.ended_at = self.clock.now()
        call.gathering = call.recognising = call.listening = False
        call.note("line", status)
        self.report(call, "completed")
