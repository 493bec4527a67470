let newest: object | undefined;

/** The global object that the test file that runs now was given by jest or vitest, which run one after the other in each process. */
export function testRealm(): object | undefined { return newest; }

export function setTestRealm(realm: object): void { newest = realm; }
