// Managed run commands, `virtualMachines/runCommands/{name}`: made, read, listed, deleted. Protected parameters are used
// for the run and forgotten: they are neither stored nor shown.

import { finishManaged, markRunning } from "../../sandbox/finish.ts";
import { lower, nameOf } from "../../resource-id.ts";
import { inGroup, on } from "../../routes/route.ts";
import { view, type Entry } from "../../store.ts";
import { AzureError, notEmulated, type Answer, type Body } from "../../wire.ts";
import { noContent, notFound, ok, requireEntry, requireLocation, startOperation, type Context } from "../context.ts";
import { parametersOf, requireReady, startScript } from "./run-command.ts";

const vmOf = (c: Context): Entry => requireEntry(c, vmPath(c.id.path));
const vmPath = (path: string): string => path.slice(0, lower(path).lastIndexOf("/runcommands"));

export function putManagedRunCommand(c: Context): Answer {
  const vm = vmOf(c);
  const was = c.tx.get(c.id.path);
  return begin(c, vm, was, requireLocation(c, was), c.body["properties"] ?? {});
}

/** What is named is replaced, and the command runs again; with new tags alone it does not. */
export function patchManagedRunCommand(c: Context): Answer {
  const vm = vmOf(c);
  const was = c.tx.get(c.id.path);
  if (!was) throw notFound(c.id);
  if (c.body["properties"] === undefined) {
    if (c.body["tags"] !== undefined) c.tx.put({ ...was, body: { ...was.body, tags: c.body["tags"] } });
    return ok(view(c.tx.get(c.id.path) ?? was, c.tx.now));
  }
  c.body["tags"] ??= was.body["tags"];
  const { provisioningState: _, ...kept } = was.body["properties"] as Body;
  return begin(c, vm, was, was.body["location"], { ...kept, ...(c.body["properties"] as Body) });
}

function begin(c: Context, vm: Entry, was: Entry | null, location: string, properties: Body): Answer {
  requireReady(c, vm);
  const { protectedParameters, runAsPassword: _, ...shown } = properties;
  const script: unknown = shown["source"]?.script;
  for (const other of ["scriptUri", "commandId", "galleryScriptReferenceId"])
    if (shown["source"]?.[other] !== undefined && script === undefined)
      throw notEmulated(`run commands whose script is not inline (source.${other})`);
  if (typeof script !== "string" || script === "") {
    throw new AzureError(400, "InvalidParameter", "Required parameter 'source.script' is missing (null).", {
      target: "source.script",
    });
  }
  const parameters = parametersOf(shown["parameters"], protectedParameters);
  const seconds = Number(shown["timeoutInSeconds"] ?? 0);
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > longestRunSeconds)
    throw new AzureError(
      400,
      "InvalidParameter",
      `The value '${seconds}' of parameter 'timeoutInSeconds' is out of range. Value '${seconds}' must be between '0' and '${longestRunSeconds}' inclusive.`,
      { target: "timeoutInSeconds" },
    );
  const run = startScript(c, vm, { text: script, parameters, ...(seconds > 0 && { timeMs: seconds * 1000 }) });
  const time = (ms: number): string => new Date(ms).toISOString();
  const times = { startTime: time(c.tx.now + c.tx.latency.runCommandMs), endTime: time(run.endsAt) };
  const result = !run.known
    ? { executionState: "Failed", executionMessage: "Execution failed", exitCode: 1, output: "", error: run.why }
    : run.isLate
      ? { executionState: "TimedOut", executionMessage: tooLong(seconds), exitCode: 1, output: "", error: "" }
      : { executionState: "Succeeded", executionMessage: "", exitCode: 0, output: run.stdout, error: "" };
  const id = was?.id ?? c.id.path;
  const entry: Entry = {
    id,
    body: {
      name: nameOf(id),
      id,
      type: "Microsoft.Compute/virtualMachines/runCommands",
      location,
      ...(c.body["tags"] && { tags: c.body["tags"] }),
      properties: { ...shown, provisioningState: "Creating" },
    },
    createdAt: was?.createdAt ?? c.tx.now,
    readyAt: run.endsAt,
    pending: was ? "Updating" : "Creating",
    hidden: { instanceView: { ...result, ...times, statuses: [] } },
  };
  c.tx.put(entry);
  const headers = startOperation(c, { provider: "Microsoft.Compute", region: location, readyAt: run.endsAt });
  if (run.known && run.later) {
    const operation = headers["azure-asyncoperation"] ?? "";
    markRunning(c.tx, new URL(operation).pathname, id);
    run.later(finishManaged(id, operation));
  }
  return { status: was ? 200 : 201, body: view(entry, c.tx.now), headers };
}

/** A day: longer than any run that Azure waits for. */
const longestRunSeconds = 86_400;
const tooLong = (seconds: number): string => `the script took longer than ${seconds} s`;

export function getManagedRunCommand(c: Context): Answer {
  vmOf(c);
  const entry = c.tx.get(c.id.path);
  if (!entry) throw notFound(c.id);
  const body = view(entry, c.tx.now);
  if (/instanceView/i.test(c.query.get("$expand") ?? "")) {
    const isRunning = (entry.readyAt ?? 0) > c.tx.now;
    const instanceView: unknown = isRunning ? { executionState: "Running" } : entry.hidden?.["instanceView"];
    body["properties"] = { ...body["properties"], instanceView };
  }
  return ok(body);
}

export function listManagedRunCommands(c: Context): Answer {
  const vm = vmOf(c);
  return ok({ value: c.tx.list(vm.id, c.id.type).map((entry) => view(entry, c.tx.now)) });
}

export function deleteManagedRunCommand(c: Context): Answer {
  const vm = vmOf(c);
  const entry = c.tx.get(c.id.path);
  if (!entry) return noContent;
  const goneAt = c.tx.now + c.tx.latency.vmUpdateMs;
  c.tx.put({ ...entry, goneAt });
  const region: string = vm.body["location"];
  return {
    status: 202,
    headers: startOperation(c, { provider: "Microsoft.Compute", region, readyAt: goneAt, location: true }),
  };
}

const properties = {
  source: { script: "string" },
  parameters: [{ name: "string" }],
  protectedParameters: [{ name: "string" }],
  timeoutInSeconds: "number",
} as const;
const type = "Microsoft.Compute/virtualMachines/{vmName}/runCommands";
export const managedRunCommandRoutes = [
  ...on(inGroup(type), ["GET", "VirtualMachineRunCommands_ListByVirtualMachine", listManagedRunCommands]),
  ...on(
    inGroup(`${type}/{runCommandName}`),
    ["GET", "VirtualMachineRunCommands_GetByVirtualMachine", getManagedRunCommand],
    [
      "PUT",
      "VirtualMachineRunCommands_CreateOrUpdate",
      putManagedRunCommand,
      { body: { location: "string", tags: "map", properties } },
    ],
    ["PATCH", "VirtualMachineRunCommands_Update", patchManagedRunCommand, { body: { tags: "map", properties } }],
    ["DELETE", "VirtualMachineRunCommands_Delete", deleteManagedRunCommand],
  ),
];
