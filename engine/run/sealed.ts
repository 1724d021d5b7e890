// A step is synchronous while it is advanced, so for that long the clock, chance and the network can be taken from it.

class StepFault extends Error {
  override readonly name = "StepFault";
}

function refuse(what: string): () => never {
  return () => {
    throw new StepFault(`a step may not use ${what}: what it asks for must follow from its inputs and their results`);
  };
}

const RealDate = globalThis.Date;
const SealedDate = new Proxy(RealDate, {
  construct: (target, args: unknown[]) =>
    args.length === 0 ? refuse("the time")() : (Reflect.construct(target, args) as Date),
  apply: refuse("the time"),
  get: (target, key) => (key === "now" ? refuse("Date.now") : (Reflect.get(target, key) as unknown)),
});

/** Runs `advance` with `Date`, `Math.random`, `fetch` and timers replaced by functions that throw. */
export function sealed<T>(advance: () => T): T {
  const { random } = Math;
  const { fetch, setTimeout, setInterval } = globalThis;
  globalThis.Date = SealedDate;
  Math.random = refuse("Math.random");
  globalThis.fetch = refuse("fetch");
  globalThis.setTimeout = refuse("setTimeout") as unknown as typeof setTimeout;
  globalThis.setInterval = refuse("setInterval") as unknown as typeof setInterval;
  try {
    return advance();
  } finally {
    globalThis.Date = RealDate;
    Math.random = random;
    globalThis.fetch = fetch;
    globalThis.setTimeout = setTimeout;
    globalThis.setInterval = setInterval;
  }
}

export { StepFault };
