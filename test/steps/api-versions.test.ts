import { expect } from "chai";
import { namespaces } from "../../engine/emulator/routes/resource-types.ts";
import { versionDoubt } from "../../engine/steps/api-versions.ts";

describe("versions that a check doubts", () => {
  it("are none that the emulator serves", () => {
    const doubted = namespaces.flatMap(({ name: namespace, types }) =>
      types.flatMap(({ name, apiVersions }) =>
        apiVersions
          .filter((version) => versionDoubt(`${namespace}/${name}`, version) !== undefined)
          .map((version) => `${namespace}/${name} ${version}`),
      ),
    );
    expect(doubted).eql([]);
  });
  it("are those between known ones, and no newer one", () => {
    expect(versionDoubt("microsoft.resources/resourceGroups", "2021-04-02")).eql({
      hint: 'did you mean "2021-04-01"?',
    });
    expect(versionDoubt("Microsoft.Resources/resourceGroups", "2999-01-01")).equal(undefined);
  });
});
