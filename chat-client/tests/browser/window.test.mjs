// The chat in a browser, as the person in front of it meets it: real programs, a real relay, a real page.
//
// CLIENT is the client's program, RELAY the address of a relay, KEYS a directory of key stores, CHROMIUM the browser,
// SCRATCH a directory. Where PICTURES is set, the picture of the documentation is written there.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

const { CLIENT, RELAY, KEYS, CHROMIUM, SCRATCH, PICTURES = SCRATCH } = process.env;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** How long anything may take. */
const PATIENCE = 30_000;
let browser;
let people = 0;

before(async () => {
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
  });
});
after(() => browser.close());

/** A home with keys of its own. */
function home() {
  const folder = join(SCRATCH, `home-${people}`);
  mkdirSync(folder);
  copyFileSync(join(KEYS, `${String(people).padStart(2, "0")}.keys`), join(folder, "identity.keys"));
  people += 1;
  return folder;
}

/** A program, and what it prints. It ends with the test at the latest. */
function started(t, folder, ...more) {
  const child = spawn(CLIENT, [...more, "--relay", RELAY, "--home", folder], { stdio: ["pipe", "pipe", "pipe"] });
  const lines = [];
  const waiting = new Set();
  const ended = once(child, "exit");
  child.stderr.on("data", (data) => lines.push(String(data)));
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    for (const look of waiting) {
      look();
    }
  });
  t.after(() => child.kill());
  let read = 0;
  /** The next line that begins so. */
  const sees = (start) => new Promise((found, failed) => {
    const late = setTimeout(() => failed(new Error(`"${start}" was awaited, and seen was:\n${lines.join("\n")}`)), PATIENCE);
    const look = () => {
      const index = lines.findIndex((line, index) => index >= read && line.startsWith(start));
      if (index >= 0) {
        read = index + 1;
        waiting.delete(look);
        clearTimeout(late);
        found(lines[index]);
      }
    };
    waiting.add(look);
    look();
  });
  const says = (line) => child.stdin.write(`${line}\n`);
  return { child, ended, lines, sees, says, folder };
}

/** Somebody with lines for programs. */
async function plain(t, name, folder = home()) {
  const person = started(t, folder, "chat", name, "--plain", "--accept-files", "always");
  await person.sees(`ready ${name}`);
  return person;
}

/** Somebody with a window; what the page asks for and complains about is kept. */
async function windowed(t, name, folder = home(), { lang = "en", ...options } = {}) {
  const program = started(t, folder, "window", name, "--lang", lang);
  const address = (await program.sees("open http://")).slice("open ".length);
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, locale: "en-GB", timezoneId: "Europe/Berlin", ...options });
  t.after(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const requests = [];
  const complaints = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(address);
  await page.locator("#relay", { hasText: /^(connected|verbunden)$/ }).waitFor();
  return { ...program, context, page, requests, complaints, origin: new URL(address).origin };
}

const button = (page, name) => page.getByRole("button", { name, exact: true });
const conversation = (page, name) => page.getByRole("navigation", { name: "Conversations" }).getByRole("button", { name });
const unread = (page, name, count) => conversation(page, new RegExp(`^${name}\\s*${count}\\s*unread$`));
const said = (page, text) => page.locator("#log .said", { hasText: text });
const input = (page) => page.locator("#input");

async function type(page, text) {
  await input(page).fill(text);
  await input(page).press("Enter");
}

/** The mark of a text of this person. */
const mark = (page, text) => page.locator("#log .entry", { hasText: text }).locator(".mark");

