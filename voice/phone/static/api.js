// Talks to the telephone's own small addresses; nothing else is ever asked.
const base = document.body.dataset.base;
const lost = document.getElementById("lost");

async function ask(path, options) {
  let reply;
  try {
    reply = await fetch(base + path, { cache: "no-store", ...options });
  } catch (fault) {
    lost.hidden = false;
    throw fault;
  }
  lost.hidden = true;
  const answer = await reply.json();
  if (!reply.ok) throw Object.assign(new Error(answer.error), { status: reply.status });
  return answer;
}

export const words = JSON.parse(document.body.dataset.words);
export const get = (path) => ask(path);
export const post = (path, body = {}) =>
  ask(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
export const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
