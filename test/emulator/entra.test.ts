import { expect } from "chai";
import { AzureCalls } from "../support/azure-calls.ts";

const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as Record<string, string>;

describe("sign-in", () => {
  const azure = new AzureCalls({ seed: "entra" });
  const { tenantId, operator } = azure.emulator;
  const { clientId, clientSecret } = operator;
  const origin = "https://localhost:1234";
  const call = (method: string, path: string, text = "", headers: Record<string, string> = {}) =>
    azure.send(method, `${origin}${path}`, { text, token: null, headers });
  const ask = (form: Record<string, string>, headers: Record<string, string> = {}, version = "v2.0/") =>
    call("POST", `/${tenantId}/oauth2/${version}token`, new URLSearchParams(form).toString(), headers);
  const grant = { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret };
  const arm = { scope: "https://management.azure.com/.default" };
  /** Without the ids and the time that follow the sentence. */
  const refusal = ({ status, body }: { status: number; body: Record<string, unknown> }) => [
    status,
    body["error"],
    String(body["error_description"]).split("\r\n", 1)[0],
  ];

  it("gives tokens of the issuer that the document of their version and that of AD FS name", async () => {
    const v1 = (await call("GET", `/${tenantId}/.well-known/openid-configuration`)).body;
    expect(v1).include({
      issuer: `https://sts.windows.net/${tenantId}/`,
      token_endpoint: `${origin}/${tenantId}/oauth2/token`,
      authorization_endpoint: `${origin}/${tenantId}/oauth2/authorize`,
      jwks_uri: `${origin}/${tenantId}/discovery/keys`,
    });
    const { resource, ...rest } = { ...grant, resource: "https://management.azure.com/" };
    const token = claimsOf((await ask({ ...rest, resource }, {}, "")).body.access_token as string);
    expect(token).include({ iss: v1.issuer, ver: "1.0", aud: resource });
    expect((await call("GET", "/adfs/.well-known/openid-configuration")).body.issuer).equal(v1.issuer);
    const v2 = (await call("GET", `/${tenantId}/v2.0/.well-known/openid-configuration`)).body;
    expect(v2).include({
      issuer: `${origin}/${tenantId}/v2.0`,
      token_endpoint: `${origin}/${tenantId}/oauth2/v2.0/token`,
      jwks_uri: `${origin}/${tenantId}/discovery/v2.0/keys`,
    });
  });
  it("says in its own form of what its documents name and nobody serves", async () => {
    for (const what of ["oauth2/v2.0/authorize", "oauth2/authorize", "oauth2/v2.0/devicecode"]) {
      const description = `The emulator does not serve GET ${what} of sign-in: it signs in clients with a secret.`;
      expect(refusal(await call("GET", `/${tenantId}/${what}?client_id=x`))).eql([501, "not_emulated", description]);
    }
    const assertion = { grant_type: "client_credentials", client_id: clientId, client_assertion: "x", ...arm };
    expect(refusal(await ask(assertion))).eql([
      501,
      "not_emulated",
      "The emulator does not serve client assertions: use the client secret.",
    ]);
  });
  it("lets its documents be read, and nothing else be done to them", async () => {
    for (const path of [
      `/${tenantId}/v2.0/.well-known/openid-configuration`,
      `/${tenantId}/discovery/keys`,
      "/common/discovery/instance",
    ])
      for (const method of ["PUT", "POST", "DELETE"]) {
        const reply = await call(method, path);
        const sentence = `AADSTS900561: The endpoint only accepts GET requests. Received a ${method} request.`;
        expect(refusal(reply)).eql([405, "invalid_request", sentence]);
        expect(reply.headers["allow"]).equal("GET, HEAD");
      }
    const endpoints = await call("PUT", "/metadata/endpoints");
    expect([endpoints.status, endpoints.body.error.code]).eql([405, "MethodNotAllowed"]);
  });
  it("knows its own authority and those of Azure, and no other", async () => {
    const about = (host: string) =>
      call("GET", `/common/discovery/instance?authorization_endpoint=https://${host}/t/oauth2/v2.0/authorize`);
    expect((await about("localhost:1234")).body.metadata[0].preferred_network).equal("localhost:1234");
    expect((await about("login.microsoftonline.com")).status).equal(200);
    const sentence = "AADSTS50049: Unknown or invalid instance.";
    expect(refusal(await about("login.evil.example"))).eql([400, "invalid_instance", sentence]);
  });
  it("gives no token for a resource that there is not", async () => {
    const sentence = `AADSTS500011: The resource principal named https://nope.example/ was not found in the tenant named ${tenantId}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.`;
    for (const reply of [
      await ask({ ...grant, scope: "https://nope.example//.default" }),
      await ask({ ...grant, resource: "https://nope.example/" }, {}, ""),
    ])
      expect(refusal(reply)).eql([400, "invalid_resource", sentence]);
    for (const resource of ["https://vault.azure.net", "https://mine.blob.core.windows.net/", `${origin}/`])
      expect((await ask({ ...grant, resource }, {}, "")).status).equal(200);
  });
  it("takes a client's name and secret in the header too, and wants both", async () => {
    const basic = (secret: string) => {
      const pair = `${clientId}:${encodeURIComponent(secret)}`;
      return { authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
    };
    const form = { grant_type: "client_credentials", ...arm };
    expect((await ask(form, basic(clientSecret))).status).equal(200);
    const wanted =
      "AADSTS7000218: The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
    expect(refusal(await ask(form, basic("")))).eql([401, "invalid_client", wanted]);
    expect(refusal(await ask({ ...form, client_id: clientId }))).eql([401, "invalid_client", wanted]);
    expect(refusal(await ask(form))).eql([
      400,
      "invalid_request",
      "AADSTS900144: The request body must contain the following parameter: 'client_id'.",
    ]);
  });
  it("keeps tokens for Graph and for Resource Manager apart", async () => {
    const tokenFor = async (scope: string) => ({
      authorization: `Bearer ${(await ask({ ...grant, scope })).body.access_token}`,
    });
    const graph = await tokenFor("https://graph.microsoft.com/.default");
    const manager = await tokenFor(arm.scope);
    const principals = (headers: Record<string, string>) => call("GET", "/v1.0/servicePrincipals", "", headers);
    expect((await principals(graph)).status).equal(200);
    // As `az` asks for it, by the address in its description of the cloud.
    expect((await principals(await tokenFor(`${origin}//.default`))).status).equal(200);
    const refused = await principals(manager);
    const message = "Access token validation failure. Invalid audience.";
    expect([refused.status, refused.body.error]).eql([401, { code: "InvalidAuthenticationToken", message }]);
    const { body } = await call("GET", "/subscriptions?api-version=2022-12-01", "", graph);
    expect(body.error.code).equal("InvalidAuthenticationTokenAudience");
    expect((await call("GET", "/subscriptions?api-version=2022-12-01", "", manager)).body).deep.include({
      count: { type: "Total", value: 1 },
    });
  });
});
