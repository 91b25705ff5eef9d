// The report page, as a person meets it: in a browser, from a directory, without a network.
//
// PAGE is a page of a play that passed, RUN that of its run, GRADES a directory of grades, LOAD the page of a load, LEAK one of a play in which plaintext
// was seen, FAILED the link that was printed for a step that failed, MANY one of 2 000 messages, MORE one of 9 000; in both, everybody prints what would be
// a script. CHROMIUM is the browser. Where PICTURES is set, the picture of the documentation is written there.

import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

const { PAGE, RUN, GRADES, LOAD, LEAK, FAILED, MANY, MORE, CHROMIUM, SCRATCH, PICTURES = SCRATCH } = process.env;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let browser;

before(async () => {
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
  });
});
after(() => browser.close());

/** Opens a file; what the page asks for and complains about is kept. */
async function open(file, { hash = "", ...options } = {}) {
  const context = await browser.newContext({ offline: true, ...options });
  const page = await context.newPage();
  const requests = [];
  const complaints = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("dialog", (dialog) => complaints.push(`dialog ${dialog.message()}`));
  await page.goto(pathToFileURL(file).href + hash);
  return { page, requests, complaints, done: () => context.close() };
}

/** A copy of the page with something changed. */
function mutant(change, file = PAGE) {
  const path = join(SCRATCH, `mutant-${process.hrtime.bigint()}.html`);
  const text = readFileSync(file, "utf8");
  const changed = change(text);
  assert.notEqual(changed, text, "the mutation changes nothing");
  writeFileSync(path, changed);
  return path;
}

/** Whether a page asks for itself alone, and says nothing to the console. */
async function isAlone(file) {
  const { requests, complaints, done } = await open(file);
  await done();
  return complaints.length === 0 && requests.length === 1 && requests[0] === pathToFileURL(file).href;
}

for (const [name, file] of [["of a play", PAGE], ["of a run", RUN]]) {
  test(`the page ${name} asks for itself alone and says nothing to the console, and an outside link is found out`, async () => {
    assert.ok(await isAlone(file));
    for (const planted of [
      '<link rel="stylesheet" href="https://example.org/x.css">',
      '<script src="https://example.org/x.js"></script>',
      '<img src="https://example.org/x.png" alt="">',
    ]) {
      const linked = mutant((text) => text.replace("</head>", `${planted}</head>`), file);
      assert.ok(!(await isAlone(linked)), planted);
      // Nor does it help to take the policy away, which complains of it.
      assert.ok(!(await isAlone(mutant(unguarded, linked))), planted);
    }
  });
}

