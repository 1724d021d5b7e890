// Answers to an editor's questions, in the terms of the Language Server Protocol.

import {
  type CodeAction,
  CodeActionKind,
  type CompletionItem,
  CompletionItemKind,
  type CompletionList,
  type Diagnostic as ProtocolDiagnostic,
  DiagnosticSeverity,
  type DocumentHighlight,
  DocumentHighlightKind,
  type DocumentSymbol,
  type Hover,
  InsertTextFormat,
  type Location,
  type Position,
  type Range,
  SymbolKind,
  type TextEdit,
  type WorkspaceEdit,
} from "vscode-languageserver-protocol/node";
import { actionsFor } from "../../runbook/editing/actions.ts";
import { type Candidate, completionAt } from "../../runbook/editing/completion.ts";
import type { EditedRunbook } from "../../runbook/editing/edited-runbook.ts";
import { hoverAt } from "../../runbook/editing/hover.ts";
import { type NamePlace, placeAt, sameName } from "../../runbook/editing/names.ts";
import { rename, renameable } from "../../runbook/editing/rename.ts";
import type { Schema } from "../../runbook/editing/schema-place.ts";
import { formatRunbook } from "../../runbook/format.ts";
import type { Diagnostic } from "../../source/diagnostic.ts";
import type { Span } from "../../source/source-text.ts";
import type { Clients } from "./capabilities.ts";
import type { AllowedTypes } from "./allowed-extensions.ts";
import { offsetOf, positionOf, rangeOf, spanOf } from "./changes.ts";

const KINDS: Readonly<Record<Candidate["kind"], CompletionItemKind>> = {
  input: CompletionItemKind.Variable,
  step: CompletionItemKind.Reference,
  output: CompletionItemKind.Field,
  function: CompletionItemKind.Function,
  "step-type": CompletionItemKind.Class,
  key: CompletionItemKind.Property,
  value: CompletionItemKind.EnumMember,
  keyword: CompletionItemKind.Keyword,
  skeleton: CompletionItemKind.Snippet,
};

export function completion(
  { source, registry, called }: EditedRunbook,
  position: Position,
  schema: Schema,
  { hasSnippets }: Clients,
): CompletionList {
  const offset = offsetOf(source, position);
  const { replaces, candidates } = completionAt(source.text, offset, registry, schema, called);
  const range = rangeOf(source, { start: offset - replaces, end: offset });
  const items = candidates.flatMap((one, index): readonly CompletionItem[] => {
    // A skeleton is nothing without places to fill in; of a function only its name is left.
    if (one.isSnippet === true && !hasSnippets && one.kind === "skeleton") return [];
    const isSnippet = one.isSnippet === true && hasSnippets;
    const newText = one.isSnippet === true && !hasSnippets ? one.label : (one.insert ?? one.label);
    return [
      {
        label: one.label,
        kind: KINDS[one.kind],
        sortText: `${one.rank ?? 1}${String(index).padStart(4, "0")}`,
        textEdit: { range, newText },
        ...(one.detail !== undefined && { detail: one.detail }),
        ...(one.documentation !== undefined && {
          documentation: { kind: "markdown" as const, value: one.documentation },
        }),
        ...(isSnippet && { insertTextFormat: InsertTextFormat.Snippet }),
      },
    ];
  });
  return { isIncomplete: false, items };
}

export function hover(runbook: EditedRunbook, position: Position, schema: Schema): Hover | null {
  const found = hoverAt(runbook, offsetOf(runbook.source, position), schema);
  if (found === undefined) return null;
  return { contents: { kind: "markdown", value: found.markdown }, range: rangeOf(runbook.source, found.span) };
}

function nameAt(runbook: EditedRunbook, position: Position): NamePlace | undefined {
  return placeAt(runbook.places, offsetOf(runbook.source, position));
}

export function definition(runbook: EditedRunbook, position: Position, uri: string): Location | null {
  const place = nameAt(runbook, position);
  if (place === undefined) return calledAt(runbook, position);
  // An output is made by its step.
  const [kind, name] = place.kind === "output" ? ["step", place.step] : [place.kind, place.name];
  const found = runbook.places.find((one) => one.isDefinition && one.kind === kind && one.name === name);
  return found === undefined ? null : { uri, range: rangeOf(runbook.source, found.span) };
}

const BEGINNING: Range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };

/** From the path of a runbook that is called to its file, and from an input that it is given to where that is described. */
function calledAt({ outline, source }: EditedRunbook, position: Position): Location | null {
  const offset = offsetOf(source, position);
  const isAt = ({ start, end }: Span): boolean => start <= offset && offset <= end;
  for (const { call } of outline?.steps ?? []) {
    const { path, inputs, called } = call ?? {};
    if (called === undefined) continue;
    if (path !== undefined && isAt(path.span)) return { uri: called.file, range: BEGINNING };
    const [name] = [...(inputs?.entries ?? [])].find(([, { keySpan }]) => isAt(keySpan)) ?? [];
    const described = name === undefined ? undefined : called.outline?.inputs.get(name);
    if (described !== undefined) {
      return { uri: called.file, range: rangeOf(called.outline!.source, described.span) };
    }
  }
  return null;
}

