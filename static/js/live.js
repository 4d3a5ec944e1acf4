// The member's room: counts and order from the stream, votes that survive a bad network, drafts.
// Everything here only adds: without it each button is a plain form.
(() => {
  const d = document, base = d.body.dataset.base;
  if (!base) return;
  const $ = (q, at = d) => at.querySelector(q), $$ = (q, at = d) => [...at.querySelectorAll(q)];
  const id = (name) => d.getElementById(name), now = () => Date.now();
  const store = (key, value) => {  // an in-app browser may forbid it
    try {
      if (value) return localStorage.setItem(base + key, JSON.stringify(value));
      if (value === null) return localStorage.removeItem(base + key);
      return JSON.parse(localStorage.getItem(base + key));
    } catch { return null; }
  };
  const post = (path, method = "POST", body) => fetch(base + path, {
    method, body, keepalive: true, signal: AbortSignal.timeout && AbortSignal.timeout(1e4),
    headers: {Accept: "application/json", "X-CSRFToken": $("[name=csrf-token]").content},
  });
  const again = (tries) => (0.5 + Math.random()) * Math.min(3e4, 1500 * 2 ** tries);
  const retry = (status) => !status || status == 429 || status > 500;
  const live = id("live"), list = id("qs"), pill = id("pill"), news = id("news"), inc = id("incoming");

  // Votes: the last wanted state of each question, one request at a time, kept until it is acknowledged.
  const votes = new Map(), own = new Set(list ? list.dataset.own.split(" ") : []);
  const waiting = () => [...votes].filter(([, v]) => v.want != null).map(([key, v]) => [key, v.want]);
  const vote = (key) => votes.get(key) || votes.set(key, {n: 0, on: own.has(key), tries: 0}).get(key);
  const shown = (v) => v.want ?? v.on;
  const say = (key, text) => {
    const foot = $("#q-" + key + " .no") || (last && last.key == key && $("[data-did]"));
    if (foot && text) foot.textContent = news.textContent = text;
  };
  const paint = (key) => {
    const v = vote(key), button = id("v-" + key), n = v.n + shown(v) - v.on, row = id("q-" + key);
    $$('[data-count="' + key + '"]').forEach((b) => { b.textContent = n; });
    if (!button) return;
    button.setAttribute("aria-pressed", shown(v));
    button.setAttribute("aria-busy", !!v.slow);
    button.className = v.slow ? "vote vote-" + v.slow : "vote";
    if (row) row.classList.toggle("q-mine", shown(v) && v.slow != "fail");
  };
  const send = async (key) => {
    const v = vote(key), want = v.want;
    store(":votes", waiting().length ? waiting() : null);
    if (v.busy || want == null) return;
    v.busy = 1;
    const slow = setTimeout(() => { v.slow = v.slow || "busy"; paint(key); }, 400);
    let answer, got;
    try { got = await (answer = await post("/questions/" + key + "/vote", want ? "POST" : "DELETE")).json(); } catch { got = {}; }
    clearTimeout(slow);
    v.busy = 0;
    if (answer && answer.ok) {
      v.on = got.supported; v.n = got.supporters; v.slow = v.tries = 0;
      if (v.want == want) v.want = null;
      if (last && last.key == key && want) say(key, last.text + " · " + v.n + " " + id("last").dataset.with);
    } else if (answer && !retry(answer.status)) {
      v.want = null; v.slow = 0;
      say(key, got.message);
    } else {
      v.slow = ++v.tries > 2 ? "fail" : "wait";
      setTimeout(send, again(v.tries), key);
      return paint(key);
    }
    paint(key); send(key);
  };
  const want = (key, on) => {
    const v = vote(key);
    v.want = on == v.on && !v.busy ? null : on;
    v.slow = v.slow && "busy";
    paint(key); send(key);
  };
  $$(".vote").forEach((b) => {
    const v = vote(b.id.slice(2));
    v.on = b.getAttribute("aria-pressed") == "true";
    v.n = +$(".vn", b).textContent;
  });
  (store(":votes") || []).forEach(([key, on]) => want(key, on));

  // "Chưa xem": the next card lies ready; a card that was judged waits for its undo.
  let last, judgedAt = 0, skips = Promise.resolve(), skipping = 0;
  const step = (q, by) => $$(q).forEach((b) => { b.textContent = Math.max(0, +b.textContent + by); b.hidden = b.matches(".cnt") && b.textContent == 0; });
  const skip = (key, undo = "") => {
    skipping++;
    const go = (tries) => post("/questions/" + key + "/skip" + undo).then((r) => { if (retry(r.status)) throw r; })
      .catch(() => new Promise((ok) => setTimeout(ok, again(tries))).then(() => tries < 6 && go(tries + 1)));
    skips = skips.then(() => go(0)).finally(() => skipping--);
  };
  const refill = () => waiting().length || skipping ? setTimeout(refill, 300)
    : htmx.ajax("GET", base + "?tab=unseen" + (last ? "&last=" + last.key : ""), {target: "#deck", swap: "outerHTML"});
  const judge = (card, key, yes) => {
    if (now() - judgedAt < 400) return;  // the second tap of a double tap meant the card before
    judgedAt = now();
    const box = id("last"), next = card.nextElementSibling;
    last = {card, key, yes, text: yes ? box.dataset.yes : box.dataset.no};
    card.remove();
    step("[data-left],[data-unseen]", -1); step("[data-judged]", 1);
    if (yes) want(key, true); else skip(key);
    say(key, last.text);
    box.hidden = false;
    if (next) $(".btn-1", next).focus({preventScroll: true}); else refill();
  };
  const undo = () => {
    const {card, key, yes} = last, cards = $(".deck");
    if (yes) want(key, false); else skip(key, "/withdrawal");
    last = null;
    id("last").hidden = true;
    step("[data-left],[data-unseen]", 1); step("[data-judged]", -1);
    if (!cards) return refill();
    cards.prepend(card);
    $(".btn-1", card).focus({preventScroll: true});
  };

  // The order: collected, announced, applied on a tap or when nobody has touched the page for a while.
  let next, since, touched = 0, finger = 0, spoke = 0, speaking;
  const bare = new Map(), dones = id("dones");
  const announce = (text) => {
    clearTimeout(speaking);
    speaking = setTimeout(() => { news.textContent = text; spoke = now(); }, Math.max(500, spoke + 3e4 - now()));
  };
  const rows = (ol) => new Map([...ol.children].map((row) => [row.dataset.no, row]));
  const moves = (order) => {  // rows outside the longest run that keeps its order, gone ones included
    const old = [...rows(list).keys()], at = order.map((no) => old.indexOf(no)), runs = [0];
    at.forEach((p, i) => runs.push(p < 0 ? 0 : 1 + Math.max(0, ...at.slice(0, i).map((b, j) => b < p ? runs[j + 1] : 0))));
    return Math.max(at.length, old.length) - Math.max(...runs);
  };
  const dress = (from) => {
    const {s, no, t, a, m, c} = from.dataset, text = from.textContent, box = d.createElement("ol");
    box.innerHTML = id(s == "approved" ? "row" : "row-" + s).innerHTML.replace(/\bID\b/g, from.id.slice(2)).replace(/\bNO\b/g, no);
    const fill = (q, text) => $$(q, box).forEach((b) => { if (text) b.textContent = text; else b.remove(); });
    const long = text.length > 500 && text;
    fill(".topic", t); fill(".answer span", a); fill(".vote .vh", ": " + text.slice(0, 60)); fill("b.n", c);
    fill(".q-body", long ? text.slice(0, 240) + "…" : text);
    fill(".rest .q-body", long);
    $(".rest", box).hidden = !long;
    if (!a && $(".answer", box)) $(".answer", box).remove();
    $(".no", box).append(m);
    return box.firstElementChild;
  };
  const arrange = (ol, order) => {
    const known = rows(ol);
    let i = 0;
    order.forEach((no) => {
      let row = known.get(no);
      const from = bare.get(no), at = ol.children[i], rank = () => $(".rk", row);
      if (from && from.dataset.s == "approved" == (ol == list) && (!row || ol == dones)) {
        const fresh = dress(from);
        if (row) row.replaceWith(fresh);
        row = fresh;
      }
      if (!row) return;
      if (ol.children[i] != row) { if (ol.moveBefore && row.isConnected) ol.moveBefore(row, at); else ol.insertBefore(row, at); }
      i++;
      known.delete(no);
      if (!rank()) return;
      row.classList.toggle("moved", rank().textContent != i);
      rank().textContent = i;
    });
    known.forEach((row) => row.remove());
  };
  const measure = () => {
    const people = $("#status data"), whole = Math.max(1, people && people.value, ...[...votes.values()].map((v) => v.n));
    $$("[data-meter]").forEach((r) => r.setAttribute("width", vote(r.dataset.meter).n * 100 / whole + "%"));
  };
  const anchor = () => [d.activeElement.closest("#qs>li,.card"), ...$$("#qs>li,.deck>li:first-child")]
    .find((row) => row && row.getBoundingClientRect().bottom > 130);
  const top = (row) => row && row.isConnected ? row.getBoundingClientRect().top : 0;
  const apply = () => {
    const focus = d.activeElement;
    arrange(list, next.order);
    if (dones) {
      arrange(dones, next.done);
      id("done").hidden = !next.done[0];
      $("#done .cnt").textContent = next.done.length;
    }
    if (id("none")) id("none").hidden = true;
    (focus == pill ? list : focus).focus({preventScroll: true});
    pill.hidden = true; next = null;
    bare.forEach((row) => paint(row.id.slice(2)));
    measure();
  };
  const take = (ol) => {
    const {order, done, total} = ol.dataset, split = (text) => text ? text.split(" ") : [], more = total - live.dataset.total;
    step("[data-left],[data-unseen]", more);
    if (id("fresh") && more > 0) id("fresh").hidden = false;
    live.dataset.total = total;
    [...ol.children].forEach((row) => {
      const key = row.id.slice(2), topic = $("#q-" + key + " .topic");
      bare.set(row.dataset.no, row);
      vote(key).n = +row.dataset.c;
      if (topic && row.dataset.t) topic.textContent = row.dataset.t;
      paint(key);
    });
    if (!list || "whole" in list.dataset) return measure();
    since = next ? since : now();
    next = {order: split(order), done: split(done)};
    const n = moves(next.order);
    if (!n) return apply();
    pill.lastElementChild.textContent = pill.dataset.text.replace("{n}", n);
    pill.hidden = false;
    announce(pill.textContent);
  };

  // The stream: quiet for a blip, said after three seconds, watched, and replaced by polling where it fails.
  let link, heard = now(), ever, tries = 0, downAt, head;
  const off = (is) => {
    const status = id("status");
    id("offline").hidden = !is;
    status.classList.toggle("live-off", is);
    if (is && !head) { head = [...status.childNodes]; status.replaceChildren(live.dataset.off + " " + new Date(heard).toTimeString().slice(0, 5)); }
    if (!is && head) { status.replaceChildren(...head); head = null; }
  };
  const down = () => { downAt = downAt || setTimeout(off, 3e3, true); };
  const alive = () => { clearTimeout(downAt); downAt = 0; off(false); };
  const poll = () => { if (now() - heard > (ever ? 5e4 : 12e3) && Math.random() < 0.5) htmx.ajax("GET", base + "/board", {source: inc, swap: "none"}); };
  const wake = () => { heard = now() - 3e4; setTimeout(() => link && link.delayCanceller && link.delayCanceller(), Math.random() * 800); };
  if (live) {
    const on = (name, fn) => live.addEventListener(name, fn);
    on("htmx:sse:before:message", () => { ever = heard = now(); tries = 0; alive(); });
    on("htmx:sse:before:connection", (e) => { link = e.detail.connection; });
    on("htmx:sse:error", down);
    const anew = () => { if (!link) { down(); setTimeout(() => link || htmx.trigger(live, "live:again"), again(tries++)); } };
    on("htmx:sse:close", () => { link = null; anew(); });
    on("htmx:finally:request", anew);
    on("counts", (e) => {
      const pairs = e.detail.data.split(" ");
      for (let i = 0; i < pairs.length; i += 2) { vote(pairs[i]).n = +pairs[i + 1]; paint(pairs[i]); }
      measure();
    });
    let mark, markAt;
    d.addEventListener("htmx:before:swap", () => { mark = now() - touched < 3e3 && anchor(); markAt = top(mark); });
    d.addEventListener("htmx:after:swap", (e) => {
      const ol = inc.firstElementChild;
      inc.textContent = "";
      scrollBy(0, top(mark) && top(mark) - markAt);  // nothing moves under a thumb
      if (e.target == inc) alive();
      if (ol) take(ol);
      const called = $("#now .q-body");
      if (called && called.textContent != said) announce($("#now .now-k").textContent + ": " + called.textContent.slice(0, 80));
      said = called && called.textContent;
    });
    let said = $("#now .q-body") && $("#now .q-body").textContent;
    setInterval(() => {
      if (d.hidden) { heard = now(); return; }
      if (next && !finger && now() - Math.max(touched, since) > 6e3) {
        const row = anchor(), at = top(row);
        apply();
        scrollBy(0, top(row) && top(row) - at);
      }
      if (now() - heard > 5e4 && link && link.reader) { link.reader.cancel(); down(); }
    }, 1e3);
    setInterval(() => d.hidden || poll(), 5e3);
    d.addEventListener("visibilitychange", () => d.hidden || wake());
    addEventListener("offline", down);
    addEventListener("online", () => {
      votes.forEach((v, key) => { v.tries = 0; send(key); });
      if (link && link.reader) link.reader.cancel();
      wake();
    });
    ["pointerdown", "pointerup", "pointercancel", "touchmove", "scroll", "keydown", "focusin"].forEach((name) => addEventListener(name, () => {
      touched = now();
      if (name[0] == "p") finger = name == "pointerdown";
    }, {passive: true, capture: true}));
  }
  d.addEventListener("click", (e) => {
    const button = e.target.closest("button"), act = button && button.formAction;
    if (!button) return;
    const key = button.id.slice(2), card = button.closest(".card");
    if (button == pill) return apply();
    if (button.matches(".vote")) want(key, vote(key).slow == "fail" ? vote(key).want : !shown(vote(key)));
    else if (card) judge(card, card.id.slice(2), act.endsWith("/vote"));
    else if (button.closest("#last") && last) undo();
    else return;
    e.preventDefault(); e.stopPropagation();
  }, true);

  window.room = {base, store, post, again, retry};
  if ($("[data-sent]")) store(":new", null);
  if ($("[data-wipe]")) try {  // votes under way, drafts of questions and of questionnaires
    Object.keys(localStorage).forEach((key) => { if (key.startsWith(base + ":")) localStorage.removeItem(key); });
  } catch { /* an in-app browser may forbid it */ }
  addEventListener("pageshow", (e) => { if (e.persisted) location.reload(); });
})();
