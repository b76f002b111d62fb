// Settings that come from the environment, parsed once. Not here: parameters of stages (each stage's schema) and presets (nerf).
export { SERVICE_SETTINGS, SETTINGS, type Setting } from './tables.js';
export { readSettings, type Settings, type SettingName } from './settings.js';
export {
  readServiceSettings,
  type ObjectStoreSettings,
  type ServiceSettings,
  type TemporalSettings,
  type TracingSettings,
} from './service-settings.js';
export { nearest, didYouMean } from './nearest.js';