/** Without its policy. */
function unguarded(text) {
  return text.replace(/<meta http-equiv="Content-Security[^>]*>/, "");
}

/** Whether what somebody plants on a page is refused there. */
async function isGuarded(file) {
  const planted = '<script src="https://example.org/x.js"></script><script>window.owned = 1</script><img src="https://example.org/x.png">';
  const { page, complaints, done } = await open(mutant((text) => text.replace("</main>", `${planted}</main>`), file));
  const owned = await page.evaluate(() => window.owned);
  await done();
  return owned === undefined && complaints.length >= 3;
}

test("a script and a picture of somebody else are refused by the policy, and a page without one is found out", async () => {
  assert.ok(await isGuarded(PAGE));
  assert.ok(!(await isGuarded(mutant(unguarded))));
});

test("the link that is printed for a failing step opens the page at that step", async () => {
  const [path, step] = FAILED.split("#");
  const isThere = async (file) => {
    const { page, complaints, done } = await open(file, { hash: `#${step}`, viewport: { width: 1280, height: 400 } });
    const [inView, chosen, text] = await page.evaluate((step) => {
      const part = document.getElementById(step);
      const top = part?.getBoundingClientRect().top ?? -1;
      return [top >= 0 && top < window.innerHeight, part?.classList.contains("now") ?? false, part?.textContent ?? ""];
    }, step);
    const shown = [await page.textContent("#moment-label"), await page.locator("#moment").inputValue()];
    await done();
    assert.deepEqual(complaints, []);
    const number = step.slice(1);
    return inView && chosen && text.includes("✘ FAIL") && shown.join() === `after step ${number},${number}`;
  };
  assert.ok(await isThere(path));
  const elsewhere = mutant((text) => text.replace(`id="${step}"`, 'id="somewhere"'), path);
  assert.ok(!(await isThere(elsewhere)));
});

test("without scripts, verdict, evidence, diagram, steps and transcripts are there", async () => {
  const { page, done } = await open(PAGE, { javaScriptEnabled: false, hash: "#m1" });
  for (const text of ["PASS", "Repeat it", "not seen", "Terminals", "What the words mean"]) {
    assert.ok(await page.getByText(text).first().isVisible(), text);
  }
  assert.ok((await page.locator("svg a.arrow").count()) > 10);
  assert.ok(await page.locator("#m1").isVisible(), "a record opens by its link alone");
  assert.ok(await page.locator("#participant-bob").isVisible());
  await done();
});

test("a record shows the very bytes that passed", async () => {
  const { page, done } = await open(PAGE);
  const arrow = page.locator("svg a.arrow.sealed").first();
  const target = (await arrow.getAttribute("href")).slice(1);
  await arrow.focus();
  await page.keyboard.press("Enter");
  const record = page.locator(`#${target}`);
  assert.ok(await record.isVisible());
  const timeline = readFileSync(join(PAGE, "../timeline.jsonl"), "utf8").trim().split("\n").map((line) => JSON.parse(line));
  const frames = timeline.filter((event) => event.kind.is === "frame").map((event) => event.kind);
  const frame = frames[Number(target.slice(1)) - 1];
  const wire = readFileSync(join(PAGE, `../wire/${frame.link}.${frame.direction}`));
  const rows = (await record.locator("pre.hex").textContent()).trimEnd().split("\n").filter((row) => !row.includes("are left out"));
  assert.ok(rows.length > 2, rows.join());
  for (const row of rows) {
    const [, offset, hex] = /^([0-9a-f]{4,}) {2}((?:[0-9a-f]{2} ?)+)/.exec(row.trim());
    const bytes = Buffer.from(hex.replaceAll(" ", ""), "hex");
    const at = frame.at + Number.parseInt(offset, 16);
    assert.deepEqual(bytes, wire.subarray(at, at + bytes.length), row);
  }
  await done();
});

test("the slider and the address show every terminal as it stood then", async () => {
  const { page, done } = await open(PAGE, { hash: "#s1" });
  const visible = () => page.locator("#participant-bob span:visible").allTextContents();
  const first = await visible();
  assert.ok(first.some((line) => line.startsWith("message alice")), first.join(""));
  assert.ok(!first.some((line) => line.startsWith("private alice")), first.join(""));
  await page.locator("#moment").focus();
  await page.keyboard.press("ArrowRight");
  const second = await visible();
  assert.ok(second.some((line) => line.startsWith("private alice")), second.join(""));
  assert.equal(await page.locator("#moment-label").textContent(), "after step 2");
  await done();
});

test("grades ask for themselves alone, keep nobody out, and lead from the overview to each submission", async () => {
  const names = readdirSync(GRADES, { recursive: true }).filter((name) => name.endsWith(".html") && !name.startsWith("plays/"));
  assert.ok(["index.html", "matrix.html", "submissions/bob/instructor.html", "submissions/hal/feedback.html"].every((name) => names.includes(name)), names.join());
  for (const file of names.map((name) => join(GRADES, name))) {
    assert.ok(await isAlone(file), file);
    for (const colorScheme of ["light", "dark"]) {
      const { page, done } = await open(file, { colorScheme, viewport: { width: 1024, height: 900 }, bypassCSP: true });
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run());
      assert.deepEqual(violations.map((one) => `${one.id}: ${one.nodes[0].html}`), []);
      await done();
    }
  }
  for (const [hash, shown] of [["", 2], ["#missing", 2], ["#decide", 0]]) {
    const { page, done } = await open(join(GRADES, "index.html"), { hash });
    assert.equal(await page.locator("tr.one:visible").count(), shown, hash);
    await done();
  }
  const { page, done } = await open(join(GRADES, "index.html"));
  await page.getByRole("link", { name: "bob" }).click();
  await page.getByRole("heading", { name: /The relay cannot read a private message/ }).waitFor();
  await done();
});

/** What the window shows of an element, in pixels from its top. */
const seen = (page, selector) =>
  page.locator(selector).first().evaluate((part) => {
    const { top, bottom, height } = part.getBoundingClientRect();
    return { top, bottom, whole: height > 0 && top >= 0 && bottom <= window.innerHeight };
  });

