// Looks at the ways to sign in to Azure. Without `ask` it reads the environment and files of `az`, and contacts nobody.

import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Target } from "../../azure/target.ts";
import type { Io } from "../io.ts";
import { type Finding, fine, note, wrong } from "./finding.ts";

export function azFinding({ env }: Pick<Io, "env">): Finding {
  const about = "az";
  const names = process.platform === "win32" ? ["az.cmd", "az.exe"] : ["az"];
  const folders = (env["PATH"] ?? env["Path"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const path = folders.flatMap((folder) => names.map((name) => join(folder, name))).find((file) => existsSync(file));
  if (path === undefined)
    return fine(about, "not installed; it is one way to sign in, and is needed for no other thing");
  const profile = join(env["AZURE_CONFIG_DIR"] ?? join(env["HOME"] ?? "", ".azure"), "azureProfile.json");
  const chosen = subscriptionIn(profile);
  return chosen === undefined
    ? fine(about, `${path}; nobody is signed in`)
    : fine(about, `${path}; ${chosen.user} is signed in, subscription "${chosen.name}" (${chosen.id})`);
}

interface ChosenSubscription {
  readonly id: string;
  readonly name: string;
  readonly user: string;
}

/** What `az` keeps of a sign-in besides its tokens, which are not looked at. */
function subscriptionIn(profile: string): ChosenSubscription | undefined {
  try {
    // It begins with a byte order mark.
    const { subscriptions } = JSON.parse(readFileSync(profile, "utf8").replace(/^\uFEFF/, "")) as {
      subscriptions: readonly { id: string; name: string; isDefault?: boolean; user?: { name?: string } }[];
    };
    const chosen = subscriptions.find(({ isDefault }) => isDefault === true);
    return chosen && { id: chosen.id, name: chosen.name, user: chosen.user?.name ?? "somebody" };
  } catch {
    return undefined;
  }
}

const has = (env: Io["env"], name: string): boolean => (env[name] ?? "") !== "";

/** https://learn.microsoft.com/javascript/api/@azure/identity/environmentcredential */
export function environmentFinding({ env }: Pick<Io, "env">): Finding {
  const about = "environment";
  const proofs = ["AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE"];
  const proof = proofs.filter((name) => has(env, name));
  const who = ["AZURE_TENANT_ID", "AZURE_CLIENT_ID"];
  const missing = who.filter((name) => !has(env, name));
  const subscription = has(env, "AZURE_SUBSCRIPTION_ID") ? `; subscription ${env["AZURE_SUBSCRIPTION_ID"]}` : "";
  if (proof.length === 0) {
    return missing.length === 2
      ? fine(about, `no sign-in is set${subscription}`)
      : note(
          about,
          `${who.filter((name) => has(env, name)).join(" and ")} without a proof`,
          `set ${proofs[0]}, or unset it`,
        );
  }
  if (missing.length > 0) {
    return wrong(
      about,
      `${proof.join(" and ")} is set, and ${missing.join(" and ")} is not`,
      `set ${missing.join(" and ")}`,
    );
  }
  const file = ["AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE"].find(
    (name) => has(env, name) && !existsSync(env[name]!),
  );
  if (file !== undefined) return wrong(about, `${file} names ${env[file]}, which is not there`, `mend ${file}`);
  return fine(
    about,
    `client ${env["AZURE_CLIENT_ID"]} of tenant ${env["AZURE_TENANT_ID"]}, by ${proof[0]}${subscription}`,
  );
}

/** Tokens are refused by a clock that is five minutes off: https://learn.microsoft.com/entra/identity-platform/access-tokens */
const MOST_SKEW_MS = 300_000;

/** Signs in and reads the subscription: the one look that contacts somebody. */
export async function azureFindings(
  target: Target,
  io: Io,
): Promise<{
  readonly findings: readonly Finding[];
  readonly isSignedIn: boolean;
}> {
  const { signIn, SignInError } = await import("../../azure/sign-in.ts");
  const about = "Azure";
  try {
    const { subscriptionName, serverTime } = await signIn(target);
    const skew = serverTime === undefined ? undefined : Math.abs(io.clock.now() - serverTime);
    const clock =
      skew === undefined
        ? []
        : skew > MOST_SKEW_MS
          ? [wrong("clock", `${Math.round(skew / 60_000)} minutes off Azure's`, "set the clock: tokens are refused")]
          : [fine("clock", `within ${Math.ceil(skew / 1000)} s of Azure's`)];
    return {
      findings: [fine(about, `signed in; sees "${subscriptionName}" (${target.description})`), ...clock],
      isSignedIn: true,
    };
  } catch (thrown) {
    if (thrown instanceof SignInError) {
      const tried = thrown.tried.map((line) => `; ${line}`).join("");
      const advice = "sign in with `az login`, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET";
      return { findings: [wrong(about, `${thrown.message}${tried}`, advice)], isSignedIn: false };
    }
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return {
      findings: [wrong(about, `does not answer: ${message}`, "look at the network and its proxy")],
      isSignedIn: true,
    };
  }
}
