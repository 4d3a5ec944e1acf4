// The others at the table. What they do comes by the stream; this says what is read here, and puts both beside the jobs.
// All of it only adds: the list above the queue is on the page without it.
(() => {
  const byId = (name) => document.getElementById(name);
  const here = byId("here"), people = byId("people"), queue = byId("queue");
  if (!here || !people || !queue) return;
  const EVERY = 5000, GONE = 45000, NEWS = 8000;  // milliseconds: between two words of ours, until nobody is at this page, of a decision
  const { me, passing } = here.dataset;
  const passes = matchMedia("(max-width:47.99em)").matches ? here.dataset.touch : here.dataset.passes;  // there is no H to press
  const ahead = Number(here.dataset.clock) * 1000 - Date.now();  // of the server's clock
  let told, last = 0, active = Date.now(), later;

  // 1 What is read here: the chosen job, while somebody is at the page.
  const reading = () => (document.hidden || Date.now() - active > GONE ? "" : queue.querySelector(".job-on")?.id.slice(2) || "");
  function tell() {
    clearTimeout(later);
    later = 0;
    told = here.elements.reading.value = reading();
    here.elements.whole.value = byId("offline")?.hidden === false ? "1" : "";
    last = Date.now();
    htmx.trigger(here, "tell");
  }
  const soon = () => { if (!later && reading() !== told) later = setTimeout(tell, Math.max(150, 600 - (Date.now() - last))); };
  for (const name of ["keydown", "pointerdown", "pointermove", "scroll", "focus"]) {
    addEventListener(name, () => { active = Date.now(); soon(); }, { passive: true, capture: true });
  }
  new MutationObserver(soon).observe(queue, { subtree: true, attributeFilter: ["class"] });
  document.addEventListener("visibilitychange", tell);

  // 2 What others read, and when what passes by itself: a line in the job itself.
  function line(id, kind, text) {
    const job = byId("q-" + id);
    if (!job || !queue.contains(job)) return;
    let found = job.querySelector(":scope > ." + kind);
    if (!found) {
      found = document.createElement("p");
      found.className = kind + " xs wide";
      job.prepend(found);
    }
    if (found.textContent !== text) found.textContent = text;
    found.dataset.kept = "";
  }
  function paint() {
    const now = Date.now();
    people.querySelectorAll(`[data-who="${me}"]`).forEach((one) => one.remove());
    people.querySelectorAll(".deed").forEach((one) => { one.dataset.seen ||= now; if (now - one.dataset.seen > NEWS) one.remove(); });
    const says = {};
    for (const { dataset } of people.querySelectorAll("[data-question]")) (says[dataset.question] ||= []).push(dataset.says);
    for (const id in says) line(id, "reads", says[id].join(" · "));
    for (const { dataset } of people.querySelectorAll("[data-passes]")) {
      const left = Math.ceil(dataset.due - (now + ahead) / 1000);
      line(dataset.passes, "passes", left > 0 ? passes.replace("{n}", left) : passing);
    }
    for (const one of queue.querySelectorAll(".reads,.passes")) "kept" in one.dataset ? delete one.dataset.kept : one.remove();
  }
  new MutationObserver(paint).observe(people, { childList: true, subtree: true });

  // 3 One field in a job's box of further acts, and Enter in it: as with the reason.
  queue.addEventListener("keydown", (event) => {
    if (event.code !== "Enter" || event.isComposing || event.keyCode === 229 || !event.target.name?.startsWith("sentence-")) return;
    event.preventDefault();
    event.stopPropagation();
    event.target.closest(".job").querySelector("[data-act=ask_back]").click();
  });

  byId("second").addEventListener("click", (event) => { if (event.target.closest("[data-close]")) byId("second").replaceChildren(); });
  setInterval(() => { paint(); if (!document.hidden && Date.now() - last > EVERY) tell(); }, 1000);
  paint();
  setTimeout(tell, 300);
})();
