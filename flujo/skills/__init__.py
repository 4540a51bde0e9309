"""Skills: what steps can do, how functions become skills, and which skills a project has."""
