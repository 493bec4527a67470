"""The demo agent in Python: one process, the same steps in small. Run it with `python agent.py`."""

import asyncio
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "kit"))

from spanscope import AgentTracer, configure, traced  # noqa: E402

SPEED = float(os.environ.get("SPANSCOPE_DEMO_SPEED") or 1)
MODEL = "mock-large-1"

agent = AgentTracer(configure("python-planner"))
searches = 0


async def pause(seconds):
    await asyncio.sleep(seconds / SPEED)


async def think(messages, reply):
    """One call of the stand-in for a model, which streams its reply."""
    with agent.llm_call(MODEL, len(str(messages)) // 4, 0.2, provider="mock", input_messages=messages) as call:
        await pause(0.4)
        for word in reply.split(" "):
            call.chunk(word + " ")
            await pause(0.03)
        call.respond(completion_tokens=len(reply.split(" ")), finish_reason="stop")
    return {"role": "assistant", "parts": [{"type": "text", "content": reply}]}


@traced("search_with_retry")
async def search(carrier):
    for attempt in (1, 2):
        try:
            with agent.tool_call("search_trains", {"carrier": carrier}, attributes={"tool.attempt": attempt}) as tool:
                return tool.set_result(await search_trains(carrier))
        except ConnectionError:
            await pause(0.3)
    return None


async def search_trains(carrier):
    global searches
    searches += 1
    refused = searches == 2
    await pause(0.6)
    if refused:
        raise ConnectionError(f"429 Too Many Requests from {carrier}")
    return {"carrier": carrier, "price": 74}


async def step(number, messages):
    if number == 1:
        messages.append(await think(messages, "I will search three companies at the same time and then compare their prices."))
        with agent.decision("action_selection", ["search_all", "answer"]) as decision:
            decision.choose("search_all", "the task asks for the cheapest")
        found = await asyncio.gather(*(search(carrier) for carrier in ("DB", "OEBB", "RegioJet")))
        messages.append({"role": "tool", "parts": [{"type": "tool_call_response", "response": found}]})
        return None
    messages.append(await think(messages, "The cheapest connection is RJ 1041 at 74 euros, leaving at 07:20."))
    with agent.memory_operation("write", "key_value", key="journeys"):
        await pause(0.1)
    return messages[-1]["parts"][0]["content"]


async def main():
    task = "Find the cheapest train from Berlin to Vienna."
    messages = [{"role": "user", "parts": [{"type": "text", "content": task}]}]
    with agent.agent_run(task, agent_name="python-planner", agent_type="react", model=MODEL):
        answer = await agent.iterate(4, lambda number, span: step(number, messages))
    print(answer)


asyncio.run(main())
