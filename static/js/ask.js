// A question on its way: kept on this phone until the server has it; sent twice it is still one.
// Promised: nothing typed is lost by a reload, a dead network, a refusal or while it is sent; what was sent goes on by itself, after a reload
// and from every other page of the room too (room/queue.js), and leaves the phone once the server has it.

(() => {
  const form = document.getElementById("ask");
  if (!form) return;
  const {base, store, ask, again, retry, outbox, queueAsk, arrived, fresh} = window.room;
  const $ = (selector, at = document) => at.querySelector(selector);
  const {body, client_id: client, topic} = form.elements;
  const button = $("[data-retry]", form), word = $("span", button), label = word.textContent;
  const draft = ":" + form.dataset.draft;
  let tries = 0, timer;

  function restore() {
    const kept = store(draft);
    if (!kept || body.value) return;
    body.value = kept.body;
    client.value = kept.id;
    topic.value = kept.topic;
  }

  function keep() {
    store(draft, body.value.trim() ? {body: body.value, id: client.value, topic: topic.value} : null);
    count();
  }

  function count() {  // as the server counts: whole characters, composed
    const left = $("[data-remaining]"), n = form.dataset.most - [...body.value.normalize("NFC").trim()].length;
    left.textContent = left.dataset[n < 0 ? "over" : "remaining"].replace("{n}", Math.abs(n));
  }

  const sent = () => location.assign(base + "?tab=mine&sent=" + (form.dataset.draft == "new" ? 1 : 2));

  async function send() {
    clearTimeout(timer);
    if (button.disabled) return;
    word.textContent = button.dataset.busy;
    button.disabled = true;
    const to = form.action.slice(form.action.indexOf(base) + base.length), fields = new URLSearchParams(new FormData(form));
    const text = body.value;
    fields.set("body", text);  // some browsers write its line ends anew
    fields.delete("csrf_token");  // this page's own; it goes in the header
    queueAsk(draft, {to, form: String(fields)});
    const answer = await ask(to, "POST", fields);
    button.disabled = false;
    word.textContent = label;
    if (answer.ok && !answer.said.hint) {
      arrived(draft, client.value, text);
      return met(text);
    }
    if (body.value != text) return;  // it is written on: its author sends it
    if (retry(answer.status)) {
      $("#ask-wait").hidden = false;
      word.textContent = button.dataset.retry;
      timer = setTimeout(send, again(tries++, answer.after));
      return;
    }
    queueAsk(draft);
    HTMLFormElement.prototype.submit.call(form);  // the server says why, or asks back, with the text in place
  }

  function met(text) {  // the server has this text; what was written since is another question
    if (body.value == text) return sent();
    client.value = fresh();
    keep();
    $("#ask-wait").hidden = true;
    $("#ask-met").hidden = false;
  }

  function hold() {  // it is written on, so it does not go yet
    clearTimeout(timer);
    queueAsk(draft);
    $("#ask-wait").hidden = true;
    word.textContent = label;
  }

  // What the board has already is looked up in the pauses of writing. Its line keeps its place, so nothing jumps.
  const alike = $("#alike"), found = alike && $("details", alike);
  let pause, looked = "", answers = 0;

  async function look(anew) {
    const text = body.value.trim();
    if (!anew && text == looked) return;
    looked = text;
    const mine = ++answers;
    let html = "";
    if (text.length >= 12) {
      const asked = new URLSearchParams({body: text.slice(0, 500)});
      const answer = await fetch(base + "/questions/similar?" + asked, {headers: {Accept: "text/html"}}).catch(() => 0);
      if (mine != answers || !answer.ok) return;
      html = await answer.text();
    }
    if (mine != answers) return;
    found.hidden = !/<li/.test(html);
    if (found.hidden) found.open = false;
    found.innerHTML = html;
  }

  if (alike) {
    alike.hidden = false;
    form.addEventListener("input", () => { clearTimeout(pause); pause = setTimeout(look, 700); });
    alike.addEventListener("click", async (event) => {
      if (event.target.closest("[data-drop]")) store(draft, null);
      const button = event.target.closest("[data-support]");
      if (!button) return;
      event.preventDefault();
      button.disabled = true;
      const answer = await ask(button.formAction.slice(button.formAction.indexOf(base) + base.length), "POST");
      button.disabled = false;
      if (answer.status) await look(true);
      else $("#ask-wait").hidden = false;
      $("a,button,summary", found)?.focus();
    });
  }

  restore();
  count();
  const goes = outbox()[draft];
  if (body.value) keep();
  if (goes && !("kept" in form.dataset) && new URLSearchParams(goes.form).get("body") == body.value) send();
  else if (alike && found.hidden) look();
  form.addEventListener("input", () => { hold(); keep(); });
  addEventListener("storage", ({key, newValue}) => {  // another tab of this phone has sent it
    const told = key == base + draft && !button.disabled && JSON.parse(newValue);
    if (told && told.sent && body.value) met(told.sent);
  });
  form.addEventListener("submit", (event) => {
    if (event.submitter && event.submitter != button) return;  // into the room first
    event.preventDefault();
    keep();
    send();
  });
  addEventListener("online", () => { if (outbox()[draft]) send(); });
})();
