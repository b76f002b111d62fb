// Short names for the response types of the API.
import type { components } from '@portrait/api-client';

type Schemas = components['schemas'];
export type Person = Schemas['Person'];
export type PersonSummary = Schemas['PersonSummary'];
export type Video = Schemas['Video'];
export type Batch = Schemas['Batch'];
export type BatchItem = Schemas['BatchItem'];
export type BatchItemSummary = Schemas['BatchItemSummary'];
export type StageState = Schemas['Stage'];
export type Failure = Schemas['Failure'];
export type StoredFile = Schemas['File'];
