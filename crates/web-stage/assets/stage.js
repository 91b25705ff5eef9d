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

  const ask = (command) => sent("/ask", JSON.stringify(command));

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
    const follows = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    for (const { kind, text } of fresh) {
      const line = document.createElement(log.tagName === "OL" ? "li" : "span");
      line.className = kind;
      line.textContent = text;
      log.append(line);
    }
    log.lines = lines;
    if (fresh.length > 0 && follows) {
      log.scrollTop = log.scrollHeight;
    }
  }

  /** What the relay got, three lines each. */
  function passed({ number, link, to, kind, len, hex, text, shown }) {
    const lines = [
      { kind: "head", text: `#${number} ${link} → ${to ?? "?"}   ${kind}, ${len} bytes` },
      { kind: "hex", text: hex },
    ];
    if (text) {
      const seen = text.elsewhere ? `■ THE RELAY HAS ITS TEXT: ${text.needle}` : `■ “${text.needle}” STANDS IN IT`;
      lines.push(text.seen ? { kind: "seen", text: seen } : { kind: "hidden", text: `“${text.needle}”: not seen in these ${len} bytes` });
    }
    return lines.concat(shown.map(([who, what]) => ({ kind: "told", text: `${who} shows: ${what}` })));
  }

  function section(name) {
    const whole = by("parts").content.cloneNode(true).querySelector("section");
    const log = whole.querySelector("pre");
    const state = document.createElement("span");
    whole.setAttribute("aria-label", name);
    log.setAttribute("aria-label", "what " + name + " shows");
    whole.querySelector("h2").append(name, " ", state);
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
    log.className = "passed";
    log.setAttribute("aria-label", "what the relay gets to see");
    const [sees, prints] = ["what it gets to see", "what it prints"].map((text) => {
      const head = document.createElement("h3");
      head.textContent = text;
      return head;
    });
    whole.querySelector("pre").before(sees, log, prints);
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
        await sent("/file/" + [name, to.value, chosen.name].map(encodeURIComponent).join("/"), chosen);
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
    by("lesson").textContent = play.lesson ?? "";
    const cards = play.clients.map(client);
    cards.splice(Math.ceil(cards.length / 2), 0, relay());
    by("people").append(...cards);
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
    write(people.get("relay").passed, play.passed.flatMap(passed));
    write(by("story"), play.story);
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
    Object.assign(link, { href: "/report.html", target: "_blank", rel: "noopener", textContent: "Open the report" });
    const path = document.createElement("code");
    path.textContent = end.report;
    by("verdict").className = end.kind;
    by("verdict").append(`${end.shape} ${end.word} — ${end.sentence}. `, link, " ", path);
  }

  /** What can be done now. */
  function refresh() {
    const over = play.end !== null;
    const [word, kind] = over ? ["OVER", "over"] : taken || play.by_hand.length > 0 ? ["UNSCRIPTED", "unscripted"] : ["LIVE", ""];
    by("banner").textContent = word;
    by("banner").className = kind;
    const waits = play.waits && !over && !asked;
    by("step").disabled = by("repeat").disabled = !waits || taken !== null;
    by("repeat").disabled ||= play.done === 0;
    by("start").disabled = over || play.ending || taken !== null;
    by("start").textContent = running ? "Pause" : play.done === 0 ? "Start" : "Go on";
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
    by("answer").textContent = over ? "The stage is closed; what stands here stays." : "The play has gone.";
    for (const control of document.querySelectorAll("button, input, select")) {
      control.disabled = true;
    }
  }

  /** What comes after state number `seen`; nothing when the play has gone. */
  async function next(seen) {
    try {
      const answer = await fetch("/state/" + seen);
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
  by("repeat").addEventListener("click", () => ask({ ask: "repeat" }));
  by("stop").addEventListener("click", () => ask({ ask: "stop" }));
  by("close").addEventListener("click", () => ask({ ask: "close" }));
  watch();
})();
