// What `create-vm` can say of its inputs before anything is sent.

import { idProblems } from "../arm-id.ts";
import type { InputProblem, KnownInputs } from "../definition.ts";
import type { VmInputs } from "./create-vm.ts";
import { regionProblems, tagProblems } from "./fields.ts";
import { rangeProblems } from "./network-rules.ts";
import { imageOf, imageProblems } from "./vm-images.ts";
import { computerNameProblems, passwordProblems, sshKeyProblems, userNameProblems } from "./vm-rules.ts";
import { sizeProblems } from "./vm-sizes.ts";

type Written = ReadonlySet<string & keyof VmInputs>;

export function checkVm(known: KnownInputs<VmInputs>, written: Written): readonly InputProblem[] {
  const os = known.image === undefined ? undefined : imageOf(known.image)?.os;
  return [
    ...regionProblems(known.location),
    ...(known.image === undefined ? [] : imageProblems(known.image)),
    ...sizeProblems(known.size),
    ...(os === undefined
      ? []
      : [
          ...computerNameProblems(known.name, os),
          ...userNameProblems(known.adminUsername, os),
          ...passwordProblems(known.adminPassword, os),
          ...credentialProblems(written, os),
        ]),
    ...sshKeyProblems(known.sshPublicKey, os),
    ...networkProblems(known, written),
    ...tagProblems(known.tags),
  ];
}

/** Whether anybody could sign in. */
function credentialProblems(written: Written, os: "Windows" | "Linux"): readonly InputProblem[] {
  const hint = "declare an input with `secret: true` and write adminPassword: ${{ inputs.<name> }}";
  if (written.has("adminPassword")) return [];
  if (os === "Windows") return [{ at: "", message: "a Windows VM has no `adminPassword`, which Azure asks for", hint }];
  if (written.has("sshPublicKey")) return [];
  return [{ at: "", message: "a Linux VM has neither `sshPublicKey` nor `adminPassword`", hint: "give at least one" }];
}

/** Inputs that describe a network that is not made when an existing subnet is given. */
const OF_NEW_NETWORK = ["virtualNetworkName", "subnetName", "addressPrefix", "subnetPrefix"] as const;

function networkProblems(known: KnownInputs<VmInputs>, written: Written): readonly InputProblem[] {
  if (written.has("subnetId")) {
    const idle = OF_NEW_NETWORK.filter((name) => written.has(name)).map((name) => ({
      at: `/${name}`,
      message: `"${name}" is for a new network, and \`subnetId\` names one that is there`,
      hint: "give one or the other",
      isAboutKey: true,
    }));
    return [...idProblems("/subnetId", known.subnetId, "Microsoft.Network/virtualNetworks/subnets"), ...idle];
  }
  const ranges = rangeProblems(known.addressPrefix, known.subnetPrefix, (name) => written.has(name));
  if (known.name?.length !== 1 || written.has("virtualNetworkName")) return ranges;
  const message = `the virtual network would be named "${known.name}" too, and Azure asks for two characters or more`;
  return [...ranges, { at: "/name", message, hint: "give a virtualNetworkName, or the VM a longer name" }];
}
