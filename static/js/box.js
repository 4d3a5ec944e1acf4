// An envelope for the ballot box: kept on this phone until it is dropped, then looked at and changed from here alone.
// The ballot is in this phone's storage; no cookie goes with what is sent, and all envelopes have one of few sizes.
// On every page with `data-box` the phone also learns here that the room has opened, and goes in.
(() => {
  const d = document, $ = (q, at = d) => at.querySelector(q), $$ = (q, at = d) => [...at.querySelectorAll(q)], part = (id) => d.getElementById(id);
  const {base, store, retry, again} = window.room || {}, form = part("box");
  if (!base) return;
  const code = base.slice(3), lang = d.documentElement.lang, held = () => {
    try { return JSON.parse(localStorage.getItem("c:" + code)); } catch (e) { return null; }
  };

  // Padded, so that whoever listens to the line does not learn how much was written.
  async function send(path, fields, credentials = "omit") {
    const {msg, sig} = held(), body = new URLSearchParams({msg, sig, ...fields}) + "&pad=";
    try {
      const answer = await fetch(base + path, {method: "POST", credentials, body: body.padEnd(8192 * Math.ceil(body.length / 8192), "0"),
        headers: {Accept: "application/json", "Content-Type": "application/x-www-form-urlencoded"}});
      return {status: answer.status, ok: answer.ok, after: +answer.headers.get("Retry-After"), said: await answer.json()};
    } catch (e) { return {status: 0, said: {}}; }
  }

  const enter = () => navigator.cookieEnabled && location.replace(base + "/credential");

  async function watch() {  // until the room opens; each phone at its own beat
    const found = await fetch(base + "/box", {headers: {Accept: "application/json"}}).then((answer) => answer.json()).catch(() => 0);
    if (found && found.state != "collecting" && !(form && found.takes && store(":box"))) return found.state == "live" ? enter() : location.reload();
    setTimeout(watch, 1e4 + 1e4 * Math.random());
  }

  // At the gate: the same request again and again is question and answer in one, until this phone is in.
  const gate = part("gate"), alone = part("alone");
  let beat;

  async function knock(more) {
    clearTimeout(beat);
    const {status, said} = await send("/entry", {mine: (store(":asked") || []).join("."), ...more}, "same-origin");
    if (said.entered) return location.replace(base);
    if (said.message) $("p", gate).textContent = said.message;
    alone.hidden = !said.may_go;
    alone.textContent = said.few || "";
    part("few").hidden = !said.may_go;
    if (status == 202 || retry(status)) beat = setTimeout(knock, 1e3 * (said.retry || 10));
  }

  if (held() && gate) {
    alone.onclick = () => knock({alone: 1});
    knock();
  } else if (held()) {
    if ($("[data-box=live]")) return enter();
    // The key in the ballot's own message against the one of this page: after a change the phone sees it by itself.
    const signs = (text) => atob(text.replace(/-/g, "+").replace(/_/g, "/")), box = $("[data-mark]");
    const former = box && signs(held().msg).slice(40, 72) != signs(box.dataset.mark);
    $$("[data-held]").forEach((one) => { one.hidden = one.dataset.held == (former ? "yes" : "no"); });
    $$("[data-former]").forEach((one) => { one.hidden = !former; });
    if (form || $("[data-box]")) setTimeout(watch, 1e4 + 1e4 * Math.random());
  }
  if (!form) return;

  const asks = $$("[data-ask]", form), button = $("[data-retry]", form), word = $("span", button), label = word.textContent, more = part("more");
  const ticks = (f) => f.type == "radio" || f.type == "checkbox", fields = (at) => $$("fieldset :is(textarea,select,input)", at);
  let ids = asks.map((_, i) => form.dataset.page + i), times = 0, timer;

  const answers = (at) => fields(at).filter((f) => f.value && (!ticks(f) || f.checked)).reduce((all, f) => ({...all, [f.name]: [...all[f.name] || [], f.value]}), {});
  const counter = () => 1 + (store(":drops") || 0);

  function read() {
    const responses = {}, shown = $$("[data-survey]", form);
    for (const survey of shown) {
      const found = answers(survey);
      if (Object.keys(found).length) responses[survey.dataset.survey] = {answers: found, counter: counter()};
    }
    const questions = asks.map((one, i) => ({body: $("[data-body]", one).value, topic: ($("[data-topic]", one) || {}).value || "", client_id: ids[i]})).filter((one) => one.body.trim());
    return {questions, responses, surveys: shown.map((one) => one.dataset.survey)};  // what is not shown was not cleared
  }

  function fill({questions = [], responses = {}}) {
    for (const survey of $$("[data-survey]", form)) {
      const known = (responses[survey.dataset.survey] || {}).answers || {};
      fields(survey).forEach((f) => {
        const values = known[f.name] || [];
        if (ticks(f)) f.checked = !!f.value && values.includes(f.value); else f.value = values[0] || "";
      });
    }
    asks.forEach((one, i) => {
      const {body, topic, client_id} = questions[i] || {};
      $("[data-body]", one).value = body || "";
      if ($("[data-topic]", one)) $("[data-topic]", one).value = topic || "";
      if (client_id) ids[i] = client_id;
      one.hidden = i > 0 && !body;
    });
    form.dispatchEvent(new Event("change", {bubbles: true}));  // for items.js
    count();
  }

  function count() {  // as the server counts: whole characters, composed
    $$("textarea[data-longest]", form).forEach((text) => {
      const left = "body" in text.dataset ? part(text.getAttribute("aria-describedby")) : part("c-" + text.name);
      const n = text.dataset.longest - [...text.value.normalize("NFC").trim()].length;
      if (left && text.value) left.textContent = left.dataset[n < 0 ? "over" : "left"].replace("{n}", Math.abs(n).toLocaleString(lang));
    });
    if (more) more.hidden = asks.every((one) => !one.hidden);
  }

  function keep() {
    const content = read(), some = content.questions.length || Object.keys(content.responses).length;
    store(":box", some ? content : null);
    $("[data-saved]", form).hidden = !some;
    count();
  }

  const show = (name) => ["dropped", "inside", "box"].forEach((one) => { part(one).hidden = one != name; });

  const zoned = (moment, shape) => new Date(moment).toLocaleString(lang, {timeZone: "Asia/Ho_Chi_Minh", ...shape});
  const day = (moment) => zoned(moment, {day: "numeric", month: "numeric"}), later = (days) => day(Date.now() + 864e5 * days);

  function worded(opens, {today, tomorrow}) {
    const hour = zoned(opens, {hour: "2-digit", minute: "2-digit", hour12: false}), near = {[later(0)]: today, [later(1)]: tomorrow}[day(opens)];
    return near ? near.replace("{hour}", hour) : hour + ", " + day(opens);
  }

  function dropped({opens, least, surveys}, {questions, responses}) {
    const own = part("dropped"), when = opens && worded(opens, own.dataset);
    $("[data-inside]", own).textContent = own.dataset.what.replace("{surveys}", surveys ?? Object.keys(responses).length).replace("{questions}", questions.length);
    part("change").hidden = false;
    $(".note p", own).textContent = own.dataset[when ? "at" : "opening"].replace("{when}", when).replace("{least}", least);
    show("dropped");
  }

  function wrong({message, fields: said = {}}) {
    $$("[data-e]", form).forEach((one) => one.remove());
    $$("[aria-invalid]", form).forEach((one) => one.removeAttribute("aria-invalid"));
    const own = part("box-e"), list = $(".note p", own);
    list.textContent = message || "";
    for (const [name, sentence] of Object.entries(said)) {
      const at = part("i-" + name) || asks[ids.indexOf(name)], line = d.createElement("p");
      if (!at) continue;
      line.className = "err";
      line.dataset.e = line.textContent = sentence;
      ($("legend,h2,label", at) || at).after(line);
      $$("textarea,input,select", at).slice(0, 1).forEach((f) => f.setAttribute("aria-invalid", "true"));
    }
    own.hidden = false;
    own.focus();
    own.scrollIntoView({block: "center"});
  }

  async function drop() {
    clearTimeout(timer);
    word.textContent = button.dataset.busy;
    button.disabled = true;
    const content = read(), answer = await send("/box", {content: JSON.stringify(content)});
    button.disabled = false;
    word.textContent = label;
    part("box-wait").hidden = part("box-e").hidden = true;
    if (answer.ok) {
      store(":drops", counter());
      store(":asked", [...new Set([...store(":asked") || [], ...content.questions.map((one) => one.client_id)])]);
      store(":box", null);
      dropped(answer.said, content);
      part("dropped").focus();
      scrollTo(0, 0);
    } else if (retry(answer.status)) {
      part("box-wait").hidden = false;
      word.textContent = button.dataset.retry;
      timer = setTimeout(drop, again(times++, answer.after));
    } else wrong(answer.said);
  }

  async function begin() {
    const draft = store(":box");
    part("unable").hidden = true;
    part("none").hidden = !!held();
    button.disabled = !held();
    show("box");
    if (held()) {
      const {ok, said} = await send("/box/look", {});
      if (ok && said.inside && !draft) show("inside");
      if (ok && said.content) {
        fill(said.content);
        dropped(said, said.content);
        if (draft) part("box").hidden = !(part("change").hidden = true);  // a change that was begun
      }
      if (!ok && said.message) wrong(said);
      if (said.former) {  // the key was changed: what was written goes with another ballot
        if (!draft && said.content) store(":box", said.content);
        $("p", part("former")).textContent = said.former;
        button.disabled = true;
        part("former").hidden = false;
        show("box");
      }
    }
    if (draft) fill(draft);
    count();
    part(location.hash.slice(1))?.scrollIntoView();  // a link to one part found it hidden
  }

  part("change").onclick = () => { show("box"); $("textarea,input,select", form).focus(); };
  part("another").onclick = () => { show("box"); $("textarea,input,select", form).focus(); };
  if (more) more.onclick = () => { const next = asks.find((one) => one.hidden); next.hidden = false; count(); $("textarea", next).focus(); };
  form.addEventListener("input", keep);
  form.onsubmit = () => { if (held()) { keep(); drop(); } return false; };
  addEventListener("online", () => timer && drop());
  begin();
})();
