// The language server, for editors: they start it and speak with it over standard input and output.

import { resolve } from "node:path";
import { collected, type CliCommand } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { packageVersion } from "../package-root.ts";

export const lspCommand: CliCommand = {
  examples: [
    ["runbook lsp", "serves an editor, which starts it itself"],
    ["runbook lsp --extensions ~/infra", "and runs the extensions that runbooks of that folder name"],
  ],
  configure: (command) => {
    // Editors add it out of habit, and there is no other way to speak with it.
    command.option("--stdio", "speak over standard input and output, which it always does");
    command.option(
      "--extensions <folder>",
      "run the extensions that this folder's runbooks name; repeatable",
      collected,
      [],
    );
  },
  run: async (command, io) => {
    const { extensions = [] } = command.opts<{ extensions?: string[] }>();
    const allowedFolders = extensions.map((folder) => resolve(io.cwd, folder));
    const { serve } = await import("../lsp/server.ts");
    const isShutDown = await serve(io.stdin, io.stdout, { allowedFolders, version: packageVersion() });
    return isShutDown ? EXIT.done : EXIT.failed;
  },
};
