// One call on the page: polls the engine, shows what is said and pressed, and speaks it if wanted.
import { get, post, wait, words } from "./api.js";
import { Speaker } from "./speaker.js";

const POLL_MS = 300;

export class Conversation {
  constructor(sid, { log, state, aloud, onEnd, sayForm = null }) {
    Object.assign(this, { sid, log, state, aloud, onEnd, sayForm });
    this.speaker = new Speaker();
    this.shown = 0;
    this.speaking = null;
    this.prompts = new Map();
    this.ended = false;
    log.replaceChildren();
    this.run();
  }

  async run() {
    while (!this.ended) {
      try {
        this.show(await get(`calls/${this.sid}?since=${this.shown}`));
      } catch (fault) {
        if (fault.status === 404) this.finish();
      }
      if (!this.ended) await wait(POLL_MS);
    }
  }

  press(keys) {
    if (!this.ended) post(`calls/${this.sid}/keys`, { keys }).catch(() => this.state.replaceChildren(words.lost));
  }

  say(spoken) {
    if (!this.ended) post(`calls/${this.sid}/words`, { words: spoken }).catch(() => this.state.replaceChildren(words.lost));
  }

  hangUp() {
    this.speaker.hush();
    post(`calls/${this.sid}/hang-up`).catch(() => this.state.replaceChildren(words.lost));
  }

  show(call) {
    for (const entry of call.entries) this.add(entry);
    for (const item of this.log.children) item.classList.toggle("now", Number(item.dataset.n) === call.hearing);
    this.state.textContent = `${this.word(call)} · ${clock(call.seconds)}`;
    if (this.sayForm && call.recognising) this.sayForm.hidden = false;
    if (this.aloud) this.keepPace(call.hearing);
    if (call.ended) this.finish();
  }

  word(call) {
    if (call.ended) return words.over;
    if (call.hearing !== null) return words.talking;
    if (call.gathering) return words.waiting;
    return call.status === "ringing" || call.status === "queued" ? words.dialling : words.working;
  }

  add(entry) {
    this.shown = entry.n + 1;
    this.prompts.set(entry.n, entry);
    const last = this.log.lastElementChild;
    if (entry.kind === "keys" && last?.classList.contains("keys") && !last.classList.contains("spoke")) {
      last.lastElementChild.textContent += entry.text;
    } else {
      this.log.append(item(entry));
    }
    this.log.scrollTop = this.log.scrollHeight;
  }

  async keepPace(hearing) {
    if (hearing === this.speaking) return;
    this.speaker.hush();
    this.speaking = hearing;
    const prompt = this.prompts.get(hearing);
    if (prompt && (await this.speaker.speak(prompt.text, prompt.lang || "en-US"))) {
      post(`calls/${this.sid}/heard`, { prompt: prompt.n }).catch(() => this.speaker.hush());
    }
  }

  finish() {
    this.ended = true;
    this.speaker.hush();
    this.onEnd();
  }
}

function item(entry) {
  const row = document.createElement("div");
  row.className = entry.kind === "spoke" ? "keys spoke" : entry.kind;
  row.dataset.n = entry.n;
  const who = document.createElement("span");
  who.className = "who";
  who.textContent = entry.kind === "line" ? `${clock(entry.at)} · ` : `${words[entry.kind]} · ${clock(entry.at)}`;
  const text = document.createElement("span");
  text.textContent = entry.kind === "line" ? lineWord(entry.text) : entry.text;
  text.dir = "auto";
  if (entry.lang) text.lang = entry.lang;
  row.append(who, text);
  return row;
}

const lineWord = (text) => words[`line_${text.replace(/[ -]/g, "_")}`] ?? text;
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
