import { expect } from "chai";
import { openSeal, readFrame } from "../../../engine/azure/guest/frame.ts";
import { guestAnswer } from "../../../engine/azure/guest/guest-answer.ts";
import { actionOutput, managedOutput } from "../../../engine/azure/guest/run-command-output.ts";
import { SealingKeys } from "../../../engine/azure/guest/sealing-key.ts";
import { frame as frameOf, tail } from "../../../engine/emulator/guest/frame.ts";
import { readKey, seal } from "../../../engine/emulator/guest/seal.ts";
import { type Failure, OperationError } from "../../../engine/run/failure.ts";
import { Vault } from "../../../engine/run/vault.ts";
import type { JsonObject } from "../../../engine/value/json.ts";
import type { Secret } from "../../../engine/value/secret.ts";

const key = await new SealingKeys().current();
const other = await new SealingKeys().current();
const ID = "r1";
const end = { id: ID, error: "none", stage: "imds", status: 200, gzip: 1 } as const;
const sealed = (body: string, more: { stage?: "imds" | "arm"; status?: number; id?: string } = {}): string =>
  seal({ key: readKey(key.rbKey)!, id: ID, stage: "imds", status: 200, requestId: "q", body, ...more });
const printed = (body: string): string => frameOf(end, sealed(body), "Windows");
const VM = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/myVM";
const expected = { vm: VM, requestId: ID, key, ref: "token/0:poll.1", arm: "management.azure.com" };

function failure(stdout: string, stderr = "", vault = new Vault()): Failure {
  try {
    guestAnswer({ stdout, stderr }, expected, vault);
  } catch (thrown) {
    if (thrown instanceof OperationError) return thrown.failure;
    throw thrown;
  }
  throw new Error("it was read");
}

