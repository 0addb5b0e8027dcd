"""voice.phone SIMULATES the telephone network: what the carrier (Twilio) does, without the carrier.

Lives here: one engine (``engine.py``) that fetches TwiML over signed HTTP and performs it, and its three
faces: the tests' telephone (``driver.py``), the terminal (``terminal.py``) and the browser page
(``browser.py``), beside the carrier's REST side (``rest.py``). It knows nothing of our call flow.
May import: nothing else of this project.
"""
