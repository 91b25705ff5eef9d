"use strict";
(function () {
  const root = document.documentElement;
  const slider = document.getElementById("moment");
  const label = document.getElementById("moment-label");
  const parts = Array.from(document.querySelectorAll("[data-s]"));
  const last = Number(slider.max);
  root.classList.add("scripted");

  function show(moment) {
    slider.value = String(moment);
    for (const part of parts) {
      const own = Number(part.dataset.s);
      part.classList.toggle("later", own > moment);
      part.classList.toggle("now", own === moment && part.tagName === "LI");
    }
    label.textContent =
      moment === 0 ? "before step 1" : moment === last ? "the end" : "after step " + moment;
    slider.setAttribute("aria-valuetext", label.textContent);
  }

  function follow() {
    const there = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!there) {
      return;
    }
    if (there.dataset.of) {
      show(Math.max(Number(slider.value), Number(there.dataset.of)));
    } else {
      const part = there.closest("[data-s]");
      if (part) {
        show(Number(part.dataset.s));
        part.scrollIntoView();
      }
    }
  }

  slider.addEventListener("input", () => show(Number(slider.value)));
  window.addEventListener("hashchange", follow);
  show(last);
  follow();
})();
