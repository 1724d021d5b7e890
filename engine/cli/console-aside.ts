// What an extension prints with `console`: it goes where messages go, since standard output holds a command's data, or an
// editor's protocol.

export function putConsoleAside(): void {
  const { error } = console;
  for (const name of ["log", "info", "debug", "dir"] as const) {
    console[name] = (...values: unknown[]) => error.apply(console, values);
  }
}
