"""Blueprints in the original Flujo's spelling, and as their fixes write them."""

HEAD = """\
version: "0.1"
inputs: {}
context: {things: [1, 2], scratch: {done: false}}
agents:
  a: {model: fake/x}
  b: {model: fake/x, output_schema: {type: object}}
steps:
  - {name: before, uses: core.pass, input: {severity: low, items: [1]}}
  - {name: asked, kind: hitl, message: "Go on?"}
"""

PAIRS = {
    "agent": (
        """
  - name: s
    agent: {id: core.pass, params: {value: 1}}
""",
        """
  - name: s
    uses: core.pass
    with: {value: 1}
""",
    ),
    "agent-in-a-block": (
        """
  - name: s
    agent:  # who
      # it is this one
      id: "agents.a"

      params:  # with
        input: |
          two

            lines
    when: true
""",
        """
  - name: s
    # who
    # it is this one
    uses: "agents.a"

    with:  # with
      input: |
        two

          lines
    when: true
""",
    ),
    "agent-first": (
        """
  - agent:
      id: core.pass
      params: {value: x}
    name: s
""",
        """
  - uses: core.pass
    with: {value: x}
    name: s
""",
    ),
    "agent-in-braces": (
        """
  - {name: s, agent: {id: core.pass, params: {value: 1}}, when: true}
""",
        """
  - {name: s, uses: core.pass, with: {value: 1}, when: true}
""",
    ),
    "agent-as-text": ("\n  - {name: s, agent: agents.a}\n", "\n  - {name: s, uses: agents.a}\n"),
    "passthrough": (
        "\n  - {name: s, agent: {id: 'flujo.builtins.passthrough'}}\n",
        "\n  - {name: s, uses: core.pass}\n",
    ),
    "stringify": (
        """
  - name: s
    agent:
      id: flujo.builtins.stringify
""",
        """
  - name: s
    with: {value: "{{ this | string }}"}
    uses: core.pass
""",
    ),
    "stringify-of-nothing": (
        "\n  - {name: s, agent: {id: flujo.builtins.stringify, params: {}}}\n",
        '\n  - {name: s, uses: core.pass, with: {value: "{{ this | string }}"}}\n',
    ),
    "write-file": (
        "\n  - {name: s, uses: flujo.builtins.fs_write_file, with: {path: a.txt, content: b}}\n",
        "\n  - {name: s, uses: files.write, with: {path: a.txt, content: b}}\n",
    ),
    "config": (
        """
  - name: s
    uses: agents.b
    config:
      max_retries: 2  # three times
      timeout_s: 1.5
""",
        """
  - name: s
    uses: agents.b
    retry: 3  # three times
    timeout: 1.5s
""",
    ),
    "names": (
        """
  - name: s
    input: "{{ initial_prompt }} {{ context.initial_prompt }} {{ previous_step.output }} {{ resume_input }}"
""",
        """
  - name: s
    input: "{{ input }} {{ input }} {{ previous }} {{ answer }}"
""",
    ),
    "guarded-name": (
        """
  - name: s
    input: "{{ previous_step.output.x if previous_step.output.x is defined else previous_step['y'] | default(1) }}"
""",
        """
  - name: s
    input: "{{ previous.x if previous.x is defined else previous['y'] | default(1) }}"
""",
    ),
    "condition-expression": (
        """
  - name: s
    kind: conditional
    condition_expression: previous_step == 'a"b'
    branches:
      true: [{name: t, uses: core.pass}]
""",
        """
  - name: s
    kind: conditional
    condition: "{{ previous == 'a\\"b' }}"
    branches:
      true: [{name: t, uses: core.pass}]
""",
    ),
    "bare-in-a-block": (
        """
  - name: s
    kind: conditional
    condition: |
      (steps.before.output.severity == 'low'
       and not context.scratch.done)
    branches: {true: {name: t, uses: core.pass}}
""",
        """
  - name: s
    kind: conditional
    condition: |
      {{ (steps.before.output.severity == 'low'
       and not context.scratch.done) }}
    branches: {true: {name: t, uses: core.pass}}
""",
    ),
    "loop": (
        """
  - kind: loop
    name: s
    loop:
      # the steps
      body:
        - kind: step
          name: think
          agent:
            id: agents.b
          updates_context: true
      max_loops: 5
      propagation:
        next_input: context
      exit_expression: "output.done == 'yes'"
      output:
        all: "{{ previous_step }}"
""",
        """
  - kind: loop
    name: s
    # the steps
    steps:
      - kind: step
        name: think
        uses: agents.b
        updates_context: true
    max: 5
    next_input: "{{ context }}"
    until: "{{ previous.done == 'yes' }}"
    output:
      all: "{{ previous }}"
""",
    ),
    "loop-without-a-bound": (
        """
  - kind: loop
    name: s
    loop:
      body:
        - kind: step
          name: clarify
""",
        """
  - kind: loop
    name: s
    max: 10
    steps:
      - uses: core.pass
        kind: step
        name: clarify
""",
    ),
    "loop-in-a-loop": (
        """
  - kind: loop
    name: s
    loop:
      max_loops: 2
      body:
        - kind: loop
          name: t
          loop:
            body: {name: u, input: 1}
            max_loops: 3
            propagation: auto
""",
        """
  - kind: loop
    name: s
    max: 2
    steps:
      - kind: loop
        name: t
        steps: {name: u, input: 1}
        max: 3
        next_input: "{{ previous }}"
""",
    ),
    "flat-loop-in-braces": (
        "\n  - {kind: loop, name: s, body: [{name: t, input: 1}], max_loops: 2}\n",
        "\n  - {kind: loop, name: s, steps: [{name: t, input: 1}], max: 2}\n",
    ),
    "loop-in-braces": (
        "\n  - kind: loop\n    name: s\n    loop: {body: [{name: t, input: 1}], max_loops: 2, output_template: done}\n",
        "\n  - kind: loop\n    name: s\n    steps: [{name: t, input: 1}]\n    max: 2\n    output: done\n",
    ),
    "map": (
        """
  - kind: map
    name: s
    map:
      iterable_input: things
      body:
        steps:
          - kind: step
            name: t
            input: "<{{ this }}>"
      finalize:
        output_template: "{{ previous_step | join }}"
""",
        """
  - kind: map
    name: s
    over: "{{ context.things }}"
    steps:
      - kind: step
        name: t
        input: "<{{ item }}>"
    reduce: "{{ results | join }}"
""",
    ),
    "map-with-values": (
        """
  - kind: map
    name: s
    map:
      iterable_input: steps['before'].output.items
      body: {name: t, input: "{{ this }}"}
      finalize:
        output: {all: "{{ previous_step }}"}
""",
        """
  - kind: map
    name: s
    over: "{{ steps['before'].output.items }}"
    steps: {name: t, input: "{{ item }}"}
    reduce: {uses: core.pass, with: {value: {all: "{{ results }}"}}}
""",
    ),
    "parallel": (
        """
  - kind: parallel
    name: s
    merge_strategy: context_update
    on_branch_failure: propagate
    reduce: majority_vote
    branches:
      a:
        steps:
        - {name: t, input: 1}
      b: {name: t, agent: {id: agents.a}}
""",
        """
  - kind: parallel
    name: s
    merge: last
    on_branch_failure: fail
    reduce: majority
    branches:
      a:
        - {name: t, input: 1}
      b: {name: t, uses: agents.a}
""",
    ),
    "hitl": (
        "\n  - {kind: hitl, name: s, message: Sure, input_schema: {type: string}, sink_to: scratch.sure}\n",
        "\n  - {kind: hitl, name: s, message: Sure, schema: {type: string}, sink_to: scratch.sure}\n",
    ),
    "caught": (
        "\n  - {name: s, uses: core.pass, on_error: {steps: {name: t, agent: {id: core.pass}}}}\n",
        "\n  - {name: s, uses: core.pass, on_error: {steps: {name: t, uses: core.pass}}}\n",
    ),
}
PAIRS["state-machine"] = (
    """
  - kind: StateMachine
    name: s
    start_state: ask
    end_states: done
    states:
      ask:
        steps:
          - kind: hitl
            name: t
            message: More
      done:
        steps: []
    transitions:
      - from: ask
        to: done
        when: previous_step != 'x'
""",
    """
  - kind: state_machine
    name: s
    max: 100
    start: ask
    ends: [done]
    states:
      ask:
        - kind: hitl
          name: t
          message: More
      done:
        [{name: nothing, uses: core.pass}]
    transitions:
      - from: ask
        to: done
        when: "{{ previous != 'x' }}"
""",
)
