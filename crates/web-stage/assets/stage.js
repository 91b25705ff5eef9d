"use strict";
// Shows how a play stands, and asks for what somebody wants. What programs have printed reaches
// the page through textContent alone.
(function () {
  const by = (id) => document.getElementById(id);
  /** How long the eye has before the next step, when steps follow by themselves. */
  const PAUSE = 1500;
  const people = new Map();
  let play = null;
  let taken = null;
  let running = false;
  let asked = false;
  let timer = 0;

  /** Asks; what is wrong with it is shown. */
  async function sent(address, body) {
    by("answer").textContent = "";
    try {
      const answer = await fetch(address, { method: "POST", body });
      if (!answer.ok) {
        by("answer").textContent = await answer.text();
      }
    } catch {
      by("answer").textContent = "The play does not answer.";
    }
  }

  const ask = (command) => sent("ask", JSON.stringify(command));

  /** Whoever has not scrolled up sees the last line, also when a log shrinks. */
  const stick = new ResizeObserver((all) => {
    for (const { target } of all) {
      if (target.follows) {
        toEnd(target);
      }
    }
  });

  function toEnd(log) {
    log.scrollTop = log.scrollHeight;
    log.left = log.scrollTop;
  }

  function follow(log) {
    log.follows = true;
    log.addEventListener("scroll", () => {
      // Where we left it, the log may have become smaller since; that is nobody's wish to stay behind.
      if (log.scrollTop !== log.left) {
        log.follows = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
      }
    });
    stick.observe(log);
  }

  /** Writes lines into a log; those that stand there already stay, so that they are read aloud once. */
  function write(log, lines) {
    const old = log.lines ?? [];
    const same = (shift) => old.slice(shift).every((line, n) => line.text === lines[n]?.text && line.kind === lines[n]?.kind);
    let shift = 0;
    while (shift < old.length && !same(shift)) {
      shift += 1;
    }
    for (let n = 0; n < shift; n += 1) {
      log.firstElementChild.remove();
    }
    const fresh = lines.slice(old.length - shift);
    for (const { kind, text, number } of fresh) {
      const line = document.createElement(log.tagName === "UL" ? "li" : number ? "button" : "span");
      line.className = kind;
      line.textContent = text;
      if (number) {
        line.type = "button";
        line.title = "its bytes, and what people read";
        line.addEventListener("click", () => look(number));
      }
      log.append(line);
    }
    log.lines = lines;
    if (fresh.length > 0 && log.follows) {
      toEnd(log);
    }
  }

  /** What the relay got. Nothing that a client shows stands here. */
  function passed({ number, link, to, size, hex, in_it, elsewhere }) {
    const lines = [
      { kind: "head", number, text: `#${number} ${link} → ${to ?? "relay"}   ${size}` },
      { kind: "hex", text: hex },
    ];
    if (in_it) {
      lines.push({ kind: "seen", text: `■ “${in_it}” STANDS IN IT` });
    } else if (elsewhere) {
      lines.push({ kind: "seen", text: `■ THE RELAY HAS ITS TEXT ${elsewhere}` });
    }
    return lines;
  }

  /** A record from both sides: what the relay gets, and what people read. */
  function look(number) {
    by("bytes").number = number;
    sides();
    by("bytes").showModal();
  }

  /** Of the record that is looked into; recipients may still read it. */
  function sides() {
    const record = play.passed.find((one) => one.number === by("bytes").number);
    if (!record) {
      return;
    }
    by("bytes-title").textContent = `#${record.number} ${record.link} → ${record.to ?? "relay"}, ${record.size}, ${record.kind}`;
    by("bytes-relay").replaceChildren();
    by("bytes-relay").lines = [];
    write(by("bytes-relay"), record.rows);
    const read = record.read.map(([who, what]) => [`${who} read`, what]);
    const people = [[`${record.link} typed`, record.sent ?? "nothing that a step says"], ...read];
    if (read.length === 0) {
      people.push(["nobody", "has read it yet"]);
    }
    by("bytes-people").replaceChildren(...people.flatMap(([who, what]) => [["dt", who], ["dd", what]]).map(([name, text]) => {
      const part = document.createElement(name);
      part.textContent = text;
      return part;
    }));
  }

  /** Whether the relay has what was sent last: the strongest thing on the page. */
  function answers(sought) {
    const shown = JSON.stringify(sought);
    const box = by("sought");
    // Read aloud once.
    if (box.shown === shown) {
      return;
    }
    box.shown = shown;
    box.replaceChildren(...sought.map(({ class: kind, answer, what, places }) => {
      const one = document.createElement("div");
      one.className = kind;
      for (const [name, text] of [["strong", answer], ["q", what], ...places.map((place) => ["span", place])]) {
        const line = document.createElement(name);
        line.textContent = text;
        one.append(line);
      }
      return one;
    }));
  }

  function section(name) {
    const whole = by("parts").content.cloneNode(true).querySelector("section");
    const log = whole.querySelector("pre");
    const state = document.createElement("span");
    whole.setAttribute("aria-label", name);
    log.setAttribute("aria-label", "what " + name + " shows");
    whole.querySelector("h2").append(name, " ", state);
    follow(log);
    people.set(name, { whole, log, state });
    return whole;
  }

  function relay() {
    const whole = section("relay");
    whole.className = "relay";
    for (const part of whole.querySelectorAll("form, .bar")) {
      part.remove();
    }
    const log = whole.querySelector("pre").cloneNode(false);
    const sought = document.createElement("div");
    sought.id = "sought";
    sought.setAttribute("role", "status");
    log.className = "passed";
    log.setAttribute("aria-label", "what the relay sees");
    const [sees, prints] = ["what it sees", "what it prints"].map((text) => {
      const head = document.createElement("h3");
      head.textContent = text;
      return head;
    });
    whole.querySelector("pre").before(sought, sees, log, prints);
    follow(log);
    people.get("relay").passed = log;
    return whole;
  }

  function named(label, control, text, id) {
    label.textContent = text;
    label.htmlFor = control.id = id;
  }

  function client(name, number) {
    const whole = section(name);
    const person = people.get(name);
    const [type, file] = whole.querySelectorAll("form");
    const [line, choice, to] = [type.querySelector("input"), file.querySelector("input"), file.querySelector("select")];
    named(type.querySelector("label"), line, "type as " + name, "line-" + number);
    named(file.querySelector(".choose"), choice, "a file from " + name, "file-" + number);
    named(file.querySelector(".to"), to, "for", "to-" + number);
    for (const other of play.clients.filter((other) => other !== name)) {
      to.append(new Option(other, other));
    }
    const [take, disconnect, kill] = whole.querySelectorAll(".bar button");
    Object.assign(person, { take, breaks: [disconnect, kill], typing: [...type.elements], line });
    if (play.files) {
      person.typing.push(...file.elements);
    } else {
      file.remove();
    }
    type.addEventListener("submit", (event) => {
      event.preventDefault();
      ask({ ask: "type", client: name, line: line.value });
      line.value = "";
    });
    file.addEventListener("submit", async (event) => {
      event.preventDefault();
      const chosen = choice.files[0];
      if (chosen) {
        await sent("file/" + [name, to.value, chosen.name].map(encodeURIComponent).join("/"), chosen);
        file.reset();
      } else {
        by("answer").textContent = "Choose a file first.";
      }
    });
    take.addEventListener("click", () => {
      running = false;
      taken = taken === name ? null : name;
      refresh();
      if (taken) {
        line.focus();
      }
    });
    disconnect.addEventListener("click", () => ask({ ask: "disconnect", client: name }));
    kill.addEventListener("click", () => ask({ ask: "kill", client: name }));
    return whole;
  }

  /** Everybody's place: clients side by side, the relay in the middle. */
  function set() {
    document.title = play.title;
    by("title").textContent = play.title;
    const cards = play.clients.map(client);
    const half = Math.ceil(cards.length / 2);
    const [left, right] = [cards.slice(0, half), cards.slice(half)].map((some) => {
      const side = document.createElement("div");
      side.className = "side";
      side.append(...some);
      return side;
    });
    by("people").append(left, relay(), right);
  }

  function show(state) {
    asked &&= state.done === play?.done && state.phase === play?.phase;
    const first = play === null;
    play = state;
    if (first) {
      set();
    }
    for (const participant of play.participants) {
      const person = people.get(participant.who);
      person.state.textContent = participant.state;
      person.runs = participant.runs;
      person.whole.classList.toggle("dead", participant.died);
      write(person.log, participant.lines);
    }
    answers(play.sought);
    const [has, all] = play.counters;
    const relay = people.get("relay");
    relay.whole.classList.toggle("found", has > 0);
    relay.state.textContent += all > 0 ? ` — has ${has || "none"} of ${all}` : "";
    write(people.get("relay").passed, play.passed.flatMap(passed));
    write(by("story"), play.story);
    if (by("bytes").open) {
      sides();
    }
    by("progress").textContent = play.progress;
    by("now").textContent = play.now ?? "";
    by("coming").textContent = play.coming ? "Next: " + play.coming : "";
    by("answer").textContent = play.notice ?? "";
    end(play.end);
    refresh();
  }

  function end(end) {
    if (!end || by("verdict").childElementCount > 0) {
      return;
    }
    running = false;
    taken = null;
    const link = document.createElement("a");
    Object.assign(link, { href: "report.html", target: "_blank", rel: "noopener", textContent: "Open the report" });
    const path = document.createElement("code");
    path.textContent = end.report;
    by("verdict").className = end.kind;
    const word = document.createElement("strong");
    word.textContent = `${end.shape} ${end.word}`;
    by("verdict").append(word, ` — ${end.sentence}. `, link, " ", path);
    by("lesson").textContent = end.lesson ?? "";
  }

  /** What can be done now. */
  function refresh() {
    const over = play.end !== null;
    const hand = taken || play.by_hand.length > 0;
    const [word, kind] = over ? ["OVER", "over"] : ["LIVE", hand ? "unscripted" : ""];
    by("banner").textContent = hand ? word + " · UNSCRIPTED" : word;
    by("banner").className = kind;
    const waits = play.waits && !over && !asked;
    by("step").disabled = by("repeat").disabled = !waits || taken !== null;
    by("repeat").disabled ||= play.done === 0;
    by("start").disabled = over || play.ending || taken !== null;
    by("start").textContent = running ? "Pause" : play.done === 0 ? "Start" : "Continue";
    by("stop").disabled = over || play.ending;
    for (const [who, person] of people) {
      if (!person.take) {
        continue;
      }
      const can = person.runs && !over && !play.ending;
      for (const control of person.typing) {
        control.disabled = !can || taken !== who;
      }
      person.take.disabled = !can && taken !== who;
      person.take.textContent = taken === who ? "Give back" : "Take over";
      person.take.setAttribute("aria-pressed", String(taken === who));
      for (const button of person.breaks) {
        button.disabled = !can;
      }
      person.whole.classList.toggle("taken", taken === who);
    }
    clearTimeout(timer);
    if (running && waits && taken === null) {
      timer = setTimeout(step, PAUSE);
    }
  }

  function step() {
    asked = true;
    refresh();
    ask({ ask: "step" });
  }

  function gone() {
    running = false;
    const over = play?.end;
    by("banner").textContent = over ? "OVER" : "GONE";
    by("banner").className = "over";
    by("answer").textContent = over ? "The stage is closed; this page is a frozen copy." : "The play has ended.";
    for (const control of document.querySelectorAll("button:not(dialog button, pre button), input, select")) {
      control.disabled = true;
    }
  }

  /** What comes after state number `seen`; nothing when the play has gone. */
  async function next(seen) {
    try {
      const answer = await fetch("state/" + seen);
      return answer.ok ? await answer.json() : null;
    } catch {
      return null;
    }
  }

  async function watch() {
    let seen = 0;
    for (let answer = await next(seen); answer; answer = await next(seen)) {
      seen = answer.number;
      if (answer.state) {
        show(answer.state);
      }
    }
    gone();
  }

  by("step").addEventListener("click", () => {
    running = false;
    step();
  });
  by("start").addEventListener("click", () => {
    running = !running;
    if (running && play.waits && !asked) {
      return step();
    }
    refresh();
  });
  // As in the terminal, where nothing else has the key.
  document.addEventListener("keydown", (event) => {
    const free = document.activeElement === document.body && !event.ctrlKey && !event.altKey && !event.metaKey;
    if (free && (event.key === " " || event.key === "ArrowRight") && !by("step").disabled) {
      event.preventDefault();
      by("step").click();
    }
  });
  by("repeat").addEventListener("click", () => ask({ ask: "repeat" }));
  by("stop").addEventListener("click", () => ask({ ask: "stop" }));
  by("close").addEventListener("click", () => ask({ ask: "close" }));
  watch();
})();
