/** Sends the examples of Azure's OpenAPI documents to an emulator, each after what it takes for granted was made. */
import { compare } from "../replay/compare.ts";
import { replay } from "../replay/replay.ts";
import { examplesIn, type Example } from "./examples.ts";
import { refusedExamples } from "./refused-examples.ts";
import type { Pair } from "./walk.ts";

export interface PlayedExample {
  readonly example: Example;
  readonly pair: Pair;
  /** Listed as refused, and refused in that way. */
  readonly isListed: boolean;
  /** What is wrong with that it was refused, or that it was not. */
  readonly problem: string | undefined;
  readonly fields: number;
  /** Where the answer is not like the example's. */
  readonly differences: readonly string[];
}

export async function playExamples(document: string): Promise<PlayedExample[]> {
  const played: PlayedExample[] = [];
  for (const example of examplesIn(document)) played.push(await play(example));
  return played;
}
async function play(example: Example): Promise<PlayedExample> {
  const [one] = await replay(example.recording);
  if (one === undefined) throw new Error(`${example.name} holds no exchange`);
  const { exchange, reply, url, body } = one;
  const { method } = exchange;
  const code = String(reply.body?.error?.code ?? "");
  const [, versioned = ""] = /^\S+ (.*)$/.exec(example.name) ?? [];
  const [expected] = refusedExamples[example.recording.name] ?? refusedExamples[versioned] ?? [];
  const isRefused = reply.status >= 400;
  // Azure may create or find, answer at once or later.
  const answer = example.answers.get(reply.status);
  const { fields, differences } =
    answer === undefined ? one.comparison : compare({ ...exchange, status: reply.status, answer }, reply);
  return {
    example,
    pair: { method, url: `https://management.azure.com${url}`, body, reply, operation: example.operation },
    isListed: isRefused && code === expected,
    problem:
      isRefused && code !== expected
        ? `${reply.status} ${code}: ${reply.body?.error?.message}${one.refused.map((r) => `\n    not made: ${r}`).join("")}`
        : !isRefused && expected !== undefined
          ? "listed as refused, and accepted"
          : undefined,
    fields,
    differences: isRefused ? [] : differences.filter((d) => !d.startsWith("header ")),
  };
}
