// The stage in a browser, as somebody who shows it meets it: real processes behind a real page.
//
// XTASK is the command line, REPORTS where its runs go, CHROMIUM the browser, SCRATCH a directory. Where PICTURES is set, the
// picture of the documentation is written there.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

const { XTASK, REPORTS, CHROMIUM, SCRATCH, PICTURES = SCRATCH } = process.env;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let browser;

before(async () => {
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
  });
});
after(() => browser.close());

/** A demo that waits for its page; what it prints is kept. It ends with the test at the latest. */
async function staged(t, ...more) {
  const scenario = more[0]?.includes("/") ? more.shift() : "basics/three-clients";
  const child = spawn(XTASK, ["demo", scenario, "--web", "--reports", REPORTS, ...more], { stdio: ["ignore", "pipe", "pipe"] });
  const said = [];
  child.stderr.on("data", (data) => said.push(String(data)));
  const ended = once(child, "exit");
  t.after(() => child.kill());
  const address = await new Promise((found, failed) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      said.push(line);
      const opens = /^open (http:\S+)/.exec(line);
      if (opens) {
        found(opens[1]);
      }
    });
    child.on("exit", () => failed(new Error(said.join("\n"))));
  });
  return { child, said, ended, address, ...standing(address) };
}

/** Where everything of a stage stands: below a path that nobody can guess. */
function standing(address) {
  const { origin, pathname } = new URL(address);
  const place = pathname.slice(0, pathname.indexOf("/open/"));
  return { origin, place, base: origin + place };
}

/** The page; what it asks for and complains about is kept. */
async function opened(stage, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 1000 }, ...options });
  const page = await context.newPage();
  const requests = [];
  const complaints = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("dialog", (dialog) => complaints.push(`dialog ${dialog.message()}`));
  await page.goto(stage.address);
  return { context, page, requests, complaints };
}

const card = (page, name) => page.locator(`section[aria-label="${name}"]`);
const shows = (page, name, text) => card(page, name).locator("pre").last().getByText(text).first().waitFor({ timeout: 20_000 });
const button = (page, name) => page.getByRole("button", { name, exact: true });

/** One step, from its button to its end. */
async function step(page, number) {
  await page.locator("#step:not([disabled])").click({ timeout: 30_000 });
  const progress = page.locator("#progress");
  await page.waitForFunction((number) => {
    const text = document.getElementById("progress").textContent;
    return text.startsWith(`step ${number} of`) && text.endsWith("is over") || text.startsWith("after") || text.startsWith("stopping");
  }, number, { timeout: 30_000 });
  return progress.textContent();
}

/** Any request, without a browser's good manners: status and body. */
async function asked(stage, path, { method = "GET", headers = {}, body = "" } = {}) {
  const { hostname, port } = new URL(stage.origin);
  const sent = request({ hostname, port, path: stage.place + path, method, headers });
  sent.end(body);
  const [answer] = await once(sent, "response");
  let text = "";
  for await (const part of answer) {
    text += part;
  }
  return [answer.statusCode, text];
}

/** What answers somebody who was not let in; there should be nothing. */
async function openDoors(stage) {
  const wrong = `/open/${"0".repeat(32)}`;
  const open = [];
  for (const path of [wrong, "/", "/stage.js", "/state/0", "/report.html"]) {
    const [status, body] = await asked(stage, path);
    if (status !== 403 || body.includes("alice")) {
      open.push(path);
    }
  }
  return open;
}

/** What a page of another origin gets of it, in a browser that has its cookie; it should be nothing. */
function reached(page, origin) {
  return page.evaluate(async (origin) => {
    const tried = async (path, options) => {
      try {
        const answer = await fetch(origin + path, { credentials: "include", ...options });
        return `${answer.type} ${answer.status} ${await answer.text()}`;
      } catch {
        return "nothing";
      }
    };
    const wish = { method: "POST", body: '{"ask":"step"}' };
    const loaded = (name, part) => new Promise((done) => {
      const node = document.createElement(name);
      Object.assign(node, part, { onload: () => done("loaded"), onerror: () => done("nothing") });
      document.body.append(node);
    });
    return [
      await tried("/state/0", {}),
      await tried("/ask", wish),
      await tried("/ask", { ...wish, mode: "no-cors" }),
      await loaded("script", { src: origin + "/stage.js" }),
      await loaded("link", { rel: "stylesheet", href: origin + "/stage.css" }),
    ];
  }, origin);
}

