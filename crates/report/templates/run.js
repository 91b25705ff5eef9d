"use strict";
// Leads on from the page of a play to that of the next one that did not pass.
(function () {
  const place = document.getElementById(location.hash.slice(1));
  const link = place?.closest("tr")?.querySelector("th a");
  if (link && location.hash.startsWith("#after-")) {
    location.replace(link.href);
  }
})();
