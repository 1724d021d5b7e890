// Reads the runbooks that are called, each once, and those that they call.

import { type Called, calledPath, type CallLookup, type FileReader } from "./calls.ts";

/** What a load gives of one file, given how the files that it calls are found. */
export type LoadOne = (text: string, file: string, lookup: CallLookup) => Omit<Called, "file" | "depth">;

export class CallLoader {
  readonly #read: FileReader;
  readonly #load: LoadOne;
  readonly #lacksExtensions: boolean;
  readonly #known = new Map<string, Called>();
  /** The files that call each other down to the one that is being read. */
  readonly #chain: string[];

  /** `lacksExtensions`: nothing is said of those that have not been loaded. */
  constructor(read: FileReader, root: string, load: LoadOne, lacksExtensions: boolean) {
    this.#lacksExtensions = lacksExtensions;
    this.#read = read;
    this.#load = load;
    this.#chain = [root];
  }

  /** For the paths that a file gives. */
  lookupFrom(from: string, told: (called: Called) => void = () => {}): CallLookup {
    return (path) => {
      const called = this.#at(calledPath(path, from));
      told(called);
      return called;
    };
  }

  #loaded(text: string, file: string, lookup: CallLookup): Omit<Called, "file" | "depth"> {
    const loaded = this.#load(text, file, lookup);
    const isUnclear = loaded.runbook === undefined && loaded.errors.length === 0 && !this.#lacksExtensions;
    return isUnclear ? { ...loaded, problem: "names extensions, which have not been loaded" } : loaded;
  }

  #at(file: string): Called {
    const nothing = { file, errors: [], outputs: new Map(), depth: 0 };
    const first = this.#chain.indexOf(file);
    if (first !== -1) {
      const circle = [...this.#chain.slice(first), file].map(nameOf);
      const problem = circle.length === 2 ? "calls itself" : `calls back: ${circle.join(" → ")}`;
      return { ...nothing, problem };
    }
    const known = this.#known.get(file);
    if (known !== undefined) return known;
    const text = this.#read(file);
    let depth = 0;
    this.#chain.push(file);
    const lookup = this.lookupFrom(file, (called) => {
      depth = Math.max(depth, called.depth + 1);
    });
    const called =
      text === undefined
        ? { ...nothing, problem: "cannot be read" }
        : { ...this.#loaded(text, file, lookup), file, depth };
    this.#chain.pop();
    this.#known.set(file, called);
    return called;
  }
}

/** An editor's files have addresses. */
const nameOf = (file: string): string =>
  file.startsWith("file:") ? decodeURIComponent(file.slice(file.lastIndexOf("/") + 1)) : file;
