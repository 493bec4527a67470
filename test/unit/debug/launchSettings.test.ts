import { describe, expect, it } from 'vitest';
import { launchProfileOf, profileLayer } from '../../../src/debug/launchSettings.ts';

const text = `\uFEFF{
  // As Visual Studio and dotnet run read it.
  "profiles": {
    "IIS Express": { "commandName": "IISExpress", "environmentVariables": { "FROM": "iis" } },
    "http": { "commandName": "Project", "applicationUrl": "http://localhost:5000", "environmentVariables": { "FROM": "http, } // text", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", }, },
    /* the second "one" */
    "https": { "commandName": "Project", "environmentVariables": { "FROM": "https" } },
  },
}`;
const values = (part: { readonly name?: string } = {}, of = text): Record<string, unknown> => Object.fromEntries(profileLayer('launchSettings.json', of, { file: '', ...part }).values);

describe('the launch profile of a program of .NET', () => {
  it('is the first that starts the project, or the one that is named', () => {
    expect(values()).toEqual({ FROM: 'http, } // text', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
    expect(values({ name: 'https' })).toEqual({ FROM: 'https' });
    expect(values({ name: 'IIS Express' })).toEqual({});
    expect(values({ name: 'toString' })).toEqual({});
  });

  it.each(['', 'nonsense', '[]', '{"profiles": null}', '{"profiles": {"a": 1}}', '{"profiles": {"a": {"commandName": "Project"}}}', '{"profiles": {"a": {"commandName": "Project", "environmentVariables": 7}}}'])('sets nothing in %j', (odd) => {
    expect(values({}, odd)).toEqual({});
  });

  it('is looked for where the debugger does, unless it is to use none', () => {
    expect(launchProfileOf({ type: 'coreclr' })).toEqual({ file: 'Properties/launchSettings.json' });
    expect(launchProfileOf({ type: 'clr', launchSettingsProfile: 'https', launchSettingsFilePath: '/app/launch.json' })).toEqual({ file: '/app/launch.json', name: 'https' });
    expect(launchProfileOf({ type: 'coreclr', launchSettingsProfile: '' })).toBeUndefined();
    expect(launchProfileOf({ type: 'coreclr', launchSettingsProfile: null })).toBeUndefined();
    expect(launchProfileOf({ type: 'go' })).toBeUndefined();
  });
});
