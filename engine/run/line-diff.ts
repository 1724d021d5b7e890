// Two texts line by line, for a person who wants to see what changed.

/** Lines that differ, `-` before and `+` after, with up to two lines around them; empty when the texts are equal. */
export function lineDiff(before: string, after: string): readonly string[] {
  const a = before.split("\n");
  const b = after.split("\n");
  const marked = compare(a, b);
  const shown = new Set<number>();
  for (const [index, line] of marked.entries()) {
    if (line.startsWith(" ")) continue;
    for (let near = index - AROUND; near <= index + AROUND; near++) shown.add(near);
  }
  return marked.flatMap((line, index) => {
    if (shown.has(index)) return [line];
    return shown.has(index - 1) && index < marked.length ? ["  …"] : [];
  });
}

const AROUND = 2;
const zeros = (length: number): number[] => Array.from({ length }, () => 0);

/** The longest common subsequence, after the equal ends are set aside. */
function compare(a: readonly string[], b: readonly string[]): readonly string[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const left = a.slice(start, a.length - end);
  const right = b.slice(start, b.length - end);
  const common = left.map(() => zeros(right.length + 1));
  common.push(zeros(right.length + 1));
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      common[i]![j] =
        left[i] === right[j] ? common[i + 1]![j + 1]! + 1 : Math.max(common[i + 1]![j]!, common[i]![j + 1]!);
    }
  }
  const middle: string[] = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i] === right[j])
      [middle[middle.length], i, j] = [`  ${left[i]}`, i + 1, j + 1];
    else if (i < left.length && (j === right.length || common[i + 1]![j]! >= common[i]![j + 1]!))
      middle.push(`- ${left[i++]}`);
    else middle.push(`+ ${right[j++]}`);
  }
  return [
    ...a.slice(0, start).map((line) => `  ${line}`),
    ...middle,
    ...a.slice(a.length - end).map((line) => `  ${line}`),
  ];
}
