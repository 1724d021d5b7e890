// What a program does that embeds the engine. The package tests compile it and run it against the packed package.

export const CONSUMER = `import {
  builtinSteps, defineStep, executeRun, loadRunbook, openEmulatorTarget, performerFor, systemClock, Type, Vault,
  type Journal, type Runbook, type RunEvent, type StepRegistry,
} from "azure-runbook";

const greet = defineStep({
  name: "greet",
  summary: "Greet somebody.",
  inputs: Type.Object({ name: Type.String() }),
  outputs: Type.Object({ text: Type.String() }),
  examples: [],
  // eslint-disable-next-line require-yield
  *run({ name }) {
    return { text: \`hello \${name}\` };
  },
});
const registry: StepRegistry = new Map([...builtinSteps, [greet.name, greet]]);
const text = \`version: 1
name: embedded
steps:
  - { id: group, uses: create-rg, with: { name: embedded, location: eastus } }
  - { id: hello, uses: greet, with: { name: "\\\${{ steps.group.outputs.name }}" } }
outputs:
  text: \\\${{ steps.hello.outputs.text }}
\`;
const { runbook, diagnostics } = loadRunbook(text, { file: "embedded.yaml", registry });
if (runbook === undefined) throw new Error(diagnostics.map(({ message }) => message).join());
const { name, steps, outputs }: Runbook = runbook;
const target = await openEmulatorTarget({ description: "in memory" });
const vault = new Vault();
const journal: Journal = { append() {}, async durable() {} };
const events: RunEvent[] = [];
const result = await executeRun({
  runbook: name, target: target.description, steps, outputs, registry, inputs: {}, journal, clock: systemClock,
  concurrency: 4, performer: (onRetry) => performerFor({ target, vault, clock: systemClock, onRetry }),
  onEvent: (event) => events.push(event),
});
await target.close();
console.log(JSON.stringify({ status: result.status, outputs: result.outputs, last: events.at(-1)?.type }));
`;

export const CONSUMER_SAYS = '{"status":"done","outputs":{"text":"hello embedded"},"last":"run-finished"}\n';
