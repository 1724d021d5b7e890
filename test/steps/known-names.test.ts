import { expect } from "chai";
import { misspeltRole } from "../../engine/steps/builtin/roles.ts";
import { sizeProblems } from "../../engine/steps/builtin/vm-sizes.ts";
import { misspeltType } from "../../engine/steps/resource-types.ts";

const SIZES = (
  "Basic_A0 Basic_A4 Standard_A0 Standard_A11 Standard_A8m_v2 Standard_D14 Standard_D15_v2 Standard_DS5_v2_Promo " +
  "Standard_DS11-1_v2 Standard_D192s_v6 Standard_E104ids_v5 Standard_E4-2s_v5 Standard_M416ms_v2 Standard_M1792ixds_32_v3 " +
  "Standard_NC4as_T4_v3 Standard_NC24ads_A100_v4 Standard_ND96isr_MI300X_v5 Standard_NV36ads_A10_v5 Standard_HB120-16rs_v3 " +
  "Standard_HX176rs Standard_L80s_v2 Standard_F1s Standard_FX4mds Standard_GS5-8 Standard_H16mr Standard_HC44rs " +
  "Standard_DC1s_v2 Standard_B20ms Standard_B2pts_v2 Standard_NP10s Standard_NC24r"
).split(" ");

describe("names that Azure has", () => {
  it("are no slips: sizes of VMs", () => {
    expect(SIZES.filter((size) => sizeProblems(size).length > 0)).eql([]);
  });
  for (const [size, doubt] of Object.entries({
    Standard_D2_v5s: '"v5s" is no version, and features stand before it',
    Standard_D3s_v5: "none has 3 processors",
    Standard_D1000s_v5: "none has 1000 processors",
    Standard_DS2_v5: "family DS has no version 5",
    Standard_B2xs: "family B has no such size without a version",
    Basic_A9: "Basic sizes are A0 to A4",
    Standard_Z9: 'no family is called "Z"',
  })) {
    it(`are not: ${size}`, () => {
      const [problem] = sizeProblems(size);
      expect(problem?.message).equal(`"${size}" is no size that this engine knows: ${doubt}`);
    });
  }
  it("are no slips: roles that are not listed", () => {
    const roles = ["Azure Spring Apps Data Reader", "Chaos Studio Operator", "My own Contributor", "Cab Contributor"];
    expect(roles.map(misspeltRole)).eql(roles.map(() => undefined));
    const slips = [
      "Readr",
      "Storage Blob Data Raeder",
      "KeyVault Reader",
      "Network Contributer",
      "Search Index Data Redaer",
    ];
    expect(slips.map(misspeltRole)).eql([
      "Reader",
      "Storage Blob Data Reader",
      "Key Vault Reader",
      "Network Contributor",
      "Search Index Data Reader",
    ]);
  });
  it("are no slips: types of resources", () => {
    const types = ["microsoft.network/publicipaddresses", "Microsoft.Web/sites", "Microsoft.Network/networkManagers"];
    expect(types.map(misspeltType)).eql(types.map(() => undefined));
    expect(misspeltType("Microsoft.Network/virtualNetwork/subnets")).equal("Microsoft.Network/virtualNetworks/subnets");
  });
});
