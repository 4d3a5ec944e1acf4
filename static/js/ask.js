// A question on its way: kept on this phone until the server has it; sent twice it is still one.
(() => {
  const ask = document.getElementById("ask");
  if (!ask) return;
  const {base, store, post, again, retry} = window.room, $ = (q, at = document) => at.querySelector(q);
  const text = ask.elements.body, client = ask.elements.client_id, key = ":" + ask.dataset.draft, kept = store(key);
  const button = $("[data-retry]", ask), word = $("span", button), label = word.textContent, left = $("[data-remaining]");
  const count = () => {
    const n = ask.dataset.most - [...text.value.normalize("NFC").trim()].length;
    left.textContent = left.dataset[n < 0 ? "over" : "remaining"].replace("{n}", Math.abs(n));
  };
  const keep = () => { store(key, text.value.trim() ? {body: text.value, id: client.value, topic: ask.elements.topic.value} : null); count(); };
  if (kept && !text.value) { text.value = kept.body; client.value = kept.id; ask.elements.topic.value = kept.topic; }
  let times = 0, timer;
  const go = async () => {
    clearTimeout(timer);
    word.textContent = button.dataset.busy; button.disabled = true;
    let answer, got;
    try { got = await (answer = await post(ask.action.slice(ask.action.indexOf(base) + base.length), "POST", new URLSearchParams(new FormData(ask)))).json(); } catch { got = {}; }
    button.disabled = false; word.textContent = label;
    if (answer && answer.ok) { store(key, null); location.assign(base + "?tab=mine&sent=" + (key == ":new" ? 1 : 2)); }
    else if (answer && !retry(answer.status)) HTMLFormElement.prototype.submit.call(ask);  // the server says why, with the text in place
    else { $("#ask-wait").hidden = false; word.textContent = button.dataset.retry; timer = setTimeout(go, again(++times)); }
  };
  ask.addEventListener("input", keep);
  ask.addEventListener("submit", (e) => { if (!e.submitter || e.submitter == button) { e.preventDefault(); keep(); go(); } });
  addEventListener("online", () => timer && go());
  count();
  if (text.value) keep();
})();
