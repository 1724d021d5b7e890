// What a step may ask of the engine, as data, and the functions with which step authors ask for it.

import type { Json, JsonObject } from "../value/json.ts";
import type { Secret } from "../value/secret.ts";
import type { Resource } from "./resource.ts";

/** Chooses one identity of a VM; without any, the VM's default identity is meant. */
export type IdentitySelector =
  { readonly clientId: string } | { readonly objectId: string } | { readonly resourceId: string };

/** An HTTP GET that is made inside a VM. */
export type GuestRequest =
  | { readonly kind: "token"; readonly resource?: string; readonly identity?: IdentitySelector }
  | { readonly kind: "arm-get"; readonly path: string; readonly apiVersion: string; readonly token: Secret };

export type OperationData =
  /** Read; compare with what is wanted; write only when something wanted is missing. */
  | ({ readonly kind: "ensure"; readonly desired: JsonObject } & Place)
  | ({ readonly kind: "read" } & Place)
  /** Like `read`, but an absent resource is an answer (`null`), not a failure. */
  | ({ readonly kind: "find" } & Place)
  | { readonly kind: "list"; readonly type: string; readonly scope: string; readonly filter: string }
  /** A PATCH. */
  | ({ readonly kind: "update"; readonly patch: JsonObject } & Place)
  /** A DELETE, after a look whether it is still the one that is meant. */
  | ({ readonly kind: "remove"; readonly ifStill: RemovalCondition } & Place)
  /** A POST. */
  | ({ readonly kind: "call" } & PostRequest)
  /** A script of the author's inside a VM. */
  | ({ readonly kind: "script" } & ScriptRequest)
  | { readonly kind: "guest"; readonly vm: string; readonly request: GuestRequest }
  /** A GET of any ARM path by the engine, with a token of the runbook's or, without one, the engine's own credential. */
  | { readonly kind: "arm-get"; readonly path: string; readonly apiVersion: string; readonly token?: Secret }
  /** Somebody's word, which may take days. */
  | { readonly kind: "approve"; readonly message: string }
  /** Time that passes; `until` is a time of ISO 8601 with its zone. */
  | ({ readonly kind: "wait" } & ({ readonly ms: number } | { readonly until: string }))
  /** A token from the IMDS of the machine that the engine runs on. */
  | { readonly kind: "local-token"; readonly resource?: string; readonly identity?: IdentitySelector };

/** Where a resource is. */
export interface Place {
  readonly type: string;
  readonly id: string;
  /** Absent: the version that the engine knows the type by. */
  readonly apiVersion?: string;
}

export interface ScriptRequest {
  readonly vm: string;
  /** For PowerShell on Windows, for `sh` on Linux. */
  readonly script: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly secretParameters: Readonly<Record<string, Secret>>;
  /** It is stopped when it takes longer. */
  readonly timeoutSeconds: number;
}

export interface PostRequest {
  /** An ARM path that ends in the name of the action. */
  readonly path: string;
  readonly apiVersion: string;
  readonly body?: JsonObject;
  /** Whether doing it twice is the same as doing it once. If not, it is never sent again on the engine's own account. */
  readonly repeatable: boolean;
  /** By name, JSON pointers of texts in the answer that are secrets. With it nothing else of the answer's body is given. */
  readonly secretAnswer?: Readonly<Record<string, string>>;
}

/** What tells one resource from another that was made later under its name. */
export interface RemovalCondition {
  /** Properties that must have these values. */
  readonly marks: Readonly<Record<string, string>>;
  /** Without marks: what must be there. */
  readonly body?: JsonObject;
}

export interface RemovalAnswer {
  /** False when it was gone already, or is kept. */
  readonly removed: boolean;
  /** Why it is kept. */
  readonly kept?: string;
}

/** What a step's generator yields. Authors never build one: `yield* ensure(…)` does. */
export class Command {
  readonly what: OperationData | readonly Program<unknown>[];
  constructor(what: OperationData | readonly Program<unknown>[]) {
    this.what = what;
  }
}

/** An operation, or a generator of operations. */
export type Program<T> = Iterable<Command, T, unknown>;
type ResultOf<P> = P extends Program<infer T> ? T : never;

/** An operation to be performed with `yield*`, which then gives its result. */
export class Operation<out T> implements Iterable<Command, T, unknown> {
  readonly command: Command;
  performed = false;
  constructor(what: OperationData | readonly Program<unknown>[]) {
    this.command = new Command(what);
    onOperationMade?.(this);
  }
  *[Symbol.iterator](): Generator<Command, T, unknown> {
    this.performed = true;
    return (yield this.command) as T;
  }
}

let onOperationMade: ((operation: Operation<unknown>) => void) | undefined;

