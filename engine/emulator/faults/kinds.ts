// The faults there are, as one table: what each does, what it can strike and what can be set. The flag, the schema of a
// fault plan, the documentation and a drill are all made of it.

/** What a setting is in this program and how an author writes it. */
export type SettingType = "duration" | "status" | "text" | "moment";

export interface Setting {
  /** As in a fault plan and behind `--fault`. */
  readonly written: string;
  readonly type: SettingType;
  readonly summary: string;
}

/**
 * `any`: every request. `effect`: a request whose handling starts an asynchronous operation. `spread`: one that writes
 * what the rest of Azure sees later. `imds`, `run`, `token`: one to a metadata service, one that runs a script in a VM,
 * one that is given a token or shows one.
 */
export type Strikes = "any" | "effect" | "spread" | "imds" | "run" | "token";

export interface Kind {
  /** One sentence, for help and for editors. */
  readonly summary: string;
  readonly strikes: Strikes;
  /** What is matched when no pattern is given; absent: one must be given. */
  readonly on?: string;
  readonly settings: Readonly<Record<string, Setting>>;
}

const when = {
  written: "when",
  type: "moment",
  summary: "Whether the request has had its effect; before when left out.",
} as const;
const code = { written: "code", type: "text", summary: "The code of Azure's error." } as const;
const message = { written: "message", type: "text", summary: "The text of Azure's error." } as const;

export const FAULT_KINDS = {
  fail: {
    summary: "Answer with an error, 500 when left open.",
    strikes: "any",
    settings: { status: { written: "status", type: "status", summary: "The HTTP status." }, code, message, when },
  },
  throttle: {
    summary: "Answer 429 and say when to come back, after a second when left open.",
    strikes: "any",
    settings: { retryAfterMs: { written: "retryAfter", type: "duration", summary: "What `Retry-After` says." } },
  },
  reset: {
    summary: "Break the connection off without an answer.",
    strikes: "any",
    settings: { when },
  },
  slow: {
    summary: "Answer late, by five seconds when left open.",
    strikes: "any",
    settings: { delayMs: { written: "delay", type: "duration", summary: "How late." } },
  },
  "operation-fails": {
    summary: "Accept the request, and let the asynchronous operation fail.",
    strikes: "effect",
    settings: { code, message },
  },
  "operation-canceled": {
    summary: "Accept the request, and let the asynchronous operation be canceled, as by a later one.",
    strikes: "effect",
    settings: { code, message },
  },
  "operation-hangs": {
    summary: "Accept the request, and let the asynchronous operation take long, or for ever.",
    strikes: "effect",
    settings: { delayMs: { written: "delay", type: "duration", summary: "How much longer; for ever when left out." } },
  },
  "operation-lost": {
    summary: "Accept the request, do what it asks, and know nothing of the asynchronous operation when asked for it.",
    strikes: "effect",
    settings: {},
  },
  propagation: {
    summary: "Let what the request writes be seen late by the rest of Azure, by a minute when left open.",
    strikes: "spread",
    settings: { delayMs: { written: "delay", type: "duration", summary: "How much later." } },
  },
  imds: {
    summary: "Let a VM's metadata service answer with an error, 410 when left open.",
    strikes: "imds",
    on: "Imds/*",
    settings: { status: { written: "status", type: "status", summary: "The HTTP status: 404, 410, 429 or 5xx." } },
  },
  "agent-not-ready": {
    summary: "Let a VM's guest agent not answer: nothing runs in the VM, and the operation fails.",
    strikes: "run",
    on: "Microsoft.Compute/virtualMachines/runCommand*",
    settings: {},
  },
  "token-expires": {
    summary: "Give a token that soon expires, or say of the token that comes with a request that it has expired.",
    strikes: "token",
    on: "Entra/token",
    settings: {
      lifetimeMs: {
        written: "lifetime",
        type: "duration",
        summary: "How long the token lives; a second when left out.",
      },
    },
  },
} as const satisfies Readonly<Record<string, Kind>>;

export type FaultKind = keyof typeof FAULT_KINDS;
type ValueOf<T extends SettingType> = T extends "text" ? string : T extends "moment" ? "before" | "after" : number;
type SettingsOf<K extends FaultKind> = {
  readonly [S in keyof (typeof FAULT_KINDS)[K]["settings"]]?: (typeof FAULT_KINDS)[K]["settings"][S] extends {
    readonly type: infer T extends SettingType;
  }
    ? ValueOf<T>
    : never;
};

interface Aim {
  // `PUT */virtualMachines/*`, `/subscriptions/*`, or an operation's name as in `Microsoft.Compute/*/write`.
  readonly on?: string;
  /** The first match that is struck, from 1. */
  readonly nth?: number;
  /** How many matches in a row are struck: one when left out, with a `chance` all. */
  readonly times?: number | "always";
  /** From 0 to 1: strikes that often, by the seed. */
  readonly chance?: number;
}

export type FaultOf<K extends FaultKind> = K extends FaultKind ? { readonly kind: K } & Aim & SettingsOf<K> : never;
export type Fault = FaultOf<FaultKind>;

/** A fault as a person writes it behind `--fault`; reading it again gives the same fault. */
export function faultText(fault: Fault): string {
  const { kind, on, ...rest } = fault as Fault & Readonly<Record<string, unknown>>;
  const settings: Readonly<Record<string, Setting>> = FAULT_KINDS[fault.kind].settings;
  const words = Object.entries(rest).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const setting = settings[name];
    const text = setting?.type === "duration" ? durationText(Number(value)) : String(value);
    return [`${setting?.written ?? name}=${/[\s"]/.test(text) ? JSON.stringify(text) : text}`];
  });
  return [kind, ...(on === undefined ? [] : [on]), ...words].join(" ");
}

function durationText(ms: number): string {
  if (ms % 60_000 === 0 && ms > 0) return `${ms / 60_000}m`;
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}
