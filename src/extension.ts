/** Starts the extension; gives what it exports to other extensions. */
export function activate(): { readonly apiVersion: 1 } {
  return { apiVersion: 1 };
}
