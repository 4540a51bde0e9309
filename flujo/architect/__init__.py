"""From a goal in words to a blueprint: retrieval, planners, and the renderer plan -> YAML."""
