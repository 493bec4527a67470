import process from 'node:process';

/** Whether the user wants no spans of OpenTelemetry at all. */
export function isSwitchedOff(): boolean {
  return process.env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true';
}
