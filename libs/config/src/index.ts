// Settings that come from the environment, parsed once. Not here: parameters of stages (each stage's schema) and presets (nerf).
export { SETTINGS, readSettings, type Settings, type SettingName } from './settings.js';
export { nearest, didYouMean } from './nearest.js';
