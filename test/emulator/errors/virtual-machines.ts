/** What the compute provider refuses in the body of a VM, of a disk and of an extension, and what it does not find. */
import { ubuntuImage } from "../../support/azure-world.ts";
import type { SdkWorld } from "../../support/sdk-world.ts";
import { createVm, createVmOf, flat, vmBodyOn, type VmBody } from "./bodies.ts";
import type { Row, Rows } from "./row.ts";

const invalid = (what: string, target: string, message: string, provoke: Row["provoke"]): Row => ({
  code: "InvalidParameter",
  status: 400,
  what,
  message,
  more: { target },
  provoke,
});
const missing = (target: string, provoke: Row["provoke"]): Row =>
  invalid(`no ${target}`, target, `Required parameter '${target}' is missing (null).`, provoke);
const withImage = (change: object) => (b: VmBody) =>
  void Object.assign(b.properties.storageProfile, { imageReference: { ...ubuntuImage, ...change } });
const isLinux = withImage({});
const linuxVm = (w: SdkWorld, profile: object) =>
  createVm(w, (b) => {
    isLinux(b);
    Object.assign(b.properties.osProfile, profile);
  });
const withKey = (key: object) => ({ adminPassword: undefined, linuxConfiguration: { ssh: { publicKeys: [key] } } });
const empty = { lun: 0, createOption: "Empty", diskSizeGB: 10 };
const attached = (id: string) => ({ lun: 0, createOption: "Attach", managedDisk: { id } });
const withDisks =
  (...dataDisks: object[]) =>
  (b: VmBody) =>
    void Object.assign(b.properties.storageProfile, { dataDisks });
const rules = (min: number, max: number): string =>
  `The supplied password must be between ${min}-${max} characters long and must satisfy at least 3 of password complexity requirements from the following: 1) Contains an uppercase character 2) Contains a lowercase character 3) Contains a numeric digit 4) Contains a special character 5) Control characters are not allowed`;
const windowsName =
  "Windows computer name cannot be more than 15 characters long, be entirely numeric, or contain the following characters: ` ~ ! @ # $ % ^ & * ( ) = + _ [ ] { } \\ | ; : . ' \" , < > / ?.";
const linuxName =
  "Linux host name cannot exceed 64 characters in length or contain the following characters: ` ~ ! @ # $ % ^ & * ( ) = + _ [ ] { } \\ | ; : ' \" , < > / ?.";
const windowsAdmin =
  'Windows admin user name cannot be more than 20 characters long, be empty, end with a period(.), or contain the following characters: \\ / " [ ] : | < > + = ; , ? * @.';
const notHere = "The entity was not found in this Azure location.";
const disk = (w: SdkWorld, properties: object) =>
  w.put(w.names.compute("disks", "data"), { location: "eastus", properties }, "2025-01-02");
const images = (w: SdkWorld) => w.clients.compute.virtualMachineImages;

