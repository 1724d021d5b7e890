import { expect } from "chai";
import { generateSecret } from "../../engine/cli/generated-secret.ts";
import { environmentName, givenInputs } from "../../engine/cli/given-inputs.ts";
import type { Io } from "../../engine/cli/io.ts";
import { loadRunbook } from "../../engine/runbook/load.ts";
import type { Runbook, RunbookInput } from "../../engine/runbook/model.ts";
import { builtinSteps } from "../../engine/steps/builtin/index.ts";
import { type CliOptions, type Ended, expectEnd, Rig } from "../support/rig.ts";

/** Its outputs are its inputs; the secret goes into a VM that is never made. */
const RUNBOOK = `version: 1
name: echo
inputs:
  location: { type: string, description: Where. }
  text: { type: string, default: a }
  count: { type: integer, default: 1 }
  tags: { type: object, default: {} }
  adminPassword: { type: string, secret: true, description: The first user's password. }
steps:
  - id: vm
    uses: create-vm
    if: false # runbook-ignore: constant-condition
    with:
      resourceGroup: g
      name: vm
      location: \${{ inputs.location }} # runbook-ignore: doubtful-input
      image: Ubuntu2204
      adminUsername: azureuser
      adminPassword: \${{ inputs.adminPassword }}
outputs:
  location: \${{ inputs.location }}
  text: \${{ inputs.text }}
  count: \${{ inputs.count }}
  tags: \${{ inputs.tags }}
`;
const PASSWORD = "Pl4nted-canary";

