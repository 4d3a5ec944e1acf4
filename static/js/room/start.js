// The beginning: read what the page says, listen to taps, follow the stream. It comes last, when all is defined.

// First of all: what is wiped shall not be sent.
if ($("[data-wipe]")) {
  wipe($("[data-wipe]").dataset.wipe);
  history.replaceState(null, "", base);  // once: who comes back to this page may have written anew
}
addEventListener("storage", ({key, newValue}) => {
  if (key == base + ":wiped" && newValue) location.reload();  // by another tab; what waits here goes with the page
  else if (key == base + ":votes") hearVotes();
  else if (key == base + ":poll") hearChoice();
  else if (key == base + ":asks") tellQueue();
});
arrived(":new", $("[data-sent]")?.dataset.sent);  // by a plain form

readVotes();
if (choice) sendChoice();
sendAsks();
if (live) { watchSwaps(); watchHands(); follow(); }

// Before htmx and before the form: a tap that is ours sends no form.
addEventListener("click", (event) => {
  const button = event.target.closest("button"), card = button?.closest(".card");
  if (!button) return;
  if (button == pill) apply();
  else if (polling && button.form == polling) choose(button);
  else if (button.matches(".vote")) tap(button.id.slice(2));
  else if (card) judge(card, card.id.slice(2), button.formAction.endsWith("/vote"));
  else if (button.closest("#last") && last) undo();
  else return;
  event.preventDefault();
  event.stopPropagation();
}, true);

glance();
addEventListener("htmx:after:swap", glance);
addEventListener("pagehide", tellGlances);
setInterval(() => document.hidden || tellGlances(), 15e3);

addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });  // the back button shows the old page

window.room = {base, store, post, ask, again, retry, outbox, queueAsk, arrived, fresh, pause};  // for ask.js, survey.js, box.js and answers.js
