/** An emulator with a network and machines, and Azure's own SDK clients on it: what they throw is what an author's tool sees. */
import { AuthorizationManagementClient } from "@azure/arm-authorization";
import { ComputeManagementClient } from "@azure/arm-compute";
import { ManagedServiceIdentityClient } from "@azure/arm-msi";
import { ResourceManagementClient } from "@azure/arm-resources";
import { createHttpHeaders, createPipelineRequest, type HttpClient, type HttpMethods } from "@azure/core-rest-pipeline";
import { ClientSecretCredential, ManagedIdentityCredential } from "@azure/identity";
import { inProcessClient } from "../../engine/azure/in-process.ts";
import type { EmulatorOptions } from "../../engine/emulator/emulator.ts";
import { AzureCalls } from "./azure-calls.ts";
import { makeVm, nicBody, openWorld, type World } from "./azure-world.ts";

/** As anyone makes them, but for the transport. */
export interface Clients {
  readonly resources: ResourceManagementClient;
  readonly compute: ComputeManagementClient;
  readonly identities: ManagedServiceIdentityClient;
  readonly authorization: AuthorizationManagementClient;
}
/** An answer as it was on the wire, whatever a client makes of it. */
export interface Wire {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
const maxRetries = 0;
/** The credential keeps the first client that any of them was given in this process: it asks for whoever asks now. */
let asking: HttpClient | undefined;
const firstOfAll: HttpClient = {
  async sendRequest(request) {
    if (asking === undefined) throw new Error("nobody asks");
    return asking.sendRequest(request);
  },
};

export class SdkWorld {
  readonly azure: AzureCalls;
  readonly names: World;
  readonly clients: Clients;
  /** A running Windows VM, on the interface beside it. */
  readonly vm: string;
  readonly nic: string;
  /** The last answer that a client or a credential was given. */
  wire: Wire | undefined;
  #passesMs = 0;

