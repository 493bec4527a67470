// A stand-in for a language model: it answers from a script, a few characters at a time, and never touches the network.
import process from 'node:process';

export const largeModel = 'mock-large-1';
export const smallModel = 'mock-small-1';
export const provider = 'mock';

const speed = Math.max(0.01, Number(process.env.SPANSCOPE_DEMO_SPEED ?? 1) || 1);

/** Waits for the given time, divided by `SPANSCOPE_DEMO_SPEED`. */
export function pause(milliseconds) {
  return new Promise((resolve) => { setTimeout(resolve, milliseconds / speed); });
}

/** Streams a scripted reply into the span of the call, as a model's SDK would stream it to the program. */
export async function answer(call, reply) {
  await pause(reply.firstTokenMs ?? 450);
  const words = reply.text.split(/(?<= )/);
  for (const word of words) {
    call.chunk(word);
    await pause(38);
  }
  const toolCalls = reply.toolCalls ?? [];
  const finishReason = toolCalls.length > 0 ? 'tool_call' : 'stop';
  const parts = [{ type: 'text', content: reply.text }, ...toolCalls.map((wanted) => ({ type: 'tool_call', ...wanted }))];
  const message = { role: 'assistant', parts, finish_reason: finishReason };
  call.respond({
    completionTokens: words.length + 24 * toolCalls.length,
    cachedTokens: reply.cachedTokens,
    responseId: `resp_${call.spanId}`,
    responseModel: `${call.attributes.get('llm.model')}-2026-02`,
    finishReason,
    outputMessages: [message],
  });
  return message;
}

/** What a request of these messages costs, roughly: four characters a token. */
export function countTokens(messages) {
  return Math.ceil(JSON.stringify(messages).length / 4);
}

export function text(role, content) {
  return { role, parts: [{ type: 'text', content }] };
}

/** The message that tells a model what a tool it asked for gave. */
export function toolResult(id, response) {
  return { role: 'tool', parts: [{ type: 'tool_call_response', id, response }] };
}
