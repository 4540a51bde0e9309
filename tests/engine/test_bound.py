"""The worst case of random blueprints, against what simulated runs of them really use."""

import json
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from flujo.blueprints.bound import Price, worst_case
from flujo.core.outcomes import Usage
from flujo.core.ports import ModelReply, Skill
from flujo.engine.dispatch import Tools
from flujo.engine.execution import Engine
from flujo.engine.secrecy import Confidence
from flujo.policies import policies
from flujo.steps import kinds
from tests.engine.cutting import to_the_end
from tests.engine.world import World, fails

PRICE = Price(3.0, 15.0)
SCHEMA = {"type": "object", "properties": {"a": {"enum": [1, 2]}}, "required": ["a"], "additionalProperties": False}
LIST = {"type": "array", "items": {"type": "string", "maxLength": 3}, "maxItems": 3}
AGENTS = {
    "says": {"model": "m/x", "system_prompt": 'a "prompt"\n' * 20, "max_tokens": 50},
    "fits": {"model": "m/x", "output_schema": SCHEMA, "max_tokens": 100},
    "lists": {"model": "m/x", "output_schema": LIST, "settings": {"stop": "x"}},
}
SHAPES = ("leaf", "agent", "parallel", "map", "loop", "branch", "needs", "wait", "catch", "router")


class Made:
    """A random blueprint."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.count = 0
        inputs = {"properties": {"words": LIST}, "type": "object", "required": ["words"]}
        document = {"agents": AGENTS, "inputs": inputs, "steps": self.body(2)}
        self.text = "".join(f"{key}: {json.dumps(value)}\n" for key, value in document.items())

    def name(self, word):
        self.count += 1
        return f"{word}{self.count}"

    def body(self, depth):
        return [self.step(self.chance.choice(SHAPES if depth else SHAPES[:2]), depth - 1) for _ in "ab"]

    def step(self, shape, depth):
        step = {"name": self.name(shape), **getattr(self, shape)(depth)}
        if self.chance.random() < 0.3 and step.get("kind") != "wait":
            step["retry"] = {"attempts": self.chance.randint(1, 3), "on": ["any"], "delay": "2s"}
        if self.chance.random() < 0.2:
            step["on_error"] = {"steps": [self.step("leaf", 0)]} if self.chance.random() < 0.5 else "continue"
        if self.chance.random() < 0.15:
            step["undo"] = {"uses": "t.keyed", "with": {"value": 1}}
        return step

    def leaf(self, depth):
        return {"uses": self.chance.choice(("t.inc", "t.keyed", "t.plan")), "with": {"value": 1}}

    def agent(self, depth):
        step = {"uses": f"agents.{self.chance.choice(list(AGENTS))}"}
        step["input"] = self.chance.choice(("say it", {"a": ['"', 5]}, "{{ input.words }}", "of {{ input.words }}!"))
        if self.chance.random() < 0.3:
            step["verify"] = [{"uses": "t.plan", "with": {"value": True}}]
        return step

    def parallel(self, depth):
        branches = {f"b{number}": self.body(depth) for number in range(3)}
        more = {"join": "any"} if self.chance.random() < 0.3 else {}
        return {"kind": "parallel", "branches": branches, "max_concurrency": self.chance.randint(1, 3), **more}

    def map(self, depth):
        over = self.chance.choice(([1, 2, 3, 4, 5], "{{ range(3) | list }}", "{{ input.words }}"))
        step = {"kind": "map", "over": over, "steps": self.body(depth), "max_concurrency": self.chance.randint(1, 2)}
        if self.chance.random() < 0.4:
            step["batch"] = 2
        if self.chance.random() < 0.4:
            step["reduce"] = "t.plan"
        return {**step, "tolerate": self.chance.randint(0, 2)}

    def loop(self, depth):
        return {"kind": "loop", "max": self.chance.randint(1, 3), "steps": self.body(depth)}

    def branch(self, depth):
        branches = {"true": self.body(depth), "false": self.body(depth)}
        return {"kind": "conditional", "condition": "{{ random() < 0.5 }}", "branches": branches}

    def needs(self, depth):
        steps = [self.step("leaf", 0) for _ in "abcd"]
        steps[0]["name"], steps[1]["name"] = self.name("x"), self.name("y")
        steps[2]["needs"], steps[3]["needs"] = [steps[0]["name"]], [steps[1]["name"], steps[2]["name"]]
        steps.insert(1, {"kind": "wait", "for": "7s", "name": self.name("w"), "needs": [steps[0]["name"]]})
        return {"kind": "loop", "max": 1, "steps": steps}

    def wait(self, depth):
        return {"kind": "wait", "for": f"{self.chance.randint(1, 9)}s"}

    def catch(self, depth):
        return {"uses": "t.broken", "with": {"value": 1}, "on_error": {"steps": self.body(depth)}}

    def router(self, depth):
        branches = {"a": self.body(depth), "b": self.body(depth)}
        return {"kind": "router", "uses": "agents.says", "input": "which", "branches": branches}


class Costly(World):
    """A world with a model; skills and model fail at random, and the model counts tokens as limits do."""

    def __init__(self, seed):
        super().__init__()
        self.inputs = False
        self.chance = random.Random(seed)
        self.effects = []
        self.requests = 0

    def engine(self):
        tools = Tools(kinds(), self, self.clock, None, policies(), self, Confidence(self.secrets))
        return Engine(self.store, tools, self, self.recompile, "0")

    def load(self, id):
        plain = super().load(id)

        def call(arguments, context):
            self.effects.append(plain.spec.effect)
            if id == "t.plan":
                self.calls.append(context.address)
                if self.chance.random() < 0.3:
                    raise fails("by chance", "connection")
                return arguments.get("value")
            return plain.call(arguments, context)

        return Skill(plain.spec, call, inline=True)

    async def complete(self, request):
        self.requests += 1
        body = request.to_json()
        size = len(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()) + 64 * len(body["messages"])
        await self.clock.sleep(self.chance.choice((0.0, 1.0, 120.0)))
        spent = Usage(size, request.max_tokens, 1, (size * PRICE.usd_in + request.max_tokens * PRICE.usd_out) / 1e6)
        words = ["not JSON " * 10, "some text"]
        if request.output_schema is not None:
            words += ['{"a": 1}', '["a", "b"]', '{"a": 1, "b": ["' + "x" * 50 + '"]}', '["a"]', '"a"', '["a", "b"]']
        return ModelReply(self.chance.choice(words), request.model, spent)


@settings(derandomize=True, max_examples=25, deadline=None)
@given(seed=st.integers(0, 1_000_000))
def test_no_run_uses_more_than_the_bound(seed):
    world = Costly(seed)
    text = Made(seed).text
    bound = worst_case(world.graph(text), lambda model: PRICE)
    began = world.clock.now()
    view = to_the_end(world, world.start(text, {"words": ["abc", '"\n\x01', "ü"]}).run_id)
    known = bound.known
    assert not bound.open
    assert len(world.effects) + world.requests <= known.steps
    assert len([effect for effect in world.effects if effect != "pure"]) + world.requests <= known.calls
    assert view.usage.tokens_in <= known.tokens_in
    assert view.usage.tokens_out <= known.tokens_out
    assert view.usage.usd <= known.usd * (1 + 1e-9)
    assert (world.clock.now() - began) / 1e6 <= known.seconds * (1 + 1e-9)
