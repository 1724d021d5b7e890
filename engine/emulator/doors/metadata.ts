/** Each VM's metadata service at a loopback address of its own, opened and closed as VMs come and go. */
import { createHash } from "node:crypto";
import type { Emulator } from "../emulator.ts";
import { openWebDoor, type WebDoor, type WebRequest, type WebResponse } from "./web-door.ts";

export interface MetadataAddress {
  readonly vm: string;
  /** `http://127.80.12.34:43210`; stands for http://169.254.169.254 inside the VM. */
  readonly url: string;
}
export interface MetadataDoorsOptions {
  /** Wanted at each address; where it is taken, any other. */
  readonly port: number;
  /** Told of all addresses whenever they are others than before. */
  readonly onChange?: (addresses: readonly MetadataAddress[]) => void;
}

export class MetadataDoors {
  readonly #emulator: Emulator;
  readonly #options: MetadataDoorsOptions;
  readonly #doors = new Map<string, { readonly vm: string; readonly door: WebDoor }>();
  #work: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(emulator: Emulator, options: MetadataDoorsOptions) {
    this.#emulator = emulator;
    this.#options = options;
  }

  get addresses(): readonly MetadataAddress[] {
    return [...this.#doors.values()].map(({ vm, door }) => ({ vm, url: `http://${door.host}:${door.port}` }));
  }

  /** Opens what is missing and closes what is gone; one after the other when it is called again meanwhile. */
  follow(): Promise<void> {
    this.#work = this.#work.then(() => this.#follow());
    return this.#work;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#work;
    await Promise.all([...this.#doors.values()].map(({ door }) => door.close()));
    this.#doors.clear();
  }

  async #follow(): Promise<void> {
    if (this.#isClosed) return;
    const wanted = new Map(this.#emulator.virtualMachines().map((id) => [id.toLowerCase(), id]));
    const gone = [...this.#doors].filter(([key]) => !wanted.has(key));
    const missing = [...wanted].filter(([key]) => !this.#doors.has(key));
    if (gone.length + missing.length === 0) return;
    for (const [key, { door }] of gone) {
      this.#doors.delete(key);
      await door.close();
    }
    for (const [key, vm] of missing) this.#doors.set(key, { vm, door: await this.#open(vm) });
    this.#options.onChange?.(this.addresses);
  }

  /** An address that follows from the VM's id; where the system has only 127.0.0.1, a port of it. */
  async #open(vm: string): Promise<WebDoor> {
    const [a = 0, b = 0, c = 0] = createHash("sha256").update(vm.toLowerCase()).digest();
    const own = `127.${64 + (a % 128)}.${b}.${1 + (c % 254)}`;
    const answer = (request: WebRequest): Promise<WebResponse> => answerMetadata(this.#emulator, vm, request);
    const service = { answer, refuse: refuseMetadata };
    try {
      return await openWebDoor({ host: own, port: this.#options.port, ...service });
    } catch {
      return openWebDoor({ host: "127.0.0.1", port: 0, ...service });
    }
  }
}

export async function answerMetadata(
  emulator: Emulator,
  vm: string,
  { method, url, headers }: WebRequest,
): Promise<WebResponse> {
  const at = url.indexOf("?");
  const path = at < 0 ? url : url.slice(0, at);
  const query = new URLSearchParams(at < 0 ? "" : url.slice(at + 1));
  const { status, body, headers: more } = await emulator.imds(vm, { method, path, query, headers });
  const isText = typeof body === "string";
  return {
    status,
    headers: { ...imdsHeaders, ...(isText && { "content-type": "text/plain; charset=utf-8" }), ...more },
    body: body === undefined || method === "HEAD" ? "" : isText ? body : JSON.stringify(body),
  };
}

/** `Server` as the service itself tells it. */
const imdsHeaders = { "content-type": "application/json; charset=utf-8", server: "IMDS/150.870.65.512" };

export function refuseMetadata(status: number, code: string, message: string): WebResponse {
  const error = code.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "_").toLowerCase();
  return { status, headers: imdsHeaders, body: JSON.stringify({ error, error_description: message }) };
}
