import type { CompiledSchema } from "../compile.ts";
/** They tell everything that is wrong. A function, so that nothing of their code is read before it is called. */
export function explaining(): Readonly<Record<string, CompiledSchema | undefined>>;
