// The moderator's keys. Everything here is a shortcut to a button that is on the page and works without it.
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const queue = $("#queue"), bar = $("#bar"), toast = $("#toast"), note = $("#note");
  const FIELD = "input:not([type=checkbox],[type=radio]),select,textarea,[contenteditable]", STAYS = /^(topic|note|apart|split|redact|mute|unmute)$/;
  const SCREEN = { Digit1: "welcome", Digit2: "ranking", Digit3: "question", Digit4: "closing", Digit5: "timer", Digit0: "blank" };
  const waiting = new WeakMap();  // button -> the jobs that its answer is waited for
  let current = "", back = "", place = 0, dirty = false, late = false, keyed = false, fading;

  // 1 The chosen job. It is known by its id and by its place: when it goes, the next one stands there.
  const jobs = () => [...queue.querySelectorAll(".job:not([aria-busy])")];
  const job = () => document.getElementById(current);
  const bundle = (one = job()) => one?.closest(".bundle") || one;
  const button = (act) => job() && ($(`[data-act="${act}"]`, job()) || $(`:scope>.row>[data-act="${act}"]`, bundle()));
  // What one does not see one does not decide: a press brings it back into sight first.
  const seen = () => { const { top, bottom } = job()?.getBoundingClientRect() || {}; return bottom > 40 && top < innerHeight - (bar.offsetHeight || 20); };
  for (const name of ["wheel", "pointerdown", "touchmove"]) addEventListener(name, () => { keyed = false; }, { passive: true });
  const click = (...acts) => {
    const found = acts.map(button).find(Boolean);
    if (found && !seen()) job().scrollIntoView({ block: "center" });
    else found?.click();
  };

  function mark() {
    const list = jobs();
    if (back && list.some((one) => one.id === back)) { current = back; back = ""; }  // what an undo brought back
    const found = list.findIndex((one) => one.id === current);
    place = found < 0 ? Math.max(0, Math.min(place, list.length - 1)) : found;
    current = list[place]?.id || "";
    queue.querySelectorAll(".job").forEach((one) => one.classList.toggle("job-on", one.id === current));
    bar.hidden = !button("approve");
    for (const key of bar.children) {
      const twin = { KeyS: "apart", KeyA: "approve" }[key.dataset.key];
      if (twin === "approve" && button(twin)) key.textContent = button(twin).textContent;
      else if (twin === "apart" || key.dataset.key === "KeyR") key.hidden = (twin === "apart") !== !!bundle()?.matches(".bundle-n");
    }
  }
  function stand(one) {
    if (!one) return;
    current = one.id;
    back = "";
    mark();
    one.focus({ preventScroll: true });
    one.scrollIntoView({ block: "nearest" });
  }
  // Up and down by what is decided at once, sideways within it.
  function choose(step) {
    const list = jobs(), leads = list.filter((one) => !one.matches(".job-in") || bundle(one) !== bundle(list[list.indexOf(one) - 1]));
    const here = list.indexOf(job());
    stand(step > 0 ? leads.find((one) => list.indexOf(one) > here) : leads.findLast((one) => list.indexOf(one) < here));
  }
  function beside(step) {
    const list = jobs().filter((one) => bundle(one) === bundle());
    stand(list[list.indexOf(job()) + step]);
  }
  function open(field) {
    const more = job() && $(".job-more", job());
    const control = more && $(`[name^="${field}-"]`, more);
    if (!control) return;
    more.open = true;
    control.focus();
  }
  function tick() {
    const box = job() && $("[name=chosen]", job());
    box?.click();
    if (box?.checked) choose(1);
  }
  // What is ticked goes together with the question one stands on; with nothing ticked, into the one of the board.
  function merge() {
    if (!$("[name=chosen]:checked", queue)) return click("join");
    const box = job() && $("[name=chosen]", job());
    if (box) box.checked = true;
    $("#merge").click();
  }

  // 2 A refusal needs a reason: the box opens on it instead of asking the server. Then a decision: the job steps back at once and the next one is chosen; the stream takes it out of the list.
  // A text that came folded is read before it is published: the first press opens it.
  document.addEventListener("submit", (event) => {
    const shut = event.submitter?.dataset.act === "approve" && $(".hard-fold:not([open])", bundle(event.submitter.closest(".job")));
    if (!shut) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    shut.open = true;
    stand(shut.closest(".job"));
  }, true);
  document.addEventListener("submit", (event) => {
    const row = event.submitter?.closest(".job");
    if (!row || event.submitter.dataset.act !== "reject") return;
    if ([...row.querySelectorAll("[name^=reason],[name^=why]")].some((field) => field.value.trim())) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    current = row.id;
    mark();
    open("reason");
  }, true);
  queue.addEventListener("submit", (event) => {
    const { submitter } = event, decided = submitter?.closest(".job"), { act } = submitter?.dataset || {};
    if (!decided || STAYS.test(act)) return;
    const all = /others=/.test(submitter.getAttribute("formaction")) ? [...bundle(decided).querySelectorAll(".job")] : [decided];
    const had = all.some((one) => one.contains(document.activeElement));
    if (!all.includes(job())) { current = decided.id; mark(); }
    if (all.length > 1) place = jobs().indexOf(all.find((one) => !one.hasAttribute("aria-busy")));
    all.forEach((one) => one.setAttribute("aria-busy", "true"));
    mark();
    if (had) job()?.focus({ preventScroll: true });
    job()?.scrollIntoView({ block: "nearest" });
    waiting.set(submitter, all);
  });
  // Answered, but still in the list after three seconds: it is a job again.
  document.addEventListener("htmx:finally:request", ({ detail }) => {
    const { submitter } = detail.ctx?.request || {}, all = waiting.get(submitter);
    if (submitter?.id === "merge" && detail.ctx.response?.raw.ok) {
      queue.querySelectorAll("[name=chosen]:checked").forEach((box) => { box.checked = false; });
      queue.elements.shared.value = "";
    }
    if (all) setTimeout(() => { all.forEach((one) => one.removeAttribute("aria-busy")); mark(); }, 3000);
  });
  document.addEventListener("htmx:config:request", ({ detail }) => {
    const { submitter, body } = detail.ctx.request;
    const id = submitter?.closest?.(".job")?.id.slice(2);
    if (id) for (const name of [...body.keys()]) if (name.includes("-") && !name.endsWith(id)) body.delete(name);
    $("#notice").replaceChildren();
  });
  document.addEventListener("htmx:response:error", ({ detail }) => {
    const row = detail.ctx.request.submitter?.closest?.(".job");
    if (row) current = row.id;
    queue.querySelectorAll("[aria-busy]").forEach((one) => one.removeAttribute("aria-busy"));
    mark();
  });
  // An update comes in many parts: one look at all of it, before the next picture or the next key.
  let due = 0;
  function settle() {
    cancelAnimationFrame(due);
    due = 0;
    mark();
    if (keyed && job() && !seen()) job().scrollIntoView({ block: "nearest" });
  }
  document.addEventListener("htmx:after:swap", () => {
    if (document.hidden) settle();
    else due ||= requestAnimationFrame(settle);
  });
  queue.addEventListener("focusin", (event) => {
    const found = event.target.closest(".job");
    if (found && found.id !== current && !found.hasAttribute("aria-busy")) { current = found.id; mark(); }
  });

  // 3 The toast goes after ten seconds, unless somebody is at it; the button above the list stays.
  function fade() {
    clearTimeout(fading);
    if (!toast.firstElementChild) return;
    fading = setTimeout(() => (toast.matches(":hover,:focus-within") ? fade() : toast.replaceChildren()), 10000);
  }
  toast.closest("form").addEventListener("submit", () => { toast.hidden = true; });
  new MutationObserver(() => {
    const said = toast.firstElementChild;
    toast.hidden = false;
    fade();
    if (said?.matches("[data-undone]")) { back = "q-" + said.dataset.question; mark(); }
  }).observe(toast, { childList: true });

  // 4 The note: another question is called while somebody still writes about the last one; the box waits for them.
  const writing = () => dirty || note.contains(document.activeElement.closest("textarea"));
  note.addEventListener("input", () => { dirty = true; });
  for (const moment of ["request", "swap"]) document.addEventListener("htmx:before:" + moment, (event) => {
    if (event.target === note && writing()) { late = true; event.preventDefault(); }
  });
  const refresh = () => { if (late && !writing()) { late = false; htmx.trigger("#live", "now"); } };
  document.addEventListener("htmx:after:request", (event) => {
    if (event.target.id === "note-form" && event.detail.ctx.response?.raw.ok) { dirty = false; refresh(); }
  });
  note.addEventListener("focusout", () => setTimeout(refresh));
  addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });

  // 5 Keys, by their place on the keyboard and never in a field: a Vietnamese typing program rewrites letters, takes them back and sends others without a place, and none of that may decide anything.
  const KEYS = {
    KeyJ: () => choose(1), ArrowDown: () => choose(1), KeyK: () => choose(-1), ArrowUp: () => choose(-1),
    ArrowRight: () => beside(1), ArrowLeft: () => beside(-1),
    KeyA: () => click("approve"), KeyH: () => click("hold"), KeyS: () => click("apart", "split"), KeyC: () => click("call"),
    KeyN: () => click("redact"), KeyU: () => click("channel"), KeyD: () => click("erase"), KeyB: () => click("mute", "unmute"),
    KeyQ: () => click("ask_back", "take_back"), KeyR: () => open("reason"), KeyT: () => open("topic"), KeyX: tick, KeyM: merge,
    KeyZ: () => ($("[data-undo]", toast) || $("#undo")).click(), KeyG: () => $("#order")?.click(), KeyV: () => $("#veil").click(),
    Enter: () => $("#stage-answer")?.click(),
  };
  function press(code) {
    if (due) settle();
    if (KEYS[code]) KEYS[code]();
    else if (SCREEN[code]) $(`#mode-${SCREEN[code]}`)?.click();
    else return false;
    return true;
  }
  document.addEventListener("keydown", (event) => {
    const { code, target } = event;
    keyed = true;
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.keyCode === 229) return;
    if (target.closest(FIELD)) {
      const act = code === "Enter" && target.name?.match(/^(reason|why|topic)-/)?.[1];
      if (act) { event.preventDefault(); button(act === "topic" ? "topic" : "reject")?.click(); }
      if (code === "Escape") target.closest(".job") ? ($(".job-more", job()).open = false, job().focus()) : target.blur();
      return;
    }
    if (code === "Enter" && target.closest("a,button,summary")) return;
    if (event.repeat && !/^(Key[JK]|Arrow)/.test(code)) return;
    if (press(code.replace("Numpad", "Digit"))) event.preventDefault();
  });
  bar.addEventListener("click", (event) => { const { key } = event.target.closest("[data-key]")?.dataset || {}; if (key) press(key); });

  mark();
  fade();
})();
