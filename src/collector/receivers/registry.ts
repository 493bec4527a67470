import { pathToFileURL } from 'node:url';
import { otlpHttp } from './otlpHttp.ts';
import { webSocket } from './webSocket.ts';
import { zipkin } from './zipkin.ts';
import type { ConnectionRoute, Receiver, Route } from './receiver.ts';

/** The protocols on the HTTP port. A new one is a file and a line here. */
export const httpReceivers: readonly Receiver<Route>[] = [otlpHttp, webSocket, zipkin];

/** What a bundle with a receiver of its own exports. */
export interface ReceiverBundle { readonly receiver: Receiver<ConnectionRoute> }

/** The gRPC receiver is in a bundle of its own, because its library is larger than everything else here. */
export async function loadGrpcReceiver(bundle: string): Promise<Receiver<ConnectionRoute>> {
  const { receiver } = (await import(pathToFileURL(bundle).href)) as ReceiverBundle;
  return receiver;
}
