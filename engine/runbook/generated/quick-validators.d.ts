/** Whether a value is as it should be; of a step type's inputs, some may be missing. */
export const quick: Readonly<Record<string, ((value: unknown) => boolean) | undefined>>;
