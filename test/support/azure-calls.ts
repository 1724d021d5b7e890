/** Requests to an emulator by its operator, in the wire's own words, with a clock that the test turns. */
import { Emulator, type EmulatorOptions } from "../../engine/emulator/emulator.ts";

export interface Reply {
  readonly status: number;
  readonly headers: Record<string, string>;
  // oxlint-disable-next-line typescript/no-explicit-any -- answers of many shapes are read field by field
  readonly body: any;
}
/** The newest version that the official specifications at hand have, or that the emulator has where they have none. */
const versions: Record<string, string> = {
  "": "2025-04-01",
  "microsoft.resources": "2025-04-01",
  "microsoft.compute": "2025-04-01",
  "microsoft.compute/disks": "2025-01-02",
  "microsoft.compute/skus": "2021-07-01",
  "microsoft.network": "2024-10-01",
  "microsoft.managedidentity": "2024-11-30",
  "microsoft.authorization": "2022-04-01",
};
export function versionFor(path: string): string {
  const [, namespace, type] = /.*\/providers\/([^/?]+)(?:\/([^/?]+))?/i.exec(path) ?? [];
  if (namespace === undefined || type === undefined || /^(un)?register$/.test(type))
    return /^\/subscriptions(\/[^/]+(\/locations)?)?$|^\/tenants$/i.test(path) ? "2022-12-01" : "2025-04-01";
  return versions[`${namespace}/${type}`.toLowerCase()] ?? versions[namespace.toLowerCase()] ?? "2024-01-01";
}

export class AzureCalls {
  readonly emulator: Emulator;
  now: number;
  #token = "";
  #signedInAt = 0;

  constructor(options: EmulatorOptions = {}) {
    this.now = Date.UTC(2026, 0, 1);
    this.emulator = Emulator.open({ now: () => this.now, ...options });
  }
  get subscription(): string {
    return `/subscriptions/${this.emulator.subscriptionId}`;
  }
  async signIn(): Promise<this> {
    const { clientId, clientSecret } = this.emulator.operator;
    const form = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: clientId,
      client_secret: clientSecret,
      scope: "https://management.azure.com/.default",
    });
    const reply = await this.send("POST", `/${this.emulator.tenantId}/oauth2/v2.0/token`, {
      text: form.toString(),
      token: null,
    });
    this.#token = reply.body.access_token as string;
    this.#signedInAt = this.now;
    return this;
  }
  /** The operator's. */
  get token(): string {
    return this.#token;
  }
  /** Adds the api-version when the path names none, unless it is to go bare. `token: null` sends none. */
  async send(
    method: string,
    path: string,
    more: {
      body?: unknown;
      text?: string;
      token?: string | null;
      headers?: Record<string, string>;
      isBare?: boolean;
    } = {},
  ): Promise<Reply> {
    const [bare = ""] = path.replace(/^https?:\/\/[^/]+/, "").split("?");
    const url =
      /[?&]api-version=/i.test(path) || more.text !== undefined || more.isBare
        ? path
        : `${path}${path.includes("?") ? "&" : "?"}api-version=${versionFor(bare)}`;
    // A test may turn the clock further than a token lasts.
    if (more.token === undefined && this.#token !== "" && this.now - this.#signedInAt > 3_000_000) await this.signIn();
    const token = more.token === undefined ? this.#token : more.token;
    const reply = await this.emulator.handle({
      method,
      url,
      headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...more.headers },
      body: more.text ?? (more.body === undefined ? "" : JSON.stringify(more.body)),
      door: "in-process",
    });
    return { ...reply, body: reply.body === "" ? undefined : (JSON.parse(reply.body) as unknown) };
  }
  get = (path: string): Promise<Reply> => this.send("GET", path);
  put = (path: string, body: unknown): Promise<Reply> => this.send("PUT", path, { body });
  patch = (path: string, body: unknown): Promise<Reply> => this.send("PATCH", path, { body });
  post = (path: string, body?: unknown): Promise<Reply> => this.send("POST", path, { body });
  delete = (path: string): Promise<Reply> => this.send("DELETE", path);
}
