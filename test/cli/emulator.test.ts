import { expect } from "chai";
import { readFile } from "node:fs/promises";
import { request as httpsRequest } from "node:https";
import { request as httpRequest } from "node:http";
import { join } from "node:path";
import { systemClock } from "../../engine/run/clock.ts";
import { expectEnd, Rig } from "../support/rig.ts";

interface Started {
  readonly url: string;
  readonly httpUrl?: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly subscriptionId: string;
  readonly secretFile: string;
}
interface Reply {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** Runs the command, does something while it serves, and stops it. */
async function serving(
  rig: Rig,
  argv: readonly string[],
  during: (call: Caller, started: Started) => Promise<void>,
): Promise<{ readonly code: number; readonly stderr: string; readonly told: readonly Record<string, unknown>[] }> {
  let failed: unknown;
  let written = "";
  const ended = await rig.cli(["emulator", "--json", ...argv], {
    clock: systemClock,
    onWrite: (text) => (written += text),
    onListening: (interrupt) => {
      const work = async (): Promise<void> => {
        const ca = await rig.read(".runbook/emulator/ca.crt");
        const { envFile } = JSON.parse(written.split("\n", 1)[0] ?? "") as { envFile: string };
        const env = await readFile(envFile, "utf8");
        const of = (name: string): string =>
          new RegExp(`^export ${name}=(.*)$`, "m").exec(env)?.[1]?.replaceAll("'", "") ?? "";
        const started = {
          url: of("AZURE_RESOURCE_MANAGER"),
          tenantId: of("AZURE_TENANT_ID"),
          clientId: of("AZURE_CLIENT_ID"),
          subscriptionId: of("AZURE_SUBSCRIPTION_ID"),
          secretFile: of("AZURE_CLIENT_SECRET_FILE"),
        };
        await during(new Caller(ca, started, await readFile(started.secretFile, "utf8")), started);
      };
      void work()
        .catch((thrown: unknown) => (failed = thrown))
        .finally(interrupt);
    },
  });
  if (failed !== undefined) throw failed as Error;
  const told = ended.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { code: ended.code, stderr: ended.stderr, told };
}

class Caller {
  readonly #ca: string;
  readonly #at: Started;
  readonly #secret: string;
  constructor(ca: string, at: Started, secret: string) {
    this.#ca = ca;
    this.#at = at;
    this.#secret = secret;
  }
  send(method: string, url: string, headers: Record<string, string> = {}, body = ""): Promise<Reply> {
    const absolute = url.startsWith("http") ? url : `${this.#at.url}${url}`;
    const send = absolute.startsWith("https") ? httpsRequest : httpRequest;
    const length = body === "" ? {} : { "content-length": String(Buffer.byteLength(body)) };
    return new Promise((resolve, reject) => {
      const sent = send(absolute, { method, ca: this.#ca, headers: { ...headers, ...length }, agent: false }, (r) => {
        let text = "";
        r.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        r.on("end", () =>
          resolve({ status: r.statusCode ?? 0, body: (text === "" ? {} : JSON.parse(text)) as Reply["body"] }),
        );
      });
      sent.on("error", reject).end(body);
    });
  }
  async token(scope = "https://management.azure.com/.default"): Promise<string> {
    const form = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: this.#at.clientId,
      client_secret: this.#secret,
      scope,
    });
    const type = { "content-type": "application/x-www-form-urlencoded" };
    const { body } = await this.send("POST", `/${this.#at.tenantId}/oauth2/v2.0/token`, type, form.toString());
    return String(body["access_token"]);
  }
  async arm(method: string, path: string, body?: unknown): Promise<Reply> {
    const headers = { authorization: `Bearer ${await this.token()}`, "content-type": "application/json" };
    const url = `/subscriptions/${this.#at.subscriptionId}${path}?api-version=2021-04-01`;
    return this.send(method, url, headers, body === undefined ? "" : JSON.stringify(body));
  }
}

