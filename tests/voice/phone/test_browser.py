"""The browser telephone: its small addresses, and one call in a real Chromium."""

import threading
import tomllib
from pathlib import Path

import pytest
from flask import Flask, Response, request
from playwright.sync_api import expect
from werkzeug.serving import make_server

import voice.phone.browser as browser_face
from tests.support.serving import Quiet, running
from tests.voice.phone.conftest import ACCOUNT, NUMBER, TOKEN
from voice.phone.browser import make_phone_blueprint
from voice.phone.carrier import Carrier
from voice.phone.http import WebRequest
from voice.phone.live import LiveNetwork
from voice.phone.network import Order, place_call
from voice.phone.rest import make_rest_blueprint

HELPER = "0152 28817386"
ASKED = (
    '<Response><Gather numDigits="1" timeout="10" action="/next" actionOnEmptyResult="true">'
    '<Say voice="Polly.Vicki-Neural" language="de-DE">Guten Tag, hier ist das Bürgertelefon. '
    "Im Notfall wählen Sie die eins eins zwei. Wenn Sie Hilfe brauchen, drücken Sie die Eins.</Say>"
    "</Gather></Response>"
)
THANKED = (
    '<Response><Say voice="Polly.Vicki-Neural" language="de-DE">Danke.</Say><Pause length="60"/></Response>'
)


@pytest.fixture
def site():
    """Hotline, telephone page and REST side in one process, as ``hotline up`` runs them."""
    app = Flask(__name__)
    server = make_server("127.0.0.1", 0, app, request_handler=Quiet, threaded=True)
    base = f"http://127.0.0.1:{server.server_port}"
    network = LiveNetwork(
        Carrier(ACCOUNT, TOKEN, NUMBER, f"{base}/answer", status_callback_url=f"{base}/status")
    )
    app.register_blueprint(make_phone_blueprint(network))
    app.register_blueprint(make_rest_blueprint(network))
    app.config["seen"] = []

    @app.post("/answer")
    def answer():
        return Response(ASKED, mimetype="text/xml")

    @app.post("/next")
    def following():
        app.config["seen"].append(request.form["Digits"])
        return Response(THANKED, mimetype="text/xml")

    @app.post("/status")
    def status():
        app.config["seen"].append(request.form["CallStatus"])
        return "", 204

    with running(server):
        yield app, base, network
        network.stop()


@pytest.fixture
def page(site, chromium):
    opened = chromium.new_page(viewport={"width": 1280, "height": 900})
    faults = []
    opened.on("pageerror", lambda fault: faults.append(str(fault)))
    opened.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    yield opened
    opened.close()
    assert faults == []


@pytest.mark.browser
def test_an_answer_is_spoken_where_the_hotline_takes_words(site, page):
    app, base, _network = site
    app.view_functions["answer"] = lambda: Response(
        ASKED.replace("<Gather ", '<Gather input="dtmf speech" language="de-DE" '), mimetype="text/xml"
    )
    app.view_functions["following"] = lambda: (
        app.config["seen"].append(request.form["SpeechResult"]) or Response(THANKED, mimetype="text/xml")
    )
    page.goto(f"{base}/phone/")
    expect(page.get_by_label("Statt zu drücken: sprechen")).to_be_hidden()
    page.get_by_role("button", name="Anrufen").click()
    page.get_by_label("Statt zu drücken: sprechen").fill("Ich brauche Hilfe")
    page.get_by_role("button", name="Sagen").click()
    expect(page.get_by_role("log").first).to_contain_text("Ich brauche Hilfe")
    expect(page.get_by_role("log").first).to_contain_text("Danke.")
    assert app.config["seen"] == ["Ich brauche Hilfe"]
    page.get_by_role("button", name="Auflegen").first.click()
    expect(page.get_by_label("Statt zu drücken: sprechen")).to_be_hidden()


@pytest.mark.browser
def test_a_call_and_a_text_in_a_real_browser(site, page):
    app, base, network = site
    page.goto(f"{base}/phone/")
    page.get_by_role("button", name="Anrufen").click()
    expect(page.get_by_role("log").first).to_contain_text("hier ist das Bürgertelefon")
    page.keyboard.press("1")
    expect(page.get_by_role("log").first).to_contain_text("Danke.")
    page.get_by_role("button", name="Auflegen").click()
    expect(page.get_by_role("status").first).to_contain_text("Anruf beendet")
    expect(page.get_by_role("button", name="Anrufen")).to_be_focused()
    page.get_by_label("Rufnummer dieses Telefons").fill(HELPER)
    page.get_by_role("button", name="Einschalten").click()
    network.texts.send(NUMBER, "+4915228817386", "Können Sie morgen einkaufen?")
    expect(page.get_by_role("list").last).to_contain_text("Können Sie morgen einkaufen?")
    assert app.config["seen"] == ["1", "completed"]


