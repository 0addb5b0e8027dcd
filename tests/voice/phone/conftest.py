"""A hotline that answers what the test tells it to, served over real HTTP on loopback."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import pytest
from werkzeug.wrappers import Request, Response

from tests.support.serving import served
from voice.phone.carrier import Carrier
from voice.phone.driver import Telephone

ACCOUNT = "AC" + "1" * 32
TOKEN = "a token for tests"
NUMBER = "+4956110031177"

Page = str | Response | Callable[[Request], Response | str]


@dataclass
class Seen:
    """One request that reached the hotline."""

    path: str
    method: str
    url: str
    params: dict[str, str]
    headers: dict[str, str]


@dataclass
class Hotline:
    """Pages by path; a list of pages is served one after the other, the last one for ever."""

    pages: dict[str, list[Page]] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    base: str = ""

    def serve(self, path: str, *pages: Page) -> None:
        self.pages[path] = list(pages)

    def asked(self, path: str) -> list[dict[str, str]]:
        """The parameters of each request to a path, in order."""
        return [seen.params for seen in self.seen if seen.path == path]

    def __call__(self, environ, start_response):
        request = Request(environ)
        params = dict(parse_qsl(request.get_data(as_text=True), keep_blank_values=True))
        headers = dict(request.headers)
        self.seen.append(Seen(request.path, request.method, request.url, params, headers))
        return self._answer(request)(environ, start_response)

    def _answer(self, request: Request) -> Response:
        pages = self.pages.get(request.path)
        if not pages:
            return Response("", status=204 if request.path == "/status" else 404)
        page = pages.pop(0) if len(pages) > 1 else pages[0]
        answer = page(request) if callable(page) and not isinstance(page, Response) else page
        return answer if isinstance(answer, Response) else Response(answer, mimetype="text/xml")


@pytest.fixture
def hotline() -> Iterator[Hotline]:
    app = Hotline()
    with served(app) as app.base:
        yield app


@pytest.fixture
def carrier(hotline: Hotline) -> Carrier:
    return Carrier(
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        number=NUMBER,
        voice_url=f"{hotline.base}/answer",
        fallback_url=f"{hotline.base}/fallback",
        status_callback_url=f"{hotline.base}/status",
        sms_url=f"{hotline.base}/sms",
    )


@pytest.fixture
def phone(carrier: Carrier) -> Telephone:
    return Telephone(carrier)
