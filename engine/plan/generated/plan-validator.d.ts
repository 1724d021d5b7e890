/** Whether a value has the form of a plan's file. */
export function isPlan(value: unknown): boolean;