test("two people chat, one of them in a window, and what others write stays text", async (t) => {
  const bob = await plain(t, "bob");
  const alice = await windowed(t, "alice");
  const { page } = alice;
  await type(page, "good morning");
  assert.equal(await bob.sees("message"), "message alice good morning");
  await page.locator("#people button", { hasText: "bob" }).click();
  await page.locator("#title", { hasText: /^bob$/ }).waitFor();
  await input(page).fill("two lines");
  await input(page).press("Shift+Enter");
  await page.keyboard.type("of one text");
  await input(page).press("Enter");
  assert.equal(await bob.sees("private"), "private alice two lines\\nof one text");
  await mark(page, "two lines").getByText("✓✓").waitFor();
  assert.equal(await input(page).inputValue(), "");
  const hostile = '<img src=x onerror="window.owned=1"></pre><script>window.owned=1</script>';
  bob.says(`/msg alice ${hostile}`);
  await said(page, hostile).waitFor();
  bob.says("/msg alice \\u{202e}fdp.exe");
  await page.locator("#log .escape", { hasText: "\\u{202e}" }).waitFor();
  assert.equal(await page.evaluate(() => window.owned), undefined);
  // Elsewhere, something unread; the draft stays where it was begun.
  await page.keyboard.type("half a tho");
  bob.says("to everyone");
  await unread(page, "everyone", 1).waitFor();
  assert.match(await page.title(), /^\(1\) alice/);
  await page.keyboard.press("Alt+Digit1");
  await said(page, "to everyone").waitFor();
  assert.equal(await input(page).inputValue(), "");
  await page.reload();
  await said(page, "to everyone").waitFor();
  await page.keyboard.press("Alt+ArrowDown");
  await page.locator("#title", { hasText: /^bob$/ }).waitFor();
  assert.equal(await input(page).inputValue(), "half a tho");
  await page.screenshot({ path: join(SCRATCH, "two.png") });
  assert.deepEqual(alice.complaints, []);
  assert.deepEqual(alice.requests.filter((url) => !url.startsWith(alice.origin)), []);
  await button(page, "Leave").click();
  await page.locator("dialog").getByRole("button", { name: "Leave", exact: true }).click();
  await page.getByRole("alert").getByText("You have left the chat").waitFor();
  assert.deepEqual(await alice.ended, [0, null]);
  await bob.sees("left alice");
});

test("rooms, files and safety numbers by buttons", async (t) => {
  const dora = await plain(t, "dora");
  const carol = await windowed(t, "carol");
  const { page } = carol;
  // A room, from its creation to the end.
  await page.getByLabel("New room").fill("team");
  await button(page, "Create").click();
  await page.locator("#title", { hasText: "#team" }).waitFor();
  await page.locator("#members li", { hasText: "carol (created it)" }).waitFor();
  await page.getByLabel("Add somebody").selectOption("dora");
  await button(page, "Add").click();
  await dora.sees("room-added #team dora carol");
  await page.locator("#members li", { hasText: "dora" }).waitFor();
  await type(page, "only for us");
  assert.equal(await dora.sees("room-message"), "room-message #team carol only for us");
  dora.says("/room say #team thanks");
  await said(page, "thanks").waitFor();
  await mark(page, "only for us").getByText("✓✓ 1").waitFor();
  await button(page, "Remove dora from the room").click();
  await button(page, "Remove").click();
  await dora.sees("room-removed #team dora");
  await page.locator("#members li", { hasText: "dora" }).waitFor({ state: "detached" });
  await button(page, "Leave the room…").click();
  await button(page, "Leave the room").click();
  await page.locator("#about", { hasText: "You are not in this room." }).waitFor();
  await button(page, "Close").click();
  await conversation(page, "#team").waitFor({ state: "detached" });
  // A file in each direction: by the button, and dropped.
  await page.locator("#people button", { hasText: "dora" }).click();
  const plan = join(SCRATCH, "my plan.txt");
  writeFileSync(plan, "the plan\n".repeat(20_000));
  await page.locator("#file").setInputFiles(plan);
  assert.match(await dora.sees("file-received carol"), /^file-received carol 180000 [0-9a-f]{64} my plan.txt$/);
  await page.locator("#log .notice", { hasText: "dora has my plan.txt" }).waitFor();
  const dropped = await page.evaluateHandle(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(["dropped here"], "../dropped.txt"));
    return transfer;
  });
  await page.locator("main").dispatchEvent("drop", { dataTransfer: dropped });
  assert.match(await dora.sees("file-received carol"), / dropped.txt$/);
  await page.locator("#log .notice", { hasText: "dora has dropped.txt" }).waitFor();
  assert.ok(!existsSync(join(carol.folder, "outgoing", "1")), "what was sent is not kept");
  const answer = join(SCRATCH, "answer.html");
  writeFileSync(answer, "<script>window.owned = 1</script>");
  dora.says(`/file carol ${answer}`);
  await button(page, "Refuse answer.html").click();
  await dora.sees("file-failed carol refused answer.html");
  // The same file again is another offer: what is shown next is that one.
  await page.locator("#files li").waitFor({ state: "detached" });
  dora.says(`/file carol ${answer}`);
  await page.locator("#files .asks", { hasText: "dora offers answer.html (33 bytes)" }).waitFor();
  assert.equal(await page.locator("#received a").count(), 0, "nothing comes before somebody says yes");
  await button(page, "Accept answer.html").click();
  await page.locator("#received a", { hasText: "answer.html" }).waitFor();
  await page.locator("#files li").waitFor({ state: "detached" });
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#received a").click()]);
  assert.equal(download.suggestedFilename(), "answer.html");
  assert.equal(readFileSync(await download.path(), "utf8"), "<script>window.owned = 1</script>");
  // The safety number is the same on both sides.
  dora.says("/verify carol");
  const [, , , number] = /^safety (\S+) (\S+) (.+)$/.exec(await dora.sees("safety carol"));
  await button(page, "Verify…").click();
  const dialog = page.getByRole("dialog", { name: "Is dora really dora?" });
  assert.equal(await dialog.locator("#number").textContent(), number);
  await page.screenshot({ path: join(SCRATCH, "verify.png") });
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  await button(page, "Verify…").click();
  await button(page, "No, different").click();
  await page.locator("#log .warning", { hasText: "The numbers differ" }).waitFor();
  await button(page, "Verify…").click();
  await button(page, "Yes, the same").click();
  await page.locator("#people .verified", { hasText: "verified" }).waitFor();
  await page.locator("#about", { hasText: /verified$/ }).waitFor();
  // Whoever is blocked is heard no more, and says so to nobody.
  await button(page, "Block…").click();
  await button(page, "Block").click();
  await page.locator("#people .blocked").waitFor();
  dora.says("/msg carol do you hear me?");
  await button(page, "Unblock").click();
  await page.locator("#people .verified").waitFor();
  dora.says("/msg carol and now?");
  await said(page, "and now?").waitFor();
  assert.equal(await said(page, "do you hear me?").count(), 0);
  assert.deepEqual(carol.complaints, []);
});

