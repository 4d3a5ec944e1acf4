// The page of a site's host on a line that breaks: what is typed waits here, in the order of typing, until it is acknowledged.
// Each entry has a name of its own, so that one whose answer was lost may be sent again and counts once.
(() => {
  "use strict";
  const host = document.getElementById("host"), list = document.getElementById("queue");
  if (!host || !list) return;
  // Without all of this the plain forms send, as in a browser without scripts.
  if (![window.fetch, window.AbortController, window.URLSearchParams, window.crypto, Object.fromEntries, list.replaceChildren].every(Boolean)) return;
  const at = host.dataset.at, KEY = `site:${at}`, DRAFT = `site-draft:${at}`, SHOWN = 12, say = list.dataset;
  const field = (form, name) => form.elements.namedItem(name);
  const hour = () => new Date().toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Ho_Chi_Minh" });
  const name = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  let memory = [], unkept = false; // what the browser forbids to store, or has no room for, this page alone has
  let token = document.querySelector("meta[name=csrf-token]").content;
  let off = false, out = false, pause = 1000, timer = 0, busy = false;

  const read = () => {
    if (unkept) return memory;
    try { return JSON.parse(localStorage.getItem(KEY)) || []; } catch (error) { return memory; }
  };
  const stores = (queue) => {
    try { localStorage.setItem(KEY, JSON.stringify(queue)); return true; } catch (error) { return false; }
  };
  const write = (queue) => {
    memory = queue;
    unkept = !stores(queue);
    if (unkept) stores(queue.filter((one) => one.state !== "done")); // what still has to go, above all
    draw();
  };
  const within = (ms) => { // the older browsers have no AbortSignal.timeout
    const stop = new AbortController();
    setTimeout(() => stop.abort(), ms);
    return stop.signal;
  };
  const change = (id, values) => write(read().map((one) => (one.id === id ? { ...one, ...values } : one)));

  const words = (one) => {
    if (one.state === "done") return one.hands ? say.counted.replace("{hour}", one.hour) : say.done.replace("{hour}", one.hour).replace("{number}", one.number);
    if (one.state === "refused") return one.why;
    return out ? say.out : off ? say.off : say.wait;
  };

  function draw() {
    const all = read(), lately = all.filter((one) => one.state === "done").slice(-SHOWN);
    list.replaceChildren(...all.filter((one) => one.state !== "done" || lately.includes(one)).map((one) => {
      const row = document.createElement("li"), text = document.createElement("p"), state = document.createElement("p");
      text.textContent = one.title;
      state.className = one.state === "done" ? "xs dim" : "xs err";
      state.textContent = words(one);
      row.dataset.state = one.state;
      row.append(text, state);
      if (one.state === "refused") {
        const drop = document.createElement("button");
        drop.type = "button";
        drop.className = "btn";
        drop.textContent = say.drop;
        drop.addEventListener("click", () => write(read().filter((other) => other.id !== one.id)));
        row.append(drop);
      }
      return row;
    }));
  }

  async function renew() { // the page lay open for long: its token is gone, what was typed is not
    const page = await fetch(at, { headers: { Accept: "text/html" } });
    const found = /<meta name="csrf-token" content="([^"]+)"/.exec(await page.text());
    if (found) token = found[1];
    return Boolean(found);
  }

  async function send(one) {
    const body = new URLSearchParams({ ...one.fields, client_id: one.id });
    const answer = await fetch(one.path, {
      method: "POST", body, signal: within(15000), redirect: "error",
      headers: { Accept: "application/json", "X-CSRFToken": token },
    });
    const told = await answer.json().catch(() => ({}));
    if (answer.ok) change(one.id, { state: "done", hour: hour(), number: told.number, hands: one.fields.hands ? String(told.hands) : "" });
    else if (answer.status === 400 && told.error === "csrf") return renew();
    else if ([400, 404, 409, 413, 422].includes(answer.status) || told.error === "not_now") change(one.id, { state: "refused", why: told.message || String(answer.status) });
    else {
      out = [401, 403].includes(answer.status);
      return false;
    }
    out = false;
    return true;
  }

  async function pump() {
    clearTimeout(timer);
    if (busy) return;
    busy = true;
    try {
      let one, steps = 0;
      while ((one = read().find((each) => each.state === "wait")) && steps++ < 200) {
        const done = await send(one);
        off = false;
        if (!done) break;
        pause = 1000;
      }
    } catch (error) { off = true; } // no line, or no answer in time
    busy = false;
    draw();
    if (read().some((each) => each.state === "wait")) {
      pause = Math.min(pause * 1.6, 8000);
      timer = setTimeout(locked, pause);
    }
  }
  // Two tabs of this page send from one list: one of them at a time, or the order would be lost.
  const locked = () => (navigator.locks ? navigator.locks.request(KEY, pump) : pump());

  for (const form of document.querySelectorAll("form[data-queue]")) {
    form.addEventListener("submit", (event) => {
      const data = new FormData(form), text = field(form, "text"), count = field(form, "hands"), about = field(form, "subject");
      const typed = text ? text.value.trim() : count.value.trim();
      event.preventDefault();
      if (!typed) return (text || count).focus();
      const fields = Object.fromEntries([...data].filter(([key]) => !["csrf_token", "client_id"].includes(key)));
      const chosen = about && about.selectedOptions[0];
      const spoken = fields.source === "paper" ? say.paper + ": " + typed : typed;
      const title = text ? spoken : say.hands.replace("{hands}", typed) + " · " + (chosen ? chosen.textContent : "");
      const kept = read(), over = Math.max(0, kept.filter((one) => one.state === "done").length - SHOWN);
      let dropped = 0;
      write([...kept.filter((one) => one.state !== "done" || ++dropped > over), { id: name(), path: form.action, fields, title, state: "wait" }]);
      (text || count).value = "";
      (text || count).focus();
      try { localStorage.removeItem(DRAFT); } catch (error) { /* nothing was kept */ }
      pause = 1000;
      locked();
    });
  }

  const text = document.querySelector("#say textarea");
  try { text.value = text.value || localStorage.getItem(DRAFT) || ""; } catch (error) { /* nothing was kept */ }
  text.addEventListener("input", () => {
    try { localStorage.setItem(DRAFT, text.value); } catch (error) { /* only this page has it */ }
  });

  const people = document.getElementById("people"), asOf = document.getElementById("as-of"), called = document.getElementById("called"), subject = document.getElementById("subject");
  let last = asOf.dataset.hour;
  const fresh = asOf.textContent.replace(last, "{hour}");
  async function look() {
    try {
      const answer = await fetch(`${at}/state`, { headers: { Accept: "application/json" }, signal: within(8000) });
      if (!answer.ok) throw new Error(String(answer.status));
      show(await answer.json());
      last = hour();
      asOf.textContent = fresh.replace("{hour}", last);
      if (off && !busy) { off = false; locked(); }
    } catch (error) {
      asOf.textContent = host.dataset.lost.replace("{hour}", last);
    }
    setTimeout(look, 6000 + Math.random() * 4000);
  }
  function show(state) {
    people.textContent = state.people.toLocaleString("vi-VN");
    called.hidden = !state.called;
    if (state.called) called.querySelector("b").textContent = `${state.called.number}. ${state.called.title}`;
    if (!subject || document.activeElement === subject) return;
    const before = subject.value;
    const counted = (one) => (one.hands ? ` (+${one.hands})` : "");
    subject.replaceChildren(...state.subjects.map((one) => new Option(`${one.label}${counted(one)}`, one.id)));
    if (state.subjects.some((one) => one.id === before)) subject.value = before;
  }

  window.addEventListener("beforeunload", (event) => { if (unkept && read().some((one) => one.state === "wait")) event.preventDefault(); });
  window.addEventListener("storage", (event) => { if (event.key === KEY) draw(); });
  window.addEventListener("online", () => { pause = 1000; locked(); });
  draw();
  locked();
  setTimeout(look, 4000);
})();
