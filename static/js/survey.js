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
  const keep = () => {
    const answers = fields().filter((f) => f.value && (!ticks(f) || f.checked)).map((f) => [f.name, f.value]);
    room.store(key, answers.length ? {counter: counter.value, answers} : null);
    if (state && answers.length) state.hidden = false;
    count();
  };
  // Items that are asked only after certain answers: the rules of survey/questionnaires/conditions.py.
  const fold = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase().trim();
  const size = (text) => {
    const iso = text.match(/^(\d{4})-(\d{2})-(\d{2})$/), day = iso ? [0, iso[3], iso[2], iso[1]] : text.match(/^(\d{1,2})\D+(\d{1,2})\D+(\d{4})$/);
    return day ? day[3] * 1e4 + day[2] * 100 + +day[1] : +(/^[+-]?\d{1,3}([. ]\d{3})+(,\d+)?$/.test(text) ? text.replace(/[. ]/g, "") : text).replace(",", ".");
  };
  const TESTS = {
    answered: (has) => has.length > 0, empty: (has) => !has.length,
    equals: (has, v) => has.some((x) => x == v || size(x) == size(v) || fold(x) == fold(v)), differs: (has, v) => !TESTS.equals(has, v),
    contains: (has, v) => has.some((x) => x == v || fold(x).includes(fold(v))),
    greater: (has, v) => has.length > 0 && size(has[0]) > size(v), less: (has, v) => has.length > 0 && size(has[0]) < size(v),
  };
  const given = (id) => {
    const place = d.getElementById("i-" + id);
    if (place && place.hidden) return [];
    return fields().filter((f) => (f.name == id || f.name.startsWith(id + ".")) && f.value && (!ticks(f) || f.checked)).map((f) => f.value);
  };
  const ask = () => $$("[data-if]", form).forEach((part) => {
    const {join, tests} = JSON.parse(part.dataset.if), met = tests.map((test) => TESTS[test.op](given(test.item), test.value));
    part.hidden = !(join == "any" ? met.some(Boolean) : met.every(Boolean));
  });
  $$("[data-rule]", form).forEach((words) => { words.hidden = true; });
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
  }
  form.addEventListener("input", () => { ask(); keep(); });
  ask();
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
    else { $("#survey-wait").hidden = false; word.textContent = button.dataset.retry; timer = setTimeout(go, room.again(++times)); }
  };
  form.addEventListener("submit", (e) => { if (!e.submitter || e.submitter == button) { e.preventDefault(); keep(); go(); } });
  addEventListener("online", () => timer && go());
})();
