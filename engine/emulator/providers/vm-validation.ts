/** What Azure refuses in the body of a new VM. */
import { AzureError, type Body } from "../wire.ts";
const bad = (target: string, message: string) => new AzureError(400, "InvalidParameter", message, { target });
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
export function validateVm(p: Body): void {
  const os: Body = p["osProfile"] ?? {},
    image: Body | undefined = p["storageProfile"]?.imageReference;
  if (!p["hardwareProfile"]?.vmSize)
    throw bad("vmSize", "Required parameter 'hardwareProfile.vmSize' is missing (null).");
  if (!image && !p["storageProfile"]?.osDisk?.managedDisk)
    throw bad("imageReference", "Required parameter 'imageReference' is missing (null).");
  if (image && !image["id"] && !(image["publisher"] && image["offer"] && image["sku"] && image["version"]))
    throw bad(
      "imageReference",
      "Required parameter 'imageReference.publisher, offer, sku and version' is missing (null).",
    );
  if (!p["networkProfile"]?.networkInterfaces?.length)
    throw bad("networkProfile", "Required parameter 'networkProfile' is missing (null).");
  if (!p["osProfile"]) throw bad("osProfile", "Required parameter 'osProfile' is missing (null).");
  const windows =
    os["windowsConfiguration"] !== undefined ||
    String(image?.["publisher"] ?? "")
      .toLowerCase()
      .startsWith("microsoft");
  const computer = String(os["computerName"] ?? ""),
    user = String(os["adminUsername"] ?? ""),
    password = os["adminPassword"];
  if (!computer) throw bad("computerName", "Required parameter 'osProfile.computerName' is missing (null).");
  if (
    windows &&
    (computer.length > 15 || /^\d+$/.test(computer) || /[`~!@#$%^&*()=+_[\]{}\\|;:.'",<>/?\s]/.test(computer))
  )
    throw bad(
      "computerName",
      "Windows computer name cannot be more than 15 characters long, be entirely numeric, or contain the following characters: ` ~ ! @ # $ % ^ & * ( ) = + _ [ ] { } \\ | ; : . ' \" , < > / ?.",
    );
  if (!windows && computer.length > 64)
    throw bad("computerName", "Linux host name cannot exceed 64 characters in length.");
  if (!user || users.includes(user.toLowerCase()) || (windows && (user.length > 20 || user.endsWith("."))))
    throw bad("adminUsername", "The Admin Username specified is not allowed.");
  if (password === undefined) {
    if (windows) throw bad("adminPassword", "Required parameter 'adminPassword' is missing (null).");
    return;
  }
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