test("a day of a small group: join, room, file, leave, come back, read what was missed, verify", async (t) => {
  const nora = await plain(t, "nora");
  const gina = await windowed(t, "gina");
  const folder = home();
  const first = await windowed(t, "hugo", folder);
  await type(gina.page, "Good morning, everybody!");
  await said(first.page, "Good morning, everybody!").waitFor();
  await nora.sees("message gina Good morning");
  // A room for the three of them.
  await gina.page.getByLabel("New room").fill("trip");
  await button(gina.page, "Create").click();
  for (const name of ["hugo", "nora"]) {
    await gina.page.getByLabel("Add somebody").selectOption(name);
    await button(gina.page, "Add").click();
    await gina.page.locator("#members li", { hasText: name }).waitFor();
  }
  await nora.sees("room-added #trip nora gina");
  await conversation(first.page, /^#trip/).click();
  await type(first.page, "I have the tickets for Saturday.");
  await said(gina.page, "I have the tickets for Saturday.").waitFor();
  nora.says("/room say #trip Great, I bring the map.");
  await said(first.page, "Great, I bring the map.").waitFor();
  await mark(first.page, "I have the tickets").getByText("✓✓ 2").waitFor();
  // A file, from one window to the other.
  const plan = join(SCRATCH, "timetable.pdf");
  writeFileSync(plan, "%PDF timetable\n".repeat(9_000));
  await gina.page.locator("#people button", { hasText: "hugo" }).click();
  await gina.page.locator("#file").setInputFiles(plan);
  await gina.page.locator("#files li", { hasText: "to hugo: waits for an answer" }).waitFor();
  await button(first.page, "Accept timetable.pdf").click();
  await gina.page.locator("#log .notice", { hasText: "hugo has timetable.pdf" }).waitFor();
  await first.page.locator("#received a", { hasText: "timetable.pdf" }).waitFor();
  assert.deepEqual(readFileSync(join(folder, "downloads", "timetable.pdf")), readFileSync(plan));
  // One leaves; what is said meanwhile waits.
  await button(first.page, "Leave").click();
  await first.page.getByRole("dialog").getByRole("button", { name: "Leave", exact: true }).click();
  assert.deepEqual(await first.ended, [0, null]);
  await gina.page.locator("#about", { hasText: "hugo is not here" }).waitFor();
  await type(gina.page, "Did you find your passport?");
  await mark(gina.page, "passport").getByText("✓", { exact: true }).waitFor();
  await conversation(gina.page, /^#trip/).click();
  await type(gina.page, "We meet at nine, platform 4.");
  await nora.sees("room-message #trip gina We meet at nine");
  // The one who comes back finds everything: what was said before, and what was missed.
  const hugo = await windowed(t, "hugo", folder);
  await unread(hugo.page, "#trip", 1).click();
  await hugo.page.locator("#log .new").waitFor();
  await said(hugo.page, "We meet at nine, platform 4.").waitFor();
  await said(hugo.page, "I have the tickets for Saturday.").waitFor();
  await unread(hugo.page, "gina", 1).click();
  await said(hugo.page, "Did you find your passport?").waitFor();
  await type(hugo.page, "Yes, it was in my other coat.");
  await unread(gina.page, "hugo", 1).click();
  await said(gina.page, "in my other coat").waitFor();
  await mark(gina.page, "passport").getByText("✓✓", { exact: true }).waitFor();
  // Both see the same number, and say so.
  await button(gina.page, "Verify…").click();
  await button(hugo.page, "Verify…").click();
  const numbers = await Promise.all([gina, hugo].map(({ page }) => page.locator("#compare[open] #number").textContent()));
  assert.match(numbers[0], /^(\d{5} ){11}\d{5}$/);
  assert.equal(numbers[0], numbers[1]);
  for (const { page } of [gina, hugo]) {
    await button(page, "Yes, the same").click();
    await page.locator("#people .verified").waitFor();
  }
  await conversation(gina.page, /^#trip/).click();
  await type(gina.page, "See you on Saturday!");
  await mark(gina.page, "See you on Saturday!").getByText("✓✓ 2").waitFor();
  await hugo.page.keyboard.press("Alt+ArrowDown");
  await gina.page.screenshot({ path: join(PICTURES, "window.png") });
  assert.deepEqual([...gina.complaints, ...first.complaints, ...hugo.complaints], []);
});

test("nobody is kept out: no finding of axe in light and dark, no sideways page, the keyboard reaches all", async (t) => {
  const frank = await plain(t, "frank");
  const { page } = await windowed(t, "erika", home(), { bypassCSP: true });
  await type(page, "hello");
  await page.getByLabel("New room").fill("team");
  await button(page, "Create").click();
  await page.locator("#members li").first().waitFor();
  frank.says("is anybody here?");
  await unread(page, "everyone", 1).waitFor();
  const note = join(SCRATCH, "note.txt");
  writeFileSync(note, "a note");
  frank.says(`/file erika ${note}`);
  await button(page, "Accept note.txt").click();
  await page.locator("#received a").waitFor();
  frank.says(`/file erika ${note}`);
  await page.locator("#files .asks").waitFor();
  await type(page, "/nonsense");
  await page.locator("#log .warning").waitFor();
  await page.evaluate(axe);
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await page.evaluate(() => window.axe.run());
    await page.screenshot({ path: join(SCRATCH, `${colorScheme}.png`) });
    await page.locator("#people button").first().click();
    await button(page, "Verify…").click();
    await page.locator("#compare[open]").waitFor();
    violations.push(...(await page.evaluate(() => window.axe.run("#compare"))).violations);
    await page.screenshot({ path: join(SCRATCH, `compare-${colorScheme}.png`) });
    await page.keyboard.press("Escape");
    await page.locator("#compare").waitFor({ state: "hidden" });
    await button(page, "Block…").click();
    violations.push(...(await page.evaluate(() => window.axe.run("#sure"))).violations);
    await page.keyboard.press("Escape");
    await conversation(page, "#team").click();
    await page.locator("#members li").first().waitFor();
    assert.deepEqual(violations.map((one) => `${colorScheme} ${one.id}: ${one.nodes.map((node) => node.html).join(" ")}`), []);
  }
  for (const width of [320, 700, 1024, 1920]) {
    await page.setViewportSize({ width, height: 700 });
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `${width} px`);
    assert.ok(await input(page).isVisible() && (await input(page).boundingBox()).y < 700, `${width} px: the message box`);
    await page.screenshot({ path: join(SCRATCH, `${width}.png`) });
  }
  await page.setViewportSize({ width: 1200, height: 800 });
  // Everything that a mouse reaches, Tab reaches.
  const wanted = await page.evaluate(() => Array.from(document.querySelectorAll("a, button, input, select, textarea, [tabindex]"))
    .filter((one) => one.checkVisibility() && !one.disabled && one.type !== "file").map((one) => one.id || one.textContent));
  await page.evaluate(() => document.activeElement.blur());
  const reached = [];
  for (let n = 0; n < wanted.length + 2; n += 1) {
    await page.keyboard.press("Tab");
    reached.push(await page.evaluate(() => document.activeElement.id || document.activeElement.textContent));
  }
  assert.deepEqual(wanted.filter((one) => !reached.includes(one)), []);
  await page.keyboard.press("Escape");
  assert.equal(await page.evaluate(() => document.activeElement.id), "input");
  await page.locator("#conversations button").first().focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.locator("#conversations li:nth-child(2) [aria-current]").waitFor();
});

test("a program that was killed is missed, and notifications are asked for first", async (t) => {
  const mia = await windowed(t, "mia", home(), { permissions: ["notifications"] });
  const { page } = mia;
  const leo = await plain(t, "leo");
  await page.evaluate(() => {
    window.notes = [];
    window.Notification = class extends EventTarget {
      static requestPermission = async () => "granted";
      constructor(title) {
        super();
        window.notes.push(title);
      }
    };
    document.hasFocus = () => false;
  });
  leo.says("/msg mia the secret");
  await unread(page, "leo", 1).waitFor();
  assert.deepEqual(await page.evaluate(() => window.notes), [], "off by default");
  await button(page, "Notifications: off").click();
  await page.locator("#notify", { hasText: "Notifications: on" }).waitFor();
  await conversation(page, /^leo/).click();
  await said(page, "the secret").waitFor();
  await page.keyboard.press("Alt+Digit1");
  // They come seldom, whoever writes how much.
  for (let n = 1; (await page.evaluate(() => window.notes.length)) === 0; n += 1) {
    assert.ok(n < 1_000, "no notification");
    leo.says(`@${n} /msg mia the secret again`);
    await leo.sees(`delivered ${n} mia`);
  }
  assert.deepEqual(await page.evaluate(() => window.notes), ["Chat: something new for mia"]);
  await page.keyboard.type("not sent yet");
  mia.child.kill("SIGKILL");
  await page.getByRole("alert").getByText("The program does not answer.").waitFor();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.getElementById("input").value === "not sent yet");
});

