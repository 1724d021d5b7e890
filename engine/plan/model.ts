// A plan as a value: all that a run would send and change. Its schema is the plan file's, and is written from these types.

import { type Static, Type } from "../steps/type.ts";
import type { Json } from "../value/json.ts";

const Text = (description: string) => Type.String({ description });
const Value = (description: string) => Type.Unsafe<Json>({ description });
const object = <T extends Parameters<typeof Type.Object>[0]>(properties: T, description?: string) =>
  Type.Object(properties, { additionalProperties: false, ...(description !== undefined && { description }) });

/** Raised when a reader of the old form would misread the new one. */
export const PLAN_VERSION = 1;

export const CHANGES = ["create", "update", "remove", "run", "none", "read", "skipped", "opaque", "failed"] as const;
export const MARKS = ["remove", "role-assignment", "identity", "exposure"] as const;

const Change = Type.Enum([...CHANGES], {
  description:
    "run: something is done inside a VM. none: it is there already. opaque: a rehearsal cannot tell; whatever it would write is refused.",
});
const Mark = Type.Enum([...MARKS], {
  description:
    "What a reviewer looks at first: something goes, a role is granted, a VM gets an identity, something can be reached from the internet.",
});

const PlannedRequest = object(
  {
    operation: Text("The operation that sends it, for example vm/0.1/0."),
    method: Text("PUT, PATCH, POST or DELETE."),
    url: Value("Path and query; a template."),
    body: Value("JSON as it goes over the wire; a template. Secrets are references: { $secret: … }."),
    repeatable: Type.Boolean({ description: "Whether the same request may be sent again after a failure." }),
  },
  "One request that changes something. In templates, { $text: [pieces] } is a text with holes that are known only after the steps named.",
);

const Difference = object({
  kind: Type.Enum(["add", "change", "remove"]),
  path: Text("JSON pointer; items of lists of named things go by their name."),
  before: Type.Optional(Value("What is there now.")),
  after: Type.Optional(Value("What will be there; a template.")),
});

const ResourceChange = object({
  id: Value("ARM id; a template."),
  type: Text("For example Microsoft.Compute/virtualMachines."),
  name: Text("Its last segment, or what it is known after."),
  operation: Text("The operation that changes it."),
  change: Type.Enum(["create", "update", "remove", "none"]),
  marks: Type.Array(Mark),
  differences: Type.Array(Difference),
});

const Right = object({
  principal: Value("Object id; a template."),
  who: Text("caller, or whose identity it is."),
  action: Text("ARM action, for example Microsoft.Compute/virtualMachines/write."),
  scope: Value("ARM id; a template."),
  step: Text("The step that needs it first."),
  state: Type.Enum(["held", "granted", "missing", "denied", "unknown"], {
    description:
      "granted: a step of this run gives it. denied: a deny assignment takes it away. unknown: the target does not let the caller see.",
  }),
  assignment: Type.Optional(Text("ARM id of the role assignment that gives it, or of the deny assignment.")),
  role: Type.Optional(Text("Name of the role that gives it, or of the deny assignment.")),
  grantedBy: Type.Optional(Text("The step that grants it.")),
  onlyIf: Type.Optional(Text("When it is needed; absent: always.")),
});

const InVm = object({ vm: Value("ARM id; a template."), request: Value("What is asked inside it; a template.") });
const Read = object({ method: Type.String(), url: Value("Path and query; a template.") });

const Given = object({
  instance: Text("The step, with its item if it has one."),
  at: Text("JSON pointer into its inputs."),
  text: Value("A template."),
});

const Givens = Type.Optional(
  Type.Array(Given, {
    description:
      "Inputs made of what no rehearsal can tell. What a request holds in their place must be what these expressions give in the run.",
  }),
);

const OnlyIf = object(
  {
    when: Text("For example: the run fails."),
    marks: Type.Array(Mark),
    resources: Type.Array(ResourceChange),
    requests: Type.Array(PlannedRequest),
    reads: Type.Array(Read),
    inVm: Type.Array(InVm),
    given: Givens,
  },
  "What a step does beyond the rest when other steps, or the run, end otherwise than in the rehearsal.",
);

const PlannedStep = object({
  id: Type.String(),
  uses: Type.String(),
  description: Type.Optional(Type.String()),
  line: Type.Integer({ description: "Where it is in the runbook, or in `file`; 1-based." }),
  file: Type.Optional(Text("The runbook that it is written in, when it is one that is called.")),
  dependencies: Type.Array(Type.String()),
  change: Change,
  reason: Type.Optional(Text("Why it is skipped, opaque or failed; what it waits for.")),
  marks: Type.Array(Mark),
  resources: Type.Array(ResourceChange),
  requests: Type.Array(PlannedRequest),
  reads: Type.Array(Read),
  inVm: Type.Array(InVm),
  onlyIf: Type.Optional(Type.Array(OnlyIf)),
  given: Givens,
  outputs: Type.Optional(Value("A template.")),
});

export const PlanSchema = object(
  {
    format: Type.Literal("azure-runbook-plan"),
    version: Type.Literal(PLAN_VERSION),
    createdAt: Text("ISO 8601."),
    digest: Text("SHA-256 of the whole file with this member empty."),
    runbook: object({
      name: Type.String(),
      description: Type.Optional(Type.String()),
      path: Text("As it was given."),
      digest: Text("SHA-256 of its text."),
    }),
    target: object({
      kind: Type.Enum(["azure", "emulator"]),
      description: Type.String(),
      resourceManager: Text("Address."),
      subscriptionId: Type.String(),
      tenantId: Type.String(),
    }),
    caller: object({
      objectId: Type.String(),
      clientId: Type.Optional(Type.String()),
      name: Type.Optional(Type.String()),
    }),
    inputs: Value("By name; secrets as references."),
    observed: Type.Record(Type.String(), Type.Record(Type.String(), Type.String()), {
      description: "By id of what was read: digests of its members; empty when it was not there.",
    }),
    steps: Type.Array(PlannedStep),
    rights: Type.Array(Right),
    counterfactuals: Type.Array(
      object({
        step: Text("The step that grants a role."),
        role: Type.String(),
        scope: Value("ARM id; a template."),
        refused: Type.Array(object({ step: Type.String(), action: Type.String() }), {
          description: "What would be refused without it. Empty: nothing in this run needs it.",
        }),
      }),
    ),
    outputs: Value("The runbook's; a template."),
    obstacles: Type.Array(Type.String(), { description: "Why it cannot be applied; empty when it can." }),
    unknowns: Type.Array(Type.String(), { description: "What a rehearsal cannot know." }),
    rehearsals: Type.Integer(),
  },
  "A saved plan of the command `runbook`.",
);

export type Plan = Static<typeof PlanSchema>;
export type PlannedStep = Plan["steps"][number];
export type PlannedRequest = PlannedStep["requests"][number];
export type OnlyIf = Static<typeof OnlyIf>;
export type Given = Static<typeof Given>;
export type ResourceChange = PlannedStep["resources"][number];
export type Difference = ResourceChange["differences"][number];
export type Right = Plan["rights"][number];
export type PlannedChange = PlannedStep["change"];
export type Mark = PlannedStep["marks"][number];
