// Extensions are named by a path beside the runbook, or as a package.

import { diagnosticAt } from "../../source/diagnostic.ts";
import { extensionsIn } from "../extensions.ts";
import type { Rule } from "../outline.ts";

export const extensions: Rule = ({ root, source }) =>
  extensionsIn(root).flatMap(({ value, span, isTemplate }) => {
    if (isTemplate || !/^([A-Za-z]:|[/\\]|\w+:)/.test(String(value))) return [];
    const message = `extension "${String(value)}" is neither a path beside the runbook nor a package`;
    const hint = "write ./<file> or the package's name";
    return [diagnosticAt(source, span, "extension", message, { hint })];
  });
