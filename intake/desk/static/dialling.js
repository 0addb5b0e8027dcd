// A call that was begun from a case: its progress is fetched while it goes on, and the talk's seconds run.
"use strict";

const PROGRESS_MS = 1000;

function clockText(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function runClock(root) {
  const shown = root.querySelector("[data-seconds]");
  if (!shown) return;
  const begun = Date.now() - Number(shown.dataset.seconds) * 1000;
  const timer = setInterval(() => {
    if (!shown.isConnected) return clearInterval(timer);
    shown.textContent = clockText(Math.floor((Date.now() - begun) / 1000));
  }, 1000);
}

// The part is exchanged as a whole. Whoever stood on a button in it stands on its first one again: at the end of
// a call that is the outcome that fits. Whoever is writing a note goes on writing.
function exchange(old, fresh) {
  const wasInside = old.contains(document.activeElement);
  old.replaceWith(fresh);
  document.querySelector("[data-stands]").textContent = fresh.dataset.say;
  if (wasInside) fresh.querySelector("button")?.focus();
}

function follow(part) {
  let shown = part;
  let etag = null;
  runClock(shown);

  async function look() {
    try {
      const answer = await fetch(shown.dataset.dialling, { headers: etag ? { "If-None-Match": etag } : {} });
      if (answer.redirected || answer.status === 409) return null; // the case is lost, which the page says: see desk.js
      if (answer.status === 200) {
        etag = answer.headers.get("ETag");
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-dialling]");
        exchange(shown, document.importNode(fresh, true));
        shown = document.querySelector("[data-dialling]");
        runClock(shown);
      }
    } catch {
      etag = null; // the line was down: look again
    }
    return "liveCall" in shown.dataset ? setTimeout(look, PROGRESS_MS) : null;
  }

  if ("liveCall" in shown.dataset) setTimeout(look, PROGRESS_MS);
}

document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-dialling]").forEach(follow));
