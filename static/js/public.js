// On the page for everybody: beside an answer for which this phone keeps a token (see answers.js), a way to use it, once.
// The page knows nothing of whose phone it is: tokens lie where the room left them, and go out without any cookie.
(() => {
  const code = document.body.dataset.code, key = `/d/${code}:judge`, form = document.querySelector("[data-judge-form]");
  let tokens = {};
  try { tokens = JSON.parse(localStorage.getItem(key)) || {}; } catch { /* nothing is kept */ }
  if (!form) return;

  function save(id) {
    delete tokens[id];
    try {
      if (Object.keys(tokens).length) localStorage.setItem(key, JSON.stringify(tokens));
      else localStorage.removeItem(key);
    } catch { /* it is spent all the same */ }
  }

  async function spend(id, satisfied, box) {
    const said = box.querySelector("[data-said]"), words = form.dataset, mine = tokens[id];
    said.textContent = words.busy;
    let status = 0;
    try {
      status = (await fetch(`/p/${code}/satisfaction`, {
        method: "POST", credentials: "omit", headers: {Accept: "application/json"},
        body: new URLSearchParams({token: mine.token || mine, satisfied}),
      })).status;
    } catch { /* no line: it may have arrived */ }
    if (status != 200 && !(status == 409 && (mine.kept || mine.tried))) {
      if (!status && mine.token) mine.tried = true;
      said.textContent = status == 403 ? words.early : status == 409 ? words.lost : words.again;
      return;
    }
    save(id);
    box.querySelector("p").remove();
    said.textContent = words.done;
  }

  for (const id of Object.keys(tokens)) {
    const place = document.querySelector(`[data-judge="${CSS.escape(id)}"]`);
    if (!place) continue;
    const box = form.content.firstElementChild.cloneNode(true);
    place.append(box);
    box.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) spend(id, button.value, box);
    });
  }
})();
