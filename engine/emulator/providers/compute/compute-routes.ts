/** The operations of Microsoft.Compute. */
import { diskRoutes } from "./disks.ts";
import { extensionImageRoutes } from "./extension-images.ts";
import { extensionRoutes } from "./extensions.ts";
import { imageRoutes } from "./images.ts";
import { powerRoutes } from "./power.ts";
import { runCommandDocumentRoutes } from "./run-command-documents.ts";
import { runCommandRoutes } from "./run-command.ts";
import { managedRunCommandRoutes } from "./run-commands.ts";
import { sizeRoutes } from "./sizes.ts";
import { usageRoutes } from "./usages.ts";
import { virtualMachineRoutes } from "./virtual-machines.ts";

export const computeRoutes = [
  ...virtualMachineRoutes,
  ...powerRoutes,
  ...extensionRoutes,
  ...extensionImageRoutes,
  ...runCommandRoutes,
  ...managedRunCommandRoutes,
  ...runCommandDocumentRoutes,
  ...diskRoutes,
  ...sizeRoutes,
  ...imageRoutes,
  ...usageRoutes,
];
