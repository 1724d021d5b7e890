// One state of a text that somebody edits, with what can be asked of it. Each answer is worked out once.

import type { Diagnostic } from "../../source/diagnostic.ts";
import { SourceText } from "../../source/source-text.ts";
import type { StepRegistry } from "../../steps/definition.ts";
import { calledIn, type CallLookup, type FileReader } from "../calls.ts";
import { calledFrom, loadRunbook, type LoadOptions } from "../load.ts";
import { type Outline, outlineOf } from "../outline.ts";
import { readYaml } from "../read-yaml.ts";
import { type NamePlace, namePlaces } from "./names.ts";

export class EditedRunbook {
  readonly source: SourceText;
  readonly registry: StepRegistry;
  readonly #options: LoadOptions;
  #called: CallLookup | undefined;
  #outline: Outline | "unreadable" | undefined;
  #places: readonly NamePlace[] | undefined;
  #diagnostics: readonly Diagnostic[] | undefined;

  /** `readFile` reads the runbooks that this one calls. */
  constructor(path: string, text: string, registry: StepRegistry, readFile: FileReader = () => undefined) {
    this.source = new SourceText(path, text);
    this.registry = registry;
    this.#options = { file: path, registry, readFile };
  }

  /** The runbook that a step calls, by the path that it gives. */
  get called(): CallLookup {
    this.#called ??= calledFrom(this.#options)!;
    return this.#called;
  }

  get callsOthers(): boolean {
    return calledIn(this.source.text, this.source.path).length > 0;
  }

  /** Absent while the text is not YAML. */
  get outline(): Outline | undefined {
    if (this.#outline === undefined) {
      const { root } = readYaml(this.source);
      this.#outline = root === undefined ? "unreadable" : outlineOf(root, this.source, this.registry, this.called);
    }
    return this.#outline === "unreadable" ? undefined : this.#outline;
  }

  get places(): readonly NamePlace[] {
    this.#places ??= this.outline === undefined ? [] : namePlaces(this.outline);
    return this.#places;
  }

  get diagnostics(): readonly Diagnostic[] {
    this.#diagnostics ??= loadRunbook(this.source.text, this.#options).diagnostics.filter(
      // Those of a runbook that is called stand in its own file.
      ({ source }) => source.path === this.source.path,
    );
    return this.#diagnostics;
  }
}
