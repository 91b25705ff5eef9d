// Opens a page so often and prints the nanoseconds until it was ready each time.
//
// node ready.mjs CHROMIUM ROUNDS PAGE

import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [executablePath, rounds, file] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
for (let round = 0; round < Number(rounds); round += 1) {
  const page = await browser.newPage({ offline: true });
  await page.goto(pathToFileURL(file).href);
  const ready = await page.evaluate(() => performance.getEntriesByType("navigation")[0].domComplete);
  console.log(Math.round(ready * 1e6));
  await page.close();
}
await browser.close();
