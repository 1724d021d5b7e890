// One state of a text that somebody edits, with what can be asked of it. Each answer is worked out once.

import type { Diagnostic } from "../../source/diagnostic.ts";
import { SourceText } from "../../source/source-text.ts";
import type { StepRegistry } from "../../steps/definition.ts";
import { loadRunbook } from "../load.ts";
import { type Outline, outlineOf } from "../outline.ts";
import { readYaml } from "../read-yaml.ts";
import { type NamePlace, namePlaces } from "./names.ts";

export class EditedRunbook {
  readonly source: SourceText;
  readonly registry: StepRegistry;
  #outline: Outline | "unreadable" | undefined;
  #places: readonly NamePlace[] | undefined;
  #diagnostics: readonly Diagnostic[] | undefined;

  constructor(path: string, text: string, registry: StepRegistry) {
    this.source = new SourceText(path, text);
    this.registry = registry;
  }

  /** Absent while the text is not YAML. */
  get outline(): Outline | undefined {
    if (this.#outline === undefined) {
      const { root } = readYaml(this.source);
      this.#outline = root === undefined ? "unreadable" : outlineOf(root, this.source, this.registry);
    }
    return this.#outline === "unreadable" ? undefined : this.#outline;
  }

  get places(): readonly NamePlace[] {
    this.#places ??= this.outline === undefined ? [] : namePlaces(this.outline);
    return this.#places;
  }

  get diagnostics(): readonly Diagnostic[] {
    this.#diagnostics ??= loadRunbook(this.source.text, {
      file: this.source.path,
      registry: this.registry,
    }).diagnostics;
    return this.#diagnostics;
  }
}
