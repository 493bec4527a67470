let newest: object | undefined;

/** The global object of the test file that jest runs now: it runs one after the other in each process. */
export function testRealm(): object | undefined { return newest; }

export function setTestRealm(realm: object): void { newest = realm; }
