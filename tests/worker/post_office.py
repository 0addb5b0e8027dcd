"""A tiny mail server on loopback (RFC 5321): it takes mails, or refuses them with a code."""

from __future__ import annotations

import socketserver
from contextlib import ExitStack
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import cast

from tests.support.serving import running


class PostOffice:
    """Listens at ``url`` inside its ``with``. ``refuses`` is the answer to the next recipients, if any.

    ``hangs_up``: the line breaks after the mail was taken, before the sender hears of it.
    """

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.refuses = ""
        self.hangs_up = False
        self._open = ExitStack()

    def __enter__(self) -> PostOffice:
        office = self

        class Counter(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                office.serves(self)

        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Counter)
        self.port: int = server.server_address[1]
        self.url = f"smtp://127.0.0.1:{self.port}"
        self._open.enter_context(running(server))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def serves(self, line: socketserver.StreamRequestHandler) -> None:
        """One sender, from the greeting to the end."""
        says = line.wfile.write
        says(b"220 post office\r\n")
        while word := line.rfile.readline().strip().decode():
            verb = word.upper().split()[0]
            if verb == "QUIT":
                says(b"221 bye\r\n")
                return
            if verb == "DATA":
                says(b"354 go on\r\n")
                self.mails.append(self._reads(line))
                if self.hangs_up:
                    self.hangs_up = False
                    return
            if verb == "RCPT":
                self.recipients.append(word)
                if self.refuses:
                    says(f"{self.refuses} not now\r\n".encode())
                    self.refuses = ""
                    continue
            says(b"250 well\r\n" if verb != "AUTH" else b"235 well\r\n")

    def _reads(self, line: socketserver.StreamRequestHandler) -> EmailMessage:
        lines = []
        while (text := line.rfile.readline()) != b".\r\n":
            lines.append(text.removeprefix(b".") if text.startswith(b"..") else text)
        return cast(EmailMessage, message_from_bytes(b"".join(lines), policy=policy.default))
