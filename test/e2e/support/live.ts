/** Sends messages of the live protocol; resolves when the receiver said that it has them. */
export async function sendLive(address: string, messages: readonly object[]): Promise<void> {
  const socket = new WebSocket(address);
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve, { once: true });
    socket.addEventListener('error', reject, { once: true });
  });
  const stored = new Promise<void>((resolve, reject) => {
    socket.addEventListener('message', ({ data }) => {
      const { type, message } = JSON.parse(String(data)) as { type: string; message?: string };
      if (type === 'ack') resolve();
      if (type === 'error') reject(new Error(message));
    });
  });
  socket.send(JSON.stringify(messages.map((message, i) => (i === messages.length - 1 ? { ...message, id: 'last' } : message))));
  await stored;
  socket.close();
}
