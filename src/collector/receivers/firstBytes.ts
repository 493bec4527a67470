import { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';

/** With these a client begins HTTP/2 (RFC 9113, section 3.4). PRI is no method of HTTP/1.1, and never will be one. */
const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', telling = 'PRI'.length;

export type Beginning = 'http1' | 'http2' | 'silence';

/**
 * Tells once by its first bytes how a connection begins, or that it said too little within a time. The bytes can be read
 * again, and nothing of ours listens to the connection any more. One that fails or ends before is destroyed, and nothing told.
 */
export function watchBeginning(socket: Socket, withinMs: number, tell: (beginning: Beginning) => void): void {
  let held = Buffer.alloc(0);
  const fail = (): void => void socket.destroy();
  const look = (): void => {
    const bytes = socket.read() as Buffer | null;
    if (bytes === null) return;
    held = Buffer.concat([held, bytes]);
    if (!preface.startsWith(held.toString('latin1', 0, preface.length))) end('http1');
    else if (held.length >= telling) end('http2');
  };
  const leave = (): void => {
    clearTimeout(timer);
    socket.off('readable', look).off('end', fail).off('error', fail).off('close', leave);
  };
  const end = (beginning: Beginning): void => {
    leave();
    if (held.length > 0) socket.unshift(held);
    tell(beginning);
  };
  const timer = setTimeout(() => end('silence'), withinMs);
  socket.on('readable', look).on('end', fail).on('error', fail).on('close', leave);
}