export function references(
  runbook: EditedRunbook,
  position: Position,
  uri: string,
  isWithDefinition: boolean,
): readonly Location[] & Location[] {
  const place = nameAt(runbook, position);
  if (place === undefined) return [];
  return sameName(runbook.places, place)
    .filter(({ isDefinition }) => isWithDefinition || !isDefinition)
    .map(({ span }) => ({ uri, range: rangeOf(runbook.source, span) }));
}

export function highlights(runbook: EditedRunbook, position: Position): DocumentHighlight[] {
  const place = nameAt(runbook, position);
  if (place === undefined) return [];
  return sameName(runbook.places, place).map(({ span, isDefinition }) => ({
    range: rangeOf(runbook.source, span),
    kind: isDefinition ? DocumentHighlightKind.Write : DocumentHighlightKind.Read,
  }));
}

export function symbols({ outline, source, places }: EditedRunbook): DocumentSymbol[] {
  if (outline === undefined) return [];
  const uses = new Map(outline.steps.map((step) => [step.id, step.uses]));
  return places
    .filter(({ isDefinition }) => isDefinition)
    .map(({ kind, name, span }) => {
      const range = rangeOf(source, span);
      const detail = kind === "step" ? uses.get(name) : outline.inputs.get(name)?.input?.type;
      return {
        name,
        kind: kind === "step" ? SymbolKind.Function : SymbolKind.Variable,
        range,
        selectionRange: range,
        ...(detail !== undefined && { detail }),
      };
    });
}

export function prepareRename(
  runbook: EditedRunbook,
  position: Position,
): { range: Range; placeholder: string } | null {
  const place = renameable(runbook, offsetOf(runbook.source, position));
  return place === undefined ? null : { range: rangeOf(runbook.source, place.span), placeholder: place.name };
}

/** A sentence when it cannot be done. */
export function renaming(
  runbook: EditedRunbook,
  position: Position,
  name: string,
  uri: string,
): WorkspaceEdit | string {
  const { source } = runbook;
  const found = rename(runbook, offsetOf(source, position), name);
  if ("problem" in found) return found.problem;
  return { changes: { [uri]: found.edits.map(({ span, text }) => ({ range: rangeOf(source, span), newText: text })) } };
}

export function codeActions(runbook: EditedRunbook, range: Range, uri: string): CodeAction[] {
  const { source } = runbook;
  return actionsFor(runbook.diagnostics, spanOf(source, range)).map(({ title, diagnostic, edit, isPreferred }) => ({
    title,
    kind: CodeActionKind.QuickFix,
    diagnostics: [diagnosticOf(diagnostic, uri)],
    edit: { changes: { [uri]: [{ range: rangeOf(source, edit.span), newText: edit.text }] } },
    ...(isPreferred && { isPreferred }),
  }));
}

/** One edit of everything, and none when nothing changes. */
export function formatting({ source }: EditedRunbook): TextEdit[] | null {
  const formatted = formatRunbook(source.text, source.path);
  if ("diagnostics" in formatted) return null;
  if (formatted.text === source.text) return [];
  const end = positionOf(source, source.text.length);
  return [{ range: { start: { line: 0, character: 0 }, end }, newText: formatted.text }];
}

const WHY_MISSING: Readonly<Record<NonNullable<AllowedTypes["missing"]>["why"], string>> = {
  "not-allowed":
    "step types of extensions are unknown here: loading one runs it, and this folder is not allowed to\n" +
    "hint: `runbook lsp --extensions <folder>` allows a folder; `runbook check` loads them",
  "not-saved": "what is not saved yet is not loaded as an extension\nhint: save the file to have its step types",
};

export function missingExtensions(
  { source }: EditedRunbook,
  { span, why }: NonNullable<AllowedTypes["missing"]>,
): ProtocolDiagnostic {
  return {
    range: rangeOf(source, span),
    severity: DiagnosticSeverity.Information,
    source: "runbook",
    message: WHY_MISSING[why],
  };
}

export function diagnosticOf(
  { source, span, severity, code, message, hint, notes }: Diagnostic,
  uri: string,
): ProtocolDiagnostic {
  return {
    range: rangeOf(source, span),
    severity: severity === "error" ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
    code,
    source: "runbook",
    message: hint === undefined ? message : `${message}\nhint: ${hint}`,
    ...(notes !== undefined && {
      relatedInformation: notes.map((note) => ({
        location: { uri, range: rangeOf(source, note.span) },
        message: note.message,
      })),
    }),
  };
}