test("the first screen says why, and leads to the step", async () => {
  const [path, step] = FAILED.split("#");
  const says = async (file) => {
    const { page, done } = await open(file, { viewport: { width: 1280, height: 800 } });
    const causes = page.locator("header .causes");
    const reason = (await causes.count()) === 1 && (await seen(page, "header .causes")).whole && (await causes.textContent());
    const facts = await page.locator("header .facts").textContent();
    const leads = reason && (await causes.locator(`a[href="#${step}"]`).count()) > 0;
    await done();
    return leads && /no line from alice for [0-9.]+ s/.test(reason) && /started.*UTC.*machine.*commit/.test(facts);
  };
  assert.ok(await says(path));
  assert.ok(!(await says(mutant((text) => text.replace(/<ul class="causes">.*?<[/]ul>/s, ""), path))));
});

test("slider, diagram, bytes, steps and terminals are seen together, and names of lanes stay", async () => {
  for (const [width, height] of [[1280, 800], [1920, 1080]]) {
    const { page, done } = await open(PAGE, { hash: "#s3", viewport: { width, height } });
    for (const part of ["#moment", "#diagram", "#records", ".record.chosen h3", "#list", "#s3", "#terminals", "#participant-bob"]) {
      assert.ok((await seen(page, part)).whole, `${part} at ${width} px`);
    }
    const heads = () => page.evaluate(() => {
      const box = document.getElementById("diagram");
      box.scrollTop = box.scrollHeight;
      return [box.scrollTop > 100, document.querySelector(".heads").getBoundingClientRect().top - box.getBoundingClientRect().top];
    });
    assert.deepEqual(await heads(), [true, 0]);
    await done();
  }
});

test("what was found is marked in the bytes and on the relay's terminal, and findings lead there", async () => {
  const { page, done } = await open(LEAK, { viewport: { width: 1280, height: 800 } });
  await page.screenshot({ path: join(PICTURES, "report.png"), fullPage: true, clip: { x: 0, y: 0, width: 1280, height: 1200 } });
  const findings = page.locator("section[aria-labelledby=h-evidence] li a");
  const leads = await findings.evaluateAll((links) => links.map((link) => [link.textContent, link.getAttribute("href")]));
  const [words, wire] = leads.find(([, href]) => href.startsWith("#m"));
  const [, line] = leads.find(([, href]) => href.startsWith("#line-"));
  const text = (await page.locator("details code").allTextContents())
    .map((planted) => planted.match(/^(canary [^ ]+) of step [^:]+: (.*)$/))
    .find((planted) => planted && words.startsWith(planted[1]))[2];
  await page.locator(`a[href="${wire}"]`).last().click();
  const marks = page.locator(`${wire} mark`);
  assert.ok((await marks.first().isVisible()) && (await seen(page, `${wire} mark`)).whole);
  const marked = (await marks.allTextContents()).filter((_, n) => n % 2 === 0);
  const bytes = Buffer.from(marked.join(" ").replaceAll(" ", ""), "hex").toString();
  assert.ok(bytes.includes(text), `${bytes} holds ${text}`);
  await page.locator(`a[href="${line}"]`).first().click();
  assert.ok((await seen(page, `${line} mark`)).whole);
  await done();
});

test("the play is shown step by step by itself, and stops where somebody wants it to", async () => {
  const { page, done } = await open(PAGE);
  const last = Number(await page.locator("#moment").getAttribute("max"));
  const moment = async () => Number(await page.locator("#moment").inputValue());
  await page.clock.install({ time: 0 });
  await page.clock.pauseAt(1000);
  await page.locator("#run").click();
  assert.equal(await moment(), 0);
  await page.clock.runFor(2500);
  assert.equal(await moment(), 2);
  await page.locator("#run").click();
  await page.clock.runFor(5000);
  assert.equal(await moment(), 2);
  await page.locator("#run").click();
  await page.clock.runFor((last + 3) * 1000);
  assert.equal(await moment(), last);
  assert.match(await page.locator("#run").textContent(), /Play/);
  await done();
});

