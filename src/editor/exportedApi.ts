import type { SpanscopeApi } from './api.ts';
import type { Services } from './services.ts';

/** The extension's interface for other extensions. Nothing in it can be changed from outside. */
export function exportedApi(services: Services): SpanscopeApi {
  const { collector, receiver, panels, source } = services;
  return Object.freeze<SpanscopeApi>({
    apiVersion: 1,
    get endpoints() { return receiver.endpoints; },
    startReceiver: (options = {}) => receiver.start(options),
    stopReceiver: () => receiver.stop(),
    listTraces: async (query = '') => (await collector.call('listTraces', query)).traces.map(({ label: _label, role: _role, session: _session, test: _test, ...summary }) => summary),
    getTrace: async (traceId) => [...await collector.call('getTrace', traceId)],
    importFile: (uri) => services.importFile(uri),
    exportTrace: (traceId, format) => services.exportTrace(traceId, format),
    showTrace: async (traceId, spanId) => {
      if (await collector.call('summaryOf', traceId) === undefined) throw new Error('There is no trace with this id.');
      await panels.show(traceId, { spanId });
    },
    sourceOf: async (traceId, spanId) => {
      const record = await collector.call('spanById', traceId, spanId);
      return record === undefined ? [] : source.locationsOf(record);
    },
    clear: () => collector.call('clear'),
    onDidChangeTraces: services.onDidChangeTraces,
  });
}
