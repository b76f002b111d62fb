// Settings from environment variables, parsed once. Not here: stage parameters (each stage's schema) and presets.
export { SERVICE_SETTINGS, SETTINGS, type Setting } from './tables.js';
export { readSettings, type Settings } from './settings.js';
export {
  readServiceSettings,
  type ObjectStoreSettings,
  type ServiceSettings,
  type TemporalSettings,
} from './service-settings.js';
