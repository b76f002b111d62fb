// Obtains the consent for a portrait: from a file, from questions on the terminal, or from an earlier record.
// Without consent nothing is trained.
import { readFile } from 'node:fs/promises';
import { isCancel, log, note, text, confirm } from '@clack/prompts';
import type { ArtifactScope } from '@portrait/artifact-store';
import { artifactRefSchema, consentSchema, PortraitError, type ArtifactRef, type Consent } from '@portrait/contracts';
import { z } from 'zod';

const RECORD = 'consent';

export const CONSENT_EXAMPLE: Consent = {
  grantedBy: 'Anna Example',
  subject: 'Anna Example',
  date: '2026-01-31',
  purpose: 'Videos of our product course, shown on our web site',
  statement: 'I agree that a portrait of my face and voice is made from the video I recorded, for this purpose.',
};

/** @throws PortraitError NOT_FOUND, or INVALID_ARGUMENT that names every missing or invalid field */
export async function readConsentFile(path: string): Promise<Consent> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    const missing = (error as { code?: string }).code === 'ENOENT';
    throw new PortraitError(
      missing ? 'NOT_FOUND' : 'INVALID_ARGUMENT',
      missing ? `The consent file ${path} does not exist.` : `The consent file ${path} is not valid JSON.`,
      { cause: error, hint: 'Copy the example in docs/consent.md.' },
    );
  }
  const parsed = consentSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.map((issue) => `  ${issue.path.join('.') || 'the record'}: ${issue.message}`);
  throw new PortraitError('INVALID_ARGUMENT', `The consent file ${path} is invalid:\n${mistakes.join('\n')}`, {
    hint: 'Give grantedBy, subject, date and purpose, as in the example in docs/consent.md.',
  });
}

async function ask(message: string, initialValue?: string): Promise<string> {
  const answer = await text({
    message,
    ...(initialValue === undefined ? {} : { initialValue }),
    validate: (value) =>
      (value ?? '').trim() === '' ? 'An answer is required. It is stored with the portrait.' : undefined,
  });
  if (isCancel(answer)) throw new PortraitError('CANCELLED', 'Stopped before consent was given. Nothing was done.');
  return answer.trim();
}

/** Asks for subject, grantor, purpose and confirmation. The date is today. */
async function askConsent(person: string, today: Date): Promise<Consent> {
  note(
    [
      'A portrait can be made to say anything. The person it shows must have consented.',
      'The answers are stored with the portrait, and their hash is part of every video made with it.',
    ].join('\n'),
    `Consent for "${person}"`,
  );
  const subject = await ask('Whose face and voice are in the video?');
  const grantedBy = await ask('Who gives consent?', subject);
  const purpose = await ask('For what purpose?');
  const statement =
    `${grantedBy} agrees that a portrait of the face and voice of ${subject} is made from this video, ` +
    `for: ${purpose}.`;
  const agreed = await confirm({ message: `${statement} Is this correct?`, initialValue: false });
  if (isCancel(agreed) || !agreed)
    throw new PortraitError('CONSENT_MISSING', 'Consent was not given. Nothing was done.', {
      hint: 'Ask the person in the video first.',
    });
  log.success('Consent recorded.');
  return { grantedBy, subject, date: today.toISOString().slice(0, 10), purpose, statement };
}

interface ConsentSources {
  /** --consent FILE */
  file?: string | undefined;
  /** A record from the caller, for example that of the sample person. */
  given?: Consent | undefined;
  interactive: boolean;
}

interface ConsentRequest extends ConsentSources {
  scope: ArtifactScope;
}

/** Returns the given record or asks for one. @throws PortraitError CONSENT_MISSING without a record and a terminal */
export async function takeConsent(person: string, { file, given, interactive }: ConsentSources): Promise<Consent> {
  const consent = file !== undefined ? await readConsentFile(file) : given;
  if (consent !== undefined) return consent;
  if (interactive) return askConsent(person, new Date());
  throw new PortraitError('CONSENT_MISSING', `There is no consent record for "${person}".`, {
    hint: 'Give --consent FILE (see docs/consent.md), or run the command on a terminal and answer the questions.',
  });
}

/** The consent recorded for this person, or null. */
async function recordedConsent(scope: ArtifactScope): Promise<ArtifactRef<'consent'> | null> {
  const record = await scope.records.get(RECORD);
  return record === null
    ? null
    : (z.object({ consent: artifactRefSchema }).parse(record).consent as ArtifactRef<'consent'>);
}

/** Returns the consent artifact; records it first if it is new. @throws PortraitError CONSENT_MISSING */
export async function requireConsent({ scope, ...sources }: ConsentRequest): Promise<ArtifactRef<'consent'>> {
  if (sources.file === undefined && sources.given === undefined) {
    const known = await recordedConsent(scope);
    if (known !== null) return known;
  }
  const consent = await takeConsent(scope.person, sources);
  const draft = await scope.create('consent');
  await draft.writeJson('consent.json', consent);
  const ref = await draft.commit();
  await scope.records.put(RECORD, { consent: ref });
  return ref;
}
