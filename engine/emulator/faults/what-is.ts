/** What a request is, for the question which faults can strike it. */
import type { Fault, Strikes } from "./kinds.ts";

export function whatIs(method: string, operation: string, begins = false, spreads = false): readonly Strikes[] {
  const isImds = operation.startsWith("Imds/");
  const isEntra = operation.startsWith("Entra/");
  const runs =
    /\/virtualMachines\/runCommand\/action$/i.test(operation) ||
    (method === "PUT" && /\/virtualMachines\/runCommands\/write$/i.test(operation));
  const showsToken = !isImds && !isEntra;
  return [
    "any",
    ...(isImds ? (["imds"] as const) : []),
    ...(runs ? (["run"] as const) : []),
    ...(showsToken || operation === "Entra/token" || operation === "Imds/token" ? (["token"] as const) : []),
    ...(begins ? (["effect"] as const) : []),
    ...(spreads ? (["spread"] as const) : []),
  ];
}

/** Kinds, each once. */
export const describeStrikes = (faults: readonly Fault[]): readonly string[] => [
  ...new Set(faults.map(({ kind }) => kind)),
];
