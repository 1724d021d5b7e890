import type { Validator } from "../shape.ts";
export const validators: Readonly<Record<string, Validator | undefined>>;
