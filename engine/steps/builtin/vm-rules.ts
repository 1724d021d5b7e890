// What Azure refuses in a VM's names and passwords, told before anything is sent.
// Sources: the descriptions of OSProfile in the compute OpenAPI (adminUsername, adminPassword, computerName), and
// https://learn.microsoft.com/azure/virtual-machines/windows/faq.

import type { InputProblem } from "../definition.ts";

const RESERVED_USERS = (
  "administrator admin user user1 test user2 test1 user3 admin1 1 123 a actuser adm admin2 aspnet backup console david " +
  "guest john owner root server sql support support_388945a0 sys test2 test3 user4 user5"
).split(" ");

const KNOWN_PASSWORDS: ReadonlySet<string> = new Set(
  "abc@123 P@$$w0rd P@ssw0rd P@ssword123 Pa$$word pass@word1 Password! Password1 Password22 iloveyou!".split(" "),
);

export function computerNameProblem(name: string, os: "Windows" | "Linux"): string | undefined {
  if (os === "Linux") return name.length > 64 ? "a Linux computer name has at most 64 characters" : undefined;
  if (name.length > 15) return `a Windows computer name has at most 15 characters, "${name}" has ${name.length}`;
  if (/^\d+$/.test(name)) return `a Windows computer name is not all digits, as "${name}" is`;
  if (/[\s`~!@#$%^&*()=+_[\]{}\\|;:.'",<>/?]/.test(name)) {
    return `a Windows computer name has letters, digits and hyphens only, unlike "${name}"`;
  }
  return undefined;
}

export function userNameProblem(name: string, os: "Windows" | "Linux"): string | undefined {
  if (RESERVED_USERS.includes(name.toLowerCase())) return `Azure does not allow the admin user name "${name}"`;
  const longest = os === "Windows" ? 20 : 64;
  if (name.length > longest) return `a ${os} admin user name has at most ${longest} characters`;
  if (os === "Windows" && name.endsWith(".")) return "a Windows admin user name does not end with a dot";
  return undefined;
}

/** Never quotes the password. */
export function passwordProblem(password: string, os: "Windows" | "Linux"): string | undefined {
  const [shortest, longest] = os === "Windows" ? [8, 123] : [6, 72];
  if (password.length < shortest || password.length > longest) {
    return `a ${os} admin password has ${shortest} to ${longest} characters`;
  }
  const classes = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((kind) => kind.test(password)).length;
  if (classes < 3) return "an admin password has three of: lower case, upper case, digit, special character";
  if (KNOWN_PASSWORDS.has(password)) return "Azure does not allow this admin password: it is too well known";
  return undefined;
}

export function problemAt(at: string, message: string | undefined, hint?: string): InputProblem[] {
  return message === undefined ? [] : [{ at, message, ...(hint !== undefined && { hint }) }];
}
