/**
 * Makes what a recording takes for granted, through the emulator's own operations and out of what a client may write. What
 * Azure itself adds to a resource is never put in: that is for the emulator to answer.
 */
import type { AzureCalls, Reply } from "../support/azure-calls.ts";
import { ubuntuImage } from "../support/azure-world.ts";
import { isId, type Facts } from "./facts.ts";
import { stand, type Json } from "./recording.ts";

const key = (id: string): string => id.toLowerCase();
const typeOf = (id: string): string => {
  const [namespace = "", ...rest] = (id.split(/\/providers\//i).at(-1) ?? "").split("/");
  return [namespace, ...rest.filter((_, i) => i % 2 === 0)].join("/").toLowerCase();
};
const groupIn = (id: string): string => id.split("/").slice(0, 5).join("/");
const without = (value: Json, ...names: string[]): Json =>
  Object.fromEntries(Object.entries(value ?? {}).filter(([k]) => !names.includes(k)));
const readOnly = ["provisioningState", "resourceGuid", "etag"];

/** What an image that is only named was made of. */
const ownImage = { storageProfile: { osDisk: { osType: "Linux", osState: "Generalized" } } };
/** In place of one that an example only names. */
const someone = "00000000-0000-4000-8000-00000000000f";

export class World {
  readonly #azure: AzureCalls;
  readonly #facts: Facts;
  readonly #open = new Set<string>();
  /** How many writes it took, and those that were refused. */
  writes = 0;
  readonly refused: string[] = [];

  constructor(azure: AzureCalls, facts: Facts) {
    this.#azure = azure;
    this.#facts = facts;
  }
  settle(ms = 5000): void {
    this.#azure.now += ms;
  }
  async #put(id: string, body: Json): Promise<Reply> {
    this.writes += 1;
    let reply = await this.#azure.put(id, body);
    // Some resources stood in regions that only Microsoft has.
    if (String(reply.body?.error?.code).startsWith("LocationNotAvailable"))
      reply = await this.#azure.put(id, { ...body, location: "eastus" });
    if (reply.status >= 400)
      this.refused.push(`PUT ${id}: ${reply.status} ${reply.body?.error?.code}: ${reply.body?.error?.message}`);
    this.settle();
    return reply;
  }
  async exists(id: string): Promise<boolean> {
    return (await this.#azure.get(id)).status === 200;
  }
  async ensureGroup(id: string, at: number): Promise<void> {
    if (!/^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+$/i.test(id) || (await this.exists(id))) return;
    const shown = this.#facts.shown(id, at);
    await this.#put(this.#facts.spelled(id), {
      location: shown?.location ?? this.#facts.regionOf(id),
      ...(shown?.tags && { tags: shown.tags }),
    });
  }
  /** Makes the resource and what it stands on, as it was shown at an exchange, unless it is there. */
  async ensure(given: string, at: number, known?: Json, region?: string): Promise<void> {
    const id = this.#facts.spelled(given);
    if (this.#open.has(key(id)) || this.#facts.isMadeAfter(id, at) || (await this.exists(id))) return;
    this.#open.add(key(id));
    try {
      await this.ensureGroup(groupIn(id), at);
      await this.#make(id, at, known ?? this.#facts.shown(id, at), region);
    } finally {
      this.#open.delete(key(id));
    }
  }
  /** A network to be peered with: examples and selections show it without the addresses that tell it from the other. */
  async ensureRemote(id: unknown, at: number, addressPrefixes: unknown): Promise<void> {
    if (!isId(id)) return;
    const shown = this.#facts.shown(id, at);
    const known = { addressSpace: { addressPrefixes: addressPrefixes ?? ["172.31.0.0/16"] } };
    await this.ensure(id, at, shown ?? { properties: known });
  }
  /** A custom role, unless there is one of this id or it is one of Azure's own. */
  async ensureRole(id: string, shown: Json = {}): Promise<void> {
    const path = `${this.#azure.subscription}/providers/Microsoft.Authorization/roleDefinitions/${id.split("/").at(-1)}`;
    if (shown.type === "BuiltInRole" || (await this.exists(path))) return;
    await this.#put(path, {
      properties: {
        roleName: shown.roleName ?? `seeded ${id.split("/").at(-1)}`,
        description: shown.description ?? "",
        assignableScopes: [this.#azure.subscription],
        permissions: shown.permissions ?? [{ actions: ["*/read"] }],
      },
    });
  }
  async ensureAssignment({ id, properties: p }: Json, at: number): Promise<void> {
    const scope = String(p?.scope ?? "");
    if (!scope.toLowerCase().startsWith(this.#azure.subscription.toLowerCase()) || (await this.exists(String(id))))
      return;
    if (isId(scope)) await this.ensureGroup(groupIn(scope), at);
    if (isId(scope) && scope.split("/").length > 5) await this.ensure(scope, at);
    await this.ensureRole(String(p.roleDefinitionId));
    await this.#put(String(id), {
      properties: {
        roleDefinitionId: p.roleDefinitionId,
        principalId: /^[0-9a-f-]{36}$/i.test(String(p.principalId)) ? p.principalId : someone,
        principalType: /^(User|Group|Device|ForeignGroup)$/.exec(String(p.principalType))?.[0] ?? "ServicePrincipal",
        ...(p.description && { description: p.description }),
      },
    });
  }
  /** Somebody whom the directory knows, in place of one of a recording. */
  async makePrincipal(name: string, at: number): Promise<string> {
    const group = `${this.#azure.subscription}/resourceGroups/seeded-principals`;
    await this.ensureGroup(group, at);
    const id = `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/p${name}`;
    const { body } = await this.#put(id, { location: "eastus" });
    this.settle(900_000);
    return String(body.properties.principalId);
  }
  /** Writes what a client could have written to make it look as it was shown. */
  async rewrite(id: string, at: number): Promise<void> {
    await this.#make(this.#facts.spelled(id), at, this.#facts.shown(id, at));
  }

  async #make(id: string, at: number, shown: Json, region?: string): Promise<void> {
    const location: string = shown?.location ?? region ?? this.#facts.regionOf(id);
    const common = { location, ...(shown?.tags && { tags: shown.tags }) };
    const p: Json = shown?.properties ?? {};
    switch (typeOf(id)) {
      case "microsoft.network/virtualnetworks":
        await this.#makeNetwork(id, at, common, p);
        return;
      case "microsoft.network/virtualnetworks/subnets": {
        const network = id.split(/\/subnets\//i)[0] ?? "";
        await this.ensure(network, at, undefined, region);
        const group = this.#facts.relations.groupOf.get(key(id));
        if (!(await this.exists(id)))
          await this.#put(id, {
            properties: {
              addressPrefix: `10.0.${100 + (this.writes % 150)}.0/24`,
              ...without(p, ...readOnly, "ipConfigurations"),
              ...(group && { networkSecurityGroup: { id: group } }),
            },
          });
        return;
      }
      case "microsoft.network/virtualnetworks/virtualnetworkpeerings": {
        await this.ensure(id.split(/\/virtualNetworkPeerings\//i)[0] ?? "", at, undefined, region);
        await this.ensureRemote(p.remoteVirtualNetwork?.id, at, p.remoteAddressSpace?.addressPrefixes);
        await this.#put(id, { properties: without(p, ...readOnly, "peeringState", "remoteAddressSpace") });
        return;
      }
      case "microsoft.network/networksecuritygroups":
        await this.#put(id, {
          ...common,
          properties: {
            securityRules: (p.securityRules ?? []).map((r: Json) => ({
              name: r.name,
              properties: without(r.properties, ...readOnly),
            })),
          },
        });
        for (const nic of p.networkInterfaces ?? []) await this.ensure(nic.id, at, undefined, location);
        for (const subnet of p.subnets ?? []) await this.ensure(subnet.id, at, undefined, location);
        return;
      case "microsoft.network/networksecuritygroups/securityrules":
        await this.ensure(id.split(/\/securityRules\//i)[0] ?? "", at);
        if (!(await this.exists(id)))
          await this.#put(id, {
            properties: {
              protocol: "Tcp",
              sourcePortRange: "*",
              destinationPortRange: "80",
              sourceAddressPrefix: "*",
              destinationAddressPrefix: "*",
              access: "Allow",
              priority: 100,
              direction: "Inbound",
              ...without(p, ...readOnly),
            },
          });
        return;
      case "microsoft.network/publicipaddresses":
        await this.#put(id, {
          ...common,
          ...(shown?.sku && { sku: shown.sku }),
          ...(shown?.zones && { zones: shown.zones }),
          properties: {
            ...without(p, ...readOnly, "ipAddress", "ipConfiguration"),
            ...(/^standard/i.test(String(shown?.sku?.name)) && { publicIPAllocationMethod: "Static" }),
          },
        });
        if (p.ipConfiguration?.id) await this.ensure(p.ipConfiguration.id.split(/\/ipConfigurations\//i)[0], at);
        return;
      case "microsoft.network/networkinterfaces":
        await this.#makeInterface(id, at, common, p);
        return;
      case "microsoft.compute/virtualmachines":
        await this.#makeVm(id, at, common, shown);
        return;
      case "microsoft.compute/disks": {
        const vm = this.#facts.relations.vmOfDisk.get(key(id));
        if (vm !== undefined) await this.ensure(vm, at);
        else
          await this.#put(id, {
            ...common,
            ...(shown?.sku && { sku: { name: shown.sku.name } }),
            ...(shown?.zones && { zones: shown.zones }),
            properties: {
              ...without(p, ...readOnly, "timeCreated", "diskState", "uniqueId", "diskSizeBytes"),
              creationData: p.creationData ?? { createOption: "Empty" },
              diskSizeGB: p.diskSizeGB ?? 10,
            },
          });
        return;
      }
      case "microsoft.compute/images": {
        const storageProfile = { osDisk: { osType: "Linux", osState: "Generalized" } };
        await this.#put(id, {
          ...common,
          properties: { storageProfile, ...without(p, ...readOnly, "sourceVirtualMachine") },
        });
        return;
      }
      case "microsoft.managedidentity/userassignedidentities":
        await this.#put(id, {
          ...common,
          ...(p.isolationScope && { properties: { isolationScope: p.isolationScope } }),
        });
        return;
      case "microsoft.managedidentity/userassignedidentities/federatedidentitycredentials":
        await this.ensure(id.split("/").slice(0, -2).join("/"), at);
        await this.#put(id, {
          properties: {
            issuer: "https://issuer.example",
            subject: id,
            audiences: ["api://AzureADTokenExchange"],
            ...p,
          },
        });
        return;
      case "microsoft.compute/virtualmachines/extensions":
        await this.ensure(id.split(/\/extensions\//i)[0] ?? "", at);
        await this.#put(id, {
          ...common,
          properties: {
            publisher: "Microsoft.Azure.Extensions",
            type: "CustomScript",
            typeHandlerVersion: "2.0",
            ...without(p, ...readOnly, "instanceView"),
          },
        });
        return;
      case "microsoft.compute/virtualmachines/runcommands":
        await this.ensure(id.split(/\/runCommands\//i)[0] ?? "", at);
        await this.#put(id, {
          ...common,
          properties: { ...without(p, ...readOnly, "instanceView"), source: { script: "true", ...p.source } },
        });
        return;
      default:
        await this.#register(id);
        if (typeOf(id).split("/").length > 2) await this.ensure(id.split("/").slice(0, -2).join("/"), at);
        await this.#put(id, {
          ...(typeOf(id).split("/").length > 2 ? {} : common),
          ...without(shown, "id", "name", "type", "etag"),
          properties: without(
            typeOf(id) === "microsoft.compute/images" && shown === undefined ? ownImage : p,
            ...readOnly,
            "diskState",
            // Who uses a proximity placement group, as its example shows it; and a policy that one shows by its number.
            ...["virtualMachines", "virtualMachineScaleSets", "availabilitySets"].filter((name) =>
              Array.isArray(p[name]),
            ),
            ...(/^\d$/.test(String(p.networkAccessPolicy)) ? ["networkAccessPolicy"] : []),
          ),
        });
    }
  }
  async #register(id: string): Promise<void> {
    await this.register(typeOf(id).split("/")[0] ?? "");
  }
  async register(namespace: string): Promise<void> {
    const path = `${this.#azure.subscription}/providers/${namespace}`;
    if ((await this.#azure.get(path)).body.registrationState === "Registered") return;
    await this.#azure.post(`${path}/register`);
    this.settle();
  }
  async #makeNetwork(id: string, at: number, common: Json, p: Json): Promise<void> {
    const names = [...this.#facts.relations.subnetOf.values()]
      .filter((s) => key(s).startsWith(`${key(id)}/subnets/`))
      .map((s) => s.split("/").at(-1) ?? "");
    const shown: Json[] = p.subnets ?? [];
    const missing = [...new Set(names.map((n) => n.toLowerCase()))].filter(
      (n) => !shown.some((s) => String(s.name).toLowerCase() === n),
    );
    const subnets = [
      ...shown.map((s) => ({
        name: s.name,
        properties: without(s.properties, ...readOnly, "ipConfigurations", "privateEndpoints", "purpose"),
      })),
      ...missing.map((n, i) => ({
        name: names.find((x) => x.toLowerCase() === n),
        properties: { addressPrefix: `10.0.${i + shown.length}.0/24` },
      })),
    ];
    for (const s of subnets)
      if (s.properties.networkSecurityGroup?.id) await this.ensure(s.properties.networkSecurityGroup.id, at);
    await this.#put(id, {
      ...common,
      properties: {
        addressSpace: { addressPrefixes: ["10.0.0.0/16"] },
        ...without(p, ...readOnly, "subnets"),
        subnets,
      },
    });
    for (const s of shown)
      for (const c of s.properties?.ipConfigurations ?? [])
        if (/\/networkInterfaces\//i.test(c.id)) await this.ensure(c.id.split(/\/ipConfigurations\//i)[0], at);
  }
  async #makeInterface(id: string, at: number, common: Json, p: Json): Promise<void> {
    const { subnetOf, publicIpOf, groupOf, interfacesOf } = this.#facts.relations;
    const configs: Json[] = p.ipConfigurations ?? [];
    const heard = [...subnetOf.keys(), ...publicIpOf.keys()].filter((c) =>
      c.startsWith(`${key(id)}/ipconfigurations/`),
    );
    const ids: string[] = configs.length ? configs.map((c) => c.id as string) : [...new Set(heard)];
    if (ids.length === 0) ids.push(`${id}/ipConfigurations/ipconfig1`);
    const ipConfigurations: Json[] = [];
    for (const self of ids) {
      const subnet =
        subnetOf.get(key(self)) ??
        `${groupIn(id)}/providers/Microsoft.Network/virtualNetworks/seeded-${String(common.location).replaceAll(" ", "")}/subnets/default`;
      await this.ensure(subnet.split(/\/subnets\//i)[0] ?? "", at, undefined, common.location as string);
      if (!(await this.exists(subnet))) await this.#put(subnet, { properties: { addressPrefix: "10.0.200.0/24" } });
      const pip = publicIpOf.get(key(self));
      if (pip !== undefined) await this.ensure(pip, at, undefined, common.location as string);
      ipConfigurations.push({
        name: this.#facts.spelled(self).split("/").at(-1),
        properties: { subnet: { id: subnet }, ...(pip && { publicIPAddress: { id: pip } }) },
      });
    }
    const group = groupOf.get(key(id));
    if (group !== undefined) await this.ensure(group, at, undefined, common.location as string);
    await this.#put(id, {
      ...common,
      properties: { ipConfigurations, ...(group && { networkSecurityGroup: { id: group } }) },
    });
    const vm = [...interfacesOf].find(([, nics]) => [...nics].some((n) => key(n) === key(id)))?.[0];
    if (vm !== undefined) await this.ensure(vm, at);
  }
  async #makeFreeDisk(id: string, location: string, diskSizeGB: unknown): Promise<void> {
    if (!(await this.exists(id)))
      await this.#put(id, {
        location,
        properties: { creationData: { createOption: "Empty" }, diskSizeGB: Number(diskSizeGB ?? 10) },
      });
  }
  async #makeVm(id: string, at: number, common: Json, shown: Json): Promise<void> {
    const { interfacesOf, vmOfDisk } = this.#facts.relations;
    const p: Json = shown?.properties ?? {};
    const nics = [...(interfacesOf.get(key(id)) ?? [])];
    if (nics.length === 0)
      nics.push(`${groupIn(id)}/providers/Microsoft.Network/networkInterfaces/${id.split("/").at(-1)}-seeded`);
    for (const nic of nics) await this.ensure(nic, at, undefined, common.location as string);
    for (const neighbour of ["availabilitySet", "proximityPlacementGroup", "hostGroup"])
      if (isId(p[neighbour]?.id))
        await this.ensure(p[neighbour].id as string, at, undefined, common.location as string);
    for (const one of Object.keys(shown?.identity?.userAssignedIdentities ?? {})) await this.ensure(one, at);
    for (const name of ["availabilitySet", "proximityPlacementGroup", "virtualMachineScaleSet", "hostGroup", "host"])
      if (isId(p[name]?.id)) await this.ensure(p[name].id, at, undefined, common.location as string);
    for (const { createOption, managedDisk, diskSizeGB } of (p.storageProfile?.dataDisks ?? []) as Json[])
      if (/^attach$/i.test(String(createOption)) && isId(managedDisk?.id) && !(await this.exists(managedDisk.id)))
        await this.#put(managedDisk.id, {
          location: common.location as unknown,
          properties: { creationData: { createOption: "Empty" }, diskSizeGB: diskSizeGB ?? 10 },
        });
    const disk = [...vmOfDisk].find(([, vm]) => key(vm) === key(id))?.[0];
    const os: Json = p.osProfile ?? { computerName: "seeded", adminUsername: "seeduser" };
    const keys: Json[] | undefined = os.linuxConfiguration?.ssh?.publicKeys;
    const image = without(p.storageProfile?.imageReference ?? ubuntuImage, "exactVersion");
    // Examples show disks that are smaller than what their images need.
    const osDisk: Json = p.storageProfile?.osDisk
      ? without(p.storageProfile.osDisk, "diskSizeGB")
      : {
          createOption: "FromImage",
          ...(disk && { name: this.#facts.spelled(disk).split("/").at(-1) }),
        };
    for (const data of p.storageProfile?.dataDisks ?? [])
      if (/^attach$/i.test(String(data.createOption)) && isId(data.managedDisk?.id))
        await this.#makeFreeDisk(data.managedDisk.id as string, common.location as string, data.diskSizeGB);
    await this.#put(id, {
      ...common,
      ...(shown?.identity && {
        identity: {
          type: shown.identity.type,
          ...(shown.identity.userAssignedIdentities && {
            userAssignedIdentities: Object.fromEntries(
              Object.keys(shown.identity.userAssignedIdentities).map((k) => [k, {}]),
            ),
          }),
        },
      }),
      properties: {
        hardwareProfile: p.hardwareProfile ?? { vmSize: "Standard_DS1_v2" },
        storageProfile: { imageReference: image, osDisk, dataDisks: p.storageProfile?.dataDisks ?? [] },
        osProfile: {
          ...without(os, "requireGuestProvisionSignal"),
          // Examples call the administrator by a name that Azure refuses.
          adminUsername: /^(admin(istrator)?|user|test)$/i.test(String(os.adminUsername))
            ? "seeduser"
            : (os.adminUsername as unknown),
          ...(keys && {
            linuxConfiguration: {
              ...os.linuxConfiguration,
              ssh: { publicKeys: keys.map((k) => ({ ...k, keyData: stand.key })) },
            },
          }),
          ...(keys && os.linuxConfiguration?.disablePasswordAuthentication ? {} : { adminPassword: stand.password }),
        },
        networkProfile: { networkInterfaces: nics.map((nic) => ({ id: this.#facts.spelled(nic) })) },
        ...without(
          p,
          ...readOnly,
          "vmId",
          "hardwareProfile",
          "storageProfile",
          "osProfile",
          "networkProfile",
          "instanceView",
          "timeCreated",
        ),
      },
    });
    for (const x of shown?.resources ?? []) await this.ensure(x.id, at, x);
    const power = /PowerState\/(\w+)/.exec(JSON.stringify(p.instanceView ?? ""))?.[1];
    const verb = power === "deallocated" ? "deallocate" : power === "stopped" ? "powerOff" : undefined;
    if (verb !== undefined) await this.#azure.post(`${id}/${verb}`);
    this.settle();
  }
}
