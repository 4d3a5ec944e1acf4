// What this phone thinks of answers when no key of its ballot lives any more: it makes a random token for each question, hands
// them in together, and spends each once, without any cookie. They stay on this phone alone.
(() => {
  const room = window.room, form = document.getElementById("judge-form"), key = ":judge";
  if (!room || !form) return;
  const words = form.dataset, code = room.base.slice(3);
  let tokens = room.store(key) || {};
  const save = () => room.store(key, Object.keys(tokens).length ? tokens : null);
  const random = () => btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(18)))).replaceAll("+", "-").replaceAll("/", "_");

  const say = (box, text) => { box.querySelector("[data-said]").textContent = text; };

  async function spend(id, satisfied, box) {
    say(box, words.busy);
    let status = 0;
    try {
      const answer = await fetch(`/p/${code}/satisfaction`, {
        method: "POST", credentials: "omit", headers: {Accept: "application/json"}, body: new URLSearchParams({token: tokens[id], satisfied}),
      });
      status = answer.status;
    } catch { /* no line: the token is still good */ }
    if (status == 200 || status == 409) {  // 409: it arrived the first time
      delete tokens[id];
      save();
      box.querySelector("p").remove();
      say(box, words.done);
    } else say(box, status == 403 ? words.early : words.again);
  }

  function paint() {
    for (const id of Object.keys(tokens)) {
      const place = document.querySelector(`[data-judge="${id}"]`) || document.querySelector(`#dones #q-${CSS.escape(id)}`);
      if (!place || place.querySelector(".judge-later")) continue;
      const box = form.content.firstElementChild.cloneNode(true);
      box.addEventListener("click", (event) => {
        const button = event.target.closest("button");
        if (!button) return;
        event.preventDefault();
        event.stopPropagation();
        spend(id, button.value, box);
      });
      place.append(box);
    }
  }

  async function take(tries) {
    let ids = [];
    try { ids = (await (await fetch(room.base + "/satisfaction", {headers: {Accept: "application/json"}})).json()).questions || []; } catch { /* later */ }
    if (!ids.length) return paint();
    for (const id of ids) tokens[id] ||= random();
    save();
    const sent = Object.fromEntries(ids.map((id) => [id, tokens[id]]));
    const answer = await room.ask("/satisfaction", "POST", String(new URLSearchParams(sent)));
    if (answer.status == 200) return paint();
    if (tries < 40) setTimeout(() => take(tries + 1), 15000 + Math.random() * 15000);  // until enough phones are there
  }

  paint();
  if ("take" in words) take(0);
})();