  private constructor(azure: AzureCalls, names: World, vm: string) {
    this.azure = azure;
    this.names = names;
    this.vm = vm;
    this.nic = names.network("networkInterfaces", `${vm.split("/").at(-1)}-nic`);
    this.clients = this.as(() => azure.token);
  }
  static async open(options: EmulatorOptions = {}): Promise<SdkWorld> {
    const azure = await new AzureCalls({ seed: "sdk", ...options }).signIn();
    const names = await openWorld(azure);
    return new SdkWorld(azure, names, await makeVm(azure, names, "vm"));
  }
  /** The clients of whoever has this token, for one subscription. */
  as(token: () => string, subscriptionId = this.azure.emulator.subscriptionId, retries = maxRetries): Clients {
    const credential = { getToken: async () => ({ token: token(), expiresOnTimestamp: Date.UTC(2099, 0) }) };
    const options = { httpClient: this.#client, retryOptions: { maxRetries: retries } };
    return {
      resources: new ResourceManagementClient(credential, subscriptionId, options),
      compute: new ComputeManagementClient(credential, subscriptionId, options),
      identities: new ManagedServiceIdentityClient(credential, subscriptionId, options),
      authorization: new AuthorizationManagementClient(credential, subscriptionId, options),
    };
  }
  /** By the generic calls of the resources client, as the engine writes networks. */
  async put(id: string, body: object, apiVersion = "2024-10-01") {
    return this.clients.resources.resources.createOrUpdateById(id, apiVersion, body);
  }
  /** Writes it as `put` does, and waits for the end of it. */
  async make(id: string, body: object, apiVersion = "2024-10-01") {
    const { resources } = this.clients.resources;
    return this.whileTimePasses(() => resources.createOrUpdateById(id, apiVersion, body));
  }
  /** Lets time pass with every answer, so that an operation is over when a client first asks for it. */
  async whileTimePasses<T>(work: () => PromiseLike<T>): Promise<T> {
    const before = this.#passesMs;
    this.#passesMs = 5000;
    try {
      return await work();
    } finally {
      this.#passesMs = before;
    }
  }
  async remove(id: string, apiVersion = "2024-10-01") {
    return this.clients.resources.resources.deleteById(id, apiVersion);
  }
  /** What no client sends, through the pipeline that all clients have. Throws like one. */
  async raw(
    method: HttpMethods,
    path: string,
    {
      body,
      headers = {},
      token = this.azure.token,
    }: { body?: string; headers?: Record<string, string>; token?: string } = {},
  ): Promise<void> {
    const request = createPipelineRequest({ method, url: `https://management.azure.com${path}` });
    if (token !== "") request.headers.set("authorization", `Bearer ${token}`);
    for (const [name, value] of Object.entries(headers)) request.headers.set(name, value);
    if (body !== undefined) request.body = body;
    const response = await this.#client.sendRequest(request);
    if (response.status >= 400) throw new Error("refused");
  }
  /** Signs in as anyone does, and asks for a token. */
  async signIn({
    tenantId = this.azure.emulator.tenantId,
    clientId = this.azure.emulator.operator.clientId,
    secret = this.azure.emulator.operator.clientSecret,
    scope = "https://management.azure.com/.default",
  }): Promise<unknown> {
    const options = { authorityHost: "https://login.local", disableInstanceDiscovery: true, httpClient: this.#client };
    const credential = new ClientSecretCredential(tenantId, clientId, secret, {
      ...options,
      retryOptions: { maxRetries },
    });
    return credential.getToken(scope);
  }
  /** Asks, inside the VM, for a token of one of its identities. */
  async managedIdentity(
    which: { readonly clientId?: string; readonly objectId?: string; readonly resourceId?: string } = {},
    scope = "https://management.azure.com/.default",
  ): Promise<unknown> {
    asking = this.#metadata;
    return new ManagedIdentityCredential({
      ...which,
      httpClient: firstOfAll,
      retryOptions: { maxRetries },
    } as never).getToken(scope);
  }
  /** Asks the VM's metadata service what no credential asks. Throws like one. */
  async metadata(path: string, headers: Record<string, string> = { metadata: "true" }, method: HttpMethods = "GET") {
    const request = createPipelineRequest({
      method,
      url: `http://127.0.0.1:9/metadata/${path}`,
      allowInsecureConnection: true,
    });
    for (const [name, value] of Object.entries(headers)) request.headers.set(name, value);
    const response = await this.#metadata.sendRequest(request);
    if (response.status >= 400) throw new Error("refused");
  }
  /** Another interface in the same subnet. */
  async makeNic(name: string): Promise<string> {
    const id = this.names.network("networkInterfaces", name);
    await this.make(id, nicBody(this.names));
    return id;
  }
  async makeIdentity(name: string): Promise<string> {
    await this.clients.identities.userAssignedIdentities.createOrUpdate("Lab", name, { location: "eastus" });
    return this.names.identity(name);
  }

  readonly #client: HttpClient = {
    sendRequest: async (request) => {
      const response = await inProcessClient(this.azure.emulator).sendRequest(request);
      this.wire = { status: response.status, headers: response.headers.toJSON(), body: response.bodyAsText ?? "" };
      this.azure.now += this.#passesMs;
      return response;
    },
  };
  /** No socket is opened: an address of the machine stands for that of the service. */
  readonly #metadata: HttpClient = {
    sendRequest: async (request) => {
      const { pathname, searchParams } = new URL(request.url);
      const headers: Record<string, string> = {};
      for (const [name, value] of request.headers) headers[name.toLowerCase()] = value;
      const { method } = request;
      const answer = await this.azure.emulator.imds(this.vm, { method, path: pathname, query: searchParams, headers });
      this.wire = { status: answer.status, headers: answer.headers ?? {}, body: JSON.stringify(answer.body) };
      return {
        status: answer.status,
        headers: createHttpHeaders({ "content-type": "application/json", ...answer.headers }),
        bodyAsText: this.wire.body,
        request,
      };
    },
  };
}
