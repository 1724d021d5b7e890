// The one table of diagnostic codes. What is no row here cannot be told: the codes of a `Diagnostic` are its keys.

interface DiagnosticKind {
  /** An error keeps a runbook from being planned or run; a warning does not. */
  readonly severity: "error" | "warning";
  /** One sentence for the documentation. */
  readonly summary: string;
}

export const DIAGNOSTIC_CODES = {
  // The text
  "too-large": { severity: "error", summary: "The file is larger than any runbook." },
  "empty-file": { severity: "error", summary: "The file holds nothing but blanks and comments." },
  "yaml-syntax": { severity: "error", summary: "The text is not YAML, or not one document of YAML 1.2." },
  "yaml-depth": { severity: "error", summary: "Values are nested deeper than any runbook needs." },
  "yaml-alias": { severity: "error", summary: "An anchor, an alias or a merge key, which runbooks do not have." },
  "yaml-tag": { severity: "error", summary: "A tag such as `!include`, which runbooks do not have." },
  "yaml-key": { severity: "error", summary: "A key that is no plain text." },
  "yaml-number": { severity: "error", summary: "A number that JSON cannot hold." },
  "duplicate-key": { severity: "error", summary: "A key stands twice in one map." },
  // Its shape
  "missing-key": { severity: "error", summary: "A key that must be there is not." },
  "unknown-key": { severity: "error", summary: "A key that has no meaning where it stands." },
  "wrong-type": { severity: "error", summary: "A value of the wrong type, such as a text where a list is expected." },
  "wrong-value": { severity: "error", summary: "A value of the right type that is not among those allowed." },
  "wrong-name": {
    severity: "error",
    summary: "An id or the name of an input or output that expressions could not read.",
  },
  "unknown-version": { severity: "error", summary: "A version of the format that this engine does not read." },
  "unknown-step-type": { severity: "error", summary: "`uses` names a step type that is not there." },
  extension: { severity: "error", summary: "A file or package of further step types that cannot be used." },
  // Inputs of the runbook
  "input-constraint": { severity: "error", summary: "The description of an input contradicts itself." },
  "wrong-default": { severity: "error", summary: "The default of an input is no value that the input takes." },
  "unused-input": { severity: "warning", summary: "An input that nothing reads." },
  "unused-local": { severity: "warning", summary: "A local that nothing reads." },
  "unused-step": { severity: "warning", summary: "A step that is there for its outputs, and nothing uses them." },
  "unused-ignore": { severity: "warning", summary: "A `# runbook-ignore:` that sets nothing aside." },
  // Secrets
  "secret-in-file": { severity: "error", summary: "A secret is written in the file." },
  "secret-in-plain": { severity: "error", summary: "A secret would go where everybody can read it." },
  "secret-in-expression": {
    severity: "error",
    summary: "An expression looks into a secret, which can only be passed on.",
  },
  // Steps
  "duplicate-id": { severity: "error", summary: "Two steps have one id." },
  cycle: { severity: "error", summary: "Steps wait for each other." },
  "implied-needs": { severity: "warning", summary: "`needs` names a step that is waited for anyhow." },
  "constant-condition": { severity: "warning", summary: "An `if` that is always true, or never." },
  "unassigned-identity": {
    severity: "warning",
    summary: "A token is asked for before its identity is assigned to the VM.",
  },
  "late-grant": { severity: "warning", summary: "A token is used before its identity is granted a role." },
  "called-runbook": {
    severity: "error",
    summary: "A runbook that is called cannot be read, has mistakes, or calls back.",
  },
  "call-option": { severity: "error", summary: "A step that calls a runbook has a key that such a step cannot have." },
  "runs-later": { severity: "error", summary: "A step waits for one of `finally`, which comes after all others." },
  "step-input": { severity: "error", summary: "A value that Azure would refuse." },
  "doubtful-input": { severity: "warning", summary: "A value that is most likely a slip, although Azure may know it." },
  // Expressions
  "expression-syntax": { severity: "error", summary: "An expression that cannot be read." },
  "expression-place": { severity: "error", summary: "An expression where none is evaluated." },
  "unknown-name": {
    severity: "error",
    summary: "An expression begins with a name that has no meaning where it stands.",
  },
  "unknown-input": { severity: "error", summary: "An input that the runbook does not describe." },
  "unknown-step": { severity: "error", summary: "A step that the runbook does not have." },
  "unknown-output": { severity: "error", summary: "An output that a step of that type does not have." },
  "unknown-property": { severity: "error", summary: "A property that a value does not have." },
  "unknown-function": { severity: "error", summary: "A function that expressions do not have." },
  "function-arguments": { severity: "error", summary: "A function is given too many, too few or the wrong arguments." },
  "type-mismatch": { severity: "error", summary: "An expression gives a type that does not fit where it stands." },
  "maybe-skipped": {
    severity: "error",
    summary: "An expression fails when a step is skipped or fails, since what it reads is null then.",
  },
} as const satisfies Readonly<Record<string, DiagnosticKind>>;

export type DiagnosticCode = keyof typeof DIAGNOSTIC_CODES;
