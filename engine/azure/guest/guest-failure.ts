// Why a request inside a VM gave no answer, in words for whoever has to mend it.

import type { Failure } from "../../run/failure.ts";
import type { Frame } from "./frame.ts";

/** Bytes of a script's output that Run Command gives back. */
const OUTPUT_LIMIT = 4096;

type Reason = Pick<Failure, "message" | "hint">;

/** The frame says that the guest could not do it. */
export function guestError(frame: Extract<Frame, { kind: "error" }>, vm: string, arm: string | undefined): Failure {
  const { word, stage, status } = frame;
  const reason = WORDS[word] ?? byPrefix(word, stage, status, arm);
  const message = `the request inside ${nameOf(vm)} failed: ${reason.message} (${word})`;
  return { origin: "guest", code: word, message, ...(reason.hint !== undefined && { hint: reason.hint }) };
}

/** There is no frame that could be read. `stderr` must hold no secret. */
export function unreadable(
  frame: Extract<Frame, { kind: "unreadable" }> | { readonly why: "seal"; readonly length: number },
  vm: string,
  stderr: string,
): Failure {
  const name = nameOf(vm);
  switch (frame.why) {
    case "no-frame": {
      const heard = stderr.replaceAll(/\s+/g, " ").trim().slice(-300);
      return {
        origin: "guest",
        code: "GuestAnswerMissing",
        message: `the script in ${name} gave no answer${heard === "" ? "" : `; it said: ${heard}`}`,
        hint: "the VM's shell may have stopped it: look at its application control, its antivirus and the log of the Run Command extension",
      };
    }
    case "other-request":
      return {
        origin: "guest",
        code: "GuestAnswerOther",
        message: `${name} gave the answer to another request`,
        hint: "run it again; if it stays so, remove the Run Command extension from the VM",
      };
    case "cut":
      return {
        origin: "guest",
        code: "GuestAnswerTooLarge",
        message: `the answer does not fit: sealed it has ${frame.length} characters, and Run Command gives back the last ${OUTPUT_LIMIT} bytes of what a script prints`,
        hint: "read a single resource instead of a list, or leave out `vm` to read from here, where answers may be of any size",
      };
    case "damaged":
      return {
        origin: "guest",
        code: "GuestAnswerDamaged",
        message: `the answer of ${name} was damaged on its way`,
        hint: "run it again",
      };
    case "seal":
      return {
        origin: "guest",
        code: "GuestAnswerDamaged",
        message: `the answer of ${name} cannot be opened: it was not sealed for this run, or was changed on its way`,
        hint: "run it again; if it stays so, something in the VM changes what scripts print",
      };
  }
}

const crypto: Reason = {
  message: "the VM's own cryptography refused",
  hint: "the VM needs RSA-OAEP with SHA-256 and AES-256: OpenSSL 1.1 or later, or .NET Framework 4.6 or later",
};
const malformed: Reason = {
  message: "the VM refused a parameter, which is a mistake of the engine's",
  hint: "please report it with the word in parentheses",
};

const WORDS: Readonly<Record<string, Reason>> = {
  "bad-mode": malformed,
  "bad-id": malformed,
  "bad-key": malformed,
  "bad-imds": malformed,
  "bad-options": malformed,
  "bad-arm": { message: "the VM refused the URL of Resource Manager", hint: "look at the step's `path`" },
  "bad-token": { message: "the token has characters that no access token has", hint: "look at the step's `token`" },
  "no-openssl": { message: "the VM has no openssl", hint: "install openssl in the VM" },
  "no-client": {
    message: "the VM has neither curl nor python3",
    hint: "install curl 7.54 or later, or python3, in the VM",
  },
  "no-printf": { message: "the VM's /bin/sh has no printf of its own", hint: "make dash, bash or busybox its /bin/sh" },
  "language-mode": {
    message: "PowerShell in the VM may not run full scripts",
    hint: "an application control policy restricts it; allow the script by its hash (docs/security.md)",
  },
  "no-random": crypto,
  "wrap-failed": crypto,
  "pack-failed": crypto,
  "seal-failed": crypto,
  "mac-failed": crypto,
  "no-token": {
    message: "the metadata service answered without an access token",
    hint: "something else answers at 169.254.169.254 in the VM: a proxy or a container's network",
  },
};

function byPrefix(word: string, stage: string, status: number, arm: string | undefined): Reason {
  const whom = stage === "imds" ? "the VM's metadata service" : (arm ?? "Azure Resource Manager");
  if (word.startsWith("net-")) {
    return {
      message: `no answer from ${whom}`,
      hint:
        stage === "imds"
          ? "let the VM reach 169.254.169.254 on port 80: look at its firewall and at its proxy settings"
          : `let the VM reach ${whom} on port 443: look at its network security group, routes, firewall, proxy and clock`,
    };
  }
  if (word.startsWith("cut-")) {
    return { message: `the answer of ${whom} (HTTP ${status}) ended early`, hint: "run it again" };
  }
  return { message: "something unexpected happened in the script", hint: "please report it" };
}

/** What to do about Azure's refusals to run anything in a VM. */
export function withRunCommandHint(failure: Failure): Failure {
  if (failure.hint !== undefined || failure.code === undefined) return failure;
  const hint = HINTS.find(([code, text]) => code.test(failure.code ?? "") && text.test(failure.message))?.[2];
  return hint === undefined ? failure : { ...failure, hint };
}

const HINTS: readonly (readonly [code: RegExp, message: RegExp, hint: string])[] = [
  [/^OperationNotAllowed$/, /requires the VM to be running/, "start the VM (`az vm start`), then go on"],
  [
    /^OperationNotAllowed$/,
    /extension operations are disallowed/,
    "the VM must have the guest agent, and osProfile.allowExtensionOperations must be true",
  ],
  [
    /VMAgentStatus|VMExtension|^Conflict.*Agent/,
    /./s,
    "the VM's guest agent did not answer: wait until it is ready, or look at it in the VM (services WindowsAzureGuestAgent, walinuxagent)",
  ],
  [
    /^AuthorizationFailed$/,
    /virtualMachines\/runCommand/,
    "whoever runs this needs the role Virtual Machine Contributor on the VM, or another with this action",
  ],
  [
    /^Conflict$/,
    /execution is in progress/i,
    "somebody else's Run Command is running in the VM; it may take up to 90 minutes",
  ],
];

const nameOf = (id: string): string => id.slice(id.lastIndexOf("/") + 1);
