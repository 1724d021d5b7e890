// What is known of the requests and values of a run, found by comparing rehearsals.

import type { GuestRunInput } from "../run/activities.ts";
import type { ActivityOperation } from "../run/local-driver.ts";
import { stepOf } from "../run/operation-key.ts";
import type { Json } from "../value/json.ts";
import { sourcesIn } from "./answers.ts";
import { aligned, namedLater } from "./items.ts";
import type { Known } from "./planned-steps.ts";
import type { Rehearsal } from "./rehearse.ts";
import { guestRunsOf, isMutation, slotsOf } from "./slots.ts";
import { type Hole, holesIn, piecesOf, type Template, TemplateMaker, type Variant, withHoles } from "./template.ts";
import type { Code } from "./variation.ts";

export interface Comparison extends Known {
  /** A text of the base rehearsal with what is not known of it. */
  templating(text: string): Template;
  /** The runbook's outputs. */
  readonly result: Template;
  /** Sentences about requests whose being sent depends on what is not known. */
  readonly unpredictable: readonly string[];
}

export function compareRehearsals(
  base: Rehearsal,
  varied: readonly { readonly label: string; readonly rehearsal: Rehearsal }[],
  code: Code,
  nonces: ReadonlySet<string>,
): Comparison {
  const unnamed = namedLater(
    base,
    varied.map(({ rehearsal }) => rehearsal),
  );
  const others = varied.map(({ label, rehearsal }) => ({ label, rehearsal: aligned(base, rehearsal) }));
  const rehearsals = others.map(({ rehearsal }) => rehearsal);
  const maker = new TemplateMaker(
    sourcesIn(base, rehearsals, unnamed),
    (labels) => code.decode(labels),
    nonces,
    base.standIns.known,
  );
  const slots = slotsOf(base.sent);
  const otherSlots = others.map(({ label, rehearsal }) => ({ label, slots: slotsOf(rehearsal.sent) }));
  const made = new Map<string, Template>();
  const holes = new Map<string, Hole>();
  const make = (key: string, value: Json | undefined, variants: readonly Variant[]): Template => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const template = maker.make(value ?? null, variants);
    made.set(key, template);
    for (const hole of holesIn(template)) if (!holes.has(hole.example)) holes.set(hole.example, hole);
    return template;
  };
  const ofSlot = (slot: string, part: "url" | "body"): Template =>
    make(
      `${part} ${slot}`,
      slots.get(slot)?.[part],
      otherSlots.flatMap(({ label, slots: its }) => {
        const there = its.get(slot);
        // A request that is not sent in every rehearsal is told of below.
        return there === undefined ? [] : [{ label, value: there[part] }];
      }),
    );
  const guests = guestRunsOf(base);
  const otherGuests = others.map(({ label, rehearsal }) => ({ label, runs: guestRunsOf(rehearsal) }));
  const result = maker.make(
    base.result.outputs,
    others.map(({ label, rehearsal }) => ({ label, value: rehearsal.result.outputs })),
  );
  const outputs = (step: string): Template | undefined => {
    if (outputsIn(base, step) === undefined) return undefined;
    const variants = others.map(({ label, rehearsal }) => ({ label, value: outputsIn(rehearsal, step) }));
    return make(`outputs ${step}`, outputsIn(base, step), variants);
  };
  for (const slot of slots.keys()) {
    ofSlot(slot, "url");
    ofSlot(slot, "body");
  }
  for (const event of base.events) if (event.type === "step-finished") outputs(event.step);
  const guest = (path: string): ReturnType<Known["guest"]> => {
    const inputOf = (runs: typeof guests): Json => insideOf(runs.get(path)?.operation);
    const variants = otherGuests.map(({ label, runs }) => ({ label, value: inputOf(runs) }));
    const { vm, request } = make(`guest ${path}`, inputOf(guests), variants) as unknown as GuestRunInput;
    return { vm, request: request as unknown as Json };
  };
  for (const path of guests.keys()) guest(path);
  const unpredictable = varyingRequests(slots, otherSlots).map(([slot, labels]) => {
    const [path = "", method = ""] = slot.split(" ");
    return `whether ${stepOf(path)} sends the ${method} of ${path} is known only after ${code.decode(labels).join(" or ")}`;
  });
  return {
    url: (slot) => addressing(ofSlot(slot, "url")),
    body: (slot) => ofSlot(slot, "body"),
    guest,
    outputs,
    result,
    given: (instance) =>
      make(
        `given ${instance}`,
        base.given.get(instance),
        others.map(({ label, rehearsal }) => ({ label, value: rehearsal.given.get(instance) })),
      ),
    templating: (text) => withHoles(text, holes, base.standIns.known),
    unpredictable,
  };
}

/** In an address only a word is put in, so that it stays where it is. */
function addressing(url: Template): Template {
  const pieces = piecesOf(url);
  if (pieces?.some((piece) => typeof piece === "object" && piece.expression !== undefined) !== true) return url;
  const word = (piece: Hole): Hole => (piece.expression === undefined ? piece : { ...piece, like: "word" });
  return { $text: pieces.map((piece) => (typeof piece === "string" ? piece : (word(piece) as unknown as Json))) };
}

type Slots = ReturnType<typeof slotsOf>;

/** Requests that change something and are not sent in every rehearsal, with the labels of those that differ from the base. */
function varyingRequests(
  base: Slots,
  others: readonly { readonly label: string; readonly slots: Slots }[],
): readonly (readonly [slot: string, labels: readonly string[]])[] {
  const all = new Map([base, ...others.map(({ slots }) => slots)].flatMap((slots) => [...slots]));
  return [...all].flatMap(([slot, sent]) => {
    if (!isMutation(sent)) return [];
    const labels = others.filter(({ slots }) => slots.has(slot) !== base.has(slot)).map(({ label }) => label);
    return labels.length > 0 ? [[slot, labels] as const] : [];
  });
}

/** Where something was run, and what. */
function insideOf(operation: ActivityOperation | undefined): Json {
  if (operation?.name !== "script-run") return operation?.input ?? null;
  const { vm, script, parameters, secretParameters } = operation.input;
  return {
    vm: vm!,
    request: { kind: "script", script: script!, parameters: parameters!, secretParameters: secretParameters! },
  };
}

function outputsIn({ events }: Rehearsal, step: string): Json | undefined {
  for (const event of events) if (event.type === "step-finished" && event.step === step) return event.outputs;
  return undefined;
}
