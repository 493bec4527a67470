import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

/** What can be done with values of the shown span. */
export interface ValueActions {
  /** Characters of an attribute that was shortened for display, else undefined. */
  readonly fullLengthOf: (attribute: string) => number | undefined;
  /** Opens all of an attribute in an editor. */
  readonly openAttribute: (attribute: string) => void;
}

export const ValueActionsContext = createContext<ValueActions>({ fullLengthOf: () => undefined, openAttribute: () => {} });
export const useValueActions = (): ValueActions => useContext(ValueActionsContext);
