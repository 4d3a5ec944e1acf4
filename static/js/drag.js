// Rows of a list moved with a finger or a mouse by their grip; what the new place means is the caller's business. The row that
// is held stays where it is in the document and the others step around it, because moving it would end the touch.
window.dragging = (list, grip, done) => list.addEventListener("pointerdown", (e) => {
  const held = e.target.closest(grip), row = held && held.closest("li");
  if (!row || e.button) return;
  e.preventDefault();
  held.setPointerCapture(e.pointerId);
  const start = row.nextElementSibling, from = row.getBoundingClientRect().top - e.clientY;
  let y = e.clientY, shift = 0, beat;
  const middle = (other) => { const box = other.getBoundingClientRect(); return box.top + box.height / 2; };
  const move = () => {
    const place = () => row.getBoundingClientRect().top - shift, follow = () => { row.style.transform = `translateY(${shift = y + from - place()}px)`; };
    follow();
    for (let other; (other = row.previousElementSibling) && row.getBoundingClientRect().top < middle(other); follow()) row.after(other);
    for (let other; (other = row.nextElementSibling) && row.getBoundingClientRect().bottom > middle(other); follow()) row.before(other);
  };
  const scroll = () => {  // near the edges the page comes along
    const by = y < 96 ? -9 : y > innerHeight - 96 ? 9 : 0;
    if (by) { scrollBy(0, by); move(); }
    beat = requestAnimationFrame(scroll);
  };
  const follow = (event) => { y = event.clientY; move(); };
  const end = (event) => {
    cancelAnimationFrame(beat);
    held.removeEventListener("pointermove", follow);
    for (const name of ["pointerup", "pointercancel"]) held.removeEventListener(name, end);
    row.classList.remove("held");
    row.style.transform = "";
    if (event.type == "pointercancel") list.insertBefore(row, start);
    else if (row.nextElementSibling != start) done(row);
  };
  row.classList.add("held");
  held.addEventListener("pointermove", follow);
  for (const name of ["pointerup", "pointercancel"]) held.addEventListener(name, end);
  scroll();
});
