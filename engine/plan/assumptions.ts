// What a rehearsal takes the answers to be that its conditions ask for and only the run will know. Each subject, such as an
// exit code, is taken to come out as one thing all through a rehearsal; others are tried in rehearsals of their own.

import { canonicalJson } from "../value/json.ts";
import type { Unknown } from "../value/unknown.ts";
import type { Rehearsal } from "./rehearse.ts";
import type { Supposition } from "./suppositions.ts";

/** How a subject comes out: as one of the values that conditions ask for, or, `null`, as none of them. */
export type Choice = string | null;

export class Assumptions {
  readonly #given: ReadonlyMap<string, Choice>;
  /** By subject: what it was taken for, and what it was asked for. */
  readonly made = new Map<string, { readonly choice: Choice; readonly literals: Set<string> }>();

  constructor(given: ReadonlyMap<string, Choice> = new Map()) {
    this.#given = given;
  }

  /** What nothing is given for is taken to be so that the first condition holds that asks. */
  readonly assume = ({ question }: Unknown): boolean => {
    const { subject, literal, isNegated } = question;
    let made = this.made.get(subject);
    if (made === undefined) {
      const given = this.#given.get(subject);
      const usual = isNegated ? null : literal;
      made = { choice: given === undefined ? usual : given, literals: new Set() };
      this.made.set(subject, made);
    }
    made.literals.add(literal);
    return (made.choice === literal) !== isNegated;
  };
}

/** A clause: `contains(steps.check.outputs.stdout, 'ready')`, `steps.check.outputs.exitCode == 0`. */
export function clauseFor(subject: string, choice: Choice, literals: Iterable<string>): string {
  const asked = [...literals];
  const isTruth = asked.length === 1 && asked[0] === "true";
  if (isTruth) return choice === null ? `not ${subject}` : subject;
  if (choice !== null) return `${subject} == ${choice}`;
  return asked.map((literal) => `${subject} != ${literal}`).join(" and ");
}

/** What else one rehearsal's subjects may come out as, each a supposition to be rehearsed. */
export function otherChoices({ assumptions }: Rehearsal, under?: Supposition): readonly Supposition[] {
  const { choices: given = new Map<string, Choice>(), contraries = [] } = under?.assumed ?? {};
  return [...assumptions.made].flatMap(([subject, { choice, literals }]) => {
    // What was given is tried already, each way.
    if (given.has(subject)) return [];
    const others = [...literals, null].filter((one) => one !== choice);
    const contrary = clauseFor(subject, choice, literals);
    return others.map((other) => ({
      text: [...(under ? [under.text] : []), clauseFor(subject, other, literals)].join(" and "),
      ends: new Map(),
      outcome: "done" as const,
      assumed: { choices: new Map([...given, [subject, other]]), contraries: [...contraries, contrary] },
    }));
  });
}

/** The same for two that choose the same. */
export function choicesOf({ assumed }: Supposition): string {
  const choices = [...(assumed?.choices ?? [])];
  return canonicalJson(choices.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([...pair]) => pair));
}

/** Without those that suppose what another one does, and more. */
export function weakest(suppositions: readonly Supposition[]): readonly Supposition[] {
  const includes = (one: Supposition, other: Supposition): boolean =>
    one !== other &&
    one.assumed !== undefined &&
    other.assumed !== undefined &&
    other.assumed.choices.size < one.assumed.choices.size &&
    [...other.assumed.choices].every(([subject, choice]) => one.assumed!.choices.get(subject) === choice);
  return suppositions.filter((one) => !suppositions.some((other) => includes(one, other)));
}

/** When something is done that is not done under any of these. */
export function unless(suppositions: readonly Supposition[]): string {
  const clauses = new Set(weakest(suppositions).map(({ assumed }) => assumed?.contraries.join(" or ") ?? ""));
  const isOne = clauses.size === 1;
  return [...clauses].map((clause) => (isOne || !clause.includes(" or ") ? clause : `(${clause})`)).join(" and ");
}
