// The step types that come with the engine.

import type { StepRegistry } from "../definition.ts";
import { armGet } from "./arm-get.ts";
import { assert } from "./assert.ts";
import { assignIdentity } from "./assign-identity.ts";
import { createRg } from "./create-rg.ts";
import { createUami } from "./create-uami.ts";
import { createVm } from "./create-vm.ts";
import { createVnet } from "./create-vnet.ts";
import { deleteRg } from "./delete-rg.ts";
import { getImdsToken } from "./get-imds-token.ts";
import { grantRole } from "./grant-role.ts";

export const builtinSteps: StepRegistry = new Map(
  [createRg, deleteRg, createVnet, createVm, createUami, assignIdentity, grantRole, getImdsToken, armGet, assert].map(
    (step) => [step.name, step],
  ),
);
