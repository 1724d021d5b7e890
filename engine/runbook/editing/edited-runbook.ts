// One state of a text that somebody edits, with what can be asked of it. Each answer is worked out once.

import { type Diagnostic, sortDiagnostics } from "../../source/diagnostic.ts";
import { SourceText } from "../../source/source-text.ts";
import type { StepRegistry } from "../../steps/definition.ts";
import { calledIn, type CallLookup, type FileReader } from "../calls.ts";
import { calledFrom, loadRunbook, type LoadOptions } from "../load.ts";
import { type Outline, outlineOf } from "../outline.ts";
import { readYaml } from "../read-yaml.ts";
import { type NamePlace, namePlaces } from "./names.ts";

/** What is known of a text that is edited beside its own words. */
export interface EditedWith {
  readonly registry: StepRegistry;
  /** Reads the runbooks that it calls. */
  readonly readFile?: FileReader;
  readonly lacksExtensions?: boolean;
  /** What is wrong with extensions that it names. */
  readonly extensionProblems?: readonly Diagnostic[];
}

export class EditedRunbook {
  readonly source: SourceText;
  readonly registry: StepRegistry;
  readonly lacksExtensions: boolean;
  readonly #options: LoadOptions;
  readonly #extensionProblems: readonly Diagnostic[];
  #called: CallLookup | undefined;
  #outline: Outline | "unreadable" | undefined;
  #places: readonly NamePlace[] | undefined;
  #diagnostics: readonly Diagnostic[] | undefined;

  constructor(
    path: string,
    text: string,
    { registry, readFile = () => undefined, lacksExtensions = false, extensionProblems = [] }: EditedWith,
  ) {
    this.source = new SourceText(path, text);
    this.registry = registry;
    this.lacksExtensions = lacksExtensions;
    this.#extensionProblems = extensionProblems;
    this.#options = { file: path, registry, readFile, lacksExtensions };
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
    this.#diagnostics ??= sortDiagnostics([
      ...this.#extensionProblems,
      ...loadRunbook(this.source.text, this.#options).diagnostics,
      // Those of a runbook that is called stand in its own file.
    ]).filter(({ source }) => source.path === this.source.path);
    return this.#diagnostics;
  }
}
