const probeAddress = 'https://update.code.visualstudio.com/api/releases/stable';
let answer: Promise<boolean> | undefined;

/** Whether a VS Code can be downloaded from here; asked once, with a short patience. */
export function canDownload(): Promise<boolean> {
  answer ??= fetch(probeAddress, { signal: AbortSignal.timeout(4000) }).then(
    (response) => response.ok,
    () => false,
  );
  return answer;
}