describe("inputs of a run", () => {
  let rig: Rig;
  before(async () => {
    rig = await Rig.open({
      "a.yaml": RUNBOOK,
      "inputs.yaml": "location: fromYaml\ncount: 2\n",
      "inputs.json": '{ "location": "fromJson", "tags": { "a": "b" } }',
      "list.yaml": "- a\n",
      "broken.yaml": "adminPassword: [Pl4nted\n",
      "wrong.yaml": "count: many\nlocaton: eastus\n",
      "secret.txt": `${PASSWORD}\n`,
    });
  });
  after(() => rig[Symbol.asyncDispose]());

  const run = (argv: readonly string[], options?: CliOptions): Promise<Ended> =>
    rig.cli(["run", "a.yaml", "--quiet", ...argv], options);
  const outputs = async (argv: readonly string[], options?: CliOptions): Promise<unknown> => {
    const { code, stdout, stderr } = await run(argv, options);
    expect([code, stderr]).eql([0, ""]);
    return JSON.parse(stdout);
  };

  it("are read by their types", async () => {
    const argv = ["-i", "location=eastus", "-i", "text=a=b", "-i", "count=3", "--input", 'tags={"a":"b"}'];
    expect(await outputs(argv)).eql({ location: "eastus", text: "a=b", count: 3, tags: { a: "b" } });
  });
  it("come from files, the later over the earlier", async () => {
    const argv = ["--inputs-file", "inputs.yaml", "--inputs-file", "inputs.json"];
    expect(await outputs(argv)).eql({ location: "fromJson", text: "a", count: 2, tags: { a: "b" } });
  });
  it("come from the environment, under the files and the command line", async () => {
    const env = { RUNBOOK_INPUT_LOCATION: "fromEnv", RUNBOOK_INPUT_COUNT: "7" };
    expect(await outputs([], { env })).deep.include({ location: "fromEnv", count: 7 });
    expect(await outputs(["--inputs-file", "inputs.yaml"], { env })).deep.include({ location: "fromYaml", count: 2 });
    expect(await outputs(["-i", "count=9"], { env })).deep.include({ location: "fromEnv", count: 9 });
  });
  it("are named in the environment as their names are read", () => {
    const cases = {
      location: "RUNBOOK_INPUT_LOCATION",
      adminPassword: "RUNBOOK_INPUT_ADMIN_PASSWORD",
      vmSKUName: "RUNBOOK_INPUT_VM_SKU_NAME",
      ipV4: "RUNBOOK_INPUT_IP_V4",
      "my-name_2": "RUNBOOK_INPUT_MY_NAME_2",
    };
    for (const [name, variable] of Object.entries(cases)) expect(environmentName(name)).equal(variable);
  });

  it("that are missing are told all at once, with the ways to give them", async () => {
    expectEnd(await run(["-t", "azure", "--yes"], { env: { RUNBOOK_INPUT_LOCTION: "a" } }), {
      code: 65,
      stderr: [
        "error: 2 inputs are missing",
        "  location (string): Where.",
        "    --input location=<value>, RUNBOOK_INPUT_LOCATION in the environment, or --inputs-file <file>",
        "  adminPassword (secret): The first user's password.",
        "    RUNBOOK_INPUT_ADMIN_PASSWORD in the environment, --secret-file adminPassword=<file> or --secret-stdin adminPassword",
        "hint: set, but for no missing input: RUNBOOK_INPUT_LOCTION",
        "",
      ].join("\n"),
    });
  });
  it("that are wrong are told all at once", async () => {
    expectEnd(await run(["--inputs-file", "wrong.yaml"]), {
      code: 65,
      stderr: [
        "error: some inputs are wrong",
        '  "localon" (wrong.yaml) is no input of this runbook; did you mean "location"?',
        '  input "count" (wrong.yaml) is "many", expected an integer',
        "",
      ]
        .join("\n")
        .replace("localon", "locaton"),
    });
  });
  it("are checked against the rules of the steps", async () => {
    const { code, stdout, stderr } = await run(["-i", "location=eastus"], {
      env: { RUNBOOK_INPUT_ADMIN_PASSWORD: "sh0rt" },
    });
    expect([code, stdout]).eql([65, ""]);
    expect(stderr).match(/^a\.yaml:19:22: error: /);
    expect(stderr).include("\nerror: the runbook does not go with these inputs\n").and.not.include("sh0rt");
  });
  it("that cannot be read are told without what stands in them", async () => {
    const cases: readonly (readonly [argv: readonly string[], code: number, told: string])[] = [
      [["--inputs-file", "no.yaml"], 64, "no.yaml cannot be read (ENOENT)"],
      [["--inputs-file", "list.yaml"], 65, "list.yaml holds no inputs: expected `name: value` lines"],
      [["--inputs-file", "broken.yaml"], 65, "broken.yaml:2:1 is neither YAML nor JSON (BAD_INDENT)"],
      [["--secret-file", "adminPassword=no.txt"], 64, "no.txt cannot be read (ENOENT)"],
    ];
    for (const [argv, code, told] of cases) {
      const ended = await run(argv);
      expect(ended.stderr).not.include("Pl4nted");
      expectEnd(ended, { code, stderr: `error: ${told}\n` });
    }
  });

  it("that are secret are refused on the command line", async () => {
    expectEnd(await run(["-i", "location=eastus", "-i", `adminPassword=${PASSWORD}`]), {
      code: 64,
      stderr:
        'error: input "adminPassword" is secret and may not stand on a command line, where other users and the shell\'s history see it\n' +
        "hint: change that value, and give it in RUNBOOK_INPUT_ADMIN_PASSWORD, with --secret-file adminPassword=<file> or --secret-stdin adminPassword\n",
    });
  });
  it("that are secret come from a file or standard input, without the newline at the end", async () => {
    const read = async (
      secretFiles: readonly (readonly [string, string])[],
      secretStdin?: string,
    ): Promise<unknown> => {
      const { Readable } = await import("node:stream");
      const io = { cwd: rig.directory, env: {}, stdin: Readable.from([`${PASSWORD}2\r\n`]) } as unknown as Io;
      const given = { inputs: [], inputsFiles: [], secretFiles, ...(secretStdin !== undefined && { secretStdin }) };
      return (await givenInputs(runbookOf(RUNBOOK), given, io)).get("adminPassword");
    };
    expect(await read([["adminPassword", "secret.txt"]])).eql({ value: PASSWORD, from: "secret.txt", isText: true });
    expect(await read([], "adminPassword")).deep.include({ value: `${PASSWORD}2`, from: "standard input" });
  });
});

describe("a generated password", () => {
  const input = (more: Partial<RunbookInput> = {}): RunbookInput => ({
    name: "adminPassword",
    type: "string",
    secret: true,
    span: { start: 0, end: 0 },
    ...more,
  });
  it("fulfils Azure's rules every time, and is never the same", () => {
    const made = Array.from({ length: 200 }, () => generateSecret(input())!);
    expect(new Set(made).size).equal(200);
    for (const password of made) {
      expect(password).length(24);
      for (const kind of [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/]) expect(password).match(kind);
    }
  });
  it("has the length that the input asks for", () => {
    expect(generateSecret(input({ maxLength: 12 }))).length(12);
    expect(generateSecret(input({ minLength: 60 }))).length(60);
  });
  it("is not made where the input wants something else", () => {
    expect(generateSecret(input({ pattern: "^ssh-rsa " }))).equal(undefined);
    expect(generateSecret(input({ enum: ["a", "b"] }))).equal(undefined);
  });
});

function runbookOf(text: string): Runbook {
  return loadRunbook(text, { file: "a.yaml", registry: builtinSteps }).runbook!;
}
