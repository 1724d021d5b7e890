import { spawnSync } from "node:child_process";
import { createHash, constants, privateDecrypt } from "node:crypto";
import { expect } from "chai";
import { guestScripts } from "../../../engine/azure/generated/guest-scripts.js";
import { readFrame } from "../../../engine/azure/guest/frame.ts";
import { type GuestNetwork, runRequest } from "../../../engine/emulator/guest/request.ts";
import {
  encoded,
  FakeService,
  GuestMachine,
  json,
  KEY,
  opened,
  placeOf,
  RB_KEY,
  type Read,
  type Respond,
} from "../../support/guest-machine.ts";

const ID = "r1Abc";
const TOKEN = "eyJ0eXAi.eyJhdWQi-_~+/.c2lnbmF0dXJl==";
const tokenAnswer = { access_token: TOKEN, expires_in: "86399", token_type: "Bearer" };

describe("guest.sh", function () {
  if (placeOf("openssl") === undefined || placeOf("curl") === undefined) {
    it("needs openssl and curl to be tested");
    return;
  }
  this.timeout(20_000);
  const imds = new FakeService();
  const arm = new FakeService();
  let machine: GuestMachine;
  before(() => Promise.all([imds.open(), arm.open()]));
  after(() => Promise.all([imds.close(), arm.close()]));
  beforeEach(() => {
    machine = new GuestMachine();
    imds.requests.length = arm.requests.length = 0;
    imds.respond = [json(200, tokenAnswer)];
    arm.respond = [json(200, { name: "rg" }, { "x-ms-request-id": "req-1" })];
  });
  afterEach(() => machine.remove());

  const parameters = (mode: string, more: Record<string, string> = {}): Record<string, string> => ({
    rbMode: mode,
    rbId: ID,
    rbKey: RB_KEY,
    ...(mode !== "arm" && { rbImds: encoded(`${imds.url}/metadata/identity/oauth2/token?a=1&resource=x`) }),
    ...(mode !== "imds" && { rbArm: encoded(`${arm.url}/subscriptions/1?api-version=2021-04-01`) }),
    ...(mode === "arm" && { rbToken: `t${TOKEN}` }),
    ...more,
  });
  const ask = async (mode: string, more: Record<string, string> = {}): Promise<Read> =>
    opened(await machine.run(parameters(mode, more)), ID);

  describe("in every shell, with either client", () => {
    const shells: Record<string, string[]> = {
      dash: ["/bin/dash"],
      bash: ["/bin/bash"],
      busybox: ["/bin/busybox", "sh"],
    };
    for (const [name, shell] of Object.entries(shells)) {
      for (const client of ["curl", "python3"]) {
        it(`asks IMDS, then Resource Manager: ${name} with ${client}`, async function () {
          if (placeOf(name) === undefined || placeOf(client) === undefined) return this.skip();
          machine.without(client === "curl" ? "python3" : "curl");
          if (name === "busybox") machine.ofBusybox();
          const ran = await machine.run(parameters("chain"), [placeOf(name)!, ...shell.slice(1)]);
          expect(opened(ran, ID)).eql({ stage: "arm", status: 200, requestId: "req-1", body: '{"name":"rg"}' });
          expect(ran.stdout).not.include(TOKEN);
          expect(imds.requests.map(({ url }) => url)).eql(["/metadata/identity/oauth2/token?a=1&resource=x"]);
          expect(imds.requests[0]?.headers).include({ metadata: "true" });
          expect(imds.requests[0]?.headers).not.have.property("authorization");
          expect(arm.requests[0]?.headers).include({ authorization: `Bearer ${TOKEN}`, accept: "application/json" });
          expect(arm.requests[0]?.headers).not.have.property("metadata");
          expect(machine.left).eql([]);
        });
      }
    }
  });

  it("gives the token to nobody but the caller", async () => {
    const ran = await machine.run(parameters("imds"));
    expect(JSON.parse(opened(ran, ID).body ?? "")).eql(tokenAnswer);
    expect(ran.stdout).not.include(TOKEN);
    expect(arm.requests).eql([]);
  });
  it("uses a token that it was given, and then does not ask IMDS", async () => {
    expect(await ask("arm")).include({ stage: "arm", status: 200 });
    expect(arm.requests[0]?.headers).include({ authorization: `Bearer ${TOKEN}` });
    expect(imds.requests).eql([]);
  });
  it("gives back what IMDS refused, and then does not ask Resource Manager", async () => {
    const refusal = { error: "invalid_request", error_description: "Identity not found" };
    imds.respond = [json(400, refusal)];
    const answer = await ask("chain");
    expect(answer).include({ stage: "imds", status: 400 });
    expect(JSON.parse(answer.body ?? "")).eql(refusal);
    expect(arm.requests).eql([]);
  });
  it("runs as Run Command sends it: parameters as exports at the top", async () => {
    const exports = Object.entries(parameters("chain")).map(([name, value]) => `export ${name}=${value}\n`);
    const values = Object.values(parameters("chain")).join(" ");
    machine.remove();
    machine = new GuestMachine(`${exports.join("")}set -- ${values}\n${guestScripts["guest.sh"]}`);
    expect(opened(await machine.run({}), ID)).include({ stage: "arm", status: 200 });
  });

  const bodies: Record<string, string> = {
    nothing: "",
    "newlines at its end": "a\n\n\n",
    "everything that shells and formats treat specially": "%s %n \\n \\0101 \\ $HOME `id` $(id) \"' & ; \r\n\t*?[x]",
    "letters of all scripts": "Grüße 你好 🙂 \u0000 end".replace("\u0000", ""),
    "what looks like headers": "HTTP/1.1 100 Continue\r\n\r\nx-ms-request-id: fake\r\n\r\nbody",
    "what looks like a frame": "RBG1-BEGIN\nRBG1-END;id=x;error=none;",
  };
  for (const client of ["curl", "python3"]) {
    for (const [what, body] of Object.entries(bodies)) {
      it(`carries ${what} byte by byte, with ${client}`, async () => {
        machine.without(client === "curl" ? "python3" : "curl");
        arm.respond = [json(200, body)];
        expect((await ask("arm")).body).equal(body);
      });
    }
  }
  it("carries a megabyte, of which Run Command would keep the tail alone", async () => {
    const body = Array.from({ length: 30_000 }, (_, index) =>
      createHash("md5").update(String(index)).digest("hex"),
    ).join("");
    arm.respond = [json(200, body)];
    const ran = await machine.run(parameters("arm"));
    expect(opened(ran, ID).body).equal(body);
    const frame = readFrame(ran.stdout.slice(-4096), ID);
    expect(frame).include({ kind: "unreadable", why: "cut" });
    expect((frame as { length: number }).length).greaterThan(400_000);
  });
  it("does without gzip", async () => {
    machine.without("gzip");
    const ran = await machine.run(parameters("arm"));
    expect(ran.stdout).include(";gzip=0;");
    expect(opened(ran, ID).body).equal('{"name":"rg"}');
  });

  const requestIds: readonly [given: string | string[], kept: string][] = [
    ["1b0b5c94-7c3f-4f4e-8f2a-000000000000", "1b0b5c94-7c3f-4f4e-8f2a-000000000000"],
    ["with blanks", ""],
    ["a;b", ""],
    ["x".repeat(129), ""],
    [["a", "b"], ""],
  ];
  for (const [given, kept] of requestIds) {
    it(`takes the request id ${JSON.stringify(given).slice(0, 40)} for "${kept}"`, async () => {
      arm.respond = [(_, response) => response.writeHead(200, { "X-Ms-Request-Id": given }).end("{}")];
      expect((await ask("arm")).requestId).equal(kept);
    });
  }

  it("takes a redirect for an answer", async () => {
    arm.respond = [json(302, "gone", { location: `${arm.url}/elsewhere` })];
    expect(await ask("arm")).include({ status: 302, body: "gone" });
    expect(arm.requests.length).equal(1);
  });
  it("passes over an interim answer", async () => {
    arm.respond = [
      (_, response) => {
        response.writeProcessing();
        response.end("{}");
      },
    ];
    expect(await ask("arm")).include({ status: 200, body: "{}" });
  });
  it("asks through no proxy on loopback", async () => {
    const proxy = {
      http_proxy: "http://127.0.0.1:9",
      https_proxy: "http://127.0.0.1:9",
      all_proxy: "http://127.0.0.1:9",
    };
    expect(await ask("chain", proxy)).include({ stage: "arm", status: 200 });
  });

  describe("tries again", () => {
    it("at the statuses of IMDS that it was told, with growing waits", async () => {
      imds.respond = [json(404, "a"), json(429, "b"), json(410, "c"), json(200, tokenAnswer)];
      expect(await ask("imds", { rbTries: "n9", rbRetry: "s404.410.429" })).include({ status: 200 });
      expect(machine.called).equal("sleep 1\nsleep 2\nsleep 4\n");
    });
    it("until its tries are used up, and gives the last answer", async () => {
      imds.respond = [json(404, "still")];
      expect(await ask("imds", { rbTries: "n3", rbRetry: "s404" })).include({ status: 404, body: "still" });
      expect(imds.requests.length).equal(3);
    });
    it("not at other statuses, and not at Resource Manager's", async () => {
      imds.respond = [json(500, "")];
      expect(await ask("imds", { rbTries: "n3", rbRetry: "s404.50" })).include({ status: 500 });
      arm.respond = [json(404, "")];
      expect(await ask("arm", { rbTries: "n3", rbRetry: "s404" })).include({ status: 404 });
      expect([imds.requests.length, arm.requests.length]).eql([1, 1]);
    });
    it("when an answer was cut off, at either of the two", async () => {
      imds.respond = [cut, json(200, tokenAnswer)];
      arm.respond = [cut, json(200, {})];
      expect(await ask("chain", { rbTries: "n2" })).include({ stage: "arm", status: 200 });
      expect([imds.requests.length, arm.requests.length]).eql([2, 2]);
    });
  });

  describe("says in one word what went wrong:", () => {
    const expectWord = async (
      word: string,
      stage: string,
      mode: string,
      more: Record<string, string> = {},
    ): Promise<void> => {
      expect(await ask(mode, more)).include({ error: word, stage });
    };
    it("nobody listens", () => expectWord("net-7", "imds", "chain", { rbImds: encoded("http://127.0.0.1:1/x") }));
    it("nobody answers in time", () => {
      arm.respond = [() => {}];
      return expectWord("net-28", "arm", "arm", { rbTimeout: "n1" });
    });
    it("the answer is cut off", () => {
      arm.respond = [cut];
      return expectWord("cut-18", "arm", "arm");
    });
    it("the same, with python3", async () => {
      machine.without("curl");
      arm.respond = [cut];
      await expectWord("cut-18", "arm", "arm");
      await expectWord("net-7", "imds", "imds", { rbImds: encoded("http://127.0.0.1:1/x") });
    });
    for (const answer of [
      "",
      "[]",
      "{}",
      '{"access_token":1}',
      '{"access_token":""}',
      '{"access_token":"a b"}',
      '{"x":"access_token"}',
    ]) {
      it(`IMDS gave no token but ${answer === "" ? "nothing" : answer}`, () => {
        imds.respond = [json(200, answer)];
        return expectWord("no-token", "imds", "chain");
      });
    }
    it("there is no openssl", () => {
      machine.without("openssl");
      return expectWord("no-openssl", "none", "imds");
    });
    it("there is neither curl nor python3", () => {
      machine.without("curl", "python3");
      return expectWord("no-client", "none", "imds");
    });
    it("curl is too old and there is no python3", () => {
      machine.without("python3").replace("curl", "exit 2");
      return expectWord("no-client", "none", "imds");
    });
    it("printf is a program", () => {
      machine.remove();
      machine = new GuestMachine(`printf() { /usr/bin/printf "$@"; }\n${guestScripts["guest.sh"]}`);
      return expectWord("no-printf", "none", "imds");
    });
    for (const [command, word] of [
      ["rand", "no-random"],
      ["pkeyutl", "wrap-failed"],
      ["enc", "seal-failed"],
    ] as const) {
      it(`openssl ${command} fails`, async () => {
        machine.replace("openssl", `[ "$1" = ${command} ] && exit 1; exec ${placeOf("openssl")!} "$@"`);
        expect(await ask("imds")).include({ error: word });
      });
    }
    it("openssl dgst fails", () => {
      machine.replace("openssl", `[ "$1" = dgst ] && exit 1; exec ${placeOf("openssl")!} "$@"`);
      return expectWord("mac-failed", "imds", "imds");
    });
  });

  it("finds the token however IMDS writes its JSON", async () => {
    imds.respond = [json(200, `{"a":"\\"access_token\\":\\"no\\"",\r\n\t"access_token" :\n "${TOKEN}" , "z": 1}`)];
    expect(await ask("chain")).include({ stage: "arm", status: 200 });
    expect(arm.requests[0]?.headers).include({ authorization: `Bearer ${TOKEN}` });
  });

  it("gives no secret to a program as an argument or in its environment", async () => {
    machine.spied();
    for (const mode of ["chain", "arm"]) {
      const ran = await machine.run(parameters(mode));
      expect(opened(ran, ID)).include({ stage: "arm", status: 200 });
      const [, ek = ""] = /RBG1-BEGIN\s+([^.]+)\./.exec(ran.stdout) ?? [];
      const padding = constants.RSA_PKCS1_OAEP_PADDING;
      const secret = privateDecrypt({ key: KEY, padding, oaepHash: "sha256" }, Buffer.from(ek, "base64"));
      const macKey = createHash("sha256").update("mac").update(secret).digest("hex");
      expect(machine.called).include("/curl -q").and.include("/openssl pkeyutl");
      for (const hidden of [TOKEN, secret.toString(), macKey]) expect(machine.called.includes(hidden)).equal(false);
    }
  });

  describe("refuses a wrong parameter before it sends anything, as the emulated guest does:", () => {
    const wrong: readonly [word: string, mode: string, more: Record<string, string>][] = [
      ["bad-id", "imds", { rbId: "" }],
      ["bad-id", "imds", { rbId: "1abc" }],
      ["bad-id", "imds", { rbId: "a-b" }],
      ["bad-id", "imds", { rbId: `a${"b".repeat(32)}` }],
      ["bad-key", "imds", { rbKey: "" }],
      ["bad-key", "imds", { rbKey: "MIIx" }],
      ["bad-key", "imds", { rbKey: RB_KEY.slice(0, -4) }],
      ["bad-key", "imds", { rbKey: `${RB_KEY.slice(0, -4)}AQAD` }],
      ["bad-mode", "post", {}],
      ["bad-options", "imds", { rbTries: "n0" }],
      ["bad-options", "imds", { rbTries: "n10" }],
      ["bad-options", "imds", { rbTries: "n09" }],
      ["bad-options", "imds", { rbTimeout: "n121" }],
      ["bad-options", "imds", { rbTimeout: "10" }],
      ["bad-options", "imds", { rbRetry: "s" }],
      ["bad-options", "imds", { rbRetry: "s404." }],
      ["bad-options", "imds", { rbRetry: "s4044" }],
      ["bad-options", "imds", { rbRetry: "s404;410" }],
      ["bad-imds", "imds", { rbImds: "" }],
      ["bad-imds", "imds", { rbImds: encoded("http://127.0.0.1:80/x").slice(1) }],
      ["bad-imds", "imds", { rbImds: encoded("https://127.0.0.1:80/x") }],
      ["bad-imds", "imds", { rbImds: encoded("http://example.com/x") }],
      ["bad-imds", "chain", { rbImds: encoded("http://127.0.0.1/x") }],
      ["bad-imds", "imds", { rbImds: encoded("http://127.0.0.1:80/x\n") }],
      ["bad-imds", "imds", { rbImds: encoded('http://127.0.0.1:80/"') }],
      ["bad-imds", "imds", { rbImds: encoded("http://169.254.169.254.example.com/") }],
      ["bad-arm", "chain", { rbArm: encoded("http://management.azure.com/x") }],
      ["bad-arm", "arm", { rbArm: encoded("https://user@management.azure.com/x") }],
      ["bad-arm", "arm", { rbArm: encoded("https://management.azure.com") }],
      ["bad-arm", "arm", { rbArm: encoded("https://host:port/") }],
      ["bad-arm", "arm", { rbArm: encoded("http://127.0.0.1:123456/") }],
      ["bad-token", "arm", { rbToken: "" }],
      ["bad-token", "arm", { rbToken: "t" }],
      ["bad-token", "arm", { rbToken: TOKEN }],
      ["bad-token", "arm", { rbToken: 't"' }],
    ];
    const nowhere: GuestNetwork = () => {
      throw new Error("a request was made");
    };
    for (const [word, mode, more] of wrong) {
      it(`${word}, ${mode} ${JSON.stringify(more).slice(0, 60)}`, async () => {
        const given = parameters(mode === "post" ? "chain" : mode, {
          ...(mode === "post" && { rbMode: mode }),
          ...more,
        });
        const ran = await machine.run(given);
        expect(opened(ran, ID)).eql({ stage: "none", status: 0, error: word });
        expect([imds.requests, arm.requests]).eql([[], []]);
        const emulated = runRequest(new Map(Object.entries(given)), { os: "Linux", network: nowhere }).stdout;
        expect(emulated.replaceAll(/\s+/g, " ")).equal(ran.stdout.replaceAll(/\s+/g, " "));
      });
    }
  });

  it("is what shellcheck has nothing to say about", function () {
    const checked = spawnSync("shellcheck", ["-s", "sh", "-"], { input: guestScripts["guest.sh"], encoding: "utf8" });
    if (checked.error !== undefined) {
      // oxlint-disable-next-line no-console -- tells why it is skipped
      console.log("      shellcheck is not installed");
      return this.skip();
    }
    expect(checked.stdout).equal("");
  });
});

/** Ends before the body is as long as its header says. */
const cut: Respond = (_, response) => {
  response.writeHead(200, { "content-length": "100" });
  response.write("half", () => response.socket?.destroy());
};
