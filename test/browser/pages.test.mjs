// Opens the pages in Chromium: nothing is loaded, nothing is said on the console, every node leads to its details, and
// axe-core finds no fault in light and in dark. SCREENSHOTS=<directory> keeps pictures to look at.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { samplePages } from "../../dist/test/support/sample-pages.js";

const EXECUTABLES = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const executablePath = EXECUTABLES.find((path) => path !== undefined && existsSync(path));
const missing =
  executablePath === undefined ? "Chromium is not installed (apt-get install chromium, or set CHROMIUM)" : false;
if (missing) process.stderr.write(`SKIPPED: ${missing}\n`);

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const screenshots = process.env.SCREENSHOTS;

describe("the pages in Chromium", { skip: missing, timeout: 600_000 }, () => {
  let browser;
  let directory;
  let pages;

  before(async () => {
    const { chromium } = await import("playwright-core");
    pages = await samplePages();
    directory = mkdtempSync(join(tmpdir(), "pages-"));
    for (const [name, html] of Object.entries(pages)) writeFileSync(join(directory, `${name}.html`), html);
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  });
  after(async () => {
    await browser?.close();
    if (directory) rmSync(directory, { recursive: true });
  });

  async function open(name, options, use) {
    const context = await browser.newContext({ viewport: { width: 1100, height: 900 }, ...options });
    const page = await context.newPage();
    const said = [];
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", (error) => said.push(String(error)));
    page.on("request", (request) => said.push(request.url()));
    const url = pathToFileURL(join(directory, `${name}.html`)).href;
    await page.goto(url);
    await use(page);
    await context.close();
    // The page itself is the one request.
    assert.deepEqual(
      said.filter((one) => !one.startsWith(url)),
      [],
    );
  }

  for (const name of ["plan", "run", "failed-run", "long-plan", "after-run", "finally", "finally-run"]) {
    it(`${name}: says nothing on the console and loads nothing`, () => open(name, {}, async () => {}));
    // The long one differs from the others in length only.
    for (const colorScheme of name === "long-plan" ? ["light"] : ["light", "dark"]) {
      it(`${name}: has no fault that axe-core finds, in ${colorScheme}`, () =>
        open(name, { colorScheme, bypassCSP: true }, async (page) => {
          await page.evaluate(axe);
          const { violations } = await page.evaluate(() => window.axe.run());
          const told = violations.map(
            ({ id, nodes }) =>
              `${id}: ${nodes
                .map(({ html }) => html)
                .slice(0, 3)
                .join(" | ")}`,
          );
          assert.deepEqual(told, []);
          if (screenshots) {
            mkdirSync(screenshots, { recursive: true });
            await page.screenshot({
              path: join(screenshots, `${name}-${colorScheme}.png`),
              fullPage: name !== "long-plan",
            });
          }
        }));
    }
  }

  it("every node of the graph is reached by the keyboard and leads to its details", () =>
    open("plan", {}, async (page) => {
      const names = await page.$$eval("a.node", (nodes) => nodes.map((node) => node.getAttribute("href")));
      assert.ok(names.length >= 6);
      const reached = new Set();
      for (let presses = 0; presses < 60 && reached.size < names.length; presses++) {
        await page.keyboard.press("Tab");
        const href = await page.evaluate(() => document.activeElement?.getAttribute("href") ?? "");
        const isNode = await page.evaluate(() => document.activeElement?.classList.contains("node") ?? false);
        if (isNode) reached.add(href);
      }
      assert.deepEqual([...reached].toSorted(), names.toSorted());
      // Closed details open when what is inside them is gone to.
      await page.$$eval("details", (all) => all.forEach((one) => one.removeAttribute("open")));
      for (const href of names) {
        await page.focus(`a.node[href="${href}"]`);
        await page.keyboard.press("Enter");
        assert.ok(await page.isVisible(href), `${href} is not visible`);
      }
    }));

  it("a plan of 500 steps opens within two seconds", () =>
    open("long-plan", {}, async (page) => {
      const ms = await page.evaluate(() => performance.getEntriesByType("navigation")[0].loadEventEnd);
      assert.ok(ms < 2000, `${ms} ms`);
      assert.equal(await page.$$eval("details.step", (all) => all.length), 500);
    }));

  it("prints on paper", () =>
    open("plan", {}, async (page) => {
      await page.emulateMedia({ media: "print" });
      const overflowing = await page.$$eval(
        "pre",
        (all) => all.filter((one) => one.scrollWidth > one.clientWidth + 1).length,
      );
      assert.equal(overflowing, 0);
    }));
});
