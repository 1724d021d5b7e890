// What other programs need to use a running emulator: files beside its state, and the lines that a person types.

import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { isAlive } from "../emulator/sandbox/process-alive.ts";

export interface EmulatorAccess {
  /** `https://localhost:43210` */
  readonly url: string;
  /** The same over HTTP, where that was asked for. */
  readonly httpUrl?: string;
  readonly tenantId: string;
  readonly subscriptionId: string;
  readonly clientId: string;
  readonly caFile: string;
  /** Holds the secret alone, for its owner alone: it is never printed. */
  readonly secretFile: string;
  /** For a POSIX shell: what the SDKs, Terraform and curl read. */
  readonly envFile: string;
  /** For `az cloud register --cloud-config`. */
  readonly azCloudFile: string;
  /** For `runbook run --target azure --cloud`. */
  readonly cloudFile: string;
}

/**
 * A folder for an emulator that keeps nothing, beside one whose files stay as they are. Removes those of processes that
 * were killed.
 */
export function makeEphemeralDirectory(directory: string): string {
  for (const name of readdirSync(directory)) {
    const pid = /^ephemeral-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(directory, name), { recursive: true, force: true });
  }
  const own = join(directory, `ephemeral-${process.pid}`);
  mkdirSync(own, { recursive: true, mode: 0o700 });
  return own;
}

/** Writes the files of a directory, over those of the time before. */
export function writeAccess(
  directory: string,
  of: Pick<EmulatorAccess, "url" | "httpUrl" | "tenantId" | "subscriptionId" | "clientId" | "caFile">,
  clientSecret: string,
): EmulatorAccess {
  const file = (name: string): string => join(directory, name);
  const access: EmulatorAccess = {
    ...of,
    secretFile: file("client-secret"),
    envFile: file("env.sh"),
    azCloudFile: file("az-cloud.json"),
    cloudFile: file("cloud.json"),
  };
  const { url, tenantId, subscriptionId, clientId } = of;
  writeFor(access.secretFile, clientSecret);
  const variables: Readonly<Record<string, string>> = {
    AZURE_TENANT_ID: tenantId,
    AZURE_SUBSCRIPTION_ID: subscriptionId,
    AZURE_CLIENT_ID: clientId,
    AZURE_CLIENT_SECRET_FILE: access.secretFile,
    AZURE_AUTHORITY_HOST: url,
    AZURE_RESOURCE_MANAGER: url,
    NODE_EXTRA_CA_CERTS: of.caFile,
    REQUESTS_CA_BUNDLE: of.caFile,
    SSL_CERT_FILE: of.caFile,
    CURL_CA_BUNDLE: of.caFile,
    // Apart from that of its user, who may be signed in to Azure.
    AZURE_CONFIG_DIR: file("az"),
  };
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}=${quoted(value)}`);
  const secret = `export AZURE_CLIENT_SECRET="$(cat ${quoted(access.secretFile)})"`;
  writeFor(access.envFile, `${[...lines, secret, TOKEN].join("\n")}\n`);
  writeFor(
    access.azCloudFile,
    json({
      name: "runbook-emulator",
      endpoints: {
        management: url,
        resourceManager: url,
        // An authority of this name makes `az` ask nobody else who it is.
        activeDirectory: `${url}/adfs`,
        activeDirectoryResourceId: "https://management.azure.com/",
        activeDirectoryGraphResourceId: url,
        microsoftGraphResourceId: url,
        gallery: url,
        batchResourceId: url,
        vmImageAliasDoc: `${url}/aliases.json`,
      },
      suffixes: { storageEndpoint: "emulator.invalid", keyvaultDns: ".vault.emulator.invalid" },
    }),
  );
  writeFor(
    access.cloudFile,
    json({
      name: "emulator",
      resourceManager: url,
      authority: url,
      audience: "https://management.azure.com",
      ca: relative(directory, of.caFile),
      instanceDiscovery: false,
    }),
  );
  return access;
}

/** Prints a token for Resource Manager. The secret comes from a file: arguments can be read by others. */
const TOKEN = `azure_token() {
  curl -sS "$AZURE_AUTHORITY_HOST/$AZURE_TENANT_ID/oauth2/v2.0/token" \\
    -d grant_type=client_credentials -d "client_id=$AZURE_CLIENT_ID" \\
    --data-urlencode "client_secret@$AZURE_CLIENT_SECRET_FILE" \\
    -d "scope=https://management.azure.com/.default" | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/'
}`;

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
/** For a POSIX shell. */
const quoted = (text: string): string => (/^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

function writeFor(file: string, text: string): void {
  writeFileSync(`${file}.tmp`, text, { mode: 0o600 });
  chmodSync(`${file}.tmp`, 0o600);
  renameSync(`${file}.tmp`, file);
}

/** What to type, by who reads it. `shown` gives a file as a person in this folder would write it. */
export function accessLines(
  access: EmulatorAccess,
  shown: (file: string) => string,
): readonly (readonly [who: string, lines: readonly string[]])[] {
  const inShell = `. ${shown(access.envFile)}`;
  return [
    ["in any shell first", [inShell]],
    [
      "az",
      [
        `az cloud register -n emulator --cloud-config @${shown(access.azCloudFile)}`,
        "az cloud set -n emulator --profile 2020-09-01-hybrid",
        'az login --service-principal -u $AZURE_CLIENT_ID -p "$AZURE_CLIENT_SECRET" -t $AZURE_TENANT_ID',
      ],
    ],
    [
      "curl",
      [
        'curl -sS -H "Authorization: Bearer $(azure_token)" \\',
        '  "$AZURE_RESOURCE_MANAGER/subscriptions?api-version=2022-12-01"',
      ],
    ],
    ["runbook, as on Azure", [`runbook run --target azure --cloud ${shown(access.cloudFile)}`]],
  ];
}
