// What a look at this machine found, as data.

export interface Finding {
  /** What was looked at, one or two words. */
  readonly about: string;
  /** `note`: it works, and somebody should know. `wrong`: something will not work. */
  readonly state: "fine" | "note" | "wrong";
  /** What is there; lower case, no full stop; never a secret. */
  readonly found: string;
  /** What to do; absent when there is nothing to do. */
  readonly advice?: string;
}

export const fine = (about: string, found: string): Finding => ({ about, state: "fine", found });
export const note = (about: string, found: string, advice?: string): Finding => ({
  about,
  state: "note",
  found,
  ...(advice !== undefined && { advice }),
});
export const wrong = (about: string, found: string, advice: string): Finding => ({
  about,
  state: "wrong",
  found,
  advice,
});
