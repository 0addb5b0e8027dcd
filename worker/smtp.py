"""Handing one mail to the mail server of the settings, and what can go wrong with it."""

from __future__ import annotations

import smtplib
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from intake.settings import Settings

#: Seconds that the mail server may take for each answer: a whole mail ends well within a duty's lease.
PATIENCE = 5.0


class MailError(Exception):
    """The mail did not go out; ``code`` is the server's, or a word of ours. It may be tried again."""

    def __init__(self, code: str) -> None:
        super().__init__(f"the mail did not go out: {code}")
        self.code = code


def send(settings: Settings, now: datetime, key: str, subject: str, body: str) -> None:
    """Hand one mail to the server; raises ``MailError``. The same ``key`` gives the same Message-ID."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings.mail_from, settings.mail_to, subject
    message["Date"] = format_datetime(now)
    domain = settings.mail_from.rpartition("@")[2]
    message["Message-ID"] = f"<{key.replace(':', '-')}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no machine answers it
    message.set_content(body)
    try:
        _hand_over(settings.smtp_url, message)
    except smtplib.SMTPResponseException as error:
        raise MailError(str(error.smtp_code)) from None
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise MailError(str(codes[0])) from None  # there is one recipient
    except (OSError, smtplib.SMTPException) as error:
        raise MailError(type(error).__name__) from None


def _hand_over(smtp_url: str, message: EmailMessage) -> None:
    """Speak to the server: encrypted wherever it can, and always before a password is said."""
    url = urlsplit(smtp_url)
    host, context, is_encrypted = url.hostname or "", ssl.create_default_context(), url.scheme == "smtps"
    with (
        smtplib.SMTP_SSL(host, url.port or 465, timeout=PATIENCE, context=context)
        if is_encrypted
        else smtplib.SMTP(host, url.port or 587, timeout=PATIENCE)
    ) as server:
        server.ehlo()
        if not is_encrypted and server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
            is_encrypted = True
        if url.username:
            if not is_encrypted:
                raise MailError("unencrypted")
            server.login(unquote(url.username), unquote(url.password or ""))
        server.send_message(message)
