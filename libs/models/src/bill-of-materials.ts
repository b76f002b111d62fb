// Third-party models and samples: one row each, with its licence. npm packages are not listed.
import { MODELS, type ModelName } from './manifest.js';
import { SAMPLES, type SampleName } from './samples.js';
import { describeSource } from './sources.js';

interface BillRow {
  kind: 'model' | 'sample';
  name: ModelName | SampleName;
  files: number;
  bytes: number;
  licence: string;
  attribution: string;
  purpose: string;
  /** Sources of the first file, in order. */
  sources: string[];
  note: string | null;
}

export function billOfMaterials(): BillRow[] {
  const models = Object.values(MODELS).map((m): BillRow => ({
    kind: 'model',
    name: m.name,
    files: 1,
    bytes: m.bytes,
    licence: m.licence,
    attribution: m.attribution,
    purpose: m.purpose,
    sources: m.sources.map(describeSource),
    note: m.note ?? null,
  }));
  const samples = Object.values(SAMPLES).map((s): BillRow => ({
    kind: 'sample',
    name: s.name,
    files: s.files.length,
    bytes: s.files.reduce((sum, f) => sum + f.bytes, 0),
    licence: s.licence,
    attribution: s.attribution,
    purpose: s.purpose,
    sources: (s.files[0]?.sources ?? []).map(describeSource),
    note: s.note ?? null,
  }));
  return [...models, ...samples];
}
