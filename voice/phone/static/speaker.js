// Speaks prompts with the browser's own voices, one sentence after the other.
const synth = window.speechSynthesis;
const WORD_MS = 500; // a prompt in a language without a voice lasts as long as the engine would reckon

export const voices = () => (synth ? synth.getVoices() : []);
export const onVoices = (then) => synth && synth.addEventListener("voiceschanged", then);

function voiceFor(language) {
  const tag = language.toLowerCase();
  const all = voices();
  const exact = all.find((voice) => voice.lang.replace("_", "-").toLowerCase() === tag);
  return exact || all.find((voice) => voice.lang.toLowerCase().startsWith(tag.split("-")[0]));
}

export class Speaker {
  #turn = 0;

  // Resolves to true when the text was spoken to its end, to false when it was silenced.
  async speak(text, language) {
    const turn = ++this.#turn;
    const voice = voiceFor(language);
    // long texts are cut off by some browsers, so each sentence is spoken by itself
    for (const sentence of text.match(/[^.!?]+[.!?]*\s*/g) ?? [text]) {
      if (turn !== this.#turn) return false;
      await this.#sentence(sentence, language, voice);
    }
    return turn === this.#turn;
  }

  hush() {
    this.#turn += 1;
    if (synth) synth.cancel();
  }

  #sentence(sentence, language, voice) {
    return new Promise((done) => {
      if (!voice) return setTimeout(done, sentence.split(/\s+/).length * WORD_MS);
      const utterance = new SpeechSynthesisUtterance(sentence);
      utterance.lang = language;
      utterance.voice = voice;
      utterance.onend = done;
      utterance.onerror = done;
      synth.speak(utterance);
    });
  }
}
