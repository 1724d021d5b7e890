// The language server, for editors: they start it and speak with it over standard input and output.

import { builtinSteps } from "../../steps/builtin/index.ts";
import type { CliCommand } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { packageVersion } from "../package-root.ts";

export const lspCommand: CliCommand = {
  examples: [["runbook lsp", "serves an editor, which starts it itself"]],
  configure: (command) => {
    // Editors add it out of habit, and there is no other way to speak with it.
    command.option("--stdio", "speak over standard input and output, which it always does");
  },
  run: async (_command, io) => {
    const { serve } = await import("../lsp/server.ts");
    const isShutDown = await serve(io.stdin, io.stdout, { registry: builtinSteps, version: packageVersion() });
    return isShutDown ? EXIT.done : EXIT.failed;
  },
};
