// When each step of a run began and ended, as bars.

import { formatDuration } from "./duration.ts";
import { type Html, markup } from "./html.ts";
import { LOOKS, type Page } from "./page.ts";

const ROW = 24;
const NAMES = 160;
const BARS = 560;
const TIMES = 90;

export function timeLine({ steps, durationMs = 0 }: Page): Html {
  const ran = steps.filter(({ run }) => run?.startMs !== undefined);
  const height = ran.length * ROW + 8;
  const scale = BARS / Math.max(1, durationMs);
  const rows = ran.map(({ id, run, change }, index) => {
    const start = run?.startMs ?? 0;
    const end = run?.endMs ?? durationMs;
    const y = index * ROW + 4;
    const status = run?.status ?? "running";
    const dash = status === "done" ? markup`` : markup` stroke-dasharray="3 2"`;
    return markup`<g
      role="img"
      aria-label="${id}: ${status}, from ${formatDuration(start)}, took ${formatDuration(end - start)}"
      ><text x="0" y="${y + 14}" class="name">${LOOKS[change].sign} ${id.length > 20 ? `${id.slice(0, 19)}…` : id}</text
      ><rect
        class="bar ${status}"
        x="${round(NAMES + start * scale)}"
        y="${y}"
        width="${Math.max(2, round((end - start) * scale))}"
        height="${ROW - 8}"
        rx="3"
        ${dash}
      /><text class="note" x="${round(NAMES + end * scale + 6)}" y="${y + 12}">${formatDuration(end - start)}</text></g
    > `;
  });
  const label = `When each step ran; ${formatDuration(durationMs)} in all`;
  return markup`<svg
    class="time"
    role="group"
    aria-label="${label}"
    viewBox="0 0 ${NAMES + BARS + TIMES} ${height}"
    width="${NAMES + BARS + TIMES}"
    height="${height}"
  >
    ${rows}
  </svg>`;
}

const round = (value: number): number => Math.round(value * 10) / 10;
