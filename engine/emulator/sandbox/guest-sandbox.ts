/** A Linux guest's script in the sandbox, with the two places that it can reach: its VM's metadata service and Resource Manager. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { leafOf, makeAuthority, type Authority } from "../doors/certificate.ts";
import { answerArm, refuseArm } from "../doors/https.ts";
import { answerMetadata, refuseMetadata } from "../doors/metadata.ts";
import { openWebDoor } from "../doors/web-door.ts";
import type { Emulator } from "../emulator.ts";
import type { GuestJob, GuestOutput } from "../guest/run-script.ts";
import { Sandbox, type SandboxLimits } from "./bubblewrap.ts";
import { makeWorkDirectory } from "./work-directory.ts";

/** Names that scripts call, whatever address the emulator itself has. */
const names = ["management.azure.com", "login.microsoftonline.com"];

export class GuestSandbox {
  readonly #sandbox: Sandbox;
  readonly #authority: Authority = makeAuthority();

  /** Throws `NoSandbox` where there is none. */
  constructor(limits: Partial<SandboxLimits> = {}) {
    this.#sandbox = new Sandbox(limits);
  }

  /** Ends what runs. */
  close(): void {
    this.#sandbox.close();
  }

  async run(emulator: Emulator, job: GuestJob): Promise<GuestOutput> {
    const directory = makeWorkDirectory();
    const { hostname, port } = new URL(job.resourceManager);
    const imds = join(directory, "imds");
    const arm = join(directory, "arm");
    const tls = leafOf(this.#authority, [...new Set([hostname, ...names, "localhost", "127.0.0.1"])]);
    const doors = await Promise.all([
      openWebDoor({
        path: imds,
        answer: (request) => answerMetadata(emulator, job.vmId, request),
        refuse: refuseMetadata,
      }),
      openWebDoor({ path: arm, tls, answer: (request) => answerArm(emulator, request, "guest"), refuse: refuseArm }),
    ]);
    try {
      const secure = { address: "127.0.0.2", port: 443, socket: arm };
      const own = { address: "127.0.0.1", port: Number(port), socket: arm };
      return await this.#sandbox.run({
        hostName: job.hostName,
        script: job.script,
        argv: job.argv,
        env: job.env,
        ...(job.timeMs !== undefined && { timeMs: job.timeMs }),
        listeners: [{ address: "169.254.169.254", port: 80, socket: imds }, secure, ...(port === "" ? [] : [own])],
        hosts: Object.fromEntries(names.map((name) => [name, secure.address])),
        caPem: this.#authority.certPem,
      });
    } finally {
      await Promise.all(doors.map((door) => door.close()));
      rmSync(directory, { recursive: true, force: true });
    }
  }
}
