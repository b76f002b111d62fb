// Remembers what a stage has in hand: its drafts, so that one that fails or is stopped leaves nothing half-written
// behind, and the paths it was given, so that an error names artifacts and not places on this machine.
import type { ArtifactScope } from '@portrait/artifact-store';
import type { ArtifactDraft, ArtifactKind, ArtifactReaderWriter } from '@portrait/contracts';
import { countCall } from './trace-stage.js';

export interface TrackedDrafts {
  readonly artifacts: ArtifactReaderWriter;
  /** The text with the paths that were handed out replaced by what lies there: `speech/source`. */
  named(text: string): string;
  /** Removes every draft that was not committed. */
  discardOpen(): Promise<void>;
}

/** @param run key of the run whose drafts they are */
export function trackDrafts(store: Pick<ArtifactScope, 'path' | 'readJson' | 'create'>, run: string): TrackedDrafts {
  const drafts: ArtifactDraft[] = [];
  /** Path → what lies there. */
  const names = new Map<string, string>();
  return {
    artifacts: {
      async path(ref, name) {
        const path = await countCall(`store read ${ref.kind}`, () => store.path(ref, name));
        names.set(path, `${ref.kind}/${name}`);
        return path;
      },
      readJson: (ref, name, schema) => countCall(`store read ${ref.kind}`, () => store.readJson(ref, name, schema)),
      async create<K extends ArtifactKind>(kind: K): Promise<ArtifactDraft<K>> {
        const draft = await (kind === 'checkpoint' ? store.create(kind, run.slice(0, 16)) : store.create(kind));
        drafts.push(draft);
        const path = (name: string): string => {
          const given = draft.path(name);
          names.set(given, `${kind}/${name}`);
          return given;
        };
        return { ...draft, path, commit: () => countCall(`store write ${kind}`, () => draft.commit()) };
      },
    },
    named: (text) => [...names].reduce((named, [path, name]) => named.replaceAll(path, name), text),
    async discardOpen() {
      await Promise.all(drafts.map((draft) => draft.discard()));
    },
  };
}
