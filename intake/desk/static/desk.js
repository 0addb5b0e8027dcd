// What the desk's pages gain where scripts run. Everything works without: this only keeps pages fresh.
"use strict";

const REFRESH_MS = 2000; // a callback should stand on the open page soon after the caller's last key
const REFRESH_HIDDEN_MS = 30000; // a hidden page only shows that its operator is still there
const KEEP_MS = 60000;
const DRAFT_MS = 700; // a pause in typing
const PATIENCE = 15; // refreshes that a list under the pointer may wait, so that no button moves away

const dark = window.matchMedia("(prefers-color-scheme: dark)");
const paint = () => document.documentElement.setAttribute("data-bs-theme", dark.matches ? "dark" : "light");
paint();
dark.addEventListener("change", paint);

function refreshLists(root) {
  const announcer = document.querySelector("[data-announce]");
  let etag = null;
  let waited = 0;
  let fresh = null;

  function isBusy(part) {
    return part.matches(":hover") || part.contains(document.activeElement);
  }

  function exchange() {
    const parts = new Map([...root.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
    const wanted = [...fresh.querySelectorAll("[data-part]")];
    const changed = wanted.filter((part) => parts.get(part.dataset.part)?.outerHTML !== part.outerHTML);
    const gone = [...parts.values()].filter((part) => !wanted.some((one) => one.dataset.part === part.dataset.part));
    if (changed.length === 0 && gone.length === 0) return true;
    if ([...parts.values()].some(isBusy) && waited < PATIENCE) {
      waited += 1;
      return false;
    }
    waited = 0;
    const focused = document.activeElement?.closest("[id]")?.id;
    root.replaceChildren(...wanted.map((part) => document.importNode(part, true)));
    if (focused) document.getElementById(focused)?.querySelector("a, button")?.focus();
    const say = root.querySelector("[data-say]")?.dataset.say ?? "";
    if (announcer && announcer.textContent !== say) announcer.textContent = say;
    return true;
  }

  async function refresh() {
    try {
      const answer = await fetch(root.dataset.live, { headers: etag ? { "If-None-Match": etag } : {} });
      if (answer.redirected) return location.reload();
      if (answer.status === 200) {
        etag = answer.headers.get("ETag");
        fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      }
      if (fresh && exchange()) fresh = null;
    } catch {
      etag = null; // the line was down: the next refresh starts from nothing
    }
    return setTimeout(refresh, document.hidden ? REFRESH_HIDDEN_MS : REFRESH_MS);
  }

  setTimeout(refresh, REFRESH_MS);
}

function keepCase(form) {
  const token = form.querySelector("[name=csrf_token]").value;
  const warning = document.querySelector("[data-lost]");
  setInterval(async () => {
    const answer = await fetch(form.dataset.keep, { method: "POST", headers: { "X-CSRFToken": token } }).catch(() => null);
    if (answer?.status === 409) warning.hidden = false;
  }, KEEP_MS);
}

function countDown(element) {
  const due = Date.parse(element.dataset.due);
  setInterval(() => {
    const minutes = Math.trunc((due - Date.now()) / 60000);
    if (Math.abs(minutes) >= 60) return;
    const words = Date.now() <= due ? element.dataset.in : element.dataset.since;
    element.textContent = words.replace("{}", String(Math.abs(minutes)));
  }, 20000);
}

function hintPlace(hint) {
  const input = document.getElementById("postcode");
  input.addEventListener("input", async () => {
    hint.textContent = "";
    if (!/^[0-9]{5}$/.test(input.value)) return;
    const answer = await fetch(hint.dataset.places.replace("00000", input.value)).catch(() => null);
    if (!answer?.ok) return;
    const { places } = await answer.json();
    hint.textContent = places.length ? places.join(" / ") : hint.dataset.unknown;
  });
}

function keepDraft(form) {
  const state = form.querySelector("[data-draft-state]");
  let waiting = null;
  let sent = false;
  async function keep() {
    if (sent) return; // the form itself is on its way and takes everything along
    const answer = await fetch(form.dataset.draft, { method: "POST", body: new FormData(form) }).catch(() => null);
    if (state && answer?.status === 204) state.textContent = state.dataset.draftState;
  }
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(keep, DRAFT_MS);
  });
  form.addEventListener("submit", () => {
    sent = true;
    clearTimeout(waiting);
  });
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-live]").forEach(refreshLists);
  document.querySelectorAll("[data-keep]").forEach(keepCase);
  document.querySelectorAll("[data-draft]").forEach(keepDraft);
  document.querySelectorAll("[data-due]").forEach(countDown);
  document.querySelectorAll("[data-places]").forEach(hintPlace);
});
