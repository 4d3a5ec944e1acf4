// What this phone thinks of answers when no key of its ballot lives any more: it makes a random token for each question, hands
// them in, and once the room holds them (`kept`) spends each once, without any cookie. They stay on this phone alone.
// Trap: this file comes with the page and again with the news that the hall is over; the second time it only looks again.
(() => {
  const room = window.room, key = ":judge", own = "own" in document.body.dataset;
  if (!room) return;
  if (room.judging) return room.judging();
  const code = room.base.slice(3), form = () => document.querySelector("[data-judge-form]");
  const tokens = room.store(key) || {};  // question -> {token, kept, tried}; tried: one try ended without an answer
  for (const id of Object.keys(tokens)) if (typeof tokens[id] == "string") tokens[id] = {token: tokens[id], kept: false, tried: false};
  const save = () => room.store(key, Object.keys(tokens).length ? tokens : null);
  const random = () => btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(18)))).replaceAll("+", "-").replaceAll("/", "_");
  let asks = own, timer = 0, tries = 0;  // asks: the room can still say what it holds

  const say = (box, text) => { box.querySelector("[data-said]").textContent = text; };

  async function spend(id, satisfied, box) {
    const mine = tokens[id], words = form().dataset;
    if (!mine || mine.busy) return;
    let status = 0;
    say(box, words.busy);
    Object.defineProperty(mine, "busy", {value: true, configurable: true});  // not stored
    try {
      const answer = await fetch(`/p/${code}/satisfaction`, {
        method: "POST", credentials: "omit", headers: {Accept: "application/json"}, body: new URLSearchParams({token: mine.token, satisfied}),
      });
      status = answer.status;
    } catch { /* no line: it may have arrived */ }
    delete mine.busy;
    if (status == 200 || status == 409 && mine.kept) {  // 409: the room held it, so it arrived the first time
      delete tokens[id];
      save();
      box.querySelector("p").remove();
      return say(box, words.done);
    }
    if (!status) mine.tried = true, save();
    say(box, status == 403 ? words.early : status != 409 ? words.again : mine.tried ? words.unknown : words.lost);
    if (status == 409) look();
  }

  function paint() {
    for (const id of Object.keys(tokens)) {
      const place = document.querySelector(`[data-judge="${id}"]`) || document.querySelector(`#dones #q-${CSS.escape(id)}`);
      if (!place || !form()) continue;
      let box = place.querySelector(".judge-later");
      if (!box) {
        box = form().content.firstElementChild.cloneNode(true);
        place.append(box);
        box.addEventListener("click", (event) => {
          const button = event.target.closest("button");
          if (!button) return;
          event.preventDefault();
          event.stopPropagation();
          spend(id, button.value, box);
        });
      }
      const waits = asks && !tokens[id].kept && !tokens[id].tried, was = box.querySelector("p").hidden;
      box.querySelector("p").hidden = waits;
      if (waits != was) say(box, waits ? form().dataset.waits : "");
    }
  }

  async function take() {
    timer = 0;
    if (document.hidden) return timer = setTimeout(take, 15000 + Math.random() * 15000);
    let said = {};
    try {
      const answer = await fetch(room.base + "/satisfaction", {headers: {Accept: "application/json"}});
      if (answer.ok) said = await answer.json();
      else if (!room.retry(answer.status)) asks = false;
    } catch { /* later */ }
    for (const id of said.questions || []) tokens[id] ||= {token: random(), kept: false, tried: false};
    save();
    let more = asks && (!said.questions || said.soon);
    const waiting = Object.keys(tokens).filter((id) => !tokens[id].kept);
    if (said.questions && !said.soon && waiting.length) {
      const answer = await room.ask("/satisfaction", "POST", String(new URLSearchParams(waiting.map((id) => [id, tokens[id].token]))));
      for (const id of answer.said.questions || []) if (tokens[id]) tokens[id].kept = true;
      more = answer.status == 202 || room.retry(answer.status);
      if (answer.ok && !more) forget(waiting);
      save();
    }
    paint();
    if (more && tries++ < 40) timer = setTimeout(take, 15000 + Math.random() * 15000);  // until enough phones are there
  }

  // The room wants none for these and holds none: judged by ballot, or taken with a token that this phone has lost.
  function forget(ids) {
    for (const id of ids) {
      if (tokens[id]?.kept || tokens[id]?.tried) continue;
      delete tokens[id];
      document.querySelectorAll(`[data-judge="${id}"] .judge-later, #dones #q-${CSS.escape(id)} .judge-later`).forEach((box) => {
        const told = box.querySelector("p").hidden ? "" : box.querySelector("[data-said]").textContent;
        box.querySelector("p").hidden = true;
        if (!told) box.remove();
      });
    }
  }

  function look(spread = 3000) {
    if (!asks) return;
    clearTimeout(timer);
    tries = 0;
    timer = setTimeout(take, 500 + Math.random() * spread);  // never all phones at once
  }

  room.judging = () => { paint(); if (!timer) look(); };
  paint();
  if (document.currentScript?.closest("#notice")) look(9000);  // by the news, as in the whole hall
  else if (asks) take();
})();