/** The same stage behind a server that checks neither token nor cookie nor origin. */
async function careless(t, stage, headers) {
  const server = createServer(async (question, answer) => {
    const asking = question.url.slice(stage.place.length);
    const path = asking.startsWith("/open/") ? "/" : asking;
    const [status, body] = await asked(stage, path, { headers });
    answer.writeHead(status, { "content-type": path.endsWith(".css") ? "text/css" : "text/javascript" }).end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const origin = `http://127.0.0.1:${server.address().port}`;
  const address = stage.address.replace(stage.origin, origin);
  return { address, ...standing(address) };
}

async function closed(stage, page) {
  await button(page, "Close the stage").click();
  const [code] = await stage.ended;
  return code;
}

test("a wrong token, another origin and a foreign host get nothing", async (t) => {
  const stage = await staged(t);
  assert.deepEqual(await openDoors(stage), []);
  // Somebody has opened it: a browser that has the cookie, and meets other pages.
  const { context, page } = await opened(stage);
  await page.locator("#step:not([disabled])").waitFor({ timeout: 30_000 });
  assert.deepEqual((await asked(stage, stage.address.slice(stage.base.length)))[0], 403, "the token works once");
  const [cookie] = await context.cookies();
  assert.equal(cookie.httpOnly && cookie.sameSite, "Strict");
  const headers = { cookie: `${cookie.name}=${cookie.value}` };
  assert.equal((await asked(stage, "/state/0", { headers }))[0], 200, "the cookie is what opens it");
  for (const host of ["evil.example", `localhost.evil.example:${new URL(stage.origin).port}`]) {
    assert.equal((await asked(stage, "/state/0", { headers: { ...headers, host } }))[0], 403, host);
  }
  // Another port of this machine is another origin, but the same site: what its page asks the stage has the cookie.
  const cookies = [];
  const other = createServer((question, answer) => {
    cookies.push(question.headers.cookie);
    answer.setHeader("content-type", "text/html").end("<title>other</title>");
  });
  other.listen(0, "127.0.0.1");
  await once(other, "listening");
  const evil = await context.newPage();
  await evil.goto(`http://127.0.0.1:${other.address().port}/`);
  assert.ok(cookies.length > 0 && cookies.every((cookie) => cookie === undefined), "a program at another port gets no cookie");
  assert.deepEqual(await reached(evil, stage.base), ["nothing", "nothing", "nothing", "nothing", "nothing"]);
  // A server that checks nothing is found out by the same looks.
  const open = await careless(t, stage, headers);
  assert.deepEqual(await openDoors(open), [`/open/${"0".repeat(32)}`, "/", "/stage.js", "/state/0", "/report.html"]);
  assert.deepEqual((await reached(evil, open.base)).slice(2), ["opaque 0 ", "loaded", "loaded"]);
  await evil.setContent(`<form method="post" enctype="text/plain" action="${stage.base}/ask"><input name='{"ask":"step","x":"' value='"}'><button>go</button></form>`);
  await Promise.all([evil.waitForNavigation(), evil.getByRole("button").click()]);
  assert.match(await evil.textContent("body"), /answers only its own page/);
  assert.match(await page.textContent("#progress"), /^ready for step 1/, "nobody else has made a step");
  other.close();
  await closed(stage, page);
  await context.close();
});

test("it is stepped to its end and says what came of it", async (t) => {
  const stage = await staged(t);
  const { context, page, requests, complaints } = await opened(stage);
  await page.locator("#banner", { hasText: /^LIVE$/ }).waitFor();
  assert.deepEqual(await page.locator("section").evaluateAll((all) => all.map((one) => one.ariaLabel)), ["alice", "bob", "relay", "manager"]);
  await step(page, 1);
  await shows(page, "bob", "alice: good morning");
  await page.locator("#sought .not-found").getByText("NOT FOUND with the relay").waitFor();
  await page.locator("#sought").getByText("on the wire, in its output, memory, files").waitFor({ timeout: 20_000 });
  assert.equal(await page.locator("#sought .found, pre.passed .seen").count(), 0);
  assert.equal(await page.textContent("#lesson"), "", "nothing is learnt yet");
  await step(page, 2);
  await shows(page, "bob", "[private] alice: the vault code");
  assert.ok(!(await card(page, "manager").textContent()).includes("[private] alice"));
  assert.ok(!(await card(page, "relay").locator("pre").allTextContents()).join().includes("the vault code"), "what clients show is no view of the relay's");
  await page.screenshot({ path: join(SCRATCH, "stage.png") });
  // A record from both sides: ciphertext for the relay, the text for its recipient.
  await card(page, "relay").locator("pre.passed button", { hasText: "alice → bob" }).last().click();
  await page.locator("#bytes-people dt", { hasText: "bob read" }).waitFor();
  assert.match(await page.textContent("#bytes-people"), /alice typed“the vault code is .*bob read“the vault code is /);
  assert.ok(!(await page.textContent("#bytes-relay")).includes("vault"));
  assert.ok((await page.locator("#bytes-relay .sealed").count()) >= 4, "ciphertext is told apart from the head");
  await page.screenshot({ path: join(SCRATCH, "bytes.png") });
  await page.keyboard.press("Escape");
  // The others follow by themselves.
  await button(page, "Continue").click();
  await page.locator("#verdict a").waitFor({ timeout: 60_000 });
  assert.match(await page.textContent("#verdict"), /^✔ PASS — \d+ checks/);
  assert.match(await page.textContent("#lesson"), /^The relay moves every byte/);
  assert.match(await page.textContent("#progress"), /^5 of 5 steps were played/);
  assert.equal(await page.textContent("#banner"), "OVER");
  const [report] = await Promise.all([context.waitForEvent("page"), page.getByRole("link", { name: "Open the report" }).click()]);
  await report.getByText("What the relay could have kept or leaked").waitFor();
  assert.match(await report.textContent("h1"), /✔ PASS/);
  await report.locator("#moment").focus();
  await report.keyboard.press("ArrowLeft");
  assert.match(await report.textContent("#moment-label"), /^after step/, "its own script runs");
  assert.deepEqual(complaints, []);
  assert.deepEqual(requests.filter((url) => !url.startsWith(stage.origin)), []);
  assert.equal(await closed(stage, page), 0, stage.said.join("\n"));
  await page.getByText("The stage is closed").waitFor();
  await context.close();
});

test("somebody types as bob, sends a file and kills a client, and it is said to be unscripted", async (t) => {
  const stage = await staged(t);
  const { context, page, complaints } = await opened(stage);
  await step(page, 1);
  await card(page, "bob").getByRole("button", { name: "Take over" }).click();
  assert.equal(await page.textContent("#banner"), "LIVE · UNSCRIPTED");
  assert.ok(await page.locator("#step").isDisabled(), "the script waits");
  assert.ok(await page.getByLabel("type as alice").isDisabled(), "one client at a time");
  await page.keyboard.type("/msg alice what if I write this by hand?");
  await page.keyboard.press("Enter");
  await page.locator("#sought .not-found q").getByText("“what if I write this by hand?”").waitFor({ timeout: 20_000 });
  const hostile = '<img src=x onerror="window.owned=1"></pre><script>window.owned=1</script>';
  await page.keyboard.type(`/say by hand ${hostile}`);
  await page.keyboard.press("Enter");
  await shows(page, "alice", `bob: by hand ${hostile}`);
  await card(page, "bob").locator(".by-hand").first().waitFor();
  assert.equal(await page.evaluate(() => window.owned), undefined);
  const file = join(SCRATCH, "my plan.txt");
  writeFileSync(file, "the plan\n".repeat(100));
  await page.getByLabel("a file from bob").setInputFiles(file);
  await card(page, "bob").getByLabel("for", { exact: true }).selectOption("alice");
  await card(page, "bob").getByRole("button", { name: "Send file" }).click();
  await shows(page, "alice", "* bob sent my_plan.txt (900 bytes), saved");
  await card(page, "manager").getByRole("button", { name: "Kill" }).click();
  await card(page, "manager").locator("h2", { hasText: /signal 9.*by hand/ }).waitFor({ timeout: 20_000 });
  await shows(page, "alice", "* manager left");
  assert.ok(await card(page, "manager").getByRole("button", { name: "Kill" }).isDisabled());
  await card(page, "bob").getByRole("button", { name: "Give back" }).click();
  assert.equal(await page.textContent("#banner"), "LIVE · UNSCRIPTED", "it stays what it is");
  await page.screenshot({ path: join(SCRATCH, "unscripted.png"), fullPage: true });
  await button(page, "End the play here").click();
  await page.locator("#verdict a").waitFor({ timeout: 60_000 });
  assert.doesNotMatch(await page.textContent("#verdict"), /PASS/);
  assert.deepEqual(complaints, []);
  assert.notEqual(await closed(stage, page), 0);
  await context.close();
});

test("the relay that reads along is shown reading", async (t) => {
  const stage = await staged(t, "--relay", "nosy");
  const { context, page } = await opened(stage);
  await step(page, 1);
  await page.locator("#sought .found").getByText("FOUND: the relay has it").waitFor();
  await page.locator("#sought").getByText(/^in its files: relay\.log/).waitFor({ timeout: 20_000 });
  await page.keyboard.press("Space");
  await page.locator("#sought q").getByText("“the vault code is").waitFor({ timeout: 20_000 });
  await page.locator("#sought .found").getByText(/^in its output: “relay-.*the vault code is/).waitFor();
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.screenshot({ path: join(PICTURES, "browser.png") });
  await button(page, "Continue").click();
  await page.locator("#verdict a").waitFor({ timeout: 90_000 });
  assert.match(await page.textContent("#verdict"), /^■ PLAINTEXT/);
  assert.match(await page.textContent("#lesson"), /^refuted by this play: /);
  assert.equal(await closed(stage, page), 3);
  await context.close();
});

test("four clients and the relay stand on one screen at 1024 pixels, the relay in the middle", async (t) => {
  const stage = await staged(t, "basics/five-people");
  const { context, page } = await opened(stage, { viewport: { width: 1024, height: 768 } });
  await page.locator("#step:not([disabled])").waitFor({ timeout: 30_000 });
  const boxes = await page.locator("section").evaluateAll((all) => all.map((one) => {
    const { left, right, bottom } = one.getBoundingClientRect();
    return { name: one.ariaLabel, left, right, bottom };
  }));
  const relay = boxes.find((one) => one.name === "relay");
  for (const box of boxes) {
    assert.ok(box.bottom <= 768, `${box.name} ends at ${box.bottom}`);
    assert.ok(box.name === "relay" || box.right <= relay.left || box.left >= relay.right, box.name);
  }
  assert.ok(boxes.some((one) => one.right <= relay.left) && boxes.some((one) => one.left >= relay.right));
  const size = await page.locator("pre").first().evaluate((one) => parseFloat(getComputedStyle(one).fontSize));
  assert.ok(size >= 15, `${size} px`);
  await page.screenshot({ path: join(SCRATCH, "five.png") });
  await closed(stage, page);
  await context.close();
});

test("nobody is kept out: no finding of axe in light and dark, no sideways page", async (t) => {
  const stage = await staged(t);
  const { context, page } = await opened(stage, { bypassCSP: true });
  await step(page, 1);
  await card(page, "bob").getByRole("button", { name: "Take over" }).click();
  await page.evaluate(axe);
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await page.evaluate(() => window.axe.run());
    await card(page, "relay").locator("pre.passed button").last().click();
    violations.push(...(await page.evaluate(() => window.axe.run("dialog"))).violations);
    await page.keyboard.press("Escape");
    assert.deepEqual(violations.map((one) => `${colorScheme} ${one.id}: ${one.nodes[0].html}`), []);
    await page.screenshot({ path: join(SCRATCH, `${colorScheme}.png`), fullPage: true });
  }
  for (const width of [320, 1024, 1920]) {
    await page.setViewportSize({ width, height: 900 });
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `${width} px`);
  }
  await closed(stage, page);
  await context.close();
});
