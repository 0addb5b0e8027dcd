// What the desk's pages gain where scripts run. Everything works without: this only keeps pages fresh.
"use strict";

const REFRESH_MS = 600; // a callback should stand on the open page within a second of the caller's last key
const REFRESH_HIDDEN_MS = 30000; // a hidden page only shows that its operator is still there
const REFRESH_FAILED_MS = 5000; // a server that is down is not helped by being asked twice a second
const KEEP_MS = 60000;
const DRAFT_MS = 700; // a pause in typing
const PATIENCE_MS = 30000; // how long a list waits for the pointer to leave what would move away from under it

const dark = window.matchMedia("(prefers-color-scheme: dark)");
const paint = () => document.documentElement.setAttribute("data-bs-theme", dark.matches ? "dark" : "light");
paint();
dark.addEventListener("change", paint);

function refreshLists(root) {
  const announcer = document.querySelector("[data-announce]");
  const offline = document.querySelector("[data-offline]");
  let etag = null;
  let fresh = null;
  let waitsSince = null;
  let timer = null;

  // What the pointer or the focus is on: it must stay where it is, or a click would hit something else.
  function anchor() {
    const on = root.querySelector("[id]:hover") ?? document.activeElement?.closest("[data-live] [id]");
    return on?.closest("[id]") ?? null;
  }

  // Gives the focus back to the same button of the same row, after rows were taken out and put in.
  function focusAgain() {
    const row = document.activeElement?.closest("[data-live] [id]");
    const keys = (one) => [one, ...one.querySelectorAll("a, button")];
    const which = row ? keys(row).indexOf(document.activeElement) : -1;
    return () => {
      const now = which < 0 ? null : document.getElementById(row.id);
      if (now && document.activeElement !== keys(now)[which]) keys(now)[which]?.focus({ preventScroll: true });
    };
  }

  // Puts in what is new. False, and all as it was, if what is under the pointer would be gone or move away.
  function exchange(mayMove) {
    const before = [...root.querySelectorAll("[data-part]")];
    const old = new Map(before.map((part) => [part.dataset.part, part]));
    const wanted = [...fresh.querySelectorAll("[data-part]")];
    const same = (part) => old.get(part.dataset.part)?.outerHTML === part.outerHTML;
    if (before.length === wanted.length && wanted.every(same)) return true;
    const held = anchor();
    const top = held?.getBoundingClientRect().top;
    const refocus = focusAgain();
    root.replaceChildren(...wanted.map((part) => (same(part) ? old.get(part.dataset.part) : document.importNode(part, true))));
    if (held) {
      const now = document.getElementById(held.id);
      const shift = () => now.getBoundingClientRect().top - top;
      if (now) window.scrollBy({ top: shift(), behavior: "instant" });
      if (!mayMove && (!now || Math.abs(shift()) > 1)) {
        root.replaceChildren(...before);
        refocus();
        return false;
      }
    }
    refocus();
    return true;
  }

  function say() {
    const words = root.querySelector("[data-say]")?.dataset.say ?? "";
    if (announcer && announcer.textContent !== words) announcer.textContent = words;
  }

  async function refresh() {
    timer = null;
    let pause = document.hidden ? REFRESH_HIDDEN_MS : REFRESH_MS;
    try {
      const answer = await fetch(root.dataset.live, { headers: etag ? { "If-None-Match": etag } : {} });
      if (answer.redirected) return location.reload();
      if (!answer.ok && answer.status !== 304) throw new Error(answer.statusText);
      if (answer.status === 200) fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      etag = answer.headers.get("ETag");
      offline.hidden = true;
    } catch {
      etag = null; // the line was down: the next refresh starts from nothing
      offline.hidden = false;
      pause = REFRESH_FAILED_MS;
    }
    if (fresh) {
      waitsSince ??= Date.now();
      if (exchange(Date.now() - waitsSince > PATIENCE_MS)) {
        fresh = waitsSince = null;
        say();
      }
    }
    timer = setTimeout(refresh, pause);
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden || timer === null) return;
    clearTimeout(timer);
    refresh();
  });
  timer = setTimeout(refresh, REFRESH_MS);
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

// The menu closes like any menu: by Escape, and by a press beside it.
function closeMenu(menu) {
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll(".menu").forEach(closeMenu);
  document.querySelectorAll("[data-live]").forEach(refreshLists);
  document.querySelectorAll("[data-keep]").forEach(keepCase);
  document.querySelectorAll("[data-draft]").forEach(keepDraft);
  document.querySelectorAll("[data-due]").forEach(countDown);
  document.querySelectorAll("[data-places]").forEach(hintPlace);
});
