// Remembers the drafts a stage opens, so that one that fails or is stopped leaves nothing half-written behind.
import type { ArtifactScope } from '@portrait/artifact-store';
import type { ArtifactDraft, ArtifactKind, ArtifactReaderWriter } from '@portrait/contracts';
import { countCall } from './trace-stage.js';

export interface TrackedDrafts {
  readonly artifacts: ArtifactReaderWriter;
  /** Removes every draft that was not committed. */
  discardOpen(): Promise<void>;
}

/** @param run key of the run whose drafts they are */
export function trackDrafts(store: Pick<ArtifactScope, 'path' | 'readJson' | 'create'>, run: string): TrackedDrafts {
  const drafts: ArtifactDraft[] = [];
  return {
    artifacts: {
      path: (ref, name) => countCall(`store read ${ref.kind}`, () => store.path(ref, name)),
      readJson: (ref, name, schema) => countCall(`store read ${ref.kind}`, () => store.readJson(ref, name, schema)),
      async create<K extends ArtifactKind>(kind: K): Promise<ArtifactDraft<K>> {
        const draft = await (kind === 'checkpoint' ? store.create(kind, run.slice(0, 16)) : store.create(kind));
        drafts.push(draft);
        return { ...draft, commit: () => countCall(`store write ${kind}`, () => draft.commit()) };
      },
    },
    async discardOpen() {
      await Promise.all(drafts.map((draft) => draft.discard()));
    },
  };
}
