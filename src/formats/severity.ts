/** What log libraries call their levels → OpenTelemetry's severity numbers. */
const severityNumbers = new Map<string, number>([
  ['trace', 1], ['verbose', 1], ['debug', 5], ['info', 9], ['information', 9], ['informational', 9], ['notice', 10], ['log', 9],
  ['warn', 13], ['warning', 13], ['error', 17], ['err', 17], ['critical', 21], ['crit', 21], ['alert', 21], ['fatal', 21], ['emergency', 24], ['emerg', 24],
]);

/** The severity number of a level's name in any case; 0 when it is not known. */
export const severityNumberOf = (name: string): number => severityNumbers.get(name.toLowerCase()) ?? 0;
