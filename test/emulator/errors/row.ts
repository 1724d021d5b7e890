/** One error of Azure's: how it is brought about through Azure's own clients, and all that is said of it. */
import { expect } from "chai";
import type { RestError } from "@azure/core-rest-pipeline";
import type { EmulatorOptions } from "../../../engine/emulator/emulator.ts";
import { FaultInjector } from "../../../engine/emulator/faults/injector.ts";
import type { Fault } from "../../../engine/emulator/faults/kinds.ts";
import { sizes } from "../../../engine/emulator/providers/compute/sizes.ts";
import { regionNames } from "../../../engine/emulator/regions.ts";
import { password } from "../../support/azure-world.ts";
import { SdkWorld } from "../../support/sdk-world.ts";

export interface Row {
  readonly code: string;
  /** 200: the request was taken, and its operation failed. */
  readonly status: number;
  /** When several are of one code. */
  readonly what?: string;
  /** Whole; what is invented or long stands in capitals, as `plain` has it. */
  readonly message: string;
  /** What else the error holds, and what it does not. */
  readonly more?: Readonly<Record<string, unknown>>;
  /** By Resource Manager's front door, and not by a provider behind it. */
  readonly isGateway?: true;
  /** Those that a client acts on. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly options?: EmulatorOptions;
  /** Only for what is Azure's own trouble. */
  readonly fault?: Fault;
  readonly provoke: (w: SdkWorld) => Promise<unknown>;
}
export type Rows = readonly Row[];
export const guid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
export const named = ({ status, code, what }: Row): string =>
  `${status} ${code}${what === undefined ? "" : ` (${what})`}`;

interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly more: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
}
/** Of the error as the wire had it; the client must have said the same. */
async function refusalOf(w: SdkWorld, work: () => Promise<unknown>): Promise<Refusal> {
  let thrown: RestError | undefined;
  try {
    await work();
  } catch (e) {
    thrown = e as RestError;
  }
  if (thrown === undefined || w.wire === undefined) throw new Error("it was not refused");
  const { status, headers, body } = w.wire;
  const answer = JSON.parse(body) as {
    readonly error: unknown;
    readonly error_description?: string;
    readonly status?: string;
  };
  if (typeof answer.error === "string") {
    const { error: code, error_description: message = code, ...more } = answer;
    const isTold = thrown.message === "refused" || thrown.message.includes(message.split("\r\n")[0] ?? "");
    if (!isTold) throw new Error(`the credential says "${thrown.message}"`, { cause: thrown });
    return { status, headers, more, code, message };
  }
  if (answer.error === undefined) throw thrown;
  const { code, message, ...more } = answer.error as { readonly code: string; readonly message: string };
  const late = /^The long-running operation has failed\. (\w+)\. ([\s\S]*)$/.exec(thrown.message);
  if (late !== null) expect([late[1], late[2]]).to.deep.equal([code, message]);
  else if (answer.status === "Canceled") expect(thrown.message).to.match(/cancell?ed/);
  else if (thrown.message !== "refused") expect([thrown.statusCode, thrown.code]).to.deep.equal([status, code]);
  return { status, headers, more, code, message };
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
/** A text without what is invented, and without what is long and told elsewhere. */
function plain(w: SdkWorld, text: string): string {
  const { emulator, subscription } = w.azure;
  const { operator, tenantId, subscriptionId } = emulator;
  return (
    text
      .replaceAll(new RegExp(escaped(w.names.group), "gi"), "RG")
      .replaceAll(subscription, "SUB")
      .replaceAll(subscriptionId, "SUBSCRIPTION")
      .replaceAll(tenantId, "TENANT")
      .replaceAll(operator.objectId, "OPERATOR")
      .replaceAll(operator.clientId, "CLIENT")
      .replaceAll(regionNames.join(","), "REGIONS")
      .replaceAll(regionNames.join(", "), "REGIONS")
      .replaceAll(sizes.map((s) => s.name).join(","), "SIZES")
      .replaceAll(/(?<=')\d{4}-\d\d-\d\d(-preview)?(, ?\d{4}-\d\d-\d\d(-\w+)?)+(?=')/g, "VERSIONS")
      .replaceAll(/(?!00000000)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "GUID")
      .replaceAll(/(?<![0-9a-f])(?!0{8})[0-9a-f]{32}(?![0-9a-f])/g, "HEX")
      .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ/g, "TIME")
      // Newer versions of Node say that too.
      .replaceAll(/ \(line \d+ column \d+\)/g, "")
  );
}

export async function check(row: Row): Promise<void> {
  const { fault, options = {} } = row;
  const w = await SdkWorld.open({ ...options, ...(fault && { faults: new FaultInjector({ faults: [fault] }) }) });
  const found = await refusalOf(w, () => row.provoke(w));
  const { "x-ms-failure-cause": cause } = found.headers;
  const seen = JSON.parse(
    plain(
      w,
      JSON.stringify({
        status: found.status,
        code: found.code,
        message: found.message,
        more: found.more,
        headers: Object.fromEntries(Object.keys(row.headers ?? {}).map((name) => [name, found.headers[name]])),
        cause,
      }),
    ),
  ) as object;
  const { status, code, message, more = {}, headers = {}, isGateway } = row;
  expect(seen).to.deep.equal({ status, code, message, more, headers, ...(isGateway && { cause: "gateway" }) });
  expect(JSON.stringify(found)).not.to.include(password);
}
