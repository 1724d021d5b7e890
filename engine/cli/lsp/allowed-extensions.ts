// Which extensions the language server loads. Loading one runs it, and opening a file in an editor must run nothing unasked: only
// those are loaded that a file names, as it is saved, in a folder that the user has allowed.

import { readFileSync, realpathSync, statSync } from "node:fs";
import { isAbsolute, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { FileReader } from "../../runbook/calls.ts";
import type { EditedWith } from "../../runbook/editing/edited-runbook.ts";
import { type NamedExtension, namedExtensions } from "../../runbook/extensions.ts";
import type { Span } from "../../source/source-text.ts";
import { builtinSteps } from "../../steps/builtin/index.ts";
import {
  keyOf,
  type LoadedExtensions,
  loadLocated,
  locateExtensions,
  type NamingFile,
  problemDiagnostics,
} from "../extensions.ts";
import { namingFiles } from "../runbook-file.ts";

export interface AllowedTypes extends Required<Pick<EditedWith, "registry" | "lacksExtensions" | "extensionProblems">> {
  /** Why step types are missing, at the names of their extensions. */
  readonly missing?: { readonly span: Span; readonly why: "not-allowed" | "not-saved" };
}

const NONE: AllowedTypes = { registry: builtinSteps, lacksExtensions: false, extensionProblems: [] };
const MISSING: AllowedTypes = { ...NONE, lacksExtensions: true };

export class AllowedExtensions {
  readonly #folders: readonly string[];
  readonly #loaded = new Map<string, LoadedExtensions | "loading">();
  readonly #onLoaded: () => void;

  /** `onLoaded` is called when `typesFor` has more to say than before. */
  constructor(folders: readonly string[], onLoaded: () => void) {
    this.#folders = folders.map(realPath);
    this.#onLoaded = onLoaded;
  }

  /** What is known now of a text in the editor; begins to load what is not. */
  typesFor(text: string, uri: string, readFile: FileReader): AllowedTypes {
    const naming = namingFiles(text, uri, readFile, pathOf);
    if (naming.length === 0) return NONE;
    const own = naming.flatMap(({ named }) => named.filter(({ source }) => source.path === uri));
    if (!naming.every(({ path }) => this.#isAllowed(path))) return { ...MISSING, ...missing(own, "not-allowed") };
    const saved = naming.map((file) => ({ ...file, named: savedOf(file) }));
    const unsaved = own.filter((one) => !saved.some(({ named }) => named.includes(one)));
    if (saved.every(({ named }) => named.length === 0)) return { ...MISSING, ...missing(unsaved, "not-saved") };
    const located = locateExtensions(saved, versionOf);
    const key = keyOf(located);
    const loaded = this.#loaded.get(key);
    if (loaded === undefined) {
      this.#loaded.set(key, "loading");
      void loadLocated(located).then((now) => {
        this.#loaded.set(key, now);
        this.#onLoaded();
      });
    }
    if (loaded === undefined || loaded === "loading") return { ...MISSING, ...missing(unsaved, "not-saved") };
    const extensionProblems = problemDiagnostics(located, loaded.problems);
    const lacksExtensions = extensionProblems.length > 0 || unsaved.length > 0;
    return { registry: loaded.registry, lacksExtensions, extensionProblems, ...missing(unsaved, "not-saved") };
  }

  #isAllowed(path: string): boolean {
    if (path === "") return false;
    const real = realPath(path);
    return this.#folders.some((folder) => {
      const below = relative(folder, real);
      return !below.startsWith("..") && !isAbsolute(below);
    });
  }
}

function missing(names: readonly NamedExtension[], why: "not-allowed" | "not-saved"): Pick<AllowedTypes, "missing"> {
  const [first] = names;
  return first === undefined
    ? {}
    : { missing: { span: { start: first.span.start, end: names.at(-1)!.span.end }, why } };
}

/** Those that the file on the disk names too: a name that is half typed may be that of another file. */
function savedOf({ named, path }: NamingFile): readonly NamedExtension[] {
  let names: readonly string[];
  try {
    names = namedExtensions(readFileSync(path, "utf8"), path).map(({ name }) => name);
  } catch {
    return [];
  }
  return named.filter(({ name }) => names.includes(name));
}

function versionOf(path: string): string {
  return `?changed=${statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0}`;
}

/** Empty: a text that is no file. */
function pathOf(uri: string): string {
  try {
    return fileURLToPath(uri);
  } catch {
    return "";
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}