@pytest.mark.browser
def test_the_callers_telephone_rings_as_well(site, page):
    app, base, network = site
    page.goto(f"{base}/phone/")
    expect(page.get_by_text("Die Hotline ruft an").first).to_be_hidden()
    order = Order("+4956925551234", NUMBER, WebRequest(f"{base}/answer", {}))
    for answer in ("Ablehnen", "Annehmen"):
        call = place_call(network.exchange, order)
        page.get_by_role("button", name=answer).first.click()
        if answer == "Ablehnen":
            expect(page.get_by_role("button", name="Ablehnen").first).to_be_hidden()
    expect(page.get_by_role("log").first).to_contain_text("hier ist das Bürgertelefon")
    page.keyboard.press("1")
    expect(page.get_by_role("log").first).to_contain_text("Danke.")
    page.get_by_role("button", name="Auflegen").first.click()
    expect(page.get_by_role("status").first).to_contain_text("Anruf beendet")
    assert (app.config["seen"], call.status) == (["1"], "completed")


@pytest.mark.browser
def test_the_page_sets_the_pace_when_it_speaks(site, page):
    _app, base, network = site
    page.add_init_script(_VOICE)
    page.goto(f"{base}/phone/?lang=en")
    page.get_by_label("Read prompts aloud").check()
    page.get_by_label("Withhold the number").check()
    page.get_by_role("button", name="Call", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("waits for keys")
    (call,) = network.exchange.calls.values()
    assert call.from_ == "anonymous"
    assert page.evaluate("window.spoken") == [
        "de-DE Guten Tag, hier ist das Bürgertelefon.",
        "de-DE Im Notfall wählen Sie die eins eins zwei.",
        "de-DE Wenn Sie Hilfe brauchen, drücken Sie die Eins.",
    ]
    page.get_by_role("button", name="Hang up").click()
    expect(page.get_by_role("status").first).to_contain_text("Call ended")


_VOICE = """
window.spoken = [];
Object.defineProperty(window, "speechSynthesis", { value: {
  getVoices: () => [{ lang: "de-DE", name: "test" }], addEventListener() {}, cancel() {},
  speak(one) { window.spoken.push(`${one.lang} ${one.text.trim()}`); setTimeout(() => one.onend(), 20); },
} });
window.SpeechSynthesisUtterance = function (text) { this.text = text; };
"""
"""A voice that is done at once: the engine alone would take 14 s for this prompt."""


@pytest.fixture
def client(site):
    app, _base, _network = site
    return app.test_client()


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://elsewhere.example"},
    ],
)
def test_other_sites_cannot_dial(client, headers):
    assert client.post("/phone/calls", json={"from": "05692 555 1234"}, headers=headers).status_code == 403


def test_only_numbers_and_keys_are_taken(client):
    assert client.post("/phone/calls", json={"from": "my number"}).status_code == 400
    assert client.post("/phone/calls", data="from=1").status_code == 415
    sid = client.post("/phone/calls", json={"from": "05692 555 1234"}).json["call"]
    assert client.post(f"/phone/calls/{sid}/keys", json={"keys": "1x"}).status_code == 400
    assert client.post(f"/phone/calls/{sid}/keys", json={"keys": 1}).status_code == 400
    assert client.get("/phone/calls/CA0").status_code == 404


def test_the_page_loads_nothing_from_elsewhere(client):
    page = client.get("/phone/")
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    text = page.get_data(as_text=True)
    assert "http" not in text.replace("http://localhost", "")
    assert "<style" not in text
    assert "style=" not in text


def test_a_call_whose_page_was_closed_is_hung_up(site, client, monkeypatch):
    _app, _base, network = site
    monkeypatch.setattr("voice.phone.live.PAGE_SILENCE_SECONDS", -1.0)
    monkeypatch.setattr("voice.phone.live.TICK_SECONDS", 0.01)
    sid = client.post("/phone/calls", json={"from": "05692 555 1234"}).json["call"]
    over = threading.Event()
    network.exchange.watchers.append(lambda call: over.set() if call.ended else None)
    assert network.exchange.calls[sid].ended or over.wait(10)


def test_an_outgoing_call_rings_at_the_helper_and_is_declined(site, client):
    _app, base, network = site
    changed = threading.Condition()

    def watch(_call):
        with changed:
            changed.notify_all()

    network.exchange.watchers.append(watch)
    made = client.post(
        f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json",
        data={"To": "+4915228817386", "From": NUMBER, "Url": f"{base}/answer"},
        auth=(ACCOUNT, TOKEN),
    ).json
    call = network.exchange.calls[made["sid"]]
    with changed:
        assert changed.wait_for(lambda: call.ringing, 10)
    assert client.post("/phone/line", json={"number": HELPER}).json["ringing"] == [
        {"call": call.sid, "from": NUMBER}
    ]
    client.post(f"/phone/calls/{call.sid}/answer", json={"accepted": False})
    with changed:
        assert changed.wait_for(lambda: call.ended, 10)
    assert call.status == "busy"


def test_every_word_of_the_page_is_there_in_both_languages():
    words = tomllib.loads(Path(browser_face.__file__).with_name("words.toml").read_text(encoding="utf-8"))
    assert words["de"].keys() == words["en"].keys()
    assert all(text.strip() for language in words.values() for text in language.values())
