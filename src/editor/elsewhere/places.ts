/** Where this window's extensions run, and so the receiver. */
export type Place = 'here' | 'container' | 'ssh' | 'wsl' | 'codespace' | 'remote';

/** By the editor's name for the kind of machine that the window is connected to. */
const places: ReadonlyMap<string, Place> = new Map([
  ['dev-container', 'container'], ['attached-container', 'container'], ['k8s-container', 'container'],
  ['ssh-remote', 'ssh'], ['wsl', 'wsl'], ['codespaces', 'codespace'],
]);

/** Of `vscode.env.remoteName`. */
export function placeOf(remoteName: string | undefined): Place {
  return remoteName === undefined || remoteName === '' ? 'here' : places.get(remoteName) ?? 'remote';
}

/** Put after “listens” and “run”. */
export const placeWords: Readonly<Record<Place, string>> = {
  here: 'on this machine', container: 'in this container', ssh: 'on the SSH host', wsl: 'in WSL', codespace: 'in the codespace', remote: 'on this remote machine',
};

/** A line that says so where it is not plain. */
export function placeLines(remoteName: string | undefined): readonly string[] {
  const place = placeOf(remoteName);
  return place === 'here' ? [] : [`It listens ${placeWords[place]}: programs that run there are seen`];
}
