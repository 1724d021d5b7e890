// Diagnostics for people. `formats/` has them for programs.

import type { PlacedMessage } from "../source/diagnostic.ts";
import { renderDiagnostic } from "../source/render-diagnostic.ts";
import type { Terminal } from "./terminal.ts";

/** Writes all of them to a terminal, with a blank line between two. */
export function tellDiagnostics(diagnostics: readonly PlacedMessage[], terminal: Terminal): void {
  for (const [index, diagnostic] of diagnostics.entries()) {
    if (index > 0) terminal.line();
    terminal.line(painted(renderDiagnostic(diagnostic), diagnostic, terminal));
  }
}

/** Colours what the renderer wrote: the head of each message, the underlines and the hint. */
function painted(text: string, { severity }: PlacedMessage, terminal: Terminal): string {
  if (!terminal.hasColors) return text;
  const color = severity === "error" ? "red" : "yellow";
  const [head = "", ...rest] = text.split("\n");
  const lines = rest.map((line) => {
    if (line.startsWith("hint: ")) return `${terminal.paint("cyan", "hint:")}${line.slice(5)}`;
    return line.replace(
      /^( +\| .*?)(~+)$/,
      (_all, before: string, wave: string) => before + terminal.paint(color, wave),
    );
  });
  const label = `${severity}:`;
  return [head.replace(` ${label} `, ` ${terminal.paint(["bold", color], label)} `), ...lines].join("\n");
}

export function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
