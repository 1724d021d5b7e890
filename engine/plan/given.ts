// What the expressions gave in a run that no rehearsal can tell, found in the inputs of a step or item.

import { canonicalJson, type Json } from "../value/json.ts";
import { pick } from "./answers.ts";
import type { Given, PlannedStep } from "./model.ts";
import { filledSurely } from "./pieces.ts";
import { piecesOf, withoutExamples } from "./template.ts";

/** All that a step may be given, whatever comes out. */
export const givenTo = ({ given = [], onlyIf = [] }: PlannedStep): readonly Given[] => [
  ...given,
  ...onlyIf.flatMap((one) => one.given ?? []),
];

/** By expression. */
export function valuesIn(given: readonly Given[], inputs: Json): ReadonlyMap<string, readonly string[]> {
  const sure = new Map<string, string[]>();
  const either = new Map<string, string[]>();
  for (const { at, text } of given) {
    const value = pick(inputs, at);
    if (typeof value !== "string") continue;
    // Under another condition another expression may stand there: of which of them this is the value is not told.
    const isOnly = given.every((other) => other.at !== at || faceOf(other.text) === faceOf(text));
    const values = isOnly ? sure : either;
    for (const { hole, text: got } of filledSurely(piecesOf(text) ?? [], value)) {
      if (hole.expression !== undefined) values.set(hole.expression, [...(values.get(hole.expression) ?? []), got]);
    }
  }
  return new Map([...either, ...sure]);
}

const faceOf = (text: Json): string => canonicalJson(withoutExamples(text));
