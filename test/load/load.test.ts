import { expect } from "chai";
import { appendFileSync, existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { openHttpDoor } from "../../engine/emulator/doors/https.ts";
import type { WebDoor } from "../../engine/emulator/doors/web-door.ts";
import { Emulator } from "../../engine/emulator/emulator.ts";
import { readState } from "../../engine/emulator/state-file.ts";
import { AzureCalls } from "../support/azure-calls.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { type LoadServer, runLoad } from "./load-run.ts";

/** One that is left without a word, in the middle of a line of its file, and opened again. */
class LeftEmulator implements LoadServer {
  url = "";
  subscription = "";
  token = "";
  readonly #directory: string;
  #door: WebDoor | undefined;
  constructor(directory: string) {
    this.#directory = directory;
  }
  async start(): Promise<void> {
    const azure = new AzureCalls({ directory: this.#directory, now: () => Date.now() });
    const door = await openHttpDoor(azure.emulator);
    this.#door = door;
    this.url = door.url;
    this.subscription = azure.subscription;
    if (this.token === "") this.token = (await azure.signIn()).token;
  }
  async killAndRestart(): Promise<void> {
    await this.stop();
    appendFileSync(join(this.#directory, "changes.jsonl"), '[["/subscriptions/half-a-');
    await this.start();
  }
  async stop(): Promise<void> {
    await this.#door?.close();
  }
}

describe("an emulator under load", () => {
  const directory = temporaryDirectory();

  it("answers 500 requests of 32 clients rightly, and has every write when it was left in the middle", async () => {
    const server = new LeftEmulator(directory());
    await server.start();
    const { answered, cut, verified, wrong } = await runLoad({ requests: 500, clients: 32, seed: 7 }, server);
    await server.stop();
    expect(wrong).eql([]);
    // The groups of the clients and what is compared come on top.
    expect(answered + cut).equal(500 + 32 + verified);
    expect(verified).equal(2 * 32 * 6);
  });
});

describe("the emulator's state on disk", () => {
  const directory = temporaryDirectory();
  const group = (azure: AzureCalls, name: string) => `${azure.subscription}/resourceGroups/${name}`;

  it("has a change before it is answered, and is one file when the emulator has closed", async () => {
    const azure = await new AzureCalls({ directory: directory() }).signIn();
    const changes = join(directory(), "changes.jsonl");
    await azure.put(group(azure, "lab"), { location: "eastus" });
    expect([...readState(directory()).keys()]).include(group(azure, "lab").toLowerCase());
    expect(statSync(changes).mode & 0o777).equal(0o600);
    const size = readFileSync(changes).length;
    await azure.get(group(azure, "lab"));
    expect(readFileSync(changes).length).equal(size);
    azure.emulator.close();
    expect(existsSync(changes)).equal(false);
    expect([...readState(directory()).keys()]).include(group(azure, "lab").toLowerCase());
  });

  it("is folded into one file when there are many changes", async () => {
    const azure = await new AzureCalls({ directory: directory() }).signIn();
    // As many and as long tags as Azure takes.
    const tags = Object.fromEntries(
      Array.from({ length: 50 }, (_, n) => [`${n}`.padEnd(500, "x"), "x".repeat(250)] as const),
    );
    for (let n = 0; n < 32; n++) await azure.put(group(azure, `lab${n}`), { location: "eastus", tags });
    expect(statSync(join(directory(), "state.json")).size).greaterThan(1_000_000);
    expect(readFileSync(join(directory(), "changes.jsonl"), "utf8").split("\n").length).lessThan(10);
    const again = Emulator.open({ directory: directory() });
    expect(again.resources().filter(({ id }) => /\/lab\d+$/.test(id)).length).equal(32);
    again.close();
  });

  it("does not keep what is long gone", async () => {
    const azure = await new AzureCalls({ directory: directory() }).signIn();
    await azure.put(group(azure, "lab"), { location: "eastus" });
    await azure.delete(group(azure, "lab"));
    azure.now += 700_000;
    await azure.put(group(azure, "other"), { location: "eastus" });
    azure.emulator.close();
    const kept = [...readState(directory()).keys()].filter((id) => /\/resourcegroups\/[^/]+$/.test(id));
    expect(kept).eql([group(azure, "other").toLowerCase()]);
  });
});
