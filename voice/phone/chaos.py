"""What goes wrong between the carrier and us, on request: repeated, late, lost and forged requests."""

from dataclasses import dataclass, field, replace
from typing import Literal

from voice.phone.http import SentRequest, WebFailure, WebReply, WebRequest, Wire, new_session


@dataclass
class Chaos:
    """Switches for tests. Nothing is switched on by itself."""

    wire: Wire
    holding: bool = False
    held: list[WebRequest] = field(default_factory=list)
    dropping: set[str] = field(default_factory=set)
    delay: float = 0.0

    def repeat(self, sent: SentRequest | None = None) -> WebReply:
        """Send a request (the last one if none is named) again, byte for byte, and give the answer."""
        return self._send(sent or self.wire.sent[-1])

    def double_everything(self, on: bool = True) -> None:
        """From now on send each request twice; answers that differ are kept in ``wire.differing``."""
        self.wire.doubling = on

    def hold_status_callbacks(self) -> None:
        """From now on keep status callbacks back, for :meth:`release`."""
        self.holding = True

    def release(self, order: Literal["in order", "reversed"] = "in order") -> list[WebReply | WebFailure]:
        """Deliver the status callbacks kept back, and keep none back any more."""
        waiting = self.held if order == "in order" else self.held[::-1]
        self.holding, self.held = False, []
        return [self.wire.fetch(request, new_session()) for request in waiting]

    def drop(self, *statuses: str) -> None:
        """Lose all status callbacks that tell one of these statuses ("completed", "delivered", …)."""
        self.dropping |= set(statuses)

    def delay_callbacks(self, seconds: float) -> None:
        """From now on deliver what nobody waits for (status callbacks, recordings) so much later."""
        self.delay = seconds

    def forge(
        self,
        url: str,
        params: dict[str, str],
        signature: Literal["wrong", "missing", "of another address"] = "wrong",
    ) -> WebReply:
        """Send what somebody would send who does not know the token."""
        sent = self.wire.prepare(WebRequest(url, params))
        headers = {name: value for name, value in sent.headers.items() if name != "X-Twilio-Signature"}
        if signature == "wrong":
            headers["X-Twilio-Signature"] = "bm90IHRoZSByaWdodCBvbmUhISE="
        elif signature == "of another address":
            other = self.wire.prepare(WebRequest(url + "?other=1", params))
            headers["X-Twilio-Signature"] = other.headers["X-Twilio-Signature"]
        return self._send(replace(sent, headers=headers))

    def lets_pass(self, request: WebRequest) -> bool:
        """Whether a message to the hotline goes out now; only status callbacks are ever kept back."""
        told = request.params
        status = told.get("MessageStatus") or told.get("RecordingStatus")
        if "CallbackSource" in told:
            status = told.get("CallStatus")
        if status is None:
            return True
        if status in self.dropping:
            return False
        if self.holding:
            self.held.append(request)
        return not self.holding

    def _send(self, sent: SentRequest) -> WebReply:
        with new_session() as session:
            return self.wire.send(sent, session)
