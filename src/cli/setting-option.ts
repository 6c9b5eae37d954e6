import { Option } from 'commander';
import { flagOf, type Setting, variableOf } from '../config/settings.js';

/** A flag for a setting. Its text is read, and its default known, where settings are resolved. */
export function settingOption(name: string, setting: Setting): Option {
  const flag = setting.placeholder === undefined ? flagOf(name) : `${flagOf(name)} <${setting.placeholder}>`;
  const byDefault = setting.default === undefined ? '' : `default ${setting.default}; `;
  return new Option(flag, `${setting.description} (${byDefault}${variableOf(name)})`);
}
