"""Changes of a blueprint's text that keep every byte outside the change."""

from flujo.blueprints.edit.fixes import Fixed, apply_fixes, fix_all

__all__ = ["Fixed", "apply_fixes", "fix_all"]
