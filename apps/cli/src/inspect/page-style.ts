// The style sheet of the pages: light and dark, without external resources.
export const PAGE_STYLE = `
:root {
  --paper: #fbfcfd;
  --card: #fff;
  --ink: #1b2733;
  --soft: #5d7083;
  --line: #dde4eb;
  --accent: #2a6f97;
  --arrow: #a9bac9;
  --done: #2f9e6b;
  --done-soft: #e6f6ee;
  --warn: #b7791f;
  --warn-soft: #fdf3dc;
  --failed: #c94141;
  --failed-soft: #fdeaea;
  --shade: #f1f5f8;
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #12181e;
    --card: #1a222b;
    --ink: #e4ebf1;
    --soft: #93a5b5;
    --line: #2c3946;
    --accent: #6fb7dd;
    --arrow: #52667a;
    --done: #4fc08d;
    --done-soft: #173428;
    --warn: #e0ad54;
    --warn-soft: #3a2f17;
    --failed: #ef7d7d;
    --failed-soft: #3d2020;
    --shade: #212b35;
  }
}
* {
  box-sizing: border-box;
}
body {
  margin: 0;
  background: var(--paper);
  color: var(--ink);
  font:
    15px/1.55 system-ui,
    -apple-system,
    "Segoe UI",
    sans-serif;
}
main {
  max-width: 1180px;
  margin: 0 auto;
  padding: 36px 24px 80px;
}
h1 {
  font-size: 30px;
  line-height: 1.2;
  margin: 0 0 4px;
  letter-spacing: -0.01em;
}
h2 {
  font-size: 20px;
  margin: 44px 0 14px;
}
h3 {
  font-size: 13px;
  text-transform: uppercase;
  letter-spacing: 0.06em;
  color: var(--soft);
  margin: 20px 0 8px;
  font-weight: 600;
}
a {
  color: var(--accent);
}
.lead {
  color: var(--soft);
  margin: 0 0 22px;
  max-width: 760px;
}
.facts {
  display: flex;
  flex-wrap: wrap;
  gap: 10px 28px;
  margin: 18px 0 0;
  padding: 0;
}
.facts div {
  min-width: 90px;
}
.facts dt {
  font-size: 12px;
  color: var(--soft);
}
.facts dd {
  margin: 0;
  font-weight: 600;
}
.panel {
  background: var(--card);
  border: 1px solid var(--line);
  border-radius: 14px;
  padding: 18px 20px;
  overflow-x: auto;
}
.panel svg {
  display: block;
  width: 100%;
  min-width: 820px;
  height: auto;
}
.stage {
  background: var(--card);
  border: 1px solid var(--line);
  border-radius: 14px;
  margin: 14px 0;
  overflow: hidden;
  scroll-margin-top: 16px;
}
.stage > header {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 6px 14px;
  padding: 14px 20px;
  border-bottom: 1px solid var(--line);
}
.stage > header b {
  font-size: 17px;
}
.stage > header .numbers {
  margin-left: auto;
  color: var(--soft);
  font-size: 13.5px;
  font-variant-numeric: tabular-nums;
}
.stage .body {
  padding: 6px 20px 20px;
}
.chip {
  font-size: 12px;
  font-weight: 600;
  border-radius: 99px;
  padding: 2px 10px;
  background: var(--shade);
  color: var(--soft);
}
.chip.done {
  background: var(--done-soft);
  color: var(--done);
}
.chip.failed,
.chip.error {
  background: var(--failed-soft);
  color: var(--failed);
}
.chip.warning {
  background: var(--warn-soft);
  color: var(--warn);
}
.pictures {
  display: flex;
  flex-wrap: wrap;
  gap: 12px;
}
figure {
  margin: 0;
  max-width: 100%;
}
figcaption {
  font-size: 12.5px;
  color: var(--soft);
  margin-top: 4px;
}
figure img,
video {
  display: block;
  max-width: 100%;
  max-height: 620px;
  border-radius: 10px;
  border: 1px solid var(--line);
  background: var(--shade);
}
.columns {
  display: grid;
  grid-template-columns: repeat(auto-fit, minmax(320px, 1fr));
  gap: 0 32px;
}
table {
  border-collapse: collapse;
  width: 100%;
  font-size: 13.5px;
  font-variant-numeric: tabular-nums;
}
td {
  padding: 4px 12px 4px 0;
  border-bottom: 1px solid var(--line);
  vertical-align: top;
}
tr:last-child td {
  border-bottom: 0;
}
td.name {
  color: var(--soft);
}
td.value {
  font-weight: 600;
  white-space: nowrap;
}
td.changed {
  color: var(--accent);
}
.metrics {
  max-width: 520px;
}
code {
  font:
    12.5px ui-monospace,
    SFMono-Regular,
    Menlo,
    monospace;
  color: var(--soft);
}
.findings {
  list-style: none;
  margin: 0;
  padding: 0;
}
.findings li {
  padding: 5px 0;
  display: flex;
  gap: 10px;
  align-items: baseline;
}
details summary {
  cursor: pointer;
  color: var(--soft);
  font-size: 13.5px;
  margin-top: 14px;
}
.bars {
  display: grid;
  grid-template-columns: max-content 1fr max-content;
  gap: 7px 14px;
  align-items: center;
  font-size: 13.5px;
  font-variant-numeric: tabular-nums;
}
.bars .bar {
  height: 12px;
  border-radius: 6px;
  background: var(--shade);
  overflow: hidden;
}
.bars .bar i {
  display: block;
  height: 100%;
  background: var(--accent);
  border-radius: 6px;
}
.hero {
  margin: 18px 0;
}
.hero video {
  width: 100%;
  max-height: 72vh;
}
pre {
  background: var(--shade);
  border-radius: 10px;
  padding: 12px 16px;
  overflow-x: auto;
}
pre code {
  color: var(--ink);
  font-size: 14px;
}
.videos {
  display: grid;
  grid-template-columns: repeat(auto-fit, minmax(340px, 1fr));
  gap: 20px;
}
.videos video {
  width: 100%;
  max-height: 520px;
}
.cards {
  display: grid;
  grid-template-columns: repeat(auto-fit, minmax(165px, 1fr));
  gap: 12px;
}
.card {
  background: var(--card);
  border: 1px solid var(--line);
  border-radius: 12px;
  padding: 12px 16px;
}
.card b {
  display: block;
  font-size: 22px;
  line-height: 1.3;
}
.card span {
  font-size: 12.5px;
  color: var(--soft);
}
footer {
  margin-top: 48px;
  color: var(--soft);
  font-size: 13px;
}
`;
