import { expect } from "chai";
import type { JournalEntry } from "../../../engine/run/journal.ts";
import { applyEntry, emptyState, type JournalState } from "../../../engine/run/journal/state.ts";
import { headerOf } from "../../support/journal-header.ts";

const operation = { kind: "activity", name: "put", input: {} } as const;
const intent = (key: string): JournalEntry => ({ kind: "intent", key, digest: "d", operation });
const done = (key: string, digest = "d"): JournalEntry => ({ kind: "completion", key, digest, ok: true, value: key });
const timer = (key: string): JournalEntry => ({ kind: "timer", key, digest: "d", dueAt: 5 });
const resumed: JournalEntry = { kind: "resumed", at: 1, engine: "0" };
const end: JournalEntry = {
  kind: "event",
  event: { type: "run-finished", status: "failed", outputs: null, at: 2 },
};
const fold = (...entries: JournalEntry[]): JournalState => {
  const state = emptyState();
  for (const entry of entries) applyEntry(state, entry);
  return state;
};

describe("the state of a journal", () => {
  it("begins with a header, and only with one", () => {
    expect(() => fold(done("a:x"))).throw('a journal begins with a header, not with "completion"');
    expect(() => fold(headerOf(), headerOf())).throw("a second header");
  });
  it("takes one completion of an operation, of the one that was begun", () => {
    expect(() => fold(headerOf(), done("a:x"), done("a:x"))).throw("a completion of a:x, which is completed already");
    expect(() => fold(headerOf(), done("a:x"), intent("a:x"))).throw("an intent of a:x, which is completed already");
    expect(() => fold(headerOf(), done("a:x"), timer("a:x"))).throw("a timer of a:x, which is completed already");
    expect(() => fold(headerOf(), intent("a:x"), done("a:x", "other"))).throw(
      "the completion of a:x is not of the operation that was begun",
    );
    expect(() => fold(headerOf(), timer("a:x"), timer("a:x"))).throw("a second timer a:x");
  });
  it("takes a second intent from another process only", () => {
    expect(() => fold(headerOf(), intent("a:x"), intent("a:x"))).throw("a second intent of a:x by the same process");
    expect(fold(headerOf(), intent("a:x"), resumed, intent("a:x")).intents.get("a:x")?.session).equal(1);
  });
  it("takes nothing after the end of the run but its being resumed", () => {
    expect(() => fold(headerOf(), end, done("a:x"))).throw('"completion" after the end of the run');
    expect(fold(headerOf(), end).finished).equal("failed");
    expect(fold(headerOf(), end, resumed, done("a:x")).finished).equal(undefined);
  });
  it("forgets the results of a step that is begun anew, and keeps what it sent", () => {
    const before = [intent("a/0:put.1"), done("a/0:put.1"), intent("ab/0:put.1"), done("ab/0:put.1")];
    const turns = [intent("a~2/0:put.1"), done("a~2/0:put.1"), intent("a[x]/0:put.1"), timer("a:timeout")];
    const state = fold(headerOf(), ...before, ...turns, { kind: "discarded", step: "a" });
    expect([...state.completions.keys()]).eql(["ab/0:put.1"]);
    expect([...state.timers.keys()]).eql([]);
    expect([...state.intents.keys()]).eql(["a/0:put.1", "ab/0:put.1", "a~2/0:put.1", "a[x]/0:put.1"]);
    expect(state.results.get("a/0:put.1")).equal("a/0:put.1");
  });
});
