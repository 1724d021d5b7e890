import { stripVTControlCharacters } from "node:util";
import { Writable } from "node:stream";
import { expect } from "chai";
import { Terminal } from "../../engine/cli/terminal.ts";
import { lineView } from "../../engine/cli/views/line-view.ts";
import { liveBlock, liveView } from "../../engine/cli/views/live-view.ts";
import { RunProgress } from "../../engine/cli/views/run-progress.ts";
import { tellEnd, tellRows, totalsText } from "../../engine/cli/views/run-summary.ts";
import { endText } from "../../engine/cli/views/step-rows.ts";
import { cut, durationText, fit, widthOf } from "../../engine/cli/views/text-fit.ts";
import type { EventBody, RunEvent } from "../../engine/run/events.ts";
import type { Failure } from "../../engine/run/failure.ts";

class Screen extends Writable {
  text = "";
  isTTY = true;
  columns = 80;
  rows = 24;
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

const denied: Failure = { origin: "azure", code: "AuthorizationFailed", status: 403, message: "no" };
const throttled: Failure = { origin: "azure", code: "TooManyRequests", status: 429, message: "slow" };
const start = (...ids: string[]): EventBody => ({
  type: "run-started",
  runbook: "demo",
  target: "emulator",
  steps: ids.map((id) => ({ id, uses: "create-rg", dependencies: [] })),
});
const retry = (step: string, failure: Failure, propagation = false): EventBody => ({
  type: "attempt-failed",
  step,
  path: `${step}/0`,
  attempt: 1,
  failure,
  retryInMs: 500,
  propagation,
});
const finish = (step: string, more: object = {}): EventBody => ({
  type: "step-finished",
  step,
  status: "done",
  change: "create",
  ...more,
});

/** Events a second apart, the first at 0. */
function timed(bodies: readonly EventBody[]): readonly RunEvent[] {
  return bodies.map((body, index) => ({ at: index * 1000, ...body }));
}

function progressOf(bodies: readonly EventBody[]): RunProgress {
  const progress = new RunProgress();
  for (const event of timed(bodies)) progress.apply(event);
  return progress;
}

const STORY: readonly EventBody[] = [
  start("group", "grant", "read", "never"),
  { type: "step-started", step: "group" },
  { type: "operation-started", step: "group", path: "group/0", summary: "ensure resourceGroups a" },
  { type: "operation-finished", step: "group", path: "group/0", change: "create" },
  finish("group"),
  { type: "step-started", step: "grant" },
  { type: "operation-started", step: "grant", path: "grant/0", summary: "ensure roleAssignments b" },
  retry("grant", denied, true),
  retry("grant", denied, true),
  retry("grant", throttled),
  { type: "operation-finished", step: "grant", path: "grant/0", change: "create" },
  finish("grant"),
  { type: "step-started", step: "read" },
  finish("read", { status: "failed", change: "none", failure: denied }),
  finish("never", { status: "skipped", change: "none", reason: "read" }),
  { type: "run-finished", status: "failed", outputs: null },
];
const RETRIED =
  "created, 3 retries, waited 2.0 s for the new role assignment to be seen, " +
  "waited 1.0 s for Azure to take requests again (429 TooManyRequests)";

describe("progress of a run", () => {
  it("tells what was retried, why, and for how long", () => {
    const screen = new Screen();
    screen.isTTY = false;
    tellRows(progressOf(STORY), new Terminal(screen, {}));
    expect(screen.text).equal(
      [
        "✓ group    3.0 s  created",
        `✓ grant    6.0 s  ${RETRIED}`,
        "✗ read     1.0 s  failed (AuthorizationFailed)",
        '– never           skipped, it depends on "read"',
        "",
      ].join("\n"),
    );
  });
  it("sums it up", () => {
    expect(totalsText(progressOf(STORY))).equal("4 steps in 15.0 s: 2 created, 1 failed, 1 skipped; 3 retries");
  });
  it("says of an action and of a script that they were done, and of a question that nothing changed", () => {
    const does = (step: string, summary: string): readonly EventBody[] => [
      { type: "operation-started", step, path: `${step}/0`, summary },
      { type: "operation-finished", step, path: `${step}/0`, change: "run" },
      finish(step, { change: "run" }),
    ];
    const progress = progressOf([
      start("restart", "script", "token", "read"),
      ...does("restart", "restart vm"),
      ...does("script", "run a script inside vm"),
      ...does("token", "get a token inside vm"),
      ...does("read", "read lab"),
    ]);
    expect([...progress.steps.values()].map(endText)).eql([
      "action done",
      "script run inside the VM",
      "no change, asked inside the VM",
      "no change, asked inside the VM",
    ]);
    expect(totalsText(progress)).match(/: 2 ran, 2 unchanged$/);
  });
  it("says of a step that reads or does nothing that it changed nothing", () => {
    const unchanged = (["none", "read", "run"] as const).map((change) => finish(change, { change }));
    const progress = progressOf([start("none", "read", "run"), ...unchanged]);
    expect(totalsText(progress)).equal("3 steps in 3.0 s: 3 unchanged");
  });
  it("refuses an event of a step that the run does not have", () => {
    expect(() => progressOf([start("a"), { type: "step-started", step: "b" }])).throw("which the run does not have");
  });
});

describe("progress without a terminal", () => {
  it("is a line for each change of state, and repeated attempts are no news", () => {
    const screen = new Screen();
    const progress = new RunProgress();
    const view = lineView(progress, new Terminal(screen, {}));
    for (const event of timed(STORY)) {
      progress.apply(event);
      view.event(event);
    }
    view.note("stopping");
    view.finish();
    expect(screen.text.split("\n")).eql([
      "demo on emulator",
      "group: started",
      "group: created after 3.0 s",
      "grant: started",
      "grant: waiting for the new role assignment to be seen",
      "grant: waiting for Azure to take requests again (429 TooManyRequests)",
      `grant: ${RETRIED} after 6.0 s`,
      "read: started",
      "read: failed (AuthorizationFailed) after 1.0 s",
      'never: skipped, it depends on "read"',
      "stopping",
      "",
    ]);
  });
});

describe("progress on a terminal", () => {
  const ids = Array.from({ length: 15 }, (_, index) => `step${index}`);
  const busy = [start(...ids), ...ids.slice(0, 12).map((step): EventBody => ({ type: "step-started", step }))];
  const blockOf = (bodies: readonly EventBody[], columns: number, now: number, rows = 24): readonly string[] => {
    const screen = Object.assign(new Screen(), { columns, rows });
    return liveBlock(progressOf(bodies), new Terminal(screen, { NO_COLOR: "1" }), now, 0);
  };

  it("is never more than ten lines, the longest running first", () => {
    const block = blockOf(busy, 80, 20_000);
    expect(block).length(10);
    expect(block[0]).equal("⠋ step0    19.0 s  starting");
    expect(block.at(-1)).equal("  3 more running, 3 waiting");
  });
  it("fits a low screen", () => {
    expect(blockOf(busy, 80, 20_000, 5)).length(3);
  });
  it("says what a step waits for and since when", () => {
    expect(blockOf(STORY.slice(0, 9), 80, 19_000)).eql([
      "⠋ grant   14.0 s  waiting for the new role assignment to be seen, 12.0 s",
      "  2 waiting",
    ]);
  });
  it("tells how many operations go on at once", () => {
    const operation = (path: string): EventBody => ({
      type: "operation-started",
      step: "a",
      path,
      summary: `ensure ${path}`,
    });
    const bodies = [start("a"), { type: "step-started", step: "a" } as const, operation("x"), operation("y")];
    expect(blockOf(bodies, 80, 3000)).eql(["⠋ a       2.0 s  ensure x (and 1 more)"]);
  });
  for (const columns of [0, 20, 40, 80, 200]) {
    it(`keeps long and wide names within ${columns} columns`, () => {
      const wide = "データベースの準備をするとても長い名前のステップ👩‍🚀🎉".repeat(2);
      const bodies: readonly EventBody[] = [
        start(wide, "x".repeat(300)),
        { type: "step-started", step: wide },
        { type: "step-started", step: "x".repeat(300) },
        { type: "operation-started", step: wide, path: "a", summary: `ensure ${wide}` },
      ];
      const block = blockOf(bodies, columns, 5000);
      expect(block).length(2);
      for (const line of block) expect(widthOf(line)).below(columns || 80);
    });
  }

  it("scrolls finished steps up, redraws at the ticks alone, and leaves only what scrolled", () => {
    const screen = new Screen();
    const progress = new RunProgress();
    let tick = (): void => {};
    let interval = 0;
    let isStopped = false;
    const every = (ms: number, redraw: () => void): (() => void) => {
      [interval, tick] = [ms, redraw];
      return () => void (isStopped = true);
    };
    const view = liveView({ progress, terminal: new Terminal(screen, {}), now: () => 20_000, every });
    const drawn = (): string => {
      const { text } = screen;
      screen.text = "";
      return stripVTControlCharacters(text);
    };
    for (const [index, event] of timed(STORY).entries()) {
      progress.apply(event);
      view.event(event);
      if (index === 2) {
        expect(screen.text).equal("");
        tick();
        expect(drawn()).equal("\rdemo on emulator\n⠙ group   19.0 s  ensure resourceGroups a\n  3 waiting\n");
      }
      if (index === 6) {
        tick();
        expect(screen.text.startsWith("\r\u001b[2A\u001b[J")).equal(true);
        expect(drawn()).equal("\r✓ group    3.0 s  created\n⠹ grant   15.0 s  ensure roleAssignments b\n  2 waiting\n");
      }
    }
    // Made narrower, the terminal has wrapped the first of the two lines into two.
    screen.columns = 25;
    view.finish();
    expect(screen.text.startsWith("\r\u001b[3A\u001b[J")).equal(true);
    expect(drawn().split("\n")).length(4);
    expect([interval, isStopped]).eql([100, true]);
  });
});

describe("text in columns", () => {
  it("is cut by what a terminal shows", () => {
    expect(cut("abcdef", 6)).equal("abcdef");
    expect(cut("abcdef", 5)).equal("abcd…");
    expect(cut("日本語", 5)).equal("日本…");
    expect(cut("日本語", 4)).equal("日…");
    expect(cut("abc", 0)).equal("");
    expect(fit("日本", 6)).equal("日本  ");
    expect(cut("a\u001b[2Jb", 20)).equal("a\ufffd[2Jb");
    expect(widthOf("\u001b[31mabc\u001b[39m")).equal(3);
  });
  it("tells durations in the unit that fits", () => {
    expect([0, 940, 59_940, 59_960, 61_000, 3_600_000, 7_384_000].map(durationText)).eql([
      "0.0 s",
      "0.9 s",
      "59.9 s",
      "1:00 min",
      "1:01 min",
      "1:00 h",
      "2:03 h",
    ]);
  });
});

describe("a warning of a run", () => {
  it("is a line when it comes, and stands at the end once more, each one once", () => {
    const screen = new Screen();
    screen.isTTY = false;
    const terminal = new Terminal(screen, {});
    const progress = new RunProgress();
    const view = lineView(progress, terminal);
    const warning: EventBody = { type: "warning", step: "read", path: "read/0", message: "look\u001b[31m here" };
    for (const event of timed([start("read"), warning, warning, finish("read")])) {
      progress.apply(event);
      view.event(event);
    }
    tellEnd(progress, { journal: "j", next: [] }, terminal);
    expect(screen.text.split("\n").filter((line) => line.includes("warning"))).eql([
      "read: warning: look\ufffd[31m here",
      "read: warning: look\ufffd[31m here",
      "warning: read: look\ufffd[31m here",
    ]);
  });
});
