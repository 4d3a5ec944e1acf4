// Building a questionnaire. Every act is a button of the list's form and works without this; here it leaves the page standing,
// the focus where it was, and says aloud what happened. An item's form is kept while it is typed.
(() => {
  const d = document, $ = (q, at = d) => at.querySelector(q), $$ = (q, at = d) => [...at.querySelectorAll(q)];

  // 1 The form of an item: what was typed survives a crash, a lost line, an expired sign-in.
  const form = $("form[data-item]"), DRAFT = "item:";
  const kept = (key, value) => {
    try {
      if (value === undefined) return JSON.parse(sessionStorage.getItem(key));
      if (value) sessionStorage.setItem(key, JSON.stringify(value)); else sessionStorage.removeItem(key);
    } catch (e) { return null; }  // storage is forbidden: nothing is kept
  };
  if (form) {
    const key = DRAFT + form.dataset.item + location.search + form.getAttribute("action"), old = kept(key);
    const fields = () => [...form.elements].filter((f) => f.name && f.name != "csrf_token" && f.type != "hidden");
    const keep = () => kept(key, fields().map((f) => f.type == "checkbox" ? f.checked : f.value));
    if (old && !("kept" in form.dataset) && old.length == fields().length) {
      fields().forEach((f, i) => { if (f.type == "checkbox") f.checked = old[i]; else f.value = old[i]; });
      const rule = $("details", form);
      if (rule && $$("[name=if_what]", rule).some((f) => f.value)) rule.open = true;
      $("#redrawn").hidden = false;
    }
    form.addEventListener("input", keep);
    form.addEventListener("change", keep);
    $("[data-drop]", form).addEventListener("click", () => kept(key, null));
    form.addEventListener("submit", () => kept(DRAFT + "sent", key));
  }

  // 2 The list of items.
  let built = $("#built");
  if (!built) return;
  if (location.hash.startsWith("#i-") && kept(DRAFT + "sent")) {  // it was saved: the server led back to it
    kept(kept(DRAFT + "sent"), null);
    kept(DRAFT + "sent", null);
  }
  const said = $("#said"), unsaved = $("#unsaved"), hint = $(".keyed");
  let queue = Promise.resolve(), waiting = 0;
  if (hint) hint.hidden = false;
  d.body.classList.add("drags");
  const focus = (id, act) => {
    const row = d.getElementById("i-" + id);
    const found = row && [act, {up: "down", down: "up"}[act], "return", "edit"].map((one) => $(`[data-act="${one}"]:not(:disabled)`, row)).find(Boolean);
    (found || $("#add") || d.body).focus();
  };
  const show = (html, act) => {
    const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("built");
    if (!fresh) throw new Error("no list");
    const inside = built.contains(d.activeElement) || d.activeElement == d.body;
    built.replaceWith(fresh);
    built = fresh;
    watch();
    if (inside) focus(fresh.dataset.touched, act);
    said.textContent = fresh.dataset.said;
  };
  // One after the other; while more are waiting the list is not drawn anew, because they are about what stands now.
  const send = (path, act, more = {}) => {
    const body = new URLSearchParams({...more, csrf_token: $("[name=csrf_token]", built).value});
    waiting++;
    queue = queue.then(async () => {
      const answer = await fetch(path, {method: "POST", body, headers: {"HX-Request": "true"}});
      const html = await answer.text();
      if (!--waiting) show(html, act);
      unsaved.hidden = true;
    }).catch(() => { waiting = 0; unsaved.hidden = false; });
  };
  const step = (row, act) => {
    const button = $(`[data-act="${act}"]`, row), other = act == "up" ? row.previousElementSibling : row.nextElementSibling;
    if (!button || !other) return;
    if (act == "up") row.after(other); else row.before(other);
    row.scrollIntoView({block: "nearest"});
    send(button.getAttribute("formaction"), act);
  };
  const watch = () => {
    const list = $("#list", built);
    if (!list) return;
    $("form", built).addEventListener("submit", (e) => {
      const button = e.submitter, act = button && button.dataset.act;
      if (!act) return;
      e.preventDefault();
      if (act == "up" || act == "down") step(button.closest("li"), act); else send(button.getAttribute("formaction"), act);
    });
    list.addEventListener("keydown", (e) => {
      const act = e.altKey && {ArrowUp: "up", ArrowDown: "down"}[e.key];
      if (!act) return;
      e.preventDefault();
      step(e.target.closest("li"), act);
    });
    window.dragging(list, "[data-grip]", (row) => {
      let before = row.previousElementSibling;
      while (before && before.matches(".gone")) before = before.previousElementSibling;
      send($("[data-act=up]", row).getAttribute("formaction").replace(/up$/, "place"), "up", {after: before ? before.id.slice(2) : "first"});
    });
  };
  watch();
})();
