// Wires the page: the caller's telephone, and a second one, of a helper or an operator.
import { post, wait, words } from "./api.js";
import { Conversation } from "./conversation.js";
import { onVoices, voices } from "./speaker.js";

const at = (id) => document.getElementById(id);
const LINE_POLL_MS = 1000;
let call = null;

function tell(place, fault) {
  place.textContent = fault ? (fault.status === 429 ? words.busy : fault.status ? words.bad_number : words.lost) : "";
  place.hidden = !fault;
}

function pressOn(pad, key, conversation) {
  const button = [...pad.children].find((one) => one.dataset.key === key);
  if (!button || button.disabled || !conversation) return false;
  button.classList.add("pressed");
  setTimeout(() => button.classList.remove("pressed"), 150);
  conversation.press(key);
  return true;
}

// The caller's telephone.

function busy(on) {
  for (const button of at("keypad").children) button.disabled = !on;
  at("dial").disabled = on;
  at("hang-up").disabled = !on;
  at("aloud").disabled = on || voices().length === 0;
  at("withheld").disabled = on;
  at("from").disabled = on || at("withheld").checked;
}

async function dial(event) {
  event.preventDefault();
  const aloud = at("aloud").checked;
  try {
    const made = await post("calls", { from: at("from").value, withheld: at("withheld").checked, aloud });
    tell(at("from-fault"));
    talk(made.call, aloud);
  } catch (fault) {
    tell(at("from-fault"), fault);
  }
}

function talk(sid, aloud) {
  at("log-empty").hidden = true;
  call = new Conversation(sid, { log: at("log"), state: at("state"), sayForm: at("say-form"), aloud, onEnd: over });
  busy(true);
  at("keypad").querySelector("button").focus();
}

// The caller's telephone rings too when the hotline calls its number back.
let callerRinging = null;

async function listenForRing() {
  let refused = null; // what is half typed is no number: it is not asked about again
  for (;;) {
    const number = at("from").value;
    const listens = !call && !at("withheld").checked && number !== refused;
    const line = listens ? await post("line", { number }).catch((fault) => fault) : null;
    if (line?.status === 400) refused = number;
    callerRinging = call ? null : (line?.ringing?.[0]?.call ?? null);
    at("caller-ring").hidden = callerRinging === null;
    await wait(LINE_POLL_MS);
  }
}

async function answerAsCaller(accepted) {
  const [sid, aloud] = [callerRinging, at("aloud").checked];
  callerRinging = null;
  at("caller-ring").hidden = true;
  if (sid === null) return;
  await post(`calls/${sid}/answer`, { accepted, aloud }).catch((fault) => tell(at("from-fault"), fault));
  if (accepted) talk(sid, aloud);
}

function over() {
  const active = document.activeElement;
  const inside = at("keypad").contains(active) || at("say-form").contains(active) || active === at("hang-up");
  at("say-form").hidden = true;
  call = null;
  busy(false);
  if (inside) at("dial").focus();
}

function say(event) {
  event.preventDefault();
  const spoken = at("say").value.trim();
  if (spoken && call) call.say(spoken);
  at("say").value = "";
}

at("dial-form").addEventListener("submit", dial);
at("say-form").addEventListener("submit", say);
at("hang-up").addEventListener("click", () => call?.hangUp());
at("caller-answer").addEventListener("click", () => answerAsCaller(true));
at("caller-decline").addEventListener("click", () => answerAsCaller(false));
listenForRing();
at("withheld").addEventListener("change", () => busy(false));
at("keypad").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button) pressOn(at("keypad"), button.dataset.key, call);
});
document.addEventListener("keydown", (event) => {
  if (event.target.matches("input") || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  if (pressOn(at("keypad"), event.key, call)) event.preventDefault();
});

function offerVoices() {
  const none = voices().length === 0;
  at("aloud-none").hidden = !none;
  if (none) at("aloud").checked = false;
  if (!call) at("aloud").disabled = none;
}
onVoices(offerVoices);
offerVoices();

// The telephone of a helper.

let watched = null;
let ringing = null;
let helperCall = null;
const texts = new Set();

async function watch(event) {
  event.preventDefault();
  if (watched !== null) return unwatch();
  const number = at("number").value;
  try {
    await post("line", { number });
  } catch (fault) {
    return tell(at("number-fault"), fault);
  }
  tell(at("number-fault"));
  watched = number;
  at("number").disabled = true;
  at("watch").textContent = words.unwatch;
  at("text-form").hidden = false;
  at("helper-state").textContent = words.on;
  while (watched === number) {
    await post("line", { number }).then(showLine, () => null); // a lost connection is shown by api.js
    await wait(LINE_POLL_MS);
  }
}

function unwatch() {
  watched = null;
  texts.clear();
  at("texts").replaceChildren();
  at("number").disabled = false;
  at("watch").textContent = words.watch;
  at("text-form").hidden = true;
  at("ring").hidden = true;
  at("helper-state").textContent = words.off;
}

function showLine(line) {
  for (const text of line.texts.filter((one) => !texts.has(one.id))) {
    texts.add(text.id);
    const row = document.createElement("li");
    row.textContent = text.body;
    at("texts").append(row);
  }
  ringing = line.ringing[0]?.call ?? null;
  at("ring").hidden = ringing === null;
  if (helperCall === null) at("helper-state").textContent = texts.size ? "" : words.on;
}

async function pickUp(accepted) {
  const sid = ringing;
  at("ring").hidden = true;
  if (sid === null) return;
  const aloud = at("aloud").checked;
  await post(`calls/${sid}/answer`, { accepted, aloud }).catch((fault) => tell(at("number-fault"), fault));
  if (!accepted) return;
  at("helper-log").hidden = false;
  showHelperCall(true);
  helperCall = new Conversation(sid, {
    log: at("helper-log"), state: at("helper-state"), aloud, onEnd: () => showHelperCall(false),
  });
}

function showHelperCall(on) {
  at("helper-hang-up").hidden = !on;
  at("helper-keypad").hidden = !on;
  if (!on) helperCall = null;
}

async function sendText(event) {
  event.preventDefault();
  const body = at("body").value.trim();
  if (!body) return;
  try {
    await post("line/text", { number: watched, body });
    at("body").value = "";
    at("helper-state").textContent = words.sent;
  } catch (fault) {
    tell(at("number-fault"), fault);
  }
}

at("watch-form").addEventListener("submit", watch);
at("answer").addEventListener("click", () => pickUp(true));
at("decline").addEventListener("click", () => pickUp(false));
at("text-form").addEventListener("submit", sendText);
at("helper-hang-up").addEventListener("click", () => helperCall?.hangUp());
at("helper-keypad").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button) pressOn(at("helper-keypad"), button.dataset.key, helperCall);
});
