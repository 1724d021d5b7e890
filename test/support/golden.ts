// Text that must be exactly what a file holds. `UPDATE_GOLDEN=1` writes the file instead; the difference is what is reviewed.

import { expect } from "chai";
import { writeFileSync } from "node:fs";
import { projectFile, readProjectFile } from "./project.ts";

const isUpdating = process.env["UPDATE_GOLDEN"] === "1";

export function expectGolden(path: string, actual: string): void {
  if (isUpdating) writeFileSync(projectFile(path), actual);
  else expect(actual).equal(readProjectFile(path));
}
