// An agent to look at with Spanscope: it plans a journey in rounds, hands the research to a worker in another process,
// and holds the seats. Run it with `node planner.mjs`; SPANSCOPE_DEMO_SPEED=10 makes it ten times as fast.
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { AgentTracer, configure } from '../kit/spanscope.mjs';
import { answer, countTokens, largeModel, pause, provider, text, toolResult } from './model.mjs';
import { estimateEmissions, holdSeats, withRetry } from './tools.mjs';

const tracer = configure({ serviceName: 'planner' });
const agent = new AgentTracer(tracer);

const task = 'Find the best train from Berlin to Vienna on Friday for two people, under 150 euros, and hold the seats.';
const instructions = 'You plan journeys. Delegate research, decide by the traveller\'s preferences, hold seats before you answer.';
const toolDefinitions = [
  { type: 'function', name: 'estimate_emissions', description: 'CO2 of a train journey' },
  { type: 'function', name: 'hold_seats', description: 'Holds seats until this evening' },
];

const worker = fork(fileURLToPath(new URL('worker.mjs', import.meta.url)));

/** The whole run; what it resolves to is printed. */
function run() {
  const options = {
    agentName: 'planner', agentType: 'react', model: largeModel, conversationId: randomUUID(),
    config: { type: 'react', tools: toolDefinitions.map((tool) => tool.name), max_iterations: 5 },
  };
  return agent.agentRun(task, options, async () => {
    tracer.setBaggage('traveller', 'ada');
    const preferences = await recall('traveller:ada');
    const messages = [text('user', `${task} Preferences: ${JSON.stringify(preferences)}`)];
    const rounds = [delegate, book, conclude];
    return agent.iterate(5, (number) => {
      const round = rounds[number - 1];
      return round(messages);
    });
  });
}

/** Round 1: the model decides to ask the researcher. */
async function delegate(messages) {
  say('thinking about the task');
  messages.push(await agent.llmCall(largeModel, request(messages), (call) => answer(call, {
    text: 'The traveller wants few changes and a window. Comparing companies is research, so the researcher should do it '
      + 'before I choose. I will ask for price, duration and changes.',
  })));
  const action = agent.decision('action_selection', { options: ['ask_researcher', 'answer', 'ask_traveller'] }, () => 'ask_researcher');
  say(`decided: ${action}`);
  const findings = await handOver('Compare trains from Berlin to Vienna on Friday 17 April for two people.');
  messages.push(text('user', `The researcher found: ${findings}`));
}

/** Round 2: two tools at once, one of which fails at first. */
async function book(messages) {
  say('choosing a train');
  const wanted = { train: 'ICE 93', passengers: 2 };
  messages.push(await agent.llmCall(largeModel, request(messages), (call) => answer(call, {
    text: 'ICE 93 is direct, arrives in the afternoon and stays under the limit. I will hold two seats and check its emissions.',
    toolCalls: [
      { id: 'call_h1', name: 'hold_seats', arguments: wanted },
      { id: 'call_e1', name: 'estimate_emissions', arguments: { train: wanted.train } },
    ],
    cachedTokens: 96,
  })));
  agent.decision('train', { options: ['ICE 93', 'RJ 1041', 'NJ 457'], chosen: 'ICE 93', reason: 'direct and under 150 euros' });
  const [held, emissions] = await Promise.all([
    withRetry(3, (attempt) => agent.toolCall('hold_seats', {
      arguments: wanted, callId: 'call_h1', attributes: { 'tool.attempt': attempt },
    }, () => holdSeats(wanted))),
    agent.toolCall('estimate_emissions', { arguments: { train: wanted.train }, callId: 'call_e1' }, () => estimateEmissions(wanted)),
  ]);
  messages.push(toolResult('call_h1', held), toolResult('call_e1', emissions));
}

/** Round 3: the answer, and what to remember of it. */
async function conclude(messages) {
  say('writing the answer');
  const reply = await agent.llmCall(largeModel, request(messages), (call) => answer(call, {
    text: 'Take ICE 93 on Friday: it leaves Berlin at 10:05 and reaches Vienna at 17:45 without a change. Two seats side by '
      + 'side, 7/41 and 7/42, are held until 18:00 for 139.80 euros in all. The journey emits 14 kg of CO2 for each of '
      + 'you; the flight would be 172.',
    cachedTokens: 320,
  }));
  const result = reply.parts[0].content;
  await agent.memoryOperation('write', { memoryType: 'vector', key: 'journeys:2026-04-17', attributes: { 'memory.size': result.length } }, () => pause(160));
  return result;
}

function recall(key) {
  return agent.memoryOperation('read', { memoryType: 'key_value', key }, async (span) => {
    await pause(120);
    const preferences = { seat: 'window', changes: 'as few as possible', currency: 'EUR' };
    span.setAttribute('memory.value', preferences);
    return preferences;
  });
}

/** Sends a task to the worker with the trace's context in the message, and waits for the result. */
function handOver(subtask) {
  return tracer.traceSpan('send research.request', { kind: 'producer', attributes: { 'messaging.destination.name': 'research.request' } }, () => {
    const message = { id: randomUUID(), task: subtask, headers: tracer.inject({}) };
    say('handing the research to the worker');
    return new Promise((resolve, reject) => {
      worker.once('message', ({ result, error }) => (error === undefined ? resolve(result) : reject(new Error(error))));
      worker.once('exit', (code) => reject(new Error(`the worker ended with code ${code}`)));
      worker.send(message);
    });
  });
}

function request(messages) {
  return {
    provider,
    temperature: 0.3,
    promptTokens: countTokens(messages),
    inputMessages: [...messages],
    systemInstructions: [{ type: 'text', content: instructions }],
    toolDefinitions,
  };
}

function say(line) {
  process.stdout.write(`planner: ${line}\n`);
}

say(await run());
worker.disconnect();
