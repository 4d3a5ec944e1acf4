// The clock of this browser beside the server's: what the page was stamped with, against when its first byte came. Sent along
// with each look of `Sẵn sàng chưa?`; without this file the page asks people to compare.
(() => {
  const field = document.getElementById("offset"), came = performance.getEntriesByType("navigation")[0];
  if (!field || !came) return;
  field.value = Math.round((performance.timeOrigin + came.responseStart - Number(field.dataset.clock)) / 1000);
})();