describe("the frame that a VM prints", () => {
  it("is opened wherever its lines were broken and whatever stands around it", () => {
    const text = `hello\n${printed('{"a":1}').replaceAll(/.{7}/g, "$&\r\n ")}\nbye RBG1-BEGIN`;
    const frame = readFrame(text, ID);
    if (frame.kind !== "sealed") throw new Error(frame.kind);
    expect(openSeal(frame, ID, key.privateKey)).eql({ requestId: "q", body: '{"a":1}' });
  });
  it("counts the last one", () => {
    expect(readFrame(`${printed("old")}${frameOf({ ...end, error: "net-7", gzip: 0 }, "", "Linux")}`, ID)).eql({
      kind: "error",
      word: "net-7",
      stage: "imds",
      status: 200,
    });
  });
  it("puts the token into the vault, and leaves no second copy of it", () => {
    const vault = new Vault();
    const body = JSON.stringify({ access_token: "tok-1234", refresh_token: "", note: "is tok-1234", expires_on: "1" });
    const answer = guestAnswer({ stdout: printed(body), stderr: "" }, expected, vault);
    expect(JSON.stringify(answer)).not.include("tok-1234");
    const read = answer.body as JsonObject;
    expect(read).include({ note: "is (secret)", expires_on: "1", refresh_token: "" });
    expect((read["access_token"] as Secret).ref).equal("token/0:poll.1#/access_token");
    expect(vault.open(read["access_token"] as Secret)).equal("tok-1234");
  });
  it("redacts what it reads of Resource Manager", () => {
    const vault = new Vault();
    vault.put("inputs.password", "hunter22");
    const stdout = frameOf({ ...end, stage: "arm" }, sealed('{"tags":{"x":"hunter22"}}', { stage: "arm" }), "Linux");
    expect(guestAnswer({ stdout, stderr: "" }, expected, vault).body).eql({ tags: { x: "(secret)" } });
  });
  it("is missed with what the script said, without secrets", () => {
    const vault = new Vault();
    vault.put("inputs.password", "hunter22");
    const told = failure("", "cannot\nrun: hunter22", vault);
    expect(told.code).equal("GuestAnswerMissing");
    expect(told.message).equal("the script in myVM gave no answer; it said: cannot run: (secret)");
  });
  it("is known to be cut when it is longer than what Run Command keeps", () => {
    const noise = Array.from({ length: 4000 }, (_, index) => (index * 2_654_435_761).toString(36)).join("");
    const told = failure(tail(printed(noise)));
    expect(told.code).equal("GuestAnswerTooLarge");
    expect(told.message).match(/sealed it has \d{5} characters, and Run Command gives back the last 4096 bytes/);
    expect(told.hint).include("leave out `vm`");
  });
  it("is not taken for the answer to another request", () => {
    expect(failure(frameOf({ ...end, id: "r2" }, sealed("{}", { id: "r2" }), "Linux")).code).equal("GuestAnswerOther");
  });
  it("is refused when a character of it was changed", () => {
    const stdout = printed("{}");
    const at = stdout.indexOf(".") + 30;
    const changed = `${stdout.slice(0, at)}${stdout[at] === "A" ? "B" : "A"}${stdout.slice(at + 1)}`;
    expect(failure(changed).code).equal("GuestAnswerDamaged");
  });
  it("is refused when its end says another status than was sealed", () => {
    const told = failure(frameOf({ ...end, status: 500 }, sealed("{}"), "Linux"));
    expect(told).include({ code: "GuestAnswerDamaged" });
    expect(told.message).include("was not sealed for this run");
  });
  it("is opened by no other key", () => {
    const frame = readFrame(printed("{}"), ID);
    if (frame.kind !== "sealed") throw new Error(frame.kind);
    expect(openSeal(frame, ID, other.privateKey)).equal(undefined);
  });
  for (const [word, stage, message, hint] of [
    ["net-7", "imds", "no answer from the VM's metadata service", "169.254.169.254"],
    ["net-connectfailure", "arm", "no answer from management.azure.com", "port 443"],
    ["cut-18", "arm", "the answer of management.azure.com (HTTP 200) ended early", "run it again"],
    ["no-openssl", "none", "the VM has no openssl", "install openssl"],
    ["wrap-failed", "none", "the VM's own cryptography refused", "OpenSSL 1.1"],
    ["language-mode", "none", "PowerShell in the VM may not run full scripts", "docs/security.md"],
    ["something-new", "none", "something unexpected happened in the script", "report"],
  ] as const) {
    it(`tells what ${word} means`, () => {
      const told = failure(frameOf({ ...end, error: word, stage, gzip: 0 }, "", "Linux"));
      expect(told).include({ origin: "guest", code: word });
      expect(told.message).equal(`the request inside myVM failed: ${message} (${word})`);
      expect(told.hint).include(hint);
    });
  }
});

describe("Run Command's answers", () => {
  const status = (code: string, message: string): JsonObject => ({ code, level: "Info", message });
  it("are read as Linux gives them", () => {
    const message = "Enable succeeded: \n[stdout]\nout\nput\n\n[stderr]\nerr\n";
    expect(actionOutput({ value: [status("ProvisioningState/succeeded", message)] })).eql({
      stdout: "out\nput\n",
      stderr: "err\n",
    });
  });
  it("are read as Windows gives them", () => {
    const value = [
      status("ComponentStatus/StdErr/succeeded", "err"),
      status("ComponentStatus/StdOut/succeeded", "out"),
    ];
    expect(actionOutput({ value })).eql({ stdout: "out", stderr: "err" });
  });
  it("are read in a form that is not known, too", () => {
    expect(actionOutput({ value: [status("x", "RBG1-BEGIN")] })).eql({ stdout: "RBG1-BEGIN", stderr: "" });
    expect(actionOutput(null)).eql({ stdout: "", stderr: "" });
  });
  it("are there when a managed run command has ended", () => {
    const view = (executionState: string): JsonObject => ({
      properties: { instanceView: { executionState, output: "out", error: "err" } },
    });
    expect(managedOutput(view("Running"))).equal(undefined);
    expect(managedOutput({ properties: {} })).equal(undefined);
    for (const state of ["Succeeded", "Failed", "TimedOut", "Canceled"]) {
      expect(managedOutput(view(state)), state).eql({ stdout: "out", stderr: "err" });
    }
  });
});
