// The projector by itself: the ranking turns its pages, the timer counts down.
(() => {
  "use strict";
  const main = document.getElementById("main");
  const pages = document.getElementById("pages");
  if (!main) return;
  const PAGE = 5;
  const FIRST = 20; // seconds that the top five stand, and each of the pages after it
  const NEXT = 10;
  const ahead = Number(document.currentScript?.dataset.clock || Date.now()) - Date.now(); // of the server before this clock
  let page = 0;
  let turned = Date.now();

  // Which page is shown stands outside of what streams replace; the style sheet hides the other rows.
  const turn = () => {
    const rows = main.querySelectorAll("#stage.stage-ranking .top > li").length;
    const count = Math.ceil(rows / PAGE);
    if (page && (page >= count || Date.now() - turned >= NEXT * 1000)) {
      page = page + 1 < count ? page + 1 : 0;
      turned = Date.now();
    } else if (!page && count > 1 && Date.now() - turned >= FIRST * 1000) {
      page = 1;
      turned = Date.now();
    }
    if (count < 2) turned = Date.now();
    main.dataset.page = String(page);
    if (!pages) return;
    pages.hidden = count < 2;
    const words = { 1: page * PAGE + 1, 2: Math.min(rows, page * PAGE + PAGE), 3: rows };
    const say = pages.dataset.say.replace(/[123]/g, (n) => words[n]);
    if (pages.textContent !== say) pages.textContent = say;
  };

  const count = () => {
    for (const time of document.querySelectorAll("time[data-until]")) {
      const left = Math.ceil((Number(time.dataset.until) - Date.now() - ahead) / 1000);
      const say = left > 0 ? `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}` : time.dataset.over;
      time.classList.toggle("late", left <= 0);
      time.classList.add("run"); time.classList.toggle("soon", left > 0 && left <= 30);
      if (time.textContent !== say) time.textContent = say;
    }
  };

  const both = () => { turn(); count(); };
  new MutationObserver(both).observe(document.body, { childList: true, subtree: true });
  setInterval(both, 500);
  both();
})();