describe("runbook emulator", () => {
  it("serves over HTTPS with a secret of its own, keeps what is made, and stops", async () => {
    await using rig = await Rig.open();
    const first = await serving(rig, [], async (call) => {
      const { status, body } = await call.send("GET", "/subscriptions?api-version=2022-12-01");
      expect([status, (body["error"] as { code: string }).code]).eql([401, "AuthenticationFailed"]);
      expect((await call.arm("PUT", "/resourceGroups/lab", { location: "eastus" })).status).equal(201);
    });
    expect([first.code, first.stderr]).eql([0, ""]);
    expect(first.told.map(({ type }) => type)).eql(["emulator-started", "emulator-stopped"]);
    expect(JSON.stringify(first.told)).not.include(await rig.read(".runbook/emulator/client-secret"));
    const second = await serving(rig, ["--http"], async (call) => {
      expect((await call.arm("GET", "/resourceGroups/lab")).status).equal(200);
    });
    // What a client was told stays true: address, authority and secret.
    expect(second.told[0]?.["url"]).equal(first.told[0]?.["url"]);
    expect(second.told[0]?.["httpUrl"]).match(/^http:\/\/127\.0\.0\.1:\d+$/);
    await serving(rig, ["--ephemeral"], async (call) => {
      expect((await call.arm("GET", "/resourceGroups/lab")).status).equal(404);
      await call.arm("PUT", "/resourceGroups/gone", { location: "eastus" });
    });
    const third = await serving(rig, ["--reset", "--http"], async (call) => {
      expect((await call.arm("GET", "/resourceGroups/lab")).status).equal(404);
    });
    expect(third.told[0]?.["httpUrl"]).equal(second.told[0]?.["httpUrl"]);
  });
  it("leaves the files of a kept emulator as they are when another keeps nothing, and none of its own", async () => {
    await using rig = await Rig.open();
    await serving(rig, [], async () => {
      await rig.write(".runbook/emulator/ephemeral-99999999/env.sh", "of a process that was killed");
      const before = await rig.files();
      await serving(rig, ["--ephemeral"], async (call) => {
        expect((await call.arm("PUT", "/resourceGroups/lab", { location: "eastus" })).status).equal(201);
        const own = join(".runbook", "emulator", `ephemeral-${process.pid}`);
        const cloud = JSON.parse(await rig.read(join(own, "cloud.json"))) as { ca: string };
        expect(await rig.read(join(own, cloud.ca))).match(/^-----BEGIN CERTIFICATE-----/);
      });
      const expected = [...before].filter(([path]) => !path.includes("ephemeral-99999999"));
      expect([...(await rig.files())].toSorted()).eql(expected.toSorted());
    });
  });
  it("names an address where it listens", async () => {
    await using rig = await Rig.open();
    for (const [host, url, httpUrl] of [
      ["127.0.0.5", /^https:\/\/127\.0\.0\.5:\d+$/, /^http:\/\/127\.0\.0\.5:\d+$/],
      ["::1", /^https:\/\/\[::1\]:\d+$/, /^http:\/\/\[::1\]:\d+$/],
    ] as const) {
      const { told } = await serving(rig, ["--ephemeral", "--http", "--host", host], async (call, started) => {
        expect(started.url).match(url);
        expect((await call.arm("GET", "/resourceGroups")).status).equal(200);
      });
      expect(told[0]?.["httpUrl"]).match(httpUrl);
    }
  });
  it("injects faults", async () => {
    await using rig = await Rig.open();
    const argv = ["--ephemeral", "--fault", "reset Entra/configuration", "--fault", "imds"];
    const { stderr } = await serving(rig, argv, async (call) => {
      const path = "/adfs/.well-known/openid-configuration";
      const thrown = await call.send("GET", path).catch((error: unknown) => error);
      expect((thrown as NodeJS.ErrnoException).code).equal("ECONNRESET");
      expect((await call.send("GET", path)).status).equal(200);
    });
    expect(stderr).equal('warning: the fault "imds" struck nothing: no request matched it\n');
  });
  it("takes a fault plan while it runs, from its operator alone", async () => {
    await using rig = await Rig.open();
    const { stderr } = await serving(rig, ["--ephemeral"], async (call, { clientId, secretFile }) => {
      const secret = await readFile(secretFile, "utf8");
      const basic = { authorization: `Basic ${Buffer.from(`${clientId}:${secret.trim()}`).toString("base64")}` };
      const errorOf = ({ status, body }: Reply) => [status, body["error"]];
      expect((await call.send("GET", "/faults")).status).equal(401);
      const wrong = await call.send("PUT", "/faults", basic, "version: 1\nfaults:\n  - kind: fial\n    on: '*'\n");
      expect(errorOf(wrong)[0]).equal(400);
      expect((wrong.body["error"] as { message: string }).message).match(/^faults:3:11: error: "kind" is "fial", /);
      const plan = "version: 1\nfaults:\n  - { kind: fail, on: '*/resourceGroups/write', status: 503, code: Busy }\n";
      expect((await call.send("PUT", "/faults", basic, plan)).body).eql({
        faults: [{ fault: "fail */resourceGroups/write status=503 code=Busy", matched: 0, struck: 0 }],
      });
      expect((await call.arm("PUT", "/resourceGroups/lab", { location: "eastus" })).status).equal(503);
      expect((await call.send("GET", "/faults", basic)).body).eql({
        faults: [{ fault: "fail */resourceGroups/write status=503 code=Busy", matched: 1, struck: 1 }],
      });
      expect((await call.send("DELETE", "/faults", basic)).body).eql({ faults: [] });
      expect((await call.arm("PUT", "/resourceGroups/lab", { location: "eastus" })).status).equal(201);
      expect((await call.send("POST", "/faults", basic)).status).equal(405);
    });
    expect(stderr).equal("");
  });
  it("does not share its state with a second process, and says who has it", async () => {
    await using rig = await Rig.open();
    await serving(rig, [], async () => {
      const { code, stderr } = await rig.cli(["emulator"], { clock: systemClock });
      expect(code).equal(1);
      expect(stderr).match(
        /^error: the emulator's state in \.runbook\/emulator is in use by process \d+ \(runbook emulator\), since [\d:TZ.-]+; wait for it to end, or stop it\n$/,
      );
    });
  });
  it("listens to nobody but this machine, unless it is told so in words", async () => {
    await using rig = await Rig.open();
    for (const host of ["0.0.0.0", "::", "192.0.2.1", "example.com", "127.evil.example"]) {
      expectEnd(await rig.cli(["emulator", "--host", host]), {
        code: 64,
        stderr: `error: ${host} is not an address of this machine alone: whoever can reach it could use the emulator\nhint: if that is what you want, add --others-may-reach-it\n`,
      });
    }
  });
  it("refuses a port that is in use", async () => {
    await using rig = await Rig.open();
    await serving(rig, ["--ephemeral"], async (_call, { url }) => {
      const port = new URL(url).port;
      expectEnd(await rig.cli(["emulator", "--ephemeral", "--port", port], { clock: systemClock }), {
        code: 1,
        stderr: `error: port ${port} is in use\nhint: name another, or none\n`,
      });
    });
  });
  it("answers az, Graph and whoever asks what cloud it is", async () => {
    await using rig = await Rig.open();
    await serving(rig, ["--ephemeral"], async (call, { url, clientId, tenantId }) => {
      const { body: oidc } = await call.send("GET", `/${tenantId}/v2.0/.well-known/openid-configuration`);
      expect(oidc).include({ token_endpoint: `${url}/${tenantId}/oauth2/v2.0/token` });
      expect((await call.send("GET", new URL(String(oidc["jwks_uri"])).pathname)).status).equal(200);
      expect((await call.send("GET", "/common/discovery/instance")).status).equal(200);
      const endpoints = await call.send("GET", "/metadata/endpoints?api-version=2022-09-01");
      expect((endpoints.body as unknown as { resourceManager: string }[])[0]?.resourceManager).equal(`${url}/`);
      const filter = encodeURIComponent(`servicePrincipalNames/any(c:c eq '${clientId}')`);
      const headers = { authorization: `Bearer ${await call.token("https://graph.microsoft.com/.default")}` };
      const found = await call.send("GET", `/v1.0/servicePrincipals?$filter=${filter}`, headers);
      const [operator] = found.body["value"] as { id: string; appId: string }[];
      expect(operator?.appId).equal(clientId);
      const byId = await call.send("POST", "/v1.0/directoryObjects/getByIds", headers, `{"ids":["${operator?.id}"]}`);
      expect((byId.body["value"] as unknown[]).length).equal(1);
      expect((await call.send("GET", "/v1.0/servicePrincipals")).status).equal(401);
      expect((await call.send("GET", "/v1.0/me", headers)).status).equal(501);
    });
  });
});
