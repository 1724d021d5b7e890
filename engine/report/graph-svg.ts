// The steps as a picture: SVG whose nodes are links.

import { type Layout, layoutGraph, NODE } from "./graph-layout.ts";
import { Html, markup } from "./html.ts";
import { LOOKS } from "./page.ts";
import type { PlannedChange } from "../plan/model.ts";

export interface PictureNode {
  readonly id: string;
  readonly waitsFor: readonly string[];
  /** Second line: a step type. */
  readonly note: string;
  readonly change?: PlannedChange;
  readonly isMarked?: boolean;
}

export interface PictureOptions {
  /** Links nodes to `#step-<id>` of the same page. */
  readonly linked: boolean;
  /** Carries its own styles and namespace, as a file of its own needs them. */
  readonly standalone: boolean;
}

const MARGIN = 6;

export async function graphSvg(nodes: readonly PictureNode[], options: PictureOptions): Promise<Html> {
  const layout = await layoutGraph(nodes);
  const [width, height] = [layout.width + 2 * MARGIN, layout.height + 2 * MARGIN].map((size) => Math.ceil(size));
  const namespace = options.standalone ? markup` xmlns="http://www.w3.org/2000/svg"` : markup``;
  const styles = options.standalone
    ? markup`<style>
        ${new Html(STANDALONE_STYLES)}
      </style>`
    : markup``;
  const label = `The ${nodes.length} steps and what each waits for`;
  return markup`<svg${namespace} class="graph" role="group" aria-label="${label}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${styles}<g transform="translate(${MARGIN} ${MARGIN})">${layout.lines.map(lineOf)}${nodes.map((node) => nodeOf(node, layout, options))}</g></svg>`;
}

function lineOf(points: Layout["lines"][number]): Html {
  const [first, ...rest] = points.map(([x, y]) => [round(x), round(y)] as const);
  if (first === undefined) return markup``;
  let path = `M${first[0]} ${first[1]}`;
  let [, lastY] = first;
  let [lastX] = first;
  for (const [x, y] of rest) {
    const middle = round((lastY + y) / 2);
    path += `C${lastX} ${middle} ${x} ${middle} ${x} ${y}`;
    [lastX, lastY] = [x, y];
  }
  return markup`<path class="line" d="${path}" fill="none" aria-hidden="true" />`;
}

function nodeOf(node: PictureNode, layout: Layout, { linked }: PictureOptions): Html {
  const { x, y } = layout.nodes.get(node.id)!;
  const look = node.change === undefined ? undefined : LOOKS[node.change];
  const left = round(x - NODE.width / 2);
  const top = round(y - NODE.height / 2);
  const dash = look === undefined || look.dash === "" ? markup`` : markup` stroke-dasharray="${look.dash}"`;
  const sign = look === undefined ? "" : `${look.sign} `;
  // Who speaks to a page says what can be read on it: a sign that is a letter is a part of that.
  const letter = /^[a-z]/.test(sign) ? sign : "";
  const spoken = `${letter}${node.id}, ${node.note}${look === undefined ? "" : `, ${look.word}`}${node.isMarked ? ", look at this" : ""}`;
  const inside = markup`<rect x="${left}" y="${top}" width="${NODE.width}" height="${NODE.height}" rx="6" ${dash} />
    <text x="${left + 10}" y="${top + 19}" class="name"
      >${sign}${clipped(node.id, 16)}${node.isMarked ? " !" : ""}</text
    >
    <text x="${left + 10}" y="${top + 35}" class="note">${clipped(node.note, 22)}</text>`;
  const kind = `node ${node.change ?? "plain"}${node.isMarked ? " marked" : ""}`;
  return linked
    ? markup`<a class="${kind}" href="#step-${node.id}" aria-label="${spoken}">${inside}</a> `
    : markup`<g class="${kind}" role="img" aria-label="${spoken}">${inside}</g> `;
}

const clipped = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - 1)}…`;
const round = (value: number): number => Math.round(value * 10) / 10;

const STANDALONE_STYLES = `
svg{background:#fff;font:13px system-ui,sans-serif}
.line{stroke:#6a737d;stroke-width:1.5}
.node rect{fill:#f6f8fa;stroke:#57606a;stroke-width:1.5}
.name{font-weight:600;fill:#1f2328}.note{font-size:11px;fill:#57606a}
@media (prefers-color-scheme:dark){svg{background:#0d1117}.line{stroke:#8b949e}.node rect{fill:#161b22;stroke:#8b949e}.name{fill:#e6edf3}.note{fill:#9ea7b3}}
`;
