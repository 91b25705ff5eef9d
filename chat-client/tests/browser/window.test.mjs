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
  const person = started(t, folder, "chat", name, "--plain");
  await person.sees(`ready ${name}`);
  return person;
}

/** Somebody with a window; what the page asks for and complains about is kept. */
async function windowed(t, name, folder = home(), options = {}) {
  const program = started(t, folder, "window", name);
  const address = (await program.sees("open http://")).slice("open ".length);
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, ...options });
  t.after(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const requests = [];
  const complaints = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(address);
  await page.locator("#relay", { hasText: /^connected$/ }).waitFor();
  return { ...program, context, page, requests, complaints, origin: new URL(address).origin };
}

const button = (page, name) => page.getByRole("button", { name, exact: true });
const conversation = (page, name) => page.getByRole("navigation", { name: "Conversations" }).getByRole("button", { name });
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
  await conversation(page, "everyone, 1 unread").waitFor();
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
