"""Models behind the Model port: litellm's adapter, its settings, and what its faults mean to flujo."""
