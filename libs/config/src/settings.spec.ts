import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PortraitError } from '@portrait/contracts';
import { readServiceSettings } from './service-settings.js';
import { readSettings } from './settings.js';

describe('readSettings', () => {
  it('has a default for every setting', () => {
    const settings = readSettings({});
    expect(settings.storeDir).toBe(resolve('portrait-store'));
    expect(settings.threads).toBeGreaterThanOrEqual(1);
    expect(settings.logLevel).toBe('info');
  });

  it('reads the variables and treats an empty value as unset', () => {
    expect(readSettings({ PORTRAIT_STORE: 'elsewhere', PORTRAIT_THREADS: '3', PORTRAIT_LOG_LEVEL: '' })).toEqual({
      storeDir: resolve('elsewhere'),
      threads: 3,
      logLevel: 'info',
    });
  });

  it('names every mistake in one error', () => {
    const wrong = () => readSettings({ PORTRAIT_THREADS: 'many', PORTRAIT_LOG_LEVEL: 'loud', PORTRAIT_STOER: 'x' });
    expect(wrong).toThrow(PortraitError);
    expect(wrong).toThrow(/PORTRAIT_THREADS=many[\s\S]*PORTRAIT_LOG_LEVEL=loud[\s\S]*did you mean PORTRAIT_STORE/);
  });
});

describe('readServiceSettings', () => {
  it('has a default for every setting that fits one machine', () => {
    const settings = readServiceSettings({});
    expect(settings.temporal).toEqual({
      address: '127.0.0.1:7233',
      namespace: 'portrait',
      apiKey: undefined,
      tls: undefined,
    });
    expect(settings.objectStore.endpoint.href).toBe('http://127.0.0.1:9000/');
    expect(settings.objectStore.publicEndpoint).toEqual(settings.objectStore.endpoint);
    expect(settings.slots).toBe(1);
  });

  it('enables TLS when a certificate, an authority or the flag is set', () => {
    expect(readServiceSettings({ PORTRAIT_TEMPORAL_TLS_CA: '/ca.pem' }).temporal.tls).toEqual({
      cert: undefined,
      key: undefined,
      ca: '/ca.pem',
    });
    expect(readServiceSettings({ PORTRAIT_TEMPORAL_TLS: 'on' }).temporal.tls).toBeDefined();
    expect(readServiceSettings({ PORTRAIT_TEMPORAL_TLS: 'off' }).temporal.tls).toBeUndefined();
  });

  it('reads the standard OTEL variables and enables tracing only with an endpoint', () => {
    expect(readServiceSettings({ OTEL_TRACES_SAMPLER: 'always_on' }).tracing).toBeNull();
    expect(readServiceSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://tempo:4318/' }).tracing).toEqual({
      endpoint: 'http://tempo:4318',
      headers: {},
      sampler: 'parentbased_always_on',
      ratio: 1,
      resource: {},
    });
    const chosen = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://tempo',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20YWJj,x-scope=a=b',
      OTEL_TRACES_SAMPLER: 'traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.1',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=night',
    };
    expect(readServiceSettings(chosen).tracing).toEqual({
      endpoint: 'https://tempo',
      headers: { authorization: 'Basic YWJj', 'x-scope': 'a=b' },
      sampler: 'traceidratio',
      ratio: 0.1,
      resource: { 'deployment.environment': 'night' },
    });
    expect(() => readServiceSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: 'tempo:4318' })).toThrow(
      /OTEL_EXPORTER_OTLP_ENDPOINT=tempo:4318/,
    );
    expect(() => readServiceSettings({ OTEL_EXPORTER_OTLP_HEADERS: 'secret%' })).toThrow(
      /OTEL_EXPORTER_OTLP_HEADERS=…/,
    );
    expect(() => readServiceSettings({ OTEL_EXPORTER_OTLP_HEADERS: 'a=%zz' })).toThrow(/OTEL_EXPORTER_OTLP_HEADERS=…/);
  });

  it('names every mistake of both tables and never repeats a secret', () => {
    const wrong = () => readServiceSettings({ PORTRAIT_S3_ENDPOINT: 'minio', PORTRAIT_SLOTS: '0', PORTRAIT_SLOT: '1' });
    expect(wrong).toThrow(/PORTRAIT_S3_ENDPOINT=minio[\s\S]*PORTRAIT_SLOTS=0/);
    expect(() => readServiceSettings({ PORTRAIT_THREADS: 'many' })).toThrow(/PORTRAIT_THREADS=many/);
    expect(() => readServiceSettings({ PORTRAIT_TEMPORAL_ADRESS: 'x:1' })).toThrow(
      /did you mean PORTRAIT_TEMPORAL_ADDRESS/,
    );
  });
});
