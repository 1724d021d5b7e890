// The step types that come with the engine.

import type { StepRegistry } from "../definition.ts";
import { armDelete } from "./arm-delete.ts";
import { approve } from "./approve.ts";
import { armGet } from "./arm-get.ts";
import { armPost } from "./arm-post.ts";
import { armPut } from "./arm-put.ts";
import { assert } from "./assert.ts";
import { assignIdentity } from "./assign-identity.ts";
import { createRg } from "./create-rg.ts";
import { createUami } from "./create-uami.ts";
import { createVm } from "./create-vm.ts";
import { createVnet } from "./create-vnet.ts";
import { deleteRg } from "./delete-rg.ts";
import { getImdsToken } from "./get-imds-token.ts";
import { grantRole } from "./grant-role.ts";
import { runCommand } from "./run-command.ts";
import { runbook } from "./runbook.ts";
import { wait } from "./wait.ts";

export const builtinSteps: StepRegistry = new Map(
  [
    createRg,
    deleteRg,
    createVnet,
    createVm,
    createUami,
    assignIdentity,
    grantRole,
    getImdsToken,
    armGet,
    armPut,
    armPost,
    armDelete,
    runCommand,
    assert,
    approve,
    wait,
    runbook,
  ].map((step) => [step.name, step]),
);
