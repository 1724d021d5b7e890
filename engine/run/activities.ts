// What goes into activities and comes out of them. All of it is JSON, so that it can be recorded or sent elsewhere.

import type { GuestRequest } from "../steps/operation.ts";
import type { IdentitySelector } from "../steps/operation.ts";
import type { Json, JsonObject } from "../value/json.ts";
import type { Secret } from "../value/secret.ts";

/** An activity of a resource by id. */
export interface ResourceInput {
  readonly type: string;
  readonly id: string;
  /** Absent: the version that the engine knows the type by. */
  readonly apiVersion?: string;
}

export interface PostInput {
  readonly path: string;
  readonly apiVersion: string;
  readonly body?: JsonObject;
  /** By name, JSON pointers into the answer. With it the body of the answer is these secrets, by name. */
  readonly secretAnswer?: Readonly<Record<string, string>>;
}

export interface WriteInput extends ResourceInput {
  readonly body: JsonObject;
  /** True when the resource was absent when the engine looked. */
  readonly creates?: boolean;
  /** Of what was there when the write was decided (`basisOf`); absent when nothing was. */
  readonly basis?: string;
}

export interface ListInput {
  readonly type: string;
  readonly scope: string;
  readonly filter: string;
}

export interface ScriptInput {
  readonly vm: string;
  /** Of the managed run command. */
  readonly name: string;
  readonly location: string;
  readonly script: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly secretParameters: Readonly<Record<string, Secret>>;
  readonly timeoutSeconds: number;
}

/** How an author's script in a VM ended. */
export interface ScriptResult {
  /** `Succeeded`, `Failed`, `TimedOut` or `Canceled`. */
  readonly state: string;
  readonly exitCode: number;
  /** The last 4,096 bytes. */
  readonly stdout: string;
  readonly stderr: string;
}

/** Where the token of a guest's request comes from. */
export type GuestToken =
  /** IMDS of the same VM: the token never leaves it. */
  | { readonly from: "imds"; readonly resource?: string; readonly identity?: IdentitySelector }
  /** Elsewhere: sent as a protected parameter. */
  | { readonly from: "secret"; readonly token: Secret };

export interface GuestRunInput {
  readonly vm: string;
  readonly osType: "Windows" | "Linux";
  /** The VM's, where what is made for the request has to be. */
  readonly location: string;
  readonly request:
    | Extract<GuestRequest, { kind: "token" }>
    | { readonly kind: "arm-get"; readonly path: string; readonly apiVersion: string; readonly token: GuestToken };
}

/** A long-running operation that has been submitted. */
export interface Submitted {
  readonly status: number;
  readonly body: Json;
  /** What `poll` needs to ask how far the operation is; absent when it has already ended. */
  readonly poller?: JsonObject;
  /** In milliseconds, as the service asks. */
  readonly retryAfterMs?: number;
  /** Of a POST. */
  readonly requestId?: string;
  /** What was made for a run in a VM, and is to be removed whatever became of the run. */
  readonly cleanUp?: ManagedRun;
}

/** A managed run command: the input of `guest-remove`. */
export type ManagedRun = { readonly vm: string; readonly name: string };

export interface Polled {
  readonly done: boolean;
  /** The operation's result, when done. */
  readonly body: Json;
  readonly retryAfterMs?: number;
}

/** What a request inside a VM was answered. */
export interface GuestAnswer {
  /** Which of the two requests this is the answer of. */
  readonly stage: "imds" | "arm";
  readonly status: number;
  readonly body: Json;
  readonly requestId: string;
}

/** The answer cannot be had any more, for example because another process held its key: ask again. */
export interface GuestAnswerLost {
  readonly lost: string;
}

export interface Got {
  /** 200 or 404. */
  readonly status: number;
  readonly body: Json;
}
