"""The public test kit: what a project needs to test its own blueprints and skills without a network.

- `flujo.testing.endpoint.Endpoint`: a loopback server that speaks the OpenAI chat protocol, with scripted replies,
  faults and a log of requests. Nothing of flujo has to be patched: point `OPENAI_BASE_URL` at it.
  From the command line: `python -m flujo.testing.endpoint --script FILE --log FILE --port-file FILE`.
- `flujo.testing.clock.ManualClock`: a clock that moves only when it is told to.
- `flujo.testing.stores`: the contract of a store as functions, for those who write one.
- `flujo.testing.semantics`: the runner of the conformance suite (docs/reference/conformance.md).
"""
