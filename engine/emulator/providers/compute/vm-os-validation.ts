/** What Azure refuses in the `osProfile` of a VM: names, accounts, passwords, keys, and data for the first start. */
import { AzureError, type Body } from "../../wire.ts";

const bad = (target: string, message: string) => new AzureError(400, "InvalidParameter", message, { target });
export const missing = (target: string): AzureError => bad(target, `Required parameter '${target}' is missing (null).`);
const users = [
  "administrator",
  "admin",
  "user",
  "user1",
  "test",
  "user2",
  "test1",
  "user3",
  "admin1",
  "1",
  "123",
  "a",
  "actuser",
  "adm",
  "admin2",
  "aspnet",
  "backup",
  "console",
  "david",
  "guest",
  "john",
  "owner",
  "root",
  "server",
  "sql",
  "support",
  "support_388945a0",
  "sys",
  "test2",
  "test3",
  "user4",
  "user5",
];
const passwords = [
  "abc@123",
  "P@$$w0rd",
  "P@ssw0rd",
  "P@ssword123",
  "Pa$$word",
  "pass@word1",
  "Password!",
  "Password1",
  "Password22",
  "iloveyou!",
];
const forbidden = "` ~ ! @ # $ % ^ & * ( ) = + _ [ ] { } \\ | ; : ' \" , < > / ?.";
export function validateOs(os: Body, windows: boolean): void {
  const computer = String(os["computerName"] ?? "");
  const user = String(os["adminUsername"] ?? "");
  if (!computer) throw missing("osProfile.computerName");
  if (
    windows &&
    (computer.length > 15 || /^\d+$/.test(computer) || /[`~!@#$%^&*()=+_[\]{}\\|;:.'",<>/?\s]/.test(computer))
  )
    throw bad(
      "computerName",
      "Windows computer name cannot be more than 15 characters long, be entirely numeric, or contain the following characters: ` ~ ! @ # $ % ^ & * ( ) = + _ [ ] { } \\ | ; : . ' \" , < > / ?.",
    );
  if (!windows && (computer.length > 64 || /[`~!@#$%^&*()=+_[\]{}\\|;:'",<>/?\s]/.test(computer)))
    throw bad(
      "computerName",
      `Linux host name cannot exceed 64 characters in length or contain the following characters: ${forbidden}`,
    );
  if (windows && (user.length > 20 || user.endsWith(".") || /[\\/"[\]:|<>+=;,?*@]/.test(user)))
    throw bad(
      "adminUsername",
      'Windows admin user name cannot be more than 20 characters long, be empty, end with a period(.), or contain the following characters: \\ / " [ ] : | < > + = ; , ? * @.',
    );
  if (!user || users.includes(user.toLowerCase()))
    throw bad("adminUsername", "The Admin Username specified is not allowed.");
  validatePassword(os, windows);
  validateOsParts(os, windows);
}
const isBase64 = (text: unknown): boolean => {
  const bare = typeof text === "string" ? text.replaceAll(/\s/g, "") : "-";
  return bare.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(bare);
};
const longestData = 87_380;
/** What a change may hold as well as a new VM. */
export function validateOsParts(os: Body, windows: boolean): void {
  if (os["adminPassword"] !== undefined) validatePasswordText(os["adminPassword"], windows);
  const data: unknown = os["customData"];
  if (data !== undefined && data !== null && (!isBase64(data) || String(data).length > longestData))
    throw bad(
      "customData",
      `Custom data in OSProfile must be in Base64 encoding and with a maximum length of ${longestData} characters.`,
    );
  const other = windows ? "linuxConfiguration" : "windowsConfiguration";
  if (os[other] !== undefined && os[other] !== null) throw bad(other, `The value of parameter ${other} is invalid.`);
}
/** It stands beside the `osProfile`. */
export function validateUserData(data: unknown): void {
  if (data === undefined || data === null || (isBase64(data) && String(data).length <= longestData)) return;
  throw bad("userData", `User data must be in Base64 encoding and with a maximum length of ${longestData} characters.`);
}
function validatePassword(os: Body, windows: boolean): void {
  const password: unknown = os["adminPassword"];
  const keys = (os["linuxConfiguration"]?.ssh?.publicKeys as Body[] | undefined) ?? [];
  const isOff = !windows && os["linuxConfiguration"]?.disablePasswordAuthentication === true;
  if (!windows) for (const key of keys) validateKey(key, String(os["adminUsername"]));
  if (windows && password === undefined) throw missing("adminPassword");
  if (!windows && keys.length === 0 && (password === undefined || isOff))
    throw bad(
      "linuxConfiguration",
      "Authentication using either SSH or by user name and password must be enabled in Linux profile.",
    );
  if (password !== undefined) validatePasswordText(password, windows);
}
function validatePasswordText(password: unknown, windows: boolean): void {
  const text = String(password),
    min = windows ? 8 : 6,
    max = windows ? 123 : 72;
  const kinds = [/[A-Z]/, /[a-z]/, /\d/, /[^A-Za-z0-9]/].filter((r) => r.test(text)).length;
  // eslint-disable-next-line no-control-regex
  if (text.length < min || text.length > max || kinds < 3 || /[\u0000-\u001f]/.test(text))
    throw bad(
      "adminPassword",
      `The supplied password must be between ${min}-${max} characters long and must satisfy at least 3 of password complexity requirements from the following: 1) Contains an uppercase character 2) Contains a lowercase character 3) Contains a numeric digit 4) Contains a special character 5) Control characters are not allowed`,
    );
  if (passwords.includes(text)) throw bad("adminPassword", "The Admin password specified is not allowed.");
}

function validateKey(key: Body, user: string): void {
  const home = `/home/${user}/.ssh/authorized_keys`;
  if (key["path"] !== undefined && key["path"] !== home)
    throw bad(
      "linuxConfiguration.ssh.publicKeys.path",
      `Destination path for SSH public keys is currently limited to its default value ${home}  due to a known issue in Linux provisioning agent.`,
    );
  if (!/^\s*(ssh-|ecdsa-|sk-|---- BEGIN SSH2 PUBLIC KEY)\S*/.test(String(key["keyData"] ?? "")))
    throw bad(
      "linuxConfiguration.ssh.publicKeys.keyData",
      "The value of parameter linuxConfiguration.ssh.publicKeys.keyData is invalid.",
    );
}
