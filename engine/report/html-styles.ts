// The styles of a page. Every colour has a contrast of 4.5 to 1 or more on what it stands on, in light and in dark.

export const STYLES = `
:root{--page:#fff;--text:#1f2328;--dim:#57606a;--line:#d0d7de;--soft:#f6f8fa;--link:#0550ae;--add:#116329;--change:#7d4e00;--remove:#a40e26;--run:#6639ba;--read:#0550ae}
@media (prefers-color-scheme:dark){:root{--page:#0d1117;--text:#e6edf3;--dim:#9ea7b3;--line:#3d444d;--soft:#161b22;--link:#79b8ff;--add:#56d364;--change:#e3b341;--remove:#ff8a80;--run:#d2a8ff;--read:#79b8ff}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:72rem;padding:1.5rem;background:var(--page);color:var(--text);font:16px/1.5 system-ui,sans-serif}
h1{margin:0 0 .5rem;font-size:1.6rem;overflow-wrap:anywhere}h2{margin:2rem 0 .5rem;font-size:1.2rem}
h3,h4{display:inline;margin:0;font-size:1rem;overflow-wrap:anywhere}h4{display:block;margin:.75rem 0 .25rem;font-weight:400}
a{color:var(--link)}a:focus-visible,summary:focus-visible,[tabindex]:focus-visible{outline:3px solid var(--link);outline-offset:2px}
code,pre,.diff,.facts dd{font-family:ui-monospace,Consolas,monospace;font-size:.85rem}
code{overflow-wrap:anywhere}
.kind{margin:0;color:var(--dim);text-transform:uppercase;letter-spacing:.08em;font-size:.8rem}
.facts{margin:0;display:grid;gap:.1rem}.facts div{display:grid;align-items:baseline;grid-template-columns:9rem 1fr}.facts dt{color:var(--dim)}.facts dd{margin:0;overflow-wrap:anywhere}
.verdict{margin:1rem 0 .5rem;padding:.5rem .75rem;border-left:4px solid var(--dim);background:var(--soft);font-weight:600}
.verdict.calm{border-color:var(--add)}.verdict.busy{border-color:var(--change)}.verdict.bad{border-color:var(--remove);border-left-style:double;border-left-width:8px}
.counts,.legend{list-style:none;padding:0;margin:.5rem 0;display:flex;flex-wrap:wrap;gap:.4rem .75rem}
.counts li{padding:.1rem .5rem;border:1px solid var(--line);border-radius:1rem}.counts .marked{border:2px solid var(--remove);font-weight:600}
.legend{color:var(--dim);font-size:.9rem}
.scroll{overflow:auto;max-width:100%}
.graph,.time{display:block;font-family:system-ui,sans-serif}
.line{stroke:var(--dim);stroke-width:1.5}
.node rect{fill:var(--soft);stroke:var(--dim);stroke-width:1.5}.node:focus-visible rect{stroke-width:4}.node:target rect{stroke-width:4}
.node.marked rect{stroke-width:3}
.name{font-size:13px;font-weight:600;fill:var(--text)}.note{font-size:11px;fill:var(--dim)}
.create rect{stroke:var(--add)}.update rect,.opaque rect{stroke:var(--change)}.remove rect,.failed rect{stroke:var(--remove)}.run rect{stroke:var(--run)}.read rect{stroke:var(--read)}
.bar{fill:var(--soft);stroke:var(--add);stroke-width:1.5}.bar.failed{stroke:var(--remove)}.bar.running,.bar.waiting{stroke:var(--change)}
.step{border:1px solid var(--line);border-radius:6px;margin:.4rem 0}.step>summary{padding:.5rem .75rem;cursor:pointer}.step>.body{padding:.25rem .75rem .75rem 2rem;border-top:1px solid var(--line)}
.body:target{background:var(--soft);box-shadow:inset 4px 0 var(--link)}
.uses,.word,.took,.dim{color:var(--dim)}.took{float:right}.dim{margin:.25rem 0}
.sign{display:inline-block;min-width:1.4em;text-align:center;font-family:ui-monospace,Consolas,monospace;font-weight:700}
.sign.create{color:var(--add)}.sign.update,.sign.opaque{color:var(--change)}.sign.remove,.sign.failed,.sign.marked{color:var(--remove)}.sign.run{color:var(--run)}.sign.read{color:var(--read)}
.mark{border:2px solid var(--remove);border-radius:1rem;padding:0 .5rem;font-size:.85rem;font-weight:600}
.failures{list-style:none;margin:1rem 0;padding:0;display:grid;gap:.5rem}.first{margin:.5rem 0}
.failure{border-left:8px double var(--remove);padding-left:.75rem;font-weight:600;overflow-wrap:anywhere}
.diff{list-style:none;margin:.25rem 0;padding:0;overflow-wrap:anywhere}.diff .add{color:var(--add)}.diff .change{color:var(--change)}.diff .remove{color:var(--remove)}
.only{margin:.5rem 0;padding-left:.75rem;border-left:3px dashed var(--dim)}
del{text-decoration:line-through}ins{text-decoration:none;font-weight:600}
pre{margin:.25rem 0;padding:.5rem .75rem;background:var(--soft);border:1px solid var(--line);border-radius:4px}
.request{margin:.5rem 0 .1rem;overflow-wrap:anywhere}.plain{list-style:none;padding-left:0}
table{border-collapse:collapse;font-size:.9rem}th,td{text-align:left;vertical-align:top;padding:.2rem .6rem .2rem 0;border-bottom:1px solid var(--line)}td code{white-space:nowrap}
tr.missing td:first-child,tr.denied td:first-child{color:var(--remove);font-weight:700}
.spoken{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media print{body{max-width:none;padding:0;font-size:11px}.step{break-inside:avoid}.scroll{overflow:visible}pre{white-space:pre-wrap}.graph,.time{max-width:100%;height:auto}details::details-content{content-visibility:visible;block-size:auto}}
`;
