import { SpanBatch } from '../model/spanBatch.ts';
import type { DecodeOptions } from './format.ts';
import { objectIn, objectsIn, textIn } from './jsonFields.ts';
import { eachObject, JsonMembers } from './jsonMembers.ts';
import type { JsonReader } from './jsonReader.ts';
import { forEachRecord } from './jsonRecords.ts';
import { hashHex } from './otlpIds.ts';
import { Trajectory } from './atifTrajectory.ts';
import type { TrajectoryHead } from './atifTrajectory.ts';
import { Steps } from './transcriptSteps.ts';

/** Adds the steps of trajectories to a batch. */
export function decodeAtif(bytes: Uint8Array, batch: SpanBatch, options: DecodeOptions): void {
  const steps = new Steps(batch, options), callers = new Map<string, Caller>();
  // A sub-agent may stand in front of the call that began it, so these are looked for first.
  forEachRecord(bytes, new SpanBatch(), options, 'object', (reader) => { eachTrajectory(reader, undefined, (members, head) => { noteCalls(members, head, callers); }); });
  forEachRecord(bytes, batch, options, 'object', (reader) => {
    eachTrajectory(reader, undefined, (members, head) => {
      const trajectory = new Trajectory(steps, placed(head, callers));
      trajectory.begin(members.takeAllBut(new Set(['steps', 'subagent_trajectories'])));
      members.each('steps', (step) => { trajectory.take(step.takeObject()); });
      trajectory.close();
    });
  }, () => steps.count);
  steps.flush();
}

/** The call of a tool that began a sub-agent: the trajectory in which it is, and the id of its span. */
interface Caller { readonly trajectory: TrajectoryHead; readonly spanId: string }

/** Visits the trajectory that comes next and those in it, or those in an object that holds some. */
function eachTrajectory(reader: JsonReader, around: TrajectoryHead | undefined, visit: (members: JsonMembers, head: TrajectoryHead) => void): void {
  const members = new JsonMembers(reader);
  if (members.has('schema_version') && members.has('steps')) {
    const sessionId = textIn(members.take('session_id')), id = textIn(members.take('trajectory_id')) || sessionId || `atif-${hashHex(String(reader.position), 1)}`;
    const head = { id, sessionId: sessionId || (around?.sessionId ?? id), traceId: around?.traceId ?? (sessionId || id), parentId: around?.id ?? '' };
    visit(members, head);
    members.each('subagent_trajectories', (inner) => { eachTrajectory(inner, head, visit); });
  } else for (const key of members.keys()) if (members.goTo(key)) eachObject(reader, (inner) => { eachTrajectory(inner, around, visit); });
  members.leave();
}

function noteCalls(members: JsonMembers, head: TrajectoryHead, callers: Map<string, Caller>): void {
  members.each('steps', (step) => {
    const observation = new JsonMembers(step);
    for (const result of objectsIn(objectIn(observation.take('observation'))?.get('results'))) {
      for (const reference of objectsIn(result.get('subagent_trajectory_ref'))) {
        const callId = textIn(result.get('source_call_id')), caller = { trajectory: head, spanId: callId === '' ? head.id : `${head.id}/${callId}` };
        // Sub-agents may share the session of the agent around them; then the id of their trajectory tells them apart.
        const id = textIn(reference.get('trajectory_id')) || textIn(reference.get('session_id'));
        if (id !== '' && id !== head.id && id !== head.sessionId && !callers.has(id)) callers.set(id, caller);
      }
    }
    observation.leave();
  });
}

/** A trajectory below the call that began it; its trace is that of the outermost one. */
function placed(head: TrajectoryHead, callers: ReadonlyMap<string, Caller>): TrajectoryHead {
  const callerOf = ({ id, sessionId }: TrajectoryHead): Caller | undefined => callers.get(id) ?? callers.get(sessionId);
  const caller = callerOf(head);
  if (caller === undefined) return head;
  let outermost = caller.trajectory;
  for (const visited = new Set([head.id]); !visited.has(outermost.id);) {
    visited.add(outermost.id);
    outermost = callerOf(outermost)?.trajectory ?? outermost;
  }
  return { ...head, traceId: outermost.traceId, parentId: caller.spanId };
}
