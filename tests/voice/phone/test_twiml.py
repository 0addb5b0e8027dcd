"""The strict reader of TwiML: what the carrier would refuse, ignore or fall silent on."""

import pytest

from voice.phone.twiml_reader import message_texts, read_document


def faults(inner):
    return [fault.message for fault in read_document(f"<Response>{inner}</Response>".encode(), "/x").faults]


@pytest.mark.parametrize(
    "inner",
    [
        "<Say>Hallo</Say>",
        '<Say voice="Polly.Vicki-Neural" language="de-DE">Null <break time="1s"/> fünf</Say>',
        '<Say voice="Google.uk-UA-Wavenet-A" language="uk-UA">x</Say>',
        '<Say voice="Polly.Tatyana" language="ru-RU">x</Say>',
        '<Gather input="dtmf" timeout="10" finishOnKey="" action="/a?turn=1"><Say>x</Say><Pause/></Gather>',
        '<Gather input="dtmf speech" language="de-DE" hints="ja, nein" speechTimeout="2"/>',
        '<Play digits="ww12"/>',
        '<Dial callerId="+4956110031177"><Number url="/w">+495611</Number></Dial>',
        '<Record maxLength="60" recordingStatusCallback="/r"/>',
    ],
)
def test_good_documents(inner):
    assert faults(inner) == []


@pytest.mark.parametrize(
    ("inner", "message"),
    [
        ("<Sey>x</Sey>", "unknown element <Sey> in <Response>"),
        ("<Enqueue/>", "<Enqueue> is not simulated"),
        ("<Gather><Gather/></Gather>", "<Gather> may not stand in <Gather>"),
        ("<Gather><Redirect>/x</Redirect></Gather>", "<Redirect> may not stand in <Gather>"),
        ('<Gather numdigits="1"/>', "<Gather> has no attribute numdigits"),
        ('<Gather timeout="soon"/>', "<Gather timeout='soon'>: not an allowed value"),
        ('<Gather finishOnKey="**"/>', "<Gather finishOnKey='**'>: not an allowed value"),
        ('<Gather action="/a b"/>', "<Gather action='/a b'>: not an allowed value"),
        ("<Gather>Hallo</Gather>", "<Gather> holds text: 'Hallo'"),
        ('<Gather input="speech" language="German"/>', "<Gather language='German'>: not an allowed value"),
        ('<Gather hints="ja,,nein"/>', "<Gather hints='ja,,nein'>: not an allowed value"),
        ("<Say> </Say>", "<Say> has no words"),
        ("<Say>" + "x" * 5000 + "</Say>", "<Say> has 5000 characters, more than 4096"),
        ('<Say voice="Polly.Vicki-Neural">x</Say>', "<Say>: voice and language must be set together"),
        (
            '<Say voice="Polly.Vicki-Neural" language="en-GB">x</Say>',
            "<Say>: voice Polly.Vicki-Neural speaks de-DE, not en-GB",
        ),
        (
            '<Say voice="Polly.Tatyana-Neural" language="ru-RU">x</Say>',
            "<Say>: unknown voice Polly.Tatyana-Neural",
        ),
        ("<Play/>", "<Play> needs an address: ''"),
        ("<Redirect> </Redirect>", "<Redirect> needs an address: ''"),
        ("<Dial/>", "<Dial> names nobody"),
        ("<Hangup/><Say>x</Say>", "<Say> after <Hangup> is never reached"),
    ],
)
def test_faults(inner, message):
    assert faults(inner) == [message]


def test_words_inside_marks_are_heard():
    marked = (
        '<Say>Am <say-as interpret-as="date">3. 4.</say-as> um <sub alias="zehn Uhr">10:00</sub> hier.</Say>'
    )
    (verb,) = read_document(f"<Response>{marked}</Response>".encode(), "/x").verbs
    assert verb.text == "Am 3. 4. um zehn Uhr hier."


def test_a_faulty_document_fails_a_strict_telephone(hotline, phone):
    hotline.serve("/answer", "<Response><Sey>x</Sey></Response>")
    with pytest.raises(AssertionError, match="unknown element <Sey>"):
        phone.dial()


def test_texts_in_a_reply_to_a_text():
    assert message_texts(
        b"<Response><Message>Danke.</Message><Message><Body>Gern.</Body></Message></Response>"
    ) == [
        "Danke.",
        "Gern.",
    ]
