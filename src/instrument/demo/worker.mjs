// The second agent: it takes research tasks from the planner's messages. The context in a message's headers makes its
// spans part of the planner's trace.
import process from 'node:process';
import { AgentTracer, configure, traced } from '../kit/spanscope.mjs';
import { answer, countTokens, provider, smallModel, text, toolResult } from './model.mjs';
import { embed, searchGuides, searchTrains, withRetry } from './tools.mjs';

const tracer = configure({ serviceName: 'researcher' });
const agent = new AgentTracer(tracer);

const instructions = 'You compare train connections. Search every company, check the guides, answer with one table.';
const carriers = ['DB', 'OEBB', 'RegioJet'];

process.on('message', (message) => {
  const parent = tracer.extract(message.headers);
  tracer.traceSpan('receive research.request', { kind: 'consumer', parent }, () => research(message.task)).then(
    (result) => process.send({ id: message.id, result }),
    (error) => process.send({ id: message.id, error: String(error) }),
  );
});

function research(task) {
  return agent.agentRun(task, { agentName: 'researcher', agentType: 'react', model: smallModel }, () => {
    const messages = [text('user', task)];
    return agent.iterate(4, (round) => (round === 1 ? search(messages) : summarise(messages)));
  });
}

async function search(messages) {
  const toolCalls = carriers.map((carrier, index) => ({
    id: `call_s${index + 1}`, name: 'search_trains', arguments: { carrier, from: 'Berlin', to: 'Wien', date: '2026-04-17' },
  }));
  messages.push(await agent.llmCall(smallModel, request(messages), (call) => answer(call, {
    text: 'I will search all three companies at the same time and compare price, time and changes.', toolCalls,
  })));
  agent.decision('action_selection', {
    options: ['search_all', 'search_cheapest', 'give_up'], chosen: 'search_all', reason: 'the task asks for a comparison',
  });
  const results = await Promise.all(toolCalls.map(searchOne));
  results.forEach((result, index) => messages.push(toolResult(toolCalls[index].id, result)));
}

function searchOne({ id, arguments: wanted }) {
  return withRetry(3, (attempt) => agent.toolCall('search_trains', {
    arguments: wanted, callId: id, attributes: { 'tool.attempt': attempt },
  }, () => searchTrains(wanted)));
}

async function summarise(messages) {
  const guides = await retrieve('seat reservation on trains from Berlin to Vienna');
  messages.push(text('user', `From the guides: ${guides.map((guide) => guide.content).join(' ')}`));
  const table = await agent.llmCall(smallModel, request(messages), (call) => answer(call, {
    text: 'ICE 93, 10:05 to 17:45, direct, 139.80 EUR for two. RJ 1041, 07:20 to 16:31, one change, 74.00 EUR. '
      + 'NJ 457, 18:43 to 07:00, direct and overnight, 98.40 EUR with reservation.',
    cachedTokens: 180,
  }));
  return table.parts[0].content;
}

/** A function wrapped once is a span at every call. */
const retrieve = traced('retrieval guides', {
  attributes: { 'gen_ai.operation.name': 'retrieval', 'gen_ai.data_source.id': 'guides' },
}, async (query) => {
  await tracer.traceSpan('embeddings mock-embed-1', {
    attributes: { 'gen_ai.operation.name': 'embeddings', 'gen_ai.request.model': 'mock-embed-1', 'gen_ai.usage.input_tokens': 9 },
  }, () => embed(query));
  const guides = await searchGuides();
  tracer.currentSpan?.setAttributes({ 'gen_ai.retrieval.query.text': query, 'gen_ai.retrieval.documents': guides });
  return guides;
});

function request(messages) {
  return {
    provider,
    temperature: 0.1,
    promptTokens: countTokens(messages),
    inputMessages: [...messages],
    systemInstructions: [{ type: 'text', content: instructions }],
  };
}