test("the line that plays it again is copied", async () => {
  const { page, done } = await open(PAGE, { permissions: ["clipboard-read", "clipboard-write"] });
  await page.locator("#copy").click();
  await page.getByText("Copied").waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(copied, await page.locator("#repeat").textContent());
  assert.match(copied, /^cargo xtask test /);
  await done();
});

test("a page leads back to its run and on to the next failure", async () => {
  const [path] = FAILED.split("#");
  const { page, done } = await open(path);
  await page.getByRole("link", { name: "all plays of this run" }).click();
  const links = page.locator("th a");
  assert.equal(await links.count(), 2);
  const [first, second] = await links.evaluateAll((links) => links.map((link) => link.href));
  await links.first().click();
  assert.equal(page.url(), first);
  await page.getByRole("link", { name: "next failure" }).click();
  await page.waitForURL(second);
  await page.getByRole("link", { name: "next failure" }).click();
  assert.ok(await page.getByText("No play after that one failed.").last().isVisible());
  await done();
});

test("nobody is kept out: no finding of axe in light and dark, no sideways page, the keyboard reaches all", async () => {
  for (const [colorScheme, file] of ["light", "dark"].flatMap((scheme) => [RUN, LOAD, LEAK, FAILED.split("#")[0]].map((file) => [scheme, file]))) {
    const { page, done } = await open(file, { colorScheme, viewport: { width: 1280, height: 800 }, bypassCSP: true });
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => window.axe.run());
    assert.deepEqual(violations.map((one) => `${one.id}: ${one.nodes[0].html}`), [], file);
    await done();
  }
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [320, 1280, 1920]) {
      const { page, done } = await open(PAGE, { colorScheme, viewport: { width, height: 900 }, bypassCSP: true });
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `${width} px`);
      if (width === 1280) {
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => window.axe.run());
        assert.deepEqual(violations.map((one) => `${one.id}: ${one.nodes[0].html}`), []);
      }
      await done();
    }
  }
  const { page, done } = await open(PAGE);
  const pdf = await page.pdf();
  assert.ok(pdf.length > 10_000);
  await done();
});

test("what passed and what leaked differ in word, shape and look", async () => {
  const looks = [];
  for (const file of [PAGE, LEAK]) {
    const { page, done } = await open(file);
    const verdict = page.locator("h1 .verdict");
    looks.push([await verdict.textContent(), (await verdict.screenshot()).toString("base64")]);
    await done();
  }
  assert.match(looks[0][0], /✔ PASS/);
  assert.match(looks[1][0], /■ PLAINTEXT/);
  const { page, done } = await open(LEAK);
  assert.ok((await page.locator("svg a.arrow.open").count()) > 0);
  assert.ok(await page.getByText("■ SEEN").first().isVisible());
  await done();
});

test("a page of three clients is small", () => {
  assert.ok(readFileSync(PAGE).length <= 300_000);
});

test("what is not drawn is counted where it is missing, and a page without that is found out", async () => {
  const isTold = async (file) => {
    const { page, done } = await open(file);
    const notice = page.getByText("7000 of 9000 records are not drawn");
    const drawn = await page.locator("svg a.arrow").count();
    const told = (await notice.count()) === 1 && (await notice.isVisible());
    await done();
    assert.ok(drawn <= 2000, `${drawn} are drawn`);
    return told;
  };
  assert.ok(await isTold(MORE));
  const dropped = mutant((text) => text.replace(/<p class="unsure" id="left-out">.*?<[/]p>/, ""), MORE);
  assert.ok(!(await isTold(dropped)));
  const hidden = mutant((text) => text.replace('id="left-out"', 'id="left-out" hidden'), MORE);
  assert.ok(!(await isTold(hidden)));
});

// How long that takes is measured by `cargo xtask bench page`: here other programs want the processor, too.
test("a page of 2 000 messages has few elements for each", async () => {
  const { page, done } = await open(MANY);
  const elements = await page.locator("*").count();
  assert.ok(elements <= 14 * 2000, `${elements} elements`);
  await done();
});

test("what hostile programs print is text", async () => {
  const { page, complaints, done } = await open(MANY);
  assert.deepEqual(complaints, []);
  assert.equal(await page.evaluate(() => window.owned), undefined);
  assert.ok((await page.locator("#participant-bob").textContent()).includes("</span><script>window.owned = 1</script>"));
  assert.equal(await page.locator("main script, img, iframe").count(), 0);
  await done();
});