test("the window speaks German, and says nothing in English there", async (t) => {
  const otto = await plain(t, "otto");
  const { page } = await windowed(t, "ulla", home(), { lang: "de", locale: "de-DE", bypassCSP: true });
  assert.equal(await page.evaluate(() => document.documentElement.lang), "de");
  await page.getByLabel("Neuer Raum").fill("team");
  await button(page, "Anlegen").click();
  await page.locator("#members li", { hasText: "ulla (hat ihn angelegt)" }).waitFor();
  await page.locator("#people button", { hasText: "otto" }).click();
  await type(page, "Guten Morgen!");
  await otto.sees("private ulla");
  await page.locator("#log .mark", { hasText: "vom Empfänger bestätigt" }).waitFor();
  await button(page, "Verifizieren…").click();
  await button(page, "Ja, dieselbe").click();
  await page.locator("#people .verified", { hasText: "verifiziert" }).waitFor();
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run());
  assert.deepEqual(violations.map((one) => one.id), []);
  const text = await page.evaluate(() => document.body.innerText);
  assert.doesNotMatch(text, /page_|\b(the|you|people|room|send|here|message)\b/i);
  await page.screenshot({ path: join(SCRATCH, "german.png") });
  await button(page, "Verlassen").click();
  await page.getByRole("dialog").getByRole("button", { name: "Verlassen", exact: true }).click();
  await page.getByRole("alert").getByText("Du hast den Chat verlassen").waitFor();
});
