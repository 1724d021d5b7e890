// What Azure refuses in a VM's names, users and passwords, told before anything is sent.
// Sources: the descriptions of OSProfile in the compute OpenAPI (adminUsername, adminPassword, computerName),
// https://learn.microsoft.com/azure/virtual-machines/windows/faq and …/linux/faq, and the checks of `az vm create`:
// https://github.com/Azure/azure-cli/blob/dev/src/azure-cli/azure/cli/command_modules/vm/_validators.py

import type { InputProblem } from "../definition.ts";
import type { VmOs } from "./vm-images.ts";

const RESERVED_USERS: ReadonlySet<string> = new Set(
  (
    "administrator admin user user1 test user2 test1 user3 admin1 1 123 a actuser adm admin2 aspnet backup console " +
    "david guest john owner root server sql support support_388945a0 sys test2 test3 user4 user5"
  ).split(" "),
);

const KNOWN_PASSWORDS: ReadonlySet<string> = new Set(
  "abc@123 P@$$w0rd P@ssw0rd P@ssword123 Pa$$word pass@word1 Password! Password1 Password22 iloveyou!".split(" "),
);

export function computerNameProblems(name: string | undefined, os: VmOs): readonly InputProblem[] {
  if (name === undefined || os === "Linux") return [];
  if (name.length > 15) {
    return problem("/name", `a Windows computer name has at most 15 characters, "${name}" has ${name.length}`);
  }
  return /^\d+$/.test(name) ? problem("/name", `a Windows computer name is not all digits, as "${name}" is`) : [];
}

const NOT_IN_USERS: Readonly<Record<VmOs, RegExp>> = {
  Windows: /[\\/"[\]:|<>+=;,?*@&]/,
  Linux: /[\\/"[\]:|<>+=;,?*@&#()!\s]/,
};
const LONGEST_USER: Readonly<Record<VmOs, number>> = { Windows: 20, Linux: 64 };

export function userNameProblems(name: string | undefined, os: VmOs): readonly InputProblem[] {
  if (name === undefined) return [];
  const at = "/adminUsername";
  if (RESERVED_USERS.has(name.toLowerCase())) {
    return problem(at, `Azure does not allow the admin user name "${name}"`, "take another one, such as azureuser");
  }
  if (name.length > LONGEST_USER[os]) {
    return problem(at, `a ${os} user name has at most ${LONGEST_USER[os]} characters, "${name}" has ${name.length}`);
  }
  const character = NOT_IN_USERS[os].exec(name)?.[0];
  if (character !== undefined) return problem(at, `a ${os} user name cannot have \`${character}\`, as "${name}" does`);
  if (os === "Windows") return name.endsWith(".") ? problem(at, `a Windows user name cannot end with a dot`) : [];
  if (/^[$-]/.test(name)) return problem(at, `a Linux user name cannot begin with \`${name.charAt(0)}\``);
  if (!/[A-Z]/.test(name)) return [];
  const message = `many Linux images refuse a user name with capital letters, such as "${name}"`;
  return [{ at, message, hint: `write ${name.toLowerCase()}`, isDoubt: true }];
}

const PASSWORD_LENGTH: Readonly<Record<VmOs, readonly [number, number]>> = { Windows: [8, 123], Linux: [6, 72] };

/** Never quotes the password. */
export function passwordProblems(password: string | undefined, os: VmOs): readonly InputProblem[] {
  if (password === undefined) return [];
  const at = "/adminPassword";
  const [shortest, longest] = PASSWORD_LENGTH[os];
  const { length } = password;
  if (length < shortest || length > longest) {
    return problem(at, `a ${os} password has ${shortest} to ${longest} characters, this one has ${length}`);
  }
  const classes = [/[a-z]/, /[A-Z]/, /\d/, /[\W_]/].filter((kind) => kind.test(password)).length;
  if (classes < 3) {
    const message = `a ${os} password has three of lower case, upper case, digit and special character, this one ${classes}`;
    return problem(at, message);
  }
  if (KNOWN_PASSWORDS.has(password)) return problem(at, "Azure does not allow this password, which everybody knows");
  return [];
}

/** Types of keys that Azure takes, with how many fields each has. https://learn.microsoft.com/azure/virtual-machines/linux/mac-create-ssh-keys */
const KEY_TYPES: Readonly<Record<string, number>> = { "ssh-rsa": 3, "ssh-ed25519": 2 };
/** Bytes of an RSA key's modulus of 2048 bits, the fewest that Azure takes. */
const SHORTEST_RSA = 256;

export function sshKeyProblems(key: string | undefined, os: VmOs | undefined): readonly InputProblem[] {
  const at = "/sshPublicKey";
  if (key === undefined) return [];
  if (os === "Windows")
    return problem(at, "Azure takes SSH keys for Linux machines only", "give an adminPassword", true);
  if (/PRIVATE KEY/.test(key)) {
    return problem(
      at,
      "this is a private key, which must go nowhere",
      "give the public key, the text of the .pub file",
    );
  }
  const hint = "a key is one line such as `ssh-ed25519 AAAA… you@host`, the text of the .pub file";
  const [type = "", base64 = ""] = key.trim().split(/[ \t]+/);
  if (key.trim().includes("\n")) return problem(at, "an SSH public key is one line, and this is several", hint);
  if (!Object.hasOwn(KEY_TYPES, type)) {
    const known = Object.keys(KEY_TYPES).join(" or ");
    return problem(at, `an SSH public key begins with ${known}, this one with "${type.slice(0, 30)}"`, hint);
  }
  const fields = keyFields(base64);
  // The key's own first field is its type once more.
  if (fields === undefined || fields[0]?.toString("latin1") !== type || fields.length !== KEY_TYPES[type]) {
    const what = base64 === "" ? "has no key behind its type" : "is damaged or cut off";
    return problem(at, `this SSH public key ${what}`, hint);
  }
  if (type === "ssh-rsa" && fields[2]!.length < SHORTEST_RSA) {
    return problem(at, "this RSA key has fewer than the 2048 bits that Azure asks for");
  }
  return [];
}

/** The fields of a key, each with its length in front (RFC 4253, section 6.6); absent when they do not fill it. */
function keyFields(base64: string): readonly Buffer[] | undefined {
  const bytes = Buffer.from(base64, "base64");
  if (bytes.length === 0 || bytes.toString("base64") !== base64) return undefined;
  const fields: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = at + 4 <= bytes.length ? bytes.readUInt32BE(at) : bytes.length;
    const end = at + 4 + length;
    if (end > bytes.length) return undefined;
    fields.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return fields;
}

function problem(at: string, message: string, hint?: string, isAboutKey = false): readonly InputProblem[] {
  return [{ at, message, ...(hint !== undefined && { hint }), ...(isAboutKey && { isAboutKey }) }];
}
