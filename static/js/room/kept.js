// What only this phone keeps: votes under way, drafts of questions and of questionnaires.
// Each key starts with the room's path, so two dialogues on one phone stay apart and one can be wiped alone.
// An in-app browser may forbid storage; then nothing is kept and everything else still works.

function store(key, value) {
  try {
    if (value === null) localStorage.removeItem(base + key);
    else if (value) localStorage.setItem(base + key, JSON.stringify(value));
    else return JSON.parse(localStorage.getItem(base + key));
  } catch { return null; }
}

// Other tabs of this phone hear of it and begin anew (start.js), or they would send and keep what was wiped.
function wipe(whole) {  // whole: the ballot too, with what would make it again
  const code = base.slice(3);
  try {
    localStorage.setItem(base + ":wiped", "1");
    Object.keys(localStorage).filter((key) => key.startsWith(base + ":") || whole && key.slice(2).split(":")[0] == code).forEach((key) => localStorage.removeItem(key));
  } catch { /* nothing was kept */ }
}
