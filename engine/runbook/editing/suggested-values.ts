// Values that an input often has, by the input's name. Others may be right too.

import { REGIONS } from "../../steps/builtin/regions.ts";
import { COMMON_ROLES } from "../../steps/builtin/roles.ts";
import { IMAGE_ALIASES } from "../../steps/builtin/vm-images.ts";
import { COMMON_SIZES } from "../../steps/builtin/vm-sizes.ts";

const BY_INPUT: Readonly<Record<string, readonly string[]>> = {
  location: REGIONS,
  role: COMMON_ROLES,
  image: IMAGE_ALIASES,
  size: COMMON_SIZES,
  resource: ["https://management.azure.com/", "https://vault.azure.net", "https://storage.azure.com/"],
};

export function suggestedValues(input: string): readonly string[] {
  return Object.hasOwn(BY_INPUT, input) ? BY_INPUT[input]! : [];
}
