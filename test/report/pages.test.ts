import { expect } from "chai";
import type { Page } from "../../engine/report/page.ts";
import { htmlPage } from "../../engine/report/html-page.ts";
import { MARKDOWN_LIMIT, markdownPage } from "../../engine/report/markdown-page.ts";
import { planPage } from "../../engine/report/plan-page.ts";
import { runPage } from "../../engine/report/run-page.ts";
import { textPage } from "../../engine/report/text-page.ts";
import { verifyRun } from "../../engine/plan/verify.ts";
import { applyOn, openWorld, PASSWORD, planOn, type World } from "../support/planning.ts";
import { longPage } from "../support/sample-pages.ts";

const plain = (page: Page, full = false, width = 0): string =>
  textPage(page, { full, width, paint: (_ink, text) => text });

/** Any token, whoever it is for. */
const JWT = /eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+/;

describe("the pages of a plan and of a run", () => {
  let world: World;
  let page: Page;
  let report: Page;

  before(async () => {
    world = await openWorld();
    const { plan } = await planOn(world);
    page = planPage(plan);
    const { events, journal } = await applyOn(world, plan);
    report = runPage({ id: "r1", events, plan, verification: verifyRun(plan, journal.entries) });
  });
  after(() => world.close());

  it("say first where and who, then what grants access, then the counts, the order and the steps", () => {
    const text = plain(page);
    const places = [
      "target ",
      "tenant ",
      "subscription ",
      "caller ",
      "runbook ",
      "plan ",
      "! 1 grants a role",
      "8 to create",
      "wave 1",
      "+ group  create-rg",
      "Roles",
      "What a rehearsal cannot know",
    ];
    const found = places.map((place) => text.indexOf(place));
    expect(found).not.include(-1);
    expect(found).eql(found.toSorted((a, b) => a - b));
  });
  it("take one line for a step that changes nothing", () => {
    expect(
      plain(page)
        .split("\n")
        .filter((line) => line.startsWith("< read")),
    ).eql(["< read  arm-get  read  test.yaml:32"]);
  });
  it("fit the terminal, and show everything in full", () => {
    const lines = plain(page, false, 40).split("\n");
    const [first, last] = ["wave 1", "Roles"].map((text) => lines.findIndex((line) => line.startsWith(text)));
    for (const line of lines.slice(first, last)) expect([...line].length, line).at.most(40);
    // Who, where and which roles are never cut.
    for (const line of [...lines.slice(0, first), ...lines.slice(last, lines.indexOf("Outputs"))])
      expect(line).not.include("…");
    expect(plain(page, true))
      .include('"adminPassword": "(secret)"')
      .and.include("held: Microsoft.Compute/virtualMachines/write for caller, by Owner");
  });
  it("are the same in Markdown, which is never longer than a comment may be and says what it leaves out", () => {
    const short = markdownPage(page);
    expect(short).include("**⚠ 1 grants a role**").and.not.include("Cut:");
    const long = markdownPage(longPage(page, 500));
    expect(long.length).at.most(MARKDOWN_LIMIT);
    expect(long).match(/\*\*Cut: \d+ of \d+ steps in detail do not fit/);
    expect(long.match(/<details>/g)).length(long.match(/<\/details>/g)!.length);
  });
  it("hold no script, load nothing and escape what they are given", async () => {
    const hostile = { ...page, title: '<script>alert("x")</script>', outputs: "</pre><img src=x onerror=alert(1)>" };
    const html = await htmlPage(hostile);
    expect(html).not.match(/<script|<img|<link|@import|url\(/);
    expect(html).match(
      /http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; style-src &#39;sha256-/,
    );
    expect(markdownPage(hostile)).not.match(/(^|[^\\])<script/m);
  });
  it("have every node of the graph lead to a part of the page", async () => {
    const html = await htmlPage(page);
    const targets = [...html.matchAll(/class="node[^"]*" href="#([^"]+)"/g)].map(([, id]) => id);
    expect(targets).length(6);
    for (const id of targets) expect(html).include(`id="${id}"`);
  });
  it("tell of a run how long each step took, and that it did what was planned", async () => {
    expect(report.steps.map(({ run }) => run?.status)).eql(Array.from({ length: 6 }, () => "done"));
    expect(report.deviations).eql([]);
    expect(report.durationMs).above(0);
    expect(await htmlPage(report))
      .include("Time line")
      .and.include("vm: done, from 0 ms");
  });
  it("hold no secret", async () => {
    const token = await world.token();
    expect(token).match(JWT);
    const pages = await Promise.all(
      [page, report].map(async (one) => [
        await htmlPage(one),
        markdownPage(one),
        plain(one, true),
        JSON.stringify(one),
      ]),
    );
    for (const text of pages.flat()) expect(text).not.include(PASSWORD).and.not.match(JWT);
  });
});
