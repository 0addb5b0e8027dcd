"""The simulated network in real time: one thread moves the calls, a small pool asks the hotline."""

import threading
from concurrent.futures import ThreadPoolExecutor

from voice.phone.call import PhoneCall
from voice.phone.carrier import Carrier
from voice.phone.clock import RealClock
from voice.phone.engine import Exchange
from voice.phone.network import Network

PAGE_SILENCE_SECONDS = 20.0
"""A call whose page has not been heard of for so long is hung up: the tab was closed."""
TICK_SECONDS = 1.0
"""The longest sleep of the thread, so that closed pages are noticed."""
ASKING_THREADS = 16
"""Calls that can wait for the hotline at the same time; more stand in line."""


class LiveNetwork(Network):
    """A network that runs by itself in this process, from the first :meth:`wake` on.

    Nothing runs before that, so a web server may fork its workers after the app was made. All pages and
    the REST side must reach the same process: the calls live in its memory.
    """

    def __init__(self, carrier: Carrier) -> None:
        self._pool = ThreadPoolExecutor(ASKING_THREADS, thread_name_prefix="phone-asks")
        super().__init__(Exchange(carrier, RealClock(), self._pool))
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopping = False
        self._pages: dict[str, float] = {}

    def wake(self) -> None:
        """Start the thread if it does not run yet."""
        with self._starting:
            if self._thread is None and not self._stopping:
                self._thread = threading.Thread(target=self._run, name="phone-clock", daemon=True)
                self._thread.start()

    def keep(self, call: PhoneCall) -> None:
        """A page has asked about this call: it is still there."""
        self._pages[call.sid] = self.exchange.clock.now()

    def stop(self) -> None:
        """End the thread and let go of everything; for tests and an orderly shutdown."""
        with self._starting:
            self._stopping = True
        self.exchange.stirred.set()
        if self._thread is not None:
            self._thread.join()
        self._pool.shutdown(cancel_futures=True)

    def _run(self) -> None:
        exchange = self.exchange
        while not self._stopping:
            exchange.stirred.clear()
            self._hang_up_closed_pages()
            exchange.run_due()
            due = exchange.next_due()
            left = TICK_SECONDS if due is None else due - exchange.clock.now()
            exchange.stirred.wait(min(TICK_SECONDS, max(0.0, left)))

    def _hang_up_closed_pages(self) -> None:
        now = self.exchange.clock.now()
        for sid, heard_at in list(self._pages.items()):
            call = self.exchange.calls.get(sid)
            if call is None or call.ended:
                del self._pages[sid]
            elif now - heard_at > PAGE_SILENCE_SECONDS:
                self.exchange.hang_up(call)
