// What every page of a room shares: where it is, how to find things in it, how to send something.
// The files of this folder are joined in the order of hatch_assets.py and run in one scope, only inside a room.
// All of it only adds: without it each button is a plain form.

const base = document.body.dataset.base;  // "/d/<code>"
const byId = (name) => document.getElementById(name);
const $ = (selector, at = document) => at.querySelector(selector);
const $$ = (selector, at = document) => [...at.querySelectorAll(selector)];
const now = () => Date.now();

const live = byId("live"), incoming = byId("incoming"), news = byId("news");
const list = byId("qs"), dones = byId("dones"), pill = byId("pill");

// Filled up with zeros, path and method counted in, so that whoever listens to the line sees one size for all votes.
function post(path, method = "POST", body = "") {
  const sent = body + "&pad=", line = path.length + method.length, step = body ? 2048 : 512;
  return fetch(base + path, {
    method, body: sent.padEnd(step * Math.ceil((sent.length + line) / step) - line, "0"), keepalive: true,
    signal: AbortSignal.timeout?.(7e3), headers: {
      Accept: "application/json", "Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": $("[name=csrf-token]").content,
    },
  });
}

// Never throws. Status 0: nobody answered, or somebody else did, such as the sign-in page of a hotel's Wi-Fi.
async function ask(path, method, body) {
  try {
    const answer = await post(path, method, body);
    return {status: answer.status, ok: answer.ok, after: +answer.headers.get("Retry-After"), said: await answer.json()};
  } catch { return {status: 0, said: {}}; }
}

// Whether to try again, and after how many milliseconds: later each time, not before the server asked for it (`after`, in
// seconds), and never all phones at once.
const retry = (status) => !status || status == 429 || status > 500;
const again = (tries, after = 0) => Math.max((0.5 + Math.random()) * Math.min(6e3, 1500 * 2 ** tries), (1 + Math.random()) * 1e3 * Math.min(60, after));
