"""The prompts' pages: a section of the desk."""
