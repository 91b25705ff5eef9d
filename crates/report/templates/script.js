"use strict";
(function () {
  const by = (id) => document.getElementById(id);
  const [slider, label, run, copy, viewer] = ["moment", "moment-label", "run", "copy", "viewer"].map(by);
  const [list, diagram, records] = ["list", "diagram", "records"].map(by);
  const parts = Array.from(document.querySelectorAll("[data-s]"));
  const terminals = Array.from(document.querySelectorAll(".participants pre"));
  const last = Number(slider.max);
  /** Of each moment, the record that says most: what leaked, else what was passed on. */
  const loudest = new Map();
  const weight = (arrow) => ["control", "unknown", "sealed", "open"].findIndex((one) => arrow.classList.contains(one));
  let chosen = [];
  let timer = 0;
  document.documentElement.classList.add("scripted");

  for (const arrow of document.querySelectorAll("a.arrow")) {
    const known = loudest.get(arrow.dataset.s);
    if (!known || weight(arrow) > weight(known)) {
      loudest.set(arrow.dataset.s, arrow);
    }
  }

  /** Everything in one view. */
  const is_viewer = () => getComputedStyle(viewer).display === "grid";

  /** Scrolls a box, and never the page, so that a part of it is seen. */
  function reveal(box, part) {
    const [outer, inner] = [box.getBoundingClientRect(), part.getBoundingClientRect()];
    if (inner.top < outer.top + 24 || Math.min(inner.bottom, inner.top + 60) > outer.bottom) {
      box.scrollTop += inner.top - outer.top - 24;
    }
  }

  function choose(record) {
    for (const part of chosen) {
      part.classList.remove("chosen");
    }
    const arrow = record && diagram.querySelector(`a[href="#${record.id}"]`);
    chosen = [record, arrow].filter(Boolean);
    for (const part of chosen) {
      part.classList.add("chosen");
    }
    records.scrollTop = 0;
    if (arrow && is_viewer()) {
      reveal(diagram, arrow);
    }
    const found = record?.querySelector("mark");
    if (found && is_viewer()) {
      reveal(records, found);
    }
  }

  function show(moment) {
    slider.value = String(moment);
    for (const part of parts) {
      const own = Number(part.dataset.s);
      const is_now = own === moment && (part.tagName === "LI" || part.classList.contains("moment"));
      part.classList.toggle("later", own > moment);
      part.classList.toggle("now", is_now);
      if (is_now && is_viewer()) {
        reveal(part.tagName === "LI" ? list : diagram, part);
      }
    }
    for (const terminal of terminals) {
      terminal.scrollTop = terminal.scrollHeight;
    }
    label.textContent =
      moment === 0 ? "before step 1" : moment === last ? "the end" : "after step " + moment;
    slider.setAttribute("aria-valuetext", label.textContent);
  }

  /** A moment, and what passed then. */
  function go(moment) {
    show(moment);
    const arrow = loudest.get(String(moment));
    if (arrow) {
      choose(by(arrow.getAttribute("href").slice(1)));
    }
  }

  function follow() {
    const there = by(decodeURIComponent(location.hash.slice(1)));
    const part = there?.closest("[data-s]");
    if (there?.dataset.of) {
      show(Math.max(Number(slider.value), Number(there.dataset.of)));
      choose(there);
    } else if (part) {
      go(Number(part.dataset.s));
      reveal(part.parentElement, part);
    } else {
      return;
    }
    (is_viewer() ? viewer : there).scrollIntoView();
  }

  function pause() {
    clearInterval(timer);
    timer = 0;
    run.textContent = "▶ Play";
  }

  /** A step a second, from the first on where the last was shown. */
  function play() {
    const next = () => {
      go(Number(slider.value) + 1);
      if (Number(slider.value) === last) {
        pause();
      }
    };
    go(Number(slider.value) === last ? 0 : Number(slider.value) + 1);
    timer = setInterval(next, 1000);
    run.textContent = "❚❚ Pause";
  }

  run.addEventListener("click", () => (timer ? pause() : play()));
  slider.addEventListener("input", () => {
    pause();
    go(Number(slider.value));
  });
  copy.addEventListener("click", async () => {
    const text = by("repeat");
    getSelection().selectAllChildren(text);
    try {
      await navigator.clipboard.writeText(text.textContent);
      copy.textContent = "Copied";
    } catch {
      copy.textContent = "Press Ctrl-C";
    }
  });
  window.addEventListener("hashchange", () => {
    pause();
    follow();
  });
  const first = document.querySelector("a.arrow.open") ?? document.querySelector("a.arrow.sealed") ?? document.querySelector("a.arrow");
  show(last);
  choose(first ? by(first.getAttribute("href").slice(1)) : null);
  list.scrollTop = 0;
  // Before that, the browser itself goes where the address leads.
  window.addEventListener("load", follow);
})();
