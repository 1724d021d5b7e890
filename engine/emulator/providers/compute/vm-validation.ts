/** What Azure refuses in the body of a VM. */
import { lower } from "../../resource-id.ts";
import type { Entry } from "../../store.ts";
import { AzureError, notEmulated, type Body } from "../../wire.ts";
import type { Context } from "../context.ts";
import { requireImage } from "./images.ts";
import { sizeOf, sizes } from "./sizes.ts";
import { coresUsed } from "./usages.ts";
import { isWindows } from "./vm-body.ts";

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
const missing = (target: string): AzureError => bad(target, `Required parameter '${target}' is missing (null).`);

export function validateVm(c: Context, name: string, p: Body, region: string): void {
  if (name.length > 64) throw bad("name", "Virtual machine name cannot exceed 64 characters in length.");
  const size = p["hardwareProfile"]?.vmSize as string | undefined;
  if (!size) throw missing("hardwareProfile.vmSize");
  validateImage(c, p);
  const nics = (p["networkProfile"]?.networkInterfaces as Body[] | undefined) ?? [];
  if (nics.length === 0 && p["networkProfile"]?.networkInterfaceConfigurations !== undefined)
    throw notEmulated("VMs that make their own interfaces (networkProfile.networkInterfaceConfigurations)");
  if (nics.length === 0) throw missing("networkProfile");
  const isAttached = /^attach$/i.test(String(p["storageProfile"]?.osDisk?.createOption ?? ""));
  if (!isAttached) {
    // An image that somebody made may be of a machine that is set up already.
    if (!p["osProfile"] && !isOwnImage(p)) throw missing("osProfile");
    if (p["osProfile"]) validateOs(p["osProfile"] as Body, isWindows(p));
  }
  // A target knows its own sizes and quota.
  if (c.tx.upstream) return;
  requireSize(size);
  requireQuota(c, size, region, 0);
}
const isOwnImage = (p: Body): boolean => {
  const image: Body = p["storageProfile"]?.imageReference ?? {};
  return ["id", "sharedGalleryImageId", "communityGalleryImageId"].some((field) => image[field] !== undefined);
};
function validateImage(c: Context, p: Body): void {
  const image: Body | undefined = p["storageProfile"]?.imageReference;
  const osDisk: Body | undefined = p["storageProfile"]?.osDisk;
  if (!image && !osDisk?.["managedDisk"]?.id && !osDisk?.["vhd"] && !osDisk?.["image"]) throw missing("imageReference");
  if (!image || isOwnImage(p)) return;
  if (!(image["publisher"] && image["offer"] && image["sku"] && image["version"]))
    throw missing("imageReference.publisher, offer, sku and version");
  if (!c.tx.upstream) requireImage(image);
}
/** What may not change once the VM is there. */
export function validateChange(c: Context, was: Entry, p: Body): void {
  const old: Body = was.body["properties"];
  const changed = (path: string, before: unknown, now: unknown): void => {
    if (now !== undefined && before !== undefined && lower(String(before)) !== lower(String(now)))
      throw new AzureError(409, "PropertyChangeNotAllowed", `Changing property '${path}' is not allowed.`, {
        target: path,
      });
  };
  for (const field of ["publisher", "offer", "sku", "id"])
    changed(
      "imageReference",
      old["storageProfile"]?.imageReference?.[field],
      p["storageProfile"]?.imageReference?.[field],
    );
  changed("osDisk.name", old["storageProfile"]?.osDisk?.name, p["storageProfile"]?.osDisk?.name);
  changed("osProfile.computerName", old["osProfile"]?.computerName, p["osProfile"]?.computerName);
  changed("osProfile.adminUsername", old["osProfile"]?.adminUsername, p["osProfile"]?.adminUsername);
  const size = p["hardwareProfile"]?.vmSize as string | undefined;
  const before = old["hardwareProfile"]?.vmSize as string | undefined;
  if (size === undefined || c.tx.upstream || lower(size) === lower(before ?? "")) return;
  const region = String(was.body["location"]);
  requireSize(size);
  requireQuota(c, size, region, sizeOf(before ?? "")?.cores ?? 0);
}
export function requireSize(size: string): void {
  if (sizeOf(size)) return;
  throw bad(
    "vmSize",
    `The requested VM size ${size} is not available in the current region. The sizes available in the current region are: ${sizes.map((s) => s.name).join(",")}. Find out more on the available VM sizes in each region at https://aka.ms/azure-regions.`,
  );
}
/** `freed` cores are given back by the same change. */
export function requireQuota(c: Context, size: string, region: string, freed: number): void {
  const used = coresUsed(c.tx, region);
  const more = (sizeOf(size)?.cores ?? 0) - freed;
  const limit = c.tx.limits.regionalCores;
  if (used + more <= limit) return;
  throw new AzureError(
    409,
    "OperationNotAllowed",
    `Operation could not be completed as it results in exceeding approved Total Regional Cores quota. Additional details - Deployment Model: Resource Manager, Location: ${region}, Current Limit: ${limit}, Current Usage: ${used}, Additional Required: ${more}, (Minimum) New Limit Required: ${used + more}. Setup Alerts when Quota reaches threshold. Learn more at https://aka.ms/quotamonitoringalerting . Submit a request for Quota increase at https://aka.ms/ProdportalCRP/#blade/Microsoft_Azure_Capacity/UsageAndQuota.ReactView by specifying parameters listed in the 'Details' section for deployment to succeed. Please read more about quota limits at https://docs.microsoft.com/en-us/azure/azure-supportability/regional-quota-requests`,
  );
}
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
  if (!windows && computer.length > 64)
    throw bad("computerName", "Linux host name cannot exceed 64 characters in length.");
  if (!user || users.includes(user.toLowerCase()) || (windows && (user.length > 20 || user.endsWith("."))))
    throw bad("adminUsername", "The Admin Username specified is not allowed.");
  validatePassword(os, windows);
}
function validatePassword(os: Body, windows: boolean): void {
  const password: unknown = os["adminPassword"];
  const hasKey = (os["linuxConfiguration"]?.ssh?.publicKeys as unknown[] | undefined)?.length;
  if (password === undefined) {
    if (windows) throw missing("adminPassword");
    if (!hasKey)
      throw bad(
        "linuxConfiguration",
        "Authentication using either SSH or by user name and password must be enabled in Linux profile.",
      );
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