/** Runs `advance` and gives the operations made meanwhile to `observe`: the scheduler finds those never performed. */
export function observingOperations<T>(observe: (operation: Operation<unknown>) => void, advance: () => T): T {
  const before = onOperationMade;
  onOperationMade = observe;
  try {
    return advance();
  } finally {
    onOperationMade = before;
  }
}

export function ensure<D, A>(resource: Resource<D, A>, desired: NoInfer<D>): Operation<A> {
  return new Operation({ kind: "ensure", ...placeOf(resource), desired: desired as JsonObject });
}

export function read<A>(resource: Resource<never, A>): Operation<A> {
  return new Operation({ kind: "read", ...placeOf(resource) });
}

export function find<A>(resource: Resource<never, A>): Operation<A | null> {
  return new Operation({ kind: "find", ...placeOf(resource) });
}

/** Lists the resources of a type at an ARM scope. `filter` is an OData expression without `$filter=`. */
export function list<A>(type: string, scope: string, filter: string): Operation<readonly A[]> {
  return new Operation({ kind: "list", type, scope, filter });
}

export function update<A>(resource: Resource<never, A>, patch: JsonObject): Operation<A> {
  return new Operation({ kind: "update", ...placeOf(resource), patch });
}

export function remove(resource: Place, ifStill: RemovalCondition): Operation<RemovalAnswer> {
  return new Operation({ kind: "remove", ...placeOf(resource), ifStill });
}

export interface CallAnswer {
  /** HTTP status; 0 when whoever resumed the run said to take the request for done. */
  readonly status: number;
  /** `null` when the answer is secret. */
  readonly body: Json;
  /** Those of `secretAnswer`, by name. */
  readonly secrets: Readonly<Record<string, Secret>>;
  readonly requestId: string;
}

/** Performs an action of a resource, and waits until it has ended. */
export function call(request: PostRequest): Operation<CallAnswer> {
  return new Operation({ kind: "call", ...request });
}

export interface ScriptAnswer {
  readonly exitCode: number;
  /** The last 4,096 bytes. */
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a script inside a VM and waits for its end, whatever its exit code is. */
export function runScript(request: ScriptRequest): Operation<ScriptAnswer> {
  return new Operation({ kind: "script", ...request });
}

function placeOf({ type, id, apiVersion }: Place): Place {
  return { type, id, ...(apiVersion !== undefined && { apiVersion }) };
}

/** What IMDS answers to a token request; its numbers come as strings. */
export interface TokenAnswer {
  readonly access_token: Secret;
  readonly client_id?: string;
  readonly expires_on: string;
  readonly resource: string;
  readonly token_type: string;
}

export interface ArmAnswer {
  readonly status: number;
  readonly body: Json;
  readonly requestId: string;
}

/** `resource`: for whom the token is; absent: for the Resource Manager of the cloud that the run is for. */
export function guestToken(vm: string, resource?: string, identity?: IdentitySelector): Operation<TokenAnswer> {
  return new Operation({ kind: "guest", vm, request: { kind: "token", ...tokenFor(resource, identity) } });
}

export function guestArmGet(vm: string, path: string, apiVersion: string, token: Secret): Operation<ArmAnswer> {
  return new Operation({ kind: "guest", vm, request: { kind: "arm-get", path, apiVersion, token } });
}

export function armGet(path: string, apiVersion: string, token?: Secret): Operation<ArmAnswer> {
  return new Operation({ kind: "arm-get", path, apiVersion, ...(token && { token }) });
}

/** Like `guestToken`, of the machine that the engine runs on. */
export function localToken(resource?: string, identity?: IdentitySelector): Operation<TokenAnswer> {
  return new Operation({ kind: "local-token", ...tokenFor(resource, identity) });
}

function tokenFor(
  resource: string | undefined,
  identity: IdentitySelector | undefined,
): { readonly resource?: string; readonly identity?: IdentitySelector } {
  return { ...(resource !== undefined && { resource }), ...(identity && { identity }) };
}

/** Waits until somebody approves; fails when they reject. */
export function approve(message: string): Operation<Approval> {
  return new Operation({ kind: "approve", message });
}

/** What somebody said who approved. */
export interface Approval {
  readonly by: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly comment?: string;
}

export function wait(ms: number): Operation<null> {
  return new Operation({ kind: "wait", ms });
}

/** `time`: ISO 8601 with its zone. */
export function waitUntil(time: string): Operation<null> {
  return new Operation({ kind: "wait", until: time });
}

/** Performs several programs at once and gives their results in the order written; every one ends before the first failure is thrown. */
export function all<const P extends readonly Program<unknown>[]>(
  programs: P,
): Operation<{ -readonly [K in keyof P]: ResultOf<P[K]> }> {
  return new Operation(programs);
}
