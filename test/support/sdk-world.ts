/** An emulator with a network and machines, and Azure's own SDK clients on it: what they throw is what an author's tool sees. */
import { AuthorizationManagementClient } from "@azure/arm-authorization";
import { ComputeManagementClient } from "@azure/arm-compute";
import { ManagedServiceIdentityClient } from "@azure/arm-msi";
import { ResourceManagementClient } from "@azure/arm-resources";
import { createPipelineRequest, type HttpMethods, type RestError } from "@azure/core-rest-pipeline";
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
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}
export class SdkWorld {
  readonly azure: AzureCalls;
  readonly names: World;
  readonly clients: Clients;
  /** A running Windows VM, on the interface beside it. */
  readonly vm: string;
  readonly nic: string;

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
  as(token: () => string, subscriptionId = this.azure.emulator.subscriptionId): Clients {
    const credential = { getToken: async () => ({ token: token(), expiresOnTimestamp: Date.UTC(2099, 0) }) };
    const options = { httpClient: inProcessClient(this.azure.emulator), retryOptions: { maxRetries: 0 } };
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
  async remove(id: string, apiVersion = "2024-10-01") {
    return this.clients.resources.resources.deleteById(id, apiVersion);
  }
  /** What no client sends. Throws like one. */
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
    const response = await inProcessClient(this.azure.emulator).sendRequest(request);
    if (response.status >= 400) throw Object.assign(new Error("refused"), { response });
  }
  /** Another interface in the same subnet. */
  async makeNic(name: string): Promise<string> {
    const id = this.names.network("networkInterfaces", name);
    await this.azure.put(id, nicBody(this.names));
    return id;
  }
}

/** What was thrown, as the wire had it; of an operation that failed later, what its document said. */
export async function refusalOf(work: () => Promise<unknown>): Promise<Refusal> {
  try {
    await work();
  } catch (thrown) {
    const { response, statusCode, code, message, details } = thrown as RestError;
    const [, late, text = ""] = /^The long-running operation has failed\. (\w+)\. ([\s\S]*)$/.exec(message) ?? [];
    if (late !== undefined) return { status: 200, code: late, message: text };
    if (response?.bodyAsText) {
      const { error } = JSON.parse(response.bodyAsText) as { readonly error: Omit<Refusal, "status"> };
      if (code !== undefined && code !== error.code)
        throw new Error(`the client says ${code}, the wire ${error.code}`, { cause: thrown });
      return { status: response.status, code: error.code, message: error.message };
    }
    // The newer clients have read the body, and keep it as `details` or in the error itself.
    const { error } = (details ?? {}) as { readonly error?: Omit<Refusal, "status"> };
    if (code === undefined || statusCode === undefined) throw thrown;
    return { status: statusCode, code, message: error?.message ?? message };
  }
  throw new Error("it was not refused");
}
