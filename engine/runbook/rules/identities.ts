// Tokens of identities: one is given only to an identity that the VM has by then, and it lets in only what a role allows
// by then. Looks at what one runbook does itself, and says nothing of VMs and identities from elsewhere.

import { type Expression, stepOf } from "../../expression/ast.ts";
import { type OutputRead, outputRead, type Template } from "../../expression/template.ts";
import { type Diagnostic, diagnosticAt } from "../../source/diagnostic.ts";
import { entriesOf, scalarAt, templatesIn } from "../authored.ts";
import type { Outline, StepOutline } from "../outline.ts";
import { Order } from "./order.ts";

/** To be asked only of a runbook without errors. */
export function identityOrder(outline: Outline): readonly Diagnostic[] {
  const tokens = outline.steps.flatMap((step) => tokenOf(step) ?? []);
  if (tokens.length === 0) return [];
  const order = new Order(outline);
  return [
    ...tokens.flatMap((token) => unassigned(token, outline, order)),
    ...tokens.flatMap((token) => lateGrants(token, outline, order)),
  ];
}

interface Token {
  readonly id: string;
  readonly step: StepOutline;
  /** The step that gives the VM. */
  readonly vm: string;
  /** The step that made the identity; absent: the VM's own, or the only one that it has. */
  readonly identity?: string;
}

const SELECTORS = ["clientId", "objectId", "resourceId"];

/** Absent for what asks for no token, or for one of a VM or identity that no step gives. */
function tokenOf(step: StepOutline): Token | undefined {
  if (step.uses !== "get-imds-token" || step.id === undefined) return undefined;
  const vm = stepGiving(step, "vm");
  if (vm === undefined) return undefined;
  const chosen = SELECTORS.filter((name) => entriesOf(step.with)?.has(name));
  if (chosen.length === 0) return { id: step.id, step, vm };
  const identity = stepGiving(step, chosen[0]!);
  return identity === undefined ? undefined : { id: step.id, step, vm, identity };
}

/** The id of the step whose output an input is. */
function stepGiving(step: StepOutline, input: string): string | undefined {
  const template = scalarAt(entriesOf(step.with), input)?.template;
  return template && outputIn(template, step)?.id;
}

/** The output that a template of a step stands for; that of any item counts for that of all. */
function outputIn({ whole, parts: [only] }: Template, { forEach }: StepOutline): OutputRead | undefined {
  if (!whole || only === undefined || typeof only === "string") return undefined;
  const own = outputRead(only);
  if (own !== undefined) return own;
  if (only.kind !== "property") return undefined;
  const { target, name: output } = only;
  // steps.<id>.outputs[each.key].<name>
  const item = (target.kind === "index" || target.kind === "property") && outputsOf(target.target);
  if (item) return { id: item, output };
  const isItem = target.kind === "property" && target.name === "value" && isNamed(target.target, "each");
  const over = isItem && forEach?.in.kind === "scalar" ? forEach.in.template : undefined;
  const [all] = over?.whole === true ? over.parts : [];
  const source = all === undefined || typeof all === "string" ? undefined : outputsOf(all);
  return source === undefined ? undefined : { id: source, output };
}

const isNamed = (expression: Expression, name: string): boolean =>
  expression.kind === "name" && expression.name === name;

/** The id in `steps.<id>.outputs`. */
function outputsOf(expression: Expression): string | undefined {
  if (expression.kind !== "property" || expression.name !== "outputs") return undefined;
  return stepOf(expression.target)?.id;
}

/** The steps that give a token's identity to its VM. */
function assigning({ vm, identity }: Token, { steps }: Outline): readonly StepOutline[] {
  return steps.filter((step) => {
    if (step.uses !== "assign-identity" || stepGiving(step, "vm") !== vm) return false;
    return identity === undefined || identity === step.id || stepGiving(step, "identity") === identity;
  });
}

function hasOwnIdentity(vm: StepOutline | undefined): boolean {
  const written = entriesOf(vm?.with)?.get("systemAssignedIdentity")?.value;
  return written !== undefined && !(written.kind === "scalar" && written.value === false);
}

function unassigned(token: Token, outline: Outline, order: Order): readonly Diagnostic[] {
  const { source } = outline;
  const { id, step, vm, identity } = token;
  const made = order.step(vm);
  const isOwn = identity === undefined || identity === vm;
  if (made?.uses !== "create-vm" || (isOwn && hasOwnIdentity(made))) return [];
  if (!isOwn && order.step(identity)?.uses !== "create-uami" && order.step(identity)?.uses !== "assign-identity")
    return [];
  const assigned = assigning(token, outline).flatMap((one) => (one.id === undefined ? [] : [{ ...one, id: one.id }]));
  const what = isOwn ? "an identity" : `the identity of step "${identity}"`;
  if (assigned.length === 0) {
    const message = `step "${id}" asks VM "${vm}" for a token, and no step gives ${what} to that VM`;
    const hint = isOwn
      ? `write \`systemAssignedIdentity: true\` in step "${vm}", or assign one with assign-identity`
      : "assign it with a step that uses assign-identity, and name that step in `needs`";
    const notes = [{ span: made.idSpan, message: "the VM is made here" }];
    return [diagnosticAt(source, step.idSpan, "unassigned-identity", message, { hint, notes })];
  }
  if (assigned.some((one) => order.isBefore(one.id, id) !== false)) return [];
  const [first] = assigned;
  const message = `step "${id}" may ask for a token before step "${first!.id}" has given ${what} to the VM`;
  const notes = [{ span: first!.idSpan, message: "it is assigned here" }];
  const hint = `write needs: [${first!.id}] in step "${id}"`;
  return [diagnosticAt(source, step.idSpan, "unassigned-identity", message, { hint, notes })];
}

/** The steps that use a token and are not sure to come after a role that its identity is granted. */
function lateGrants(token: Token, outline: Outline, order: Order): readonly Diagnostic[] {
  const { source, steps } = outline;
  const grants = steps.filter(
    (step) => step.uses === "grant-role" && step.id !== undefined && isGrantTo(step, token, outline),
  );
  if (grants.length === 0) return [];
  const users = steps.filter((step) => step.id !== undefined && readsToken(step, token.id));
  return users.flatMap((user) => {
    // One that waits for any of them is taken to know which role it needs.
    if (grants.some((grant) => order.isBefore(grant.id!, user.id!) !== false)) return [];
    const [grant] = grants;
    const message = `step "${user.id!}" uses the token of "${token.id}" and may run before its role is granted`;
    const notes = [{ span: grant!.idSpan, message: "the role is granted here" }];
    const hint =
      order.isBefore(user.id!, grant!.id!) === true
        ? `turn the two around: "${grant!.id!}" waits for "${user.id!}"`
        : `write needs: [${grant!.id!}] in step "${user.id!}"`;
    return [diagnosticAt(source, user.idSpan, "late-grant", message, { hint, notes })];
  });
}

function isGrantTo(grant: StepOutline, token: Token, outline: Outline): boolean {
  const principal = stepGiving(grant, "principalId");
  if (principal === undefined) return false;
  if (principal === (token.identity ?? token.vm)) return true;
  // A token of the only identity that the VM has is that of the one which is assigned.
  const assigned = assigning(token, outline);
  return assigned.some(
    (step) => step.id === principal || (token.identity === undefined && stepGiving(step, "identity") === principal),
  );
}

function readsToken(step: StepOutline, id: string): boolean {
  return [...templatesIn(step.with)].some(({ template }) => {
    const read = template && outputIn(template, step);
    return read?.id === id && read.output === "accessToken";
  });
}
