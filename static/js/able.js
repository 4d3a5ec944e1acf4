// Whether this browser can make a secret ballot, in words that even old ones read: what comes after holds signs (1n) that
// they would take for an error. Where something is missing nothing is loaded, and the page goes on saying what to do instead.
(function () {
  "use strict";
  var own = document.querySelector("script[data-module]"), module = document.createElement("script");
  try {
    localStorage.setItem("able", "1");  // the ballot's secret must outlive this page, or the place would be spent for nothing
    localStorage.removeItem("able");
    if (!self.BigInt || !self.crypto || !crypto.subtle || !self.fetch || !self.TextEncoder || !("noModule" in module)) return;
  } catch (e) { return; }
  module.type = "module";
  module.src = own.getAttribute("data-module");
  document.head.appendChild(module);
})();
