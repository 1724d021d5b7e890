// A page as one static HTML file: no script, nothing loaded from anywhere, readable without colour and by a screen reader.

import { createHash } from "node:crypto";
import { formatDuration } from "./duration.ts";
import { graphSvg } from "./graph-svg.ts";
import { Html, markup } from "./html.ts";
import {
  type DifferenceLine,
  isLacking,
  isMarked,
  isQuiet,
  LOOKS,
  MARK_TEXTS,
  type Page,
  type PageStep,
} from "./page.ts";
import { STYLES } from "./html-styles.ts";
import { timeLine } from "./time-line.ts";

export async function htmlPage(page: Page): Promise<string> {
  const graph = await graphSvg(
    page.steps.map((step) => ({
      id: step.id,
      note: step.uses,
      waitsFor: step.waitsFor,
      change: step.change,
      isMarked: isMarked(step),
    })),
    { linked: true, standalone: false },
  );
  const hash = createHash("sha256").update(STYLES).digest("base64");
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  const what = page.kind === "plan" ? "Plan" : "Run";
  const document = markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${what}: ${page.title}</title>
        <style>${new Html(STYLES)}</style>
      </head>
      <body>
        <header>
          <p class="kind">${what}</p>
          <h1>${page.title}</h1>
          ${page.description !== undefined && markup`<p>${page.description}</p>`}
          <dl class="facts">
            ${page.facts.map(
              ({ name, value }) =>
                markup`<div>
                  <dt>${name}</dt>
                  <dd>${value}</dd>
                </div>`,
            )}
          </dl>
          <p class="verdict ${page.verdict.tone}">${page.verdict.text}</p>
          <ul class="counts">
            ${page.counts.map(({ text, isMarked }) => markup`<li${isMarked && markup` class="marked"`}>${isMarked && "! "}${text}</li>`)}
          </ul>
          ${page.obstacles.length > 0 && list("Why it cannot be applied", page.obstacles)}
          ${failures(page)} ${firstLooks(page)}
          ${page.deviations.length > 0 && list("What differed from the plan", page.deviations)}
          ${
            page.unsent.length > 0 &&
            markup`<details>
              <summary>${page.unsent.length === 1 ? "1 planned request was" : `${page.unsent.length} planned requests were`} not sent</summary>
              <ul class="plain">
                ${page.unsent.map((request) => markup`<li><code>${request}</code></li>`)}
              </ul>
            </details>`
          }
        </header>
        <main>
          <section aria-labelledby="graph">
            <h2 id="graph">Order</h2>
            ${legend(page)}
            <div class="scroll" role="group" aria-label="Graph of the steps" tabindex="0">${graph}</div>
          </section>
          ${
            page.kind === "run" &&
            markup`<section aria-labelledby="time">
              <h2 id="time">Time line</h2>
              <div class="scroll" role="group" aria-label="Time line" tabindex="0">${timeLine(page)}</div>
            </section>`
          }
          <section aria-labelledby="steps">
            <h2 id="steps">Steps</h2>
            ${page.steps.map((step) => stepSection(step, page.steps.length))}
          </section>
          ${page.roles.length > 0 && list("Roles", page.roles)}
          ${
            page.inputs.length > 0 &&
            markup`<section>
              <h2>Inputs</h2>
              <dl class="facts">
                ${page.inputs.map(
                  ({ name, value }) =>
                    markup`<div>
                      <dt>${name}</dt>
                      <dd>${value}</dd>
                    </div>`,
                )}
              </dl>
            </section>`
          }
          ${
            page.outputs !== "" &&
            markup`<section>
              <h2>Outputs</h2>
              ${block(page.outputs, "Outputs")}
            </section>`
          }
          ${page.unknowns.length > 0 && list("What a rehearsal cannot know", page.unknowns)}
        </main>
      </body>
    </html> `;
  return document.text;
}

function list(title: string, items: readonly string[]): Html {
  return markup`<section>
    <h2>${title}</h2>
    <ul>
      ${items.map((item) => markup`<li>${item}</li>`)}
    </ul>
  </section>`;
}

/** What a reader of a failed run wants to know before anything else. */
function failures({ steps }: Page): Html | false {
  const failed = steps.flatMap(({ id, run }) => (run?.failure === undefined ? [] : [{ id, text: run.failure }]));
  if (failed.length === 0) return false;
  return markup`<ul class="failures">
    ${failed.map(({ id, text }) => markup`<li class="failure"><a href="#step-${id}">${id}</a>: ${text}</li>`)}
  </ul>`;
}

const MOST_LOOKS = 20;

/** The way to what takes away or gives access. */
function firstLooks({ kind, steps }: Page): Html | false {
  const marked = steps.filter(isMarked);
  if (kind === "run" || marked.length === 0) return false;
  const links = marked.slice(0, MOST_LOOKS).map(({ id, marks, onlyIf }, index) => {
    const texts = [
      ...marks.map((mark) => MARK_TEXTS[mark]),
      ...onlyIf.flatMap((one) => one.marks.map((mark) => `${MARK_TEXTS[mark]} only if ${one.when}`)),
    ];
    return markup`${index > 0 && ", "}<a href="#step-${id}">${id}</a> (${texts.join(", ")})`;
  });
  const more = marked.length - MOST_LOOKS;
  return markup`<p class="first">Look at first: ${links}${more > 0 && ` and ${more} more`}</p>`;
}

function legend({ steps }: Page): Html {
  const kinds = [...new Set(steps.map(({ change }) => change))];
  const marked = steps.some(isMarked);
  return markup`<ul class="legend">
    ${kinds.map((kind) => markup`<li><span class="sign ${kind}">${LOOKS[kind].sign}</span> ${LOOKS[kind].word}</li>`)}${marked && markup`<li><span class="sign marked">!</span> look at this first</li>`}
  </ul>`;
}

function stepSection(step: PageStep, count: number): Html {
  const { sign, word } = LOOKS[step.change];
  // A page of hundreds of steps begins closed: what is looked for is a click away.
  const isOpen = count <= 20 && !isQuiet(step);
  const { startMs, endMs, failure } = step.run ?? {};
  const took = startMs !== undefined && endMs !== undefined && formatDuration(endMs - startMs);
  return markup`<details class="step" ${isOpen && markup` open`}>
    <summary>
      <span class="sign ${step.change}">${sign}</span>
      <h3>${step.id}</h3>
      <span class="uses">${step.uses}</span>
      <span class="word">${word}</span
      >${took && markup` <span class="took">${took}</span>`}${step.marks.map((mark) => markup` <span class="mark">! ${MARK_TEXTS[mark]}</span>`)}${isMarked(step) && step.marks.length === 0 && markup` <span class="mark">! only if ${step.onlyIf.map(({ when }) => when).join(" or ")}</span>`}
    </summary>
    <div class="body" id="step-${step.id}" tabindex="-1">
      ${step.description !== undefined && markup`<p>${step.description}</p>`}
      ${failure !== undefined && markup`<p class="failure">${failure}</p>`}
      ${step.reason !== undefined && markup`<p>${step.reason}</p>`}
      <p class="dim">
        ${step.place !== undefined && markup`<code>${step.place}</code> · `}${step.waitsFor.length === 0 ? "waits for nothing" : markup`waits for ${step.waitsFor.map((id, index) => markup`${index > 0 && ", "}<a href="#step-${id}">${id}</a>`)}`}
      </p>
      ${
        step.run !== undefined &&
        step.run.retries.length > 0 &&
        markup`<ul class="retries">
          ${step.run.retries.map((retry) => markup`<li>${retry}</li>`)}
        </ul>`
      }
      ${done(step)}
      ${step.onlyIf.map(
        (one) =>
          markup`<div class="only">
            <h4>Only if <strong>${one.when}</strong>${one.marks.map((mark) => markup` <span class="mark">! ${MARK_TEXTS[mark]}</span>`)}</h4>
            ${done(one)}
          </div>`,
      )}
      ${step.rights.length > 0 && rights(step)}
      ${
        step.outputs !== undefined &&
        markup`<details>
          <summary>Outputs</summary>
          ${block(step.outputs, `Outputs of ${step.id}`)}
        </details>`
      }
    </div>
  </details> `;
}

function done(what: Pick<PageStep, "resources" | "inVm" | "requests" | "reads">): Html {
  return markup`${what.resources.map(
    ({ type, name, change, lines }) =>
      markup`<h4><span class="sign ${change}">${LOOKS[change].sign}</span> ${type} <strong>${name}</strong></h4>
            ${
              lines.length > 0 &&
              markup`<ul class="diff">
                ${lines.map(differenceItem)}
              </ul>`
            }`,
  )}
      ${
        what.inVm.length > 0 &&
        markup`<h4>Inside a VM</h4>
          <ul>
            ${what.inVm.map((text) => markup`<li>${text}</li>`)}
          </ul>`
      }
      ${
        what.requests.length > 0 &&
        markup`<h4>Requests</h4>
          ${what.requests.map(
            ({ method, url, body }) =>
              markup`<p class="request"><strong>${method}</strong> <code>${url}</code></p>
                ${body !== "" && block(body, `Body of the ${method}`)}`,
          )}`
      }
      ${
        what.reads.length > 0 &&
        markup`<details>
          <summary>${what.reads.length === 1 ? "1 read" : `${what.reads.length} reads`}</summary>
          <ul class="plain">
            ${what.reads.map((read) => markup`<li><code>${read}</code></li>`)}
          </ul>
        </details>`
      }`;
}

function rights({ rights: all, id }: PageStep): Html {
  const open = all.some(({ state }) => isLacking(state) || state === "unknown");
  return markup`<details${open && markup` open`}><summary>${all.length === 1 ? "1 right" : `${all.length} rights`}${open && ", not all held"}</summary>
<div class="scroll" role="group" aria-label="Rights of ${id}" tabindex="0"><table><thead><tr><th scope="col">state</th><th scope="col">action</th><th scope="col">who</th><th scope="col">scope</th><th scope="col">why</th></tr></thead>
<tbody>${all.map(
    ({ state, action, who, scope, because }) =>
      markup`<tr class="${state}">
        <td>${state}</td>
        <td><code>${action}</code></td>
        <td>${who}</td>
        <td><code>${scope}</code></td>
        <td>${because}</td>
      </tr>`,
  )}</tbody></table></div></details>`;
}

const KINDS = { add: ["+", "added"], change: ["~", "changed"], remove: ["-", "removed"] } as const;

function differenceItem({ kind, path, before, after }: DifferenceLine): Html {
  const [sign, word] = KINDS[kind];
  const change = kind === "change" ? markup`<del>${before}</del> → <ins>${after}</ins>` : markup`${after ?? before}`;
  return markup`<li class="${kind}">
    <span aria-hidden="true">${sign}</span><span class="spoken">${word}</span> <code>${path}</code> ${change}
  </li>`;
}

function block(text: string, label: string): Html {
  return markup`<pre class="scroll" role="group" aria-label="${label}" tabindex="0">${text}</pre>`;
}
