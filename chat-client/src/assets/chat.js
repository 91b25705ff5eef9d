"use strict";
// Shows what the program says, and asks for what somebody wants. What others wrote reaches the page through textContent
// alone. Each event is everything that is shown, so a page that has lost the program for a while needs nothing else.
(function () {
  const by = (id) => document.getElementById(id);
  /** What stands on the page, in the language of the program. */
  let words = {};

  const say = (key, values = {}) => (words[key] ?? key).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);

  /** Minutes after which a name and a time are told again. */
  const GAP = 5 * 60;
  const drafts = new Map();
  let state = null;
  let shown = null;
  let notifies = false;
  let follows = true;

  // ---- asking

  let queue = Promise.resolve();

  /** One request after the other: what is asked later is never done earlier. */
  function inTurn(request) {
    queue = queue.then(request, request);
    return queue;
  }

  async function post(address, body) {
    try {
      const answer = await fetch(address, { method: "POST", body });
      if (answer.ok) {
        return null;
      }
      const text = await answer.text();
      try {
        return JSON.parse(text);
      } catch {
        return { why: text, left: "" };
      }
    } catch {
      return { why: say("page_no_answer"), left: null };
    }
  }

  async function ask(request) {
    const unmet = await inTurn(() => post("ask", JSON.stringify(request)));
    tell(unmet?.why ?? "");
    return unmet;
  }

  function tell(problem) {
    by("problem").textContent = problem;
    by("problem").hidden = !problem;
  }

  const keyOf = (one) => (one.kind === "everyone" ? "everyone" : `${one.kind} ${one.name}`);
  const isShown = (one) => state !== null && keyOf(one) === keyOf(state.current);
  const show = (one) => ask({ ask: "show", with: one });

  // ---- building

  function element(name, properties, ...children) {
    const node = document.createElement(name);
    Object.assign(node, properties);
    node.append(...children);
    return node;
  }

  /** Makes children be these: what is there already stays, so that it keeps its focus and is read aloud once. */
  function arrange(parent, items, make, fill) {
    const old = new Map(Array.from(parent.children, (child) => [child.dataset.key, child]));
    let place = parent.firstElementChild;
    for (const item of items) {
      let node = old.get(item.key);
      old.delete(item.key);
      if (!node) {
        node = make(item);
        node.dataset.key = item.key;
      }
      fill(node, item);
      if (node === place) {
        place = place.nextElementSibling;
      } else {
        parent.insertBefore(node, place);
      }
    }
    for (const node of old.values()) {
      node.remove();
    }
  }

  const set = (node, text) => {
    if (node.textContent !== text) {
      node.textContent = text;
    }
  };

  // ---- conversations

  const nameOf = (one) => (one.with.kind === "everyone" ? say("page_everyone") : one.title);

  function conversations() {
    const items = state.conversations.map((one, index) => ({ ...one, index, key: keyOf(one.with) }));
    const make = () => {
      const button = element("button", { type: "button" }, element("span", { className: "name" }), element("span", { className: "unread" }, element("span"), element("span", { className: "hidden", textContent: ` ${say("page_unread")}` })));
      button.addEventListener("click", async () => {
        await show(button.conversation);
        by("input").focus();
      });
      return element("li", {}, button);
    };
    arrange(by("conversations"), items, make, (node, item) => {
      const button = node.firstElementChild;
      button.conversation = item.with;
      set(button.children[0], nameOf(item));
      set(button.children[1].firstElementChild, String(item.unread));
      button.children[1].hidden = item.unread === 0;
      button.title = item.index < 9 ? `Alt+${item.index + 1}` : "";
      if (isShown(item.with)) {
        button.setAttribute("aria-current", "true");
      } else {
        button.removeAttribute("aria-current");
      }
    });
  }

  // ---- messages

  const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
  const day = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
  const at = (seconds) => new Date(seconds * 1000);

  /** A colour that a name has for ever. */
  function colour(name) {
    let hash = 0x811c9dc5;
    for (const letter of name) {
      hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193) >>> 0;
    }
    return `c${((hash ^ (hash >>> 16)) >>> 0) % 6}`;
  }

  /** Every second part stands for something that would not be seen. */
  const parts = (text) => text.map((part, index) => (index % 2 === 0 ? part : element("span", { className: "escape", textContent: part })));

  function entryNode(item) {
    if (item.rule) {
      return element("div", { className: item.rule }, element("span", { textContent: item.text }));
    }
    const node = element("div", { className: `entry ${item.kind}` });
    if (item.mine) {
      node.classList.add("mine");
    }
    if (item.kind === "text" && !item.follows) {
      const name = element("span", { className: `from ${colour(item.from)}`, textContent: item.from });
      node.append(element("div", { className: "head" }, name, element("time", { dateTime: at(item.at).toISOString(), textContent: time.format(at(item.at)) })));
    }
    const text = element("div", { className: "said", dir: "auto" });
    if (item.kind === "text" && item.follows) {
      text.append(element("span", { className: "hidden", textContent: `${item.from}, ${time.format(at(item.at))}: ` }));
    }
    if (item.flagged) {
      text.append(element("strong", { className: "flag", textContent: `${say("page_flagged")} ` }));
    }
    if (item.private) {
      text.append(element("strong", { className: "flag", textContent: `${say("page_to_you_alone")} ` }));
    }
    if (item.kind === "warning") {
      text.append(element("span", { className: "hidden", textContent: `${say("page_warning")} ` }));
    }
    text.append(...parts(item.text));
    if (item.kind !== "text") {
      text.append(" ", element("time", { dateTime: at(item.at).toISOString(), textContent: time.format(at(item.at)) }));
    }
    node.append(text);
    if (item.mark) {
      node.append(element("div", { className: "mark" }, element("span", { ariaHidden: "true" }), element("span", { className: "hidden" })));
    }
    return node;
  }

  function fillEntry(node, item) {
    if (!item.mark) {
      return;
    }
    const mark = node.lastElementChild;
    mark.classList.toggle("failed", item.mark.failed);
    mark.title = item.mark.meaning;
    set(mark.children[0], item.mark.sign);
    set(mark.children[1], item.mark.meaning);
  }

  /** Entries, with the rules above them: a new day, and where what is new begins. */
  function entries() {
    const items = [];
    let before = null;
    for (const entry of state.entries) {
      const date = day.format(at(entry.at));
      let breaks = false;
      if (before === null || day.format(at(before.at)) !== date) {
        items.push({ key: `day ${entry.id}`, rule: "day", text: date });
        breaks = true;
      }
      if (entry.first_new) {
        items.push({ key: `new ${entry.id}`, rule: "new", text: say("page_new") });
        breaks = true;
      }
      const follows = !breaks && before.kind === "text" && entry.kind === "text" && before.from === entry.from && entry.at - before.at < GAP;
      items.push({ ...entry, follows, key: `${entry.id} ${follows}` });
      before = entry;
    }
    return items;
  }

  function messages() {
    const log = by("log");
    const key = keyOf(state.current);
    if (shown !== key) {
      // A conversation that is opened is not read aloud as if all of it had just come.
      log.setAttribute("aria-live", "off");
      log.replaceChildren();
      follows = true;
    } else {
      log.setAttribute("aria-live", "polite");
    }
    const height = log.scrollHeight;
    const first = log.firstElementChild?.dataset.key;
    arrange(log, entries(), entryNode, fillEntry);
    if (follows) {
      log.scrollTop = log.scrollHeight;
    } else if (log.firstElementChild?.dataset.key !== first) {
      // What somebody reads stays where it is when older entries come above it.
      log.scrollTop += log.scrollHeight - height;
    }
    by("older").hidden = !state.has_older;
  }

  by("log").addEventListener("scroll", () => {
    const log = by("log");
    follows = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  });
  new ResizeObserver(() => {
    if (follows) {
      by("log").scrollTop = by("log").scrollHeight;
    }
  }).observe(by("log"));
  by("older").addEventListener("click", () => ask({ ask: "older" }));

  // ---- the conversation that is shown

  const STATES = {
    verified: "page_state_verified",
    "first-use": "page_state_first_use",
    changed: "page_state_changed",
    invalid: "page_state_invalid",
    blocked: "page_state_blocked",
  };
  const trustOf = (one) => (STATES[one.state] ? say(STATES[one.state]) : one.state);
  const person = (name) => state.people.find((one) => one.name === name);

  function about() {
    const { kind, name } = state.current;
    if (kind === "everyone") {
      return say(state.here === 0 ? "page_nobody_here" : "page_everybody_reads");
    }
    if (kind === "room") {
      if (!state.members) {
        return say("page_not_in_room");
      }
      return say(state.members.length === 1 ? "page_alone_in_room" : "page_members_read", { number: state.members.length });
    }
    const one = person(name);
    if (!one) {
      return say("page_is_away", { name });
    }
    return say("page_for_one", { name, state: trustOf(one) });
  }

  function action(key, text, does, title = "") {
    return { key, text, does, title };
  }

  function actions() {
    const { kind, name } = state.current;
    const items = [];
    if (kind === "person") {
      items.push(action("verify", say("page_verify"), () => ask({ ask: "verify", name }), say("page_verify_how", { name })));
      if (person(name)?.blocked) {
        items.push(action("unblock", say("page_unblock"), () => ask({ ask: "unblock", name })));
      } else {
        items.push(action("block", say("page_block"), () => sure(say("page_block_title", { name }), say("page_block_text", { name }), say("page_block_yes"), () => ask({ ask: "block", name }))));
      }
    }
    if (kind === "room" && state.members) {
      items.push(action("leave-room", say("page_leave_room"), () => sure(say("page_leave_room_title", { room: `#${name}` }), say("page_leave_room_text"), say("page_leave_room_yes"), () => ask({ ask: "leave-room", room: name }))));
    }
    if (kind !== "everyone") {
      items.push(action("close", say("page_close"), () => ask({ ask: "close", with: state.current }), say("page_close_how")));
    }
    return items;
  }

  function conversation() {
    const one = state.conversations.find((one) => isShown(one.with));
    const title = one ? nameOf(one) : "";
    set(by("title"), title);
    set(by("about"), about());
    set(by("input-label"), state.current.kind === "everyone" ? say("page_message_to_everyone") : say("page_message_to", { name: title }));
    const make = () => {
      const button = element("button", { type: "button" });
      button.addEventListener("click", () => button.does());
      return button;
    };
    arrange(by("actions"), actions(), make, (button, item) => {
      button.does = item.does;
      button.title = item.title;
      set(button, item.text);
    });
    by("attach").hidden = state.current.kind !== "person";
    const key = keyOf(state.current);
    if (shown !== key) {
      by("input").value = drafts.get(key) ?? state.draft;
      grow();
      shown = key;
    }
  }

  // ---- people, rooms, files

  function people() {
    set(by("people-title"), say("page_people_here", { number: state.here }));
    const items = state.people.map((one) => ({ ...one, key: one.name }));
    const make = (item) => {
      const button = element("button", { type: "button" }, element("span", { className: `name ${colour(item.name)}`, textContent: item.name }), element("span", { className: "trust" }));
      button.addEventListener("click", async () => {
        await show({ kind: "person", name: item.name });
        by("input").focus();
      });
      return element("li", {}, button);
    };
    arrange(by("people"), items, make, (node, item) => {
      const trust = node.firstElementChild.children[1];
      set(trust, trustOf(item));
      trust.className = `trust ${item.state}`;
    });
  }

  function members() {
    const room = state.members ? state.current.name : null;
    by("members-box").hidden = room === null;
    if (room === null) {
      return;
    }
    const owns = state.members.some((one) => one.creator && one.name === state.me);
    const items = state.members.map((one) => ({ ...one, key: `${one.name} ${owns}` }));
    const make = (item) => {
      const line = element("li", {}, element("span", { textContent: item.creator ? say("page_creator", { name: item.name }) : item.name }));
      if (owns && item.name !== state.me) {
        const button = element("button", { type: "button", textContent: say("page_remove"), ariaLabel: say("page_remove_who", { name: item.name }) });
        button.addEventListener("click", () => sure(say("page_remove_title", { name: item.name }), say("page_remove_text", { name: item.name, room: `#${state.current.name}` }), say("page_remove_yes"), () => ask({ ask: "remove", room: state.current.name, name: item.name })));
        line.append(button);
      }
      return line;
    };
    arrange(by("members"), items, make, () => {});
    const others = state.people.filter((one) => !one.blocked && !state.members.some((member) => member.name === one.name));
    const options = others.map((one) => ({ key: one.name }));
    arrange(by("invited"), options, (item) => element("option", { value: item.key, textContent: item.key }), () => {});
    by("invite").hidden = options.length === 0;
  }

  const bytes = new Intl.NumberFormat();

  /** What a file waits for, or does. */
  const FILE_STATES = {
    offered: "page_file_offered",
    asked: "page_file_asked",
    checking: "page_file_checking",
    reading: "page_file_reading",
    queued: "page_file_queued",
    receiving: "page_file_receiving",
    saving: "page_file_saving",
    sending: "page_file_sending",
  };

  function aboutFile({ outgoing, with: name, state: how, size, name: file }) {
    const what = size === null ? file : say("page_size", { name: file, size: bytes.format(size) });
    if (!outgoing && how === "offered") {
      return say("page_file_offers", { name, file: what });
    }
    return say(outgoing ? "page_file_to" : "page_file_from", { name, file: what, state: FILE_STATES[how] ? say(FILE_STATES[how]) : how });
  }

  /** Offers with an answer to give, and what can be given up. */
  function transfers() {
    const items = state.files.map((one) => ({ ...one, asks: !one.outgoing && one.state === "offered" }));
    const make = ({ number, name, asks }) => {
      const line = element("li", {}, element("span"));
      for (const [text, request] of asks ? [[say("page_accept"), "accept"], [say("page_refuse"), "refuse"]] : [[say("page_cancel"), "cancel"]]) {
        const button = element("button", { type: "button", textContent: text, ariaLabel: `${text} ${name}` });
        button.addEventListener("click", () => ask({ ask: request, number }));
        line.append(button);
      }
      return line;
    };
    const keyed = items.map((one) => ({ ...one, key: `${one.number} ${one.asks}` }));
    arrange(by("files"), keyed, make, (node, item) => {
      node.classList.toggle("asks", item.asks);
      set(node.firstElementChild, aboutFile(item));
    });
  }

  function files() {
    transfers();
    const bars = state.bars.map((one, index) => ({ ...one, key: `${index} ${one.label}` }));
    const makeBar = (item) => element("li", {}, element("span", { textContent: item.label }), element("progress", { ariaLabel: item.label }));
    arrange(by("bars"), bars, makeBar, (node, item) => {
      node.lastElementChild.max = Math.max(item.size, 1);
      node.lastElementChild.value = item.done;
    });
    const received = state.received.map((one, index) => ({ ...one, key: `${index} ${one.name} ${one.at}` })).reverse();
    by("received-box").hidden = received.length === 0;
    const make = (item) => element("li", {}, element("a", { href: `received/${encodeURIComponent(item.name)}`, download: item.name, textContent: item.name }), element("span", { className: "trust", textContent: say("page_received_from", { size: bytes.format(item.size), name: item.from, time: time.format(at(item.at)) }) }));
    arrange(by("received"), received, make, () => {});
  }

  by("new-room").addEventListener("submit", async (event) => {
    event.preventDefault();
    const room = by("room-name").value.trim().replace(/^#/, "");
    if (!/^[a-z0-9_-]{1,32}$/.test(room)) {
      tell(say("page_bad_room"));
      return;
    }
    if ((await ask({ ask: "create-room", room })) === null) {
      by("room-name").value = "";
      await show({ kind: "room", name: room });
    }
  });
  by("invite").addEventListener("submit", (event) => {
    event.preventDefault();
    if (by("invited").value) {
      ask({ ask: "invite", room: state.current.name, name: by("invited").value });
    }
  });

  // ---- dialogs

  function comparison() {
    const dialog = by("compare");
    if (!state.comparison) {
      dialog.close();
      return;
    }
    const { name, number, state: trust } = state.comparison;
    set(by("compare-title"), say("page_compare_title", { name }));
    set(by("number"), number);
    by("compare-changed").hidden = trust !== "changed";
    set(by("compare-changed"), say("page_compare_changed", { name }));
    set(by("same"), say(trust === "changed" ? "page_same_trust" : "page_same"));
    if (!dialog.open) {
      dialog.showModal();
    }
  }

  const compared = (same) => ask({ ask: "compared", name: state.comparison.name, number: state.comparison.number, same });
  by("same").addEventListener("click", () => compared(true));
  by("different").addEventListener("click", () => compared(false));
  by("later").addEventListener("click", () => ask({ ask: "later" }));
  by("compare").addEventListener("cancel", () => ask({ ask: "later" }));

  function sure(title, text, yes, does) {
    by("sure-title").textContent = title;
    by("sure-text").textContent = text;
    by("sure-yes").textContent = yes;
    by("sure").does = does;
    by("sure").showModal();
    by("sure-no").focus();
  }
  by("sure-yes").addEventListener("click", () => {
    by("sure").close();
    by("sure").does();
  });
  by("sure-no").addEventListener("click", () => by("sure").close());
  by("leave").addEventListener("click", () => sure(say("page_leave_title"), say("page_leave_text"), say("page_leave"), () => ask({ ask: "leave" })));

  // ---- typing

  function grow() {
    const input = by("input");
    input.rows = Math.min(8, input.value.split("\n").length);
  }

  let saving = false;
  const unsaved = new Map();

  /** The program keeps what was begun, for a page that is loaded again. */
  async function save() {
    if (saving) {
      return;
    }
    saving = true;
    for (const [key, request] of unsaved) {
      unsaved.delete(key);
      await inTurn(() => post("ask", JSON.stringify(request)));
    }
    saving = false;
  }

  function keep(one, text) {
    drafts.set(keyOf(one), text);
    unsaved.set(keyOf(one), { ask: "draft", with: one, text });
    save();
  }

  by("input").addEventListener("input", () => {
    grow();
    keep(state.current, by("input").value);
  });
  by("input").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      by("compose").requestSubmit();
    }
  });
  by("compose").addEventListener("submit", async (event) => {
    event.preventDefault();
    const line = by("input").value;
    if (!state || state.ended || line.trim() === "") {
      return;
    }
    const one = state.current;
    by("input").value = "";
    drafts.set(keyOf(one), "");
    unsaved.delete(keyOf(one));
    grow();
    follows = true;
    const unmet = await ask({ ask: "say", with: one, line });
    const left = unmet?.left === null ? line : unmet?.left;
    if (left) {
      giveBack(one, left);
    }
  });

  /** What could not be sent is not lost, whatever was begun meanwhile. */
  function giveBack(one, line) {
    const begun = drafts.get(keyOf(one));
    const text = begun ? `${line}\n${begun}` : line;
    keep(one, text);
    if (isShown(one)) {
      by("input").value = text;
      grow();
    }
  }

  // ---- files

  async function send(files) {
    if (state?.current.kind !== "person") {
      tell(say("page_one_person"));
      return;
    }
    const to = state.current.name;
    for (const file of files) {
      const unmet = await post(`file/${encodeURIComponent(to)}/${encodeURIComponent(file.name)}`, file);
      tell(unmet ? `${file.name}: ${unmet.why}` : "");
    }
  }
  by("attach").addEventListener("click", () => by("file").click());
  by("file").addEventListener("change", async () => {
    await send(Array.from(by("file").files));
    by("file").value = "";
  });
  const main = document.querySelector("main");
  main.addEventListener("dragover", (event) => {
    event.preventDefault();
    main.classList.add("drop");
  });
  main.addEventListener("dragleave", () => main.classList.remove("drop"));
  main.addEventListener("drop", (event) => {
    event.preventDefault();
    main.classList.remove("drop");
    send(Array.from(event.dataTransfer.files));
  });

  // ---- keys

  function move(by) {
    const all = state.conversations;
    const index = all.findIndex((one) => isShown(one.with));
    show(all[(index + by + all.length) % all.length].with);
  }

  document.addEventListener("keydown", (event) => {
    if (!state || document.querySelector("dialog[open]")) {
      return;
    }
    if (event.altKey && /^Digit[1-9]$/.test(event.code)) {
      const one = state.conversations[Number(event.code.slice(5)) - 1];
      if (one) {
        event.preventDefault();
        show(one.with);
      }
    } else if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      move(event.key === "ArrowUp" ? -1 : 1);
    } else if (event.key === "Escape") {
      tell("");
      by("input").focus();
    }
  });
  by("conversations").addEventListener("keydown", (event) => {
    const step = { ArrowUp: "previousElementSibling", ArrowDown: "nextElementSibling" }[event.key];
    if (step && !event.altKey) {
      event.preventDefault();
      event.target.closest("li")[step]?.firstElementChild.focus();
    }
  });

  // ---- notifications

  by("notify").addEventListener("click", async () => {
    if (!notifies && (await Notification.requestPermission()) !== "granted") {
      tell(say("page_notifications_no"));
      return;
    }
    notifies = !notifies;
    by("notify").setAttribute("aria-pressed", String(notifies));
    set(by("notify"), say(notifies ? "page_notifications_on" : "page_notifications_off"));
  });

  /** For what is meant for this person, when nobody looks. What was written stays in the chat. */
  function notify(rings) {
    if (!notifies || state.rings <= rings || document.hasFocus()) {
      return;
    }
    const note = new Notification(say("page_notification", { name: state.me }), { tag: "chat" });
    note.addEventListener("click", () => window.focus());
  }

  // ---- the program

  function relay() {
    const { is, reason } = state.relay;
    const keys = { connecting: "page_relay_connecting", connected: "page_relay_connected", gone: "page_relay_gone" };
    set(by("relay"), say(state.ended ? "page_relay_ended" : keys[is], { reason }));
    by("relay").className = state.ended ? "gone" : is;
  }

  /** The last entry of the shown conversation that somebody may have seen. */
  let seen = null;

  /** What has come while nobody looked at this page. */
  function unseen() {
    const key = keyOf(state.current);
    if (!document.hidden || seen?.key !== key) {
      seen = { key, id: state.entries.at(-1)?.id ?? -1 };
    }
    return state.entries.filter((one) => one.id > seen.id && one.kind === "text" && !one.mine).length;
  }

  function title() {
    const unread = state.conversations.reduce((sum, one) => sum + one.unread, unseen());
    document.title = `${unread > 0 ? `(${unread}) ` : ""}${state.me} · ${say("page_chat")}`;
  }
  document.addEventListener("visibilitychange", () => state && title());

  function render(next) {
    const rings = state?.rings ?? next.rings;
    state = next;
    title();
    set(by("me"), state.me);
    relay();
    conversations();
    messages();
    conversation();
    people();
    members();
    files();
    comparison();
    notify(rings);
    if (state.ended) {
      end();
    }
  }

  function end() {
    events.close();
    for (const one of document.querySelectorAll("button, select, input")) {
      one.disabled = true;
    }
    by("input").readOnly = true;
    tell(state.ended);
  }

  let events = null;
  let isLost = false;

  function listen() {
    events = new EventSource("events");
    events.addEventListener("message", (event) => {
      if (isLost) {
        isLost = false;
        tell("");
      }
      render(JSON.parse(event.data));
    });
    events.addEventListener("error", lose);
  }

  function lose() {
    if (!state?.ended) {
      isLost = true;
      by("relay").textContent = say("page_relay_lost");
      by("relay").className = "gone";
      tell(say("page_lost"));
    }
  }

  /** The words first: whatever is shown has some. */
  async function begin() {
    const answer = await fetch("words");
    words = await answer.json();
    document.documentElement.lang = words.lang;
    for (const node of document.querySelectorAll("[data-say]")) {
      node.textContent = say(node.dataset.say);
    }
    for (const node of document.querySelectorAll("[data-label]")) {
      node.ariaLabel = say(node.dataset.label);
    }
    by("room-name").placeholder = say(by("room-name").dataset.placeholder);
    set(by("notify"), say("page_notifications_off"));
    by("input").focus();
    listen();
  }
  begin();
})();
