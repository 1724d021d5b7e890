/** What the emulator can say and no row provokes, by its beginning, and why. */
const transport = "No client sends such a request; test/emulator/malformed.test.ts does, through a socket.";
const graph =
  "Microsoft Graph has no client here; what az asks of it, test/cli/emulator.test.ts and test/emulator/entra.test.ts do.";
const mistake = "Only a mistake of the emulator's own brings it about; test/emulator/bad-bodies.test.ts looks for one.";
const status = "A state that is shown of a VM, and no refusal.";

export const notProvoked: readonly (readonly [start: string, why: string])[] = [
  [
    "Operation execution has been preempted",
    "How the operation ends that the deletion of its VM stops (test/emulator/contract.test.ts); it refuses no request.",
  ],
  ["ExpectationFailed", transport],
  ["The server does not meet the request's expectation.", transport],
  ["The HTTP method 'CONNECT' is not supported.", transport],
  ["RequestContentTooLarge", transport],
  ["The emulator does not serve … … of Microsoft Graph.", graph],
  ["The request's body holds no list of ids.", graph],
  ["Resource '…' does not exist or one of its queried", graph],
  ["Invalid filter clause: '…'", graph],
  ["Access token is empty.", graph],
  ["Access token validation failure.", graph],
  ["Lifetime validation failed, the token is expired.", graph],
  ["VM status blob is found but not yet populated.", status],
  ["Plugin enabled", status],
  ["InternalServerError", mistake],
  ["The emulator failed: …", mistake],
  [
    "The request content was invalid and could not be deserialized: 'A value is not of the type that is expected there",
    mistake,
  ],
  [
    "VM has reported a failure when processing extension 'RunCommandLinux'.",
    "A script in the sandbox that comes to a bad end: test/emulator/sandbox.test.ts.",
  ],
];
