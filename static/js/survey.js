// A questionnaire being filled in: kept on this phone until the server has it; sent twice it is still one.
(() => {
  const d = document, $ = (q, at = d) => at.querySelector(q), $$ = (q, at = d) => [...at.querySelectorAll(q)];
  const sent = $("[data-survey-sent]"), form = $("form[data-draft]"), room = window.room;
  if (!room) return;
  if (sent) room.store(":" + sent.dataset.surveySent, null);
  if (!form) return;
  const key = ":" + form.dataset.draft, counter = form.elements.counter, kept = room.store(key), state = $("[data-saved]");
  const ticks = (f) => f.type == "radio" || f.type == "checkbox";
  const fields = () => $$("fieldset :is(textarea,select,input),[data-answer]", form), button = $("[data-retry]", form);
  const count = () => $$("textarea", form).forEach((text) => {
    const left = $("#c-" + text.name), n = text.dataset.longest - [...text.value.normalize("NFC").trim()].length;
    left.textContent = left.dataset[n < 0 ? "over" : "left"].replace("{n}", Math.abs(n).toLocaleString(d.documentElement.lang));
  });
  const keep = (page = form.elements.page.value) => {
    const answers = fields().filter((f) => f.value && (!ticks(f) || f.checked)).map((f) => [f.name, f.value]);
    room.store(key, answers.length ? {counter: counter.value, answers, page} : null);
    if (state && answers.length) state.hidden = false;
    count();
  };
  // A page that comes back with a refusal holds newer words than the draft; a draft of an older sending is void.
  if (kept && kept.counter == counter.value && !("kept" in form.dataset)) {
    fields().filter((f) => f.type != "hidden").forEach((f) => {
      const known = kept.answers.filter(([name]) => name == f.name).map(([, value]) => value);
      if (ticks(f)) f.checked = !!f.value && known.includes(f.value); else f.value = known[0] || "";
    });
    const here = new Set(fields().map((f) => f.name));
    kept.answers.filter(([name]) => !here.has(name)).forEach(([name, value]) => {
      const input = Object.assign(d.createElement("input"), {type: "hidden", name, value});
      input.dataset.answer = "";
      form.append(input);
    });
    if (state) state.hidden = false;
    form.dispatchEvent(new Event("change", {bubbles: true}));
    // It broke off on a later page: go there, once.
    if (+kept.page > +form.elements.page.value) {
      form.elements.page.value = kept.page;
      form.append(Object.assign(d.createElement("input"), {type: "hidden", name: "go", value: "here"}));
      keep("");
      return form.submit();
    }
    keep();
  }
  form.addEventListener("input", () => keep());
  form.addEventListener("submit", (e) => { if (e.submitter && e.submitter.name == "go") keep(""); });  // the page that comes says where it is
  count();
  if (!button) return;
  const word = $("span", button), label = word.textContent;
  let times = 0, timer;
  const go = async () => {
    clearTimeout(timer);
    word.textContent = button.dataset.busy; button.disabled = true;
    let answer, body = new URLSearchParams(new FormData(form));
    try { answer = await room.post(form.getAttribute("action").slice(room.base.length), "POST", body); } catch { answer = null; }
    button.disabled = false; word.textContent = label;
    if (answer && answer.ok) { room.store(key, null); location.assign(form.action); }
    else if (answer && !room.retry(answer.status)) HTMLFormElement.prototype.submit.call(form);  // the server says why, with all in place
    else {
      $("#survey-wait").hidden = false;
      word.textContent = button.dataset.retry;
      timer = setTimeout(go, room.again(times++, answer ? +answer.headers.get("Retry-After") : 0));
    }
  };
  form.addEventListener("submit", (e) => { if (!e.submitter || e.submitter == button) { e.preventDefault(); keep(); go(); } });
  addEventListener("online", () => timer && go());
})();
