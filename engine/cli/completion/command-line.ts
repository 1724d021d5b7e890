// What may stand at the end of a command line that is being typed, told by the commands' own definitions.

import { type Argument, Command, type Option } from "commander";
import { COMMANDS } from "../commands.ts";
import type { Io } from "../io.ts";
import { namedValues } from "./named-values.ts";

export interface Candidate {
  /** The whole word. One that ends in `/` or `=` is not finished by a blank. */
  readonly value: string;
  /** A few words about it. */
  readonly about?: string;
}

/** `words`: all after the program's name; the last is the one being typed, and may be empty. */
export async function candidates(words: readonly string[], io: Io): Promise<readonly Candidate[]> {
  const typed = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const found = before.length === 0 ? firstWords(typed) : await laterWords(before, typed, io);
  return found.filter(({ value }) => value.startsWith(typed) && value !== "");
}

function firstWords(typed: string): readonly Candidate[] {
  if (typed.startsWith("-")) {
    return [
      { value: "--help", about: "show help" },
      { value: "--version", about: "print the version" },
    ];
  }
  return [...commandNames(), { value: "help", about: "show help for a command" }];
}

function commandNames(): readonly Candidate[] {
  return COMMANDS.map(({ name, summary }) => ({ value: name, about: summary }));
}

async function laterWords(before: readonly string[], typed: string, io: Io): Promise<readonly Candidate[]> {
  const [name, ...rest] = before;
  if (name === "help") return rest.length === 0 ? commandNames() : [];
  const entry = COMMANDS.find((one) => one.name === name);
  if (entry === undefined) return [];
  const command = new Command(entry.name);
  (await entry.load()).configure(command);
  const line = readLine(command, rest);
  const valuesOf = (placeholder: string, choices: readonly string[] | undefined, current: string) =>
    choices?.map((value) => ({ value })) ??
    namedValues(
      placeholder,
      { command: entry.name, typed: current, ...(line.words[0] && { file: line.words[0] }) },
      io,
    );

  if (line.awaits !== undefined) return valuesOf(placeholderOf(line.awaits), line.awaits.argChoices, typed);
  const joined = line.isOver ? null : /^(--[\w-]+=)(.*)$/s.exec(typed);
  if (joined !== null) {
    const [, flag = "", value = ""] = joined;
    const option = optionNamed(command, flag.slice(0, -1));
    if (option === undefined || !takesValue(option)) return [];
    const values = await valuesOf(placeholderOf(option), option.argChoices, value);
    return values.map((one) => ({ ...one, value: `${flag}${one.value}` }));
  }
  if (typed.startsWith("-") && !line.isOver) return flagsOf(command, line.given);
  const argument = argumentAt(command, line.words.length);
  return argument === undefined ? [] : valuesOf(`argument ${argument.name()}`, argument.argChoices, typed);
}

interface Line {
  /** What is neither an option nor an option's value. */
  readonly words: readonly string[];
  readonly given: ReadonlySet<Option>;
  /** The option whose value comes next. */
  readonly awaits?: Option;
  /** `--` has ended the options. */
  readonly isOver: boolean;
}

function readLine(command: Command, before: readonly string[]): Line {
  const words: string[] = [];
  const given = new Set<Option>();
  let awaits: Option | undefined;
  let isOver = false;
  for (const word of before) {
    if (awaits !== undefined) awaits = undefined;
    else if (word === "--" && !isOver) isOver = true;
    else if (isOver || !/^-./.test(word)) words.push(word);
    else {
      const [flag = ""] = word.startsWith("--") ? word.split("=") : [word.slice(0, 2)];
      const option = optionNamed(command, flag);
      if (option === undefined) continue;
      given.add(option);
      if (takesValue(option) && word === flag) awaits = option;
    }
  }
  return { words, given, isOver, ...(awaits && { awaits }) };
}

const takesValue = (option: Option): boolean => option.required || option.optional;
const isRepeatable = (option: Option): boolean => Array.isArray(option.defaultValue);

function optionNamed(command: Command, flag: string): Option | undefined {
  return command.options.find(({ short, long }) => short === flag || long === flag);
}

function flagsOf(command: Command, given: ReadonlySet<Option>): readonly Candidate[] {
  const left = command.options.filter((option) => !given.has(option) || isRepeatable(option));
  const flags = left.map((option) => ({ value: option.long ?? option.short ?? "", about: option.description }));
  return [...flags, { value: "--help", about: "show help" }];
}

function argumentAt(command: Command, index: number): Argument | undefined {
  const all = command.registeredArguments;
  const last = all.at(-1);
  return all[index] ?? (last?.variadic === true ? last : undefined);
}

/** The word in the angle brackets of `-o, --out <file>`, after the option's name. */
function placeholderOf({ flags, long }: Option): string {
  return `${long ?? ""} ${/[<[]([^>\].]+)/.exec(flags)?.[1] ?? ""}`;
}
