// Shortcuts: one key presses the button that names it in data-key; "?" shows them all. Each account may switch
// them off (WCAG 2.1.4). Nothing here is needed: every button is on the page.
"use strict";

function keyed() {
  return [...document.querySelectorAll("[data-key]")].filter((element) => element.getClientRects().length > 0);
}

function showKeys(sheet) {
  const list = sheet.querySelector("dl");
  list.replaceChildren(
    ...keyed().flatMap((element) => {
      const [key, words] = [document.createElement("dt"), document.createElement("dd")];
      key.append(Object.assign(document.createElement("kbd"), { textContent: element.dataset.key }));
      words.textContent = element.innerText.trim();
      return [key, words];
    }),
  );
  sheet.showModal();
}

function press(event, sheet) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat || sheet.open) return;
  if (event.target.closest("textarea, select, input:not([type=checkbox], [type=radio])")) return;
  if (event.key === "?") {
    event.preventDefault();
    showKeys(sheet);
    return;
  }
  const wanted = keyed().find((element) => element.dataset.key === event.key);
  if (!wanted) return;
  event.preventDefault();
  wanted.focus();
  wanted.click();
}

document.addEventListener("DOMContentLoaded", () => {
  const sheet = document.getElementById("keys");
  if (!sheet) return;
  document.documentElement.classList.add("has-keys");
  sheet.querySelector("button").addEventListener("click", () => sheet.close());
  document.addEventListener("keydown", (event) => press(event, sheet));
});