export const virtualMachines: Rows = [
  invalid("a long Windows computer name", "computerName", windowsName, (w) =>
    createVmOf(w, { computerName: "a".repeat(16) }),
  ),
  invalid("a Windows computer name of digits", "computerName", windowsName, (w) =>
    createVmOf(w, { computerName: "12345" }),
  ),
  invalid("a sign in a Windows computer name", "computerName", windowsName, (w) =>
    createVmOf(w, { computerName: "my_vm" }),
  ),
  invalid("a long Linux host name", "computerName", linuxName, (w) => linuxVm(w, { computerName: "a".repeat(65) })),
  invalid("a sign in a Linux host name", "computerName", linuxName, (w) => linuxVm(w, { computerName: "my_vm" })),
  invalid("a long name of the VM", "name", "Virtual machine name cannot exceed 64 characters in length.", (w) =>
    createVm(w, () => undefined, "v".repeat(65)),
  ),
  invalid("a weak password", "adminPassword", rules(8, 123), (w) => createVmOf(w, { adminPassword: "password" })),
  invalid("a weak password for Linux", "adminPassword", rules(6, 72), (w) => linuxVm(w, { adminPassword: "Ab-1" })),
  invalid("a known password", "adminPassword", "The Admin password specified is not allowed.", (w) =>
    createVmOf(w, { adminPassword: "P@ssw0rd" }),
  ),
  invalid("a known name", "adminUsername", "The Admin Username specified is not allowed.", (w) =>
    createVmOf(w, { adminUsername: "administrator" }),
  ),
  invalid("a long admin name", "adminUsername", windowsAdmin, (w) => createVmOf(w, { adminUsername: "a".repeat(21) })),
  invalid("an admin name with a period", "adminUsername", windowsAdmin, (w) => createVmOf(w, { adminUsername: "me." })),
  invalid(
    "no way to sign in",
    "linuxConfiguration",
    "Authentication using either SSH or by user name and password must be enabled in Linux profile.",
    (w) => linuxVm(w, { adminPassword: undefined }),
  ),
  invalid(
    "a size",
    "vmSize",
    "The requested VM size Standard_Huge is not available in the current region. The sizes available in the current region are: SIZES. Find out more on the available VM sizes in each region at https://aka.ms/azure-regions.",
    (w) => createVm(w, (b) => void (b.properties.hardwareProfile.vmSize = "Standard_Huge")),
  ),
  missing("adminPassword", (w) => createVmOf(w, { adminPassword: undefined })),
  missing("osProfile", (w) => createVm(w, (b) => void (b.properties.osProfile = undefined as never))),
  missing("networkProfile", (w) => createVm(w, (b) => void (b.properties.networkProfile.networkInterfaces = []))),
  missing("hardwareProfile.vmSize", (w) => createVm(w, (b) => void (b.properties.hardwareProfile = {} as never))),
  missing("disk.creationData", (w) => disk(w, {})),
  invalid(
    "a disk without a size",
    "disk.diskSizeGB",
    "The value of parameter 'disk.diskSizeGB' must be between 1 and 65536.",
    (w) => disk(w, { creationData: { createOption: "Empty" } }),
  ),
  missing("storageProfile", (w) =>
    w.put(w.names.compute("images", "mine"), { location: "eastus", properties: {} }, "2025-04-01"),
  ),
  missing("extension.publisher", async (w) =>
    w.clients.compute.virtualMachineExtensions.createOrUpdate("Lab", "vm", "x", { location: "eastus" }),
  ),
  missing("source.script", async (w) =>
    w.clients.compute.virtualMachineRunCommands.createOrUpdate("Lab", "vm", "x", { location: "eastus", source: {} }),
  ),
  invalid("what to expand", "$expand", "The value 'all' of the query parameter '$expand' is invalid.", async (w) =>
    w.clients.compute.virtualMachines.get("Lab", "vm", { expand: "all" as never }),
  ),
  invalid(
    "a version of an image",
    "imageReference.version",
    "The value of parameter imageReference.version is invalid.",
    (w) => createVm(w, withImage({ version: "newest" })),
  ),
  invalid(
    "custom data",
    "customData",
    "Custom data in OSProfile must be in Base64 encoding and with a maximum length of 87380 characters.",
    (w) => createVmOf(w, { customData: "no base64!" }),
  ),
  invalid(
    "user data",
    "userData",
    "User data must be in Base64 encoding and with a maximum length of 87380 characters.",
    (w) => createVm(w, (b) => void Object.assign(b.properties, { userData: "no base64!" })),
  ),
  invalid(
    "the other system's settings",
    "linuxConfiguration",
    "The value of parameter linuxConfiguration is invalid.",
    (w) => createVmOf(w, { linuxConfiguration: { disablePasswordAuthentication: false } }),
  ),
  invalid(
    "where a key goes",
    "linuxConfiguration.ssh.publicKeys.path",
    "Destination path for SSH public keys is currently limited to its default value /home/azureuser/.ssh/authorized_keys  due to a known issue in Linux provisioning agent.",
    (w) => linuxVm(w, withKey({ path: "/root/.ssh/authorized_keys", keyData: "ssh-rsa AAAA" })),
  ),
  invalid(
    "a key",
    "linuxConfiguration.ssh.publicKeys.keyData",
    "The value of parameter linuxConfiguration.ssh.publicKeys.keyData is invalid.",
    (w) => linuxVm(w, withKey({ path: "/home/azureuser/.ssh/authorized_keys", keyData: "no key" })),
  ),
  invalid("a licence", "licenseType", "The value of parameter licenseType is invalid.", (w) =>
    createVm(w, (b) => void Object.assign(b.properties, { licenseType: "Driving" })),
  ),
  invalid("two zones", "zones", "The value of parameter zones is invalid.", async (w) => {
    const body = { ...flat(vmBodyOn(await w.makeNic("new-nic"))), zones: ["1", "2"] };
    return w.clients.compute.virtualMachines.createOrUpdate("Lab", "new", body);
  }),
  invalid(
    "a place that is none",
    "dataDisk.lun",
    "The value '64' of parameter 'dataDisk.lun' is out of range. Value '64' must be between '0' and '63' inclusive.",
    (w) => createVm(w, withDisks({ ...empty, lun: 64 })),
  ),
  invalid(
    "a place twice",
    "dataDisk.lun",
    "The value '0' of parameter 'dataDisk.lun' is used by more than one data disk.",
    (w) => createVm(w, withDisks(empty, empty)),
  ),
  {
    code: "OperationNotAllowed",
    status: 409,
    what: "too many disks",
    message: "The maximum number of data disks allowed to be attached to a VM of this size is 4.",
    more: { target: "dataDisks" },
    provoke: (w) => createVm(w, withDisks(...[0, 1, 2, 3, 4].map((lun) => ({ ...empty, lun })))),
  },
  {
    code: "OperationNotAllowed",
    status: 409,
    what: "a disk smaller than its image",
    message:
      "The specified disk size 10 GB is smaller than the size of the corresponding disk in the VM image: 127 GB. This is not allowed. Please choose equal or greater size or do not specify an explicit size.",
    more: { target: "osDisk.diskSizeGB" },
    provoke: (w) => createVm(w, (b) => void Object.assign(b.properties.storageProfile.osDisk, { diskSizeGB: 10 })),
  },
  {
    code: "OperationNotAllowed",
    status: 409,
    what: "an eviction policy without a spot",
    message:
      "Eviction policy can be set only on Azure Spot Virtual Machines. For more information, see http://aka.ms/AzureSpot/errormessages.",
    more: { target: "evictionPolicy" },
    provoke: (w) => createVm(w, (b) => void Object.assign(b.properties, { evictionPolicy: "Delete" })),
  },
  {
    code: "NotFound",
    status: 404,
    what: "a disk to attach",
    message: "Disk none is not found.",
    provoke: (w) => createVm(w, (b) => withDisks(attached(w.names.compute("disks", "none")))(b)),
  },
  {
    code: "ConflictingUserInput",
    status: 409,
    message:
      "Disk 'RG/providers/Microsoft.Compute/disks/data' cannot be attached as the disk is already owned by VM 'RG/providers/Microsoft.Compute/virtualMachines/first'.",
    more: { target: "RG/providers/Microsoft.Compute/disks/data" },
    provoke: async (w) => {
      const id = w.names.compute("disks", "data");
      const properties = { creationData: { createOption: "Empty" }, diskSizeGB: 10 };
      await w.make(id, { location: "eastus", properties }, "2025-01-02");
      await w.whileTimePasses(() => createVm(w, withDisks(attached(id)), "first"));
      return createVm(w, withDisks(attached(id)));
    },
  },
  {
    code: "PlatformImageNotFound",
    status: 404,
    message:
      "The platform image 'Canonical:none:22_04-lts-gen2:latest' is not available. Verify that all fields in the storage profile are correct. For more details about storage profile information, please refer to https://aka.ms/storageprofile",
    more: { target: "imageReference" },
    provoke: (w) => createVm(w, withImage({ offer: "none" })),
  },
  {
    code: "NotFound",
    status: 404,
    what: "an image of one's own",
    message: "The Image 'RG/providers/Microsoft.Compute/images/mine' cannot be found.",
    more: { target: "imageReference" },
    provoke: (w) =>
      createVm(w, (b) => {
        const imageReference = { id: w.names.compute("images", "mine") };
        Object.assign(b.properties.storageProfile, { imageReference });
      }),
  },
  {
    code: "NotFound",
    status: 404,
    what: "a publisher of images",
    message: "Artifact: PublisherName 'nobody' was not found.",
    provoke: async (w) => images(w).listOffers("eastus", "nobody"),
  },
  {
    code: "NotFound",
    status: 404,
    what: "an extension",
    message: notHere,
    provoke: async (w) => w.clients.compute.virtualMachineExtensions.get("Lab", "vm", "none"),
  },
  {
    code: "NotFound",
    status: 404,
    what: "a VM that was evicted",
    message: notHere,
    provoke: async (w) => {
      await w.whileTimePasses(() =>
        createVm(w, (b) => void Object.assign(b.properties, { priority: "Spot", evictionPolicy: "Delete" }), "cheap"),
      );
      await w.clients.compute.virtualMachines.simulateEviction("Lab", "cheap");
      return w.clients.compute.virtualMachines.get("Lab", "cheap");
    },
  },
  {
    code: "NotFound",
    status: 404,
    what: "a command for VMs",
    message: notHere,
    provoke: async (w) => w.clients.compute.virtualMachineRunCommands.get("eastus", "none"),
  },
  {
    code: "NotFound",
    status: 404,
    what: "an operation",
    message: notHere,
    isGateway: true,
    provoke: (w) =>
      w.raw(
        "GET",
        `${w.azure.subscription}/providers/Microsoft.Compute/locations/eastus/operations/none?api-version=2025-04-01`,
      ),
  },
  {
    code: "ResourceNotFound",
    status: 404,
    message:
      "The Resource 'Microsoft.Compute/virtualMachines/none' under resource group 'Lab' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix",
    isGateway: true,
    provoke: async (w) => w.clients.compute.virtualMachines.get("Lab", "none"),
  },
  {
    code: "PropertyChangeNotAllowed",
    status: 409,
    message: "Changing property 'osProfile.computerName' is not allowed.",
    more: { target: "osProfile.computerName" },
    provoke: async (w) =>
      w.clients.compute.virtualMachines.update("Lab", "vm", { osProfile: { computerName: "other" } }),
  },
  {
    code: "SkuNotAvailable",
    status: 409,
    message:
      "The requested VM size for resource 'Following SKUs have failed for Capacity Restrictions: Standard_B1s' is currently not available in location 'eastus'. Please try another size or deploy to a different location or different zone. See https://aka.ms/azureskunotavailable for details.",
    options: { limits: { withheldSizes: { eastus: ["Standard_D2s_v5", "Standard_B1s"] } } },
    provoke: async (w) => {
      await w.whileTimePasses(() => createVm(w, () => undefined, "other"));
      return createVm(w, (b) => void (b.properties.hardwareProfile.vmSize = "Standard_B1s"));
    },
  },
  {
    code: "OperationNotAllowed",
    status: 409,
    what: "quota",
    message:
      "Operation could not be completed as it results in exceeding approved Total Regional Cores quota. Additional details - Deployment Model: Resource Manager, Location: eastus, Current Limit: 8, Current Usage: 2, Additional Required: 64, (Minimum) New Limit Required: 66. Setup Alerts when Quota reaches threshold. Learn more at https://aka.ms/quotamonitoringalerting . Submit a request for Quota increase at https://aka.ms/ProdportalCRP/#blade/Microsoft_Azure_Capacity/UsageAndQuota.ReactView by specifying parameters listed in the 'Details' section for deployment to succeed. Please read more about quota limits at https://docs.microsoft.com/en-us/azure/azure-supportability/regional-quota-requests",
    options: { limits: { regionalCores: 8 } },
    provoke: (w) => createVm(w, (b) => void (b.properties.hardwareProfile.vmSize = "Standard_D64s_v5")),
  },
  {
    code: "OperationNotAllowed",
    status: 409,
    what: "an attached disk",
    message: "Disk vm_OsDisk_1_HEX is attached to VM RG/providers/Microsoft.Compute/virtualMachines/vm.",
    provoke: async (w) => {
      const { storageProfile } = await w.clients.compute.virtualMachines.get("Lab", "vm");
      return w.clients.compute.disks.delete("Lab", String(storageProfile?.osDisk?.name));
    },
  },
  {
    code: "OperationNotAllowed",
    status: 409,
    what: "a smaller disk",
    message: "Disk size cannot be reduced: data has 10 GB, 5 GB are asked for.",
    provoke: async (w) => {
      const creationData = { createOption: "Empty" };
      await w.make(
        w.names.compute("disks", "data"),
        {
          location: "eastus",
          properties: { creationData, diskSizeGB: 10 },
        },
        "2025-01-02",
      );
      return disk(w, { creationData, diskSizeGB: 5 });
    },
  },
];
