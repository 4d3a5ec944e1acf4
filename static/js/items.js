// Items that are being filled in: which are asked, by the rules of survey/questionnaires/conditions.py, and what is put in order.
(() => {
  const d = document, $ = (q, at = d) => at.querySelector(q), $$ = (q, at = d) => [...at.querySelectorAll(q)];
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
    const fields = place ? $$("textarea,select,input", place) : $$(`[data-answer][name="${id}"],[data-answer][name^="${id}."]`);
    return fields.filter((f) => f.value && (f.checked || f.type != "radio" && f.type != "checkbox")).map((f) => f.value);
  };
  const near = ({item}) => !$("[data-preview]") || d.getElementById("i-" + item);  // a preview knows no answers of other pages
  const ruled = $$("[data-if]").map((part) => [part, JSON.parse(part.dataset.if)]).filter(([, rule]) => rule.tests.every(near));
  const ask = () => ruled.forEach(([part, {join, tests}]) => {
    const met = tests.map((test) => TESTS[test.op](given(test.item), test.value));
    part.hidden = !(join == "any" ? met.some(Boolean) : met.every(Boolean));
  });
  ruled.forEach(([part]) => $$("[data-rule]", part).forEach((words) => { words.hidden = true; }));

  // An order: what has a number stands on top. A tap gives the next number, the grip moves, the numbers still do it too.
  $$("[data-rank]").forEach((list) => {
    const first = [...list.children], pick = (row) => $("select", row), place = (row) => +pick(row).value || 0, name = (row) => $("span", row).textContent;
    const said = Object.assign(d.createElement("p"), {className: "vh"}), hint = list.previousElementSibling;
    said.setAttribute("role", "status");
    list.after(said);
    if (hint) hint.hidden = false;
    const ranked = () => first.filter(place).sort((a, b) => place(a) - place(b));
    const show = () => {
      const focus = d.activeElement;
      ranked().concat(first.filter((row) => !place(row))).forEach((row, i) => { if (list.children[i] != row) list.insertBefore(row, list.children[i]); });
      if (focus != d.activeElement && list.contains(focus)) focus.focus();
    };
    const number = (rows) => first.forEach((row) => { pick(row).value = rows.indexOf(row) + 1 || ""; });
    const put = (row, at) => {
      pick(row).value = at;
      pick(row).dispatchEvent(new Event("input", {bubbles: true}));
    };
    first.forEach((row) => {
      const grip = Object.assign(d.createElement("button"), {type: "button", className: "grip", textContent: "⠿"});
      grip.setAttribute("aria-label", list.dataset.grip.replace("{option}", name(row)));
      row.append(grip);
    });
    list.addEventListener("input", (e) => {
      const row = e.target.closest("li"), at = place(row), rows = ranked().filter((other) => other != row);
      if (at) rows.splice(at - 1, 0, row);
      number(rows);
      show();
      said.textContent = list.dataset[at ? "said" : "none"].replace("{option}", name(row)).replace("{place}", place(row));
    });
    list.addEventListener("click", (e) => {
      const row = e.target.closest("li");
      if (row && !place(row) && !e.target.closest("select,button")) put(row, ranked().length + 1);
    });
    list.addEventListener("keydown", (e) => {
      const by = {ArrowUp: -1, ArrowDown: 1}[e.key], row = e.target.closest("li");
      if (!by || !e.target.matches(".grip")) return;
      e.preventDefault();
      const most = ranked().length + !place(row);
      put(row, place(row) ? Math.max(1, Math.min(most, place(row) + by)) : most);
    });
    window.dragging(list, ".grip", (row) => {  // whatever stands above it is in order too now
      const rows = [...list.children], last = Math.max(rows.indexOf(row), ranked().length - 1);
      number(rows.slice(0, last + 1));
      put(row, rows.indexOf(row) + 1);
    });
    d.addEventListener("change", (e) => { if (!list.contains(e.target)) show(); });
    show();
  });
  d.addEventListener("input", ask);
  d.addEventListener("change", ask);
  ask();
})();
